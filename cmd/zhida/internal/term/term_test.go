package term

import (
	"strings"
	"testing"
)

// What a bank's file or a clerk's cell holds moves no cursor and turns no text around.
func TestClean(t *testing.T) {
	var out strings.Builder
	Table(&out, []string{"户名"}, [][]string{{"张三\x1b[2J\u202e"}, {"李四\r\n"}})
	if _, err := (Cleaned{&out}).Write([]byte("户名 \x1b]0;x\a 不对\n")); err != nil {
		t.Fatal(err)
	}
	if text := out.String(); strings.ContainsAny(text, "\x1b\a\r\u202e") || !strings.Contains(text, "张三·[2J·") || !strings.Contains(text, "不对\n") {
		t.Errorf("%q", text)
	}
}
