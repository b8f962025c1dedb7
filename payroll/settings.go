package payroll

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"zhida/payroll/banklayout"
	"zhida/payroll/checks"
	"zhida/payroll/schedule"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
	"zhida/rules/policy"
	"zhida/rules/yamltext"
)

// County is the county's settings as adopted: who pays, from what, through which banks.
type County struct {
	Unit  string                 `yaml:"unit"`  // 桃源县财政局, printed on papers
	Phone string                 `yaml:"phone"` // for questions about pay
	Funds []Fund                 `yaml:"funds"`
	Banks map[string]BankSetting `yaml:"banks"` // by bank code
	// Calendar is the steps of a pay month in their order; empty while the county has set none.
	Calendar []schedule.Step `yaml:"calendar"`
	// BackPay keeps earlier months' differences in a batch of their own; nil: they are
	// paid with the month.
	BackPay *BackPaySetting `yaml:"backpay"`
	// Cofunding divides items among funds; what has no rule is paid by the item's own fund.
	Cofunding []Cofunding `yaml:"cofunding"`
	// Chains are the routes on which facts reach the book; what has none comes in by the maker alone.
	Chains []Chain `yaml:"chains"`
	// Census is the yearly verification; nil while the county has none.
	Census *Census `yaml:"census"`
	// Notify is where reminders of the calendar go besides journal and log; nil for nowhere.
	Notify *Notify `yaml:"notify"`
	// Backup is where the book is backed up by itself; nil while the county has set none.
	Backup *BackupSetting `yaml:"backup"`
	// Stamped lets a batch leave only when a scan of its stamped sheet is attached.
	Stamped bool `yaml:"stamped"`
	// Checks are the bounds and tables of the checks on every batch.
	Checks checks.Settings `yaml:"checks"`
	// Words are words that sheets may hold beside the usual ones and those of the documents.
	Words CountyWords `yaml:"words"`
	// Layouts are the county's own bank layouts, beside the presets.
	Layouts []banklayout.Layout `yaml:"layouts"`
}

// Fund is where money comes from.
type Fund struct {
	Code string `yaml:"code"`
	Name string `yaml:"name"`
	// Kind says what the fund is: FundAuthority or FundAccount, and that approval is refused
	// when it lacks money; empty for a fund that is only named.
	Kind    string    `yaml:"kind"`
	Account string    `yaml:"account"` // of FundAccount: the bank account that holds the money
	Codes   FundCodes `yaml:"codes"`
	Items   []string  `yaml:"items"`   // codes of the items it may pay; empty: all
	Minimum string    `yaml:"minimum"` // yuan that every village is to receive a year at least; empty: none
}

// The kinds of fund.
const (
	FundAuthority = "authority" // 预算指标: spent by payment order, on its voucher number
	FundAccount   = "account"   // 专户: an account that holds money
)

// FundCodes are the budget codes that lines of a fund carry.
type FundCodes struct {
	Document   string `yaml:"document"`   // 指标文号
	Unit       string `yaml:"unit"`       // 预算单位
	Function   string `yaml:"function"`   // 功能科目
	Government string `yaml:"government"` // 政府经济分类
	Department string `yaml:"department"` // 部门经济分类
	Project    string `yaml:"project"`    // 项目
	Nature     string `yaml:"nature"`     // 资金性质
}

// Cofunding divides an item's lines among several funds.
type Cofunding struct {
	Item   string         `yaml:"item"`   // code
	Places []string       `yaml:"places"` // division codes, townships stand for their villages; empty: everywhere
	From   string         `yaml:"from"`   // first pay month, 2026-01
	Shares []FundingShare `yaml:"shares"`
	since  calendar.Month
}

// FundingShare is one fund's part of a co-funded item.
type FundingShare struct {
	Fund  string `yaml:"fund"`
	Share int    `yaml:"share"` // in parts of the sum of all shares
}

