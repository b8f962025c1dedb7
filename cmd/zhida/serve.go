package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/payroll/schedule"
	"zhida/rules/message"
)

func (c *cli) serveCommand() *cobra.Command {
	var once bool
	var every time.Duration
	var listen string
	cmd := &cobra.Command{Use: "serve", Short: "守护进程：到日子算出草稿、提醒各步，从不审批；停机多久都按顺序补上", Args: cobra.NoArgs,
		Long:    "按设置里的 calendar：变动截止的次日计算当月草稿，每步到期和过期各提醒一次（日志、屏幕，设置了 notify 的再发网页回调或邮件）。\n--listen 上有 /healthz 和 /metrics（Prometheus），只在本机。",
		Example: "  zhida serve --as 张敏 --passphrase-file 口令\n  zhida serve --once --as 张敏 --passphrase-file 口令",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				d := &daemon{app: a, session: s, every: every, log: slog.New(slog.NewTextHandler(c.errs, nil))}
				if once {
					done, err := d.ring(ctx)
					if err != nil {
						return err
					}
					return c.performed(done)
				}
				return d.serve(ctx, listen)
			})
		}}
	cmd.Flags().BoolVar(&once, "once", false, "只看一次，做完到期的就结束")
	cmd.Flags().DurationVar(&every, "every", 30*time.Second, "多久看一次，最长 60s")
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:9180", "健康检查和指标的地址，只能是本机；空着就没有")
	return cmd
}

// performed prints what one look has done.
func (c *cli) performed(list []schedule.Duty) error {
	if c.json {
		type row struct {
			Kind  string `json:"kind"`
			Month string `json:"month"`
			Step  string `json:"step,omitempty"`
			Date  string `json:"date"`
			Text  string `json:"text"`
		}
		rows := []row{}
		for _, d := range list {
			rows = append(rows, row{d.Kind, d.Month.String(), d.Step, d.Date.String(), d.Chinese()})
		}
		return c.printJSON(rows)
	}
	for _, d := range list {
		c.say("serve.done", d.Month, d.Chinese(), d.Date)
	}
	if len(list) == 0 {
		c.say("serve.nothing")
	}
	return nil
}

// daemon looks at the calendar and does what is due. What it knows of itself it tells
// on loopback.
type daemon struct {
	app     *app.App
	session *payroll.Session
	every   time.Duration
	log     *slog.Logger

	lock                  sync.Mutex
	rings, failures, done int
	last                  time.Time // of the last ring without an error
}

func (d *daemon) serve(ctx context.Context, listen string) error {
	if d.every < time.Second || d.every > time.Minute {
		return message.Err("serve.every", d.every)
	}
	if listen != "" {
		l, err := loopbackListener(listen)
		if err != nil {
			return err
		}
		server := &http.Server{Handler: d.pages(), ReadHeaderTimeout: 5 * time.Second}
		go func() {
			if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				d.log.Error("health page ended", "error", err)
			}
		}()
		defer server.Close()
		d.log.Info("started", "listen", l.Addr().String(), "every", d.every)
	}
	schedule.Bell(ctx, d.every, func(err error) {
		d.note(0, err)
		d.log.Error("ring ended in a panic", "error", err)
	}, func(ctx context.Context) {
		if _, err := d.ring(ctx); err != nil && !errors.Is(err, context.Canceled) {
			d.log.Error("ring failed", "code", message.Code(err), "error", err)
		}
	})
	d.log.Info("stopped")
	return nil
}

// loopbackListener refuses every address that others could reach.
func loopbackListener(address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	if err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, message.Err("serve.listen", address)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, message.Err("serve.listen", address).Because(err)
	}
	return l, nil
}

// ring does everything that is due, and says what it did. An error ends the ring and is
// told; the next one begins again with what is still due.
func (d *daemon) ring(ctx context.Context) (done []schedule.Duty, err error) {
	defer func() { d.note(len(done), err) }()
	for {
		list, err := d.app.Duties(ctx)
		if err != nil {
			return done, err
		}
		drafted, err := d.perform(ctx, list, &done)
		if !drafted || err != nil { // a draft may make the next month's due
			return done, errors.Join(err, d.send(ctx))
		}
	}
}

// perform does the duties of a list up to and with the first draft. A duty that fails
// does not keep the others back.
func (d *daemon) perform(ctx context.Context, list []schedule.Duty, done *[]schedule.Duty) (drafted bool, err error) {
	for _, x := range list {
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		failed := d.app.Perform(ctx, d.session, x)
		if failed != nil {
			if !errors.Is(failed, payroll.ErrTaken) {
				err = errors.Join(err, failed)
			}
			continue
		}
		*done = append(*done, x)
		d.log.Info(x.Chinese(), "month", x.Month, "date", x.Date)
		if x.Kind == schedule.Draft {
			return true, err
		}
	}
	return false, err
}

// send tells those outside of what they have not been told; who cannot be reached is
// told at the next ring.
func (d *daemon) send(ctx context.Context) error {
	n, err := d.app.Notify(ctx)
	if err != nil || n == nil {
		return err
	}
	list, err := d.app.Unsent(ctx)
	for _, x := range list {
		if err != nil {
			break
		}
		if err := app.Send(ctx, *n, x); err != nil {
			d.log.Warn("reminder not delivered", "month", x.Month, "step", x.Step, "error", err)
			return nil
		}
		err = d.app.Sent(ctx, x)
	}
	return err
}

func (d *daemon) note(done int, err error) {
	d.lock.Lock()
	defer d.lock.Unlock()
	d.rings++
	d.done += done
	if err != nil && !errors.Is(err, context.Canceled) {
		d.failures++
		return
	}
	d.last = time.Now()
}

// pages are /healthz, which fails when the last good ring is too long ago, and
// /metrics in Prometheus' text form.
func (d *daemon) pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		d.lock.Lock()
		well := time.Since(d.last) < 3*d.every
		d.lock.Unlock()
		if !well {
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprintln(w, "late")
			return
		}
		fmt.Fprintln(w, "ok")
	})
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		open := 0
		list, err := d.app.BatchList(r.Context())
		for _, b := range list {
			if b.State == payroll.Draft || b.State == payroll.Submitted || b.State == payroll.Checked {
				open++
			}
		}
		if err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		d.lock.Lock()
		defer d.lock.Unlock()
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		for _, m := range []struct {
			name, kind, help string
			value            int64
		}{
			{"zhida_rings_total", "counter", "Looks at the calendar.", int64(d.rings)},
			{"zhida_ring_failures_total", "counter", "Looks that ended in an error.", int64(d.failures)},
			{"zhida_duties_done_total", "counter", "Drafts computed and reminders recorded.", int64(d.done)},
			{"zhida_last_ring_timestamp_seconds", "gauge", "Time of the last look without an error.", d.last.Unix()},
			{"zhida_batches_open", "gauge", "Batches neither approved nor given up.", int64(open)},
		} {
			fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n%s %d\n", m.name, m.help, m.name, m.kind, m.name, m.value)
		}
	})
	return mux
}
