package desk

import (
	"strconv"
	"strings"
	"testing"

	"zhida/rules/message"
)

// Whatever an office is called, its name stays within the quotes of the style sheet that prints it.
func TestFoot(t *testing.T) {
	plain := letterhead{Unit: "桃源县财政局", Book: "桃源县", Made: "2026-10-26 09:00", Actor: "李复"}
	hostile := plain
	hostile.Unit, hostile.Actor = `桃"}</style><script>alert(1)</script>`, "李\\\n\"复"
	count := func(h letterhead, sign string) int { return strings.Count(string(h.foot(message.Chinese)), sign) }
	for _, sign := range []string{`"`, "{", "}", "<", ">", "\n", "(", ")"} {
		if want, got := count(plain, sign), count(hostile, sign); got != want {
			t.Errorf("%q stands there %d times, not %d: %s", sign, got, want, hostile.foot(message.Chinese))
		}
	}
	if style := string(hostile.foot(message.Chinese)); !strings.Contains(style, `桃\22 \7d \3c \2f style\3e `) || !strings.Contains(style, `李\5c \a \22 复`) {
		t.Errorf("the names are lost: %s", style)
	}
}

// A visit remembers its last questions and no others.
func TestQuestions(t *testing.T) {
	v := &visit{}
	for i := range mostLately + 1 {
		if n := v.ask(question{Text: strconv.Itoa(i)}); n != i {
			t.Fatalf("question %d has number %d", i, n)
		}
	}
	for number, want := range map[string]string{"0": "", "1": "1", strconv.Itoa(mostLately): strconv.Itoa(mostLately), strconv.Itoa(mostLately + 1): "", "-1": "", "x": "", "": ""} {
		if got := v.question(number).Text; got != want {
			t.Errorf("question %q is %q, not %q", number, got, want)
		}
	}
}
