package paper

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"testing"

	"zhida/payroll"
)

func receipt(name, sentence string) payroll.Receipt {
	seal := payroll.Seal{County: "430725", Batch: payroll.NewBatchID(202611, 1), Digest: strings.Repeat("a", 64), Horizon: 7, Rules: 3, Leaves: 2, Root: strings.Repeat("b", 64)}
	return payroll.Receipt{Seal: seal, Signers: []payroll.Signer{{Step: "maker", Actor: "张敏"}, {Step: "checker", Actor: "李复"}, {Step: "approver", Actor: "王审"}}, Number: 1, Path: []string{strings.Repeat("c", 64)},
		Leaf: payroll.Leaf{Person: 2, Public: []byte("zhida-public 1\nsalt=1\nname=" + name + "\nplace=430725101200\n"),
			Private: []byte("zhida-private 1\nsalt=2\nheld_fen=100\nowed_fen=0\nreissued_fen=0\npay_fen=68900\nline=基本报酬\nmonth=2026-11\nside=gross\nfen=70000\ndocument=样〔2026〕1号\nsentence=" + sentence +
				"\nline=会费\nmonth=2026-11\nside=deduction\nfen=1000\ndocument=样〔2026〕2号\nsentence=\npayment=2026-11/1#2\nfen=68900\nbank=ABC\naccount=***0018\nholder=" + name + "\n")}}
}

// A receipt shows what its leaf says, adds up, and runs nothing of what somebody is called.
func TestReceipt(t *testing.T) {
	var b bytes.Buffer
	if err := WriteReceipt(&b, "样例县", receipt("<script>alert(1)</script>", "按任职")); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{"基本报酬", "700.00", "-10.00", "-1.00", "689.00", "陆佰捌拾玖元整", "中国农业银行 ***0018", "张敏、李复、王审", "第 2 片叶，共 2 片", "样〔2026〕1号", receipt("", "").Seal.Sum()} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "<script") {
		t.Error("a name becomes a script")
	}
}

// The codes together are the text of the receipt, whatever its length.
func TestCodesCarryTheReceipt(t *testing.T) {
	for _, n := range []int{0, 1, 40, 400} {
		r := receipt("赵甲", strings.Repeat("按〔2026〕"+fmt.Sprint(n), n))
		list, err := CodeTexts(r)
		if err != nil {
			t.Fatal(err)
		}
		var text string
		for i, c := range list {
			head := fmt.Sprintf("ZHIDA1 %d/%d ", i+1, len(list))
			part, ok := strings.CutPrefix(c, head)
			if !ok || len(part) > codeLength || part == "" {
				t.Fatalf("code %d of %d: %q", i+1, len(list), c)
			}
			text += part
			if _, err := code(c); err != nil {
				t.Fatal(err)
			}
		}
		packed, err := base64.RawURLEncoding.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		z, err := zlib.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(z)
		if err != nil || !bytes.Equal(got, r.Text()) {
			t.Fatalf("%v\n%s", err, got)
		}
	}
}
