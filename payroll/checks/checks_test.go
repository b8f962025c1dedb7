package checks

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/identity"
	"zhida/rules/money"
)

const (
	town, village, other = "430725101", "430725101201", "430725101202"
	grant                = int64(7) // position of the document in force
)

// county is a month in which everything is in order: a document, a calendar, two villages,
// and a batch before this one.
func county() *Month {
	w := calendar.NewWorkdays()
	for d := calendar.Date(20261001); d <= 20261007; d = d.AddDays(1) {
		w.Move(d, false)
	}
	return &Month{Day: 20261126, From: 202611, To: 202611, Settings: Defaults(), Sources: map[Source]calendar.Date{Workdays: 0, Previous: 0, Tenure: 0, Exclusions: 0},
		Places:   map[string]Place{town: {"陬市镇", 42000}, village: {"柳叶村", 1800}, other: {"荷花村", 2600}},
		Calendar: w,
		Items: map[string]Item{"base": {Name: "基本报酬", Period: 1, ByPost: true, Categories: []facts.Category{facts.VillageCadre}}, "bonus": {Name: "年终绩效", Period: 12, Due: []int{12}, ByPost: true}, "parts": {Name: "分期报酬", Period: 12, Due: []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, ByPost: true},
			"old": {Name: "离任补偿", Period: 1}, "funeral": {Name: "丧葬补助", Period: 1, ByDeath: true}, "trip": {Name: "下村补助", Period: 1}},
		Documents: map[int64]Document{grant: {Number: "桃办发〔2026〕1号", From: 202601, Grants: []string{"base", "bonus", "parts", "old", "funeral", "trip"}}},
		Covers:    map[string][]string{}, Horizon: 100, Before: 50, Gross: 10_000_00, DayOf: func(position int64) calendar.Date {
			return map[bool]calendar.Date{true: 20261126, false: 20260105}[position == 0] // what has no position came in today
		}}
}

// cadre is somebody in the village with one post, one card and this month's pay.
func cadre(no int64, name string) *Person {
	id := identity.MakeResidentID("439901", calendar.Date(19700101+no*10000), 1)
	body := "622169000000" + strings.Repeat("0", 4) + itoa(no*37+10)
	card := identity.Card(body + string(identity.LuhnDigit(body)))
	return &Person{Person: facts.Person{No: no,
		Profiles: []facts.Profile{{ID: id, Name: name, Category: facts.VillageCadre, Place: village, From: 20200101}},
		Spells:   []facts.Spell{{Place: village, Post: "委员", From: 20210115, Recognised: true}},
		Accounts: []facts.Account{{Card: card, Bank: "HNRCC", Holder: name, From: calendar.Date(20200101 + no), Source: facts.Source{Position: 3}}}},
		Name: name, Category: facts.VillageCadre, Place: village,
		Lines:    []Line{{Item: "base", Month: 202611, Fen: 1500_00, Due: 1500_00, Place: village, Policy: grant, Fund: "F03"}},
		Payments: []Payment{{Seq: int(no), Fen: 1500_00, Bank: "HNRCC", Card: card, Holder: name}}}
}

func stream(people []*Person) func(func(*Person) error) error {
	return func(each func(*Person) error) error {
		for _, p := range people {
			if err := each(p); err != nil {
				return err
			}
		}
		return nil
	}
}

// codes are the findings' codes and severities, sorted and each once a finding.
func codes(t *testing.T, m *Month, people ...*Person) []string {
	t.Helper()
	r, err := Run(m, stream(people))
	if err != nil {
		t.Fatal(err)
	}
	list := []string{}
	for _, f := range r.Findings {
		list = append(list, f.Check+" "+string(f.Severity)+" "+strings.TrimPrefix(f.Message.Code, "check."))
	}
	slices.Sort(list)
	return list
}

func (p *Person) id() identity.ResidentID { return p.Profiles[0].ID }

func days(p *Person, place string, dates ...calendar.Date) {
	p.Lines = append(p.Lines, Line{Item: "trip", Month: 202611, Fen: 50_00, Due: 50_00, Place: place, Policy: grant})
	for _, d := range dates {
		p.Days = append(p.Days, facts.Day{Date: d, Kind: "下村", Place: place})
	}
}

var november = []calendar.Date{20261102, 20261104, 20261105, 20261109, 20261112, 20261113, 20261117, 20261119, 20261120}

