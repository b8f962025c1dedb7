// Command gen makes the sample county: the spreadsheets a bureau would have, the
// same bytes every time. Nobody in them exists: the names are drawn from lists, the
// ID numbers have a division prefix that no place has, and the bodies of the card
// numbers begin with 000000.
//
//	go run ./testdata/counties/gen -out testdata/counties/taoyuan
//	go run ./testdata/counties/gen -practice -out testdata/counties/practice
package main

import (
	_ "embed"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"path/filepath"
	"sort"
	"strings"

	"zhida/rules/calendar"
	"zhida/rules/identity"
)

//go:embed divisions.csv
var divisions string

func main() {
	out := flag.String("out", "testdata/counties/taoyuan", "folder to write into")
	practice := flag.Bool("practice", false, "the small county of the guides")
	flag.Parse()
	c := build()
	write := c.write
	if *practice {
		write = c.writePractice
	}
	if err := write(*out); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d places, %d township cadres, %d village cadres, %d former village cadres in %s\n",
		len(c.places), len(c.township), len(c.village), len(c.former), filepath.Clean(*out))
}

// county is the whole sample.
type county struct {
	r         *rand.Rand
	places    []*place // townships first, each list in code order
	townships []*place
	villages  []*place

	township, village, former []*person
	joiners                   []*person // elected in November
	seqs                      map[calendar.Date]int
	cards                     int
	reportedTo                int // the last day of a month that its attendance sheets report
}

type place struct {
	code, name, class string
	distance          float64 // km; only drawn and printed
	population        int
}

type person struct {
	id          identity.ResidentID
	name        string
	place       string
	joined      calendar.Date
	flags       string
	died        calendar.Date
	retired     calendar.Date
	male        bool
	born        calendar.Date
	spells      []spell
	bank, card  string
	base        int // fen
	grade       string
	leavesInNov bool
}

type spell struct {
	place, post, rank string
	from, to          calendar.Date
	document          string
}

func day(y, m, d int) calendar.Date { return calendar.Date(y*10000 + m*100 + d) }

func build() *county {
	c := &county{r: rand.New(rand.NewPCG(430725, 20261001)), seqs: map[calendar.Date]int{}, reportedTo: 31}
	c.makePlaces()
	c.makeTownshipCadres()
	c.makeVillageCadres()
	c.makeFormerCadres()
	c.elect()
	return c
}

func (c *county) pick(list []string) string { return list[c.r.IntN(len(list))] }

func (c *county) makePlaces() {
	byTownship := map[string]*place{}
	for _, line := range strings.Split(strings.TrimSpace(divisions), "\n")[1:] {
		f := strings.Split(strings.TrimSpace(line), ",")
		t := byTownship[f[2]]
		if t == nil {
			t = &place{code: f[2], name: f[3], distance: float64(20+c.r.IntN(800)) / 10}
			byTownship[f[2]] = t
			c.townships = append(c.townships, t)
		}
		v := &place{code: f[0], name: f[1], distance: t.distance + float64(c.r.IntN(120))/10, population: 900 + c.r.IntN(2600)}
		t.population += v.population
		c.villages = append(c.villages, v)
	}
	for _, t := range c.townships {
		switch { // the farther, the harder
		case t.distance < 28:
			t.class = "一类"
		case t.distance < 58:
			t.class = "二类"
		default:
			t.class = "三类"
		}
	}
	for _, t := range c.townships {
		if t.name == "牛车河镇" {
			t.class = "二类" // raised to 三类 by the change sheet of November
		}
	}
	sort.Slice(c.townships, func(i, j int) bool { return c.townships[i].code < c.townships[j].code })
	sort.Slice(c.villages, func(i, j int) bool { return c.villages[i].code < c.villages[j].code })
	c.places = append(append([]*place{}, c.townships...), c.villages...)
}

var (
	surnames = strings.Split("王李张刘陈杨黄赵周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文", "")
	male     = strings.Split("志明,建国,国强,大勇,德胜,光华,振兴,卫东,永福,长生,春林,家旺,文斌,海波,云山,立新,开明,正南,启明,水生,小军,学文,自强,少华,力,刚,斌,鹏,杰,涛,超,伟,峰,宏,桃生,沅江,泽民生,继业,祖德,耀宗", ",")
	female   = strings.Split("桂英,秀兰,玉梅,小红,春花,菊香,冬梅,爱莲,翠云,月娥,丽华,巧玲,素珍,金凤,银枝,文静,雅琴,海燕,晓霞,敏,芳,艳,娟,玲,燕,莉,婷,慧,雪,倩,满秀,腊梅,香莲,友珍,喜云,淑芬,凤英,佩兰,惠民,彩霞", ",")
	uyghur   = strings.Split("买买提·艾力,艾合买提·司马义,古丽·努尔,阿依夏木·吐尔逊,热合曼·玉素甫,帕提古丽·卡德尔,伊明·阿不都拉,玛依拉·哈斯木", ",")
)

