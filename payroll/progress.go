package payroll

import "context"

// Progress is told how far a long step is: what it does (a code of the catalogue), and how
// many of how many people or rows. It may be called from several goroutines.
type Progress func(what string, done, total int64)

type progressKey struct{}

// WithProgress lets what runs under the context tell how far it is.
func WithProgress(ctx context.Context, p Progress) context.Context {
	return context.WithValue(ctx, progressKey{}, p)
}

// tell tells how far a step is, where somebody listens.
func tell(ctx context.Context, what string, done, total int64) {
	if p, ok := ctx.Value(progressKey{}).(Progress); ok {
		p(what, done, total)
	}
}
