package workbook

import (
	"archive/zip"
	"bytes"
	"hash/crc32"
	"io"
	"math/rand"
	"testing"

	"pgregory.net/rapid"
)

func TestJoinCRC(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.SliceOf(rapid.Byte()).Draw(t, "a"), rapid.SliceOf(rapid.Byte()).Draw(t, "b")
		want := crc32.ChecksumIEEE(append(bytes.Clone(a), b...))
		if got := joinCRC(crc32.ChecksumIEEE(a), crc32.ChecksumIEEE(b), int64(len(b))); got != want {
			t.Fatalf("%08x, want %08x", got, want)
		}
	})
}

// TestPartIsItsStreams reads back, through the check of the CRC, what several
// streams were joined to: empty ones, and one that outgrew memory.
func TestPartIsItsStreams(t *testing.T) {
	noise := make([]byte, 3*spoolLimit)
	rand.New(rand.NewSource(1)).Read(noise)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	streams := []*stream{streamOf([]byte("<head>")), streamOf(nil), streamOf(noise), streamOf([]byte("<tail>"))}
	for _, s := range streams {
		defer s.close()
	}
	if err := writePart(z, "part", streams...); err != nil {
		t.Fatal(err)
	}
	if streams[2].file == nil {
		t.Error("the long stream stayed in memory")
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	part, err := r.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(part)
	if want := append(append([]byte("<head>"), noise...), "<tail>"...); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes back, want %d (%v)", len(got), len(want), err)
	}
}

// TestCloseInTheMiddle gives a stream up while blocks are on their way.
func TestCloseInTheMiddle(t *testing.T) {
	s := newStream()
	for range 20 {
		s.write(bytes.Repeat([]byte("x"), blockSize))
	}
	s.close()
	s.close()
}
