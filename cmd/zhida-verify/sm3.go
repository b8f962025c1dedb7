package main

import (
	"encoding/binary"
	"encoding/hex"
	"math/bits"
)

// digest is an SM3 hash.
type digest [32]byte

func (d digest) String() string { return hex.EncodeToString(d[:]) }

// digestOf reads a digest in its one spelling.
func digestOf(s string) (d digest, ok bool) {
	if !digestForm.MatchString(s) {
		return d, false
	}
	_, err := hex.Decode(d[:], []byte(s))
	return d, err == nil
}

// sm3 is a running SM3 hash (GB/T 32905-2016). The zero value is not ready: see newSM3.
// A copy of the value is a copy of the state.
type sm3 struct {
	state  [8]uint32
	buffer [64]byte
	used   int    // bytes of buffer that are filled
	length uint64 // bytes written
}

func newSM3() *sm3 {
	return &sm3{state: [8]uint32{0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e}}
}

// sum3 is the SM3 of the parts, one after another.
func sum3(parts ...[]byte) digest {
	h := newSM3()
	for _, p := range parts {
		h.Write(p)
	}
	return h.digest()
}

// Write adds to the hash; it never fails.
func (h *sm3) Write(p []byte) (int, error) {
	n := len(p)
	h.length += uint64(n)
	if h.used > 0 {
		c := copy(h.buffer[h.used:], p)
		h.used += c
		p = p[c:]
		if h.used < len(h.buffer) {
			return n, nil
		}
		h.blocks(h.buffer[:])
		h.used = 0
	}
	whole := len(p) &^ 63
	h.blocks(p[:whole])
	h.used = copy(h.buffer[:], p[whole:])
	return n, nil
}

// WriteString is Write.
func (h *sm3) WriteString(s string) { h.Write([]byte(s)) }

// digest is the hash of what was written so far; writing may go on afterwards.
func (h *sm3) digest() (out digest) {
	end := *h
	var tail [72]byte
	tail[0] = 0x80
	pad := 64 - int((end.length+8)%64)
	binary.BigEndian.PutUint64(tail[pad:], end.length*8)
	end.Write(tail[:pad+8])
	for i, w := range end.state {
		binary.BigEndian.PutUint32(out[4*i:], w)
	}
	return out
}

// constants are the T(j) of the standard, each rotated left by j as the rounds use it.
var constants = func() (t [64]uint32) {
	for j := range t {
		t[j] = bits.RotateLeft32(0x7a879d8a, j)
		if j < 16 {
			t[j] = bits.RotateLeft32(0x79cc4519, j)
		}
	}
	return t
}()

// blocks compresses whole blocks of 64 bytes.
func (h *sm3) blocks(p []byte) {
	var w [68]uint32
	for ; len(p) >= 64; p = p[64:] {
		for i := range 16 {
			w[i] = binary.BigEndian.Uint32(p[4*i:])
		}
		for i := 16; i < 68; i++ {
			x := w[i-16] ^ w[i-9] ^ bits.RotateLeft32(w[i-3], 15)
			w[i] = x ^ bits.RotateLeft32(x, 15) ^ bits.RotateLeft32(x, 23) ^ bits.RotateLeft32(w[i-13], 7) ^ w[i-6]
		}
		h.compress(&w)
	}
}

func (h *sm3) compress(w *[68]uint32) {
	a, b, c, d, e, f, g, k := h.state[0], h.state[1], h.state[2], h.state[3], h.state[4], h.state[5], h.state[6], h.state[7]
	for j := range 64 {
		a12 := bits.RotateLeft32(a, 12)
		ss1 := bits.RotateLeft32(a12+e+constants[j], 7)
		ff, gg := a^b^c, e^f^g
		if j >= 16 {
			ff, gg = a&b|a&c|b&c, e&f|^e&g
		}
		tt1 := ff + d + (ss1 ^ a12) + (w[j] ^ w[j+4])
		tt2 := gg + k + ss1 + w[j]
		a, b, c, d = tt1, a, bits.RotateLeft32(b, 9), c
		e, f, g, k = tt2^bits.RotateLeft32(tt2, 9)^bits.RotateLeft32(tt2, 17), e, bits.RotateLeft32(f, 19), g
	}
	for i, v := range [8]uint32{a, b, c, d, e, f, g, k} {
		h.state[i] ^= v
	}
}
