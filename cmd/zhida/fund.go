package main

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/payroll/ledger"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
	"zhida/rules/money"
)

func (c *cli) fundCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "fund", Short: "资金：每笔资金收到多少、在哪里、付给了谁；按月关账"}
	var place bool
	show := &cobra.Command{Use: "show", Short: "各资金现在的五个存量和本期收支；对不上的逐条列出", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, a *app.App) error {
			f, err := a.Funds(ctx, 0)
			if err != nil {
				return err
			}
			return c.funds(f, place)
		})
	}}
	show.Flags().BoolVar(&place, "places", false, "分乡镇和村")
	closing := &cobra.Command{Use: "close MONTH", Short: "关账：每笔资金、每个村的账都平了才能关", Args: cobra.ExactArgs(1),
		Long: "期初（可用、已核定未付、在途、缓发、退票）+ 收到 + 收回 = 已付 + 上缴 + 期末（同样五项）。各存量与批次、支付逐笔核对，\n批次的文件、名单、银行回盘三个总额相互核对，回盘里没有落实的行也要先落实。",
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := app.ParseMonth(args[0])
			if err != nil {
				return err
			}
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				f, err := a.CloseMonth(ctx, s, m)
				if err != nil {
					return err
				}
				if err := c.funds(f, place); err != nil {
					return err
				}
				if !c.json {
					c.say("fund.closed", m, f.Closed)
				}
				return nil
			})
		}}
	closing.Flags().BoolVar(&place, "places", false, "分乡镇和村")
	var reason string
	reopen := &cobra.Command{Use: "reopen MONTH", Short: "重开最近关账的月份，写明原因", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		m, err := app.ParseMonth(args[0])
		if err != nil {
			return err
		}
		return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
			if err := a.ReopenMonth(ctx, s, m, reason); err != nil {
				return err
			}
			c.say("fund.reopened", m)
			return nil
		})
	}}
	reopen.Flags().StringVar(&reason, "reason", "", "原因")
	cmd.AddCommand(show, closing, reopen, c.traceCommand(), c.statementCommand(), c.matchCommand(), c.unmatchCommand(), c.sendUpCommand(), c.closeYearCommand())
	return cmd
}

// fundRow is one purse, or one fund, of a report as JSON prints it.
type fundRow struct {
	Fund      string               `json:"fund"`
	FundName  string               `json:"fund_name"`
	Place     string               `json:"place"` // "" of a whole fund
	PlaceName string               `json:"place_name"`
	Opening   map[string]money.Fen `json:"opening_fen"` // by stock
	Received  money.Fen            `json:"received_fen"`
	Recovered money.Fen            `json:"recovered_fen"`
	Assigned  money.Fen            `json:"assigned_fen"`
	Paid      money.Fen            `json:"paid_fen"`
	SentUp    money.Fen            `json:"sent_up_fen"`
	Closing   map[string]money.Fen `json:"closing_fen"` // by stock
	Left      money.Fen            `json:"unexplained_fen"`
}

// controlTotals are the sums of a batch that must agree, as JSON prints them.
type controlTotals struct {
	Batch    payroll.BatchID `json:"batch"`
	Order    money.Fen       `json:"order_fen"`
	List     money.Fen       `json:"list_fen"`
	Credited money.Fen       `json:"credited_fen"`
	Back     money.Fen       `json:"returned_fen"`
	Pending  money.Fen       `json:"pending_fen"`
}

// fundsWhole is the JSON of fund show and fund close.
type fundsWhole struct {
	Month       calendar.Month  `json:"month,omitzero"`
	From        int64           `json:"from_position"`
	To          int64           `json:"to_position"`
	Closed      int64           `json:"closed_at,omitempty"`
	Funds       []fundRow       `json:"funds"`
	Batches     []controlTotals `json:"batches"`
	Differences []told          `json:"differences"`
}

