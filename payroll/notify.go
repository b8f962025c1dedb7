package payroll

import (
	"context"
	"slices"
	"time"

	"zhida/payroll/schedule"
	"zhida/rules/message"
)

// Notify is where reminders go besides journal and log.
type Notify struct {
	Webhook string   `yaml:"webhook"` // http address on this machine
	SMTP    string   `yaml:"smtp"`    // host:port
	From    string   `yaml:"from"`
	To      []string `yaml:"to"`
	// User and PasswordFile are for servers that ask who sends: the password stands in a
	// file of the machine that only the daemon can read.
	User         string `yaml:"user"`
	PasswordFile string `yaml:"password_file"`
}

// The channels of a delivery.
const (
	ByWebhook = "webhook"
	ByMail    = "mail"
)

// channels are those that the county has set; none of nil.
func (n *Notify) channels() (list []string) {
	if n != nil && n.Webhook != "" {
		list = append(list, ByWebhook)
	}
	if n != nil && n.SMTP != "" {
		list = append(list, ByMail)
	}
	return list
}

// Delivery is a reminder on its way by one channel.
type Delivery struct {
	schedule.Duty
	Channel string
	Next    time.Time // not tried before
	Tries   int
	Sent    bool
}

// A delivery is left to whoever tries it for a minute. After a failure it waits, twice as
// long each time and an hour at most: a server that is down is not asked all the time, and
// one reminder that it refuses does not keep the others.
const (
	claim     = time.Minute
	firstWait = time.Minute
	lastWait  = time.Hour
)

// NextDelivery takes up the oldest reminder whose time has come, for one who calls
// Delivered after; nil when there is none. What was to go by a channel that the county
// has given up is dropped.
func (b *Book) NextDelivery(ctx context.Context) (next *Delivery, n *Notify, err error) {
	if unsent, err := b.Unsent(ctx); err != nil || unsent == 0 {
		return nil, nil, err
	}
	err = b.update(ctx, func(tx Tx) error {
		next = nil
		if n, err = notifyOf(ctx, tx); err != nil {
			return err
		}
		list, err := tx.Undelivered(ctx)
		if err != nil {
			return err
		}
		now := b.now()
		for _, x := range list {
			switch {
			case !slices.Contains(n.channels(), x.Channel):
				x.Sent = true
			case next != nil || x.Next.After(now) && !x.Next.After(now.Add(lastWait)): // one put off further was so by a clock that ran ahead
				continue
			default:
				x.Next, x.Tries = now.Add(claim), x.Tries+1
				next = &x
			}
			if err := tx.PutDelivery(ctx, x); err != nil {
				return err
			}
		}
		return nil
	})
	return next, n, err
}

// Delivered notes whether a delivery has arrived; one that has not is tried again later.
func (b *Book) Delivered(ctx context.Context, d Delivery, arrived bool) error {
	return b.update(ctx, func(tx Tx) error {
		wait := firstWait
		for range min(d.Tries, 10) - 1 {
			wait = min(2*wait, lastWait)
		}
		d.Sent, d.Next = arrived, b.now().Add(wait)
		return tx.PutDelivery(ctx, d)
	})
}

// Unsent counts reminders that have not reached those outside, each channel for itself.
func (b *Book) Unsent(ctx context.Context) (n int, err error) {
	err = b.view(ctx, func(r Reader) error {
		list, err := r.Undelivered(ctx)
		n = len(list)
		return err
	})
	return n, err
}

// notifyOf is the county's setting; nil while reminders stay in journal and log.
func notifyOf(ctx context.Context, r Reader) (*Notify, error) {
	county, err := settingsAt(ctx, r, 0)
	if message.Code(err) == "settings.none" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return county.Notify, nil
}
