package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os/exec"
	"runtime"
	"time"

	"github.com/spf13/cobra"
	terminal "golang.org/x/term"

	"zhida/cmd/zhida/internal/app"
	"zhida/cmd/zhida/internal/desk"
	"zhida/rules/message"
)

// deskFlags say where a desk stands.
type deskFlags struct {
	listen, cert, key, files string
	hosts                    []string
}

func (f *deskFlags) register(cmd *cobra.Command, name, listen, usage string) {
	cmd.Flags().StringVar(&f.listen, name, listen, usage)
	cmd.Flags().StringSliceVar(&f.hosts, "host", nil, "桌面：浏览器可以用哪些名字打开，可以写几次；本机的名字不用写")
	cmd.Flags().StringVar(&f.cert, "cert", "", "桌面：PEM 证书；不只在本机上开的必须有")
	cmd.Flags().StringVar(&f.key, "key", "", "桌面：证书的私钥")
	cmd.Flags().StringVar(&f.files, "files", "", "桌面：导出的银行文件放在哪个文件夹；不写就在账本旁边")
}

func (c *cli) deskCommand() *cobra.Command {
	var f deskFlags
	var still bool
	cmd := &cobra.Command{Use: "desk", Short: "浏览器里的桌面：不用命令，办一个月的全部事情", Args: cobra.NoArgs,
		Long:    "只在本机上开；给了证书的可以在局里的网络上开。每个人用自己的口令登录，只看到自己岗位的事。",
		Example: "  zhida desk\n  zhida desk --listen 10.8.0.5:8443 --host zhida.czj.example --cert 证书.pem --key 私钥.pem",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if c.dryRun {
				return message.Err("cli.no_dry_run") // visitors write
			}
			return c.inBook(cmd, c.openToWrite, func(ctx context.Context, a *app.App) error {
				return c.serveDesk(ctx, a, f, func(url string) {
					c.say("desk.listening", url)
					if !still && c.in != nil && terminal.IsTerminal(int(c.in.Fd())) {
						openBrowser(url)
					}
				})
			})
		}}
	f.register(cmd, "listen", "127.0.0.1:8725", "在哪个地址上开；端口 0 是任意一个")
	cmd.Flags().BoolVar(&still, "no-browser", false, "不打开浏览器")
	return cmd
}

// longestAnswer is how long a page, or a file over a slow line, may take from the end of what was asked to the last byte.
const longestAnswer = 15 * time.Minute

// serveDesk serves the desk until the context ends, and tells its address once it is open.
// Errors: desk.tls, desk.certificate, serve.listen.
func (c *cli) serveDesk(ctx context.Context, a *app.App, f deskFlags, opened func(url string)) error {
	certificate, err := f.certificate()
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", f.listen)
	if err != nil {
		return message.Err("desk.listen", f.listen).Because(err)
	}
	defer l.Close()
	here := l.Addr().(*net.TCPAddr)
	if !here.IP.IsLoopback() && certificate == nil {
		return message.Err("desk.tls", f.listen)
	}
	files := f.files
	if files == "" {
		if files, err = app.FilesBeside(c.book); err != nil {
			return err
		}
	}
	log := slog.New(slog.NewTextHandler(c.errs, nil))
	d, err := desk.New(ctx, a, desk.Options{Hosts: f.hosts, Secure: certificate != nil, Files: files, Lang: c.language(), Log: log, Now: time.Now})
	if err != nil {
		return err
	}
	server := &http.Server{Handler: d.Handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 5 * time.Minute, WriteTimeout: longestAnswer, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn)}
	scheme := "http"
	if certificate != nil {
		scheme = "https"
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{*certificate}, MinVersion: tls.VersionTLS12}
	}
	ended := make(chan error, 1)
	go func() {
		if certificate != nil {
			ended <- server.ServeTLS(l, "", "")
			return
		}
		ended <- server.Serve(l)
	}()
	opened(fmt.Sprintf("%s://%s/", scheme, here))
	select {
	case err = <-ended:
	case <-ctx.Done():
		shut, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		err = server.Shutdown(shut)
	}
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	return errors.Join(err, d.Close())
}

func (f deskFlags) certificate() (*tls.Certificate, error) {
	if f.cert == "" && f.key == "" {
		return nil, nil
	}
	c, err := tls.LoadX509KeyPair(f.cert, f.key)
	if err != nil {
		return nil, message.Err("desk.certificate", f.cert, f.key).Because(err)
	}
	return &c, nil
}

// openBrowser asks the machine to show an address; where it cannot, the address stands on the screen.
func openBrowser(url string) {
	name, args := "xdg-open", []string{url}
	switch runtime.GOOS {
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", url}
	case "darwin":
		name = "open"
	}
	if path, err := exec.LookPath(name); err == nil {
		_ = exec.Command(path, args...).Start()
	}
}