func fundRowOf(x payroll.PurseClosing) fundRow {
	r := fundRow{Fund: x.Fund, FundName: x.FundName, Place: x.Place, PlaceName: x.PlaceName, Received: x.Received, Recovered: x.Recovered, Assigned: x.Assigned, Paid: x.Paid, SentUp: x.SentUp, Left: x.Unexplained(),
		Opening: map[string]money.Fen{}, Closing: map[string]money.Fen{}}
	for _, a := range ledger.Stocks {
		r.Opening[string(a)], r.Closing[string(a)] = x.Opening[a], x.Stock[a]
	}
	return r
}

func (c *cli) funds(f payroll.FundReport, places bool) error {
	list := f.Purses
	if !places {
		list = f.ByFund()
	}
	if c.json {
		out := fundsWhole{f.Month, f.From, f.To, f.Closed, []fundRow{}, []controlTotals{}, []told{}}
		for _, x := range list {
			out.Funds = append(out.Funds, fundRowOf(x))
		}
		for _, t := range f.Totals {
			out.Batches = append(out.Batches, controlTotals(t))
		}
		for _, d := range f.Differences {
			out.Differences = append(out.Differences, c.told(d.Message))
		}
		return c.printJSON(out)
	}
	rows := [][]string{}
	for _, x := range list {
		var opening money.Fen
		for _, a := range ledger.Stocks {
			opening += x.Opening[a]
		}
		row := []string{x.FundName, x.PlaceName, opening.Grouped(), x.Received.Grouped(), x.Recovered.Grouped(), signed(x.Assigned.Grouped()), x.Paid.Grouped(), x.SentUp.Grouped()}
		for _, a := range ledger.Stocks {
			row = append(row, x.Stock[a].Grouped())
		}
		rows = append(rows, row)
	}
	c.table([]string{"资金", "单位", "期初", "收到", "收回", "分配", "已付", "上缴", "可用", "已核定未付", "在途", "缓发", "退票"}, rows, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13)
	if len(f.Totals) > 0 {
		rows = [][]string{}
		for _, t := range f.Totals {
			rows = append(rows, []string{t.Batch.String(), t.Order.Grouped(), t.List.Grouped(), t.Credited.Grouped(), t.Back.Grouped(), t.Pending.Grouped()})
		}
		c.table([]string{"批次", "文件总额", "名单总额", "已入账", "退票", "在途"}, rows, 2, 3, 4, 5, 6)
	}
	for _, d := range f.Differences {
		c.say("fund.difference", c.text(d.Message))
	}
	return nil
}

func (c *cli) traceCommand() *cobra.Command {
	var svg string
	cmd := &cobra.Command{Use: "trace WHAT", Short: "追踪：一笔转移支付到每张卡；一笔支付或一个人从哪来；一个村全部", Args: cobra.ExactArgs(1),
		Long:    "WHAT 是转移支付或指标的文号、支付编号（2026-11/1#12）、村或乡镇代码、人员编号或姓名。同一资金同一地方的钱，先到的先付。",
		Example: "  zhida fund trace 湘财预〔2026〕31号\n  zhida fund trace 2026-11/1#12\n  zhida fund trace 430725101200 --svg 流向.svg",
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.with(cmd, func(ctx context.Context, a *app.App) error {
				keep, err := c.wanted(ctx, a, args[0])
				if err != nil {
					return err
				}
				steps, err := a.Trace(ctx, keep)
				if err != nil {
					return err
				}
				if len(steps) == 0 {
					return message.Err("fund.untraced", args[0])
				}
				if svg != "" {
					text, err := a.Flow(ctx, steps, c.language())
					if err != nil {
						return err
					}
					if err := a.SaveDrawing(svg, text); err != nil {
						return err
					}
				}
				return c.steps(steps)
			})
		}}
	cmd.Flags().StringVar(&svg, "svg", "", "把流向图写到这个文件")
	return cmd
}