// Every check with what it is to find, made from a kind of finding that audit offices have
// published, and with what looks the same in an honest month. The words, people and sums are
// invented.
func TestChecks(t *testing.T) {
	found := map[string]bool{}
	type setting struct {
		m    *Month
		a, b *Person
		more []*Person
	}
	for _, c := range []struct {
		name string
		plan func(*setting)
		want []string
	}{
		{"in order", func(*setting) {}, nil},

		{"paid on after death by the register of the funeral home", func(s *setting) {
			s.m.Registers = []facts.Register{{Class: "死亡", ID: s.a.id(), Date: 20261003, AsOf: 20261120}}
			s.m.Sources[Deaths] = 20261120
		}, []string{"after_death stop after_death"}},
		{"paid on after death by the roster, two months of back-pay", func(s *setting) {
			s.a.Profiles[0].Died = 20260912
			s.a.Lines = append(s.a.Lines, Line{Item: "base", Month: 202610, Fen: 1, Place: village, Policy: grant})
		}, []string{"after_death stop after_death"}},
		{"an instalment of a yearly sum for a month after death", func(s *setting) {
			s.a.Profiles[0].Died = 20261003
			s.a.Lines[0].Item = "parts"
			s.b.Profiles[0].Died = 20261103 // and one for the month of death
			s.b.Lines[0].Item = "parts"
		}, []string{"after_death stop after_death"}},
		{"month of death, months before it, the funeral, the year's bonus lived for", func(s *setting) {
			s.a.Profiles[0].Died = 20261103
			s.a.Lines = append(s.a.Lines, Line{Item: "base", Month: 202609, Fen: 1, Place: village, Policy: grant}, Line{Item: "funeral", Month: 202612, Fen: 1, Place: village, Policy: grant},
				Line{Item: "bonus", Month: 202612, Fen: 1, Place: village, Policy: grant})
		}, nil},
		{"money taken back from the dead", func(s *setting) {
			s.a.Profiles[0].Died = 20260912
			s.a.Lines[0].Fen = -1500_00
		}, nil},

		{"left in summer, paid in November", func(s *setting) {
			s.m.Registers = []facts.Register{{Class: "离任调离", ID: s.a.id(), Date: 20260730, AsOf: 20261120}}
		}, []string{"after_leaving stop after_leaving"}},
		{"left and appointed again; compensation for who left", func(s *setting) {
			s.m.Registers = []facts.Register{{Class: "离任调离", ID: s.a.id(), Date: 20260730}, {Class: "离任调离", ID: s.b.id(), Date: 20260730}}
			s.a.Spells = append(s.a.Spells, facts.Spell{Place: village, Post: "主任", From: 20260901})
			s.b.Lines[0].Item = "old"
		}, nil},
		{"retired, still on the payroll", func(s *setting) {
			s.m.Registers = []facts.Register{{Class: "退休", ID: s.a.id(), Date: 20260930}}
		}, []string{"after_retirement stop after_retirement"}},
		{"retired this month", func(s *setting) {
			s.m.Registers = []facts.Register{{Class: "退休", ID: s.a.id(), Date: 20261103}}
		}, nil},
		{"sanctioned and paid", func(s *setting) {
			s.m.Registers = []facts.Register{{Class: "处分停发", ID: s.a.id(), Date: 20260815, Until: 20270214}}
		}, []string{"under_sanction stop under_sanction"}},
		{"sanction of another item, and one that ends this month", func(s *setting) {
			s.m.Registers = []facts.Register{{Class: "处分停发", ID: s.a.id(), Date: 20260815, Item: "年终绩效"}, {Class: "处分停发", ID: s.b.id(), Date: 20260815, Until: 20261102}}
		}, nil},
		{"over the age of the document", func(s *setting) {
			s.m.Settings.Ages = []Age{{Items: []string{"base"}, Male: 55, Female: 55, Document: "桃组发〔2026〕3号"}}
			s.a.Profiles[0].ID = identity.MakeResidentID("439901", 19700901, 1)
		}, []string{"over_age stop over_age"}},
		{"back-pay of a month before the age was reached", func(s *setting) {
			s.m.Settings.Ages = []Age{{Items: []string{"base"}, Male: 55, Female: 55, Document: "桃组发〔2026〕3号"}}
			s.a.Profiles[0].ID = identity.MakeResidentID("439901", 19711115, 1)
		}, nil},

		{"a name on the list that nobody appointed", func(s *setting) { s.a.Spells = nil }, []string{"ghost stop ghost"}},
		{"a county that keeps no appointments; a given amount by a document", func(s *setting) { s.a.Spells, s.b.Spells = nil, nil }, nil},
		{"on file by a verification", func(s *setting) { s.a.Spells, s.a.Verified = nil, true }, nil},
		{"eats empty pay: on the township's payroll without a post", func(s *setting) {
			s.a.Category, s.b.Category = facts.TownshipCadre, facts.TownshipCadre
			s.m.Registers = []facts.Register{{Class: "编制实名", ID: s.b.id()}}
			s.m.Sources[Establishing] = 20261120
		}, []string{"ghost stop not_established"}},
		{"came after the register was made", func(s *setting) {
			s.a.Category, s.a.Spells[0].From = facts.TownshipCadre, 20261103
			s.m.Registers = []facts.Register{{Class: "编制实名", ID: s.b.id()}}
			s.m.Sources[Establishing] = 20261031
		}, nil},

		{"several people on the accountant's card", func(s *setting) {
			s.b.Payments[0].Card = s.a.Payments[0].Card
			s.b.Accounts[0].Card = s.a.Payments[0].Card
		}, []string{"card_shared stop card_shared"}},
		{"a widow on the roster also draws for her husband", func(s *setting) {
			s.b.Payments[0].Card, s.b.Payments[0].Holder, s.b.Payments[0].Another = s.a.Payments[0].Card, s.a.Name, true
		}, nil},
		{"one person on two accounts", func(s *setting) {
			s.a.Payments = append(s.a.Payments, Payment{Seq: 9, Fen: 1, Bank: "ABC", Card: "6200590000000000139", Holder: s.a.Name})
		}, []string{"two_accounts stop two_accounts"}},
		{"a court takes its part", func(s *setting) {
			s.a.Payments = append(s.a.Payments, Payment{Seq: 9, Fen: 1, Bank: "ABC", Card: "18510101040012345", Holder: "桃源县人民法院", Another: true})
		}, nil},
		{"the account is the secretary's", func(s *setting) { s.a.Payments[0].Holder = "王发财" }, []string{"holder stop holder"}},
		{"one character written otherwise", func(s *setting) { s.a.Payments[0].Holder = "张小漫" }, []string{"holder review holder"}},
		{"the name before", func(s *setting) {
			s.a.Profiles = append([]facts.Profile{{ID: s.a.id(), Name: "田二妹", From: 20100101}}, s.a.Profiles...)
			s.a.Payments[0].Holder = "田二妹"
		}, []string{"holder review holder"}},
		{"the point between two parts of a name", func(s *setting) { s.a.Name, s.a.Payments[0].Holder = "古丽·努尔", "古丽•努尔" }, nil},

		{"an agent collected the cards of a whole village", func(s *setting) {
			for i := int64(1); i <= 5; i++ {
				p := cadre(20+i, "村民"+string(rune('甲'+i)))
				s.more = append(s.more, p)
				s.m.Registers = append(s.m.Registers, facts.Register{Class: "代办领卡", ID: p.id(), Party: "王会计", Date: calendar.Date(20261101 + i)})
			}
		}, []string{"custody review custody_agent"}},
		{"everybody collected their own; four by an agent; over half a year", func(s *setting) {
			for i := int64(1); i <= 9; i++ {
				p := cadre(20+i, "村民"+string(rune('甲'+i)))
				s.more = append(s.more, p)
				r := facts.Register{Class: "代办领卡", ID: p.id(), Party: p.Name, Date: 20261102}
				if i > 4 {
					r.Party, r.Date = "王会计", calendar.Date(20260101+100*i)
				}
				s.m.Registers = append(s.m.Registers, r)
			}
		}, nil},
		{"five cards of a village changed on one day", func(s *setting) {
			for i := int64(1); i <= 5; i++ {
				p := cadre(20+i, "村民"+string(rune('甲'+i)))
				p.Accounts = append(p.Accounts, facts.Account{Card: p.Accounts[0].Card[:18] + "9", Bank: "HNRCC", From: 20261110})
				s.more = append(s.more, p)
			}
		}, []string{"custody review custody_day"}},
		{"the bank exchanged cards, and the county says so", func(s *setting) {
			s.m.Settings.CardBatches = []CardBatch{{Bank: "HNRCC", From: 20261101, Until: 20261130, Document: "桃农商〔2026〕8号"}}
			for i := int64(1); i <= 9; i++ {
				p := cadre(20+i, "村民"+string(rune('甲'+i)))
				p.Accounts = append(p.Accounts, facts.Account{Card: p.Accounts[0].Card[:18] + "9", Bank: "HNRCC", From: 20261110})
				s.more = append(s.more, p)
			}
		}, nil},
		{"the bank exchanged cards in many villages, not declared: asked once", func(s *setting) {
			for i := int64(1); i <= 60; i++ {
				p := cadre(100+i, "村民"+itoa(i))
				p.Place = "4307251012" + itoa(10+i%12)
				p.Accounts = append(p.Accounts, facts.Account{Card: p.Accounts[0].Card[:18] + "9", Bank: "HNRCC", From: 20261110})
				s.more = append(s.more, p)
			}
		}, []string{"custody review custody_migration"}},

		{"the same person twice under numbers that differ by a slip", func(s *setting) {
			s.b.Name, s.b.Payments[0].Holder = s.a.Name, s.a.Name
			s.b.Profiles[0].ID = identity.MakeResidentID("439901", s.a.id().Birth(), 3)
		}, []string{"namesakes review namesakes"}},
		{"a newcomer of the same name", func(s *setting) {
			s.b.Name, s.b.Payments[0].Holder = s.a.Name, s.a.Name
			s.b.Profiles[0].ID, s.b.Profiles[0].Position = identity.MakeResidentID("439901", 19901212, 57), 60
		}, []string{"namesakes review namesakes"}},
		{"namesakes who have been there all along", func(s *setting) {
			s.b.Name, s.b.Payments[0].Holder = s.a.Name, s.a.Name
			s.b.Profiles[0].ID = identity.MakeResidentID("439901", 19901212, 57)
		}, nil},

		{"also on the payroll of a school", func(s *setting) {
			s.m.Registers = []facts.Register{{Class: "其他财政供养", ID: s.a.id(), Date: 20240101, Party: "县一中", Item: "在编工资"}}
		}, []string{"other_payroll stop other_payroll"}},
		{"a farmer's pension beside; a post that ended; the month of moving", func(s *setting) {
			s.m.Registers = []facts.Register{{Class: "其他财政供养", ID: s.a.id(), Date: 20240101, Party: "县社保中心", Item: "城乡居民养老保险"},
				{Class: "其他财政供养", ID: s.b.id(), Date: 20240101, Until: 20261031, Party: "县一中", Item: "在编工资"}, {Class: "其他财政供养", ID: s.b.id(), Date: 20261105, Party: "县二中", Item: "在编工资"}}
		}, nil},
		{"supervises and keeps the books", func(s *setting) {
			s.a.Spells = append(s.a.Spells, facts.Spell{Place: village, Post: "监委会主任", From: 20230101}, facts.Spell{Place: village, Post: "报账员", From: 20240101})
		}, []string{"two_roles stop two_roles"}},
		{"secretary and director in one; a member reports the books; one after the other", func(s *setting) {
			s.a.Spells = append(s.a.Spells, facts.Spell{Place: village, Post: "书记", From: 20210101}, facts.Spell{Place: village, Post: "主任", From: 20210101}, facts.Spell{Place: village, Post: "报账员", From: 20210101})
			s.b.Spells = append(s.b.Spells, facts.Spell{Place: village, Post: "会计", From: 20210101, To: 20261110}, facts.Spell{Place: village, Post: "监委会委员", From: 20261111})
		}, nil},
		{"claimed once more at the township", func(s *setting) {
			s.m.Registers = []facts.Register{{Class: "其他申报", ID: s.a.id(), Date: 20261101, Party: "陬市镇财政所", Item: "基本报酬", Fen: 1500_00}}
		}, []string{"claimed stop claimed"}},
		{"claimed another month and another item", func(s *setting) {
			s.m.Registers = []facts.Register{{Class: "其他申报", ID: s.a.id(), Date: 20261001, Party: "陬市镇财政所", Item: "基本报酬"}, {Class: "其他申报", ID: s.a.id(), Date: 20261101, Party: "陬市镇财政所", Item: "误工补助"}}
		}, nil},

		{"more than the standard", func(s *setting) {
			s.m.Settings.Standards = []Standard{{Items: []string{"base"}, From: 202601, most: 1400_00, Document: "桃财〔2026〕9号"}}
			s.b.Lines[0].Due = 1400_00
		}, []string{"above_standard stop above_standard"}},
		{"two items together above their cap", func(s *setting) {
			s.m.Settings.Standards = []Standard{{Items: []string{"base", "trip"}, From: 202601, most: 1540_00, Document: "桃财〔2026〕9号"}}
			days(s.a, town)
		}, []string{"above_standard stop above_standard"}},
		{"back-pay that is large because it is of several months; a standard that ended", func(s *setting) {
			s.m.Settings.Standards = []Standard{{Items: []string{"base"}, From: 202601, most: 1500_00, Document: "桃财〔2026〕9号"}, {Items: []string{"base"}, From: 202601, Until: 202610, most: 1, Document: "旧"}}
			s.a.Lines = append(s.a.Lines, Line{Item: "base", Month: 202611, Fen: 0, Due: 1500_00, Place: village, Policy: grant})
		}, nil},
		{"an amount by a document that has ended", func(s *setting) {
			s.m.Documents[4] = Document{Number: "桃财〔2019〕2号", From: 201901, Until: 202512}
			s.a.Amounts = []facts.Amount{{Item: "base", From: 202601, Document: "桃财〔2019〕2号"}}
		}, []string{"above_standard stop old_document"}},
		{"an amount by that document for a month in which it held", func(s *setting) {
			s.m.Documents[4] = Document{Number: "桃财〔2019〕2号", From: 201901, Until: 202611}
			s.a.Amounts = []facts.Amount{{Item: "base", From: 202601, Document: "桃财〔2019〕2号"}}
		}, nil},
		{"pay without a document, and by one that was withdrawn", func(s *setting) {
			s.m.Documents[8] = Document{Number: "桃财〔2026〕4号", From: 202601, Withdrawn: true, Grants: []string{"base"}}
			s.a.Lines[0].Policy, s.b.Lines[0].Policy = 0, 8
		}, []string{"no_document stop no_document", "no_document stop no_document"}},
		{"what was paid without a document is taken back", func(s *setting) { s.a.Lines[0].Policy, s.a.Lines[0].Fen = 0, -1 }, nil},
		{"money for the elderly pays cadres", func(s *setting) { s.m.Covers["F03"] = []string{"old"} }, []string{"fund_purpose stop fund_purpose"}},
		{"the fund covers it; a fund without bounds", func(s *setting) {
			s.m.Covers["F03"] = []string{"old", "base"}
			s.b.Lines[0].Fund = "F01"
		}, nil},

		{"visits on a day that is not there yet, after leaving, twice, and more than there are", func(s *setting) {
			days(s.a, town, 20261103, 20261103)
			s.a.Days[1].Place = "430725102"
			s.b.Spells[0].To = 20261110
			days(s.b, town, 20261112)
			p := cadre(30, "陈五")
			for d := calendar.Date(20261101); d <= 20261126; d++ {
				days(p, town, d)
			}
			s.more = append(s.more, p)
		}, []string{"days_wrong stop day_impossible", "days_wrong stop day_twice", "days_wrong stop days_over"}},
		{"a visit of a month that has not begun", func(s *setting) {
			s.m.Day, s.m.DayOf = 20261026, func(int64) calendar.Date { return 20261026 }
			days(s.a, town, 20261103)
		}, []string{"days_ahead review day_ahead", "days_wrong stop day_impossible"}},
		{"the same day claimed as a business trip", func(s *setting) {
			days(s.a, town, 20261103)
			s.m.Registers = []facts.Register{{Class: "其他申报", ID: s.a.id(), Date: 20261103, Party: "县委党校", Item: "下村"}}
		}, []string{"days_wrong stop day_claimed"}},
		{"visits at the weekend, of two kinds on a day, on the day of leaving", func(s *setting) {
			s.m.DayOf = func(int64) calendar.Date { return 20261125 }
			days(s.a, town, 20261107, 20261108)
			s.a.Days = append(s.a.Days, facts.Day{Date: 20261107, Kind: "加班", Place: town})
			s.b.Spells[0].To = 20261110
			days(s.b, town, 20261110)
		}, nil},
		{"attendance on leave", func(s *setting) {
			s.m.DayOf = func(int64) calendar.Date { return 20261125 }
			days(s.a, town, 20261103)
			s.a.Absences = []facts.Absence{{Kind: "病假", From: 20261101, To: 20261130}}
			days(s.b, town, 20261103)
			s.b.Absences = []facts.Absence{{Kind: "处分", From: 20261101, To: 20261130}}
		}, []string{"days_ahead review day_away"}},
		{"one sheet copied for three", func(s *setting) {
			s.m.DayOf = func(int64) calendar.Date { return 20261125 }
			p := cadre(30, "陈五")
			s.more = append(s.more, p)
			for _, x := range []*Person{s.a, s.b, p} {
				days(x, town, november...)
			}
		}, []string{"day_pattern review same_days"}},
		{"two who go together; three who are there every day", func(s *setting) {
			s.m.DayOf = func(int64) calendar.Date { return 20261125 }
			days(s.a, town, november...)
			days(s.b, town, november...)
			for i := int64(30); i < 33; i++ {
				p := cadre(i, "村民"+itoa(i))
				for d := calendar.Date(20261101); d <= 20261130; d++ {
					if s.m.Calendar.Is(d) {
						days(p, "430725102", d)
					}
				}
				s.more = append(s.more, p)
			}
			s.m.DayOf = func(int64) calendar.Date { return 20261130 }
		}, nil},
		{"three months of Mondays only", func(s *setting) {
			s.m.DayOf = func(int64) calendar.Date { return 20261130 }
			for d := calendar.Date(20260907); d <= 20261123; d = d.AddDays(7) {
				days(s.a, town, d)
			}
		}, []string{"day_pattern review one_weekday"}},
		{"Mondays and one Friday; a township whose market day it is", func(s *setting) {
			s.m.DayOf = func(int64) calendar.Date { return 20261130 }
			s.m.Settings.Exempt = []Exemption{{Check: "day_pattern", Places: []string{"430725102"}, Document: "桃镇办〔2026〕5号"}}
			for d := calendar.Date(20260907); d <= 20261123; d = d.AddDays(7) {
				days(s.a, town, d)
				days(s.b, "430725102", d)
			}
			days(s.a, town, 20261113)
		}, nil},

		{"more posts paid than the village may have", func(s *setting) {
			s.m.Settings.Posts = []PostTable{{Population: 1500, Posts: 3, Document: "甲"}, {Population: 2000, Posts: 1, Document: "桃组〔2026〕6号"}, {Population: 0, Posts: 7, Document: "乙"}}
		}, []string{"posts_over stop posts_over"}},
		{"who hands over and who takes over; one who holds two posts", func(s *setting) {
			s.m.Registers = []facts.Register{{Class: "定员", Place: village, Number: 1}}
			s.a.Spells[0].To, s.b.Spells[0].From = 20261110, 20261111
			s.a.Spells = append(s.a.Spells, facts.Spell{Place: village, Post: "会计", From: 20210101, To: 20261110})
		}, nil},
		{"the deputy gets half of what the secretary gets", func(s *setting) {
			s.m.Settings.Ratios = []Ratio{{Items: []string{"base"}, Posts: []string{"委员"}, Of: []string{"书记"}, Percent: 70, Document: "桃组发〔2026〕2号"}}
			s.b.Spells[0].Post, s.b.Lines[0].Due = "书记", 3000_00
		}, []string{"shares stop share_low"}},
		{"came in the middle of the month; was away", func(s *setting) {
			s.m.Settings.Ratios = []Ratio{{Items: []string{"base"}, Posts: []string{"委员"}, Of: []string{"书记"}, Percent: 70, Document: "桃组发〔2026〕2号"}}
			s.b.Spells[0].Post, s.b.Lines[0].Due = "书记", 3000_00
			s.a.Spells[0].From = 20261110
			p := cadre(30, "陈五")
			p.Absences = []facts.Absence{{Kind: "事假", From: 20261105, To: 20261125}}
			s.more = append(s.more, p)
		}, nil},
		{"the secretary below the floor; a rule of a document not kept", func(s *setting) {
			s.m.Settings.Floors = []Floor{{Items: []string{"base"}, Posts: []string{"书记"}, least: 2000_00, Document: "桃组发〔2026〕2号"}}
			s.b.Spells[0].Post = "书记"
			s.m.Broken = []Broken{{Place: village, Document: "桃组发〔2026〕2号", Name: "绩效不低于三成", Month: 202611}}
		}, []string{"shares stop floor_low", "shares stop rule_broken"}},

		{"a card changed three days before, without a paper", func(s *setting) {
			s.m.DayOf = func(int64) calendar.Date { return 20261123 }
			s.a.Accounts = append([]facts.Account{{Card: "6200590000000000139", Bank: "ABC", From: 20200101}}, s.a.Accounts...)
			s.a.Accounts[1].From = 20261122
		}, []string{"card_changed review card_changed"}},
		{"two cards by one paper of the bank are one question", func(s *setting) {
			s.m.DayOf = func(int64) calendar.Date { return 20261123 }
			for _, p := range []*Person{s.a, s.b} {
				p.Accounts = append([]facts.Account{{Card: "620059000000000013" + identity.Card(itoa(p.No)), Bank: "ABC", From: 20200101}}, p.Accounts...)
				p.Accounts[1].From, p.Accounts[1].Proof = 20261122, "桃农商证〔2026〕3号"
			}
		}, []string{"card_changed review card_changed_proved"}},
		{"changed after the batch was computed", func(s *setting) {
			s.a.Accounts = append(s.a.Accounts, facts.Account{Card: "6200590000000000139", Bank: "ABC", From: 20261124, Source: facts.Source{Position: 101}})
		}, []string{"card_changed review card_after"}},
		{"a card that changed because the other had bounced, paid again", func(s *setting) {
			s.m.DayOf = func(int64) calendar.Date { return 20261123 }
			s.a.Accounts = append([]facts.Account{{Card: "6200590000000000139", Bank: "ABC", From: 20200101}}, s.a.Accounts...)
			s.a.Accounts[1].From, s.a.Payments[0].Again = 20261122, true
		}, nil},
		{"a first card; a change long ago; one of a declared batch", func(s *setting) {
			s.m.DayOf = func(position int64) calendar.Date { return map[int64]calendar.Date{3: 20261123, 2: 20261001}[position] }
			s.m.Settings.CardBatches = []CardBatch{{Bank: "HNRCC", From: 20261120, Until: 20261122, Document: "桃农商〔2026〕8号"}}
			s.b.Accounts = append([]facts.Account{{Card: "6200590000000000139", Bank: "ABC", From: 20200101}}, s.b.Accounts...)
			s.b.Accounts[1].From = 20261121
			p := cadre(30, "陈五")
			p.Accounts = append([]facts.Account{{Card: "6200590000000000147", Bank: "ABC", From: 20200101}}, p.Accounts...)
			p.Accounts[1].Position, p.Accounts[1].From = 2, 20260930
			s.more = append(s.more, p)
		}, nil},

		{"money leaves for a company nobody knows", func(s *setting) {
			s.m.Statement = []Row{{Serial: "17", Date: 20261118, Debit: 80_000_00, Party: "桃源县某某建材经营部"}}
		}, []string{"off_list stop off_list"}},
		{"a batch's file, and a payment of yesterday", func(s *setting) {
			s.m.Statement = []Row{{Serial: "17", Date: 20261118, Debit: 80_000_00, Party: "代发过渡户", Matched: true}, {Serial: "18", Date: 20261125, Debit: 5, Party: "代发过渡户"}}
		}, nil},
		{"a transfer that stays in the account, past its day and past the limit", func(s *setting) {
			s.m.Transfers = []Transfer{{Document: "湘财预〔2026〕1号", Date: 20260301, Due: 20261010, Fen: 500_00, Left: 100_00}, {Document: "湘财预〔2026〕2号", Date: 20260301, Due: 20260601, Fen: 500_00, Left: 100_00}}
		}, []string{"idle review idle", "idle stop idle"}},
		{"not yet due; money for the whole year; spent", func(s *setting) {
			s.m.Transfers = []Transfer{{Document: "湘财预〔2026〕1号", Date: 20260301, Due: 20261130, Fen: 500_00, Left: 100_00}, {Document: "湘财预〔2026〕2号", Date: 20260301, Fen: 500_00, Left: 400_00},
				{Document: "湘财预〔2026〕3号", Date: 20260301, Due: 20260601, Fen: 500_00}}
		}, nil},
		{"paid out to a village and back; reversed over the new year; collected from a village", func(s *setting) {
			s.m.Day = 20270120
			s.m.Statement = []Row{{Serial: "1", Date: 20261103, Debit: 50_000_00, Party: "柳叶村村民委员会", Matched: true}, {Serial: "2", Date: 20261120, Credit: 50_000_00, Party: "柳叶村村民委员会"},
				{Serial: "3", Date: 20261228, Debit: 9_000_00, Party: "桃源县某中心", Matched: true}, {Serial: "4", Date: 20270215, Credit: 9_000_00, Party: "桃源县某中心"},
				{Serial: "5", Date: 20261111, Credit: 3_000_00, Party: "荷花村经济合作社"}}
		}, []string{"out_and_back stop clawback", "out_and_back stop out_and_back", "out_and_back stop year_end"}},
		{"a payment that bounced and comes back; a repayment with a document", func(s *setting) {
			s.m.Statement = []Row{{Serial: "1", Date: 20261103, Debit: 1500_00, Party: "代发过渡户", Matched: true}, {Serial: "2", Date: 20261105, Credit: 1500_00, Party: "代发过渡户", Matched: true},
				{Serial: "3", Date: 20261103, Debit: 7_00, Party: "某单位", Matched: true}, {Serial: "4", Date: 20261105, Credit: 8_00, Party: "某单位"}}
		}, nil},
		{"treasury, list and files disagree; rows of an answer nobody looked into", func(s *setting) {
			s.m.Totals = []Totals{{Batch: "2026-10/1", Net: 100, List: 100, Files: 100, Order: 99, Ordered: true}, {Batch: "2026-10/2", Net: 5, List: 5, Files: 5, Problems: []Problem{{Row: "金额不符", Since: 20261101}}}}
		}, []string{"totals stop answer_rows", "totals stop totals"}},
		{"a payment that was paid again and that the bank now says arrived", func(s *setting) {
			s.m.Totals = []Totals{{Batch: "2026-10/1", Problems: []Problem{{Row: "可能付了两次", Since: 20261126, Twice: true}}}}
		}, []string{"totals stop answer_rows"}},
		{"pay once credited and then returned, paid again: the statement shows one refund of two", func(s *setting) {
			s.m.Reversed = []Reversed{{ID: "2026-10/1#1", Name: "张小满", Fen: 100, Credited: "回盘1.txt", Back: "回盘2.txt"},
				{ID: "2026-10/1#2", Name: "李大山", Fen: 100, Credited: "回盘1.txt", Back: "回盘2.txt", Refund: 20261110}}
		}, []string{"reversed review reversed", "reversed review reversed_refunded"}},
		{"pay that came back at once, paid again", func(s *setting) {
			s.a.Payments[0].Again = true
		}, nil},
		{"all three agree; the treasury's voucher is still to come", func(s *setting) {
			s.m.Totals = []Totals{{Batch: "2026-10/1", Net: 100, List: 100, Files: 100, Order: 100, Ordered: true}, {Batch: "2026-10/2", Net: 5, List: 5, Files: 5, Problems: []Problem{{Row: "金额不符", Since: 20261125}}}}
		}, nil},
		{"a bank that says nothing, and bounced pay that nobody paid again", func(s *setting) {
			s.m.Sources[Returns] = 20261101
			s.m.Open = []OpenPayment{{ID: "2026-10/1#1", Batch: "2026-10/1", Fen: 1, Since: 20261026}, {ID: "2026-10/1#2", Batch: "2026-10/1", Fen: 1, Since: 20261020, CameBack: true}}
		}, []string{"unreturned review bounced", "unreturned review unreturned"}},
		{"sent last week, came back last week", func(s *setting) {
			s.m.Sources[Returns] = 20261101
			s.m.Open = []OpenPayment{{Batch: "2026-10/1", Fen: 1, Since: 20261120}, {Batch: "2026-10/1", Fen: 1, Since: 20261105, CameBack: true}}
		}, nil},
		{"a county that imports no answers has none to miss", func(s *setting) {
			s.m.Open = []OpenPayment{{Batch: "2026-10/1", Fen: 1, Since: 20260101}}
		}, nil},
		{"an unexplained rise", func(s *setting) {
			s.m.Changes = []Change{{Person: 1, Name: "张小满", Item: "base", Before: 1000_00, Now: 1900_00}}
		}, []string{"change review "}},
		{"a county that looks from fifty per cent or two thousand yuan", func(s *setting) {
			s.m.Settings.ChangePercent, s.m.Settings.ChangeYuan = 50, 2000
			s.m.Changes = []Change{{Person: 1, Before: 1000_00, Now: 1100_00}}
		}, nil},
		{"two dozen come without a reason", func(s *setting) {
			s.m.Counts = [2]int{100, 124}
			for i := int64(1); i <= 24; i++ {
				s.m.Changes = append(s.m.Changes, Change{Person: i, Now: 1})
			}
			s.m.Settings.ChangePercent, s.m.Settings.ChangeYuan = 100, 1 // leaves only the count
		}, slices.Concat(slices.Repeat([]string{"change review "}, 24), []string{"headcount review headcount"})},
		{"an election: many come for a reason", func(s *setting) { s.m.Counts = [2]int{100, 150} }, nil},
		{"facts whose owner has not answered", func(s *setting) { s.m.SentBack = []Change{{Person: 1, Name: "张小满"}} }, []string{"sent_back review "}},

		{"numbers in a row: a list made at the desk", func(s *setting) {
			for i := 1; i <= 3; i++ {
				p := cadre(int64(30+i), "村民"+itoa(int64(i)))
				p.Profiles[0].ID = identity.MakeResidentID("439901", 19550505, 10+2*i)
				s.more = append(s.more, p)
			}
			for i := range 4 {
				p := cadre(int64(40+i), "社员"+itoa(int64(i)))
				body := "62216900000000700" + itoa(int64(i))
				card := identity.Card(body + string(identity.LuhnDigit(body)))
				p.Accounts[0].Card, p.Accounts[0].From, p.Payments[0].Card = card, 20230401, card
				s.more = append(s.more, p)
			}
		}, []string{"fabricated review sequence_cards", "fabricated review sequence_ids"}},
		{"twins; cards that the bank issued together", func(s *setting) {
			s.m.Settings.CardBatches = []CardBatch{{From: 20230401, Until: 20230401, Document: "农商行"}}
			for i := 1; i <= 2; i++ {
				p := cadre(int64(30+i), "村民"+itoa(int64(i)))
				p.Profiles[0].ID = identity.MakeResidentID("439901", 19550505, 10+2*i)
				s.more = append(s.more, p)
			}
			for i := range 6 {
				p := cadre(int64(40+i), "社员"+itoa(int64(i)))
				body := "62216900000000700" + itoa(int64(i))
				card := identity.Card(body + string(identity.LuhnDigit(body)))
				p.Accounts[0].Card, p.Accounts[0].From, p.Payments[0].Card = card, 20230401, card
				s.more = append(s.more, p)
			}
		}, nil},
		{"equal sums typed in for a village, and round ones in another", func(s *setting) {
			for i := range int64(10) {
				p := cadre(30+i, "村民"+itoa(i))
				fen := money.Fen(733_50)
				if i >= 5 {
					p.Place, fen = other, money.Fen(100_00*(i+1))
				}
				p.Amounts = []facts.Amount{{Item: "base", Fen: fen, From: 202611, Source: facts.Source{Position: 60}}}
				p.Lines[0].Fen = fen
				s.more = append(s.more, p)
			}
			s.m.Inputs = []Input{{Position: 60, Entered: "张敏", Accepted: "李复"}}
		}, []string{"fabricated review equal_amounts", "fabricated review round_amounts", "manual review manual"}},
		{"equal sums by a document; sums known for months", func(s *setting) {
			for i := range int64(10) {
				p := cadre(30+i, "村民"+itoa(i))
				p.Amounts = []facts.Amount{{Item: "base", Fen: 1500_00, From: 202611, Document: "桃财〔2026〕9号", Source: facts.Source{Position: 60}}}
				if i >= 5 {
					p.Amounts[0].Document, p.Amounts[0].Position = "", 40
				}
				s.more = append(s.more, p)
			}
		}, nil},
		{"a single month's sum by hand, and one shortly before a holiday", func(s *setting) {
			s.a.Amounts = []facts.Amount{{Item: "base", From: 202611, Until: 202611, Document: "桃财〔2026〕9号"}}
		}, []string{"once review once"}},
		{"the same before the New Year", func(s *setting) {
			for d := calendar.Date(20261201); d <= 20261203; d = d.AddDays(1) {
				s.m.Calendar.Move(d, false)
			}
			s.a.Amounts = []facts.Amount{{Item: "base", From: 202611, Until: 202611, Document: "桃财〔2026〕9号"}}
		}, []string{"burst review burst"}},
		{"a yearly item that a document pays in this month; a standing sum", func(s *setting) {
			s.a.Lines = append(s.a.Lines, Line{Item: "bonus", Month: 202611, Fen: 1, Due: 1, Place: village, Policy: grant})
			s.b.Amounts = []facts.Amount{{Item: "base", From: 202611, Document: "桃财〔2026〕9号"}}
		}, nil},

		{"one person entered and confirmed, made and approved", func(s *setting) {
			s.m.Inputs = []Input{{60, "amounts.csv", "张敏", "张敏"}}
			s.m.Judges = []Judged{{"2026-10/1", "张敏", "李复", "张敏"}}
		}, []string{"same_actor stop same_actor", "same_actor stop same_judge"}},
		{"two whom one person registered", func(s *setting) {
			s.m.Alone = []Alone{{"影办", "周正", 60}, {"影审", "周正", 61}}
		}, []string{"same_actor review registered_alone"}},
		{"three people", func(s *setting) {
			s.m.Inputs = []Input{{60, "amounts.csv", "张敏", "李复"}, {61, "days.csv", "张敏", ""}}
			s.m.Judges = []Judged{{"2026-10/1", "张敏", "李复", "王审"}}
		}, nil},
		{"a rise for whoever approves, and for a brother", func(s *setting) {
			s.m.Actors = []string{"王审"}
			s.a.Actor, s.a.Change = "王审", 300_00
			s.b.Change = 200_00
			s.m.Registers = []facts.Register{{Class: "亲属", ID: s.b.id(), Party: "王审", Item: "兄弟"}}
		}, []string{"own_pay stop kin_pay", "own_pay stop own_pay"}},
		{"the same pay as last month", func(s *setting) {
			s.m.Actors = []string{"王审"}
			s.a.Actor = "王审"
			s.m.Registers = []facts.Register{{Class: "亲属", ID: s.b.id(), Party: "王审", Item: "兄弟"}}
		}, nil},
	} {
		for _, w := range c.want {
			code, _, _ := strings.Cut(w, " ")
			found[code] = true
		}
		t.Run(c.name, func(t *testing.T) {
			s := &setting{m: county(), a: cadre(1, "张小满"), b: cadre(2, "李复生")}
			c.plan(s)
			got := codes(t, s.m, append([]*Person{s.a, s.b}, s.more...)...)
			want := append([]string{}, c.want...)
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	for _, c := range List() {
		if !found[c.Code] {
			t.Errorf("nothing sets off %s: a check that cannot find is none", c.Code)
		}
	}
}

// A check whose source is missing says so, with the date of those that are there.
func TestNotRun(t *testing.T) {
	m := county()
	delete(m.Sources, Previous)
	m.Sources[Deaths] = 20260930
	r, err := Run(m, stream([]*Person{cadre(1, "张小满")}))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]State{}
	for _, s := range r.States {
		got[s.Check] = s
	}
	for _, want := range []State{{Check: "after_death", Ran: true, AsOf: 20260930}, {Check: "after_leaving", Lacking: []Source{Departures}}, {Check: "change", Lacking: []Source{Previous}}, {Check: "holder", Ran: true}} {
		if diff := cmp.Diff(want, got[want.Check]); diff != "" {
			t.Error(diff)
		}
	}
	if len(r.States) != len(List()) {
		t.Errorf("%d states of %d checks", len(r.States), len(List()))
	}
}

// Every check says what it looks at and what it leaves alone, and its parameters exist.
func TestEveryCheckIsDescribed(t *testing.T) {
	for _, c := range List() {
		if c.Name == "" || c.Looks == "" || c.Spares == "" || c.run == nil {
			t.Errorf("%s says too little", c.Code)
		}
		for _, name := range c.Params {
			if !slices.ContainsFunc(Params(), func(p Param) bool { return p.Name == name }) {
				t.Errorf("%s has a parameter %s that nothing describes", c.Code, name)
			}
		}
		if other, ok := Find(c.Code); !ok || other.Name != c.Name {
			t.Errorf("%s is not found", c.Code)
		}
	}
}

// What counts as a slip, a pattern, a holiday, a round sum and a reversal is the county's to say.
func TestParameters(t *testing.T) {
	for _, c := range []struct {
		name  string
		plan  func(m *Month, a, b *Person)
		set   func(*Settings)
		finds string // as the settings are at first, and no longer as set
	}{
		{"id_digits", func(m *Month, a, b *Person) {
			b.Name, b.Payments[0].Holder = a.Name, a.Name
			b.Profiles[0].ID = identity.MakeResidentID("439901", a.id().Birth(), 43)
		}, func(s *Settings) { s.IDDigits = 1 }, "namesakes review namesakes"},
		{"weekday_months", func(m *Month, a, b *Person) {
			m.DayOf = func(int64) calendar.Date { return 20261130 }
			for d := calendar.Date(20260907); d <= 20261123; d = d.AddDays(7) {
				days(a, town, d)
			}
		}, func(s *Settings) { s.WeekdayMonths = 4 }, "day_pattern review one_weekday"},
		{"holiday_days", func(m *Month, a, b *Person) {
			for d := calendar.Date(20261201); d <= 20261203; d = d.AddDays(1) {
				m.Calendar.Move(d, false)
			}
			a.Amounts = []facts.Amount{{Item: "base", From: 202611, Until: 202611, Document: "桃财〔2026〕9号"}}
		}, func(s *Settings) { s.HolidayDays = 4 }, "burst review burst"},
		{"round_yuan", func(m *Month, a, b *Person) {
			m.Settings.ListPeople = 2
			for i, p := range []*Person{a, b} {
				p.Amounts = []facts.Amount{{Item: "base", From: 202611, Source: facts.Source{Position: 60}}}
				p.Lines[0].Fen = money.Fen(300_00 + 100_00*i)
			}
		}, func(s *Settings) { s.RoundYuan = 1000 }, "fabricated review round_amounts"},
		{"year_end_months", func(m *Month, a, b *Person) {
			m.Day = 20270220
			m.Statement = []Row{{Serial: "3", Date: 20261201, Debit: 9_000_00, Party: "桃源县某中心", Matched: true}, {Serial: "4", Date: 20270215, Credit: 9_000_00, Party: "桃源县某中心"}}
		}, func(s *Settings) { s.YearEndMonths = 1 }, "out_and_back stop year_end"},
	} {
		t.Run(c.name, func(t *testing.T) {
			find := func(set func(*Settings)) bool {
				m, a, b := county(), cadre(1, "张小满"), cadre(2, "李复生")
				c.plan(m, a, b)
				set(&m.Settings)
				return slices.Contains(codes(t, m, a, b), c.finds)
			}
			if !find(func(*Settings) {}) {
				t.Errorf("%s is not found", c.finds)
			}
			if find(c.set) {
				t.Errorf("%s is found still", c.finds)
			}
		})
	}
}

// The order of people's facts and of rows of the registers does not matter.
func TestOrderDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := county()
		var people []*Person
		for i := range int64(12) {
			p := cadre(i+1, "村民"+itoa(i%4))
			p.Payments[0].Holder = p.Name
			if i%3 == 0 {
				m.Registers = append(m.Registers, facts.Register{Class: "死亡", ID: p.id(), Date: 20260901}, facts.Register{Class: "代办领卡", ID: p.id(), Party: "王会计", Date: 20261101})
			}
			if i%4 == 0 {
				p.Spells = nil
			}
			people = append(people, p)
		}
		first, err := Run(m, stream(people))
		if err != nil {
			t.Fatal(err)
		}
		m2 := county()
		m2.Registers = rapid.Permutation(m.Registers).Draw(t, "registers")
		second, err := Run(m2, stream(people))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first, second); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSettings(t *testing.T) {
	ok := Defaults()
	if err := ok.Read("x"); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Settings){
		"days":   func(s *Settings) { s.CardDays = -1 },
		"limits": func(s *Settings) { s.IdleStop = s.IdleDays - 1 },
		"yuan": func(s *Settings) {
			s.Standards = []Standard{{Items: []string{"a"}, Yuan: "1.234", From: 202601, Document: "d"}}
		},
		"document": func(s *Settings) {
			s.Ratios = []Ratio{{Items: []string{"a"}, Posts: []string{"b"}, Of: []string{"c"}, Percent: 70}}
		},
		"stop":      func(s *Settings) { s.Exempt = []Exemption{{Check: "holder", Places: []string{town}, Document: "d"}} },
		"unknown":   func(s *Settings) { s.Exempt = []Exemption{{Check: "nothing", Places: []string{town}, Document: "d"}} },
		"category":  func(s *Settings) { s.Compatible = []Together{{Category: "干部", Payroll: "x"}} },
		"exclusion": func(s *Settings) { s.Incompatible = []Exclusion{{Post: "会计", Document: "d"}} },
		"cards":     func(s *Settings) { s.CardBatches = []CardBatch{{From: 20260102, Until: 20260101, Document: "d"}} },
		"posts":     func(s *Settings) { s.Posts = []PostTable{{Population: 5, Document: "d"}} },
		"ages":      func(s *Settings) { s.Ages = []Age{{Items: []string{"a"}, Male: 60, Document: "d"}} },
		"floors": func(s *Settings) {
			s.Floors = []Floor{{Items: []string{"a"}, Posts: []string{"b"}, Yuan: "0", Document: "d"}}
		},
	} {
		s := Defaults()
		if spoil(&s); s.Read("x") == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}
