package main

import (
	"context"
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/cmd/zhida/internal/term"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/message"
	"zhida/rules/money"
)

// paymentRow is a payment as JSON prints it.
type paymentRow struct {
	Payment  string               `json:"payment"`
	Person   int64                `json:"person"`
	Name     string               `json:"name"`
	Holder   string               `json:"holder"`
	Card     string               `json:"card"` // masked
	Bank     string               `json:"bank"`
	Fen      money.Fen            `json:"fen"`
	State    payroll.PaymentState `json:"state"`
	Cause    payroll.ReturnCause  `json:"cause,omitempty"`
	Reason   string               `json:"bank_said,omitempty"`
	Since    calendar.Date        `json:"since,omitzero"`
	File     string               `json:"file"`
	Target   string               `json:"target,omitempty"`
	Replaces string               `json:"replaces,omitempty"`
}

func paymentRowOf(p payroll.PaidOut) paymentRow {
	r := paymentRow{p.ID().String(), p.Person, p.Name, p.Holder, p.Card.String(), p.Bank, p.Fen, p.State, p.Cause, p.Reason, p.Since, p.File, p.TargetChinese(), ""}
	if p.Replaces != (payroll.PaymentID{}) {
		r.Replaces = p.Replaces.String()
	}
	return r
}

func (c *cli) paymentsCommand() *cobra.Command {
	var batch, person, state string
	cmd := &cobra.Command{Use: "payments", Short: "支付台账：每笔付给谁、银行怎么说、退票的原因", Args: cobra.NoArgs,
		Long:    "状态：sent 在途、credited 已入账、returned 退票、not_credited 收到未入账、recalled 已撤回、reissued 已重发。",
		Example: "  zhida payments --state returned\n  zhida payments --person 张小满",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.with(cmd, func(ctx context.Context, a *app.App) error {
				q := payroll.PaymentQuery{State: payroll.PaymentState(state)}
				if batch != "" {
					id, err := payroll.ParseBatchID(batch)
					if err != nil {
						return err
					}
					q.Batch = id
				}
				if person != "" {
					p, err := a.Person(ctx, person)
					if err != nil {
						return err
					}
					q.Person = p.Person
				}
				if state != "" && q.State.Chinese() == "" {
					return message.Err("payment.state", state)
				}
				list, err := a.PaymentList(ctx, q)
				if err != nil {
					return err
				}
				return c.payments(list)
			})
		}}
	cmd.Flags().StringVar(&batch, "batch", "", "只列一个批次")
	cmd.Flags().StringVar(&person, "person", "", "只列一个人")
	cmd.Flags().StringVar(&state, "state", "", "只列一种状态")
	return cmd
}

func (c *cli) payments(list []payroll.PaidOut) error {
	out, rows, sum := []paymentRow{}, [][]string{}, paidSum{}
	for _, p := range list {
		r := paymentRowOf(p)
		out = append(out, r)
		since := ""
		if p.Since != 0 {
			since = p.Since.String()
		}
		rows = append(rows, []string{r.Payment, strconv.FormatInt(p.Person, 10), p.Name, p.Holder, r.Card, p.Fen.Grouped(), p.State.Chinese(), since, p.Reason})
		sum.add(p.ID(), p.State, p.Fen)
	}
	if c.json {
		return c.printJSON(out)
	}
	c.table([]string{"支付", "编号", "姓名", "户名", "账号", "金额（元）", "状态", "日期", "银行的说法"}, rows, 2, 6)
	c.sum(sum)
	return nil
}

// paidSum adds payments up. One that another has replaced is not money once more.
type paidSum struct {
	seen            map[payroll.PaymentID]bool // a payment has a row for each fund and document
	count, replaced int
	fen             money.Fen
}

func (s *paidSum) add(id payroll.PaymentID, state payroll.PaymentState, fen money.Fen) {
	if s.seen == nil {
		s.seen = map[payroll.PaymentID]bool{}
	}
	again := s.seen[id]
	s.seen[id] = true
	switch {
	case state == payroll.PaymentReissued && !again:
		s.replaced++
	case state == payroll.PaymentReissued:
	case !again:
		s.count, s.fen = s.count+1, s.fen+fen
	default:
		s.fen += fen
	}
}

func (c *cli) sum(s paidSum) {
	c.say("payment.listed", s.count, s.fen.Grouped())
	if s.replaced > 0 {
		c.say("payment.replaced", s.replaced)
	}
}

// leftPayment is a payment that is not paid again, and why, as JSON prints it.
type leftPayment struct {
	paymentRow
	Why told `json:"why"`
}

// reissued is the JSON of reissue.
type reissued struct {
	Batches []batchHead   `json:"batches"`
	Left    []leftPayment `json:"left_out"`
}

