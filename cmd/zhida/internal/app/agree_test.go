package app

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"zhida/importers"
)

// What two files of one command contradict each other in is refused in both of them, whichever is named first.
func TestFilesOfOneCommandAgree(t *testing.T) {
	const (
		qian = "439901196503020128,钱乙,"
		sun  = "439901196503030131,孙丙,"

		accounts    = "身份证号,姓名,银行卡号,户名,生效日期\n"
		absences    = "身份证号,姓名,类型,开始日期,结束日期\n"
		amounts     = "身份证号,姓名,项目,金额,起始月份\n"
		changes     = "身份证号,姓名,变动类型,变动日期,文号,单位代码,原因\n"
		assessments = "身份证号,姓名,年度,考核等次\n"
		tenure      = "身份证号,姓名,单位代码,职务,任职日期,离任日期,组织认定\n"
		transfers   = "资金,文号,凭证号,到账日期,金额\n"
	)
	for name, c := range map[string]struct {
		kind  string
		files map[string]string
		want  []string
	}{
		"another card": {"accounts", map[string]string{"a.csv": accounts + qian + "6200590000000009015,钱乙,2021-03-01\n", "b.csv": accounts + qian + "6200590000000009023,钱乙,2021-03-01\n"},
			[]string{"a.csv A2 import.contradicts b.csv A2", "b.csv A2 import.contradicts a.csv A2"}},
		"the same account": {"accounts", map[string]string{"a.csv": accounts + qian + "6200590000000009015,钱乙,2021-03-01\n", "b.csv": accounts + qian + "6200590000000009015,钱乙,2021-03-01\n"}, nil},
		"one card of two": {"accounts", map[string]string{"a.csv": accounts + qian + "6200590000000009015,钱乙,2021-03-01\n", "b.csv": accounts + sun + "6200590000000009015,孙丙,2021-03-01\n"},
			[]string{"a.csv C2 import.card_in_two ***************9015 b.csv C2", "b.csv C2 import.card_in_two ***************9015 a.csv C2"}},
		"amounts, of three files two of which agree": {"amounts", map[string]string{"a.csv": amounts + qian + "base,100.00,2021-03\n", "b.csv": amounts + qian + "base,200.00,2021-03\n", "c.csv": amounts + qian + "base,100.00,2021-03\n" + sun + "base,100.00,2021-03\n"},
			[]string{"a.csv A2 import.contradicts b.csv A2", "b.csv A2 import.contradicts a.csv A2", "c.csv A2 import.contradicts b.csv A2"}},
		"two of a file that contradict each other, and a third": {"assessments", map[string]string{"a.csv": assessments + qian + "2020,称职\n" + qian + "2020,优秀\n", "b.csv": assessments + qian + "2020,优秀\n"},
			[]string{"a.csv A2 import.contradiction 3", "a.csv A3 import.contradiction 2", "b.csv A2 import.contradicts a.csv A2"}},
		"absences that share a day": {"absences", map[string]string{"a.csv": absences + qian + "事假,2021-03-01,2021-03-05\n", "b.csv": absences + qian + "事假,2021-03-05,2021-03-08\n" + qian + "病假,2021-03-02,2021-03-02\n"},
			[]string{"a.csv A2 import.contradicts b.csv A2", "b.csv A2 import.contradicts a.csv A2"}},
		"a post twice": {"tenure", map[string]string{"a.csv": tenure + qian + "430725101200,委员,2018-01-01,,是\n", "b.csv": tenure + qian + "430725101200,委员,2019-01-01,,是\n" + qian + "430725101201,委员,2010-01-01,2012-12-31,是\n"},
			[]string{"a.csv A2 import.contradicts b.csv A2", "b.csv A2 import.contradicts a.csv A2"}},
		"money in other brackets": {"transfers", map[string]string{"a.csv": transfers + "F03,湘财预〔2021〕31号,1,2021-03-01,100.00\n", "b.csv": transfers + "F03,湘财预[2021]31号,1,2021-03-02,100.00\n"},
			[]string{"a.csv A2 import.contradicts b.csv A2", "b.csv A2 import.contradicts a.csv A2"}},
		"changes of a person in two files": {"changes", map[string]string{"a.csv": changes + qian + "离任,2021-03-20,桃组〔2021〕8号,,辞职\n" + sun + "离任,2021-03-20,桃组〔2021〕8号,,辞职\n", "b.csv": changes + qian + "调动,2021-03-10,桃组〔2021〕7号,430725101201,\n" + sun + "离任,2021-03-20,桃组〔2021〕8号,,辞职\n"},
			[]string{"a.csv A2 change.divided b.csv A2", "b.csv A2 change.divided a.csv A2"}},
		"the same changes and one more":   {"changes", map[string]string{"a.csv": changes + qian + "调动,2021-03-10,桃组〔2021〕7号,430725101201,\n", "b.csv": changes + qian + "离任,2021-03-20,桃组〔2021〕8号,,辞职\n" + qian + "调动,2021-03-10,桃组〔2021〕7号,430725101201,\n"}, nil},
		"what has no column says nothing": {"roster", map[string]string{"a.csv": "身份证号,姓名,人员类别,单位代码,生效日期\n" + qian + "村干部,430725101200,2021-03-01\n", "b.csv": "身份证号,姓名,人员类别,单位代码,村民小组,生效日期\n" + qian + "村干部,430725101200,三组,2021-03-01\n"}, nil},
		"three files, one of which is silent": {"roster", map[string]string{"a.csv": "身份证号,姓名,人员类别,单位代码,生效日期\n" + qian + "村干部,430725101200,2021-03-01\n",
			"b.csv": "身份证号,姓名,人员类别,单位代码,村民小组,生效日期\n" + qian + "村干部,430725101200,三组,2021-03-01\n", "c.csv": "身份证号,姓名,人员类别,单位代码,村民小组,生效日期\n" + qian + "村干部,430725101200,四组,2021-03-01\n"},
			[]string{"b.csv A2 import.contradicts c.csv A2", "c.csv A2 import.contradicts b.csv A2"}},
		"withdrawn and stated": {"absences", map[string]string{"a.csv": "身份证号,姓名,类型,开始日期,结束日期,操作\n" + qian + "事假,2021-03-01,2021-03-05,撤销\n", "b.csv": absences + qian + "事假,2021-03-01,2021-03-05\n"},
			[]string{"a.csv A2 import.contradicts b.csv A2", "b.csv A2 import.contradicts a.csv A2"}},
	} {
		for _, order := range orders(slices.Sorted(maps.Keys(c.files))) {
			var list []incoming
			for _, file := range order {
				in, err := importers.Read(c.kind, file, []byte(c.files[file]), importers.Options{Items: map[string]string{}})
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				list = append(list, incoming{batch: in})
			}
			agree(list)
			var got []string
			for _, in := range list {
				for _, p := range in.batch.Problems {
					got = append(got, strings.Join(append([]string{p.File, p.Cell, p.Code}, p.Args...), " "))
				}
			}
			slices.Sort(got)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Errorf("%s, in the order %v: %s", name, order, d)
			}
		}
	}
}

// orders are all orders of some files.
func orders(files []string) (list [][]string) {
	if len(files) < 2 {
		return [][]string{files}
	}
	for i := range files {
		for _, rest := range orders(slices.Concat(files[:i], files[i+1:])) {
			list = append(list, append([]string{files[i]}, rest...))
		}
	}
	return list
}

// A row that is withdrawn and stated in one file is taken neither way.
func TestWithdrawnAndStatedInOneFile(t *testing.T) {
	in, err := importers.Read("absences", "a.csv", []byte("身份证号,姓名,类型,开始日期,结束日期,操作\n439901196503020128,钱乙,事假,2021-03-01,2021-03-05,撤销\n439901196503020128,钱乙,事假,2021-03-01,2021-03-05,\n"), importers.Options{})
	if err != nil || len(in.Rows) != 0 || len(in.Problems) != 2 || in.Problems[0].Code != "import.contradiction" {
		t.Errorf("%+v %v", in, err)
	}
}
