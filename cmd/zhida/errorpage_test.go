package main

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"zhida/rules/message"
)

var errorPages = map[message.Lang]string{message.Chinese: "../../docs/errors.md", message.English: "../../docs/errors.en.md"}

// both is a text in the two languages of the pages.
type both struct{ zh, en string }

func (b both) in(lang message.Lang) string {
	if lang == message.English {
		return b.en
	}
	return b.zh
}

// areas are the titles of the pages' chapters, by the first part of a code.
var areas = map[string]both{
	"actor":       {"操作人员", "Actors"},
	"archive":     {"归档", "Archive"},
	"attach":      {"盖章的表", "Stamped sheets"},
	"audit":       {"审计数据", "Audit data"},
	"auditreport": {"审计报告", "Audit report"},
	"backup":      {"备份", "Backups"},
	"bank":        {"银行文件", "Bank files"},
	"batch":       {"批次", "Batches"},
	"book":        {"账本", "The book"},
	"budget":      {"测算", "Budget"},
	"card":        {"银行账号", "Account numbers"},
	"census":      {"资格认证", "Yearly verification"},
	"change":      {"变动表", "Sheets of changes"},
	"cli":         {"命令行", "Command line"},
	"clock":       {"演练的时钟", "Clock of a rehearsal"},
	"copy":        {"副本", "Copies"},
	"demo":        {"演示", "Demo"},
	"doctor":      {"体检", "Doctor"},
	"dossier":     {"档案", "Dossiers"},
	"election":    {"换届", "Elections"},
	"erase":       {"销毁", "Erasure"},
	"evidence":    {"证据", "Evidence"},
	"export":      {"导出", "Export"},
	"file":        {"文件", "Files"},
	"finding":     {"审核事项", "Findings"},
	"fsck":        {"账本检查", "Health of the book"},
	"fund":        {"资金", "Funds"},
	"headings":    {"列名", "Headings"},
	"id":          {"身份证号", "Resident IDs"},
	"import":      {"导入", "Import"},
	"init":        {"建账本", "A new book"},
	"journal":     {"日志", "Journal"},
	"key":         {"密钥", "Keys"},
	"layout":      {"银行版式", "Bank layouts"},
	"money":       {"金额", "Amounts"},
	"notice":      {"公示", "Public notices"},
	"order":       {"委托单", "Payment orders"},
	"owed":        {"待扣款", "Receivables"},
	"payment":     {"支付", "Payments"},
	"payroll":     {"办理", "Steps"},
	"payslip":     {"工资条", "Payslips"},
	"person":      {"人员", "Persons"},
	"policy":      {"政策文件", "Policies"},
	"proposal":    {"要确认的事项", "Proposals"},
	"receipt":     {"回执", "Receipts"},
	"reissue":     {"重发", "Paying again"},
	"restore":     {"恢复", "Restoring"},
	"returns":     {"银行回盘", "Answers of banks"},
	"roster":      {"花名册比对", "Rosters compared"},
	"rules":       {"计算", "Computation"},
	"run":         {"算一个月", "Running a month"},
	"schedule":    {"发放日历", "Pay calendar"},
	"sendback":    {"退回单", "Sending back"},
	"serve":       {"守护进程", "Daemon"},
	"settings":    {"设置", "Settings"},
	"settle":      {"缓发和不付的原因", "Why somebody is not paid"},
	"sheet":       {"表格文件", "Spreadsheet files"},
	"statement":   {"对账单", "Bank statements"},
	"store":       {"数据库", "Database"},
	"table":       {"政策文件的表格", "Tables of policies"},
	"trial":       {"试算", "Trials"},
	"value":       {"单元格的内容", "Cells"},
	"workbook":    {"工作簿", "Workbooks"},
	"yaml":        {"YAML 的写法", "YAML"},
}

var exits = []both{
	{"完成", "done"}, {"内部错误", "internal error"}, {"用法不对", "wrong usage"}, {"有行或人被拒绝", "rows or persons refused"}, {"没有找到", "not found"},
	{"状态不对", "wrong state"}, {"没有权限", "not permitted"}, {"检查不通过", "a check failed"}, {"正忙", "busy"}, {"被中断", "interrupted"},
}

