package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/payroll/schedule"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

func (c *cli) serveCommand() *cobra.Command {
	var once bool
	var every time.Duration
	var listen, acceptClock string
	var office deskFlags
	cmd := &cobra.Command{Use: "serve", Short: "守护进程：到日子算出草稿、提醒各步、备份账本，从不审批；停机多久都按顺序补上", Args: cobra.NoArgs,
		Long:    "按设置里的 calendar：变动截止的次日计算当月草稿，每步到期和过期各提醒一次（日志、屏幕，设置了 notify 的再发网页回调或邮件）；设置了 backup 的按天数备份。\n--listen 上有 /healthz 和 /metrics（Prometheus），只在本机。",
		Example: "  zhida serve --as 张敏 --passphrase-file 口令\n  zhida serve --once --as 张敏 --passphrase-file 口令",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if c.dryRun {
				return message.Err("cli.no_dry_run") // reminders leave
			}
			said, err := vouchedDay(acceptClock)
			if err != nil {
				return err
			}
			vouched := voucher(said)
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				if !app.ClockSynchronised() && !said.IsZero() {
					if err := a.AcceptClock(ctx, s, said); err != nil {
						return err
					}
				}
				d := &daemon{app: a, session: s, every: every, vouched: vouched, log: c.log()}
				if once {
					return c.once(ctx, d)
				}
				if office.listen == "" {
					return d.serve(ctx, listen)
				}
				return c.both(ctx, a, d, listen, office)
			})
		}}
	cmd.Flags().BoolVar(&once, "once", false, "只看一次，做完到期的就结束")
	cmd.Flags().DurationVar(&every, "every", 30*time.Second, "多久看一次，最长 60s")
	cmd.Flags().StringVar(&listen, "listen", "127.0.0.1:9180", "健康检查和指标的地址，只能是本机；空着就没有")
	office.register(cmd, "desk", "", "也开桌面：地址，如 127.0.0.1:8725；空着就不开")
	cmd.Flags().StringVar(&acceptClock, "accept-clock", "", "停了一个半月以上、又没有时间服务器时，写今天的日期，证实时钟没有走快")
	return cmd
}

// both runs the daemon and the desk over one book; when one ends, so does the other, and whichever failed says why.
func (c *cli) both(ctx context.Context, a *app.App, d *daemon, listen string, office deskFlags) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() {
		defer stop()
		ended <- c.serveDesk(ctx, a, office, func(url string) { d.log.Info("desk", "address", url) })
	}()
	err := d.serve(ctx, listen)
	stop()
	return errors.Join(err, <-ended)
}

// log tells what the daemon does, a line each.
func (c *cli) log() *slog.Logger {
	if c.json {
		return slog.New(slog.NewJSONHandler(c.errs, nil))
	}
	return slog.New(slog.NewTextHandler(c.errs, nil))
}

// vouchedDay reads the day on which somebody says that the clock is right, zero for none.
func vouchedDay(day string) (time.Time, error) {
	if day == "" {
		return time.Time{}, nil
	}
	d, err := app.ParseDate(day)
	if err != nil {
		return time.Time{}, err
	}
	return time.Parse(time.RFC3339, d.String()+"T00:00:00+08:00")
}

// voucher gives what stands for the clock: now, while the kernel takes it to agree with a
// time server; else the day on which somebody said that it is right.
func voucher(said time.Time) func() time.Time {
	return func() time.Time {
		if app.ClockSynchronised() {
			return time.Now()
		}
		return said
	}
}

// deliveryTime is how long one look by itself may stay with reminders that do not arrive.
const deliveryTime = 30 * time.Second

// once looks once and says what it did. Persons refused make the exit code 3, a draft
// that somebody else is computing 8.
func (c *cli) once(ctx context.Context, d *daemon) error {
	l, err := d.ring(ctx)
	delivering, cancel := context.WithTimeout(ctx, deliveryTime)
	defer cancel()
	d.deliver(delivering)
	if err == nil || len(l.done) > 0 {
		err = errors.Join(err, c.performed(l))
	}
	if err != nil {
		return err
	}
	if l.busy != nil {
		return l.busy
	}
	if l.refused > 0 {
		return message.Err("run.refused", l.refused)
	}
	return nil
}

