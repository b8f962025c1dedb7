// Command zhida computes, checks and pays what a county promised its rural cadres.
// One file holds one command, or one family of them.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	terminal "golang.org/x/term"

	"zhida/cmd/zhida/internal/app"
	"zhida/cmd/zhida/internal/term"
	"zhida/payroll"
	"zhida/rules/message"
)

// gcPercent lets garbage grow to three times what is alive before it is collected:
// a run makes much that lives for one person only. The demo took 13.0 s with it and 16.4 s without.
const gcPercent = 300

func main() {
	debug.SetGCPercent(gcPercent)
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program, for main and for tests.
func run(args []string, in *os.File, out, errs io.Writer) int {
	c := &cli{in: in, out: out, errs: term.Cleaned{Writer: errs}}
	return c.report(c.execute(args))
}

func (c *cli) execute(args []string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := c.root()
	root.SetArgs(args)
	root.SetIn(c.in)
	root.SetOut(c.out)
	root.SetErr(c.errs)
	if len(args) > 0 && strings.HasPrefix(args[0], cobra.ShellCompRequestCmd) && c.language() == message.English {
		translate(root)
	}
	err := root.ExecuteContext(ctx)
	if err != nil && ctx.Err() != nil && (errors.Is(err, context.Canceled) || message.Code(err) == "") {
		err = message.Err("cli.interrupted").Because(err)
	}
	c.json = c.json || slices.Contains(args, "--json") // a wrong option ends the reading of those behind it
	return err
}

// cli is what the commands share: global flags and where to print.
type cli struct {
	in        *os.File
	out, errs io.Writer

	book, as, passphraseFile, now, lang string
	json, dryRun, yes                   bool
}

func (c *cli) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "zhida",
		Short:         "直达：按县里的文件计算、审核并直接发放乡镇干部、村干部和离任村干部的待遇",
		SilenceErrors: true,
		SilenceUsage:  true,
		Long: `直达（zhida）：县财政局的待遇发放引擎。
退出码：0 完成，1 内部错误，2 用法不对，3 有行或人被拒绝，4 没有找到，5 状态不对，6 没有权限，7 检查不通过，8 正忙，9 被中断。`,
	}
	f := root.PersistentFlags()
	f.StringVar(&c.book, "book", fallback(os.Getenv("ZHIDA_BOOK"), "zhida.db"), "账本：文件路径或 postgres://…（ZHIDA_BOOK）")
	f.StringVar(&c.as, "as", os.Getenv("ZHIDA_AS"), "以谁的身份操作（ZHIDA_AS）")
	f.StringVar(&c.passphraseFile, "passphrase-file", os.Getenv("ZHIDA_PASSPHRASE_FILE"), "存口令的文件，供机器使用，只有自己能读；不给就在终端询问")
	f.StringVar(&c.now, "now", os.Getenv("ZHIDA_NOW"), "演练账本的时钟：日期或 RFC 3339 时间（ZHIDA_NOW）")
	f.StringVar(&c.lang, "lang", "", "消息的语言：zh 或 en（ZHIDA_LANG）")
	f.BoolVar(&c.dryRun, "dry-run", false, "试一遍：检查都做，什么也不保存")
	f.BoolVar(&c.json, "json", false, "输出 JSON")
	f.BoolVar(&c.yes, "yes", false, "要送出去的东西不再询问")
	root.AddCommand(
		c.initCommand(), c.actorCommand(), c.settingsCommand(), c.templateCommand(), c.importCommand(), c.headingsCommand(),
		c.electionCommand(), c.rosterCommand(),
		c.policyCommand(), c.proposalCommand(), c.statusCommand(), c.runCommand(), c.rerunCommand(), c.batchCommand(),
		c.checksCommand(), c.explainCommand(), c.exportCommand(), c.workbookCommand(), c.reportCommand(), c.evidenceCommand(),
		c.receiptCommand(), c.archiveCommand(), c.fsckCommand(), c.backupCommand(), c.restoreCommand(), c.moveCommand(),
		c.upgradeCommand(), c.doctorCommand(), c.eraseCommand(), c.orderCommand(), c.noticeCommand(), c.paysheetCommand(),
		c.payslipCommand(), c.dossierCommand(), c.auditDataCommand(), c.layoutCommand(), c.calendarCommand(), c.budgetCommand(),
		c.paymentsCommand(), c.returnsCommand(), c.reissueCommand(), c.fundCommand(), c.owedCommand(), c.deathsCommand(),
		c.sendbackCommand(), c.censusCommand(), c.deskCommand(), c.serveCommand(), c.demoCommand(), c.completionCommand(),
	)
	c.complete(root)
	c.speak(root)
	root.SetFlagErrorFunc(flagError)
	sayUsage(root)
	return root
}

