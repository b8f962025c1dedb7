# 打开练习用的桌面，今天是 2026-11-28。旁边扮一个银行：桌面导出的代发文件一出现，它的回盘就放进文件夹 回盘。
# 在练习文件夹里运行：sh 桌面.sh；关掉窗口或按 Ctrl+C 就结束。
export ZHIDA_BOOK=练习.db ZHIDA_LANG=zh
umask 077
mkdir -p 回盘

# 方伟的卡已销户，第一次付不进去。
bank() {
	while sleep 0.5; do
		for file in 练习_银行文件/*/ccb_*.txt; do
			answer=回盘/$(basename "$file") back=
			[ -e "$file" ] && [ ! -e "$answer" ] || continue
			if iconv -f GBK -t UTF-8 "$file" | grep -q 方伟 && [ ! -e 回盘/.退过 ]; then
				back=方伟
				touch 回盘/.退过
			fi
			sh 银行.sh "$file" "$back" >回盘/.在写
			mv 回盘/.在写 "$answer"
		done
	done
}
bank &
trap 'kill $!' EXIT
zhida desk --now 2026-11-28 "$@"
