package main

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"zhida/cmd/zhida/internal/app"
	"zhida/importers"
	"zhida/payroll"
	"zhida/payroll/banklayout"
	"zhida/payroll/checks"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
)

func (c *cli) completionCommand() *cobra.Command {
	return &cobra.Command{Use: "completion bash|zsh|fish|powershell", Short: "命令补全脚本：按 Tab 补命令，也补账本里的批次、月份、乡镇、人员", Args: cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		Long:      "补全要读账本：ZHIDA_BOOK 或 --book 指到哪里就读哪里，读不到就不补。",
		Example:   "  source <(zhida completion bash)\n  zhida completion zsh > ~/.zfunc/_zhida\n  zhida completion fish > ~/.config/fish/completions/zhida.fish\n  zhida completion powershell | Out-String | Invoke-Expression",
		ValidArgs: []string{"bash", "zsh", "fish", "powershell"},
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(c.out, true)
			case "zsh":
				return root.GenZshCompletion(c.out)
			case "fish":
				return root.GenFishCompletion(c.out, true)
			}
			return root.GenPowerShellCompletionWithDesc(c.out)
		}}
}

// offer lists what can stand in a place of the command line: a value, a tab, what it is.
type offer func(context.Context, *app.App, *cobra.Command) ([]string, error)

// offers are by the words that commands use for their arguments.
var offers = map[string]offer{
	"ID": offerBatches, "MONTH": offerMonths, "PLACE": offerPlaces, "PERSON|PLACE": offerPlaces, "NAME": offerActors,
	"POSITION": offerPositions, "WHAT": offerDocuments,
}

// flagOffers are by the names of flags.
var flagOffers = map[string]offer{
	"as": offerActors, "batch": offerBatches, "month": offerMonths, "place": offerPlaces, "places": offerPlaces,
}

// spans are the commands whose --from and --to are months.
var spans = []string{"try", "checks", "dossier", "audit-data"}

// complete gives every command of the tree the completions that the words of its usage and
// the names of its flags ask for. Arguments without an offer are files.
func (c *cli) complete(cmd *cobra.Command) {
	for _, sub := range cmd.Commands() {
		c.complete(sub)
	}
	words := strings.Fields(cmd.Use)[1:]
	if cmd.ValidArgsFunction == nil && len(cmd.ValidArgs) == 0 && len(words) > 0 {
		cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			at := len(args)
			if at >= len(words) {
				if at = len(words) - 1; !strings.Contains(words[at], "…") {
					return nil, cobra.ShellCompDirectiveNoFileComp
				}
			}
			word := strings.Trim(words[at], "[]…")
			if list := fixed(cmd, word); list != nil {
				return c.described(list), cobra.ShellCompDirectiveNoFileComp
			}
			if f := offers[word]; f != nil {
				return c.offered(cmd, f), cobra.ShellCompDirectiveNoFileComp
			}
			return nil, cobra.ShellCompDirectiveDefault
		}
	}
	cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
		get := flagOffers[f.Name]
		if slices.Contains(spans, cmd.Name()) && (f.Name == "from" || f.Name == "to") {
			get = offerMonths
		}
		var list []string
		switch f.Name {
		case "lang":
			list = []string{"zh\t中文", "en\tEnglish"}
		case "role":
			list = rolesOffered()
		case "check":
			for _, x := range checks.List() {
				list = append(list, x.Code+"\t"+x.Name)
			}
		}
		if get == nil && list == nil {
			return
		}
		// The only error is that the flag has one already, which is then meant.
		_ = cmd.RegisterFlagCompletionFunc(f.Name, func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
			if list != nil {
				return c.described(list), cobra.ShellCompDirectiveNoFileComp
			}
			return c.offered(cmd, get), cobra.ShellCompDirectiveNoFileComp
		})
	})
}

// fixed are offers that need no book.
func fixed(cmd *cobra.Command, word string) (list []string) {
	switch {
	case word == "KIND" && cmd.Name() != "add":
		list = importers.Kinds()
		if cmd.Name() == "import" {
			list = append(list, "returns\t"+"银行回盘")
		}
	case word == "CODE" || word == "CODE|FILE":
		for _, l := range banklayout.Presets() {
			list = append(list, l.Code+"\t"+l.Name)
		}
	}
	return list
}

