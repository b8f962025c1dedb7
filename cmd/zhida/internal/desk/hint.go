package desk

import (
	"cmp"
	"html/template"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"zhida/rules/message"
)

// The catalogue says what to do next as commands. Who works at the desk types none: here a command becomes the page on which it is done, and
// what has no page becomes a thing for the technician.

// place is where a command is done at the desk: the address as the table of routes has it, whose places stand for what the command
// names, the page's name, and the button or part of it.
type place struct{ href, page, part string }

// places are by command; one with both its words goes before its first alone.
var places = map[string]place{
	"actor add": {"/actors", "人员和密钥", ""}, "actor list": {"/actors", "人员和密钥", ""}, "actor remove": {"/actors", "人员和密钥", "停用密钥"},
	"batch answer": {"/batch/{month}/{seq}/findings", "审核事项", ""}, "batch approve": {"/batch/{month}/{seq}", "批次", "审批"}, "batch cancel": {"/batch/{month}/{seq}", "批次", "作废"}, "batch findings": {"/batch/{month}/{seq}/findings", "审核事项", ""},
	"batch lines": {"/batch/{month}/{seq}/lines", "批次明细", ""}, "batch list": {"/month", "本月", ""}, "batch reject": {"/batch/{month}/{seq}", "批次", "退回经办"}, "batch show": {"/batch/{month}/{seq}", "批次", ""}, "batch submit": {"/batch/{month}/{seq}", "批次", "提交"},
	"batch recompute": {"/batch/{month}/{seq}/proof", "核验和证据", ""}, "evidence": {"/batch/{month}/{seq}/proof", "核验和证据", ""},
	"explain": {"/search", "查找", ""}, "export": {"/batch/{month}/{seq}", "批次", "导出银行文件"},
	"fund close": {"/funds", "资金", "关账"}, "fund match": {"/statement", "对账单", "人工对账"}, "fund reopen": {"/funds", "资金", "重开关账"}, "fund show": {"/funds", "资金", ""}, "fund statement": {"/statement", "对账单", ""},
	"import": {"/import", "导入表格", ""}, "payments": {"/payments", "支付台账", ""}, "paysheet": {"/batch/{month}/{seq}", "批次", "发放表"},
	"policy adopt": {"/policies", "政策文件", "提出采用一个文件"}, "policy list": {"/policies", "政策文件", ""},
	"proposal accept": {"/proposals/{position}", "待确认的事项", "确认"}, "proposal list": {"/proposals", "待确认的事项", ""}, "proposal show": {"/proposals/{position}", "待确认的事项", ""},
	"policy diff": {"/policies", "政策文件", ""}, "policy show": {"/policies", "政策文件", ""}, "policy try": {"/policies", "政策文件", ""},
	"reissue": {"/payments", "支付台账", "重发退票"},
	"rerun":   {"/month", "本月", ""}, "returns list": {"/payments", "支付台账", "回盘里没有对上的行"}, "returns resolve": {"/payments", "支付台账", "落实"}, "roster": {"/roster", "花名册", ""}, "run": {"/month", "本月", ""}, "settings set": {"/settings", "设置", ""}, "settings show": {"/settings", "设置", ""},
	"status": {"/month", "本月", ""}, "template": {"/import", "导入表格", ""},
}

// fields are the options of commands that a form of the desk has as a field, by its label.
var fields = map[string]string{
	"--accept-good": "只收没有问题的行，并记入日志", "--account": "对账单是哪个专户的", "--bank": "回盘是哪家银行的", "--batch": "回盘是哪个批次的", "--confirm": "行数,合计（.xls 和 .et 要核对）",
	"--document": "文号", "--dry-run": "先试一遍，不入账", "--from": "表里没有生效日期的，从哪一天起算", "--id-file": "身份证号", "--map": "认不出来的列，每行写一个：列名=栏目名", "--old-cards": "旧卡为什么还能收款",
	"--reason": "依据或理由", "--role": "角色", "--same-account": "仍付原账户的理由", "--sheet": "工作表名", "--unmask": "审计通知书文号",
}

// fieldsOf are those that are another field in the sentences of a code.
var fieldsOf = map[string]map[string]string{
	"audit.months":    {"--from": "起始月份", "--to": "终止月份"},
	"trial.months":    {"--from": "起始月份", "--to": "终止月份"},
	"statement.taken": {"--to": "对上的文号、文件或支付；不是账上的，写明是什么"},
	"statement.what":  {"--to": "对上的文号、文件或支付；不是账上的，写明是什么"},
}

var option = regexp.MustCompile(`--([a-z-]+)`)

// unled is the text between commands: an option that stands alone is a field of the page, and one that no page has is for the technician.
func unled(text, code string, lang message.Lang) string {
	return template.HTMLEscapeString(option.ReplaceAllStringFunc(text, func(o string) string {
		if label := cmp.Or(fieldsOf[code][o], fields[o]); label != "" {
			return "“" + message.Word(lang, label) + "”"
		}
		return message.Word(lang, "命令行选项") + " " + strings.Trim(o, "-") + message.Word(lang, "（请技术人员办）")
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

// places of an address that a command fills: one thing that it names.
var named = regexp.MustCompile(`\{.*\}`)

// led writes a sentence of the catalogue for the desk, of the code where one is known: commands in it are pages, and those that the
// visitor may open are led to.
func led(text, code string, lang message.Lang, may func(path string) bool) template.HTML {
	var b strings.Builder
	at := 0
	commands(text, func(from, to int, words, args []string) {
		b.WriteString(unled(text[at:from], code, lang))
		if p, ok := placeOf(words); ok {
			b.WriteString(string(p.link(args, lang, may)))
		} else {
			b.WriteString(template.HTMLEscapeString("zhida " + strings.Join(words, " ") + message.Word(lang, "（请技术人员办）")))
		}
		at = to
	})
	b.WriteString(unled(text[at:], code, lang))
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
func (p place) link(args []string, lang message.Lang, may func(path string) bool) template.HTML {
	of := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "--") {
		of = args[0]
	}
	name := message.Word(lang, p.page)
	takes := named.MatchString(p.href)
	if of != "" && takes {
		name += " " + of
	}
	if p.part != "" {
		name += message.Word(lang, "：") + message.Deed(lang, p.part)
	}
	name = "“" + name + "”"
	if takes && of == "" || !may(p.href) {
		return template.HTML(template.HTMLEscapeString(name))
	}
	u := url.URL{Path: named.ReplaceAllLiteralString(p.href, of)}
	return template.HTML(`<a href="` + template.HTMLEscapeString(u.EscapedPath()) + `">` + template.HTMLEscapeString(name) + `</a>`)
}