var (
	pageHead = both{`# 出错信息

每条出错信息后面的括号里是它的代码，例如（cli.month）。句子会越写越清楚，代码不变：问技术人员、查这一页、写脚本，都用代码。
加 ` + "`--json`" + ` 时，出错信息也是 JSON，写在标准错误里：` + "`code`、`exit`、`text`、`hint`" + `，读文件时还有 ` + "`problems`" + `，一处一项，见[给程序读的输出](json.md#标准错误)。

例子是真的：每个例子都由 testdata/script 里的一份脚本运行出来，“桃源县/”是样例县的文件夹，“某日”“某时”是运行脚本的时候。这一页由程序的词典和这些脚本生成，不用手改。

| 退出码 | 意思 |
|---|---|
`, `# Errors

Behind every error stands its code in parentheses, such as (cli.month). Sentences get clearer, codes stay: ask a technician, search
this page and write scripts by the code. With ` + "`--json`" + ` an error is JSON too, on standard error: ` + "`code`, `exit`, `text`, `hint`" + `
and, where a file was read, ` + "`problems`" + `, one for each place: [output for programs](json.en.md#standard-error).

The examples are real: each is what a script in testdata/script prints, where 桃源县/ is the folder of the sample county and 某日 某时 the moment at which it ran. The page is
made from the program's catalogue and these scripts, not by hand. An example that stands among results is in the script's language, Chinese.

| exit code | meaning |
|---|---|
`}
	pageExit   = both{"退出码 %d（%s）。", "Exit code %d, %s."}
	pageScript = both{"脚本：", "Script: "}
	pageNone   = both{"没有例子：", "No example: "}
)

// argument is the place of an argument in a sentence, with the line break that stands before
// an excerpt of a file.
var argument = regexp.MustCompile(`\n?\{\d\}`)

// errorPage lists every error of the catalogue by area, with its example.
func errorPage(lang message.Lang, list []example) []byte {
	var p, body bytes.Buffer
	p.WriteString(pageHead.in(lang))
	for i, x := range exits {
		fmt.Fprintf(&p, "| %d | %s |\n", i, x.in(lang))
	}
	p.WriteString("\n")
	area := ""
	for _, e := range message.Entries() {
		if e.Exit == message.ExitDone {
			continue
		}
		if a, _, _ := strings.Cut(e.Code, "."); a != area {
			area = a
			title := areas[a].in(lang)
			fmt.Fprintf(&p, "- [%s](#%s)\n", title, strings.ReplaceAll(strings.ToLower(title), " ", "-"))
			fmt.Fprintf(&body, "\n## %s\n", title)
		}
		fmt.Fprintf(&body, "\n### %s\n\n", e.Code)
		text, hint := e.Zh, e.ZhHint
		if lang == message.English {
			text, hint = e.En, e.EnHint
		}
		text, hint = argument.ReplaceAllString(text, "…"), argument.ReplaceAllString(hint, "…")
		fmt.Fprintf(&body, "**%s**", text)
		if hint != "" {
			fmt.Fprintf(&body, "  \n→ %s", hint)
		}
		fmt.Fprintf(&body, "  \n"+pageExit.in(lang)+"\n\n", e.Exit, exits[e.Exit].in(lang))
		if x, ok := find(list, e.Code); ok {
			printed := x.Chinese
			if lang == message.English && x.English != "" {
				printed = x.English
			}
			fmt.Fprintf(&body, "```\n$ %s\n%s\n```\n\n%s[%s](../testdata/script/%s.txtar)\n", x.Command, printed, pageScript.in(lang), x.Script, x.Script)
		} else {
			fmt.Fprintf(&body, "%s%s\n", pageNone.in(lang), unprovoked[e.Code].in(lang))
		}
	}
	p.Write(body.Bytes())
	return p.Bytes()
}