// cofunding is the rule for a line: the last one in the settings that fits. nil: its own
// fund pays it whole.
func (c *County) cofunding(l *Line) (rule *Cofunding) {
	for i := range c.Cofunding {
		x := &c.Cofunding[i]
		fits := len(x.Places) == 0 || slices.Contains(x.Places, l.Place) || slices.Contains(x.Places, facts.Township(l.Place))
		if x.Item == l.Item && l.Month >= x.since && fits {
			rule = x
		}
	}
	return rule
}

// fund finds a fund by its code; nil when the settings do not name it.
func (c *County) fund(code string) *Fund {
	if c == nil {
		return nil
	}
	for i := range c.Funds {
		if c.Funds[i].Code == code {
			return &c.Funds[i]
		}
	}
	return nil
}

// OnlyAccount is the account of the county's funds where they have but one, else "".
func (c *County) OnlyAccount() string {
	only := ""
	for _, f := range c.Funds {
		switch {
		case f.Kind != FundAccount || f.Account == only:
		case only != "":
			return ""
		default:
			only = f.Account
		}
	}
	return only
}

// checkFunds refuses funds nobody could keep, and co-funding among funds that do not exist.
func (c *County) checkFunds(file string) error {
	for i := range c.Funds {
		f := &c.Funds[i]
		if f.Kind != "" && f.Kind != FundAuthority && f.Kind != FundAccount || f.Kind == FundAccount && f.Account == "" {
			return message.Err("settings.fund", file, f.Code)
		}
		if _, err := money.ParseYuan(fallbackText(f.Minimum, "0")); err != nil {
			return message.Err("settings.fund", file, f.Code)
		}
	}
	for i := range c.Cofunding {
		x := &c.Cofunding[i]
		var err error
		if x.since, err = calendar.ParseMonth(x.From); err != nil || x.Item == "" || len(x.Shares) == 0 {
			return message.Err("settings.cofunding", file, x.Item)
		}
		for _, s := range x.Shares {
			if c.fund(s.Fund) == nil || s.Share <= 0 {
				return message.Err("settings.cofunding", file, x.Item)
			}
		}
	}
	return nil
}

func fallbackText(s, otherwise string) string {
	if s != "" {
		return s
	}
	return otherwise
}

// BackPaySetting says how back-pay is kept apart from ordinary pay.
type BackPaySetting struct {
	Fund string `yaml:"fund"` // code it is paid from; empty: the item's own
}

// BankSetting says how payments to cards of one bank leave.
type BankSetting struct {
	Layout  string `yaml:"layout"`  // code of a preset or of an own layout
	Payer   string `yaml:"payer"`   // holder of the paying account
	Account string `yaml:"account"` // the paying account
	Branch  string `yaml:"branch"`  // where it is kept
	Unit    string `yaml:"unit"`    // number the bank gave the bureau, where a layout asks for it
	Purpose string `yaml:"purpose"` // what the payee sees
	// Cross is the layout for accounts kept elsewhere, where this bank pays into other
	// banks by another file; empty: its one layout takes them.
	Cross string `yaml:"cross"`
	// Via is the bank that pays into accounts of this one; then nothing else is set here.
	Via string `yaml:"via"`
	// Return is the layout that describes the bank's answers; empty: the one that pays.
	Return string `yaml:"return"`
	// Extra is what else was agreed with the bank, by the keys its layout names.
	Extra map[string]string `yaml:"extra"`
}

