package tenure_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/tenure"
)

func spell(post string, from, to calendar.Date) facts.Spell {
	return facts.Spell{Post: post, From: from, To: to, Recognised: true}
}

func TestMonths(t *testing.T) {
	for _, c := range []struct {
		name                        string
		spells                      []facts.Spell
		until                       calendar.Date
		touched, whole, days        int
		longest, running, intervals int // counted by months touched
	}{
		{"three full years", []facts.Spell{spell("书记", 19800101, 19821231)}, 20001231, 36, 36, 36, 36, 0, 1},
		{"two posts at once count once", []facts.Spell{spell("书记", 19800101, 19851231), spell("主任", 19820101, 19831231)}, 20001231, 72, 72, 72, 72, 0, 1},
		{"a gap", []facts.Spell{spell("书记", 19800101, 19810831), spell("书记", 19850101, 19860831)}, 20001231, 40, 40, 40, 20, 0, 2},
		{"from the middle of a month to the middle of another", []facts.Spell{spell("书记", 19800115, 19800314)}, 20001231, 3, 1, 2, 3, 0, 1},
		{"left-over days make a month", []facts.Spell{spell("书记", 19800101, 19800115), spell("书记", 19810101, 19810115)}, 20001231, 2, 0, 1, 1, 0, 2},
		{"30 days of a month of 31 are no month", []facts.Spell{spell("书记", 19800115, 19830113)}, 20001231, 37, 35, 35, 37, 0, 1},
		{"running, cut at the day", []facts.Spell{spell("书记", 19990101, 0)}, 20001231, 24, 24, 24, 24, 24, 1},
		{"handed over within a month", []facts.Spell{spell("书记", 19990101, 19990610), spell("主任", 19990620, 0)}, 19991231, 12, 11, 11, 12, 12, 2},
		{"begins after the day", []facts.Spell{spell("书记", 20010101, 0)}, 20001231, 0, 0, 0, 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			list := tenure.Intervals(c.spells, nil, c.until, true)
			got := []int{tenure.Months(list, tenure.Touched), tenure.Months(list, tenure.Whole), tenure.Months(list, tenure.Days),
				tenure.Longest(list, tenure.Touched), tenure.Running(list, tenure.Touched, c.until), len(list)}
			want := []int{c.touched, c.whole, c.days, c.longest, c.running, c.intervals}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("touched, whole, days, longest, running, intervals: %s", d)
			}
		})
	}
}

func TestYears(t *testing.T) {
	for _, c := range []struct{ months, down, up, half int }{{60, 5, 5, 5}, {65, 5, 6, 5}, {66, 5, 6, 6}, {68, 5, 6, 6}, {71, 5, 6, 6}, {72, 6, 6, 6}} {
		if got := [3]int{tenure.Years(c.months, "down"), tenure.Years(c.months, "up"), tenure.Years(c.months, "half_up")}; got != [3]int{c.down, c.up, c.half} {
			t.Errorf("%d months: %v", c.months, got)
		}
	}
}

func TestYearsOn(t *testing.T) {
	for _, c := range []struct {
		from, on calendar.Date
		want     int
	}{{20060301, 20160229, 9}, {20060301, 20160301, 10}, {19660930, 20260930, 60}, {19660930, 20260929, 59}, {20040229, 20250228, 20}, {20040229, 20250301, 21}} {
		if got := tenure.YearsOn(c.from, c.on); got != c.want {
			t.Errorf("%s to %s: %d, want %d", c.from, c.on, got, c.want)
		}
	}
}

func TestLastAndHighest(t *testing.T) {
	rank := []string{"书记", "主任", "会计"}
	spells := []facts.Spell{spell("会计", 19800101, 19891231), spell("书记", 19900101, 19921231), spell("主任", 19930101, 19991231), spell("会计", 19930101, 19991231)}
	last, ok := tenure.Last(spells, 20001231, rank, true)
	if !ok || last.Post != "主任" {
		t.Errorf("last post %q", last.Post)
	}
	if post, _ := tenure.Highest(spells, 20001231, rank, true); post != "书记" {
		t.Errorf("highest post %q", post)
	}
	if _, ok := tenure.Highest(spells, 19791231, rank, true); ok {
		t.Error("a post not yet held")
	}
	spells[2].Recognised, spells[3].Recognised = false, false
	if last, _ := tenure.Last(spells, 20001231, rank, true); last.Post != "书记" {
		t.Errorf("last recognised post %q", last.Post)
	}
}

var posts = []string{"书记", "主任", "会计"}

func drawSpells(t *rapid.T) []facts.Spell {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) facts.Spell {
		from := calendar.Date(19800101).AddDays(rapid.IntRange(0, 6000).Draw(t, "from"))
		s := spell(rapid.SampledFrom(posts).Draw(t, "post"), from, from.AddDays(rapid.IntRange(0, 2500).Draw(t, "length")))
		if rapid.IntRange(0, 5).Draw(t, "running") == 0 {
			s.To = 0
		}
		return s
	}), 0, 6).Draw(t, "spells")
}

// The order of spells never matters, a spell cut in two at any day is worth the
// same, and whole months <= counted by days <= months touched.
func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spells := drawSpells(t)
		until := calendar.Date(20051231)
		list := tenure.Intervals(spells, nil, until, true)
		shuffled := rapid.Permutation(spells).Draw(t, "shuffled")
		if d := cmp.Diff(list, tenure.Intervals(shuffled, nil, until, true)); d != "" {
			t.Fatalf("order matters: %s", d)
		}
		whole, days, touched := tenure.Months(list, tenure.Whole), tenure.Months(list, tenure.Days), tenure.Months(list, tenure.Touched)
		if whole > touched || days > touched+len(list) {
			t.Fatalf("whole %d, days %d, touched %d", whole, days, touched)
		}
		if len(spells) > 0 {
			s := spells[0]
			end := s.To
			if end == 0 {
				end = until
			}
			if end > s.From {
				cut := s.From.AddDays(rapid.IntRange(0, end.Sub(s.From)-1).Draw(t, "cut"))
				first, second := s, s
				first.To, second.From = cut, cut.AddDays(1)
				halves := append([]facts.Spell{first, second}, spells[1:]...)
				if d := cmp.Diff(list, tenure.Intervals(halves, nil, until, true)); d != "" {
					t.Fatalf("cutting a spell changes it: %s", d)
				}
			}
		}
		for _, how := range []tenure.Count{tenure.Touched, tenure.Whole} {
			if l := tenure.Longest(list, how); l > tenure.Months(list, how) {
				t.Fatalf("longest %d of %d", l, tenure.Months(list, how))
			}
		}
		half := calendar.Date(19901231)
		before, after := tenure.Within(list, 0, half), tenure.Within(list, half.AddDays(1), until)
		if got := tenure.Months(before, tenure.Touched) + tenure.Months(after, tenure.Touched); got != touched {
			t.Fatalf("a window that ends with a month loses or gains: %d, %d", got, touched)
		}
	})
}
