# 准备六个人、两个月的练习账本：从表格到银行，再从银行回来。有一笔退票、一笔缓发、一次往回提高的标准；小到可以用计算器从头核对。
# 在源代码的文件夹里运行一次：sh testdata/counties/six/准备.sh ~/六个人（这个文件夹要还没有）
set -e
umask 077
here=$(cd "$(dirname "$0")" && pwd)
cp -r "$here" "$1"
cp -r "$here"/../taoyuan/policies "$1"/政策
cp "$here"/../practice/银行.sh "$1"
cp "$here"/../practice/01-基础/工作日历.xlsx "$1"/表
cd "$1"
rm 准备.sh
export ZHIDA_BOOK=账本.db ZHIDA_LANG=zh ZHIDA_PASSPHRASE_FILE=口令 ZHIDA_NOW=2026-10-20 ZHIDA_AS=张敏
echo zhida-demo >口令

# 人。身份证号是编的。吴管还没有登记。
mkdir 人员
person() {
	echo "$3" >"人员/$1.id"
	[ "$2" = later ] || zhida actor add "$1" --role "$2" --id-file "人员/$1.id" --new-passphrase-file 口令 --as 周正
}
zhida init 账本.db --county 430725 --name 桃源县 --cutover 2026-10 --rehearsal
person 周正 admin 439901197001010012
person 张敏 maker 439901197001020018
person 李复 checker 439901197001030013
person 王审 approver 439901197001040019
person 钱审 auditor 439901197001050014
person 吴管 later 439901197902060017
zhida actor list | awk '/周正/ { print $6 }' >公布的密钥号 # 县里当面公布的，盖了章

zhida settings set 设置.yaml --as 周正
zhida policy adopt 政策/03-* 政策/01-*
zhida proposal accept 7 8 9 --as 李复
zhida policy adopt 政策/02-* 政策/04-* 政策/05-*
zhida proposal accept 13 14 15 --as 李复
zhida import places 表/区划.csv
zhida import references 表/参考数据.csv
zhida import calendar 表/工作日历.xlsx
zhida import roster 表/花名册.csv
zhida import tenure 表/任职.csv
zhida import accounts 表/账户.csv # 没有周己的：缓发
zhida import assessments 表/考核.csv
zhida import amounts 表/工资基数.csv
zhida import paid 表/九月已发.csv
zhida import transfers 表/转移支付.csv
zhida import authority 表/预算指标.csv
zhida proposal accept 26 27 --as 李复

# 三个人，然后银行。
judged() {
	zhida batch submit "$@"
	zhida batch check "$@" --as 李复
	zhida batch approve "$@" --as 王审
	for batch; do zhida export "$batch" --out 银行 --yes; done
}
answered() { # 银行文件，退票人的姓名
	sh 银行.sh "银行/$1" "$2" >"银行/回盘_$1"
	zhida import returns "银行/回盘_$1"
}

# 十月：孙戊的一笔退回来，换了卡重发。
zhida run 2026-10
judged 2026-10/1 2026-10/2
zhida evidence 2026-10/2 --out 证据 --yes
ZHIDA_NOW=2026-10-22
answered ccb_20261020_1.txt
answered ccb_20261020_2.txt 孙戊
ZHIDA_NOW=2026-11-03
zhida import accounts 表/孙戊新卡.csv 表/周己账户.csv
zhida reissue
judged 2026-10/3
answered ccb_20261103_1.txt

# 十一月：标准从九月起提高，缓发的补上。
ZHIDA_NOW=2026-11-12
zhida policy adopt 政策/06-*
zhida proposal accept 55 --as 李复
ZHIDA_NOW=2026-11-16
zhida run 2026-11
judged 2026-11/1 2026-11/2
ZHIDA_NOW=2026-11-18
answered ccb_20261116_1.txt
answered ccb_20261116_2.txt

# 交给审计的。
ZHIDA_NOW=2026-11-20
zhida evidence 2026-11/2 --out 证据 --yes
zhida report --month 2026-11 --out 报告
zhida workbook --month 2026-11 --out 工作簿