func fallback(s, otherwise string) string {
	if s != "" {
		return s
	}
	return otherwise
}

// language is the language of messages: flag, ZHIDA_LANG, locale, Chinese.
func (c *cli) language() message.Lang {
	for _, s := range []string{c.lang, os.Getenv("ZHIDA_LANG"), os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")} {
		switch {
		case strings.HasPrefix(s, "zh"):
			return message.Chinese
		case strings.HasPrefix(s, "en"):
			return message.English
		}
	}
	return message.Chinese
}

// open opens the book with the clock the flags ask for.
func (c *cli) open(ctx context.Context) (*app.App, error) {
	now, err := c.clock()
	if err != nil {
		return nil, err
	}
	return app.Open(ctx, c.book, now)
}

func (c *cli) clock() (func() time.Time, error) {
	if c.now == "" {
		return nil, nil
	}
	return app.Clock(c.now)
}

// with opens the book, hands it to f and closes it.
func (c *cli) with(cmd *cobra.Command, f func(context.Context, *app.App) error) error {
	return c.inBook(cmd, c.open, f)
}

// oneOrAll is the number of the person that a text names, 0 for all where it is empty.
func oneOrAll(ctx context.Context, a *app.App, text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	p, err := a.Person(ctx, text)
	return p.Person, err
}

func (c *cli) inBook(cmd *cobra.Command, open func(context.Context) (*app.App, error), f func(context.Context, *app.App) error) error {
	a, err := open(cmd.Context())
	if err != nil {
		return err
	}
	if c.dryRun {
		a.Book = a.Dry()
	}
	ctx, end := c.watched(cmd.Context())
	defer end()
	err = errors.Join(f(ctx, a), a.Close())
	if err == nil && c.dryRun {
		c.note(message.M("cli.dry_run"))
	}
	return err
}

// watched lets long steps show on a terminal how far they are; end takes the line away.
func (c *cli) watched(ctx context.Context) (watched context.Context, end func()) {
	w, ok := c.errs.(term.Cleaned)
	if !ok {
		return ctx, func() {}
	}
	f, ok := w.Writer.(*os.File)
	if !ok || !terminal.IsTerminal(int(f.Fd())) {
		return ctx, func() {}
	}
	p := term.NewProgress(f, time.Now, func(what string, done, total, rate int64, left time.Duration) string {
		return message.M("progress.line", message.M(what).Text(c.language()), done, total, rate, int64(left.Seconds())).Text(c.language())
	})
	out, errs := c.out, c.errs
	c.out, c.errs = term.Before{Writer: out, Progress: p}, term.Before{Writer: errs, Progress: p}
	return payroll.WithProgress(ctx, p.At), func() {
		p.Clear()
		c.out, c.errs = out, errs
	}
}

// acting opens the book and unlocks the actor, for commands that write.
func (c *cli) acting(cmd *cobra.Command, f func(context.Context, *app.App, *payroll.Session) error) error {
	return c.inBook(cmd, c.openToWrite, func(ctx context.Context, a *app.App) error {
		s, err := c.session(ctx, a)
		if err != nil {
			return err
		}
		return f(ctx, a, s)
	})
}

