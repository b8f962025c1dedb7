package main

import (
	"fmt"

	"zhida/rules/identity"
)

// The practice county is a small part of the sample for people who learn by docs/guide:
// twenty townships with one village each, all paid through one bank, and in November what
// a clerk meets in a month.
const (
	practiceTownships = 20
	practiceCadres    = 5 // of each township
)

// practice leaves of the county what the guides need.
func (c *county) practice() {
	c.townships = c.townships[len(c.townships)-practiceTownships:]
	kept := map[string]bool{}
	var villages []*place
	for _, t := range c.townships {
		kept[t.code] = true
		for _, v := range c.villages {
			if v.code[:9] == t.code {
				kept[v.code] = true
				villages = append(villages, v)
				break
			}
		}
	}
	c.villages = villages
	c.places = append(append([]*place{}, c.townships...), villages...)

	number := map[string]int{}
	var township []*person
	for _, p := range c.township {
		if kept[p.place] && len(p.spells) == 1 && p.retired == 0 && number[p.place] < practiceCadres {
			number[p.place]++
			township = append(township, p)
		}
	}
	c.township = township
	in := func(people []*person) (list []*person) {
		for _, p := range people {
			if kept[p.place] {
				list = append(list, p)
			}
		}
		return list
	}
	c.reportedTo = 20
	c.village, c.former = in(c.village), in(c.former)
	c.joiners = nil
	c.cards = 0
	for _, list := range [][]*person{c.township, c.village, c.former} {
		for _, p := range list {
			c.agentBank(p)
		}
	}
}

// agentBank gives a person the next card of the one bank that pays here.
func (c *county) agentBank(p *person) {
	c.cards++
	body := fmt.Sprintf("621081000000%06d", c.cards)
	p.bank, p.card = "CCB", body+string(identity.LuhnDigit(body))
}

func (c *county) writePractice(dir string) error {
	w := &writer{dir: dir}
	c.practice()
	c.basics(w)
	w.xlsx("01-基础/转移支付.xlsx", transfers([][]any{
		{"F03", "湘财预〔2026〕样31号", "村级组织运转和村干部报酬", "湖南省财政厅", "2026100031", day(2026, 10, 8), "400000.00"},
		{"F04", "常财社〔2026〕样12号", "离任村干部补偿", "常德市财政局", "2026100012", day(2026, 10, 9), "60000.00"},
	}))
	w.xlsx("09-变动/2026-11/转移支付到账.xlsx", transfers([][]any{
		{"F03", "湘财预〔2026〕样57号", "村级组织运转和村干部报酬", "湖南省财政厅", "2026110057", day(2026, 11, 6), "200000.00"},
	}))
	w.xlsx("01-基础/预算指标.xlsx", authority("9000000.00", "900000.00"))
	c.rosters(w)
	c.tenures(w)
	c.accounts(w)
	c.assessments(w)
	c.amounts(w)
	october, november := c.attendance(w, 202610), c.attendance(w, 202611)
	c.history(w)

	// A township finds two days of October in November.
	late := october[c.townships[2].code]
	first := late.rows[0]
	late.rows = append(late.rows,
		[]any{len(late.rows) + 1, first[1], first[2], first[3], day(2026, 10, 28), "下村", first[6]},
		[]any{len(late.rows) + 2, first[1], first[2], first[3], day(2026, 10, 29), "下村", first[6]})
	w.xlsx("09-变动/2026-11/"+c.townships[2].name+"十月下村补报.xlsx", *late)

	// Another township's sheet of November is wrong in four cells; the mended one lies beside it.
	mended := november[c.townships[1].code]
	w.xlsx("07-考勤/2026-11/更正/"+c.townships[1].name+"下村登记.xlsx", *mended)
	wrong := *mended
	wrong.rows = make([][]any, len(mended.rows))
	for i, r := range mended.rows {
		wrong.rows[i] = append([]any{}, r...)
	}
	id := []byte(wrong.rows[1][2].(string))
	id[16] = '0' + (id[16]-'0'+1)%10
	wrong.rows[1][2] = string(id)
	wrong.rows[3][4] = "2026-11-31"
	wrong.rows[5][3] = c.village[0].name
	wrong.rows[8][4] = "上周三"
	w.xlsx("07-考勤/2026-11/"+c.townships[1].name+"下村登记.xlsx", wrong)

	// A third has reported days of somebody who was ill all November.
	ill := c.township[222%len(c.township)]
	honest := *november[ill.place]
	honest.rows = nil
	for _, r := range november[ill.place].rows {
		if r[2] != ill.id.Full() {
			honest.rows = append(honest.rows, r)
		}
	}
	w.xlsx("07-考勤/2026-11/更正/"+c.townshipName(ill.place)+"下村登记.xlsx", honest)

	c.monthOfChanges(w)
	return w.err
}

