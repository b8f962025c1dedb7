package importers

import (
	"strings"

	"zhida/importers/sheet"
	"zhida/rules/facts"
	"zhida/rules/message"
)

// shownInYuan refuses an amount whose cell shows another unit than the yuan, by its number format alone: 0.48 as 0.48万元.
func (r *reading) shownInYuan(cell sheet.Cell, c *column) error {
	shown := r.table.ShownOtherwise(cell)
	reference := r.form.fact == facts.KindReference && c.code == "value" && !strings.Contains(shown, "%") // shares are no money
	if shown == "" || c.kind != amount && !reference {
		return nil
	}
	return message.Err("import.unit", r.name(), cell.Address(), shown)
}
