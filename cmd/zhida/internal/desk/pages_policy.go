package desk

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"zhida/exporters/drawing"
	"zhida/payroll"
	"zhida/rules"
	"zhida/rules/message"
	"zhida/rules/policy"
)

// policyPage is a document in the words of its readers; the text that the book computes by stands below.
type policyPage struct {
	payroll.AdoptedPolicy
	policy.Outline
	Cases  []rules.CaseResult
	Failed int
	Others []payroll.AdoptedPolicy // to compare with
}

// adopted is the document that was adopted at a position.
func (r *request) adopted(text string) (p payroll.AdoptedPolicy, all []payroll.AdoptedPolicy, err error) {
	position, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return p, nil, message.Err("desk.no_page")
	}
	if all, err = r.desk.book.PolicyList(r.Context()); err != nil {
		return p, nil, err
	}
	i := slices.IndexFunc(all, func(x payroll.AdoptedPolicy) bool { return x.Position == position })
	if i < 0 {
		return p, nil, message.Err("desk.no_page")
	}
	return all[i], all, nil
}

func policyShow(r *request) error {
	adopted, all, err := r.adopted(r.PathValue("position"))
	if err != nil {
		return err
	}
	read, err := policy.Read(adopted.Document, []byte(adopted.Text))
	if err != nil {
		return err
	}
	items, err := r.desk.book.ItemNames(r.Context())
	if err != nil {
		return err
	}
	funds, err := r.desk.book.FundNames(r.Context())
	if err != nil {
		return err
	}
	p := policyPage{AdoptedPolicy: adopted, Outline: read.Outline(items, funds), Cases: rules.TestCases(read)}
	for i := range p.Cases {
		if !p.Cases[i].Passed() {
			p.Failed++
		}
		for j := range p.Cases[i].Checks {
			if name := items[p.Cases[i].Checks[j].Item]; name != "" {
				p.Cases[i].Checks[j].Item = name
			}
		}
	}
	for _, x := range all {
		if x.Position != adopted.Position {
			p.Others = append(p.Others, x)
		}
	}
	return r.render(200, "policy", p.AdoptedPolicy.Document, p)
}

// comparedPage is what one document changes against another.
type comparedPage struct {
	Old, New string
	Changes  []string
}

// policyCompareDo says in words what a document, adopted or in a file, changes against an adopted one.
func policyCompareDo(r *request) error {
	adopted, all, err := r.adopted(r.PostFormValue("old"))
	if err != nil {
		return err
	}
	old, err := policy.Read(adopted.Document, []byte(adopted.Text))
	if err != nil {
		return err
	}
	var fresh *policy.Policy
	if at := slices.IndexFunc(all, func(x payroll.AdoptedPolicy) bool { return strconv.FormatInt(x.Position, 10) == r.PostFormValue("new") }); at >= 0 {
		fresh, err = policy.Read(all[at].Document, []byte(all[at].Text))
	} else {
		fresh, err = r.draft()
	}
	if err != nil {
		return err
	}
	p := comparedPage{Old: old.Document.Number, New: fresh.Document.Number}
	for _, m := range policy.Diff(old, fresh) { // what a statement is about, then what it says
		for i, arg := range m.Args {
			if m.Args[i] = message.Said(r.lang, arg); i == 0 {
				m.Args[i] = message.Stated(r.lang, arg)
			}
		}
		p.Changes = append(p.Changes, m.Text(r.lang))
	}
	return r.page("compared", "改了什么", p)
}

// draft reads the policy file of a form.
func (r *request) draft() (*policy.Policy, error) {
	files, err := r.uploaded("files")
	if err != nil {
		return nil, err
	}
	text, name, err := r.desk.take(files[0])
	if err != nil {
		return nil, err
	}
	return policy.Read(name, text)
}

// trialPage is what drafts would change for the people of the book.
type trialPage struct {
	*payroll.Trial
	Workbook string // address
	Towns    drawings
	Items    drawings
}

// tryDo computes drafts for everybody without adopting them, while the browser waits on a page that says how far it is.
func tryDo(r *request) (string, error) {
	from, to, err := r.period()
	if err != nil {
		return "", err
	}
	files, err := r.uploaded("files")
	if err != nil {
		return "", err
	}
	var drafts []payroll.PolicyText
	for _, file := range files {
		text, name, err := r.desk.take(file)
		if err != nil {
			return "", err
		}
		drafts = append(drafts, payroll.PolicyText{File: name, Text: text})
	}
	a, visit, lang := r.desk.book, r.visit, r.lang
	dir, err := visit.folder(r.desk.scratch)
	if err != nil {
		return "", err
	}
	done := visit.work()
	return r.desk.jobs.begin(visit.actor.Name, message.M("desk.trying", len(drafts), from, to), func(ctx context.Context) (outcome, error) {
		defer done()
		t, err := a.Try(ctx, drafts, from, to)
		if err != nil {
			os.RemoveAll(dir)
			return outcome{}, err
		}
		file := filepath.Join(dir, "试算_"+from.String()+"_"+to.String()+".xlsx")
		if err := a.TrialWorkbook(t, file); err != nil {
			return outcome{}, err
		}
		return outcome{page: "trial", title: "试算", body: trialPageOf(t, visit.keep(file), lang)}, nil
	}), nil
}

func trialPageOf(t *payroll.Trial, file string, lang message.Lang) trialPage {
	p := trialPage{Trial: t, Workbook: file}
	draw := func(title string, rows []payroll.TrialRow) drawings {
		var list []drawing.Bar
		for _, x := range rows {
			list = append(list, drawing.Bar{Label: x.Name, Fen: x.After, Before: x.Before, Note: message.Word(lang, "增减") + " " + x.Change().Grouped()})
		}
		return bars(title, list, true)
	}
	for i := range p.ByYear { // 2026年 is 2026
		if lang == message.English {
			p.ByYear[i].Name = p.ByYear[i].Code
		}
	}
	p.Towns = draw(message.Word(lang, "各乡镇应发：实心的是试算，空心的是现行"), t.ByTownship)
	p.Items = draw(message.Word(lang, "各项目应发：实心的是试算，空心的是现行"), t.ByItem)
	return p
}
