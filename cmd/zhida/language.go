package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"zhida/cmd/zhida/internal/term"
	"zhida/rules/calendar"
	"zhida/rules/message"
)

// Help and tables are written in Chinese; a screen in English looks its words up. What the
// county prints stays Chinese.

// usageText is the shape of help, its words in Chinese.
const usageText = `用法：{{if .Runnable}}
  {{.UseLine}}{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} [命令]{{end}}{{if .HasExample}}

示例：
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}

命令：{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding }} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

选项：
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableInheritedFlags}}

每条命令都有的选项：
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableSubCommands}}

一条命令的帮助：{{.CommandPath}} [命令] --help{{end}}
`

var inEnglish = strings.NewReplacer("用法：", "Usage:", "[命令]", "[command]", "示例：", "Examples:", "每条命令都有的选项：", "Flags of every command:", "一条命令的帮助：", "Help about a command: ", "命令：", "Commands:", "选项：", "Flags:")

// speak sets the language of help: that of the command line, when it is shown.
func (c *cli) speak(root *cobra.Command) {
	root.PersistentFlags().BoolP("help", "h", false, "这个命令的帮助")
	root.SetUsageTemplate(usageText)
	plainUse(root)
	root.SetHelpCommand(&cobra.Command{Use: "no-help", Hidden: true}) // --help says it all
	show := root.HelpFunc()
	root.SetHelpFunc(func(cmd *cobra.Command, args []string) {
		if c.language() == message.English {
			root.SetUsageTemplate(inEnglish.Replace(usageText))
			translate(root)
		}
		show(cmd, args)
	})
}

// plainUse leaves “[flags]” out of every line of usage: the list of options stands below it.
func plainUse(cmd *cobra.Command) {
	cmd.DisableFlagsInUseLine = true
	for _, sub := range cmd.Commands() {
		plainUse(sub)
	}
}

// translate puts English into a tree of commands.
func translate(cmd *cobra.Command) {
	cmd.Short, cmd.Long = sentence(cmd.Short), sentence(cmd.Long)
	for _, flags := range []*pflag.FlagSet{cmd.LocalFlags(), cmd.PersistentFlags()} {
		flags.VisitAll(func(f *pflag.Flag) { f.Usage = message.Word(message.English, f.Usage) })
	}
	for _, sub := range cmd.Commands() {
		translate(sub)
	}
}

// sentence is the English of a text, or of the parts that it was put together from: what
// ends a line, a colon, or begins with a comma.
func sentence(chinese string) string {
	if message.HasWord(chinese) {
		return message.Word(message.English, chinese)
	}
	var b strings.Builder
	for rest := chinese; rest != ""; {
		part, after := rest, ""
		for at := len(rest); at > 0; at-- { // the longest beginning that is known
			if message.HasWord(rest[:at]) {
				part, after = rest[:at], rest[at:]
				break
			}
		}
		if part == rest && !message.HasWord(part) { // a name, up to the next part that is known
			for at := range rest {
				if at > 0 && knownAt(rest[at:]) {
					part, after = rest[:at], rest[at:]
					break
				}
			}
		}
		b.WriteString(message.Word(message.English, part))
		rest = after
	}
	return b.String()
}

func knownAt(s string) bool {
	for at := range s {
		if at > 0 && message.HasWord(s[:at]) {
			return true
		}
	}
	return message.HasWord(s)
}

// word is a word or a sentence of a screen in the language of the screen, with what stands
// in its places {0}, {1} …
func (c *cli) word(chinese string, args ...any) string {
	return message.Word(c.language(), chinese, args...)
}

// said is what a part of the program says in Chinese, in the language of the screen.
func (c *cli) said(chinese string) string {
	return message.Said(c.language(), chinese)
}

// month is a month as the language of the screen writes it.
func (c *cli) month(m calendar.Month) string {
	if c.language() == message.English {
		return m.String()
	}
	return m.Chinese()
}

// table prints rows under headings; columns in right are aligned to the right.
func (c *cli) table(headings []string, rows [][]string, right ...int) {
	c.tableOn(c.out, headings, rows, right...)
}

func (c *cli) tableOn(w io.Writer, headings []string, rows [][]string, right ...int) {
	if c.language() == message.English {
		headings = words(headings)
		for i := range rows {
			rows[i] = words(rows[i])
		}
	}
	term.Table(w, headings, rows, right...)
}

// words are the English of cells.
func words(cells []string) []string {
	list := make([]string, len(cells))
	for i, s := range cells {
		list[i] = message.Said(message.English, s)
	}
	return list
}