// ReadSettings reads and checks the county's settings.
func ReadSettings(file string, text []byte) (*County, error) {
	c := County{Checks: checks.Defaults()}
	if err := yamltext.Decode(file, text, &c); err != nil {
		return nil, err
	}
	if c.Unit == "" || len(c.Funds) == 0 || len(c.Banks) == 0 {
		return nil, message.Err("settings.incomplete", file)
	}
	if err := schedule.Check(c.Calendar); err != nil {
		return nil, err
	}
	if err := c.checkPayout(file); err != nil {
		return nil, err
	}
	if err := c.checkBackup(file); err != nil {
		return nil, err
	}
	if err := c.checkChains(file); err != nil {
		return nil, err
	}
	if err := c.checkFunds(file); err != nil {
		return nil, err
	}
	if err := c.Checks.Read(file); err != nil {
		return nil, err
	}
	for i := range c.Layouts {
		if problems := banklayout.Check(&c.Layouts[i]); len(problems) > 0 {
			return nil, banklayout.Locate(file, text, "layouts."+strconv.Itoa(i), problems)
		}
	}
	for _, bank := range sortedKeys(c.Banks) {
		if err := c.checkBank(file, bank); err != nil {
			return nil, err
		}
	}
	return &c, nil
}

// AnyBank stands among the banks for all that have no setting of their own.
const AnyBank = "*"

// Pays gives the bank that pays into accounts of a bank: itself, or the one it is paid
// through; ok is false where the county has set neither.
func (c *County) Pays(bank string) (via string, ok bool) {
	s, ok := c.Banks[bank]
	if !ok {
		s, ok = c.Banks[AnyBank]
	}
	if s.Via != "" {
		return s.Via, ok
	}
	return bank, ok
}

// ReturnLayout is the layout that describes the answers of a bank. Error: layout.missing.
func (c *County) ReturnLayout(bank string) (*banklayout.Layout, error) {
	s := c.Banks[bank]
	if s.Return != "" {
		return c.Layout(s.Return)
	}
	return c.Layout(s.Layout)
}

func (c *County) checkBank(file, bank string) error {
	b := c.Banks[bank]
	if b.Via != "" || bank == AnyBank {
		if target, ok := c.Banks[b.Via]; !ok || target.Via != "" || b.Via == bank || b.Layout+b.Cross+b.Return+b.Payer+b.Account != "" {
			return message.Err("settings.via", bank, b.Via)
		}
		return nil
	}
	pays := []string{b.Layout}
	if b.Cross != "" {
		pays = append(pays, b.Cross)
	}
	for _, code := range pays {
		layout, err := c.Layout(code)
		if err != nil {
			return message.Err("settings.layout", bank, code)
		}
		if layout.Container == "" {
			return message.Err("settings.layout_use", bank, code)
		}
		for _, key := range layout.Settings() {
			if b.Extra[key] == "" {
				return message.Err("bank.extra", file, bank, layout.Code, key)
			}
		}
	}
	if b.Return != "" {
		layout, err := c.Layout(b.Return)
		if err != nil {
			return message.Err("settings.layout", bank, b.Return)
		}
		if layout.Return == nil {
			return message.Err("settings.layout_use", bank, b.Return)
		}
	}
	if b.Payer == "" || b.Account == "" || b.Purpose == "" {
		return message.Err("settings.bank", bank)
	}
	return nil
}

// checkPayout refuses a back-pay fund that is not among the funds, and a census that
// says nothing.
func (c *County) checkPayout(file string) error {
	if c.BackPay != nil && c.BackPay.Fund != "" && !slices.ContainsFunc(c.Funds, func(f Fund) bool { return f.Code == c.BackPay.Fund }) {
		return message.Err("settings.backpay", file, c.BackPay.Fund)
	}
	if n := c.Notify; n != nil {
		switch {
		case n.Webhook != "" && !loopback(n.Webhook), n.Webhook == "" && n.SMTP == "":
			return message.Err("settings.notify", file, "webhook")
		case n.SMTP != "" && (n.From == "" || len(n.To) == 0):
			return message.Err("settings.notify", file, "from, to")
		}
	}
	if x := c.Census; x != nil {
		if x.deadline(2024) == 0 || x.deadline(2023) == 0 || x.Since < 2000 || len(x.Categories) == 0 {
			return message.Err("settings.census", file)
		}
		for _, k := range x.Categories {
			if policy.CategoryChinese(k) == string(k) {
				return message.Err("settings.census", file)
			}
		}
	}
	return nil
}

