package main

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The examples of GB/T 32905-2016, annex A, and the empty message.
func TestSM3(t *testing.T) {
	for message, want := range map[string]string{
		"":                         "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b",
		"abc":                      "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
		strings.Repeat("abcd", 16): "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
	} {
		if got := sum3([]byte(message)).String(); got != want {
			t.Errorf("SM3 of %q is %s, want %s", message, got, want)
		}
	}
}

// However a message is cut into writes, its hash is the same, and asking for the hash changes nothing.
func TestSM3InPieces(t *testing.T) {
	message := make([]byte, 300)
	for i := range message {
		message[i] = byte(i * 7)
	}
	for n := range len(message) {
		want := sum3(message[:n])
		for _, step := range []int{1, 3, 63, 64, 65} {
			h := newSM3()
			for i := 0; i < n; i += step {
				h.Write(message[i:min(i+step, n)])
				h.digest()
			}
			if h.digest() != want {
				t.Fatalf("%d bytes in steps of %d have another hash", n, step)
			}
		}
	}
}

// The example of GB/T 32918.5-2017, annex A.2: identity 1234567812345678, message "message digest".
func TestSM2Example(t *testing.T) {
	key, ok := newPublicKey(unhex(t, "04"+
		"09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"+
		"CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"))
	if !ok {
		t.Fatal("the point of the example is refused")
	}
	if want := "B2E14C5C79C6DF5B85F4FE7ED8DB7A262B9DA7E07CCB0EA9F4747B8CCDA8A4F3"; !strings.EqualFold(key.z.String(), want) {
		t.Errorf("Z is %s, want %s", key.z, want)
	}
	signature := marshalSignature(
		number("F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"),
		number("B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"))
	if !key.verify([]byte("message digest"), signature) {
		t.Error("the signature of the example is refused")
	}
	if key.verify([]byte("message digesu"), signature) {
		t.Error("the signature is good for another message")
	}
	for i := range signature {
		for bit := range 8 {
			bad := bytes.Clone(signature)
			bad[i] ^= 1 << bit
			if key.verify([]byte("message digest"), bad) {
				t.Fatalf("bit %d of byte %d changed and the signature is still good", bit, i)
			}
		}
	}
}

// Signatures have one encoding, numbers have their range, and points are on the curve.
func TestSM2Refuses(t *testing.T) {
	signer := newSigner("somebody")
	message := []byte("m")
	good := signer.sign(message)
	if !signer.public.verify(message, good) {
		t.Fatal("a good signature is refused")
	}
	r, s := parseSignature(t, good)
	longForm := append([]byte{0x30, 0x81}, good[1:]...)
	zero := number("0")
	for name, sig := range map[string][]byte{
		"empty": nil, "byte after it": append(bytes.Clone(good), 0), "length in the long form": longForm,
		"r is zero": marshalSignature(zero, s), "s is zero": marshalSignature(r, zero),
		"r is n": marshalSignature(curveN, s), "s is n": marshalSignature(r, curveN),
		"r beyond n": marshalSignature(zero.Add(r, curveN), s),
		"r + s = n":  marshalSignature(r, number("0").Sub(curveN, r)),
	} {
		if signer.public.verify(message, sig) {
			t.Errorf("%s: good", name)
		}
	}
	point := signer.public.bytes
	for name, change := range map[string]func(p []byte) []byte{
		"off the curve": func(p []byte) []byte { p[64] ^= 1; return p },
		"compressed":    func(p []byte) []byte { p[0] = 2; return p[:33] },
		"short":         func(p []byte) []byte { return p[:64] },
		"x is p":        func(p []byte) []byte { copy(p[1:], curveP.Bytes()); return p },
		"zero":          func([]byte) []byte { return make([]byte, 65) },
	} {
		if _, ok := newPublicKey(change(bytes.Clone(point[:]))); ok {
			t.Errorf("a point that is %s is taken", name)
		}
	}
	if _, ok := parsePEM(signer.pem()); !ok {
		t.Error("a good key is refused")
	}
	for _, bad := range [][]byte{nil, append(signer.pem(), '\n'), append([]byte("x\n"), signer.pem()...), bytes.Replace(signer.pem(), []byte("\n"), []byte("\r\n"), 1)} {
		if _, ok := parsePEM(bad); ok {
			t.Errorf("%q is taken for a key", bad)
		}
	}
}

// openssl looks for OpenSSL, which the integration machine must have.
func openssl(t *testing.T) func(args ...string) ([]byte, error) {
	t.Helper()
	if _, err := exec.LookPath("openssl"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("openssl is missing")
		}
		t.Skip("openssl is missing")
	}
	dir := t.TempDir()
	return func(args ...string) ([]byte, error) {
		c := exec.Command("openssl", args...)
		c.Dir = dir
		if args[0] == "" {
			return []byte(dir), nil
		}
		return c.Output()
	}
}

// OpenSSL and this program agree on digests and on signatures, in both directions.
func TestOpenSSLAgrees(t *testing.T) {
	run := openssl(t)
	where, _ := run("")
	write := func(name string, b []byte) {
		if err := os.WriteFile(filepath.Join(string(where), name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	read := func(name string) []byte {
		b, err := os.ReadFile(filepath.Join(string(where), name))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, n := range []int{0, 1, 55, 56, 63, 64, 65, 1000, 100_000} {
		message := make([]byte, n)
		rand.Read(message)
		write("message", message)
		out, err := run("dgst", "-sm3", "-binary", "message")
		if err != nil || hex.EncodeToString(out) != sum3(message).String() {
			t.Errorf("SM3 of %d bytes: %x, %v", n, out, err)
		}
	}
	signer := newSigner("one whom OpenSSL reads")
	write("pub.pem", signer.pem())
	write("sig", signer.sign(read("message")))
	verify := []string{"pkeyutl", "-verify", "-pubin", "-inkey", "pub.pem", "-in", "message", "-sigfile", "sig", "-rawin", "-digest", "sm3", "-pkeyopt", "distid:" + signerID}
	if out, err := run(verify...); err != nil {
		t.Errorf("OpenSSL refuses our signature: %s %v", out, err)
	}
	if _, err := run("genpkey", "-algorithm", "SM2", "-out", "key.pem"); err != nil {
		t.Fatal(err)
	}
	if _, err := run("pkey", "-in", "key.pem", "-pubout", "-out", "theirs.pem"); err != nil {
		t.Fatal(err)
	}
	key, ok := parsePEM(read("theirs.pem"))
	if !ok {
		t.Fatalf("the key of OpenSSL is refused:\n%s", read("theirs.pem"))
	}
	for range 20 {
		if _, err := run("pkeyutl", "-sign", "-inkey", "key.pem", "-in", "message", "-out", "sig", "-rawin", "-digest", "sm3", "-pkeyopt", "distid:"+signerID); err != nil {
			t.Fatal(err)
		}
		if !key.verify(read("message"), read("sig")) {
			t.Error("a signature of OpenSSL is refused")
		}
		if key.verify([]byte("another"), read("sig")) {
			t.Error("a signature of OpenSSL is good for something else")
		}
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func BenchmarkSM3(b *testing.B) {
	data := make([]byte, 1<<20)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		sum3(data)
	}
}

func BenchmarkVerify(b *testing.B) {
	signer := newSigner("x")
	sig := signer.sign([]byte("m"))
	for b.Loop() {
		signer.public.verify([]byte("m"), sig)
	}
}
