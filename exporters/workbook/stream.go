package workbook

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"hash/crc32"
	"io"
	"os"
	"runtime"
	"sync"
)

// blockSize is how much XML is compressed at a time. Blocks are independent of
// each other, so that two cores can share one sheet and the bytes do not depend
// on how many there are; at this size that costs about one percent of the ratio.
const blockSize = 256 << 10

// level is a middle way: one step less is hardly faster, one more a third slower.
const level = 2

// spoolLimit is how much compressed text of one stream stays in memory; the rest
// goes to a private temporary file.
const spoolLimit = 1 << 20

// stream is a compressed run of bytes that can be joined with others to a part
// of the zip. Write blocks in one goroutine, then finish, then read; close always.
type stream struct {
	crc    uint32
	size   int64 // before compression
	packed int64
	memory bytes.Buffer
	file   *os.File

	blocks chan *block   // in order; its capacity bounds the memory
	done   chan struct{} // the collector has seen the last block
	err    error
}

// block is a run of XML on its way through a compressor.
type block struct {
	in    []byte
	out   bytes.Buffer
	ready chan struct{}
}

func newStream() *stream {
	s := &stream{blocks: make(chan *block, runtime.GOMAXPROCS(0)), done: make(chan struct{})}
	go s.collect(s.blocks)
	return s
}

// write takes the bytes over and compresses them beside the caller.
func (s *stream) write(b []byte) {
	s.crc = crc32.Update(s.crc, crc32.IEEETable, b)
	s.size += int64(len(b))
	bl := &block{in: b, ready: make(chan struct{})}
	s.blocks <- bl
	go bl.compress()
}

// compress ends the block with a sync marker and not with a last block, so that
// another can follow.
func (b *block) compress() {
	defer close(b.ready)
	w := compressors.Get().(*flate.Writer)
	w.Reset(&b.out)
	_, _ = w.Write(b.in) // a bytes.Buffer does not fail
	_ = w.Flush()
	compressors.Put(w)
	recycle(b.in)
	b.in = nil
}

var compressors = sync.Pool{New: func() any {
	w, err := flate.NewWriter(io.Discard, level)
	if err != nil {
		panic(err) // the level is a constant
	}
	return w
}}

// buffers are blocks that were compressed and can be filled again.
var buffers = sync.Pool{New: func() any { return new(make([]byte, 0, blockSize+blockSize/4)) }}

func fresh() []byte    { return (*buffers.Get().(*[]byte))[:0] }
func recycle(b []byte) { buffers.Put(&b) }

// collect keeps the blocks in the order in which they were written.
func (s *stream) collect(blocks <-chan *block) {
	defer close(s.done)
	for b := range blocks {
		<-b.ready
		if s.err == nil {
			s.err = s.keep(b.out.Bytes())
		}
	}
}

// keep puts compressed bytes behind the others, in memory while they are few.
func (s *stream) keep(b []byte) error {
	s.packed += int64(len(b))
	if s.file == nil {
		if s.memory.Len()+len(b) <= spoolLimit {
			s.memory.Write(b)
			return nil
		}
		f, err := os.CreateTemp("", "workbook-*") // created 0600: it holds personal data
		if err != nil {
			return err
		}
		s.file = f
	}
	_, err := s.file.Write(b)
	return err
}

// finish waits for the last block.
func (s *stream) finish() error {
	if s.blocks != nil {
		close(s.blocks)
		s.blocks = nil
		<-s.done
	}
	return s.err
}

// copyTo gives the compressed bytes.
func (s *stream) copyTo(w io.Writer) error {
	if _, err := w.Write(s.memory.Bytes()); err != nil {
		return err
	}
	if s.file == nil {
		return nil
	}
	if _, err := s.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	_, err := io.Copy(w, s.file)
	return err
}

// close gives up what is unfinished and removes the temporary file.
func (s *stream) close() {
	_ = s.finish()
	if s.file != nil {
		_ = s.file.Close()
		_ = os.Remove(s.file.Name())
		s.file = nil
	}
}

// streamOf compresses bytes that are already whole.
func streamOf(b []byte) *stream {
	s := newStream()
	for len(b) > 0 {
		n := min(len(b), blockSize)
		s.write(append(fresh(), b[:n]...))
		b = b[n:]
	}
	return s
}

// lastBlock is an empty final block of a deflate stream.
var lastBlock = []byte{0x03, 0x00}

// firstDay is the date that spreadsheet programs put on every part: 1980-01-01.
const firstDay = 1<<5 | 1

// writePart joins streams to one part of the zip. The entry is written raw, with
// its sizes in front, because its bytes were compressed before.
func writePart(z *zip.Writer, name string, streams ...*stream) error {
	h := &zip.FileHeader{Name: name, Method: zip.Deflate}
	//lint:ignore SA1019 a raw entry takes the DOS date from here and from nowhere else
	h.ModifiedDate = firstDay
	h.CompressedSize64 = uint64(len(lastBlock))
	for _, s := range streams {
		if err := s.finish(); err != nil {
			return err
		}
		h.CRC32 = joinCRC(h.CRC32, s.crc, s.size)
		h.UncompressedSize64 += uint64(s.size)
		h.CompressedSize64 += uint64(s.packed)
	}
	w, err := z.CreateRaw(h)
	if err != nil {
		return err
	}
	for _, s := range streams {
		if err := s.copyTo(w); err != nil {
			return err
		}
	}
	_, err = w.Write(lastBlock)
	return err
}

// joinCRC is the CRC-32 of a followed by b, from the CRC of each and the length
// of b: the CRC of a is moved through size zero bytes by repeated squaring of
// the matrix that moves it through one bit, as crc32_combine of zlib does.
func joinCRC(a, b uint32, size int64) uint32 {
	var shift matrix
	shift[0] = crc32.IEEE
	for i := 1; i < 32; i++ {
		shift[i] = 1 << (i - 1)
	}
	shift = shift.square().square().square() // one byte
	for ; size > 0; size >>= 1 {
		if size&1 == 1 {
			a = shift.times(a)
		}
		shift = shift.square()
	}
	return a ^ b
}

// matrix is a linear map over bits: column i is the image of bit i.
type matrix [32]uint32

func (m *matrix) times(v uint32) uint32 {
	var sum uint32
	for i := 0; v != 0; i, v = i+1, v>>1 {
		if v&1 == 1 {
			sum ^= m[i]
		}
	}
	return sum
}

func (m matrix) square() matrix {
	var s matrix
	for i := range m {
		s[i] = m.times(m[i])
	}
	return s
}