// openToWrite opens the book and brings a file of an earlier program up to date first, after
// a backup; commands that only look leave it as it is.
func (c *cli) openToWrite(ctx context.Context) (*app.App, error) {
	a, err := c.open(ctx)
	if message.Code(err) != "book.older" || c.dryRun {
		return a, err
	}
	now, err := c.clock()
	if err != nil {
		return nil, err
	}
	u, err := app.Upgrade(ctx, c.book, now, "")
	if err != nil {
		return nil, err
	}
	if u.Backup != "" {
		c.note(message.M("upgrade.done", u.From, u.To, u.Backup))
	}
	return c.open(ctx)
}

func (c *cli) session(ctx context.Context, a *app.App) (*payroll.Session, error) {
	if c.as == "" {
		return nil, message.Err("actor.needed")
	}
	pass, err := c.passphrase(c.as, c.passphraseFile)
	if err != nil {
		return nil, err
	}
	return a.Unlock(ctx, c.as, pass)
}

// passphrase reads a passphrase from a file, or asks for it on the terminal without showing it.
func (c *cli) passphrase(who, file string) ([]byte, error) {
	if file != "" {
		return app.ReadSecret(file)
	}
	if c.in == nil || !terminal.IsTerminal(int(c.in.Fd())) {
		return nil, message.Err("actor.no_passphrase", who)
	}
	fmt.Fprint(c.errs, message.M("cli.passphrase", who).Text(c.language()))
	b, err := terminal.ReadPassword(int(c.in.Fd()))
	fmt.Fprintln(c.errs)
	return b, err
}

// confirm asks at the terminal before something leaves the house. Where nobody sits at one,
// whoever wrote the command line has said so. Error: cli.not_confirmed.
func (c *cli) confirm(code string, args ...any) error {
	if c.yes || c.dryRun || c.in == nil || !terminal.IsTerminal(int(c.in.Fd())) {
		return nil
	}
	if !c.saysYes(message.M(code, args...)) {
		return message.Err("cli.not_confirmed")
	}
	return nil
}

// saysYes asks a question at the terminal.
func (c *cli) saysYes(question message.Message) bool {
	fmt.Fprint(c.errs, question.Text(c.language()), message.M("cli.confirm").Text(c.language()))
	line, err := bufio.NewReader(c.in).ReadString('\n')
	answer := strings.ToLower(strings.TrimSpace(line))
	return err == nil && (answer == "是" || answer == "y" || answer == "yes")
}

// told is a sentence of the catalogue as JSON prints it: a result on standard output, a note
// on standard error.
type told struct {
	Code string   `json:"code"`
	Args []string `json:"args"`
	Text string   `json:"text"`
	Hint string   `json:"hint,omitempty"`
}

func (c *cli) told(m message.Message) told {
	return told{m.Code, append([]string{}, m.Args...), m.Text(c.language()), m.Hint(c.language())}
}

func (c *cli) toldAll(list []message.Message) []told {
	out := make([]told, len(list))
	for i, m := range list {
		out[i] = c.told(m)
	}
	return out
}

// say prints a message of the catalogue.
func (c *cli) say(code string, args ...any) {
	m := message.M(code, args...)
	if c.json {
		fmt.Fprintln(c.out, jsonText(c.told(m)))
		return
	}
	fmt.Fprintln(c.out, term.Clean(m.Text(c.language())))
}

// note says on standard error what is worth knowing, though nothing is wrong.
func (c *cli) note(m message.Message) {
	x := c.told(m)
	switch {
	case c.json:
		fmt.Fprintln(c.errs, jsonText(x))
	case x.Hint != "":
		fmt.Fprintln(c.errs, x.Text+"\n    → "+x.Hint)
	default:
		fmt.Fprintln(c.errs, x.Text)
	}
}

// jsonText is one line of JSON.
func jsonText(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // texts and numbers always encode
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func (c *cli) printJSON(v any) error {
	return printJSON(c.out, v)
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
