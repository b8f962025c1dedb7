# 张敏办的十一月：导入乡镇报来的表，计算，提交。学复核、审批的人从这里开始：sh 经办.sh
set -e
export ZHIDA_BOOK=练习.db ZHIDA_LANG=zh ZHIDA_PASSPHRASE_FILE=口令 ZHIDA_NOW=2026-11-20 ZHIDA_AS=张敏
cp 07-考勤/2026-11/更正/三阳港镇下村登记.xlsx 07-考勤/2026-11/
zhida import days 07-考勤/2026-11/*下村登记.*
zhida import absences 07-考勤/2026-11/缺勤登记.xlsx
zhida import changes 09-变动/2026-11/变动表.xlsx
zhida import election 09-变动/2026-11/换届结果.xlsx
zhida import accounts 09-变动/2026-11/新任村干部账户.xlsx
zhida run 2026-11
zhida batch submit 2026-11/1 2026-11/2