// loopback says whether an address leads to this machine: reminders name no persons,
// and still have no business elsewhere without a mail server that the county chose.
func loopback(address string) bool {
	for _, host := range []string{"127.0.0.1", "[::1]", "localhost"} {
		rest, ok := strings.CutPrefix(address, "http://"+host)
		if ok && (rest == "" || rest[0] == ':' || rest[0] == '/') && !strings.Contains(rest, "@") {
			return true
		}
	}
	return false
}

// Layout finds a layout by its code: the county's own first, then the presets.
func (c *County) Layout(code string) (*banklayout.Layout, error) {
	for i := range c.Layouts {
		if c.Layouts[i].Code == code {
			return &c.Layouts[i], nil
		}
	}
	return banklayout.Preset(code)
}

// FundName is the printed name of a fund, or its code.
func (c *County) FundName(code string) string {
	for _, f := range c.Funds {
		if f.Code == code {
			return f.Name
		}
	}
	return code
}

// settingsAt reads the settings in force at a horizon (0: latest). Error: settings.none.
func settingsAt(ctx context.Context, r Reader, horizon int64) (*County, error) {
	s, err := r.Settings(ctx, horizon)
	if errors.Is(err, ErrNotFound) {
		return nil, message.Err("settings.none")
	}
	if err != nil {
		return nil, err
	}
	return ReadSettings("settings", []byte(s.Text))
}

// SettingsText gives the settings in force as they were adopted.
func (b *Book) SettingsText(ctx context.Context) (text string, err error) {
	err = b.view(ctx, func(r Reader) error {
		s, err := r.Settings(ctx, 0)
		if errors.Is(err, ErrNotFound) {
			return message.Err("settings.none")
		}
		text = s.Text
		return err
	})
	return text, err
}

// County gives the settings in force. Error: settings.none.
func (b *Book) County(ctx context.Context) (c *County, err error) {
	err = b.view(ctx, func(r Reader) error { c, err = settingsAt(ctx, r, 0); return err })
	return c, err
}

// PlaceName is a place's name with its township's in front.
func (b *Book) PlaceName(ctx context.Context, code string) (name string, err error) {
	err = b.view(ctx, func(r Reader) error {
		world, err := worldNow(ctx, r)
		if err == nil {
			name = villageName(world, code)
		}
		return err
	})
	return name, err
}

// PlaceNames gives the latest name of every place, by code.
func (b *Book) PlaceNames(ctx context.Context) (names map[string]string, err error) {
	err = b.view(ctx, func(r Reader) error { names, err = placeNames(ctx, r); return err })
	return names, err
}

func placeNames(ctx context.Context, r Reader) (map[string]string, error) {
	names := map[string]string{}
	err := r.Facts(ctx, FactQuery{Kinds: []facts.Kind{facts.KindPlace}}, func(f Fact) error {
		var p facts.Place
		err := decode(f, &p)
		names[p.Code] = p.Name
		return err
	})
	return names, err
}

// FundNames gives the name of every fund of the settings, by code.
func (b *Book) FundNames(ctx context.Context) (names map[string]string, err error) {
	names = map[string]string{}
	err = b.view(ctx, func(r Reader) error {
		county, err := settingsAt(ctx, r, 0)
		if message.Code(err) == "settings.none" {
			return nil
		}
		if err != nil {
			return err
		}
		for _, f := range county.Funds {
			names[f.Code] = f.Name
		}
		return nil
	})
	return names, err
}

// Letterhead is who signs a paper that is not about a batch, and the day by the book's clock.
func (b *Book) Letterhead(ctx context.Context) (unit, phone string, today calendar.Date, err error) {
	err = b.view(ctx, func(r Reader) error {
		meta, err := r.Meta(ctx)
		if err != nil {
			return err
		}
		county, err := countyOf(ctx, r, meta)
		if err == nil {
			unit, phone = county.Unit, county.Phone
		}
		return err
	})
	return unit, phone, calendar.DateIn(b.now(), zone), err
}
