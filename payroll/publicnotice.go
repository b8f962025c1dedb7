package payroll

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"zhida/rules"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/rules/policy"
)

// PublicNotices are the papers that a batch puts up: for each village one in public, for
// each township one of its own cadres that stays in the house. They say who gets what by
// which document and never why somebody gets less, and hold no number of an identity or
// bank card at all.
type PublicNotices struct {
	Head   ReportHead
	Papers []PublicNotice // by township, place and kind
	Left   []NoticeLeft   // what is in the batch and on no paper
	Alike  int            // namesakes of a place whose groups the roster does not tell
}

// PublicNotice is one paper.
type PublicNotice struct {
	Township, Place string // codes
	Name            string // of the place, with the township's in front
	Internal        bool
	Columns         []string // as the documents declare, or NoticeColumns
	Days            int      // for which it hangs; 0 where no document says
	Documents       []string
	Rows            []NoticeRow
}

// NoticeRow is one line on a paper.
type NoticeRow struct {
	Cells []string  // by column, masked where the document says so
	Fen   money.Fen // of the column of amounts
}

// NoticeLeft says what is left out, why and how much.
type NoticeLeft struct {
	Why    string // code of a message
	Lines  int
	People int
}

// Title is what the paper is called.
func (p *PublicNotice) Title(h ReportHead) string {
	if p.Internal {
		return h.County + h.Batch.ID.Month().Chinese() + "乡镇干部待遇公示表（内部）"
	}
	return h.County + h.Batch.ID.Month().Chinese() + "村干部和离任村干部待遇公示表"
}

// Foot are the lines below the paper: for how long it hangs, and whom to tell what is wrong.
func (p *PublicNotice) Foot(h ReportHead) []string {
	days, where := "", ""
	if p.Days > 0 {
		days = "（不少于 " + num(int64(p.Days)) + " 天）"
	}
	if h.Phone != "" {
		where = "，投诉电话：" + h.Phone
	}
	list := []string{"公示时间：　　　　年　　月　　日 至 　　　　年　　月　　日" + days,
		"对公示内容有异议的，请在公示期内向" + h.Unit + "反映" + where + "。",
		"张贴单位（盖章）：　　　　　　　　　　　　张贴人：　　　　　　　　　　制表日期：" + h.Batch.ComputedAt.In(zone).Format("2006-01-02")}
	if h.SealSum != "" {
		list = append(list, "本表各行在封签之下，封签 SM3："+h.SealSum+"。本人可向"+h.Unit+"索取回执，核对自己这一行。")
	}
	return list
}

// NoticeColumns are what a notice shows where the document does not say.
var NoticeColumns = []string{"姓名", "职务", "项目", "标准", "金额", "月份", "依据"}

// NoticeAmount is the column of amounts.
const NoticeAmount = "金额"

// unspeakable are words in the name of an item that would tell of death, illness or family.
var unspeakable = []string{"丧", "抚恤", "遗属", "遗孀", "死亡", "去世", "病", "残疾", "伤残", "医疗", "医药", "独生", "计划生育", "计生", "鳏", "寡", "孤", "低保", "特困", "处分"}

// PublicNotices gathers the notices of a batch. What it leaves out it counts: what is
// withheld or taken back, who has died, and items that are due on a death or whose name
// tells of death, illness or family. Error: batch.missing.
func (b *Book) PublicNotices(ctx context.Context, id BatchID, place string) (out PublicNotices, err error) {
	err = b.view(ctx, func(r Reader) error {
		p, err := b.noticed(ctx, r, id, place)
		if err != nil {
			return err
		}
		out.Head = p.head
		n := &noticing{batchReport: p, at: map[noticeKey]*noticeDraft{}, left: map[string]*noticeLeft{}}
		if err := n.prepare(place); err != nil {
			return err
		}
		if err := r.Lines(ctx, LineQuery{Batch: id, Settled: place}, n.line); err != nil {
			return err
		}
		n.finish(&out)
		out.Papers = slices.DeleteFunc(out.Papers, func(x PublicNotice) bool { return place != "" && x.Township != place && x.Place != place })
		return nil
	})
	return out, err
}

// noticed is a report of the people of a place: of a batch of any size only those are read.
func (b *Book) noticed(ctx context.Context, r Reader, id BatchID, place string) (*batchReport, error) {
	if place == "" {
		return newReport(ctx, r, id)
	}
	p, _, err := b.light(ctx, r, id)
	if err != nil {
		return nil, err
	}
	if p.head.Batch.State.Committed() {
		p.head.Seal = p.head.Batch.Digest
	}
	if p.texts, err = r.Texts(ctx, id); err != nil {
		return nil, err
	}
	return p, r.SettledAt(ctx, []BatchID{id}, place, func(s Settlement) error {
		p.people[s.Person] = &reportPerson{settlement: s}
		return nil
	})
}

// NoticePlaces says at which places a batch has people with lines: those of which notices may be put up.
func (b *Book) NoticePlaces(ctx context.Context, id BatchID) (places map[string]bool, err error) {
	places = map[string]bool{}
	err = b.view(ctx, func(r Reader) error {
		return r.StatusCounts(ctx, id, func(x StatusCount) error {
			if x.Status == Paid || x.Status == OnHold {
				places[x.Place] = true
			}
			return nil
		})
	})
	return places, err
}