// wanted understands what is to be traced.
func (c *cli) wanted(ctx context.Context, a *app.App, what string) (func(payroll.FlowStep) bool, error) {
	if id, err := payroll.ParsePaymentID(what); err == nil {
		again, err := a.Replacements(ctx)
		same := payroll.SamePay(id, again)
		return func(s payroll.FlowStep) bool { return slices.Contains(same, s.Payment) }, err
	}
	if (len(what) == 9 || len(what) == 12) && strings.Trim(what, "0123456789") == "" {
		return func(s payroll.FlowStep) bool { return s.Place == what || facts.Township(s.Place) == what }, nil
	}
	known, err := a.Brought(ctx)
	if err != nil {
		return nil, err
	}
	if slices.Contains(known, what) {
		return func(s payroll.FlowStep) bool { return s.Lot == what }, nil
	}
	p, err := a.Person(ctx, what)
	if message.Code(err) == "person.missing" {
		return nil, message.Err("fund.untraced", what)
	}
	if err != nil {
		return nil, err
	}
	return func(s payroll.FlowStep) bool { return s.Person == p.Person }, nil
}

// flowStep is money on its way from a document to a payment, as JSON prints it.
type flowStep struct {
	Lot     string               `json:"lot"` // "" when nobody has brought it in
	Fund    string               `json:"fund"`
	Place   string               `json:"place"`
	Payment string               `json:"payment,omitempty"`
	Batch   string               `json:"batch,omitempty"` // of a deduction, which is on no payment
	Person  int64                `json:"person,omitempty"`
	Fen     money.Fen            `json:"fen"`
	State   payroll.PaymentState `json:"state,omitempty"`
	Rest    string               `json:"rest,omitempty"` // deduction, available, held, sent_up, set_off: on no payment
}

func (c *cli) steps(list []payroll.FlowStep) error {
	out, rows, sum, rest := []flowStep{}, [][]string{}, paidSum{}, money.Fen(0)
	for _, s := range list {
		lot := s.Lot
		if lot == "" {
			lot = "没有来源"
		}
		x, person := flowStep{Lot: s.Lot, Fund: s.Fund, Place: s.Place, Person: s.Person, Fen: s.Fen, State: s.State, Rest: s.Rest}, ""
		switch {
		case s.Rest == payroll.RestDeduction:
			x.Batch = s.Payment.Batch.String()
		case s.Rest == "":
			x.Payment, person = s.Payment.String(), strconv.FormatInt(s.Person, 10)
		}
		out = append(out, x)
		rows = append(rows, []string{lot, s.Fund, s.Place, x.Payment + x.Batch, person, s.Fen.Grouped(), s.Chinese()})
		if s.Rest != "" {
			rest += s.Fen
			continue
		}
		sum.add(s.Payment, s.State, s.Fen)
	}
	if c.json {
		return c.printJSON(out)
	}
	c.table([]string{"来源", "资金", "单位", "支付", "人员", "金额（元）", "状态"}, rows, 5, 6)
	c.sum(sum)
	if rest != 0 {
		c.say("fund.rest", rest.Grouped())
	}
	return nil
}

// bankRow is a row of a bank's statement, as JSON prints it.
type bankRow struct {
	Account string        `json:"account"`
	Serial  string        `json:"serial"`
	Date    calendar.Date `json:"date"`
	Summary string        `json:"summary"`
	Party   string        `json:"party"`
	Fen     money.Fen     `json:"fen"` // positive came in
	By      string        `json:"matched_by,omitempty"`
	To      string        `json:"matched_to,omitempty"`
	Reason  string        `json:"reason,omitempty"`
}

func (c *cli) statementCommand() *cobra.Command {
	return &cobra.Command{Use: "statement", Short: "专户对账单：每笔对上了什么，哪些没有对上", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(cmd, func(ctx context.Context, a *app.App) error {
				list, err := a.Statement(ctx)
				if err != nil {
					return err
				}
				words := map[string]string{"": "没有对上", payroll.MatchedByReference: "摘要", payroll.MatchedByAmount: "金额和日期", payroll.MatchedByPerson: "人工"}
				out, rows := []bankRow{}, [][]string{}
				for _, x := range list {
					out = append(out, bankRow{x.Account, x.Serial, x.Date, x.Summary, x.Party, x.Credit - x.Debit, x.By, x.To, x.Reason})
					to := x.To
					if x.Reason != "" {
						to += "（" + x.Reason + "）"
					}
					rows = append(rows, []string{x.Account, x.Serial, x.Date.String(), x.Summary, (x.Credit - x.Debit).Grouped(), words[x.By], to})
				}
				if c.json {
					return c.printJSON(out)
				}
				c.table([]string{"账号", "流水号", "日期", "摘要", "金额（元）", "对账", "对上的"}, rows, 5)
				return nil
			})
		}}
}

