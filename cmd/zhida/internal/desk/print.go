package desk

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"strings"
	"unicode"

	"zhida/payroll"
	"zhida/rules/message"
)

// letterhead is what a page of the desk says of itself on paper: whose it is, which book and batch it shows, and when it was made and
// for whom. The time is that of its figures, by the clock of the book, which judges what is late: a page may be printed hours after it was opened.
type letterhead struct {
	Unit, Phone, Book string
	Mark              string // the batch with the first eight of its seal; "" on a page that is about none
	Made, Actor       string
}

// aboutBatch is the body of a page about one batch.
type aboutBatch interface{ about() payroll.BatchID }

func (p batchPage) about() payroll.BatchID    { return p.Batch.ID }
func (p comparePage) about() payroll.BatchID  { return p.Batch.ID }
func (p findingsPage) about() payroll.BatchID { return p.Batch }
func (p linesPage) about() payroll.BatchID    { return p.Batch }
func (p filesPage) about() payroll.BatchID    { return p.Batch }
func (p proofPage) about() payroll.BatchID    { return p.Batch.ID }
func (p provedPage) about() payroll.BatchID   { return p.Batch.ID }
func (p evidencePage) about() payroll.BatchID { return p.Batch }

func (r *request) letterhead(body any) (*letterhead, error) {
	unit, phone, _, err := r.desk.book.Letterhead(r.Context())
	if err != nil {
		return nil, err
	}
	h := &letterhead{Unit: unit, Phone: phone, Book: r.desk.county, Made: clock(r.desk.book.Now()), Actor: r.visit.actor.Name}
	if x, ok := body.(aboutBatch); ok {
		b, err := r.desk.book.Batch(r.Context(), x.about())
		if err != nil {
			return nil, err
		}
		h.Mark = message.Word(r.lang, "批次") + " " + b.ID.String() + "　"
		if b.State.Committed() {
			h.Mark += message.Word(r.lang, "封印") + " " + b.Digest[:8]
		} else {
			h.Mark += message.Word(r.lang, b.State.Chinese()) + message.Word(r.lang, "，没有封印，不得作为发放依据")
		}
	}
	return h, nil
}

// foot is the style sheet that prints the letterhead at the foot of every sheet, with its number. Browsers that know no margin boxes,
// Chromium before 131, print the letterhead on the first sheet only.
func (h letterhead) foot(lang message.Lang) template.CSS {
	sheet := strings.Split(message.Word(lang, "第 # 页　共 # 页"), "#")
	left := h.Unit + "　" + message.Word(lang, "账本") + " " + h.Book
	if h.Mark != "" {
		left += "　" + h.Mark
	}
	return template.CSS(`@media print{@page{@bottom-left{content:` + cssText(left) + ` "\a " ` + cssText(h.Made+" "+h.Actor) + `;white-space:pre-line}@bottom-right{content:` +
		cssText(sheet[0]) + ` counter(page) ` + cssText(sheet[1]) + ` counter(pages) ` + cssText(sheet[2]) + `}}}`)
}

// cssText is a text as a string of CSS, whatever a county is called: all but letters, digits and spaces by their numbers.
func cssText(s string) string {
	var b strings.Builder
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == ' ' || r == '　' {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, `\%x `, r)
		}
	}
	return `"` + b.String() + `"`
}

// contentPolicy says what pages may do: nothing but what the desk sends. style is the one style sheet that stands in the page itself.
func contentPolicy(style template.CSS) string {
	own := ""
	if style != "" {
		sum := sha256.Sum256([]byte(style))
		own = " 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	}
	return "default-src 'none'; style-src 'self'" + own + "; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
}