func (c *cli) reissueCommand() *cobra.Command {
	var same string
	cmd := &cobra.Command{Use: "reissue [PAYMENT…]", Short: "重发退票：原金额，付到更正后的账户，另成批次审批", Args: cobra.ArbitraryArgs,
		Long:    "不写支付编号的，是所有退票和撤回的。账户没有更正的不重发，除非用 --same-account 写明为什么还付原账户。\n重发的批次照样提交、复核、审批、导出；审批以后原来那笔记为已重发，不能再发一次。",
		Example: "  zhida reissue --as 张敏\n  zhida reissue 2026-11/1#12 --same-account 银行已解冻 --as 张敏",
		RunE: func(cmd *cobra.Command, args []string) error {
			var ids []payroll.PaymentID
			for _, x := range args {
				id, err := payroll.ParsePaymentID(x)
				if err != nil {
					return err
				}
				ids = append(ids, id)
			}
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				r, err := a.ReissueDraft(ctx, s, ids, same)
				if err != nil {
					return err
				}
				if c.json {
					out := reissued{headsOf(r.Batches), []leftPayment{}}
					for _, x := range r.Left {
						out.Left = append(out.Left, leftPayment{paymentRowOf(x.PaidOut), c.told(x.Why)})
					}
					if err := c.printJSON(out); err != nil {
						return err
					}
				} else {
					c.batchTable(r.Batches)
					for _, x := range r.Left {
						c.say("reissue.left", x.ID(), x.Name, x.Fen, c.text(x.Why))
					}
				}
				switch {
				case len(r.Batches) > 0:
				case len(r.Left) > 0:
					return message.Err("reissue.all_left", len(r.Left))
				case !c.json:
					c.say("reissue.none")
				}
				return nil
			})
		}}
	cmd.Flags().StringVar(&same, "same-account", "", "仍付原账户的原因")
	return cmd
}

func (c *cli) returnsCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "returns", Short: "银行回盘里没有对上的行：列出、落实"}
	list := &cobra.Command{Use: "list", Short: "列出没有落实的行", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, a *app.App) error {
			open, err := a.OpenRows(ctx)
			if err != nil {
				return err
			}
			out := keptRowsOf(open)
			if c.json {
				return c.printJSON(out)
			}
			c.keptTable(out)
			return nil
		})
	}}
	var reason string
	resolve := &cobra.Command{Use: "resolve POSITION LINE…", Short: "写明几行怎样落实了：一个理由，全部写上或者一行也不写", Args: cobra.MinimumNArgs(2),
		Long:    "POSITION 是回盘在日志里的位置，LINE 是行号，连续的几行写成 4-9；都在 returns list 里。",
		Example: "  zhida returns resolve 23 3 --reason 银行3月5日电话：没有这一笔 --as 李复\n  zhida returns resolve 23 4-9 12 --reason 邻县的款项，银行发错 --as 李复", RunE: func(cmd *cobra.Command, args []string) error {
			position, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return message.Err("cli.number", args[0])
			}
			rows, err := rowsNamed(position, args[1:])
			if err != nil {
				return err
			}
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				if err := a.ResolveRows(ctx, s, rows, reason); err != nil {
					return err
				}
				c.say("returns.resolved", len(rows), reason)
				return nil
			})
		}}
	resolve.Flags().StringVar(&reason, "reason", "", "怎样落实的")
	var none string
	rest := &cobra.Command{Use: "rest FILE", Short: "只列失败的银行：对账单上付出和退回都相符的，其余各笔记为入账", Args: cobra.ExactArgs(1),
		Example: "  zhida returns rest 202601200001.txt --as 张敏\n  zhida returns rest 202601200001.txt --no-failures 农行1月21日回执 --as 张敏", RunE: func(cmd *cobra.Command, args []string) error {
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				n, fen, err := a.ConfirmRest(ctx, s, args[0], none)
				if err == nil {
					c.say("returns.rest", args[0], n, fen.Grouped())
				}
				return err
			})
		}}
	rest.Flags().StringVar(&none, "no-failures", "", "没有一笔失败的依据")
	cmd.AddCommand(list, resolve, rest)
	return cmd
}

// mostNamed bounds the rows that one command settles.
const mostNamed = 10_000

// rowsNamed are the rows of an answer that a command line names: 3, 4-9.
func rowsNamed(position int64, names []string) (rows []payroll.RowID, err error) {
	for _, name := range names {
		first, last, run := strings.Cut(name, "-")
		from, err := strconv.Atoi(first)
		to := from
		if run && err == nil {
			to, err = strconv.Atoi(last)
		}
		if err != nil || from < 1 || to < from || len(rows)+to-from >= mostNamed {
			return nil, message.Err("returns.rows", name)
		}
		for line := from; line <= to; line++ {
			rows = append(rows, payroll.RowID{Position: position, Line: line})
		}
	}
	return rows, nil
}