func (c *cli) matchCommand() *cobra.Command {
	var to string
	cmd := c.rowCommand("match", "人工对账：写明对账单的一行是什么", "statement.matched", func(ctx context.Context, a *app.App, s *payroll.Session, r statementRow) error {
		return a.MatchRow(ctx, s, r.account, r.serial, r.on, to, r.reason)
	})
	cmd.Flags().StringVar(&to, "to", "", "对上的文号、文件或支付；不是账上的，写明是什么")
	return cmd
}

func (c *cli) unmatchCommand() *cobra.Command {
	return c.rowCommand("unmatch", "取消人工对账：对错了的一行重新等待对账", "statement.unmatched", func(ctx context.Context, a *app.App, s *payroll.Session, r statementRow) error {
		return a.UnmatchRow(ctx, s, r.account, r.serial, r.on, r.reason)
	})
}

// statementRow is what the command line says of a row of a statement.
type statementRow struct {
	account, serial string
	on              calendar.Date // 0 when not given
	reason          string
}

// rowCommand is a command about one row of a statement; done is the code of what it says after.
func (c *cli) rowCommand(use, short, done string, do func(context.Context, *app.App, *payroll.Session, statementRow) error) *cobra.Command {
	var reason, date string
	cmd := &cobra.Command{Use: use + " ACCOUNT SERIAL", Short: short, Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			on, err := dayOf(date)
			if err != nil {
				return err
			}
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				if err := do(ctx, a, s, statementRow{args[0], args[1], on, reason}); err != nil {
					return err
				}
				c.say(done, args[0], args[1])
				return nil
			})
		}}
	cmd.Flags().StringVar(&reason, "reason", "", "依据或理由")
	cmd.Flags().StringVar(&date, "date", "", "交易日期；流水号重复时写")
	return cmd
}

// dayOf reads a date that may be left out.
func dayOf(text string) (calendar.Date, error) {
	if text == "" {
		return 0, nil
	}
	return app.ParseDate(text)
}

func (c *cli) sendUpCommand() *cobra.Command {
	var place, document string
	var payments []string
	cmd := &cobra.Command{Use: "send-up [FUND YUAN]", Short: "上缴：可用的钱退回拨款单位或国库，或者放弃的退票（审批人确认后生效）",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(payments) > 0 { // their sum and their funds are known
				return cobra.NoArgs(cmd, args)
			}
			return cobra.ExactArgs(2)(cmd, args)
		},
		Example: "  zhida fund send-up F01 1200.00 --document 桃财预〔2026〕99号 --as 张敏\n  zhida fund send-up --payment 2026-03/1#12 --document 桃财〔2026〕98号 --as 张敏",
		RunE: func(cmd *cobra.Command, args []string) error {
			fund, fen := "", money.Fen(0)
			if len(args) == 2 {
				var err error
				fund = args[0]
				if fen, err = money.ParseYuan(args[1]); err != nil {
					return err
				}
			}
			var ids []payroll.PaymentID
			for _, x := range payments {
				id, err := payroll.ParsePaymentID(x)
				if err != nil {
					return err
				}
				ids = append(ids, id)
			}
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				at, err := a.ProposeSendUp(ctx, s, fund, place, fen, ids, document)
				if err == nil {
					c.say("owed.proposed", at)
				}
				return err
			})
		}}
	cmd.Flags().StringVar(&place, "place", "", "乡镇或村的代码；空着是资金里没有指定地方的")
	cmd.Flags().StringSliceVar(&payments, "payment", nil, "放弃的退票，写支付编号；金额就是它们的")
	cmd.Flags().StringVar(&document, "document", "", "上缴的文号")
	_ = cmd.MarkFlagRequired("document")
	return cmd
}

