package rules

import (
	"fmt"
	"strings"
)

// phrase is something a computation says about itself: Chinese for papers and
// screens, English for whoever asks an explanation in it. Names, posts and formulas
// stay as the document writes them.
type phrase struct {
	zh     string
	format string
	args   []any
}

// word is an argument that has an English form of its own.
type word string

// say makes a phrase; format must have an English form in english.
func say(format string, args ...any) phrase {
	return phrase{fmt.Sprintf(format, args...), format, args}
}

// quoted is a text of the document or of a formula: it is the same in both languages.
func quoted(s string) phrase { return phrase{zh: s} }

// english gives the phrase in English.
func (p phrase) english() string {
	if p.format == "" {
		return p.zh
	}
	args := make([]any, len(p.args))
	for i, a := range p.args {
		switch v := a.(type) {
		case word:
			args[i] = v.english()
		case phrase:
			args[i] = v.english()
		default:
			args[i] = a
		}
	}
	return fmt.Sprintf(english[p.format], args...)
}

func (w word) english() string {
	if e, ok := english[string(w)]; ok {
		return e
	}
	return string(w)
}

func (p phrase) String() string { return p.zh }

// addPhrase keeps a phrase, once.
func addPhrase(list *[]phrase, p phrase) {
	for i := range *list {
		if (*list)[i].zh == p.zh {
			return
		}
	}
	*list = append(*list, p)
}

// list joins phrases in Chinese.
func list(phrases []phrase) string {
	texts := make([]string, len(phrases))
	for i, p := range phrases {
		texts[i] = p.zh
	}
	return strings.Join(texts, "、")
}

// listEnglish joins phrases in English.
func listEnglish(phrases []phrase) string {
	texts := make([]string, len(phrases))
	for i, p := range phrases {
		texts[i] = p.english()
	}
	return strings.Join(texts, ", ")
}

// joinedPhrase is several phrases as one argument of another.
func joinedPhrase(phrases []phrase) phrase {
	return phrase{zh: list(phrases), format: "%s", args: []any{listEnglish(phrases)}}
}

// english gives every format and word that is said its English form; a test finds
// what is missing.
var english = map[string]string{
	// facts
	"%s = %s": "%s = %s", "年龄": "age", "出生日期": "born", "工龄": "years since joining", "任职": "in post", "职务": "post", "职级": "rank",
	"任职月数": "months of service", "连续任职月数": "longest run, months", "在任月数": "running months", "期间任职月数": "months within the period",
	"末任职务": "last post", "离任日": "left on", "最高职务": "highest post", "乡镇类别": "township class", "考核": "grade", "考核分": "points",
	"%s人数": "people, %s", "%s位次": "place, %s", "参考 %s %s": "reference %s %s", "给定额 %s": "given %s", "%s工作日": "working days, %s",
	"%s 至 %s": "%s to %s", "%s 开始": "began %s", "%s %s 至 %s": "%s %s to %s", "%s 至 %s 有 %d 个工作日": "%s to %s has %d working days",
	"%s 上班": "%s is worked", "%s 放假": "%s is a holiday", "是": "yes", "否": "no",
	// notes
	"%s": "%s", "%s%s元": "%s %s yuan", "工龄%s年": "%s years since joining", "此前累计%s元": "%s yuan before", "%s此前累计": "%s, earlier months", "书记主任一肩挑": "secretary and director at once", "任职%d个月": "%d months of service", "任职%d年": "%d years of service",
	"连续任职%d个月": "%d months in a row", "在任%d个月": "in post for %d months", "%s至%s任职%d个月": "%[3]d months of service from %[1]s to %[2]s", "末任%s": "last post %s", "最高任%s": "highest post %s",
	"%s乡镇": "township of class %s", "%s%d天": "%s %d days", "当月%d个工作日": "%d working days in the month", "%s第%d个月": "month %[2]d of %[1]s", "%d年考核%s分": "%[2]s points for %[1]d",
	"%d年考核%s": "graded %[2]s for %[1]d", "%s年参考数%s": "reference of %s: %s", "%s%s平均%s元": "mean of %[1]s %[2]s %[3]s yuan", "%s元按份额%s÷%s分": "%s yuan shared %s of %s",
	// what was done to an amount
	"%s发%s%%": "%s: %s%% is paid", "按%d天中的%d天": "for %[2]d of %[1]d days", "%d天每月%s元": "%d days at %s yuan a month", "同组平均%s元": "mean of the group %s yuan", "本人%s元": "own %s yuan",
	"计%s元": "comes to %s yuan", "封顶%s元": "capped at %s yuan", "合计封顶%s元、前面的项目已占%s元": "shared cap %s yuan, of which earlier items have %s yuan",
	// steps
	"%s：%s × %s%%": "%s: %s × %s%%", "%s“%s”平均 %s 元，%d 人": "%s “%s”: mean %s yuan of %d people", "%s%s合计 %s 元，%d 人": "%s %s: total %s yuan of %d people", "%s%s平均 %s 元，%d 人": "%s %s: mean %s yuan of %d people",
	"%s“%s”共 %s 元，%d 人，份额合计 %s，本人份额 %s，分得 %s 元": "%s “%s”: %s yuan among %d people, weights %s, own weight %s, share %s yuan",
	"%s %s 元分 %d 期，第 %d 期 %s 元":                 "%s %s yuan in %d instalments, number %d is %s yuan", "当月情形有变化，按%s": "something changed in the month: by %s", "首日": "the first day", "末日": "the last day", "就高": "the highest",
	"当月 %d 天，计 %d 天：%s × %d / %d": "%d days in the month, %d count: %s × %d / %d", "当月 %d 天，按日合计：%s": "%d days in the month, weighed by days: %s",
	"补差 = 取大(%s − %s, 0)": "top-up = max(%s − %s, 0)", "%s 超过封顶 %s": "%s is above the cap %s", "%s 按%s取到 %s": "%s by %s becomes %s",
	"合计封顶 %s，前面的项目已占 %s：%s 减到 %s": "shared cap %s, earlier items have %s: %s is cut to %s", "%s（%s）第%d行“%s”：%s": "%s (%s) row %d “%s”: %s",
	"四舍五入到分": "half up to the fen", "四舍五入到角": "half up to the jiao", "四舍五入到元": "half up to the yuan", "舍去到分": "down to the fen", "舍去到角": "down to the jiao", "舍去到元": "down to the yuan",
	"进位到分": "up to the fen", "进位到角": "up to the jiao", "进位到元": "up to the yuan",
	"一次性": "once", "每月": "a month", "每季": "a quarter", "每半年": "a half-year", "每年": "a year", "本期": "this instalment", "%s%s元分%d期": "%s %s yuan in %d instalments",
}