// dutyRow is something that was due and is done, as JSON prints it.
type dutyRow struct {
	Kind  string         `json:"kind"`
	Month calendar.Month `json:"month,omitzero"`
	Step  string         `json:"step,omitempty"`
	Date  calendar.Date  `json:"date"`
	Text  string         `json:"text"`
}

// lookedOnce is the JSON of serve --once.
type lookedOnce struct {
	Done    []dutyRow         `json:"done"`
	Waiting []payroll.BatchID `json:"waiting"`
}

// performed prints what one look has done.
func (c *cli) performed(l look) error {
	if c.json {
		out := lookedOnce{[]dutyRow{}, append([]payroll.BatchID{}, l.waiting...)}
		for _, d := range l.done {
			out.Done = append(out.Done, dutyRow{d.Kind, d.Month, d.Step, d.Date, d.Chinese()})
		}
		return c.printJSON(out)
	}
	for _, d := range l.done {
		if d.Kind == schedule.Remind {
			c.say("serve.reminded", d.Month, c.said(d.Chinese()), d.Date)
			continue
		}
		c.say("serve.done", d.Month, c.said(d.Chinese()), d.Date)
	}
	for _, id := range l.waiting {
		c.say("run.waiting", id)
	}
	if len(l.done) == 0 && l.busy == nil {
		c.say("serve.nothing")
	}
	return nil
}

// look is what one look at the calendar has done.
type look struct {
	done    []schedule.Duty
	drafted bool
	refused int               // persons, or items of persons, that drafts could not compute
	waiting []payroll.BatchID // back-pay batches that were open, and left alone
	busy    *payroll.Busy     // somebody else was computing
}

// daemon looks at the calendar and does what is due. What it knows of itself it tells
// on loopback.
type daemon struct {
	app     *app.App
	session *payroll.Session
	every   time.Duration
	vouched func() time.Time // see payroll.Book.Duties
	log     *slog.Logger

	lock                  sync.Mutex
	rings, failures, done int
	refused, waiting      int       // of the latest drafts
	last                  time.Time // end of the last ring without an error
	since                 time.Time // the same, or the start of the program
	began                 time.Time // of the ring under way, zero between rings
	failing               string    // code of what went wrong in the last ring, or a word

	backup struct {
		next   time.Time // not tried before
		failed error     // of the latest try
	}
}

