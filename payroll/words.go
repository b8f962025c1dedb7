package payroll

import (
	"context"
	"slices"
	"strings"

	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/message"
	"zhida/rules/policy"
)

// Lists of words that no formula reads, or that are divided otherwise than formulas have them.
const (
	TownshipPostWords policy.WordList = "township_posts" // 职务 at a township; policy.PostWords are those at a village
	ReasonWords       policy.WordList = "reasons"        // 离任原因
)

// usualWords are the words that every county writes.
var usualWords = map[policy.WordList][]string{
	policy.PostWords: {"书记", "第一书记", "主任", "副书记", "副主任", "会计", "出纳", "文书", "报账员", "妇联主席", "妇女主任", "团支部书记", "民兵连长", "治保主任", "调解主任", "委员",
		"监委会主任", "监委会委员", "村民小组长"},
	policy.DayWords:     {"下村"},
	policy.AbsenceWords: {"事假", "病假", "旷工", "产假", "年休假", "婚丧假", "借调", "处分"},
	policy.GradeWords:   {"优秀", "称职", "基本称职", "不称职", "合格", "基本合格", "不合格"},
	policy.HukouWords:   {"本县", "外县"},
	ReasonWords:         {"届满", "换届", "落选", "辞职", LeftRetired, "到龄", "罢免", "免职", "撤职", "调离", "不再兼任", "去世", "录用为公职人员"},
}

// CountyWords are the words that a county adds in its settings.
type CountyWords struct {
	VillagePosts  []string `yaml:"village_posts"`
	TownshipPosts []string `yaml:"township_posts"`
	Ranks         []string `yaml:"ranks"`
	Flags         []string `yaml:"flags"`
	Days          []string `yaml:"days"`
	Absences      []string `yaml:"absences"`
	Grades        []string `yaml:"grades"`
	Hukou         []string `yaml:"hukou"`
	Reasons       []string `yaml:"reasons"`
}

// Words are the words that columns with a list take: the usual ones, those of the documents
// ever adopted and those of the settings. The zero value has the usual ones.
type Words struct {
	more   map[policy.WordList][]string
	closed map[policy.WordList]bool // lists without usual words that a document or the settings give
}

// Of gives the words of a list; open where nobody has said which they are, and every word is taken.
func (w Words) Of(list policy.WordList) (words []string, open bool) {
	return with(slices.Clone(usualWords[list]), w.more[list]...), usualWords[list] == nil && !w.closed[list]
}

// wrong says that a word is none of a list, with the nearest that is; column is its heading.
func (w Words) wrong(list policy.WordList, column, word string) (m message.Message) {
	words, open := w.Of(list)
	if word == "" || open || slices.Contains(words, word) {
		return m
	}
	shown, all := identity.Hide(narrow.Replace(word)), strings.Join(words, "、")
	if near := nearest(word, words); near != "" {
		return message.M("import.word_near", shown, column, near, all)
	}
	return message.M("import.word", shown, column, all)
}

// narrow writes full-width digits as others are written, so that numbers of people are seen to be such.
var narrow = strings.NewReplacer("０", "0", "１", "1", "２", "2", "３", "3", "４", "4", "５", "5", "６", "6", "７", "7", "８", "8", "９", "9", "Ｘ", "X", "ｘ", "x")

// nearest is the word that takes the fewest changes of a character, of several the one that
// begins the same; "" when all would have to change in more than half.
func nearest(word string, list []string) (near string) {
	best, a := 0, []rune(word)
	for _, w := range list {
		b := []rune(w)
		n := 2 * message.Distance(word, w)
		if n > max(len(a), len(b)) {
			continue
		}
		if a[0] != b[0] {
			n++
		}
		if near == "" || n < best {
			near, best = w, n
		}
	}
	return near
}

// likeliest is the nearest word, "" where another is as near: F9 is as near to F1 as to F2.
func likeliest(word string, list []string) string {
	near := nearest(word, list)
	if slices.ContainsFunc(list, func(x string) bool { return x != near && message.Distance(word, x) <= message.Distance(word, near) }) {
		return ""
	}
	return near
}

// wordsOf gathers the words that documents and settings state.
func wordsOf(ctx context.Context, r Reader) (Words, error) {
	w := Words{map[policy.WordList][]string{}, map[policy.WordList]bool{}}
	granted, err := grantedEver(ctx, r)
	if err != nil {
		return w, err
	}
	for _, g := range granted {
		g.Policy.EachWord(func(it *policy.Item, x policy.Word) {
			list := x.List
			if list == policy.PostWords && slices.Contains(it.Categories, facts.TownshipCadre) {
				// A document names the township's posts that it singles out, and never all of them.
				w.more[TownshipPostWords] = with(w.more[TownshipPostWords], x.Text)
				if len(it.Categories) == 1 {
					return
				}
			}
			w.more[list] = with(w.more[list], x.Text)
			w.closed[list] = true
		})
	}
	county, err := settingsAt(ctx, r, 0)
	if message.Code(err) == "settings.none" {
		return w, nil
	}
	if err != nil {
		return w, err
	}
	for list, words := range map[policy.WordList][]string{policy.PostWords: county.Words.VillagePosts, TownshipPostWords: county.Words.TownshipPosts, policy.RankWords: county.Words.Ranks, policy.FlagWords: county.Words.Flags,
		policy.DayWords: county.Words.Days, policy.AbsenceWords: county.Words.Absences, policy.GradeWords: county.Words.Grades, policy.HukouWords: county.Words.Hukou, ReasonWords: county.Words.Reasons} {
		w.more[list] = with(w.more[list], words...)
		w.closed[list] = w.closed[list] || len(words) > 0
	}
	return w, nil
}

// worded is a word of a fact that is held against a list.
type worded struct {
	list          policy.WordList
	column, title string
	word          string
}

// wordsIn are the words of a fact that have lists.
func wordsIn(f Fact) (list []worded) {
	switch f.Kind {
	case facts.KindPerson:
		var p facts.Profile
		if decode(f, &p) == nil {
			for _, flag := range facts.FlagsOf(p.Flags) {
				list = append(list, worded{policy.FlagWords, "flags", "标记", flag})
			}
			list = append(list, worded{policy.HukouWords, "hukou", "户籍", p.Hukou})
		}
	case facts.KindSpell:
		var s facts.Spell
		if decode(f, &s) == nil {
			posts := policy.PostWords
			if len(s.Place) == 9 {
				posts = TownshipPostWords
			}
			list = []worded{{posts, "post", "职务", s.Post}, {policy.RankWords, "rank", "职级", s.Rank}}
		}
	case facts.KindDay:
		var d facts.Day
		if decode(f, &d) == nil {
			list = []worded{{policy.DayWords, "kind", "类型", d.Kind}}
		}
	case facts.KindAbsence:
		var a facts.Absence
		if decode(f, &a) == nil {
			list = []worded{{policy.AbsenceWords, "kind", "类型", a.Kind}}
		}
	case facts.KindAssessment:
		var a facts.Assessment
		if decode(f, &a) == nil {
			list = []worded{{policy.GradeWords, "grade", "考核等次", a.Grade}}
		}
	}
	return list
}
