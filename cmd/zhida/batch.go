package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/cmd/zhida/internal/term"
	"zhida/payroll"
	"zhida/payroll/checks"
	"zhida/rules/calendar"
	"zhida/rules/message"
	"zhida/rules/money"
)

func (c *cli) batchCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "batch", Short: "批次：查看、答复、提交、复核、审批、退回、作废"}
	list := &cobra.Command{Use: "list", Short: "列出批次", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.with(cmd, func(ctx context.Context, a *app.App) error {
			list, err := a.BatchList(ctx)
			if err != nil {
				return err
			}
			if c.json {
				return c.printJSON(headsOf(list))
			}
			c.batchTable(list)
			return nil
		})
	}}
	show := &cobra.Command{Use: "show ID", Short: "一个批次的总数、按项目和乡镇的小计、缓发和拒发", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		return c.onBatch(cmd, args[0], c.batchShow)
	}}
	var notice string
	lines := &cobra.Command{Use: "lines ID", Short: "一个批次的每一行", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		if !cmd.Flags().Changed("unmask") {
			return c.onBatch(cmd, args[0], func(ctx context.Context, a *app.App, id payroll.BatchID) error { return c.batchLines(ctx, a, id, nil) })
		}
		id, err := payroll.ParseBatchID(args[0])
		if err != nil {
			return err
		}
		return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
			ids, err := a.UnmaskLines(ctx, s, id, notice)
			if err != nil {
				return err
			}
			if a.IsDry() {
				ids = nil // the journal does not keep it, so nothing is shown
			}
			return c.batchLines(ctx, a, id, ids)
		})
	}}
	lines.Flags().StringVar(&notice, "unmask", "", "审计通知书文号：显示完整的身份证号和卡号")
	diff := &cobra.Command{Use: "diff ID", Short: "与上月同渠道的批次比较：谁的哪一项增减多少、为什么", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		return c.onBatch(cmd, args[0], c.batchDiff)
	}}
	verify := &cobra.Command{Use: "recompute ID", Short: "按计算当时所知重算，比对摘要", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		return c.onBatch(cmd, args[0], func(ctx context.Context, a *app.App, id payroll.BatchID) error {
			b, err := a.Batch(ctx, id)
			if err != nil {
				return err
			}
			digest, err := a.Recompute(ctx, id)
			if err != nil {
				return err
			}
			if digest != b.Digest {
				return message.Err("batch.recompute_differs", id, short(digest), short(b.Digest))
			}
			c.say("batch.recomputed", id, b.Digest)
			return nil
		})
	}}
	cmd.AddCommand(list, show, lines, diff, verify, c.attachCommand(), c.answerCommand(), c.stepCommand("submit", "经办提交", (*payroll.Book).Submit),
		c.judgeCommand("approve", "审批：签署所见批次的摘要", (*payroll.Book).Approve), c.checkCommand(), c.findingsCommand(),
		c.reasonCommand("reject", "退回经办", "batch.rejected", func(b *payroll.Book, ctx context.Context, s *payroll.Session, id payroll.BatchID, reason string) (int64, error) {
			_, err := b.Reject(ctx, s, id, reason)
			return 0, err
		}), c.reasonCommand("cancel", "作废；已审批的要另一人确认", "batch.done", (*payroll.Book).Cancel))
	return cmd
}

func (c *cli) onBatch(cmd *cobra.Command, text string, f func(context.Context, *app.App, payroll.BatchID) error) error {
	id, err := payroll.ParseBatchID(text)
	if err != nil {
		return err
	}
	return c.with(cmd, func(ctx context.Context, a *app.App) error { return f(ctx, a, id) })
}

func (c *cli) stepCommand(use, short string, step func(*payroll.Book, context.Context, *payroll.Session, payroll.BatchID) (payroll.Batch, error)) *cobra.Command {
	return &cobra.Command{Use: use + " ID…", Short: short, Args: cobra.MinimumNArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		return c.each(cmd, args, func(ctx context.Context, a *app.App, s *payroll.Session, id payroll.BatchID) (payroll.Batch, error) {
			return step(a.Book, ctx, s, id)
		})
	}}
}

