package app

import (
	"context"
	"path/filepath"

	"zhida/importers"
	"zhida/payroll"
)

// CompareRoster reads a full roster and holds it against the book. A roster with rows that
// cannot be read is refused with its problems: who stands in them would count as missing.
func (a *App) CompareRoster(ctx context.Context, file string) (*payroll.RosterComparison, error) {
	data, err := readFile(file)
	if err != nil {
		return nil, err
	}
	places, err := a.PlaceNames(ctx)
	if err != nil {
		return nil, err
	}
	// From when a row holds is not compared, so a roster need not say it.
	in, err := importers.Read("roster", filepath.Base(file), data, importers.Options{Places: places, From: 19000101})
	if err != nil {
		return nil, err
	}
	if len(in.Problems) > 0 {
		return nil, in.Problems
	}
	return a.Book.CompareRoster(ctx, in)
}
