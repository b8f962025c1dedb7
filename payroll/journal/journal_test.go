package journal

import (
	"bytes"
	"crypto/rand"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"zhida/rules/message"
)

var at = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

func newKey(t testing.TB) *Key {
	t.Helper()
	k, err := NewKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func chain(t *testing.T, k *Key) []Event {
	t.Helper()
	var head Head
	var list []Event
	for i, kind := range []string{"book.founded", "actor.added", "facts.imported"} {
		e, err := New(head, at.Add(time.Duration(i)*time.Second), map[bool]string{true: "", false: "张敏"}[i == 0], kind, Payload("n", "1"))
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			if err := e.Sign(k); err != nil {
				t.Fatal(err)
			}
		}
		list = append(list, e)
		head = e.Head()
	}
	return list
}

func verify(list []Event, public []byte) error {
	var head Head
	for i := range list {
		if err := Verify(&list[i], head, public); err != nil {
			return err
		}
		head = list[i].Head()
	}
	return nil
}

func TestChainFindsEveryEdit(t *testing.T) {
	k := newKey(t)
	if err := verify(chain(t, k), k.Public()); err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string]func(l []Event) []Event{
		"payload":   func(l []Event) []Event { l[1].Payload = []byte("n=2\n"); return l },
		"actor":     func(l []Event) []Event { l[1].Actor = "李四"; return l },
		"time":      func(l []Event) []Event { l[2].Time = at.Add(-time.Hour); return l },
		"removed":   func(l []Event) []Event { return append(l[:1], l[2]) },
		"swapped":   func(l []Event) []Event { l[1], l[2] = l[2], l[1]; return l },
		"signature": func(l []Event) []Event { l[2].Signature[9] ^= 1; return l },
		"recomputed without the key": func(l []Event) []Event {
			l[1].Payload = []byte("n=2\n")
			l[1].Digest = Digest(l[1].Encode())
			l[2].Prev = l[1].Digest
			l[2].Digest = Digest(l[2].Encode())
			return l
		},
	} {
		if err := verify(edit(chain(t, k)), k.Public()); message.Code(err) != "journal.broken" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestClockMayNotRunBack(t *testing.T) {
	if _, err := New(Head{1, at, none}, at.Add(-time.Second), "a", "k", nil); message.Code(err) != "journal.clock" {
		t.Error(err)
	}
	if _, err := New(Head{1, at, none}, at, "a", "k", nil); err != nil {
		t.Error(err)
	}
}

func TestSealedKey(t *testing.T) {
	k := newKey(t)
	sealed, err := Seal(k, []byte("一个长口令"))
	if err != nil {
		t.Fatal(err)
	}
	back, err := Open(sealed, []byte("一个长口令"), rand.Reader)
	if err != nil || !bytes.Equal(back.Public(), k.Public()) {
		t.Fatalf("opened another key: %v", err)
	}
	if _, err := Open(sealed, []byte("另一个口令"), rand.Reader); message.Code(err) != "key.passphrase" {
		t.Errorf("a wrong passphrase: %v", err)
	}
	sealed[len(sealed)-1] ^= 1
	if _, err := Open(sealed, []byte("一个长口令"), rand.Reader); message.Code(err) != "key.passphrase" {
		t.Errorf("a changed byte: %v", err)
	}
}

// The encoding is pinned by a vector, because a verifier is written from docs/formats.en.md.
func TestEncodingVector(t *testing.T) {
	e, err := New(Head{7, at, "ab"}, at, "张敏", "batch.approved", Payload("batch", "2026-11/1", "note", "a\\b\nc"))
	if err != nil {
		t.Fatal(err)
	}
	e.KeyID = "0123"
	want := "zhida-event 1\nposition=8\ntime=2026-11-24T08:00:00Z\nactor=张敏\nkind=batch.approved\n" +
		"payload=" + Digest([]byte("batch=2026-11/1\nnote=a\\\\b\\nc\n")) + "\nprev=ab\nkey=0123\n"
	if diff := cmp.Diff(want, string(e.Encode())); diff != "" {
		t.Error(diff)
	}
	if Digest([]byte("abc")) != "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0" {
		t.Error("SM3 does not give the vector of its standard")
	}
}

func TestPayloadRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var pairs []string
		for range rapid.IntRange(0, 5).Draw(t, "n") {
			pairs = append(pairs, rapid.StringMatching(`[a-z_]{1,8}`).Draw(t, "name"), rapid.String().Draw(t, "value"))
		}
		back, err := ParsePayload(Payload(pairs...))
		if diff := cmp.Diff(pairs, back); err != nil || diff != "" {
			t.Fatalf("%v %s", err, diff)
		}
	})
}

// Stock OpenSSL verifies what we sign.
func TestOpenSSLVerifies(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("openssl is missing")
		}
		t.Skip("openssl is missing")
	}
	k := newKey(t)
	e := chain(t, k)[2]
	dir := t.TempDir()
	pem, err := PublicPEM(k.Public())
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"event": e.Encode(), "sig": e.Signature, "pub.pem": pem} {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	check := func() error {
		c := exec.Command("openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "pub.pem", "-in", "event", "-sigfile", "sig", "-rawin",
			"-digest", "sm3", "-pkeyopt", "distid:1234567812345678")
		c.Dir = dir
		out, err := c.CombinedOutput()
		t.Logf("%s", out)
		return err
	}
	if err := check(); err != nil {
		t.Errorf("openssl refuses a good signature: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "event"), append(e.Encode(), ' '), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := check(); err == nil {
		t.Error("openssl accepts a changed event")
	}
}