func (c *cli) judgeCommand(use, short string, step func(*payroll.Book, context.Context, *payroll.Session, payroll.BatchID, string) (payroll.Batch, error)) *cobra.Command {
	var seal string
	cmd := &cobra.Command{Use: use + " ID…", Short: short, Args: cobra.MinimumNArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		return c.each(cmd, args, func(ctx context.Context, a *app.App, s *payroll.Session, id payroll.BatchID) (payroll.Batch, error) {
			return step(a.Book, ctx, s, id, seal)
		})
	}}
	cmd.Flags().StringVar(&seal, "seal", "", "所见批次摘要的前 8 位以上；与账本里的不同就拒绝")
	return cmd
}

func (c *cli) each(cmd *cobra.Command, args []string, step func(context.Context, *app.App, *payroll.Session, payroll.BatchID) (payroll.Batch, error)) error {
	return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
		var done []payroll.Batch
		for _, x := range args {
			id, err := payroll.ParseBatchID(x)
			if err != nil {
				return err
			}
			b, err := step(ctx, a, s, id)
			if err != nil {
				if len(done) > 0 { // those before it stand
					c.note(message.M("batch.done_before", len(done), done[len(done)-1].ID))
					err = partly{err}
				}
				if c.json {
					return errors.Join(c.printJSON(headsOf(done)), err)
				}
				return err
			}
			done = append(done, b)
		}
		if c.json {
			return c.printJSON(headsOf(done))
		}
		c.batchTable(done)
		return nil
	})
}

// reasonCommand is a step with a reason; one that takes a second actor gives the position of its proposal.
func (c *cli) reasonCommand(use, short, done string, step func(*payroll.Book, context.Context, *payroll.Session, payroll.BatchID, string) (int64, error)) *cobra.Command {
	var reason string
	cmd := &cobra.Command{Use: use + " ID", Short: short, Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		id, err := payroll.ParseBatchID(args[0])
		if err != nil {
			return err
		}
		return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
			at, err := step(a.Book, ctx, s, id, reason)
			switch {
			case err != nil:
				return err
			case at != 0:
				c.say("proposal.made", at)
			default:
				c.say(done, id)
			}
			return nil
		})
	}}
	cmd.Flags().StringVar(&reason, "reason", "", "理由")
	return cmd
}

func (c *cli) findingsCommand() *cobra.Command {
	return &cobra.Command{Use: "findings ID", Short: "审核事项：查出什么、谁答复的、哪些没有查；有停止事项没有答复的，退出码 7", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		return c.onBatch(cmd, args[0], c.batchFindings)
	}}
}

