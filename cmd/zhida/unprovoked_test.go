package main

// excuse says why no script shows an error, and the package whose tests do, if any.
type excuse struct {
	both
	tests string
}

func because(zh, en string) excuse { return excuse{both: both{zh, en}} }

// testedIn is for what takes a file, a layout or a document made for it: the tests of the package do.
func testedIn(dir string) excuse {
	return excuse{both{"要有特意做的文件、版式或数据才会出现，" + dir + " 的测试里有。", "It takes a file, a layout or data made for it, as in the tests of " + dir + "."}, dir}
}

var (
	damaged    = because("程序写完文件立刻读回比对，只有磁盘当场写坏了才会出现。", "A file is read back at once; only a disk that damages it in between brings this about.")
	disk       = because("要有坏的磁盘或者没有权限的文件夹。", "It takes a failing disk or a folder without permissions.")
	bug        = because("前面的检查都拦住了，只有程序自己出错才会出现：它是最后一道核对。", "Earlier checks catch it; only a fault of the program itself gets here.")
	race       = because("要两个人恰好同时办同一件事。", "It takes two people doing the same thing at the same moment.")
	older      = because("要由另一个版本的程序写过这个账本或文件。", "It takes a book or a file that another version of the program has written.")
	years      = because("数据保存三十年以后才会出现。", "It takes data whose thirty years are over.")
	postgres   = because("只有 PostgreSQL 上的账本才会出现。", "Only books on PostgreSQL can do this.")
	atTerminal = because("要有人在终端前回答或者打断。", "It takes somebody at a terminal who answers or interrupts.")
	clock      = because("要机器的时钟走快一个半月以上，又没有时间服务器。", "It takes a machine whose clock is six weeks ahead and has no time server.")
	edited     = because("账本或证据被程序以外的手改过才会出现。", "Only a book or evidence edited behind the program's back shows this.")
	ownProgram = because("要有人用自己改过的程序签名：本程序不让同一个人用两个名字办两步。", "It takes somebody who signs with a program of their own: this one lets nobody act twice under two names.")
)