func (c *county) newPerson(from, to int, male_ bool, place string) *person {
	born := day(from+c.r.IntN(to-from+1), 1+c.r.IntN(12), 1+c.r.IntN(28))
	c.seqs[born]++
	seq := c.seqs[born]*2 - 1
	if !male_ {
		seq++
	}
	p := &person{male: male_, born: born, place: place, id: identity.MakeResidentID("439901", born, seq)}
	given := male
	if !male_ {
		given = female
	}
	p.name = c.pick(surnames) + c.pick(given)
	if t := c.townshipName(place); strings.Contains(t, "维吾尔") && c.r.IntN(9) == 0 {
		p.name = c.pick(uyghur)
	}
	c.openAccount(p)
	return p
}

func (c *county) townshipName(code string) string {
	for _, t := range c.townships {
		if t.code == code[:9] {
			return t.name
		}
	}
	return ""
}

// banks of the sample with one real prefix each; the body of every number begins 000000.
var banks = []struct{ code, bin string }{{"HNRCC", "622169"}, {"PSBC", "621095"}, {"ABC", "620059"}, {"ICBC", "621226"}, {"CCB", "621081"}, {"BOC", "620061"}}

func (c *county) openAccount(p *person) {
	weights := []int{20, 15, 25, 20, 15, 5} // township people
	if len(p.place) == 12 {
		weights = []int{62, 20, 10, 4, 3, 1}
	}
	n, b := c.r.IntN(100), 0
	for n >= weights[b] {
		n -= weights[b]
		b++
	}
	c.cards++
	body := fmt.Sprintf("%s000000%06d", banks[b].bin, c.cards)
	p.bank, p.card = banks[b].code, body+string(identity.LuhnDigit(body))
}

func (c *county) makeTownshipCadres() {
	for _, t := range c.townships {
		n := 44 + c.r.IntN(9)
		for i := 0; i < n; i++ {
			post, rank := townshipPost(c, i)
			p := c.newPerson(1967, 1999, c.r.IntN(3) > 0, t.code)
			p.joined = day(p.born.Year()+22+c.r.IntN(3), 7, 1)
			if p.joined > day(2024, 7, 1) {
				p.joined = day(2024, 7, 1)
			}
			start := day(max(p.joined.Year(), 2012+c.r.IntN(12)), 1+c.r.IntN(12), 1)
			if start < p.joined {
				start = p.joined
			}
			p.spells = []spell{{t.code, post, rank, start, 0, document(start)}}
			grade := map[string]int{"正科级": 5600, "副科级": 5100, "一级科员": 4500, "二级科员": 4100, "管理岗": 4200, "专技岗": 4300, "工勤岗": 3700}[rank]
			p.base = (grade+(2026-p.joined.Year())*38)*100 + c.r.IntN(80)*50
			p.grade = c.pick([]string{"优秀", "称职", "称职", "称职", "称职", "称职"})
			c.township = append(c.township, p)
		}
	}
	c.moveAndRetire()
}

func townshipPost(c *county, i int) (post, rank string) {
	switch {
	case i == 0:
		return "党委书记", "正科级"
	case i == 1:
		return "乡镇长", "正科级"
	case i == 2:
		return "人大主席", "正科级"
	case i < 5:
		return "副书记", "副科级"
	case i < 8:
		return "副乡镇长", "副科级"
	case i < 12:
		return "党委委员", "副科级"
	case i < 20:
		return "站所长", c.pick([]string{"一级科员", "一级科员", "管理岗"})
	}
	return "一般干部", c.pick([]string{"一级科员", "二级科员", "二级科员", "管理岗", "管理岗", "专技岗", "工勤岗"})
}

// moveAndRetire plants what a real October has: moves in the middle of the month,
// a retirement, a second post at once.
func (c *county) moveAndRetire() {
	for i := 0; i < 12; i++ {
		p := c.township[30+i*97]
		other := c.townships[(i*5+3)%len(c.townships)].code
		if other == p.place {
			other = c.townships[(i*5+4)%len(c.townships)].code
		}
		s := p.spells[0]
		p.spells[0].to = day(2026, 10, 11+i)
		p.spells = append(p.spells, spell{other, s.post, s.rank, day(2026, 10, 12+i), 0, document(day(2026, 10, 12+i))})
		p.place = other
	}
	for i := 0; i < 5; i++ {
		p := c.township[45+i*211]
		p.retired = day(2026, 10, 8+5*i)
		p.spells[0].to = p.retired
	}
	for i := 0; i < 20; i++ { // a head of station who also is on the party committee
		p := c.township[14+i*61]
		if s := p.spells[0]; s.post == "站所长" && s.to == 0 {
			p.spells = append(p.spells, spell{s.place, "党委委员", s.rank, day(2025, 3, 1), 0, document(day(2025, 3, 1))})
		}
	}
}

func document(d calendar.Date) string {
	return fmt.Sprintf("桃组任〔%d〕%d号", d.Year(), 1+int(d)%97)
}