// checkCommand is the checker's agreement, which shows the findings that it is about. Without
// an actor there is nobody to agree: then it only shows them.
func (c *cli) checkCommand() *cobra.Command {
	judge := c.judgeCommand("check", "复核；不写 --as 只看审核事项", c.check)
	agree := judge.RunE
	judge.Long = "有停止事项没有答复的，退出码 7，不复核。复核事项在复核前后都可以答复，但要在审批以前；还有几条没有答复，复核时报告。"
	judge.RunE = func(cmd *cobra.Command, args []string) error {
		if c.as != "" {
			err := agree(cmd, args)
			var m *message.Error
			if errors.As(err, &m) && m.Code == "finding.stop_open" && !c.json { // with what stands in the way
				return c.onBatch(cmd, m.Args[0], c.batchFindings)
			}
			return err
		}
		var ids []payroll.BatchID
		for _, x := range args {
			id, err := payroll.ParseBatchID(x)
			if err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return c.with(cmd, func(ctx context.Context, a *app.App) error { return c.allFindings(ctx, a, ids) })
	}
	return judge
}

// check is the checker's agreement. Reviews may be answered after it, before the approval: the checker is told first which are not.
func (c *cli) check(b *payroll.Book, ctx context.Context, s *payroll.Session, id payroll.BatchID, seal string) (payroll.Batch, error) {
	if x, err := b.Batch(ctx, id); err == nil && x.State == payroll.Submitted {
		found, err := b.Checking(ctx, id)
		if err != nil {
			return payroll.Batch{}, err
		}
		if _, open := found.Count(checks.Review); open > 0 {
			c.note(message.M("status.reviews", id, open))
		}
	}
	return b.Check(ctx, s, id, seal)
}

// answeredFindings says how many findings of a batch an answer was for, as JSON prints it.
type answeredFindings struct {
	Batch    payroll.BatchID `json:"batch"`
	Answered int             `json:"answered"`
}

func (c *cli) answerCommand() *cobra.Command {
	var person int64
	var reason, document string
	var q payroll.FindingQuery
	cmd := &cobra.Command{Use: "answer ID", Short: "答复被拒绝的人员，或（写明 --finding、--check、--place）答复审核事项", Args: cobra.ExactArgs(1),
		Long:    "草稿里被拒绝的人员由经办答复，说明本批为什么不含他们。\n提交以后，复核事项由经办、复核或审批人员答复；停止事项由没有经手的审批人员答复，要写文号。一个文号可以答复一类、一处的全部事项。",
		Example: "  zhida batch answer 2026-11/2 --check card_changed --reason 银行批量换卡 --document 桃农商〔2026〕8号 --as 李复",
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := payroll.ParseBatchID(args[0])
			if err != nil {
				return err
			}
			if q.Check != "" {
				if _, known := checks.Find(q.Check); !known {
					return message.Err("finding.no_such_check", q.Check)
				}
			}
			return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
				if q != (payroll.FindingQuery{}) {
					n, err := a.AnswerFindings(ctx, s, id, q, reason, document)
					switch {
					case err != nil:
						return err
					case c.json:
						return c.printJSON(answeredFindings{id, n})
					}
					c.say("finding.answered", id, n)
					return nil
				}
				if err := a.Answer(ctx, s, id, person, reason); err != nil {
					return err
				}
				c.say("batch.done", id)
				return nil
			})
		}}
	cmd.Flags().Int64Var(&person, "person", 0, "被拒绝的人员：人员编号；不写就是全部")
	cmd.Flags().IntVar(&q.Seq, "finding", 0, "审核事项：序号")
	cmd.Flags().StringVar(&q.Check, "check", "", "审核事项：一类检查的全部，写代码")
	cmd.Flags().StringVar(&q.Place, "place", "", "审核事项：一个乡镇或村的，写区划代码")
	cmd.Flags().StringVar(&reason, "reason", "", "理由")
	cmd.Flags().StringVar(&document, "document", "", "文号；停止事项和一次答复几条的必填")
	return cmd
}

// batchHead is the JSON of a batch's head.
type batchHead struct {
	ID        payroll.BatchID   `json:"id"`
	Month     calendar.Month    `json:"month"`
	Kind      payroll.BatchKind `json:"kind"`
	Channel   string            `json:"channel"`
	State     payroll.State     `json:"state"`
	Horizon   int64             `json:"horizon"`
	Digest    string            `json:"digest"`
	Roster    int               `json:"roster"`
	Payees    int               `json:"payees"`
	Lines     int               `json:"lines"`
	Gross     money.Fen         `json:"gross_fen"`
	Deduction money.Fen         `json:"deduction_fen"`
	Held      money.Fen         `json:"held_fen"`
	Owed      money.Fen         `json:"owed_fen"`
	Net       money.Fen         `json:"net_fen"`
	Maker     string            `json:"maker,omitempty"`
	Checker   string            `json:"checker,omitempty"`
	Approver  string            `json:"approver,omitempty"`
}

func headOf(b payroll.Batch) batchHead {
	return batchHead{b.ID, b.ID.Month(), b.Kind, b.Channel, b.State, b.Horizon, b.Digest, b.Roster, b.Payees, b.Lines, b.Gross, b.Deduction, b.Held, b.Owed, b.Net,
		b.Maker, b.Checker, b.Approver}
}

func headsOf(list []payroll.Batch) []batchHead {
	heads := make([]batchHead, 0, len(list))
	for _, b := range list {
		heads = append(heads, headOf(b))
	}
	return heads
}

type refused struct {
	Person int64          `json:"person"`
	Name   string         `json:"name"`
	Item   string         `json:"item,omitempty"`
	Month  calendar.Month `json:"month,omitzero"`
	Code   string         `json:"code"`
	Reason string         `json:"reason"`
}

