package bank

// Cause is why a row was not credited, by the normal names of causes.
type Cause string

const (
	NameMismatch        Cause = "NAME_MISMATCH"
	NoAccount           Cause = "NO_ACCOUNT"
	Closed              Cause = "CLOSED"
	Frozen              Cause = "FROZEN"
	Dormant             Cause = "DORMANT"
	NotSettlement       Cause = "NOT_SETTLEMENT"
	Lost                Cause = "LOST"
	Limit               Cause = "LIMIT"
	ReceivedNotCredited Cause = "RECEIVED_NOT_CREDITED"
	Other               Cause = "OTHER"
)

// words are what the banks write for a cause: no two agree.
var words = map[string]map[Cause]string{
	ICBC: {
		NameMismatch: "收款账号户名不符", NoAccount: "收款账号不存在", Closed: "收款账户已销户", Frozen: "收款账户已冻结", Dormant: "收款账户为睡眠户",
		NotSettlement: "收款账户为非结算账户", Lost: "收款卡已挂失", Limit: "超过账户入账限额", ReceivedNotCredited: "已收款未入账", Other: "退汇",
	},
	ABC: {
		NameMismatch: "户名不符", NoAccount: "无此账户", Closed: "账户已销户", Frozen: "账户冻结止付", Dormant: "账户已转久悬",
		NotSettlement: "非结算账户", Lost: "卡已挂失", Limit: "超限额", ReceivedNotCredited: "已受理未入账", Other: "被退回",
	},
	CCB: {
		NameMismatch: "账号与户名不符", NoAccount: "账号不存在", Closed: "该账户已销户", Frozen: "账户被冻结", Dormant: "账户为不动户(睡眠户)",
		NotSettlement: "该账户不是结算账户", Lost: "该卡已挂失", Limit: "金额超过限额", ReceivedNotCredited: "挂账待处理", Other: "其他错误",
	},
	BOC: {
		NameMismatch: "户名与账号不匹配", NoAccount: "账户不存在", Closed: "账户已关户", Frozen: "账户冻结", Dormant: "休眠账户",
		NotSettlement: "非结算户", Lost: "借记卡挂失", Limit: "超出交易限额", ReceivedNotCredited: "款项已收未解付", Other: "交易退回",
	},
	PSBC: {
		NameMismatch: "账号户名不一致", NoAccount: "账号有误或不存在", Closed: "账户已清户", Frozen: "账户已全部冻结", Dormant: "账户已转为长期不动户",
		NotSettlement: "储蓄账户不能转账，非个人结算账户", Lost: "存折已挂失", Limit: "Ⅱ类账户超限额", ReceivedNotCredited: "资金已收妥，未入账", Other: "退票",
	},
	BOCOM: {
		NameMismatch: "姓名与卡号不符", NoAccount: "卡号不存在", Closed: "卡已销户", Frozen: "卡片冻结", Dormant: "账户休眠",
		NotSettlement: "不是结算账户", Lost: "卡片已挂失", Limit: "超过限额", ReceivedNotCredited: "已收款未入账", Other: "其他",
	},
	CMB: {
		NameMismatch: "户名不符", NoAccount: "帐号不存在", Closed: "帐户已销户", Frozen: "帐户冻结", Dormant: "帐户为睡眠户",
		NotSettlement: "非结算帐户", Lost: "一卡通已挂失", Limit: "超过限额", ReceivedNotCredited: "款项暂挂", Other: "退票",
	},
	City: {
		NameMismatch: "户名不符", NoAccount: "账号不存在", Closed: "账户销户", Frozen: "账户冻结", Dormant: "睡眠户",
		NotSettlement: "非结算账户", Lost: "挂失", Limit: "超限额", ReceivedNotCredited: "挂账", Other: "退汇",
	},
	Rural: {
		NameMismatch: "客户姓名不符", NoAccount: "查无此账号", Closed: "账户状态:销户", Frozen: "账户状态:冻结", Dormant: "账户状态:久悬未取",
		NotSettlement: "账户类型:非结算", Lost: "账户状态:挂失", Limit: "超过单笔限额", ReceivedNotCredited: "已入待处理款项,未上账", Other: "来账退回",
	},
}

// Words gives what the bank writes for a cause.
func (b *Bank) Words(c Cause) string { return words[b.code][c] }

// reasons are the ISO 20022 codes of causes. The forms list eight codes; what has none
// of its own is a blocked account (AC06) with the bank's words beside it.
var reasons = map[Cause]string{
	NameMismatch: "BE01", NoAccount: "AC01", Closed: "AC04", Frozen: "AC06", Dormant: "AC06", NotSettlement: "AC06", Lost: "AC06",
	Limit: "AM14", ReceivedNotCredited: "NARR", Other: "NARR",
}

// said are the words of a bank for how a row ended.
type said struct{ ok, failed, waiting string }

var statuses = map[string]said{
	ICBC:  {"处理成功", "失败", "等待银行处理"},
	ABC:   {"S", "E", "P"},
	CCB:   {"成功", "失败", "处理中"},
	BOC:   {"交易成功", "交易失败", "处理中"},
	PSBC:  {"交易成功", "交易失败", "处理中"},
	BOCOM: {"入账成功", "未入账", "处理中"},
	CMB:   {"成功", "失败", "银行处理中"},
	City:  {"成功", "失败", "处理中"},
	Rural: {"成功", "失败", "处理中"},
}

// LateStatuses are words that are neither success nor failure, for [Options].Late. Two of
// them contain the word for success.
func LateStatuses() []string {
	return []string{"等待银行处理", "处理中", "部分成功", "未成功"}
}
