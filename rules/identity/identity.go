// Package identity owns the numbers that name people and accounts: resident IDs,
// bank cards, CNAPS numbers, and the folding of names. They print masked; the
// full value takes the deliberate call Full, which only store, bank file and
// evidence make. It never looks anything up outside its own BIN table.
package identity

// ResidentID is a resident identity number in its normal 18-character form
// (GB 11643), upper-case X. It prints masked everywhere; see Full.
type ResidentID string

// Card is a bank account number: 8 to 30 digits. It prints masked; see Full.
type Card string

// Full is the whole number. Callers: store, bank file, evidence, and the clerk's own workbook.
func (id ResidentID) Full() string { return string(id) }

// String shows the first three and the last four characters: 110***********002X.
func (id ResidentID) String() string { return mask(string(id), 3, 4) }

// MarshalText masks; a deliberate Full is needed to write the number out.
func (id ResidentID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText takes the text as it stands: it was checked when it came in.
func (id *ResidentID) UnmarshalText(b []byte) error { *id = ResidentID(b); return nil }

// Full is the whole number. Callers: store, bank file, evidence.
func (c Card) Full() string { return string(c) }

// String shows the last four digits: ***************0013.
func (c Card) String() string { return mask(string(c), 0, 4) }

// MarshalText masks; a deliberate Full is needed to write the number out.
func (c Card) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText takes the text as it stands: it was checked when it came in.
func (c *Card) UnmarshalText(b []byte) error { *c = Card(b); return nil }

func mask(s string, head, tail int) string {
	if len(s) <= head+tail {
		head, tail = 0, 0
	}
	b := []byte(s)
	for i := head; i < len(b)-tail; i++ {
		b[i] = '*'
	}
	return string(b)
}