func (d *daemon) serve(ctx context.Context, listen string) error {
	if d.every < time.Second || d.every > time.Minute {
		return message.Err("serve.every", d.every)
	}
	d.since = time.Now()
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
	// Reminders leave beside the rings: a mail server that hangs keeps no draft waiting.
	rung := make(chan struct{}, 1)
	var courier sync.WaitGroup
	defer courier.Wait()
	courier.Go(func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-rung:
				d.deliver(ctx)
			}
		}
	})
	schedule.Bell(ctx, d.every, func(err error) {
		d.log.Error("ring ended in a panic", "error", err)
	}, func(ctx context.Context) (again time.Time) {
		l, err := d.ring(ctx)
		if err != nil && ctx.Err() == nil {
			d.log.Error("ring failed", "code", message.Code(err), "error", err)
		}
		select {
		case rung <- struct{}{}:
		default:
		}
		if l.busy != nil { // the turn of somebody who was killed is free then
			again = l.busy.Until
		}
		return again
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
func (d *daemon) ring(ctx context.Context) (l look, err error) {
	ended := false
	d.begin()
	defer func() { d.end(ctx, l, err, ended) }()
	unsaved := d.backUp(ctx, &l) // first: nothing that is wrong with a month keeps a backup
	for {
		list, missing := d.app.Duties(ctx, d.vouched())
		drafted, failed := d.perform(ctx, list, &l)
		err = errors.Join(unsaved, failed, missing)
		if !drafted || failed != nil { // a draft may make the next month's due
			ended = true
			return l, err
		}
	}
}

// backupPause is how long a backup that failed is left alone: it may take minutes to fail,
// and people have been told.
const backupPause = time.Hour

// backUp makes the backup that is due, removes those that are no longer kept, and reminds
// people of one that failed. Its error is that of the latest try.
func (d *daemon) backUp(ctx context.Context, l *look) error {
	if time.Now().Before(d.backup.next) {
		return d.backup.failed
	}
	set, duty, due, err := d.app.BackupDue(ctx)
	if err != nil {
		return err
	}
	if !due {
		return d.backup.failed
	}
	_, made, err := d.app.BackUp(ctx, set.Folder)
	faulty := message.Code(err) == "backup.faults" // the copy is there, and the next one would be no better
	if err == nil || faulty {
		noted := d.app.BackedUp(ctx, duty)
		if errors.Is(noted, payroll.ErrTaken) {
			noted = nil // another daemon's is there too
		}
		err = errors.Join(err, noted)
	}
	if err == nil {
		d.backup.failed = nil
		l.done = append(l.done, duty)
		d.log.Info(duty.Chinese(), "file", made.File, "position", made.Position)
		var removed []string
		if removed, err = app.Prune(set.Folder, set.Keep, made); len(removed) > 0 {
			d.log.Info("no longer kept", "files", removed)
		}
		return err
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	d.backup.next, d.backup.failed = time.Now().Add(backupPause), err
	switch reminder, told := d.app.BackupFailed(ctx, d.session, duty); {
	case told == nil:
		l.done = append(l.done, reminder)
	case !errors.Is(told, payroll.ErrTaken):
		err = errors.Join(err, told)
	}
	return err
}

// perform does the duties of a list up to and with the first draft. A duty that fails or
// has to wait does not keep the others back.
func (d *daemon) perform(ctx context.Context, list []schedule.Duty, l *look) (drafted bool, err error) {
	for _, x := range list {
		if ctx.Err() != nil {
			return false, ctx.Err()
		}
		r, failed := d.app.Perform(ctx, d.session, x)
		switch code := message.Code(failed); {
		case failed == nil:
		case errors.Is(failed, payroll.ErrTaken):
			continue
		case errors.As(failed, &l.busy), code == "run.open", code == "run.other_open": // people are at it
			d.log.Info("waits", "month", x.Month, "code", code)
			continue
		default:
			err = errors.Join(err, failed)
			continue
		}
		l.done = append(l.done, x)
		d.log.Info(x.Chinese(), "month", x.Month, "date", x.Date)
		if x.Kind == schedule.Draft {
			d.drafted(x, r, l)
			return true, err
		}
	}
	return false, err
}

// drafted tells of a draft what people have to look after, in counts.
func (d *daemon) drafted(x schedule.Duty, r payroll.RunResult, l *look) {
	l.drafted = true
	l.refused += len(r.Refused)
	l.waiting = append(l.waiting, r.Waiting...)
	if len(r.Refused) > 0 || len(r.Broken) > 0 {
		d.log.Warn("not everything could be computed", "month", x.Month, "refused", len(r.Refused), "rules_broken", len(r.Broken))
	}
	for _, id := range r.Waiting {
		d.log.Warn("back-pay batch is open and was left alone", "batch", id)
	}
}

// deliver tells those outside of what they have not been told. A reminder that does not
// arrive waits and does not keep the others.
func (d *daemon) deliver(ctx context.Context) {
	for {
		x, n, err := d.app.NextDelivery(ctx)
		if err == nil && x != nil {
			failed := app.Send(ctx, *n, *x)
			if failed != nil && ctx.Err() != nil {
				return // nobody's fault; whoever comes next tries it again
			}
			if failed != nil {
				d.log.Warn("reminder not delivered", "channel", x.Channel, "month", x.Month, "step", x.Step, "tries", x.Tries, "error", failed)
			}
			err = d.app.Delivered(context.WithoutCancel(ctx), *x, failed == nil)
		}
		if err != nil && ctx.Err() == nil {
			d.log.Error("reminders cannot be delivered", "code", message.Code(err), "error", err)
		}
		if err != nil || x == nil {
			return
		}
	}
}

func (d *daemon) begin() {
	d.lock.Lock()
	defer d.lock.Unlock()
	d.began = time.Now()
}

// end notes how a ring ended; not ended is one that ended in a panic.
func (d *daemon) end(ctx context.Context, l look, err error, ended bool) {
	d.lock.Lock()
	defer d.lock.Unlock()
	d.began = time.Time{}
	d.rings++
	d.done += len(l.done)
	if l.drafted {
		d.refused, d.waiting = l.refused, len(l.waiting)
	}
	switch {
	case ended && err == nil:
		d.last, d.failing = time.Now(), ""
		d.since = d.last
	case ended && ctx.Err() != nil:
	case ended && message.Code(err) != "":
		d.failures, d.failing = d.failures+1, message.Code(err)
	default:
		d.failures, d.failing = d.failures+1, "internal"
	}
}

// longestRing is how long a ring may compute before it counts as hanging; a county of
// 100,000 takes a few minutes.
const longestRing = 30 * time.Minute

// state is ok, or the word for what is wrong.
func (d *daemon) state(now time.Time) string {
	d.lock.Lock()
	defer d.lock.Unlock()
	switch {
	case d.failing != "":
		return "failing " + d.failing
	case !d.began.IsZero() && now.Sub(d.began) > longestRing, d.began.IsZero() && now.Sub(d.since) > 3*d.every:
		return "late"
	}
	return "ok"
}

// pages are /healthz, which fails while what is due fails or the last good ring is too
// long ago, and /metrics in Prometheus' text form.
func (d *daemon) pages() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		state := d.state(time.Now())
		if state != "ok" {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		fmt.Fprintln(w, state)
	})
	mux.HandleFunc("GET /metrics", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4")
		d.metrics(r.Context(), w)
	})
	return mux
}