// keptRow is a row of a bank's answer that was not applied, as JSON prints it.
type keptRow struct {
	Position int64                `json:"position"`
	Line     int                  `json:"line"`
	Payment  string               `json:"payment,omitempty"`
	Card     string               `json:"card"` // masked
	Holder   string               `json:"holder"`
	Fen      money.Fen            `json:"fen"`
	State    payroll.PaymentState `json:"state"`
	Said     string               `json:"bank_said"`
	Problem  string               `json:"problem"`
}

func keptRowsOf(list []payroll.KeptRow) []keptRow {
	out := []keptRow{}
	for _, x := range list {
		payment := ""
		if x.Payment != (payroll.PaymentID{}) {
			payment = x.Payment.String()
		}
		out = append(out, keptRow{x.Position, x.Line, payment, x.Account.String(), x.Holder, x.Fen, x.State, x.Text, x.Problem})
	}
	return out
}

func (c *cli) keptTable(list []keptRow) {
	rows := [][]string{}
	for _, x := range list {
		rows = append(rows, []string{strconv.FormatInt(x.Position, 10), strconv.Itoa(x.Line), x.Payment, x.Card, x.Holder, x.Fen.Grouped(), x.Said, x.Problem})
	}
	c.table([]string{"日志", "行", "支付", "账号", "户名", "金额（元）", "银行的说法", "为什么没有对上"}, rows, 6)
}

// answeredFile is what a bank's answer did, as JSON prints it.
type answeredFile struct {
	File      string                             `json:"file"`
	Position  int64                              `json:"position"`
	Unchanged bool                               `json:"unchanged"`
	Copied    bool                               `json:"copied"`
	Rows      int                                `json:"rows"`
	Changed   map[payroll.PaymentState]int       `json:"changed"`     // payments, by the state they came into
	Sums      map[payroll.PaymentState]money.Fen `json:"changed_fen"` // the same
	Pending   int                                `json:"pending"`
	Words     map[string]int                     `json:"pending_words"`
	Same      int                                `json:"same"`
	Kept      []keptRow                          `json:"kept"`
	Revised   []revisedRow                       `json:"revised"`
	Waiting   []waitingRow                       `json:"unanswered"`
}

// revisedRow is a payment of which the bank takes back what it had answered, as JSON prints it.
type revisedRow struct {
	paymentRow
	AnsweredAt int64                `json:"answered_at"`
	Before     string               `json:"answer_file,omitempty"`
	Now        payroll.PaymentState `json:"now"`
	Said       string               `json:"now_said"`
}

// waitingRow is a batch that an answer says nothing of in part, as JSON prints it.
type waitingRow struct {
	Batch payroll.BatchID `json:"batch"`
	File  string          `json:"file"`
	Count int             `json:"payments"`
}

func (c *cli) revisedTable(list []payroll.Revision) {
	rows := [][]string{}
	for _, x := range list {
		since := ""
		if x.Since != 0 {
			since = x.Since.String()
		}
		rows = append(rows, []string{x.ID().String(), x.Name, x.Fen.Grouped(), x.State.Chinese(), since, x.Before, x.Now.Chinese(), x.Said})
	}
	c.table([]string{"支付", "姓名", "金额（元）", "原来", "日期", "原来的回盘", "现在", "银行的说法"}, rows, 2)
}

// returned shows what a bank's answer did. Rows that were not applied make the exit code 3.
func (c *cli) returned(file string, r payroll.ReturnResult) error {
	if c.json {
		x := answeredFile{file, r.Position, r.Unchanged, r.Copied, r.Rows, map[payroll.PaymentState]int{}, map[payroll.PaymentState]money.Fen{}, r.Pending, map[string]int{}, r.Same, keptRowsOf(r.Kept), []revisedRow{}, []waitingRow{}}
		maps.Copy(x.Changed, r.Changed)
		maps.Copy(x.Sums, r.Sums)
		maps.Copy(x.Words, r.Words)
		for _, y := range r.Revised {
			x.Revised = append(x.Revised, revisedRow{paymentRowOf(y.PaidOut), y.Answer, y.Before, y.Now, y.Said})
		}
		for _, y := range r.Waiting {
			x.Waiting = append(x.Waiting, waitingRow(y))
		}
		fmt.Fprintln(c.out, jsonText(x))
	} else {
		if said := r.Said(file); r.Copied {
			c.note(said)
		} else {
			fmt.Fprintln(c.out, term.Clean(c.text(said)))
		}
		if len(r.Revised) > 0 {
			c.revisedTable(r.Revised)
		}
		for _, x := range r.Notes() {
			c.note(x)
		}
		if len(r.Kept) > 0 {
			c.keptTable(keptRowsOf(r.Kept))
		}
	}
	if len(r.Kept) > 0 {
		return message.Err("returns.kept", len(r.Kept))
	}
	return nil
}
