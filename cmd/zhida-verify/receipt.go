package main

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
)

// maxReceipt bounds the text of a receipt, packed or not.
const maxReceipt = 1 << 20

// receipt is what a receipt proves: one person under a seal.
type receipt struct {
	Batch   string   `json:"batch"`
	Seal    string   `json:"seal_sm3"`
	Name    string   `json:"name"`
	Number  int64    `json:"number"` // of the leaf, from 1
	Leaves  int64    `json:"leaves"`
	Signers []string `json:"signers"`
	Pay     int64    `json:"pay_fen"`
	Pinned  bool     `json:"seal_compared"`
	Faults  []string `json:"faults"`
}

// verifyReceipt checks one receipt by itself: it needs no folder.
func verifyReceipt(o options, stdout, stderr io.Writer) int {
	w := words(o.lang)
	text, err := readReceipt(o.receipt)
	if err != nil {
		code, exit := "open.unreadable", exitUnreadable
		if errors.Is(err, fs.ErrNotExist) {
			code, exit = "open.missing", exitMissing
		}
		fmt.Fprintln(stderr, w.text(code, o.receipt, err))
		return exit
	}
	r := checkReceipt(text, strings.ToLower(o.seal), w)
	if o.json {
		e := json.NewEncoder(stdout)
		e.SetIndent("", "  ")
		if err := e.Encode(r); err != nil {
			return exitUnreadable
		}
	} else {
		r.print(stdout, w)
	}
	if len(r.Faults) > 0 {
		return exitFailed
	}
	return exitGood
}

// codeForm is the text of one code of a receipt.
var codeForm = regexp.MustCompile(`^ZHIDA1 ([1-9][0-9]?)/([1-9][0-9]?) ([A-Za-z0-9_-]+)$`)

// readReceipt reads the text of a receipt, or puts it together from its codes, in any order.
func readReceipt(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxReceipt+1))
	if err != nil {
		return "", err
	}
	text := string(b)
	if len(text) > maxReceipt || strings.HasPrefix(text, "zhida-receipt ") {
		return text, nil
	}
	parts, all := map[string]string{}, ""
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		m := codeForm.FindStringSubmatch(line)
		if m == nil || all != "" && m[2] != all || parts[m[1]] != "" && parts[m[1]] != m[3] {
			return "", errors.New("not the codes of one receipt")
		}
		parts[m[1]], all = m[3], m[2]
	}
	packed := ""
	for n := 1; n <= len(parts); n++ {
		packed += parts[fmt.Sprint(n)]
	}
	if all == "" || fmt.Sprint(len(parts)) != all {
		return "", errors.New("a code is missing")
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(packed)
	if err != nil {
		return "", err
	}
	z, err := zlib.NewReader(bytes.NewReader(raw))
	if err != nil {
		return "", err
	}
	b, err = io.ReadAll(io.LimitReader(z, maxReceipt+1))
	return string(b), err
}

// receiptNames are the names of a receipt's pairs in their order.
var receiptNames = regexp.MustCompile(`^seal( step actor key point signature){3} public private number( path)*$`)

// checkReceipt checks that the two parts make a leaf, that its way leads to the root of the seal, and that three people have
// signed the seal.
func checkReceipt(text, published string, w words) (r receipt) {
	r.Faults = []string{}
	fault := func(code string, args ...any) { r.Faults = append(r.Faults, w.text(code, args...)) }
	first, rest, _ := strings.Cut(text, "\n")
	list, bad := parsePairs(rest)
	if first != "zhida-receipt 1" || bad > 0 || len(text) > maxReceipt || !receiptNames.MatchString(strings.Join(list.names(), " ")) {
		fault("receipt.form")
		return r
	}
	seal := list.get("seal")
	head, body, _ := strings.Cut(seal, "\n")
	sealed, bad := parsePairs(body)
	r.Seal, r.Batch = sum3([]byte(seal)).String(), sealed.get("batch")
	leaves, ok := integer(sealed.get("leaves"))
	number, ok2 := integer(list.get("number"))
	if head != "zhida-seal 1" || bad > 0 || !ok || !ok2 || number < 0 || number >= leaves {
		fault("receipt.form")
		return r
	}
	r.Leaves, r.Number = leaves, number+1
	if r.Pinned = published != ""; r.Pinned && published != r.Seal {
		fault("receipt.seal", r.Seal, published)
	}
	r.signers(list, seal, fault)
	r.leaf(list, sealed, fault)
	return r
}

