# 练习用的银行：读一个代发文件，写出回盘。sh 银行.sh 代发文件 [退票人的姓名] >回盘
iconv -f GBK -t UTF-8 "$1" | tr -d '\r' | awk -F'|' -v OFS='|' -v back="$2" '
	BEGIN { print "序号", "账号", "姓名", "金额", "摘要", "交易结果", "失败原因" }
	$3 == back { print $1, $2, $3, $4, $5, "失败", "账户已销户"; next }
	{ print $1, $2, $3, $4, $5, "成功", "" }' | iconv -f UTF-8 -t GBK
