package message

// phrases are what the program puts together in Chinese with names and numbers, and keeps or shows so: Said takes them apart again. The
// first that fits is taken, so that the more exact stand first.
var phrases = [][2]string{
	// Causes of differences, and why a bank's row was not applied.
	{"导入“{0}”", "import of “{0}”"},
	{"采用{0}", "{0} adopted"},
	{"撤回{0}", "{0} withdrawn"},
	{"日志第{0}条", "journal {0}"},
	{"{0}新施行", "{0} came into force"},
	{"{0}已失效", "{0} is no longer in force"},
	{"{0}改为{1}", "{1} in place of {0}"},
	{"{0}在上月批次以后采用", "{0} adopted after the batch of last month"},
	{"批次 {0} 没有付给这个账号的款项", "batch {0} has no payment to this account"},
	{"银行的日期 {0} 早于付出的日期 {1}", "the bank's date {0} is before the day of payment {1}"},
	{"金额与所付的 {0} 元不符", "the amount is not the {0} yuan that were paid"},
	{"户名“{0}”与所付的“{1}”不符", "the holder “{0}” is not the “{1}” who was paid"},
	{"收回人员 {0} 的待扣款 {1}", "repaid by person {0}: {1}"},
	{"核销人员 {0} 的待扣款 {1}", "written off for person {0}: {1}"},
	{"{0} 元", "{0} yuan"},
	{"作废批次 {0}", "void batch {0}"},
	{"销毁 {0} 人的数据", "erase the data of {0} people"},

	// What a document says: subjects of its statements, and the fixed values.
	{"项目“{0}”（{1}）", "item “{0}” ({1})"},
	{"项目“{0}”", "item “{0}”"},
	{"条件“{0}”", "condition “{0}”"},
	{"停发“{0}”", "stop “{0}”"},
	{"计入“{0}”", "counts into “{0}”"},
	{"核对“{0}”要求", "rule “{0}” requires"},
	{"核对“{0}”否则", "rule “{0}”, otherwise"},
	{"核对“{0}”{1}", "rule “{0}” {1}"},
	{"表“{0}”出处", "table “{0}”, source"},
	{"表“{0}”留空", "table “{0}”, gaps"},
	{"表“{0}”来自", "table “{0}”, from the sheet"},
	{"表“{0}”的键", "table “{0}”, keys"},
	{"表“{0}”的值", "table “{0}”, values"},
	{"表“{0}”", "table “{0}”"},
	{"名称式 {0}", "name {0}"},
	{"第{0}条", "no. {0}"},
	{"摘要 {0}", "digest {0}"},
	{"每月计，在 {0} 月发，含当月：{1}", "counted monthly, paid in months {0}, the month itself included: {1}"},
	{"每{0}个月的，在 {1} 月发", "each for {0} months, paid in months {1}"},
	{"一次，{0}", "once, {0}"},
	{"从 {0} 起", "from {0} on"},
	{"这个账号有几笔同样金额的款项（{0}），说不清是哪一笔，请用 --batch 写明批次再导", "several payments of this amount went to the account ({0}): say which batch with --batch, and bring the file in again"},
}