func rolesOffered() (list []string) {
	for _, r := range []payroll.Role{payroll.RoleAdmin, payroll.RoleMaker, payroll.RoleChecker, payroll.RoleApprover, payroll.RoleAuditor} {
		list = append(list, string(r)+"\t"+r.Chinese())
	}
	return list
}

// offered asks the book. A book that cannot be read offers nothing: a line being typed is
// no place for a message.
func (c *cli) offered(cmd *cobra.Command, f offer) []string {
	a, err := c.open(cmd.Context())
	if err != nil {
		return nil
	}
	defer a.Close()
	list, err := f(cmd.Context(), a, cmd)
	if err != nil {
		return nil
	}
	return c.described(list)
}

// described puts what stands behind each value into the language of the screen.
func (c *cli) described(list []string) []string {
	if c.language() == message.Chinese {
		return list
	}
	out := make([]string, len(list))
	for i, s := range list {
		value, what, has := strings.Cut(s, "\t")
		if out[i] = value; has {
			out[i] += "\t" + message.Said(message.English, what)
		}
	}
	return out
}

// next is the state of the batches that a step of their life is about.
var next = map[string]payroll.State{"submit": payroll.Draft, "check": payroll.Submitted, "approve": payroll.Checked, "export": payroll.Approved}

func offerBatches(ctx context.Context, a *app.App, cmd *cobra.Command) (list []string, err error) {
	batches, err := a.BatchList(ctx)
	for _, x := range slices.Backward(batches) {
		if want, ok := next[cmd.Name()]; !ok || x.State == want {
			list = append(list, x.ID.String()+"\t"+x.Kind.Chinese()+" "+x.Channel+" "+x.State.Chinese())
		}
	}
	return list, err
}

func offerMonths(ctx context.Context, a *app.App, _ *cobra.Command) (list []string, err error) {
	under, _, err := a.UnderWay(ctx)
	if err != nil {
		return nil, err
	}
	batches, err := a.BatchList(ctx)
	months := []calendar.Month{under}
	for _, x := range batches {
		months = append(months, x.ID.Month())
	}
	slices.Sort(months)
	for _, m := range slices.Backward(slices.Compact(months)) {
		list = append(list, m.String()+"\t"+m.Chinese())
	}
	return list, err
}

func offerPlaces(ctx context.Context, a *app.App, _ *cobra.Command) (list []string, err error) {
	names, err := a.PlaceNames(ctx)
	for code, name := range names {
		if township := facts.Township(code); township != code {
			name = names[township] + name
		}
		list = append(list, code+"\t"+name)
	}
	slices.Sort(list)
	return list, err
}

func offerActors(ctx context.Context, a *app.App, _ *cobra.Command) (list []string, err error) {
	actors, err := a.ActorList(ctx)
	for _, x := range actors {
		if x.Removed == 0 {
			var roles []string
			for _, r := range x.Roles {
				roles = append(roles, r.Chinese())
			}
			list = append(list, x.Name+"\t"+strings.Join(roles, "、"))
		}
	}
	return list, err
}

// offerPositions are open proposals for who decides, and adopted documents for the rest.
func offerPositions(ctx context.Context, a *app.App, cmd *cobra.Command) (list []string, err error) {
	switch cmd.Parent().Name() {
	case "proposal":
		open, err := a.ProposalList(ctx, true)
		for _, p := range open {
			list = append(list, strconv.FormatInt(p.Position, 10)+"\t"+p.Title+"（"+p.Actor+"）")
		}
		return list, err
	case "policy":
		adopted, err := a.PolicyList(ctx)
		for _, p := range adopted {
			list = append(list, strconv.FormatInt(p.Position, 10)+"\t"+p.Document)
		}
		return list, err
	}
	return nil, nil
}

func offerDocuments(ctx context.Context, a *app.App, _ *cobra.Command) ([]string, error) {
	return a.Brought(ctx)
}