// signers checks the three signatures.
func (r *receipt) signers(list pairs, seal string, fault func(string, ...any)) {
	steps := []string{"maker", "checker", "approver"}
	known := &signatures{known: map[digest]bool{}}
	seen := map[string]bool{}
	for i, p := range list {
		if p.name != "step" || i+4 >= len(list) {
			continue
		}
		actor, key, point, signature := list[i+1].value, list[i+2].value, list[i+3].value, list[i+4].value
		raw, err := hex.DecodeString(point)
		public, ok := newPublicKey(raw)
		signed, err2 := hex.DecodeString(signature)
		switch {
		case len(r.Signers) >= len(steps) || p.value != steps[len(r.Signers)] || seen[actor] || seen[key]:
			fault("receipt.signers")
		case err != nil || err2 != nil || !ok || public.id() != key || !known.good(public, seal, string(signed)):
			fault("receipt.signature", actor)
		}
		seen[actor], seen[key] = true, true
		r.Signers = append(r.Signers, actor+" "+key)
	}
	if len(r.Signers) != len(steps) {
		fault("receipt.signers")
	}
}

// leaf checks the two parts and their way to the root.
func (r *receipt) leaf(list, sealed pairs, fault func(string, ...any)) {
	public, private := list.get("public"), list.get("private")
	_, shown, _ := strings.Cut(public, "\n")
	_, own, _ := strings.Cut(private, "\n")
	a, bad := parsePairs(shown)
	b, bad2 := parsePairs(own)
	if bad+bad2 > 0 || saltOf.FindString(public) == "" || saltOf.FindString(private) == "" || a.get("batch") != r.Batch || b.get("batch") != r.Batch {
		fault("receipt.parts")
	}
	pay, ok := integer(b.get("pay_fen"))
	if !ok {
		fault("receipt.parts")
	}
	r.Name, r.Pay = a.get("name"), pay
	h := sum3([]byte{0}, []byte("zhida-leaf 1\npublic="+sum3([]byte(public)).String()+"\nprivate="+sum3([]byte(private)).String()+"\n"))
	fn, sn := r.Number-1, r.Leaves-1
	for _, p := range list {
		if p.name != "path" {
			continue
		}
		raw, err := hex.DecodeString(p.value)
		if err != nil || len(raw) != len(h) || sn == 0 {
			fault("receipt.path")
			return
		}
		other := digest(raw)
		if fn&1 == 1 || fn == sn {
			h = node(other, h)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			h = node(h, other)
		}
		fn, sn = fn>>1, sn>>1
	}
	if sn != 0 || h.String() != sealed.get("root") {
		fault("receipt.path")
	}
}

func (r *receipt) print(out io.Writer, w words) {
	for _, f := range r.Faults {
		fmt.Fprintln(out, "✗ "+f)
	}
	if len(r.Faults) > 0 {
		fmt.Fprintln(out, w.text("receipt.bad"))
		return
	}
	fmt.Fprintln(out, w.text("receipt.good", r.Name, r.Batch, yuan(r.Pay), r.Number, int(r.Leaves), strings.Join(r.Signers, ", ")))
	if r.Pinned {
		fmt.Fprintln(out, w.text("receipt.pinned", r.Seal))
	} else {
		fmt.Fprintln(out, w.text("receipt.unpinned", r.Seal))
	}
}