func refusedOf(list []payroll.RefusedPerson, lang message.Lang) []refused {
	out := []refused{}
	for _, x := range list {
		out = append(out, refused{x.Person, x.Name, x.Item, x.Month, x.Problem.Code, x.Problem.Text(lang)})
	}
	return out
}

type sum struct {
	Code  string    `json:"code"`
	Name  string    `json:"name"`
	Lines int       `json:"lines"`
	Fen   money.Fen `json:"fen"`
}

// sums adds by a key, keeping the order in which keys are declared.
type sums struct {
	list []sum
	at   map[string]int
}

func (s *sums) declare(code, name string) {
	if s.at == nil {
		s.at = map[string]int{}
	}
	if _, ok := s.at[code]; !ok {
		s.at[code] = len(s.list)
		s.list = append(s.list, sum{Code: code, Name: name})
	}
}

// all is the list, never nil.
func (s *sums) all() []sum { return append([]sum{}, s.list...) }

func (s *sums) add(code string, f money.Fen) {
	s.declare(code, code)
	x := &s.list[s.at[code]]
	x.Lines++
	x.Fen += f
}

// batchPerson is somebody of a batch and why, as JSON prints it.
type batchPerson struct {
	Person int64     `json:"person"`
	Name   string    `json:"name"`
	Fen    money.Fen `json:"fen"`
	Code   string    `json:"code,omitempty"` // of the reason
	Reason string    `json:"reason"`
}

// batchWhole is the JSON of batch show.
type batchWhole struct {
	batchHead
	ByItem     []sum                  `json:"by_item"`
	ByTownship []sum                  `json:"by_township"` // without deductions
	ByCause    []sum                  `json:"by_cause"`
	Status     map[payroll.Status]int `json:"status"`
	Held       []batchPerson          `json:"held"`
	Refused    []batchPerson          `json:"refused"`
	NotDue     []batchPerson          `json:"not_due"`
	Others     []batchPerson          `json:"to_others"`
	Findings   []findingRow           `json:"findings"`
	Attached   []attachment           `json:"attachments"`
	Rejections []rejectionJSON        `json:"rejections"`
}

