package payroll

import (
	"testing"

	"zhida/rules/facts"
	"zhida/rules/money"
)

// What came back from one of several recipients goes to that one, whole.
func TestReissueKeepsToTheRecipient(t *testing.T) {
	to := func(target, holder string) share {
		return share{fen: 24750, account: facts.Account{Holder: holder}, target: target}
	}
	two := []share{to("guardian:姐 文1", "赵春"), to("guardian:姐 文1", "赵秋")}
	for _, c := range []struct {
		name, target, holder string
		list                 []share
		dead                 bool
		want                 []string
		fen                  money.Fen
	}{
		{"of one relation by one document", "guardian:姐 文1", "赵秋", two, false, []string{"赵秋"}, 49500},
		{"an heir of two", "heir:子 文2", "钱二", []share{to("heir:妻 文2", "孙一"), to("heir:子 文2", "钱二")}, true, []string{"钱二"}, 49500},
		{"an heir not named any more", "heir:父 文2", "钱老", []share{to("heir:妻 文2", "孙一")}, true, nil, 0},
		{"a guardian, and the person has died", "guardian:姐 文1", "赵秋", []share{to("heir:妻 文2", "孙一"), to("heir:子 文2", "钱二")}, true, []string{"孙一", "钱二"}, 24750},
		{"a guardian, and the person needs none now", "guardian:姐 文1", "赵秋", []share{to("", "赵甲")}, false, []string{"赵甲"}, 24750},
		{"the person, who has guardians now", "", "赵甲", two, false, []string{"赵春", "赵秋"}, 24750},
	} {
		list := append([]share(nil), c.list...)
		got := oneOf(list, Payment{Fen: 49500, Target: c.target, Holder: c.holder}, c.dead)
		if len(got) != len(c.want) {
			t.Errorf("%s: %d recipients, want %v", c.name, len(got), c.want)
			continue
		}
		for i, s := range got {
			if s.account.Holder != c.want[i] || s.fen != c.fen {
				t.Errorf("%s: %s to %s, want %s to %s", c.name, s.fen, s.account.Holder, c.fen, c.want[i])
			}
		}
	}
}
