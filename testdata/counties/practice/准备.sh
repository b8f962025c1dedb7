# 准备练习用的账本 练习.db：五个人、设置、五个政策文件、局里掌握的情况，十月已经发放、回盘、关账。
# 只在练习文件夹里运行，运行一次：sh 准备.sh
set -e
umask 077
export ZHIDA_BOOK=练习.db ZHIDA_LANG=zh ZHIDA_PASSPHRASE_FILE=口令 ZHIDA_NOW=2026-10-26
echo zhida-demo >口令

# 人。身份证号是编的；只用一次，不留在这里。
person() {
	echo "$3" >证件号
	zhida actor add "$1" --role "$2" --id-file 证件号 --new-passphrase-file 口令 --as 周正
	rm 证件号
}
zhida init 练习.db --county 430725 --name 桃源县 --cutover 2026-10 --rehearsal
person 周正 admin 439901197001010012
person 张敏 maker 439901197001020018
person 李复 checker 439901197001030013
person 王审 approver 439901197001040019
person 钱审 auditor 439901197001050014

# 设置和政策文件：一个人报，另一个人确认。
zhida settings set 设置.yaml --as 周正
zhida policy adopt 政策/03-* 政策/01-* --as 张敏
zhida proposal accept 7 8 9 --as 李复
zhida policy adopt 政策/02-* 政策/04-* 政策/05-* --as 张敏
zhida proposal accept 13 14 15 --as 李复

# 局里掌握的情况，和十月的考勤。
export ZHIDA_AS=张敏
zhida import places 01-基础/行政区划.xlsx
zhida import references 01-基础/参考数据.xlsx
zhida import calendar 01-基础/工作日历.xlsx
zhida import roster 02-花名册/*
zhida import tenure 03-任职/*
zhida import accounts 04-账户/*
zhida import assessments 05-考核/*
zhida import amounts 06-工资基数/*
zhida import days 07-考勤/2026-10/*下村登记.*
zhida import absences 07-考勤/2026-10/缺勤登记.xlsx
zhida import paid 08-历史发放/*
zhida import transfers 01-基础/转移支付.xlsx
zhida import authority 01-基础/预算指标.xlsx
zhida proposal accept 33 55 --as 李复

# 十月：计算、提交、答复、复核、审批、导出；银行全部付出；工资条、公示表；关账。
zhida run 2026-10
zhida batch submit 2026-10/1 2026-10/2
zhida batch answer 2026-10/1 --check days_ahead --reason 已向填报单位核实，请假手续日期登记有误 --document 桃财核〔2026〕10号 --as 李复
zhida batch check 2026-10/1 2026-10/2 --as 李复
zhida batch approve 2026-10/1 2026-10/2 --as 王审
zhida export 2026-10/1 --out 银行/2026-10 --yes
zhida export 2026-10/2 --out 银行/2026-10 --yes
export ZHIDA_NOW=2026-10-29
for file in 银行/2026-10/ccb_*.txt; do
	sh 银行.sh $file >回盘.txt
	zhida import returns 回盘.txt
done
rm 回盘.txt
export ZHIDA_NOW=2026-11-02
zhida fund close 2026-10 --as 李复
