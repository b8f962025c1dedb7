package main

import "fmt"

// words is a language: zh or en.
type words string

// text is the sentence of a code with its arguments, which may come from outside and are made fit to print.
func (w words) text(code string, args ...any) string {
	s, ok := sentences[code]
	if !ok {
		panic("no sentence for " + code)
	}
	for i, a := range args {
		if number, ok := a.(int); ok {
			args[i] = number
			continue
		}
		args[i] = clean(fmt.Sprint(a))
	}
	return fmt.Sprintf(s[w.index()], args...)
}

func (w words) index() int {
	if w == "en" {
		return 1
	}
	return 0
}

// checkWords is what a check is called and what a failure of it means.
type checkWords struct{ name, established, meaning [2]string }

var checksWords = [lastCheck + 1]checkWords{
	1: {[2]string{"文件", "files"},
		[2]string{"%v 个文件与清单一致（字节数、SM3、SHA-256），没有多余的；清单由 %v 签名", "%v files agree with the manifest (bytes, SM3, SHA-256), none besides; the manifest is signed by %v"},
		[2]string{"文件在清单签名以后被动过、少了或多了，这个文件夹不能作为证据", "files were changed, lost or added after the manifest was signed: this folder is no evidence"}},
	2: {[2]string{"日志", "journal"},
		[2]string{"%v 条事件首尾相连，每条都由当时的密钥签名，共 %v 把密钥；末条摘要 %v", "%v events form one chain, each signed under the key of its time, %v keys in all; the digest of the last is %v"},
		[2]string{"日志里有一条被改、删、插过，或签名的人无权签，从这一条起日志不可信", "an event was changed, removed or inserted, or signed by somebody who may not: the journal is not to be believed from there on"}},
	3: {[2]string{"封签", "seal"},
		[2]string{"批次 %v 的每一行就是三人所签的：经办 %v、复核 %v、审批 %v", "the rows of batch %v are those that three people signed: maker %v, checker %v, approver %v"},
		[2]string{"现在的内容不是三人签过的内容，或签的人不对", "what is here is not what three people signed, or the wrong people signed"}},
	4: {[2]string{"树", "tree"},
		[2]string{"%v 片叶子合成封签里的根 %v，逐人与封签的行一致", "%v leaves give the root %[2]v of the seal, and each says what the sealed rows say"},
		[2]string{"有人的回执或公示与封签的发放数据不是一回事", "somebody's receipt or notice is not about what was sealed"}},
	5: {[2]string{"依据", "inputs"},
		[2]string{"%v 条数据、%v 份文件、%v 个其他批次都是日志所绑定的", "%v facts, %v documents and %v other batches are those that the journal binds"},
		[2]string{"算这一批所依据的数据或文件与当时记入日志的不同", "the data or documents that the batch rests on are not those that were recorded"}},
	6: {[2]string{"文号", "documents"},
		[2]string{"%v 行都有已采用并规定这一项的文件（共 %v 项规定）", "%v lines each name an adopted document that grants the item (%v grants)"},
		[2]string{"有人领了没有文件规定的钱", "somebody is paid what no document grants"}},
	7: {[2]string{"金额", "amounts"},
		[2]string{"%v 人、%v 行：应发减已发等于本次，应发减扣款等于实发加缓发减欠款，分毫不差；实发合计 %v 元", "%v people, %v lines: due less committed is paid, gross less deductions is pay plus held less owed, to the fen; pay is %v yuan"},
		[2]string{"账对不上：有多发、少发、重发或漏记", "the amounts do not add up: something is paid too much, too little, twice or not recorded"}},
	8: {[2]string{"银行文件", "bank files"},
		[2]string{"%v 个银行文件，%v 笔共 %v 元，每笔正好在一个文件里；文件本身%v", "%v bank files with %v payments of %v yuan, each payment in exactly one; the files themselves %v"},
		[2]string{"送银行的与审批的不是同样的付款", "what went to the bank is not what was approved"}},
	9: {[2]string{"资金", "funds"},
		[2]string{"%v 笔资金分录是日志所绑定的；审批时预留、导出时支出的与这一批相符", "%v postings are those that the journal binds; what was reserved at approval and sent at export is this batch"},
		[2]string{"资金账与这一批对不上", "the funds do not agree with the batch"}},
	10: {[2]string{"到账", "arrival"},
		[2]string{"银行答复：入账 %v 笔，退回 %v 笔，还没有答复 %v 笔；与资金账一致", "answers of the bank: %v credited, %v returned, %v without one; they agree with the funds"},
		[2]string{"到账情况与日志或资金账不符", "what arrived does not agree with the journal or the funds"}},
	11: {[2]string{"互相核对", "together"},
		[2]string{"%v 个文件夹的日志是同一条链，%v 个批次、%v 项应发里没有一项、一笔付了两次", "the journals of %v folders are one chain; in %v batches and %v obligations nothing is settled or paid twice"},
		[2]string{"这些文件夹互相矛盾，或同一项钱付了两次", "these folders contradict each other, or something was paid twice"}},
}