// wordsOfStatements are the fixed words of policy files, and others that the program keeps in Chinese.
var wordsOfStatements = map[string]string{
	"发文机关": "issued by", "印发日期": "issued on", "施行": "in force from", "失效": "until", "补发对象": "arrears for",
	"扣回每月最多": "recovered a month, at most", "扣回至少留": "recovery leaves at least", "公示的内容": "public notice shows", "公示遮盖": "public notice masks", "公示天数": "days of public notice",
	"先公示后发放": "notice before payment", "由本文件规定": "granted by this document", "顺序": "order", "方向": "side", "条件的先后": "order of conditions",
	"停发的先后": "order of stops", "封顶": "cap", "合计封顶": "cap of several", "分配的总额": "pool: total", "分配的分组": "pool: group", "分配的份额": "pool: share", "超出": "beyond the cap", "余数": "remainder of the pool",
	"多职": "several posts", "任职口径": "service", "计月": "months", "零头": "remainder", "截至日期": "until the day", "到任当月": "month of arrival", "离任当月": "month of leaving",
	"去世当月": "month of death", "变动当月": "month of a change", "舍入": "rounding", "分组": "group", "同组": "peers", "计入项目": "items counted", "含领取人": "recipients included", "平均": "average",
	"平均舍入": "rounding of the average", "每个": "for each",

	"按任职": "the post", "按人员": "the person", "按去世": "the death", "就高": "the highest", "全月": "the whole month", "不发": "nothing", "按日": "by days", "首日": "the first day", "末日": "the last day",
	"起止月都算": "first and last month count", "只算整月": "whole months only", "按日累计": "days added up", "舍去": "down", "进一": "up", "四舍五入": "half up", "月末": "end of the month", "上月末": "end of the month before",
	"须认定": "recognised only", "不限": "any", "冻结": "frozen", "重算": "resettled", "否": "no", "仅在册": "those on the roster", "留存": "kept", "再分": "shared again", "分尽": "shared to the last fen",
	"四舍五入到分": "half up to the fen", "四舍五入到角": "half up to ten fen", "四舍五入到元": "half up to the yuan", "舍去到分": "down to the fen", "舍去到角": "down to ten fen", "舍去到元": "down to the yuan",
	"进位到分": "up to the fen", "进位到角": "up to ten fen", "进位到元": "up to the yuan", "每月": "each month", "不符合": "not met", "为零": "zero", "拒绝": "refused", "涉及": "touching the month", "满月": "the whole month", "次月起": "from the next month", "次年": "the next year",

	"当月应发": "due for the month", "更正已发月份": "paid months corrected", "以前月份补扣": "earlier months, paid or taken along", "待扣回增减": "to be recovered, more or less",
	"当月发放": "pay of the month", "该月计算时没有应发的，本次补发": "was not due when the month was computed, and is paid now", "该月没有算过，本次一并发放": "the month was not computed, and is paid along",
	"按文件到期一起发放": "paid together when the document says", "以前应发不足，本次补扣": "pay was too small before, and is taken now", "没有事实或文件能解释这一差额": "no fact or document explains the difference",
	"有了收款账户": "there is an account now", "登记了继承人、代领人": "heirs or a recipient were named", "上月新缓发的，本月没有新的": "held anew last month, nothing new this month", "上月补发了缓发的，本月没有": "what was held was paid last month, nothing this month",
	"上月新增或扣回的，本月没有": "made or recovered last month, nothing this month",
	"没有付给这个账号的款项":   "nothing was paid to this account", "是另一批次的款项": "belongs to another batch", "同一笔在文件里说了两次，说法不同": "the file has the payment twice, with two outcomes",
	"这个账号有几笔同样金额的款项，说不清是哪一笔，请用 --batch 写明批次再导": "several payments of this amount went to the account: say which batch, and bring the file in again", "失败清单里列了这一笔，却没有写明结果": "it stands in the list of failures without an outcome",
	"这笔已经重发，银行现在说已入账：可能付了两次，请向银行追回一笔": "it was paid again, and now the bank says it was credited: it may have been paid twice, ask the bank for one of them back",
	"没有资金流动": "no money went", "答复审核事项": "findings answered", "退回": "sent back", "登记盖章件": "stamped paper registered", "开始导出": "export begun", "登记操作人员": "register an actor", "新增": "new", "修改": "changed", "资金流向": "How the money went", "财政": "finance bureau", "调出乡镇": "township left",

	"中国工商银行": "Industrial and Commercial Bank of China", "中国农业银行": "Agricultural Bank of China", "中国银行": "Bank of China", "中国建设银行": "China Construction Bank", "交通银行": "Bank of Communications",
	"中国邮政储蓄银行": "Postal Savings Bank of China", "招商银行": "China Merchants Bank", "中国光大银行": "China Everbright Bank", "中信银行": "China CITIC Bank", "中国民生银行": "China Minsheng Bank", "兴业银行": "Industrial Bank",
	"华夏银行": "Hua Xia Bank", "平安银行": "Ping An Bank", "上海浦东发展银行": "Shanghai Pudong Development Bank", "国家开发银行": "China Development Bank",
}
