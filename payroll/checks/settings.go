package checks

import (
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
)

// Settings are what a county can set about the checks, under checks in its settings.
type Settings struct {
	CardDays        int `yaml:"card_days"`        // a card changed less than so many days ago is looked at
	AgentDays       int `yaml:"agent_days"`       // days within which cards count as handled together
	AgentCards      int `yaml:"agent_cards"`      // so many cards of one village by one agent, or on one day
	MigrationPlaces int `yaml:"migration_places"` // cards of so many villages on one day are a batch of the bank
	IdenticalDays   int `yaml:"identical_days"`   // so many days, all the same for several people
	IdenticalPeople int `yaml:"identical_people"`
	WeekdayDays     int `yaml:"weekday_days"`    // so many days over some months, all on one weekday
	OffListDays     int `yaml:"off_list_days"`   // a statement's row may stay unmatched so long
	IdleDays        int `yaml:"idle_days"`       // after its due date a transfer not paid onward is looked at
	IdleStop        int `yaml:"idle_stop"`       // and stops
	BackDays        int `yaml:"back_days"`       // money that comes back from where it went within so many days
	AnswerDays      int `yaml:"answer_days"`     // a payment without the bank's answer
	ReissueDays     int `yaml:"reissue_days"`    // a payment that came back and is not paid again
	ChangePercent   int `yaml:"change_percent"`  // a change nothing explains, from which share of last month
	ChangeYuan      int `yaml:"change_yuan"`     // or from which amount
	CountPercent    int `yaml:"count_percent"`   // payees more or fewer than last month
	CountPeople     int `yaml:"count_people"`    // and at least so many
	ListPeople      int `yaml:"list_people"`     // people of one village whose manual amounts repeat or are round
	SequenceIDs     int `yaml:"sequence_ids"`    // consecutive ID numbers in one village
	SequenceCards   int `yaml:"sequence_cards"`  // consecutive card numbers in one village
	ManualPercent   int `yaml:"manual_percent"`  // of a first batch, the share of manual amounts without a document
	FestivalDays    int `yaml:"festival_days"`   // before a holiday
	HolidayDays     int `yaml:"holiday_days"`    // of so many days or more
	WeekdayMonths   int `yaml:"weekday_months"`  // months over which days on one weekday count
	IDDigits        int `yaml:"id_digits"`       // digits in which two ID numbers may differ to be taken for a slip
	RoundYuan       int `yaml:"round_yuan"`      // of which a manual amount is a multiple, to be round
	YearEndMonths   int `yaml:"year_end_months"` // of a year in which December's money may come back
	MonthsBack      int `yaml:"months_back"`     // before its own at which a batch looks for what became of earlier ones

	CardBatches  []CardBatch `yaml:"card_batches"`
	Compatible   []Together  `yaml:"compatible"`   // category beside a kind of other payroll
	Incompatible []Exclusion `yaml:"incompatible"` // posts that one person may not hold together
	Ages         []Age       `yaml:"ages"`
	Standards    []Standard  `yaml:"standards"`
	Posts        []PostTable `yaml:"posts"`
	Ratios       []Ratio     `yaml:"ratios"`
	Floors       []Floor     `yaml:"floors"`
	Exempt       []Exemption `yaml:"exempt"`
}

// CardBatch is cards that a bank issued or exchanged together, so that neither one day nor
// numbers in a row mean anything.
type CardBatch struct {
	Bank     string        `yaml:"bank"` // code; empty: any
	From     calendar.Date `yaml:"from"` // first day of the cards
	Until    calendar.Date `yaml:"until"`
	Document string        `yaml:"document"`
}

// Together says that a category of payees may draw another kind of pay beside.
type Together struct {
	Category string `yaml:"category"` // 村干部; empty: all
	Payroll  string `yaml:"payroll"`  // the word in the register's column 事项
	Document string `yaml:"document"`
}

// Exclusion is two posts that exclude each other.
type Exclusion struct {
	Post     string   `yaml:"post"`
	With     []string `yaml:"with"`
	Document string   `yaml:"document"`
}

// Age is the age up to which a category may be paid an item.
type Age struct {
	Items    []string `yaml:"items"`  // codes
	Male     int      `yaml:"male"`   // completed years
	Female   int      `yaml:"female"` // completed years
	Document string   `yaml:"document"`
}

// Standard is the most that items may come to in a month.
type Standard struct {
	Items    []string       `yaml:"items"` // codes; several are added up
	Yuan     string         `yaml:"yuan"`
	From     calendar.Month `yaml:"from"`
	Until    calendar.Month `yaml:"until"`
	Document string         `yaml:"document"`
	most     money.Fen
}

