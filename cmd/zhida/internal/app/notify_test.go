package app

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"zhida/payroll"
	"zhida/payroll/schedule"
	"zhida/rules/message"
)

var review = schedule.Duty{Kind: schedule.Remind, Month: 202610, Step: "review", Date: 20261015}

// mailServer answers every command of SMTP and hands on what it was told.
func mailServer(t *testing.T, greets bool) (address string, told <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serveMail(t, l, greets, nil)
}

// serveMail serves a listener; with a certificate it takes nothing but STARTTLS before TLS.
func serveMail(t *testing.T, l net.Listener, greets bool, secure *tls.Config) (address string, told <-chan string) {
	t.Cleanup(func() { l.Close() })
	lines := make(chan string, 100)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go converse(c, greets, secure, lines)
		}
	}()
	return l.Addr().String(), lines
}

func converse(c net.Conn, greets bool, secure *tls.Config, lines chan<- string) {
	defer func() { c.Close() }()
	r := bufio.NewReader(c)
	say := func(s string) { _, _ = c.Write([]byte(s + "\r\n")) }
	if greets {
		say("220 sample")
	}
	for data := false; ; {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		lines <- line
		switch {
		case data && line == ".":
			data = false
			say("250 taken")
		case data:
		case strings.HasPrefix(line, "EHLO") && secure != nil:
			say("250-sample")
			say("250 STARTTLS")
		case strings.HasPrefix(line, "EHLO"):
			say("250-sample")
			say("250 AUTH PLAIN")
		case line == "STARTTLS" && secure != nil:
			say("220 go on")
			c = tls.Server(c, secure)
			r, secure = bufio.NewReader(c), nil
		case secure != nil:
			say("530 in clear nothing is taken")
		case strings.HasPrefix(line, "AUTH"):
			say("235 welcome")
		case line == "DATA":
			data = true
			say("354 go on")
		default:
			say("250 well")
		}
	}
}

func heard(told <-chan string) (all []string) {
	for {
		select {
		case s := <-told:
			all = append(all, s)
		case <-time.After(100 * time.Millisecond):
			return all
		}
	}
}