func (c *county) makeVillageCadres() {
	for i, v := range c.villages {
		posts := [][]string{{"书记", "主任"}, {"副书记"}, {"会计"}, {"妇联主席"}, {"委员"}}
		if i%5 == 4 { // one village in five has two principals
			posts = [][]string{{"书记"}, {"主任"}, {"副书记"}, {"会计"}, {"妇联主席"}, {"委员"}}
		}
		for _, list := range posts {
			p := c.newPerson(1964, 1997, list[0] != "妇联主席" && c.r.IntN(4) > 0, v.code)
			for k, post := range list {
				p.spells = append(p.spells, spell{v.code, post, "", day(2021, 1, 15+5*k), 0, "2021年换届选举"})
			}
			if c.r.IntN(3) == 0 { // an earlier term, sometimes with a gap
				from := day(2011+3*c.r.IntN(3), 3, 1)
				if p.born.AddMonths(18*12) > from { // too young for that one
					from = day(2017, 3, 1)
				}
				p.spells = append(p.spells, spell{v.code, c.pick([]string{"委员", "会计", "副主任"}), "", from, day(from.Year()+3, 2, 28), "换届选举"})
			}
			p.grade = c.pick([]string{"优秀", "合格", "合格", "合格", "合格", "不合格"})
			c.village = append(c.village, p)
		}
	}
	c.village[7].name, c.village[9].name = "刘建国", "刘建国" // namesakes in one village
}

func (c *county) makeFormerCadres() {
	posts := []string{"书记", "主任", "副书记", "副主任", "会计", "妇联主席", "委员"}
	for i := 0; i < 3000; i++ {
		v := c.villages[c.r.IntN(len(c.villages))]
		p := c.newPerson(1936, 1972, c.r.IntN(5) > 0, v.code)
		from := max(p.born.Year()+22+c.r.IntN(14), 1960)
		for k := 0; k < 1+c.r.IntN(3) && from < 2018; k++ {
			years := 1 + c.r.IntN(9)
			to := min(from+years, 2020)
			s := spell{v.code, c.pick(posts), "", day(from, 1+c.r.IntN(12), 1), day(to, 1+c.r.IntN(12), 28), "历任登记表"}
			if s.to <= s.from {
				s.to = day(s.from.Year()+1, 12, 28)
			}
			p.spells = append(p.spells, s)
			if c.r.IntN(6) == 0 { // two posts at once
				p.spells = append(p.spells, spell{v.code, c.pick([]string{"会计", "委员"}), "", s.from, s.to, "历任登记表"})
				if p.spells[len(p.spells)-1].post == s.post {
					p.spells = p.spells[:len(p.spells)-1]
				}
			}
			from = to + 1 + c.r.IntN(4)
		}
		switch {
		case i%37 == 5:
			p.flags = "鳏寡孤独"
		case i%151 == 9:
			p.flags = "党纪处分"
		case i%167 == 11:
			p.flags = "公职人员"
		}
		if i%89 == 17 {
			p.died = day(2025+c.r.IntN(2), 1+c.r.IntN(8), 1+c.r.IntN(28))
		}
		c.former = append(c.former, p)
	}
}

// elect holds the village election of 10 November 2026: about a third leave.
func (c *county) elect() {
	for _, p := range c.village {
		if c.r.IntN(3) > 0 {
			continue
		}
		p.leavesInNov = true
		n := c.newPerson(1972, 2000, p.male, p.place)
		for _, s := range p.spells {
			if s.to == 0 {
				n.spells = append(n.spells, spell{s.place, s.post, "", day(2026, 11, 11), 0, "2026年换届选举"})
			}
		}
		c.joiners = append(c.joiners, n)
	}
}

// oldCompensation is what the former system paid a former cadre for September 2026,
// worked out here on its own as a check on the engine: 桃政发〔2025〕17号. In fen.
func (p *person) oldCompensation() int {
	if p.flags == "党纪处分" || p.flags == "公职人员" || p.died != 0 && p.died < day(2026, 9, 1) {
		return 0
	}
	limit := 60
	if !p.male {
		limit = 55
	}
	turned := day(p.born.Year()+limit, p.born.Month().Number(), p.born.Day())
	if turned >= day(2026, 9, 1) {
		return 0
	}
	months := map[int]bool{}
	var last spell
	for _, s := range p.spells {
		for m := s.from.Month(); m <= s.to.Month(); m = m.Add(1) {
			months[int(m)] = true
		}
		if s.to > last.to || s.to == last.to && rank(s.post) < rank(last.post) {
			last = s
		}
	}
	years := len(months) / 12
	if years < 3 {
		return 0
	}
	rate := 600
	if last.post == "书记" || last.post == "主任" {
		rate = 800
	}
	fen := years * rate
	if p.flags == "鳏寡孤独" {
		fen += 5000
	}
	return fen
}

func rank(post string) int {
	return strings.Index("书记 主任 副书记 副主任 会计 妇联主席 委员", post)
}
