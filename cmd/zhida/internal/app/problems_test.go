package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"zhida/importers"
	"zhida/payroll"
	"zhida/rules/message"
)

// What only the book can find wrong with a sheet is shown by the files of testdata/problems
// whose names begin with book: each gives its code, at its cell, and nothing else.
func TestProblemsOfTheBook(t *testing.T) {
	b := newFundBook(t)
	b.bring("roster", "身份证号,姓名,人员类别,单位代码,去世日期,生效日期\n439901198001040136,李丁,村干部,430725101201,2025-12-01,2025-12-01\n")
	b.bring("roster", "身份证号,姓名,人员类别,单位代码,生效日期\n439901199006150013,周戊,村干部,430725101200,2020-01-01\n439901199102100024,吴己,乡镇干部,430725101,2020-01-01\n")
	b.bring("tenure", "身份证号,姓名,单位代码,职务,任职日期,离任日期,组织认定\n439901199006150013,周戊,430725101200,文书,2026-01-01,,是\n439901199006150013,周戊,430725101201,监委会主任,2021-01-01,2025-06-30,是\n439901198001030122,孙丙,430725101201,主任,2020-01-01,,是\n")
	b.bring("registers", "类别,数据日期,姓名,单位代码,数量,文号\n定员,2025-12-31,,430725101201,2,桃组〔2025〕5号\n")
	b.bring("calendar", "日期,性质\n2025-05-01,休\n2025-05-02,休\n2025-05-03,休\n2025-05-04,休\n2025-05-05,休\n")
	ctx := context.Background()
	wants := map[string]struct{ kind, cell string }{
		"import.card_taken": {"accounts", "C2"}, "import.card_short": {"accounts", "C2"}, "import.card_unproved": {"accounts", "C2"}, "import.holder_differs": {"accounts", "F2"},
		"import.died_elsewhere": {"roster", "E2"}, "import.died_unborn": {"roster", "E2"}, "import.future": {"roster", "E2"}, "import.place_unknown": {"roster", "D2"},
		"import.word": {"days", "E2"}, "import.word_near": {"tenure", "D2"}, "import.too_young": {"tenure", "E2"}, "import.far_ahead": {"roster", "E2"},
		"import.office_held": {"tenure", "D2"}, "import.office_taken": {"tenure", "D2"},
		"import.item_unknown": {"receivables", "C2"}, "import.item_near": {"amounts", "C2"}, "import.account_near": {"statement", "A2"}, "import.account_unknown": {"statement", "A2"}, "import.place_near": {"registers", "D2"}, "import.name_differs": {"tenure", "B2"}, "import.person_unknown": {"tenure", "A2"},
		"import.other_county": {"places", "A2"}, "import.publicity_days": {payroll.KindPublicity, "E2"}, "import.publicity_photo": {payroll.KindPublicity, "F2"},
		"import.still_open": {"holds", "A3"}, "import.verified_year": {"verifications", "C2"}, "import.workdays_too_many": {"absences", "F2"},
		"change.before": {payroll.KindChanges, "D5"}, "change.dead": {payroll.KindChanges, "D5"}, "change.died": {payroll.KindChanges, "D5"}, "change.later": {payroll.KindChanges, "D5"},
		"change.moved_twice": {payroll.KindChanges, "I5"}, "change.no_death": {payroll.KindChanges, "O5"}, "change.no_post": {payroll.KindChanges, "A5"}, "change.not_held": {payroll.KindChanges, "H5"}, "change.same_place": {payroll.KindChanges, "I5"}, "change.serving": {payroll.KindChanges, "C5"},
		"change.which_post":     {payroll.KindChanges, "H5"},
		"election.dates_differ": {payroll.KindElection, "B4"}, "election.dead": {payroll.KindElection, "G4"}, "election.elsewhere": {payroll.KindElection, "G4"}, "election.is_again": {payroll.KindElection, "I4"},
		"election.later_spell": {payroll.KindElection, "F4"}, "election.left_and_elected": {payroll.KindElection, "E5"}, "election.no_post": {payroll.KindElection, "G4"}, "election.not_again": {payroll.KindElection, "I4"},
		"election.not_in_result": {payroll.KindElection, "A3"}, "election.post_twice": {payroll.KindElection, "F4"}, "election.post_open": {payroll.KindElection, "A3"}, "election.vacant_filled": {payroll.KindElection, "E5"}, "election.posts": {payroll.KindElection, "A3"}, "election.township_cadre": {payroll.KindElection, "G4"},
		"election.two_villages": {payroll.KindElection, "G4"}, "election.village": {payroll.KindElection, "A5"},
		"import.fund": {"transfers", "A4"}, "import.fund_near": {"transfers", "A4"}, "batch.id": {"vouchers", "A3"}, "batch.missing": {"vouchers", "A3"},
	}
	files, err := filepath.Glob("../../../../testdata/problems/book.*")
	if err != nil || len(files) != len(wants) {
		t.Errorf("%d files, %d in the table of this test: %v", len(files), len(wants), err)
	}
	for _, file := range files {
		code := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "book."), ".csv")
		want := wants[code]
		data, err := os.ReadFile(file)
		b.must(err)
		in, err := importers.Read(want.kind, filepath.Base(file), data, importers.Options{Items: map[string]string{}})
		if err != nil || len(in.Problems) > 0 {
			t.Errorf("%s is not well formed: %v %v", code, err, in)
			continue
		}
		r, err := b.app.Book.Dry().Import(ctx, b.by["张敏"], in, payroll.ImportOptions{})
		var found message.Problems
		var whole *message.Error
		switch {
		case errors.As(err, &found):
		case errors.As(err, &whole):
			found = message.Problems{{Message: whole.Message}}
		default:
			found = r.Asks // not wrong, and another person has to look
			b.must(err)
		}
		if (code == "election.two_villages" || code == "change.moved_twice") && len(found) == 2 && found[1].Code == code { // in each of them
			found = found[:1]
		}
		if len(found) != 1 || found[0].Code != code || found[0].Cell != want.cell || found[0].Text(message.Chinese) == "" {
			t.Errorf("%s: %v, want the code at %s", code, found, want.cell)
		}
		if len(found) == 1 && found[0].Exit() != message.ExitDone && found[0].Hint(message.Chinese) == "" {
			t.Errorf("%s has no hint", code)
		}
	}
}