func (c *cli) closeYearCommand() *cobra.Command {
	var carry map[string]string
	var only bool
	cmd := &cobra.Command{Use: "close-year YEAR", Short: "年终：没有付到的按账龄列出，剩余指标上缴或凭文件结转", Args: cobra.ExactArgs(1),
		Long: "先按月关账。剩余的指标要么 send-up，要么用 --carry 资金=文号 写明结转的文件；专户的钱留在账上。\n十二月可以提前办；一月才退回的照样登记，重发时由文件写明的资金付。",
		RunE: func(cmd *cobra.Command, args []string) error {
			year, err := app.ParseYear(args[0])
			if err != nil {
				return err
			}
			if only {
				return c.with(cmd, func(ctx context.Context, a *app.App) error {
					y, err := a.Year(ctx, year)
					if err != nil {
						return err
					}
					return c.year(y)
				})
			}
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				y, err := a.CloseYear(ctx, s, year, carry)
				if err != nil {
					return err
				}
				return c.year(y)
			})
		}}
	cmd.Flags().StringToStringVar(&carry, "carry", nil, "结转的文件，资金=文号")
	cmd.Flags().BoolVar(&only, "show", false, "只看，不关")
	return cmd
}

// unpaidAge are payments in one state that are about as old, as JSON prints them.
type unpaidAge struct {
	State payroll.PaymentState `json:"state"`
	Days  int                  `json:"most_days"` // 0: older
	Count int                  `json:"count"`
	Fen   money.Fen            `json:"fen"`
}

// belowMinimum is a village that got less than a fund is to bring it, as JSON prints it.
type belowMinimum struct {
	Fund    string    `json:"fund"`
	Place   string    `json:"place"`
	Name    string    `json:"place_name"`
	Minimum money.Fen `json:"minimum_fen"`
	Brought money.Fen `json:"received_fen"`
}

// yearWhole is the JSON of fund close-year.
type yearWhole struct {
	Year   int            `json:"year"`
	Ages   []unpaidAge    `json:"ages"`
	Left   []fundRow      `json:"left"`
	Below  []belowMinimum `json:"below_minimum"`
	Closed int64          `json:"closed_at,omitempty"`
}

func (c *cli) year(y payroll.YearReport) error {
	if c.json {
		out := yearWhole{y.Year, []unpaidAge{}, []fundRow{}, []belowMinimum{}, y.Closed}
		for _, a := range y.Ages {
			out.Ages = append(out.Ages, unpaidAge{a.State, a.MostDays, a.Count, a.Fen})
		}
		for _, p := range y.Left {
			out.Left = append(out.Left, fundRowOf(p))
		}
		for _, x := range y.Below {
			out.Below = append(out.Below, belowMinimum(x))
		}
		return c.printJSON(out)
	}
	rows := [][]string{}
	for _, a := range y.Ages {
		days := "180 天以上"
		if a.MostDays > 0 {
			days = c.word("{0} 天以内", a.MostDays)
		}
		rows = append(rows, []string{a.State.Chinese(), days, strconv.Itoa(a.Count), a.Fen.Grouped()})
	}
	c.table([]string{"状态", "账龄", "笔数", "金额（元）"}, rows, 3, 4)
	rows = [][]string{}
	for _, p := range y.Left {
		row := []string{p.FundName, p.PlaceName}
		for _, a := range ledger.Stocks {
			row = append(row, p.Stock[a].Grouped())
		}
		rows = append(rows, row)
	}
	c.table([]string{"资金", "单位", "可用", "已核定未付", "在途", "缓发", "退票"}, rows, 3, 4, 5, 6, 7)
	for _, x := range y.Below {
		c.say("fund.below", x.Fund, x.Name, x.Brought.Grouped(), x.Minimum.Grouped())
	}
	if y.Closed != 0 {
		c.say("fund.year_closed", y.Year, y.Closed)
	}
	return nil
}