// unprovoked lists the errors that no script shows, and why.
var unprovoked = map[string]excuse{
	"actor.same_root":         testedIn("payroll"),
	"audit.checks":            bug,
	"auditreport.unknown":     bug,
	"backup.prune":            disk,
	"bank.amount":             bug,
	"bank.card":               bug,
	"bank.differs":            damaged,
	"bank.empty":              testedIn("exporters/bankfile"),
	"bank.few_rows":           testedIn("exporters/bankfile"),
	"bank.file_name":          testedIn("exporters/bankfile"),
	"bank.holder":             bug,
	"bank.no_id":              bug,
	"bank.no_rows":            bug,
	"bank.no_setting":         testedIn("exporters/bankfile"),
	"bank.own_bank":           testedIn("exporters/bankfile"),
	"bank.private":            testedIn("exporters/bankfile"),
	"bank.read_container":     damaged,
	"bank.read_encoding":      damaged,
	"bank.read_ending":        damaged,
	"bank.read_field":         damaged,
	"bank.read_line":          damaged,
	"bank.read_short":         damaged,
	"bank.read_sums":          damaged,
	"bank.read_twice":         damaged,
	"bank.setting":            testedIn("exporters/bankfile"),
	"bank.spaces":             testedIn("exporters/bankfile"),
	"bank.template":           testedIn("exporters/bankfile"),
	"bank.totals":             bug,
	"bank.unreadable":         damaged,
	"bank.whole_yuan":         testedIn("exporters/bankfile"),
	"batch.no_seal":           older,
	"batch.program_cause":     bug,
	"batch.raced":             race,
	"batch.recompute_differs": bug,
	"batch.rules_version":     older,
	"book.cannot_create":      disk,
	"book.unfinished":         older,
	"book.unreachable":        postgres,
	"book.which_county":       postgres,
	"cli.internal":            bug,
	"cli.interrupted":         atTerminal,
	"copy.county":             testedIn("payroll/store"),
	"copy.differs":            damaged,
	"demo.paid_twice":         bug,
	"desk.changed":            testedIn("cmd/zhida/internal/desk"),
	"desk.crowded":            testedIn("cmd/zhida/internal/desk"),
	"desk.elsewhere":          testedIn("cmd/zhida/internal/desk"),
	"desk.failed":             testedIn("cmd/zhida/internal/desk"),
	"desk.files":              testedIn("cmd/zhida/internal/desk"),
	"desk.form_broken":        testedIn("cmd/zhida/internal/desk"),
	"desk.form_outdated":      testedIn("cmd/zhida/internal/desk"),
	"desk.host":               testedIn("cmd/zhida/internal/desk"),
	"desk.month_open":         testedIn("cmd/zhida/internal/desk"),
	"desk.no_file":            testedIn("cmd/zhida/internal/desk"),
	"desk.no_page":            testedIn("cmd/zhida/internal/desk"),
	"desk.not_yours":          testedIn("cmd/zhida/internal/desk"),
	"desk.sign_in":            testedIn("cmd/zhida/internal/desk"),
	"desk.too_large":          testedIn("cmd/zhida/internal/desk"),
	"desk.two_passphrases":    testedIn("cmd/zhida/internal/desk"),
	"desk.wait":               testedIn("cmd/zhida/internal/desk"),
	"desk.wait_numbers":       testedIn("cmd/zhida/internal/desk"),
	"desk.wrong":              testedIn("cmd/zhida/internal/desk"),
	"desk.wrong_passphrase":   testedIn("cmd/zhida/internal/desk"),
	"dossier.nothing":         bug,
	"export.changed":          disk,
	"export.differs":          damaged,
	"export.name":             bug,
	"export.no_institution":   bug,
	"export.taken":            race,
	"export.totals":           bug,
	"file.unreadable":         disk,
	"fsck.anchor":             edited,
	"fsck.closing":            edited,
	"fsck.erased":             years,
	"fsck.no_batch":           edited,
	"fsck.no_event":           edited,
	"fsck.alone":              ownProgram,
	"fsck.one_person":         ownProgram,
	"fsck.other_person":       ownProgram,
	"fsck.other":              edited,
	"fsck.recompute":          edited,
	"fund.gap":                testedIn("cmd/zhida/internal/app"),
	"fund.negative":           edited,
	"fund.order":              testedIn("cmd/zhida/internal/app"),
	"fund.spent":              testedIn("cmd/zhida/internal/app"),
	"fund.statement":          testedIn("cmd/zhida/internal/app"),
	"fund.totals":             edited,
	"fund.unexplained":        edited,
	"fund.voucher":            testedIn("cmd/zhida/internal/app"),
	"fund.year_done":          testedIn("cmd/zhida/internal/app"),
	"import.not_confirmed":    testedIn("cmd/zhida/internal/app"),
	"import.too_many":         testedIn("importers"),
	"journal.clock_ahead":     clock,
	"owed.unbalanced":         edited,
	"proposal.kind":           bug,
	"receipt.erased":          years,
	"reissue.open":            testedIn("cmd/zhida/internal/app"),
	"returns.choose":          testedIn("cmd/zhida/internal/desk"),
	"returns.none_failed":     testedIn("cmd/zhida/internal/app"),
	"returns.not_shown":       testedIn("cmd/zhida/internal/app"),
	"returns.rest_credit":     testedIn("cmd/zhida/internal/app"),
	"returns.sent_differs":    testedIn("cmd/zhida/internal/app"),
	"returns.too_large":       testedIn("importers/returns"),
	"returns.unknown_message": testedIn("cmd/zhida/internal/app"),
	"rules.date":              bug,
	"rules.failed":            bug,
	"rules.formula_failed":    bug,
	"rules.no_policy":         testedIn("rules"),
	"run.busy":                race,
	"run.no_policy":           testedIn("cmd/zhida"),
	"run.overtaken":           race,
	"run.raced":               race,
	"sheet.not_converted":     testedIn("cmd/zhida/internal/app"),
	"sheet.old_format":        testedIn("importers/sheet"),
	"statement.several":       testedIn("cmd/zhida/internal/app"),
	"statement.taken":         testedIn("cmd/zhida/internal/app"),
	"store.busy":              race,
	"store.conflict":          race,
	"store.gap":               edited,
	"store.not_found":         bug,
	"store.readonly":          disk,
	"store.unsound":           disk,
	"value.wrong":             bug,
	"workbook.character":      testedIn("exporters/workbook"),
	"workbook.columns":        testedIn("exporters/workbook"),
	"workbook.long":           testedIn("exporters/workbook"),
	"workbook.person":         bug,
	"workbook.place":          bug,
	"workbook.unknown":        bug,
}