// noticing makes the papers of one batch.
type noticing struct {
	*batchReport
	declared map[int64]policyNotice // by position of the document's adoption
	order    map[string]int         // of the items
	silent   map[string]bool        // items that no paper shows
	former   map[string]bool        // items that only former village cadres get
	people   map[int64]*noticePerson
	place    func(code string) string
	at       map[noticeKey]*noticeDraft
	left     map[string]*noticeLeft
}

// policyNotice is what a document declares, as far as papers are told apart by it.
type policyNotice struct {
	columns, masked string // joined by 、
	days            int
}

type noticePerson struct {
	died  bool
	group string
	posts []facts.Spell // begun by the end of the batch's month
}

type noticeKey struct {
	place           string
	internal        bool
	columns, masked string
}

type noticeDraft struct {
	noticeKey
	days      int
	documents []string
	lines     []noticeLine
}

type noticeLine struct {
	person int64
	line   Line
}

type noticeLeft struct {
	lines  int
	people map[int64]bool
}

func (n *noticing) prepare(place string) (err error) {
	if n.place, err = n.placeNames(); err != nil {
		return err
	}
	n.declared, n.order, n.silent, n.former = map[int64]policyNotice{}, map[string]int{}, map[string]bool{}, map[string]bool{}
	for _, a := range n.policies {
		pol, err := policy.Read(a.Document, []byte(a.Text))
		if err != nil {
			return err
		}
		n.declared[a.Position] = noticeOf(pol.Notice)
		for _, it := range pol.Items {
			n.order[it.Code] = it.Order
			n.former[it.Code] = slices.Equal(it.Categories, []facts.Category{facts.FormerVillageCadre})
			n.silent[it.Code] = it.Basis == policy.ByDeath || slices.ContainsFunc(unspeakable, func(w string) bool { return strings.Contains(it.Name, w) })
		}
	}
	n.people = map[int64]*noticePerson{}
	last, err := n.r.LastPerson(n.ctx)
	if err != nil {
		return err
	}
	end := n.head.Batch.ID.Month().Last()
	q := FactQuery{Horizon: n.head.Batch.Horizon, First: 1, Last: last, Kinds: []facts.Kind{facts.KindPerson, facts.KindSpell}}
	if place != "" {
		q.About = &About{Batch: n.head.Batch.ID, Place: place}
	}
	return n.r.Facts(n.ctx, q, func(f Fact) error {
		if n.batchReport.people[f.Person] == nil {
			return nil
		}
		who := n.people[f.Person]
		if who == nil {
			who = &noticePerson{}
			n.people[f.Person] = who
		}
		if f.Kind == facts.KindPerson {
			var x facts.Profile
			err := decode(f, &x)
			who.died = who.died || x.Died != 0
			if f.From <= end {
				who.group = x.Group
			}
			return err
		}
		var x facts.Spell
		err := decode(f, &x)
		if x.From <= end {
			who.posts = append(who.posts, x)
		}
		return err
	})
}

func noticeOf(d *policy.Notice) policyNotice {
	if d == nil {
		return policyNotice{columns: strings.Join(NoticeColumns, "、")}
	}
	return policyNotice{strings.Join(d.Columns, "、"), strings.Join(d.Masked, "、"), d.Days}
}

// line puts a line on its paper, or counts it among what is left out.
func (n *noticing) line(l Line) error {
	who, s := n.people[l.Person], n.batchReport.people[l.Person]
	if who == nil || s == nil || l.Text >= len(n.texts) {
		return message.Err("batch.tampered", n.head.Batch.ID)
	}
	switch {
	case l.Side == Deduction:
		n.leave("notice.withheld", l.Person)
	case who.died, n.silent[l.Item]:
		n.leave("notice.silent", l.Person)
	case l.Fen <= 0:
		n.leave("notice.taken_back", l.Person)
	default:
		d := n.declared[l.Policy]
		k := noticeKey{place: s.settlement.Place, internal: s.settlement.Category == facts.TownshipCadre, columns: d.columns, masked: d.masked}
		if k.internal {
			k.place = facts.Township(k.place)
		}
		paper := n.at[k]
		if paper == nil {
			paper = &noticeDraft{noticeKey: k}
			n.at[k] = paper
		}
		paper.days = max(paper.days, d.days)
		if doc := n.documents[l.Policy]; !slices.Contains(paper.documents, doc) {
			paper.documents = append(paper.documents, doc)
		}
		paper.lines = append(paper.lines, noticeLine{l.Person, l})
	}
	return nil
}

func (n *noticing) leave(why string, person int64) {
	if n.left[why] == nil {
		n.left[why] = &noticeLeft{people: map[int64]bool{}}
	}
	n.left[why].lines++
	n.left[why].people[person] = true
}