// PostTable is how many posts a village of a size may pay.
type PostTable struct {
	Population int    `yaml:"population"` // up to so many registered persons; 0: above all others
	Posts      int    `yaml:"posts"`
	Document   string `yaml:"document"`
}

// Ratio is the share of one post's pay that another gets at least.
type Ratio struct {
	Items    []string `yaml:"items"`
	Posts    []string `yaml:"posts"` // who is to get
	Of       []string `yaml:"of"`    // at least percent of what these get
	Percent  int      `yaml:"percent"`
	Document string   `yaml:"document"`
}

// Floor is what a post gets at least in a month.
type Floor struct {
	Items    []string `yaml:"items"`
	Posts    []string `yaml:"posts"`
	Yuan     string   `yaml:"yuan"`
	Document string   `yaml:"document"`
	least    money.Fen
}

// Exemption takes places out of a check, by a document: a township whose field visits are
// all on its market day.
type Exemption struct {
	Check    string   `yaml:"check"`
	Places   []string `yaml:"places"` // townships stand for their villages
	Document string   `yaml:"document"`
}

// Defaults are the settings of a county that has set nothing.
func Defaults() Settings {
	return Settings{CardDays: 10, AgentDays: 30, AgentCards: 5, MigrationPlaces: 10, IdenticalDays: 8, IdenticalPeople: 3, WeekdayDays: 10, OffListDays: 3, IdleDays: 30, IdleStop: 90, BackDays: 30,
		AnswerDays: 10, ReissueDays: 30, ChangePercent: 0, ChangeYuan: 0, CountPercent: 10, CountPeople: 20, ListPeople: 5, SequenceIDs: 3, SequenceCards: 4, ManualPercent: 90, FestivalDays: 15,
		HolidayDays: 3, WeekdayMonths: 3, IDDigits: 2, RoundYuan: 100, YearEndMonths: 2, MonthsBack: 6,
		Compatible: []Together{{Payroll: "城乡居民养老保险"}, {Payroll: "企业职工养老保险"}, {Payroll: "优抚"}},
		// 《村民委员会组织法》第三十二条；《会计法》第三十七条
		Incompatible: []Exclusion{
			{"监委会主任", []string{"书记", "主任", "副书记", "副主任", "会计", "报账员"}, "《村民委员会组织法》第三十二条"},
			{"监委会委员", []string{"书记", "主任", "副书记", "副主任", "会计", "报账员"}, "《村民委员会组织法》第三十二条"},
			{"出纳", []string{"会计"}, "《会计法》第三十七条"}}}
}

// Param is something that a county can set.
type Param struct {
	Name    string `json:"name"`    // yaml
	Default string `json:"default"` // Chinese of a table
	Meaning string `json:"meaning"` // Chinese
}

// number is a setting that is a number.
type number struct {
	name    string
	value   int
	least   int
	meaning string // Chinese
}

// numbers are the settings that are numbers, in their order.
func (s *Settings) numbers() []number {
	return []number{
		{"card_days", s.CardDays, 0, "换卡后多少天以内的批次要看"}, {"agent_days", s.AgentDays, 1, "多少天以内经手的卡算在一起"}, {"agent_cards", s.AgentCards, 2, "同一村由一人代办或同一天办理多少张卡起"},
		{"migration_places", s.MigrationPlaces, 2, "同一天同一银行涉及多少个村起算银行批量"}, {"id_digits", s.IDDigits, 1, "同名人的证件号差几位以内要看"}, {"identical_days", s.IdenticalDays, 3, "多少天完全相同起"},
		{"identical_people", s.IdenticalPeople, 2, "多少人完全相同起"}, {"weekday_days", s.WeekdayDays, 5, "几个月里多少天都在同一个星期几起"}, {"weekday_months", s.WeekdayMonths, 1, "看几个月（每月都有）"},
		{"off_list_days", s.OffListDays, 0, "对账单上的支出多少天没有对上"}, {"idle_days", s.IdleDays, 0, "到了应付日期以后多少天没有付出要看"}, {"idle_stop", s.IdleStop, s.IdleDays, "多少天没有付出要停"},
		{"back_days", s.BackDays, 1, "多少天以内原路退回"}, {"year_end_months", s.YearEndMonths, 1, "十二月的钱次年几个月以内退回算跨年冲回"}, {"months_back", s.MonthsBack, 1, "已付出的批次往前看几个月"},
		{"answer_days", s.AnswerDays, 1, "付出多少天没有回盘"}, {"reissue_days", s.ReissueDays, 1, "退票多少天没有重发"}, {"change_percent", s.ChangePercent, 0, "没有原因的变动从上月的百分之几起（0：都报）"},
		{"change_yuan", s.ChangeYuan, 0, "或者从多少元起（0：都报）"}, {"count_percent", s.CountPercent, 1, "人数增减从百分之几起"}, {"count_people", s.CountPeople, 1, "并且至少多少人"},
		{"list_people", s.ListPeople, 2, "同一村多少人的手工金额相同或都是整数起"}, {"round_yuan", s.RoundYuan, 1, "手工金额是多少元的倍数算整数"}, {"sequence_ids", s.SequenceIDs, 3, "同一村多少个连号身份证起"},
		{"sequence_cards", s.SequenceCards, 3, "同一村多少张连号卡起"}, {"manual_percent", s.ManualPercent, 0, "第一批里没有文号的手工金额从百分之几起"}, {"festival_days", s.FestivalDays, 0, "假期前多少天以内"},
		{"holiday_days", s.HolidayDays, 2, "连休多少天起算假期"},
	}
}

