package app

import (
	"context"
	"maps"

	"zhida/importers"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/facts"
)

// ProposalRow is one fact of a proposed import in the words of its sheet, numbers of IDs and cards masked.
type ProposalRow struct {
	Person int64  // 0 of facts about nobody, and of somebody new
	Name   string // of the person
	Kind   facts.Kind
	Sheet  string // name of the sheet that states such facts
	Act    string // one of the words below
	From   calendar.Date
	Fields []importers.Compared // that differ, with those that say which one it is; all of what is new or withdrawn
}

// What becomes of a fact.
const (
	ActAdded     = "新增"
	ActChanged   = "修改"
	ActWithdrawn = "撤销"
)

// ProposalRows writes facts of a proposal as rows of their sheets.
func (a *App) ProposalRows(ctx context.Context, x payroll.Proposed, list []payroll.ProposedFact) ([]ProposalRow, error) {
	names, err := a.PlaceNames(ctx)
	if err != nil {
		return nil, err
	}
	maps.Copy(names, x.Items)
	rows := make([]ProposalRow, 0, len(list))
	for _, f := range list {
		row := ProposalRow{Person: f.Person, Name: f.Name}
		of := f.Before
		switch {
		case f.After == nil:
			row.Act = ActWithdrawn
		case f.Before == nil:
			row.Act, of = ActAdded, f.After
		default:
			row.Act, of = ActChanged, f.After
		}
		row.Kind, row.Sheet, row.From = of.Kind, importers.KindTitle(of.Kind), of.From
		if row.Fields, err = importers.Compare(f.Before, f.After, names); err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}
