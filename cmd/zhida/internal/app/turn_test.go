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
	"zhida/rules/message"
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

// What comes in while an approver's look at a batch is still being computed is seen when they sign: nothing is committed without it.
func TestInputWhileAnApproverLooks(t *testing.T) {
	b := newFundBook(t)
	b.fund()
	ctx, batch := context.Background(), b.run(202601)
	_, err := b.app.Submit(ctx, b.by["张敏"], batch.ID)
	b.must(err)
	b.answered(batch.ID)
	if _, err := b.app.Check(ctx, b.by["李复"], batch.ID, batch.Digest[:7]); message.Code(err) != "batch.other_seal" {
		t.Errorf("seven characters of a digest: %v", err)
	}
	_, err = b.app.Check(ctx, b.by["李复"], batch.ID, batch.Digest[:8])
	b.must(err)
	const account = "身份证号,姓名,银行卡号,户名,生效日期\n439901198001040136,李丁,"
	b.bring("accounts", account+"6228480000000000042,李丁,2027-01-01\n") // changes nothing, so that the batch is computed once more
	var once sync.Once
	looked := false
	looking := payroll.WithProgress(ctx, func(string, int64, int64) {
		once.Do(func() { looked = true; b.bring("accounts", account+"6228480000000000059,李丁,2027-02-01\n") })
	})
	if _, err = b.app.Approve(looking, b.by["王审"], batch.ID, ""); message.Code(err) != "batch.raced" || !looked {
		t.Fatalf("approved in spite of what came in: %v, %v", looked, err)
	}
	_, err = b.app.Approve(ctx, b.by["王审"], batch.ID, "")
	b.must(err)
}
