package desk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zhida/cmd/zhida/internal/app"
	"zhida/rules/message"
)

// A visit at which nobody is any more keeps neither its key nor its files, though nobody asks for it again; what still works with them ends first.
func TestVisitLeaves(t *testing.T) {
	o := open(t)
	b := o.as("张敏")
	var v *visit
	for _, h := range o.visits.of {
		v = h.visit
	}
	if v == nil || v.signer() == nil {
		t.Fatal("a maker's key is not kept")
	}
	if status, to, text := b.upload("/import", map[string]string{"accounts.csv": "身份证号,姓名,银行卡号\n1,2,3\n"}, "once", b.once(), "kind", "accounts"); status != http.StatusSeeOther {
		t.Fatalf("%d %s", status, text)
	} else if status, text := b.wait(to); status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	if _, err := os.Stat(v.dir); v.dir == "" || err != nil {
		t.Fatalf("the files of a visit: %q %v", v.dir, err)
	}
	done := v.work()
	o.later(idle + time.Second)
	o.visits.sweep()
	if v.signer() != nil || len(o.visits.of) != 0 {
		t.Error("the key is still there")
	}
	if _, err := os.Stat(v.dir); err != nil {
		t.Errorf("files that work needs: %v", err)
	}
	done()
	if _, err := os.Stat(v.dir); !os.IsNotExist(err) {
		t.Errorf("the files are still there: %v", err)
	}
}

// Whoever sends a form slowly keeps no place from others: it is taken once the form is there.
func TestSlowFormsTakeNoPlace(t *testing.T) {
	o := open(t)
	b := o.as("孙计")
	taken := -1
	body := io.MultiReader(strings.NewReader("from=2026-10&to=2026-10"), leaving(func() { taken = len(o.slots.free) }))
	r := httptest.NewRequest(http.MethodPost, o.URL+"/audit/data", body)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, c := range b.Jar.Cookies(o.address()) {
		r.AddCookie(c)
	}
	answer := httptest.NewRecorder()
	o.Desk.Handler().ServeHTTP(answer, r)
	if taken != 0 || answer.Code != http.StatusOK {
		t.Errorf("while the form came, %d places were taken; it was answered with %d", taken, answer.Code)
	}
}

// Passphrases are tried one at a time, few wait, and whoever comes then is told so: memory for one is all it takes.
func TestCrowdAtTheDoor(t *testing.T) {
	o := open(t)
	o.guesses.one <- struct{}{} // somebody's is being tried
	ctx, leave := context.WithCancel(context.Background())
	var waiting sync.WaitGroup
	for range mostWaiting {
		waiting.Go(func() { _, _ = o.guesses.turn(ctx) })
	}
	for len(o.guesses.wants) < mostWaiting {
		time.Sleep(time.Millisecond)
	}
	if status, _, text := o.browser().post("/sign-in", "name", "张敏", "passphrase", passphrase); status != http.StatusServiceUnavailable || !strings.Contains(text, "desk.crowded") {
		t.Errorf("%d %s", status, text)
	}
	leave()
	waiting.Wait()
	<-o.guesses.one
	o.as("张敏")
}

// What takes much memory waits for its place, and whoever leaves waits no more.
func TestHeavyPagesWait(t *testing.T) {
	o := open(t)
	o.run()
	b := o.as("张敏")
	for range mostHeavy {
		o.slots.free <- struct{}{}
	}
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, o.URL+"/batch/2026-10/1/paper/workbook", nil)
	if err != nil {
		t.Fatal(err)
	}
	answered := make(chan string, 1)
	go func() {
		r, err := b.Do(ask)
		if err != nil {
			answered <- ""
			return
		}
		r.Body.Close()
		answered <- r.Status
	}()
	for own := o.slots.of("张敏"); len(own) == 0; time.Sleep(time.Millisecond) { // it waits once it has the visitor's own place
		select {
		case status := <-answered:
			t.Fatalf("it did not wait: %s", status)
		default:
		}
	}
	leave()
	if status := <-answered; status != "" {
		t.Fatalf("it did not wait: %s", status)
	}
	if status, _ := b.get("/batch/2026-10/1"); status != http.StatusOK {
		t.Errorf("a light page: %d", status)
	}
	<-o.slots.free
	if status, _ := b.get("/batch/2026-10/1/paper/workbook"); status != http.StatusOK {
		t.Errorf("with a place: %d", status)
	}
	<-o.slots.free
}