func (n *noticing) finish(out *PublicNotices) {
	drafts := make([]*noticeDraft, 0, len(n.at))
	for _, d := range n.at {
		drafts = append(drafts, d)
	}
	slices.SortFunc(drafts, func(a, b *noticeDraft) int {
		return cmp.Or(cmp.Compare(facts.Township(a.place), facts.Township(b.place)), compareSides(!a.internal, !b.internal), cmp.Compare(a.place, b.place),
			cmp.Compare(a.columns, b.columns), cmp.Compare(a.masked, b.masked))
	})
	for _, d := range drafts {
		slices.Sort(d.documents)
		paper := PublicNotice{Township: facts.Township(d.place), Place: d.place, Name: n.place(d.place), Internal: d.internal, Columns: strings.Split(d.columns, "、"), Days: d.days, Documents: d.documents}
		slices.SortStableFunc(d.lines, func(a, b noticeLine) int {
			return cmp.Or(cmp.Compare(a.person, b.person), cmp.Compare(n.order[a.line.Item], n.order[b.line.Item]), cmp.Compare(a.line.Item, b.line.Item), cmp.Compare(a.line.Month, b.line.Month))
		})
		names, alike := n.called(d.lines)
		out.Alike += alike
		masked := strings.Split(d.masked, "、")
		for _, x := range d.lines {
			paper.Rows = append(paper.Rows, NoticeRow{Cells: n.cells(&paper, masked, names[x.person], x), Fen: x.line.Fen})
		}
		out.Papers = append(out.Papers, paper)
	}
	for _, why := range sortedKeys(n.left) {
		out.Left = append(out.Left, NoticeLeft{why, n.left[why].lines, len(n.left[why].people)})
	}
}

// called gives the persons of a paper the names by which it calls them: namesakes with
// their group, or with a number where the roster does not tell the group or theirs is the
// same. alike counts those.
func (n *noticing) called(lines []noticeLine) (names map[int64]string, alike int) {
	same := map[string][]int64{}
	names = map[int64]string{}
	for _, x := range lines {
		if _, seen := names[x.person]; !seen {
			name := n.batchReport.people[x.person].settlement.Name
			names[x.person] = name
			same[name] = append(same[name], x.person)
		}
	}
	for _, name := range sortedKeys(same) {
		list := same[name]
		if len(list) < 2 {
			continue
		}
		groups := map[string]int{}
		for _, p := range list {
			groups[n.people[p].group]++
		}
		marked := 0
		for _, p := range list {
			if g := n.people[p].group; g != "" && groups[g] == 1 {
				names[p] = name + "（" + g + "）"
				continue
			}
			names[p] = name + "（" + heavenly(marked) + "）"
			marked++
		}
		alike += marked
	}
	return names, alike
}

// heavenly counts 甲, 乙, 丙, and on from 甲2 after ten.
func heavenly(n int) string {
	sign := string([]rune("甲乙丙丁戊己庚辛壬癸")[n%10])
	if n >= 10 {
		sign += num(int64(n/10 + 1))
	}
	return sign
}

// cells are a row's, in the paper's columns.
func (n *noticing) cells(paper *PublicNotice, masked []string, name string, x noticeLine) []string {
	document := n.documents[x.line.Policy]
	cells := make([]string, len(paper.Columns))
	for i, c := range paper.Columns {
		switch c {
		case "姓名":
			cells[i] = name
			if slices.Contains(masked, c) {
				base, mark, _ := strings.Cut(name, "（")
				cells[i] = identity.MaskName(base)
				if mark != "" {
					cells[i] += "（" + mark
				}
				continue
			}
		case "单位":
			cells[i] = paper.Name
		case "职务":
			cells[i] = n.post(x)
		case "项目":
			cells[i] = n.names[x.line.Item]
		case "标准":
			cells[i] = cmp.Or(rules.Rate(n.texts[x.line.Text], document), "按文件规定")
		case NoticeAmount:
			cells[i] = x.line.Fen.Grouped()
		case "月份":
			cells[i] = x.line.Month.String()
			if x.line.Committed != 0 || x.line.Month != n.head.Batch.ID.Month() {
				cells[i] += " 补发"
			}
		case "依据":
			cells[i] = document
		}
		if slices.Contains(masked, c) {
			cells[i] = "***"
		}
	}
	return cells
}

// post is what somebody was paid as: the post that they held last in the line's month, at the
// line's place before others, or the category of who held none and of what is for leavers only.
func (n *noticing) post(x noticeLine) string {
	category := n.batchReport.people[x.person].settlement.Category
	if n.former[x.line.Item] {
		return policy.CategoryChinese(category)
	}
	first, last := x.line.Month.First(), x.line.Month.Last()
	var own, all []string
	until := calendar.Date(0)
	for _, s := range n.people[x.person].posts {
		to := min(cmp.Or(s.To, last), last)
		switch {
		case s.From > last || to < first || to < until:
			continue
		case to > until:
			own, all, until = nil, nil, to
		}
		all = append(all, s.Post)
		if s.Place == x.line.Place {
			own = append(own, s.Post)
		}
	}
	if len(own) == 0 {
		own = all
	}
	if len(own) == 0 {
		return policy.CategoryChinese(category)
	}
	slices.Sort(own)
	return strings.Join(slices.Compact(own), "、")
}
