package app

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/mail"
	"net/smtp"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"zhida/payroll"
	"zhida/payroll/schedule"
	"zhida/rules/message"
)

// patience is how long a delivery may take: a mail server that says nothing must not keep
// the next reminder, nor the end of the program.
const patience = 10 * time.Second

// Send tells those outside of a reminder, by the delivery's channel: an HTTP address on
// this machine, or a mail server. It names no person and no amount, and ends with ctx.
func Send(ctx context.Context, n payroll.Notify, d payroll.Delivery) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if d.Channel == payroll.ByMail {
		return sendMail(ctx, n, d.Duty)
	}
	return post(ctx, n.Webhook, d.Duty)
}

func sendMail(ctx context.Context, n payroll.Notify, d schedule.Duty) error {
	host, port, err := net.SplitHostPort(n.SMTP)
	if err != nil {
		return err
	}
	from, err := mail.ParseAddress(n.From)
	if err != nil {
		return err
	}
	conn, err := dialMail(ctx, n.SMTP, host, port == smtps)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { conn.Close() })() // package smtp knows no context
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		conn.Close()
		return errors.Join(ctx.Err(), err)
	}
	defer c.Close()
	return errors.Join(talk(c, host, n, from, d, time.Now()), ctx.Err())
}

// smtps is the port of mail servers that speak TLS from the first byte.
var smtps = "465" // a variable for the tests, which may not listen there

func dialMail(ctx context.Context, address, host string, secure bool) (net.Conn, error) {
	if secure {
		return (&tls.Dialer{Config: &tls.Config{ServerName: host}}).DialContext(ctx, "tcp", address)
	}
	return new(net.Dialer).DialContext(ctx, "tcp", address)
}

// talk hands one mail to the server: over TLS where it offers that, with a password only
// then or on this machine.
func talk(c *smtp.Client, host string, n payroll.Notify, from *mail.Address, d schedule.Duty, now time.Time) error {
	if ok, _ := c.Extension("STARTTLS"); ok {
		if err := c.StartTLS(&tls.Config{ServerName: host}); err != nil {
			return err
		}
	}
	if n.User != "" {
		password, err := ReadSecret(n.PasswordFile)
		if err != nil {
			return err
		}
		if err := c.Auth(smtp.PlainAuth("", n.User, string(password), host)); err != nil {
			return err
		}
	}
	if err := c.Mail(from.Address); err != nil {
		return err
	}
	var to []string
	for _, text := range n.To {
		x, err := mail.ParseAddress(text)
		if err != nil {
			return err
		}
		if err := c.Rcpt(x.Address); err != nil {
			return err
		}
		to = append(to, x.String())
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	subject := "直达：" + d.Month.String() + " " + d.Chinese()
	if _, err := fmt.Fprintf(w, "From: %s\r\nTo: %s\r\nDate: %s\r\nSubject: %s\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n%s，日期 %s。\r\n",
		from, strings.Join(to, ", "), now.Format(time.RFC1123Z), mime.BEncoding.Encode("utf-8", subject), subject, d.Date); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	_ = c.Quit() // the mail is theirs by now
	return nil
}

// local speaks to this machine and to no other, whatever a name resolves to, a proxy is
// set to or an answer redirects to.
var local = &http.Client{
	Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: (&net.Dialer{Control: func(_, address string, _ syscall.RawConn) error {
			host, _, err := net.SplitHostPort(address)
			if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
				return fmt.Errorf("the webhook leads to %s, which is not this machine", address)
			}
			return nil
		}}).DialContext,
	},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func post(ctx context.Context, address string, d schedule.Duty) error {
	body, err := json.Marshal(map[string]any{"month": d.Month, "step": strings.TrimSuffix(d.Step, schedule.LateSuffix), "date": d.Date, "late": d.Late(), "text": d.Chinese()})
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := local.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 300 {
		return fmt.Errorf("the webhook answered %s", answer.Status)
	}
	return nil
}

// ProposeSettings checks of the settings what payroll cannot, which keeps away from the
// network: whether the addresses for reminders are any. Error: settings.notify.
func (a *App) ProposeSettings(ctx context.Context, s *payroll.Session, file string, text []byte) (int64, error) {
	county, err := payroll.ReadSettings(file, text)
	if err != nil {
		return 0, err
	}
	if n := county.Notify; n != nil {
		if wrong := wrongNotify(n); wrong != "" {
			return 0, message.Err("settings.notify", file, wrong)
		}
	}
	return a.Book.ProposeSettings(ctx, s, file, text)
}

// wrongNotify names the first key of notify that cannot be right, or nothing.
func wrongNotify(n *payroll.Notify) string {
	if u, err := url.Parse(n.Webhook); n.Webhook != "" && (err != nil || u.Scheme != "http" || u.Hostname() == "" || u.User != nil) {
		return "webhook"
	}
	if (n.User == "") != (n.PasswordFile == "") || n.User != "" && (n.SMTP == "" || !filepath.IsAbs(n.PasswordFile)) {
		return "password_file"
	}
	if n.SMTP == "" {
		return ""
	}
	host, port, err := net.SplitHostPort(n.SMTP)
	if number, e := strconv.ParseUint(port, 10, 16); err != nil || e != nil || number == 0 || host == "" || strings.ContainsAny(host, " /@") {
		return "smtp"
	}
	for _, x := range append([]string{n.From}, n.To...) {
		if _, err := mail.ParseAddress(x); err != nil {
			return x
		}
	}
	return ""
}