// Params are the settings in their order, numbers first.
func Params() []Param {
	d := Defaults()
	var list []Param
	for _, n := range d.numbers() {
		list = append(list, Param{n.name, itoa(int64(n.value)), n.meaning})
	}
	return append(list,
		Param{"card_batches", "空", "银行批量发卡、换卡：bank、from、until、document"},
		Param{"compatible", "养老保险、优抚", "可以兼得的其他待遇：category（空为各类）、payroll、document"},
		Param{"incompatible", "监委会成员与两委成员、会计；出纳与会计", "不得兼任的职务：post、with、document"},
		Param{"ages", "空", "发放年龄：items、male、female（周岁）、document"},
		Param{"standards", "空", "月标准上限：items（几个项目合计）、yuan、from、until、document"},
		Param{"posts", "空", "按人口的职数：population（多少人以下，0 为其余）、posts、document"},
		Param{"ratios", "空", "比例：items、posts、of、percent、document"},
		Param{"floors", "空", "保底：items、posts、yuan、document"},
		Param{"exempt", "空", "不查的单位（只限复核类检查）：check、places、document"})
}

// Read checks the settings and reads their amounts. Error: settings.checks.
func (s *Settings) Read(file string) error {
	bad := func(what string) error { return message.Err("settings.checks", file, what) }
	for _, n := range s.numbers() {
		if n.value < n.least || n.value > 100000 {
			return bad(n.name)
		}
	}
	var err error
	for i := range s.Standards {
		x := &s.Standards[i]
		if x.most, err = money.ParseYuan(x.Yuan); err != nil || x.most <= 0 || len(x.Items) == 0 || x.From == 0 || x.Document == "" || x.Until != 0 && x.Until < x.From {
			return bad("standards")
		}
	}
	for i := range s.Floors {
		x := &s.Floors[i]
		if x.least, err = money.ParseYuan(x.Yuan); err != nil || x.least <= 0 || len(x.Items) == 0 || len(x.Posts) == 0 || x.Document == "" {
			return bad("floors")
		}
	}
	for _, x := range s.Ratios {
		if len(x.Items) == 0 || len(x.Posts) == 0 || len(x.Of) == 0 || x.Percent < 1 || x.Percent > 100 || x.Document == "" {
			return bad("ratios")
		}
	}
	for _, x := range s.Ages {
		if len(x.Items) == 0 || x.Male < 18 || x.Female < 18 || x.Document == "" {
			return bad("ages")
		}
	}
	for _, x := range s.Posts {
		if x.Posts < 1 || x.Population < 0 || x.Document == "" {
			return bad("posts")
		}
	}
	for _, x := range s.CardBatches {
		if x.From == 0 || x.Until < x.From || x.Document == "" {
			return bad("card_batches")
		}
	}
	for _, x := range s.Compatible {
		if _, known := categories[x.Category]; x.Payroll == "" || !known {
			return bad("compatible")
		}
	}
	for _, x := range s.Incompatible {
		if x.Post == "" || len(x.With) == 0 || x.Document == "" {
			return bad("incompatible")
		}
	}
	for _, x := range s.Exempt {
		if c, known := Find(x.Check); !known || c.Severity == Stop || len(x.Places) == 0 || x.Document == "" { // what stops is answered, never switched off
			return bad("exempt")
		}
	}
	return nil
}

// categories are the words of the column 人员类别; "" stands for all.
var categories = map[string]facts.Category{"": "", "乡镇干部": facts.TownshipCadre, "村干部": facts.VillageCadre, "离任村干部": facts.FormerVillageCadre}

// exempt says whether a document takes a place out of a check.
func (s *Settings) exempt(check, place string) bool {
	for _, x := range s.Exempt {
		for _, p := range x.Places {
			if x.Check == check && (p == place || p == facts.Township(place)) {
				return true
			}
		}
	}
	return false
}