type metric struct {
	name, kind, help string
	value            int64
}

// metrics tells what the daemon knows of itself, and of the book what can be read of it
// soon: a database that is down is told, and hides nothing else.
func (d *daemon) metrics(ctx context.Context, w io.Writer) {
	d.lock.Lock()
	last := int64(0)
	if !d.last.IsZero() {
		last = d.last.Unix()
	}
	list := []metric{
		{"zhida_rings_total", "counter", "Looks at the calendar.", int64(d.rings)},
		{"zhida_ring_failures_total", "counter", "Looks that ended in an error.", int64(d.failures)},
		{"zhida_duties_done_total", "counter", "Drafts computed and reminders recorded.", int64(d.done)},
		{"zhida_last_ring_timestamp_seconds", "gauge", "Time of the last look without an error, 0 for none.", last},
		{"zhida_refused", "gauge", "Persons or items that the latest draft of this process could not compute.", int64(d.refused)},
		{"zhida_backpay_waiting", "gauge", "Open back-pay batches that the latest draft of this process left alone.", int64(d.waiting)},
	}
	d.lock.Unlock()
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	batches, err := d.app.BatchList(ctx)
	unsent, err2 := d.app.Unsent(ctx)
	up := int64(0)
	if err == nil && err2 == nil {
		up = 1
		open := int64(0)
		for _, b := range batches {
			if b.State == payroll.Draft || b.State == payroll.Submitted || b.State == payroll.Checked {
				open++
			}
		}
		list = append(list, metric{"zhida_batches_open", "gauge", "Batches neither approved nor given up.", open},
			metric{"zhida_reminders_unsent", "gauge", "Reminders that have not reached those outside, by channel.", int64(unsent)})
	}
	for _, m := range append(list, metric{"zhida_book_up", "gauge", "Whether the book could be read.", up}) {
		fmt.Fprintf(w, "# HELP %s %s\n# TYPE %s %s\n%s %d\n", m.name, m.help, m.name, m.kind, m.name, m.value)
	}
}