// A mail goes to everybody who is named, after a login where the county has one, whose
// password nobody else can read.
func TestMail(t *testing.T) {
	address, told := mailServer(t, true)
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("geheim\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	n := payroll.Notify{SMTP: address, From: "直达 <zhida@example.gov.cn>", To: []string{"gz@example.gov.cn", "b@example.gov.cn"}, User: "zhida", PasswordFile: file}
	d := payroll.Delivery{Duty: review, Channel: payroll.ByMail}
	if err := Send(context.Background(), n, d); err != nil {
		t.Fatal(err)
	}
	text := strings.Join(heard(told), "\n")
	for _, want := range []string{"AUTH PLAIN " + base64.StdEncoding.EncodeToString([]byte("\x00zhida\x00geheim")), "MAIL FROM:<zhida@example.gov.cn>",
		"RCPT TO:<gz@example.gov.cn>", "RCPT TO:<b@example.gov.cn>", "2026-10 复核审批，日期 2026-10-15"} {
		if !strings.Contains(text, want) {
			t.Errorf("the server was not told %q:\n%s", want, text)
		}
	}
	if err := os.Chmod(file, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Send(context.Background(), n, d); message.Code(err) != "file.not_private" {
		t.Errorf("a password that all can read: %v", err)
	}
}

// certificate makes one for 127.0.0.1 that vouches for itself.
func certificate(t *testing.T) (*tls.Config, []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature}
	der, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

// A mail goes over TLS where the server offers it and on the port that speaks nothing
// else; a server that the machine does not trust gets nothing.
func TestMailOverTLS(t *testing.T) {
	known, root := certificate(t)
	stranger, _ := certificate(t)
	file := filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(file, root, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SSL_CERT_FILE", file) // read once in a process: no other test here verifies a certificate
	for _, c := range []struct {
		name    string
		config  *tls.Config
		at465   bool
		trusted bool
	}{{"starttls", known, false, true}, {"smtps", known, true, true}, {"starttls of a stranger", stranger, false, false}, {"smtps of a stranger", stranger, true, false}} {
		t.Run(c.name, func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			port := ""
			starts := c.config
			if c.at465 {
				_, port, _ = net.SplitHostPort(l.Addr().String())
				l, starts = tls.NewListener(l, c.config), nil
			}
			address, told := serveMail(t, l, true, starts)
			old := smtps
			smtps = port
			defer func() { smtps = old }()
			err = Send(context.Background(), payroll.Notify{SMTP: address, From: "a@example.gov.cn", To: []string{"b@example.gov.cn"}}, payroll.Delivery{Duty: review, Channel: payroll.ByMail})
			text := strings.Join(heard(told), "\n")
			if arrived := strings.Contains(text, "2026-10 复核审批"); arrived != c.trusted || (err == nil) != c.trusted {
				t.Errorf("%v; the server was told\n%s", err, text)
			}
		})
	}
}

// A server that says nothing is left when the time is over.
func TestSilentMailServer(t *testing.T) {
	address, _ := mailServer(t, false)
	ctx, stop := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer stop()
	began := time.Now()
	err := Send(ctx, payroll.Notify{SMTP: address, From: "a@example.gov.cn", To: []string{"b@example.gov.cn"}}, payroll.Delivery{Duty: review, Channel: payroll.ByMail})
	if err == nil || time.Since(began) > patience/2 {
		t.Errorf("it ends after %s with %v", time.Since(began), err)
	}
}

// A webhook reaches this machine and nobody else: no redirect is followed and no address
// beyond it is spoken to.
func TestWebhookStaysHere(t *testing.T) {
	var elsewhere, here atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	answer := http.StatusOK
	hook := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		here.Add(1)
		w.Header().Set("Location", other.URL)
		w.WriteHeader(answer)
	}))
	defer hook.Close()
	send := func(to string) error {
		return Send(context.Background(), payroll.Notify{Webhook: to}, payroll.Delivery{Duty: review, Channel: payroll.ByWebhook})
	}
	if err := send(hook.URL); err != nil {
		t.Error(err)
	}
	for _, answer = range []int{http.StatusTemporaryRedirect, http.StatusFound, http.StatusInternalServerError} {
		if err := send(hook.URL); err == nil {
			t.Errorf("the answer %d counts as arrived", answer)
		}
	}
	if err := send("http://192.0.2.1/"); err == nil || !strings.Contains(err.Error(), "not this machine") {
		t.Errorf("another machine: %v", err)
	}
	if here.Load() != 4 || elsewhere.Load() != 0 {
		t.Errorf("%d came here, %d elsewhere", here.Load(), elsewhere.Load())
	}
}

// Addresses that lead nowhere are found before anybody accepts the settings.
func TestWrongNotify(t *testing.T) {
	good := payroll.Notify{Webhook: "http://127.0.0.1:8080/hook", SMTP: "mail.example.gov.cn:587", From: "直达 <zhida@example.gov.cn>", To: []string{"gz@example.gov.cn"},
		User: "zhida", PasswordFile: "/etc/zhida/mail"}
	if wrong := wrongNotify(&good); wrong != "" {
		t.Errorf("%s is wrong with good settings", wrong)
	}
	for want, spoil := range map[string]func(*payroll.Notify){
		"webhook":       func(n *payroll.Notify) { n.Webhook = "http://127.0.0.1:eighty/" },
		"smtp":          func(n *payroll.Notify) { n.SMTP = "mail.example.gov.cn" },
		"to nobody":     func(n *payroll.Notify) { n.To = []string{"to nobody"} },
		"a@b\r\nBcc: x": func(n *payroll.Notify) { n.From = "a@b\r\nBcc: x" },
		"password_file": func(n *payroll.Notify) { n.PasswordFile = "mail" },
	} {
		n := good
		if spoil(&n); wrongNotify(&n) != want {
			t.Errorf("%q instead of %q", wrongNotify(&n), want)
		}
	}
	for _, smtp := range []string{"host:0", "host:65536", ":25", "host:mail", "a b:25", "user@host:25"} {
		n := good
		if n.SMTP = smtp; wrongNotify(&n) != "smtp" {
			t.Errorf("%q is taken for a server", smtp)
		}
	}
}
