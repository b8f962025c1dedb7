package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/payroll"
	"zhida/rules"
	"zhida/rules/message"
	"zhida/rules/policy"
)

// cleanFiles are files without a problem, as JSON prints them.
type cleanFiles struct {
	Clean  int       `json:"clean"`
	Advice []problem `json:"advice"`
}

// wholeText is a text that the book keeps, as JSON prints it.
type wholeText struct {
	Text string `json:"content"`
}

func (c *cli) printText(text string) error {
	if c.json {
		return c.printJSON(wholeText{text})
	}
	_, err := fmt.Fprint(c.out, text)
	return err
}

func (c *cli) policyCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "policy", Short: "政策文件：检查、试算案例、比较、采用、列出"}
	check := &cobra.Command{Use: "check FILE…", Short: "检查政策文件", Args: cobra.MinimumNArgs(1), RunE: func(_ *cobra.Command, args []string) error {
		var all, advice message.Problems
		var together []rules.Granted
		for _, file := range args {
			p, err := readPolicy(file)
			if err != nil {
				return err
			}
			all = append(append(all, policy.Check(p)...), p.Open()...)
			advice = append(advice, rules.Untouched(p)...)
			together = append(together, rules.Granted{Position: int64(len(together) + 1), Policy: p})
		}
		// Items that a file reads may be granted by a document that is not among these.
		if _, err := rules.Compile(together); err != nil && message.Code(err) != "policy.unknown_item" && len(all) == 0 {
			return err
		}
		if len(all) > 0 {
			return all
		}
		if c.json {
			return c.printJSON(cleanFiles{len(args), c.problemList(advice)})
		}
		for _, x := range advice {
			fmt.Fprintln(c.out, x.Text(c.language()))
		}
		c.say("policy.clean", len(args))
		return nil
	}}
	test := &cobra.Command{Use: "test FILE…", Short: "运行政策文件里的案例", Args: cobra.MinimumNArgs(1), RunE: func(_ *cobra.Command, args []string) error {
		return c.policyTest(args)
	}}
	adopt := &cobra.Command{Use: "adopt FILE…", Short: "提出采用政策文件，由另一人确认后生效", Args: cobra.MinimumNArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
			for _, file := range args {
				text, err := app.PolicyText(file)
				if err != nil {
					return err
				}
				at, err := a.ProposePolicy(ctx, s, file, text)
				if err != nil {
					return err
				}
				c.say("proposal.made", at)
			}
			return nil
		})
	}}
	var reason string
	withdraw := &cobra.Command{Use: "withdraw POSITION", Short: "提出撤销已采用的文件，由另一人确认后生效", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		position, err := strconv.ParseInt(args[0], 10, 64)
		if err != nil {
			return message.Err("cli.number", args[0])
		}
		return c.acting(cmd, func(ctx context.Context, a *app.App, s *payroll.Session) error {
			at, err := a.ProposeWithdrawal(ctx, s, position, reason)
			if err == nil {
				c.say("proposal.made", at)
			}
			return err
		})
	}}
	withdraw.Flags().StringVar(&reason, "reason", "", "理由和文号")
	list := &cobra.Command{Use: "list", Short: "列出账本里的政策文件", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return c.policyList(cmd)
	}}
	show := &cobra.Command{Use: "show POSITION", Short: "显示采用的文本", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		return c.with(cmd, func(ctx context.Context, a *app.App) error {
			list, err := a.PolicyList(ctx)
			if err != nil {
				return err
			}
			for _, p := range list {
				if strconv.FormatInt(p.Position, 10) == args[0] {
					return c.printText(p.Text)
				}
			}
			return message.Err("policy.not_adopted", args[0])
		})
	}}
	cmd.AddCommand(check, test, c.policyDiff(), c.policyTry(), adopt, withdraw, list, show)
	return cmd
}

func readPolicy(file string) (*policy.Policy, error) {
	text, err := app.PolicyText(file)
	if err != nil {
		return nil, err
	}
	return policy.Read(file, text)
}

// failedCase is a case of a policy file that comes to something else, as JSON prints it.
type failedCase struct {
	File     string `json:"file"`
	Case     string `json:"case"`
	Line     int    `json:"line"`
	Item     string `json:"item"`
	Expected string `json:"expected"`
	Computed string `json:"computed"`
	Reason   string `json:"reason"` // why it is no amount, "" when it is one
}

// testedCases is the JSON of policy test.
type testedCases struct {
	Cases  int          `json:"cases"`
	Passed int          `json:"passed"`
	Failed []failedCase `json:"failed"`
}

func (c *cli) policyTest(files []string) error {
	out := testedCases{Failed: []failedCase{}}
	for _, file := range files {
		p, err := readPolicy(file)
		if err != nil {
			return err
		}
		for _, r := range rules.TestCases(p) {
			out.Cases++
			if r.Passed() {
				out.Passed++
			}
			for _, x := range r.Checks {
				if !x.Passed {
					out.Failed = append(out.Failed, failedCase{file, r.Name, r.Line, x.Item, x.Expected, x.Computed, x.Reason})
				}
			}
		}
	}
	if c.json {
		if err := c.printJSON(out); err != nil {
			return err
		}
	} else {
		for _, f := range out.Failed {
			c.say("policy.case_differs", f.File, f.Line, f.Case, f.Item, f.Expected, f.Computed)
		}
		c.say("policy.tested", out.Cases, out.Passed)
	}
	if out.Passed < out.Cases {
		return message.Err("policy.cases_failed", out.Cases-out.Passed)
	}
	return nil
}

// policyRow is an adopted document, as JSON prints it.
type policyRow struct {
	Position  int64  `json:"position"`
	Document  string `json:"document"`
	Title     string `json:"title"`
	Digest    string `json:"digest"`
	Withdrawn int64  `json:"withdrawn_at,omitempty"`
}

func (c *cli) policyList(cmd *cobra.Command) error {
	return c.with(cmd, func(ctx context.Context, a *app.App) error {
		list, err := a.PolicyList(ctx)
		if err != nil {
			return err
		}
		rows := [][]string{}
		out := []policyRow{}
		for _, p := range list {
			state := "有效"
			if p.Withdrawn != 0 {
				state = c.word("已撤销（日志第{0}条）", p.Withdrawn)
			}
			rows = append(rows, []string{strconv.FormatInt(p.Position, 10), p.Document, p.Title, p.Digest[:8], state})
			out = append(out, policyRow{p.Position, p.Document, p.Title, p.Digest, p.Withdrawn})
		}
		if c.json {
			return c.printJSON(out)
		}
		c.table([]string{"日志", "文号", "标题", "摘要", "状态"}, rows)
		return nil
	})
}