// monthOfChanges is what happened to people in November: one sheet of changes, the election
// of two villages, and the cards of those who are new.
func (c *county) monthOfChanges(w *writer) {
	moved, leaving, dead, card := c.township[7], c.township[12], c.former[3], c.former[8]
	for i := 3; dead.oldCompensation() == 0 || dead.died != 0; i++ {
		dead = c.former[i]
	}
	for i := 20; card.oldCompensation() == 0 || card.died != 0; i++ {
		card = c.former[i]
	}
	c.agentBank(card)
	const document = "桃组任〔2026〕41号"
	heads := []string{"序号", "变动类型", "变动日期", "文号", "身份证号", "姓名", "单位代码", "截止日期", "银行卡号", "户名", "原因"}
	row := func(i int, kind string, on int, document string, p *person, place, card, holder, reason string) []any {
		return []any{i, kind, day(2026, 11, on), document, p.id.Full(), p.name, place, "", card, holder, reason}
	}
	w.xlsx("09-变动/2026-11/变动表.xlsx", page{title: "桃源县2026年11月人员变动表", unit: "桃源县财政局", heads: heads, rows: [][]any{
		row(1, "调动", 9, document, moved, c.townships[5].code, "", "", ""),
		row(2, "离任", 12, document, leaving, "", "", "", "退休"),
		row(3, "死亡", 3, "死亡证明（样例）3号", dead, "", "", "", ""),
		row(4, "换卡", 10, "本人换卡申请（样例）1号", card, "", card.card, card.name, ""),
	}})

	results := page{title: "2026年村（社区）换届结果", unit: "中共桃源县委组织部",
		heads: []string{"序号", "村代码", "选举日期", "交接日期", "文号", "结果", "职务", "身份证号", "姓名", "是否连任", "离任原因"}}
	result := func(p *person, what, post, again, reason string) {
		results.rows = append(results.rows, []any{len(results.rows) + 1, p.place, day(2026, 11, 8), day(2026, 11, 11), "桃组〔2026〕40号", what, post, p.id.Full(), p.name, again, reason})
	}
	for _, v := range c.villages[:2] {
		var people []*person
		for _, p := range c.village {
			if p.place == v.code {
				people = append(people, p)
			}
		}
		for i, p := range people {
			if i != len(people)-2 {
				for _, s := range p.spells {
					if s.to == 0 {
						result(p, "当选", s.post, "是", "")
					}
				}
				continue
			}
			result(p, "离任", "", "", "届满")
			n := c.newPerson(1972, 2000, p.male, p.place)
			c.agentBank(n)
			for _, s := range p.spells {
				if s.to == 0 {
					result(n, "当选", s.post, "否", "")
				}
			}
			c.joiners = append(c.joiners, n)
		}
	}
	w.xlsx("09-变动/2026-11/换届结果.xlsx", results)
	w.xlsx("09-变动/2026-11/新任村干部账户.xlsx", account("新任村干部一卡通账户登记表", c.joiners, day(2026, 11, 11)))
	// Whose payment of November the bank sends back, and the card that the person shows then.
	back := c.former[1]
	for i := 1; back.oldCompensation() == 0 || back.died != 0 || back == dead || back == card; i++ {
		back = c.former[i]
	}
	c.agentBank(back)
	p := account("换卡登记表", []*person{back}, day(2026, 11, 27))
	p.heads = append(p.heads, "换卡依据")
	p.rows[0] = append(p.rows[0], "建设银行户名账号证明（样例）2号")
	w.xlsx("09-变动/2026-11/换卡登记.xlsx", p)
}
