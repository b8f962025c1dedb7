package paper

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"

	"rsc.io/qr"

	"zhida/payroll"
	"zhida/rules/money"
)

// codeLength is how many characters a code of a receipt holds: what a telephone still reads
// from paper.
const codeLength = 700

// WriteReceipt writes the receipt of one person, A4, with codes that carry the whole proof
// for a machine. Errors: those of w.
func WriteReceipt(w io.Writer, county string, r payroll.Receipt) error {
	shown, err := r.Shown()
	if err != nil {
		return err
	}
	parts, err := CodeTexts(r)
	if err != nil {
		return err
	}
	var codes []template.HTML
	for _, p := range parts {
		picture, err := code(p)
		if err != nil {
			return err
		}
		codes = append(codes, picture)
	}
	var signers []string
	for _, s := range r.Signers {
		signers = append(signers, s.Actor)
	}
	var beside []besideLine
	for _, x := range []besideLine{{"补发退回的款", shown.Reissued}, {"缓发（暂不支付）", -max(shown.Held, 0)}, {"缓发后补发", max(-shown.Held, 0)}, {"多发的，以后扣回", max(shown.Owed, 0)}, {"扣回以前多发的", -max(-shown.Owed, 0)}} {
		if x.Fen != 0 {
			beside = append(beside, x)
		}
	}
	return write(w, "receipt", struct {
		Title, Name, Batch, Seal, Root string
		Lines                          []payroll.ReceiptLine
		Beside                         []besideLine
		Pay                            money.Fen
		Payments                       []string
		Signers                        string
		Number, Leaves                 int
		Codes                          []template.HTML
	}{county + "发放回执", shown.Name, r.Seal.Batch.String(), r.Seal.Sum(), r.Seal.Root, shown.Lines, beside, shown.Pay, shown.Payments, strings.Join(signers, "、"), r.Number + 1, r.Seal.Leaves, codes})
}

// besideLine is what stands between the lines of a receipt and what was paid.
type besideLine struct {
	Name string
	Fen  money.Fen
}

// CodeTexts are the texts of a receipt's codes: "ZHIDA1 1/3 ", then a part of the receipt's
// text, compressed (zlib) and written in base64 for addresses (RFC 4648, 5), without padding.
func CodeTexts(r payroll.Receipt) ([]string, error) {
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	if _, err := z.Write(r.Text()); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	text := base64.RawURLEncoding.EncodeToString(packed.Bytes())
	n := (len(text) + codeLength - 1) / codeLength
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf("ZHIDA1 %d/%d %s", i+1, n, text[i*codeLength:min((i+1)*codeLength, len(text))]))
	}
	return list, nil
}

// code draws a QR code as one path, with the quiet zone of four modules.
func code(text string) (template.HTML, error) {
	c, err := qr.Encode(text, qr.L)
	if err != nil {
		return "", err
	}
	var path strings.Builder
	for y := range c.Size {
		for x := 0; x < c.Size; x++ {
			from := x
			for x < c.Size && c.Black(x, y) {
				x++
			}
			if x > from {
				fmt.Fprintf(&path, "M%d %dh%dv1h-%dz", from+4, y+4, x-from, x-from)
			}
		}
	}
	size := strconv.Itoa(c.Size + 8)
	return template.HTML(`<svg viewBox="0 0 ` + size + ` ` + size + `" role="img" aria-label="二维码" shape-rendering="crispEdges"><path d="` + path.String() + `"/></svg>`), nil // digits and letters of our own
}
