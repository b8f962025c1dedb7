package desk

import (
	"html/template"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"zhida/rules/message"
)

// The catalogue says what to do next as commands. Who works at the desk types none: here a command becomes the page on which it is done, and
// what has no page becomes a thing for the technician.

// place is where a command is done at the desk: the address, in which {} stands for what the command names, the page's name, and the
// button or part of it.
type place struct{ href, page, part string }

// places are by command; one with both its words goes before its first alone.
var places = map[string]place{
	"actor add": {"/actors", "人员和密钥", ""}, "actor list": {"/actors", "人员和密钥", ""}, "actor remove": {"/actors", "人员和密钥", "停用密钥"},
	"batch answer": {"/batch/{}/findings", "审核事项", ""}, "batch approve": {"/batch/{}", "批次", "审批"}, "batch cancel": {"/batch/{}", "批次", "作废"}, "batch findings": {"/batch/{}/findings", "审核事项", ""},
	"batch lines": {"/batch/{}/lines", "批次明细", ""}, "batch list": {"/month", "本月", ""}, "batch reject": {"/batch/{}", "批次", "退回经办"}, "batch show": {"/batch/{}", "批次", ""}, "batch submit": {"/batch/{}", "批次", "提交"},
	"explain": {"/search", "查找", ""}, "export": {"/batch/{}", "批次", "导出银行文件"},
	"fund close": {"/funds", "资金", "关账"}, "fund reopen": {"/funds", "资金", "重开关账"}, "fund show": {"/funds", "资金", ""},
	"import": {"/import", "导入表格", ""}, "payments": {"/payments", "支付台账", ""}, "paysheet": {"/batch/{}", "批次", "发放表"},
	"policy adopt": {"/policies", "政策文件", "提出采用一个文件"}, "policy list": {"/policies", "政策文件", ""},
	"proposal accept": {"/proposals/{}", "待确认的事项", "确认"}, "proposal list": {"/proposals", "待确认的事项", ""}, "proposal show": {"/proposals/{}", "待确认的事项", ""},
	"policy diff": {"/policies", "政策文件", ""}, "policy show": {"/policies", "政策文件", ""}, "policy try": {"/policies", "政策文件", ""},
	"reissue": {"/payments", "支付台账", "重发退票"},
	"rerun":   {"/month", "本月", ""}, "run": {"/month", "本月", ""}, "settings set": {"/settings", "设置", ""}, "settings show": {"/settings", "设置", ""},
	"status": {"/month", "本月", ""}, "template": {"/import", "导入表格", ""},
}

// fields are the options of commands that a form of the desk has as a field, by its label.
var fields = map[string]string{
	"--accept-good": "只收没有问题的行，并记入日志", "--confirm": "行数,合计（.xls 和 .et 要核对）", "--document": "文号", "--from": "表里没有生效日期的，从哪一天起算",
	"--map": "认不出来的列，每行写一个：列名=栏目名", "--sheet": "工作表名",
}

var option = regexp.MustCompile(`--[a-z-]+`)

// unled is the text between commands: an option that stands alone is a field of the page.
func unled(text string, lang message.Lang) string {
	return template.HTMLEscapeString(option.ReplaceAllStringFunc(text, func(o string) string {
		if label := fields[o]; label != "" {
			return "“" + message.Word(lang, label) + "”"
		}
		return o
	}))
}

// families are the commands that have a second word.
var families = strings.Fields("actor batch checks fund headings import layout notice owed policy proposal returns sendback settings")

// commandIn finds a command in a sentence: its words, what it names, and its options with their values. Whatever is no argument ends it.
var commandIn = regexp.MustCompile(`zhida((?: [a-z][a-z-]*)+)((?: (?:--[a-z-]+(?: [^\s，；。（）,;()]*[^\s，；。（）,;().])?|[0-9A-Z][\w/-]*))*)`)

// commands cuts a sentence at its commands: give gets the words and arguments of each with where it stands.
func commands(text string, give func(from, to int, words, args []string)) {
	for _, m := range commandIn.FindAllStringSubmatchIndex(text, -1) {
		words := strings.Fields(text[m[2]:m[3]])
		n := 1
		if slices.Contains(families, words[0]) {
			n = min(2, len(words))
		}
		if n == len(words) {
			give(m[0], m[1], words, strings.Fields(text[m[3]:m[1]]))
			continue
		}
		give(m[0], m[0]+len("zhida ")+len(strings.Join(words[:n], " ")), words[:n], nil) // the sentence goes on in small letters
	}
}

// led writes a sentence of the catalogue for the desk: commands in it are pages.
func led(text string, lang message.Lang) template.HTML {
	var b strings.Builder
	at := 0
	commands(text, func(from, to int, words, args []string) {
		b.WriteString(unled(text[at:from], lang))
		if p, ok := placeOf(words); ok {
			b.WriteString(string(p.link(args, lang)))
		} else {
			b.WriteString(template.HTMLEscapeString(text[from:to] + message.Word(lang, "（请技术人员办）")))
		}
		at = to
	})
	b.WriteString(unled(text[at:], lang))
	return template.HTML(b.String())
}

// placeOf finds the place of a command, by both its words or the first.
func placeOf(words []string) (place, bool) {
	p, ok := places[strings.Join(words, " ")]
	if !ok {
		p, ok = places[words[0]]
	}
	return p, ok
}

// link is the page by name, led to where the command says what it is about.
func (p place) link(args []string, lang message.Lang) template.HTML {
	of := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "--") {
		of = args[0]
	}
	name := message.Word(lang, p.page)
	if of != "" && strings.Contains(p.href, "{}") {
		name += " " + of
	}
	if p.part != "" {
		name += message.Word(lang, "：") + message.Word(lang, p.part)
	}
	name = "“" + name + "”"
	if strings.Contains(p.href, "{}") && of == "" {
		return template.HTML(template.HTMLEscapeString(name))
	}
	u := url.URL{Path: strings.ReplaceAll(p.href, "{}", of)}
	return template.HTML(`<a href="` + template.HTMLEscapeString(u.EscapedPath()) + `">` + template.HTMLEscapeString(name) + `</a>`)
}
