package app

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"zhida/payroll"
	"zhida/payroll/store/pgtest"
)

// Whoever runs at the same time as another is told to wait and nothing else goes wrong,
// on either database: one draft stands in the end, and it computes to its own digest.
func TestRunsAtOnce(t *testing.T) {
	for name, book := range map[string]func(t *testing.T) string{
		"sqlite":     func(t *testing.T) string { return filepath.Join(t.TempDir(), "book.db") },
		"postgresql": func(t *testing.T) string { return pgtest.Database(t) },
	} {
		t.Run(name, func(t *testing.T) {
			ctx, path := context.Background(), book(t)
			b := caseBookAt(t, path, "pc-02-句容市离任村干部补贴.yaml", 201901)
			b.settle("former_monthly", []owed{{name: "J1"}, {name: "J2"}, {name: "J3"}, {name: "J5"}, {name: "J6"}})
			at := b.now()
			var lock sync.Mutex
			clock := func() time.Time {
				lock.Lock()
				defer lock.Unlock()
				at = at.Add(time.Second / 10)
				return at
			}
			var wg sync.WaitGroup
			done := make([]int, 3)
			for i := range done {
				a, err := Open(ctx, path, clock)
				if err != nil {
					t.Fatal(err)
				}
				defer a.Close()
				wg.Go(func() {
					for range 10 {
						_, err := a.Run(ctx, b.by["张敏"], 201912, payroll.Regular)
						var busy *payroll.Busy
						switch {
						case err == nil:
							done[i]++
						case !errors.As(err, &busy):
							t.Errorf("somebody beside others learns %v", err)
						}
					}
				})
			}
			wg.Wait()
			if done[0]+done[1]+done[2] == 0 {
				t.Error("nobody came to compute")
			}
			list, err := b.app.BatchList(ctx)
			if err != nil || len(list) != 1 || list[0].State != payroll.Draft {
				t.Fatal(list, err)
			}
			if digest, err := b.app.Recompute(ctx, list[0].ID); err != nil || digest != list[0].Digest {
				t.Errorf("the draft computes to %s, not %s: %v", digest, list[0].Digest, err)
			}
		})
	}
}