func (c *cli) batchShow(ctx context.Context, a *app.App, id payroll.BatchID) error {
	attached, err := a.Attachments(ctx, id)
	if err != nil {
		return err
	}
	rejected, err := a.Rejections(ctx, id)
	if err != nil {
		return err
	}
	findings, err := a.Checking(ctx, id)
	if err != nil {
		return err
	}
	return a.Report(ctx, id, func(r payroll.Report) error {
		h := r.Head()
		var items, townships, causes sums
		for _, it := range h.Items {
			items.declare(it.Code, it.Name)
		}
		for _, t := range h.Townships {
			townships.declare(t.Code, t.Name)
		}
		err := r.Lines(func(l payroll.ReportLine) error {
			items.add(l.Item, l.Fen)
			causes.add(l.Cause, l.Fen)
			if !l.Deduction {
				townships.add(l.Township, l.Fen)
			}
			return nil
		})
		if err != nil {
			return err
		}
		others := []batchPerson{}
		held, turned, notDue, status := []batchPerson{}, []batchPerson{}, []batchPerson{}, map[payroll.Status]int{}
		var reasons sums
		err = r.People(func(p payroll.ReportPerson) error {
			status[p.Status]++
			for _, text := range p.Others {
				others = append(others, batchPerson{p.Person, p.Name, p.Pay, "", text})
			}
			switch p.Status {
			case payroll.OnHold:
				held = append(held, batchPerson{p.Person, p.Name, p.Balance, p.Code, p.Reason})
			case payroll.Refused:
				turned = append(turned, batchPerson{p.Person, p.Name, 0, p.Code, p.Reason})
			case payroll.NotDue:
				notDue = append(notDue, batchPerson{p.Person, p.Name, 0, p.Code, p.Reason})
				reasons.add(p.Reason, 0)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if c.json {
			return c.printJSON(batchWhole{headOf(h.Batch), items.all(), townships.all(), causes.all(), status, held, turned, notDue, others,
				findingsOf(findings.Findings, c.language()), attachmentsOf(attached), rejectionsOf(rejected)})
		}
		c.batchTable([]payroll.Batch{h.Batch})
		c.say("batch.roster", h.Batch.Roster, status[payroll.Paid], status[payroll.OnHold], status[payroll.Refused], status[payroll.NotDue])
		c.sumTable("项目", items.list)
		c.sumTable("乡镇", townships.list)
		for _, x := range append(held, turned...) {
			c.say("batch.not_paid", x.Person, x.Name, x.Fen, x.Reason+coded(x.Code, c.language()))
		}
		for _, x := range others {
			c.say("batch.to_others", x.Person, x.Name, x.Fen, x.Reason)
		}
		names := map[string][]string{} // by reason, the first of them: thousands may belong to the other channel
		for _, x := range notDue {
			if len(names[x.Reason]) < 5 {
				names[x.Reason] = append(names[x.Reason], x.Name)
			}
		}
		for _, r := range reasons.list {
			text := strings.Join(names[r.Code], "、")
			if r.Lines > len(names[r.Code]) {
				text += "等"
			}
			c.say("batch.not_due", r.Lines, r.Code, text)
		}
		for i := range findings.Findings {
			fmt.Fprintln(c.out, term.Clean(findings.Findings[i].Message.Text(c.language())))
		}
		for _, x := range attached {
			c.say("attach.listed", x.Name, x.Size, x.SM3, x.Actor, calendar.DateIn(x.Time, calendar.China))
		}
		for _, x := range rejected {
			c.say("batch.rejection", calendar.DateIn(x.Time, calendar.China), x.Actor, x.Reason)
		}
		return nil
	})
}

type rejectionJSON struct {
	Time   time.Time `json:"time"`
	Actor  string    `json:"actor"`
	Reason string    `json:"reason"`
}

func rejectionsOf(list []payroll.Rejection) []rejectionJSON {
	out := []rejectionJSON{}
	for _, x := range list {
		out = append(out, rejectionJSON(x))
	}
	return out
}

func (c *cli) sumTable(title string, list []sum) {
	rows := [][]string{}
	for _, x := range list {
		rows = append(rows, []string{x.Name, strconv.Itoa(x.Lines), x.Fen.Grouped()})
	}
	c.table([]string{title, "行数", "金额（元）"}, rows, 2, 3)
}

// lineRow is a line of a batch as JSON prints it.
type lineRow struct {
	Batch    payroll.BatchID `json:"batch"`
	Person   int64           `json:"person"`
	ID       string          `json:"id"` // masked, unless somebody may see it
	Name     string          `json:"name"`
	Place    string          `json:"place"`
	Item     string          `json:"item"`
	PayMonth calendar.Month  `json:"pay_month"`
	Fen      money.Fen       `json:"fen"`
	Due      money.Fen       `json:"due_fen"`
	Before   money.Fen       `json:"committed_fen"`
	Cause    string          `json:"cause"`
	Document string          `json:"document"`
	Fund     string          `json:"fund"`
	Sentence string          `json:"sentence"`
}

// batchLines prints the lines of a batch; whole are ID numbers in full, for who may see them.
func (c *cli) batchLines(ctx context.Context, a *app.App, id payroll.BatchID, whole map[int64]string) error {
	return a.Report(ctx, id, func(r payroll.Report) error {
		encode := json.NewEncoder(c.out)
		encode.SetEscapeHTML(false)
		rows := [][]string{}
		err := r.Lines(func(l payroll.ReportLine) error {
			place := l.Village
			if place == "" {
				place = l.Township
			}
			shown := cmp.Or(whole[l.Person], l.IDMasked)
			if c.json {
				return encode.Encode(lineRow{id, l.Person, shown, l.Name, place, l.Item, l.Month, l.Fen, l.Due, l.Committed, l.Cause, l.Document, l.Fund, l.Sentence})
			}
			rows = append(rows, []string{strconv.FormatInt(l.Person, 10), l.Name, shown, place, l.Item, l.Month.String(), l.Fen.Grouped(), l.Document, l.Cause})
			return nil
		})
		if err == nil && !c.json {
			c.table([]string{"编号", "姓名", "身份证号", "单位", "项目", "月份", "金额", "文号", "原因"}, rows, 1, 7)
		}
		return err
	})
}