// A page that takes long is worked out once for all who ask, they are shown how far it is meanwhile, and what failed is tried again.
func TestPreparedOnce(t *testing.T) {
	o := open(t)
	begun, release, times := make(chan struct{}), make(chan struct{}), 0
	ask := func() (int, error) {
		r := &request{Request: httptest.NewRequest(http.MethodGet, "/page", nil), desk: o.Desk}
		return prepared(r, "key", message.M("desk.looking", "x"), func(context.Context) (int, error) {
			if times++; times == 1 {
				return 0, message.Err("batch.missing", "x")
			}
			close(begun)
			<-release
			return 42, nil
		})
	}
	if _, err := ask(); message.Code(err) != "batch.missing" {
		t.Fatalf("what fails: %v", err)
	}
	_, err := ask()
	<-begun
	_, again := ask()
	if to, ok := err.(elsewhere); !ok || again != err || !strings.HasPrefix(string(to), "/job/") {
		t.Fatalf("meanwhile: %v, %v", err, again)
	}
	close(release)
	o.jobs.all.Wait()
	for range 2 {
		if v, err := ask(); v != 42 || err != nil || times != 2 {
			t.Errorf("afterwards: %d %v after %d times", v, err, times)
		}
	}
}

// Who opens slow pages again and again waits for himself: another visitor has a place.
func TestPlaceForOthers(t *testing.T) {
	p := newSlots()
	first, err := p.take(t.Context(), "张敏")
	if err != nil {
		t.Fatal(err)
	}
	waiting, cancel := context.WithCancel(t.Context())
	outcome := make(chan error)
	for range 10 {
		go func() { _, err := p.take(waiting, "张敏"); outcome <- err }()
	}
	other, err := p.take(t.Context(), "李复")
	if err != nil || len(p.free) != 2 {
		t.Fatal("another visitor: ", err, len(p.free))
	}
	other()
	cancel()
	for range 10 {
		if err := <-outcome; !errors.Is(err, context.Canceled) {
			t.Error("a second place for one: ", err)
		}
	}
	first()
	if leave, err := p.take(t.Context(), "张敏"); err != nil {
		t.Error("afterwards: ", err)
	} else {
		leave()
	}
	if len(p.free) != 0 {
		t.Error("places that nobody gave back: ", len(p.free))
	}
}

// What a desk that was killed has left is gone with the next one; what another holds stays.
func TestScratchIsSwept(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	old := time.Now().Add(-time.Hour)
	left := filepath.Join(os.TempDir(), "zhida-desk-1")
	if err := os.MkdirAll(filepath.Join(left, "visit-1"), 0o700); err != nil {
		t.Fatal(err)
	}
	held, release, err := app.Scratch("zhida-desk")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{left, held} {
		if err := os.Chtimes(dir, old, old); err != nil {
			t.Fatal(err)
		}
	}
	fresh, releaseFresh, err := app.Scratch("zhida-desk")
	if err != nil {
		t.Fatal(err)
	}
	for dir, want := range map[string]bool{left: false, held: true, fresh: true} {
		if _, err := os.Stat(dir); (err == nil) != want {
			t.Errorf("%s: %v", dir, err)
		}
	}
	for _, f := range []func() error{release, releaseFresh} {
		if err := f(); err != nil {
			t.Error(err)
		}
	}
	if list, _ := os.ReadDir(os.TempDir()); len(list) != 0 {
		t.Error(fmt.Sprint("left: ", list))
	}
}
