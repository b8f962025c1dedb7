package bankfile

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"

	"zhida/payroll/banklayout"
)

// codec writes characters in the encoding of a layout and proves each one the
// first time it occurs: encoded, decoded again and compared. Encoders give wrong
// bytes for some characters without an error.
type codec struct {
	encode *encoding.Encoder // nil for UTF-8
	decode *encoding.Decoder
	double bool // GBK: one character is one byte of ASCII or two bytes
	strict bool // GB2312: nothing of GBK beyond it
	proved map[rune]string
}

func newCodec(name string) *codec {
	c := &codec{proved: map[rune]string{}}
	switch name {
	case "GBK", "GB2312":
		c.strict = name == "GB2312"
		c.encode, c.decode, c.double = simplifiedchinese.GBK.NewEncoder(), simplifiedchinese.GBK.NewDecoder(), true
	case "GB18030":
		c.encode, c.decode = simplifiedchinese.GB18030.NewEncoder(), simplifiedchinese.GB18030.NewDecoder()
	}
	return c
}

// append adds the text to dst. When a character cannot be written, ok is false and
// bad is that character; what stands in dst is then useless.
func (c *codec) append(dst []byte, s string) (out []byte, bad rune, ok bool) {
	for _, r := range s {
		if ' ' <= r && r < 0x7f {
			dst = append(dst, byte(r))
			continue
		}
		b, known := c.proved[r]
		if !known {
			b = c.prove(r)
			c.proved[r] = b
		}
		if b == "" {
			return dst, r, false
		}
		dst = append(dst, b...)
	}
	return dst, 0, true
}

// prove encodes a character, or gives "". Control characters, invisible marks,
// private-use characters (each system draws another one) and the mark of a
// character that was lost before are never written.
func (c *codec) prove(r rune) string {
	if !unicode.IsGraphic(r) || r == utf8.RuneError || unicode.Is(unicode.Co, r) {
		return ""
	}
	if c.encode == nil {
		return string(r)
	}
	b, err := c.encode.Bytes([]byte(string(r)))
	if err != nil || c.double && len(b) != 2 || c.strict && !banklayout.GB2312(b[0], b[1]) {
		return ""
	}
	back, err := c.decode.Bytes(b)
	if err != nil || string(back) != string(r) {
		return ""
	}
	return string(b)
}

// standard gives the characters of Unicode for private-use ones that old fonts and
// decoders of GB18030 put in their place (GB 18030-2022, table of changed positions).
var standard = map[rune]rune{
	0xE816: 0x20087, 0xE817: 0x20089, 0xE818: 0x200CC, 0xE81E: 0x9FB4, 0xE826: 0x9FB5, 0xE82B: 0x9FB6, 0xE82C: 0x9FB7,
	0xE831: 0x215D7, 0xE832: 0x9FB8, 0xE83B: 0x2298F, 0xE843: 0x9FB9, 0xE854: 0x9FBA, 0xE855: 0x241FE, 0xE864: 0x9FBB,
}