// sentences holds Chinese and English of every code.
var sentences = map[string][2]string{
	"usage.pin":         {"--pin 要 32 位小写十六进制的密钥号，例如 68907f530336d2e7e1dc340a2b592f5f；县局公布的是什么就填什么", "--pin takes a key id of 32 lower-case hex digits; give the one that the county has published"},
	"receipt.form":      {"这不是一张回执，或它被截断、改动过", "this is no receipt, or it was cut or changed"},
	"receipt.seal":      {"回执的封签是 %v，县里公布的是 %v：不是同一批，或封签被换过", "the receipt's seal is %v, the county has published %v: another batch, or the seal was replaced"},
	"receipt.signers":   {"封签要经办、复核、审批三个人、三把密钥各签一次，这里不是", "a seal takes the signatures of maker, checker and approver, three people with three keys; these are not"},
	"receipt.signature": {"%v 的签名对不上封签", "the signature of %v does not fit the seal"},
	"receipt.parts":     {"回执里的明细读不懂，或不是这一批的", "the particulars of the receipt cannot be read, or are not of this batch"},
	"receipt.path":      {"回执里的明细不在封签之下：内容被改过，或证明被换过", "the particulars are not under the seal: they were changed, or the proof was replaced"},
	"receipt.good":      {"%v 的这一行（批次 %v，实发 %v 元）在封签之下，第 %v 片叶，共 %v 片；签名：%v", "the row of %v (batch %v, %v yuan paid) is under the seal, leaf %v of %v; signed by %v"},
	"receipt.pinned":    {"封签和县里公布的相同：%v", "the seal is the one that the county has published: %v"},
	"receipt.unpinned":  {"封签 SM3：%v。请和墙上的公示表或县里公布的比一比（--seal）；没有比过，整张回执可能是另造的。", "SM3 of the seal: %v. Compare it with the notice on the wall or what the county has published (--seal); until then the whole receipt can have been made up."},
	"receipt.bad":       {"这张回执不能作证，请拿着它向县财政局核对。", "this receipt proves nothing; take it to the finance bureau."},
	"open.missing":      {"没有“%v”：请检查路径（%v）", "%v is not there: check the path (%v)"},
	"open.unreadable":   {"“%v”读不了，请确认是证据文件夹或它的 zip 并有权限读取：%v", "%v cannot be read; make sure that it is an evidence folder or its zip, and that you may read it: %v"},

	"files.not_a_file":         {"不是普通文件（符号链接、设备等），没有打开", "not a regular file (a symbolic link, a device); it was not opened"},
	"files.bad_path":           {"路径不能用：要在文件夹之内，用 / 分隔", "a path that cannot be used: it must stay within the folder and use /"},
	"files.twice_in_zip":       {"在 zip 里出现两次", "stands twice in the zip"},
	"files.too_much":           {"清单所列超过 64 GiB 或 20 万个文件，没有再读", "the manifest lists more than 64 GiB or 200,000 files; the rest was not read"},
	"files.unlisted":           {"清单里没有这个文件", "the manifest does not list this file"},
	"files.unknown":            {"证据的格式里没有这种文件", "the format of evidence knows no such file"},
	"files.nothing_names_it":   {"没有任何一条日志提到这个文件", "no event of the journal accounts for this file"},
	"files.missing":            {"清单列了，文件夹里没有", "listed in the manifest and not in the folder"},
	"files.needed":             {"需要这个文件，但它没有或没有列入清单，这一项核对不了", "this file is needed but missing or not listed, so this check cannot be made"},
	"files.unreadable":         {"读不了：%v", "cannot be read: %v"},
	"files.longer":             {"比清单所列的 %v 字节长", "longer than the %v bytes of the manifest"},
	"files.shorter":            {"清单列 %v 字节，实际 %v 字节", "the manifest says %v bytes, there are %v"},
	"files.changed":            {"内容与清单的两个摘要都不同", "its content has neither digest of the manifest"},
	"files.one_digest":         {"清单里 %v 的 %v 不是文件的摘要", "in the manifest the %[2]v of %[1]v is not that of the file"},
	"files.manifest_signature": {"清单的签名用末条日志时有效的任何一把密钥都验不过", "the signature of the manifest is good under no key that is valid at the last event"},

	"rows.no_newline": {"最后一行没有换行符", "the last line has no newline"},
	"rows.too_long":   {"一行超过 16 MiB", "a line is longer than 16 MiB"},
	"rows.not_utf8":   {"不是 UTF-8", "not UTF-8"},
	"rows.bad_escape": {"反斜杠后面的字符不对", "a backslash is followed by what no escape has"},
	"rows.fields":     {"这一行有 %v 栏，栏数不对", "this row has %v fields, which is not the number it must have"},
	"rows.malformed":  {"第 %v 栏的写法不合规定", "field %v is not written as the format asks"},
	"rows.order":      {"行的次序不对，或有重复", "rows are out of order, or one stands twice"},
	"values.differ":   {"%v 是“%v”，应为“%v”", "%v is \"%v\" and must be \"%v\""},

	"journal.position":        {"序号是 %v，应为 %v：中间少了、多了或换了一条", "position %v where %v must stand: an event was removed, inserted or moved"},
	"journal.time":            {"时间早于上一条", "its time is before that of the event before"},
	"journal.prev":            {"第 %v 条所记的上一条摘要与上一条不符", "event %v does not name the digest of the event before"},
	"journal.digest":          {"第 %v 条的摘要不是它内容的 SM3", "the digest of event %v is not the SM3 of its text"},
	"journal.signature":       {"第 %v 条没有 %v 的有效签名", "event %v has no good signature of %v"},
	"journal.first_signed":    {"第 1 条不该有签名或密钥", "event 1 must have neither signature nor key"},
	"journal.not_founded":     {"第 1 条不是建账（book.founded）", "event 1 is not book.founded"},
	"journal.no_admin":        {"第 2 条不是第一名管理员登记自己", "event 2 is not the first administrator's own actor.added"},
	"journal.unknown_actor":   {"第 %v 条的“%v”当时没有登记或已经注销", "event %v is by %v, who was not an actor then"},
	"journal.wrong_key":       {"第 %v 条：%v 用的密钥 %v 不是当时的密钥 %v", "event %v: %v signs with key %v, which is not the key of that time, %v"},
	"journal.not_admin":       {"第 %v 条改变人员，而“%v”不是管理员", "event %v changes actors, and %v is no administrator"},
	"journal.added_twice":     {"“%v”已经登记过", "%v is an actor already"},
	"journal.nobody":          {"没有叫“%v”的人员", "there is no actor named %v"},
	"journal.still_active":    {"“%v”的密钥还有效，不能换发", "the key of %v is still valid and cannot be replaced"},
	"journal.may_not_end":     {"第 %v 条停用密钥，而“%v”不是管理员、复核或审批", "event %v ends a key, and %v is neither administrator, checker nor approver"},
	"journal.alone":           {"第 %v 条：“%v”一个人改变人员，没有另一人确认", "event %v: %v alone changes actors, and nobody else confirmed it"},
	"journal.may_not_propose": {"第 %v 条提出改变人员，而“%v”没有权提出", "event %v proposes to change actors, which %v may not"},
	"journal.may_not_confirm": {"第 %v 条确认改变人员，而“%v”不是复核或审批", "event %v confirms a change of actors, and %v is neither checker nor approver"},
	"journal.one_replaces":    {"第 %v 条：“%v”停用的密钥由同一个人换发", "event %v: %v gives a new key for one that the same person ended"},
	"journal.rekeyed_other":   {"换发的密钥给了“%v”别的角色或别的自然人", "with the new key %v has other roles, or is another natural person"},
	"journal.no_natural":      {"“%v”没有 natural，不能排除是已有的人", "%v has no natural, so it cannot be excluded that they are somebody else of the book"},
	"journal.bad_key":         {"“%v”的公钥不是 SM2 曲线上的点", "the public key of %v is no point of the SM2 curve"},
	"journal.one_person":      {"“%v”与“%v”是同一个自然人（natural 相同）", "%v and %v are one natural person (the same natural)"},
	"journal.one_key":         {"“%v”与“%v”是同一把密钥", "%v and %v have one key"},
	"journal.no_proposal":     {"第 %v 条决定的提议“%v”不存在：要另一人先提出", "event %v decides proposal \"%v\", which does not exist: somebody else has to propose first"},
	"journal.decided_twice":   {"提议 %v 被决定了两次", "proposal %v is decided twice"},
	"journal.own_proposal":    {"第 %v 条：提议 %v 由提议人“%v”自己同意", "event %v: proposal %v is accepted by %v, who made it"},
	"keys.not_named":          {"日志里没有人用这把密钥", "no actor of the journal has this key"},
	"keys.differs":            {"不是日志里“%v”的公钥，或写法不同", "not the public key that the journal gives %v, or not in its one spelling"},
	"keys.missing":            {"少了“%v”的公钥", "the public key of %v is missing"},
	"trust.pin":               {"第一名管理员的密钥号是 %v，不是 --pin 给的 %v", "the first administrator's key id is %v and not %v as --pin says"},

	"about.form":           {"各行的名称或次序不合规定，第 %v 行", "its names or their order are not those of the format, line %v"},
	"seal.form":            {"封签文书的写法不合规定", "not the form of a seal"},
	"seal.no_event":        {"日志里没有批次的 %v 事件（%v）", "the journal has no event %v of batch %v"},
	"seal.one_person":      {"“%v”和“%v”是同一个人", "%v and %v are one person"},
	"seal.event_order":     {"%v 在 %v 之前", "%v comes before %v"},
	"seal.no_role":         {"“%v”当时没有 %v 的角色", "%v had not the role %v then"},
	"seal.signature":       {"不是“%v”对封签文书的有效签名", "no good signature of %v over the seal"},
	"seal.event_signature": {"日志里没有“%v”对批次 %v 封签文书的有效签名", "the journal has no good signature of %v over the seal of batch %v"},
	"seal.before_horizon":  {"%v 在数据截止位置 %v 之前", "%v is before the horizon %v"},
	"seal.sections":        {"不是批次摘要的写法", "not the form of a batch's digest"},
	"seal.not_sealed":      {"封签的摘要里没有这一部分", "the sealed digest has no such section"},
	"seal.cancelled":       {"这一批在第 %v 条作废了", "the batch was cancelled by event %v"},
	"seal.approved_twice":  {"批次 %v 审批了两次", "batch %v was approved twice"},

	"tree.stray":      {"人员 %v 没有结算行，却有叶子", "person %v has a leaf and no settlement"},
	"tree.twice":      {"人员 %v 有两片叶子", "person %v has two leaves"},
	"tree.no_salt":    {"人员 %v 的叶子没有按规定加盐", "the leaf of person %v is not salted as it must be"},
	"tree.salt_twice": {"人员 %v 的盐与别的叶子相同，凭它能把两片叶子对上", "the salt of person %v stands in another leaf, so the two can be told to belong together"},
	"tree.no_leaf":    {"人员 %v 没有叶子", "person %v has no leaf"},
	"tree.differs":    {"人员 %v 的叶子与封签的行不同：%v", "the leaf of person %v says something else than the sealed rows: %v"},

	"bound.missing":         {"第 %v 条日志绑定了行（%v），这里没有", "event %v binds rows (%v), and there are none here"},
	"bound.differs":         {"第 %v 条日志绑定的行（%v）与这里的不同", "the rows here are not those that event %v binds (%v)"},
	"bound.unbound":         {"这里有第 %v 条日志的行，而那一条没有绑定它们（%v）", "there are rows of event %v, which does not bind them (%v)"},
	"facts.known":           {"记入或失效的位置不在数据截止位置之内", "it became known or ended beyond the horizon"},
	"facts.one_person":      {"%v 要两个人确认，第 %v 条不是同意提议的决定", "%v takes two people, and event %v is no acceptance of a proposal"},
	"policies.not_accepted": {"第 %v 条不是采用文件的决定", "event %v is no acceptance of a document"},
	"documents.no_policy":   {"没有在第 %v 条采用的文件", "no document was adopted by event %v"},
	"documents.not_in_text": {"文件的正文里没有“%v”", "the text of the document does not have \"%v\""},
	"documents.not_adopted": {"这一行的文件（第 %v 条）没有采用过", "the document of this line (event %v) was never adopted"},
	"documents.not_granted": {"%v 没有规定 %v", "%v does not grant %v"},
	"documents.side":        {"%v 的 %v 是 %v，这一行是 %v", "%v has %v as %v, this line has it as %v"},
	"documents.channel":     {"%v 的 %v 走%v，这一批是%v", "%v pays %v by %v, this batch is %v"},
	"documents.withdrawn":   {"%v 在第 %v 条已经废止", "%v was withdrawn by event %v"},
	"documents.month":       {"%v 不管 %v（从 %v 到 %v）", "%v does not cover %v (from %v to %v)"},
	"batches.unknown":       {"日志里没有批次 %v", "the journal has no batch %v"},
	"batches.left_out":      {"日志里的批次 %v 没有列出", "batch %v of the journal is not listed"},

	"amounts.no_settlement":    {"人员 %v 没有结算行", "person %v has no settlement"},
	"amounts.paid_nobody":      {"第 %v 笔付给没有结算行的人员 %v", "payment %v goes to person %v, who has no settlement"},
	"amounts.not_positive":     {"第 %v 笔的金额不是正数", "payment %v is not of a positive amount"},
	"amounts.obligation_twice": {"同一项（%v %v）有两行，或次序不对", "an obligation (%v %v) has two lines, or they are out of order"},
	"amounts.cause":            {"原因“%v”不是当月，也不是数据截止位置以前的日志", "the cause \"%v\" is neither the month nor events up to the horizon"},
	"amounts.other_name":       {"姓名“%v”不是花名册里这个人的", "the roster does not give this person the name %v"},
	"amounts.other_account":    {"第 %v 笔付到 %v，登记过的本人、法院、继承人、监护人账户里没有它", "payment %v goes to %v, which no record gives as an account of the person, a court, an heir or a guardian"},
	"amounts.no_sentence":      {"没有第 %v 句说明", "there is no sentence %v"},
	"amounts.gross":            {"应发 %v 元，各行合计 %v 元", "gross is %v yuan, the lines add up to %v"},
	"amounts.deduction":        {"扣款 %v 元，各行合计 %v 元", "deductions are %v yuan, the lines add up to %v"},
	"amounts.owed":             {"欠款变动 %v 元，明细合计 %v 元", "owed is %v yuan, its entries add up to %v"},
	"amounts.pay":              {"实发 %v 元，各笔付款合计 %v 元", "pay is %v yuan, the payments add up to %v"},
	"amounts.balance":          {"应发减扣款是 %v 元，实发加缓发减欠款是 %v 元", "gross less deductions is %v yuan, pay plus held less owed is %v"},
	"amounts.line":             {"本行 %v 元，应为应发减已发 %v 元", "the line is %v yuan, due less committed is %v"},
	"amounts.committed":        {"已发 %v 元，以前各批合计 %v 元", "committed is %v yuan, the batches before add up to %v"},
	"amounts.portions":         {"按资金和单位分摊的 %v 合计 %v 元，应为 %v 元", "the portions' %v add up to %v yuan and must be %v"},

	"bank.not_exported":    {"有银行文件，却没有导出的事件", "there are bank files and no event of an export"},
	"bank.stray":           {"%v 不是本批的付款，或文件 %v 没有列出", "%v is no payment of the batch, or file %v is not listed"},
	"bank.twice":           {"付款 %v 在文件里出现两次", "payment %v stands in files twice"},
	"bank.left_out":        {"付款 %v 不在任何一个银行文件里", "payment %v is in no bank file"},
	"bank.no_file":         {"导出事件提到的文件 %v 没有列出", "file %v of the export is not listed"},
	"bank.number_of_files": {"导出了 %v 个文件，列出 %v 个", "%v files were exported, %v are listed"},
	"bank.not_in_folder":   {"--files 的文件夹里没有这个银行文件", "the folder of --files does not have this bank file"},
	"bank.changed":         {"这个银行文件与导出时的摘要不同", "this bank file has not the digests that it had when it left"},

	"postings.approval":    {"资金 %v 单位 %v 审批时预留 %v 元，应为 %v 元", "fund %v place %v: %v yuan were reserved at approval, it must be %v"},
	"postings.export":      {"资金 %v 单位 %v 导出时支出 %v 元，应为 %v 元", "fund %v place %v: %v yuan were sent at export, it must be %v"},
	"states.no_payment":    {"本批没有付款 %v", "the batch has no payment %v"},
	"states.before_export": {"付款 %v 在导出以前就是 %v", "payment %v is %v before the batch was exported"},
	"states.postings":      {"第 %v 条日志：付款状态为入账 %v 元、退回 %v 元，资金账为 %v 元、%v 元", "event %v: states say %v yuan credited and %v returned, postings %v and %v"},

	"erasure.nobody":      {"日志里没有销毁过 %v 号的数据，这里却只剩摘要", "no event of the journal erased person %v, of whom only digests are here"},
	"erasure.not_gone":    {"%v 号的数据已经销毁，这一行说的比销毁以后留下的多", "person %v was erased, and this row says more than an erasure leaves"},
	"erasure.not_decided": {"第 %v 条销毁了数据，而它不是审批人对销毁清单的同意", "event %v erased data, and it is no approver's acceptance of a destruction list"},
	"erasure.too_early":   {"%v 号的数据在第 %v 条销毁，而 %v 年的凭证那时还没有保存满 30 年", "person %v was erased by event %v, when vouchers of %v had not been kept for 30 years"},
	"together.erased":     {"批次 %[2]v 的 %[1]v 在销毁以后留下的，不是 %[3]v 里的行去掉已销毁的人", "what the erasure left of %v of batch %v is not what %v has but for the people erased"},

	"together.chains":              {"第 %v 条与 %v 里的不同：是两条链", "event %v is not that of %v: these are two chains"},
	"together.cancelled":           {"批次 %v 在第 %v 条作废了（见 %v 的日志）", "batch %v was cancelled by event %v (the journal of %v)"},
	"together.batches":             {"批次 %v 与 %v 里的不同", "batch %v is not that of %v"},
	"together.settled_twice":       {"人员 %v 的 %v %v 在批次 %v 和 %v 里各发了一次", "person %v: %v of %v is settled both by batch %v and by %v"},
	"together.paid_again_twice":    {"付款 %v 在批次 %v 和 %v 里各重发了一次", "payment %v is paid again both by batch %v and by %v"},
	"together.not_reissued":        {"付款 %v 在批次 %v 重发了，这里没有写", "payment %v is paid again by batch %v, and this does not say so"},
	"together.paid_again_more":     {"付款 %v 是 %v 元，重发了 %v 元", "payment %v was of %v yuan, %v were paid again"},
	"together.paid_again_credited": {"付款 %v 已经入账，又在批次 %v 重发", "payment %v was credited and is paid again by batch %v"},

	"say.folder":          {"%v：批次 %v，%v（%v）", "%v: batch %v, %v (%v)"},
	"say.rehearsal":       {"演练账本，不是真的发放", "a rehearsal book, not real pay"},
	"say.not_run":         {"没有核对完：前面的问题使它核对不了", "not completed: what is wrong above makes it impossible"},
	"say.line":            {"第 %v 行（字节 %v）", "line %v (byte %v)"},
	"say.more":            {"还有 %v 处没有列出", "%v more are not listed"},
	"say.means":           {"这意味着：%v。", "It means: %v."},
	"say.compared":        {"也比对过", "were compared too"},
	"say.not_compared":    {"没有比对（--files 给出所在文件夹就比对）", "were not compared (--files names their folder)"},
	"say.trust_pinned":    {"信任：第一名管理员 %v 的密钥号与 --pin 一致：%v。其余各人由日志里的管理员登记。", "Trust: the key id of the first administrator %v is the one of --pin: %v. Everybody else was entered by an administrator of the journal."},
	"say.trust_open":      {"信任：没有建立。第一名管理员 %v 的密钥号是 %v，请与县里当面公布的核对（--pin）；没有核对过，整个文件夹可能是另造的。", "Trust: none established. The key id of the first administrator %v is %v; compare it with what the county has published (--pin). Until then the whole folder may have been made up."},
	"say.trust_none":      {"信任：没有建立，日志里没有第一名管理员可以核对。", "Trust: none established; the journal shows no first administrator."},
	"say.person":          {"%v %v：密钥 %v，由 %v 在第 %v 条登记", "%v %v: key %v, entered by %v in event %v"},
	"say.rekeyed":         {"%v %v：密钥 %v，由 %v 在第 %v 条换发，请问明本人", "%v %v: key %v, replaced by %v in event %v; ask the person"},
	"say.own_pay":         {"注意：签封签的 %v 也在这一批的人员里", "Note: %v, who signed the seal, is among the people of this batch"},
	"say.erased":          {"注意：第 %v 条日志销毁了 %v 人的数据（%v），由 %v 提出、%v 同意", "Note: event %v erased the data of %v people (%v), proposed by %v and accepted by %v"},
	"say.erased_compared": {"；销毁以后留下的 %v 份内容与销毁以前的文件夹比对过，只少了已销毁的人", "; %v parts that erasures left were held against a folder from before, and lack nothing but the people erased"},
	"say.erased_facts":    {"已销毁的 %v 条数据只剩摘要；各批里有他们的结算行和付款行是销毁以后留下的，比的是销毁那一条日志所记的摘要", "Of %v erased facts only digests are left; settlements and payments of batches with the people erased are what remains, held against the digests that the erasing event names"},
	"say.erased_here":     {"本批里有其中 %v 人：行、分摊、金额与别人一样查过；姓名、状态、账户和叶子里的话没有了，第 3、4、7 项在这几样上凭的是签销毁清单的两个人。有销毁以前的文件夹，请放在一起核对", "Among the people of this batch %v were erased. Their lines, portions and amounts were checked like everybody's; their names, states, accounts and the words of their leaves are gone, and in these checks 3, 4 and 7 rest on the two who signed the destruction list. Give a folder from before as well where there is one"},
	"say.erased_lines":    {"已销毁的人里有账本以前付过的，他们 %v 行的已发没有核对", "What was paid before the book was erased too, so the committed amount of %v lines was not checked"},
	"say.silent":          {"注意：导出以后另有 %v 条日志改变了付款状态，这里没有它们的行；应当只涉及别的批次，单凭这个文件夹证明不了", "Note: %v more events after the export changed payments, and none of their rows is here; they should be about other batches only, which this folder alone cannot prove"},
	"say.limits":          {"不能由文件夹证明的：数据本身是否真实，密钥背后是谁，末条日志以后是否还有事件，以及管理员是否用别的身份证号给同一个人登记了两个名字。README.txt 的文字没有核对。", "What no folder can prove: that the facts are true, who is behind a key, that nothing follows the last event, and that an administrator did not enter one person twice under another ID number. The words of README.txt were not checked."},
	"say.together":        {"各文件夹之间", "The folders together"},
	"say.good":            {"结论：没有发现问题。", "Result: nothing wrong was found."},
	"say.bad":             {"结论：发现问题，见 ✗。", "Result: something is wrong, see ✗."},
}
