package workbook

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"zhida/rules/message"
)

// book is a workbook in the making. Fill its sheets in any order, then write.
type book struct {
	file   *excelize.File
	styles [numStyles]int
	paper  paper
	sheets []*sheet // in the order of the tabs
}

// paper is what every printed page carries.
type paper struct {
	title   string // document property
	unit    string // who makes the paper
	made    time.Time
	note    string // line under every title: unit, batch, channel
	warning string // in the page head while the paper has no force; "" once it has
	footer  string // left foot of the page: batch and seal
}

// sheet is one sheet: rows at the top, which may be written last, and a body
// below, which may be long. Everything that is not a cell is set by finish.
type sheet struct {
	name     string
	cols     []column
	keys     int // so many columns at the end are for formulas only and are not printed
	top      rows
	body     rows
	frozen   int                          // rows that stay on the screen and are repeated on paper
	filter   int                          // row of the headings that filter, 0 for none
	filtered int                          // last row that the filter hides and shows, 0 for the last of the sheet
	merges   []string                     // "A1:F1"
	breaks   []string                     // page breaks above these cells
	open     bool                         // people fill it in: no protection
	onePage  bool                         // as small as it takes to print on one page
	scale    int                          // percent at which it prints, 0 for as wide as the paper; see pages
	size     int                          // number of the paper size, 0 for A4
	upright  bool                         // prints in portrait
	ownFoot  bool                         // its rows say what a page foot says
	alarm    int                          // column that is red where it is not zero, 0 for none
	finish   func(f *excelize.File) error // what only this sheet has: a chart
}

func newBook(p paper) (*book, error) {
	f := excelize.NewFile()
	styles, err := registerStyles(f)
	if err != nil {
		return nil, err
	}
	return &book{file: f, styles: styles, paper: p}, nil
}

// newSheet makes a sheet whose body begins at the given row. It is not in the
// workbook until it stands in sheets.
func (b *book) newSheet(name string, cols []column, body int) (*sheet, error) {
	if len(cols) > len(letters) {
		return nil, message.Err("workbook.columns", name, len(cols), len(letters))
	}
	at := rows{book: b, sheet: name, cols: cols, next: 1}
	s := &sheet{name: name, cols: cols, top: at, body: at}
	s.body.next = body
	s.body.stream = newStream()
	return s, nil
}

// close removes temporary files; a book can be closed at any point.
func (b *book) close() {
	for _, s := range b.sheets {
		s.body.stream.close()
	}
	_ = b.file.Close()
}

// write puts the workbook together. Nothing reaches w before every sheet is whole.
func (b *book) write(w io.Writer) error {
	for i, s := range b.sheets {
		s.body.flush()
		if err := b.frame(i, s); err != nil {
			return fmt.Errorf("workbook: sheet %s: %w", s.name, err)
		}
	}
	if err := b.properties(); err != nil {
		return err
	}
	frame, err := b.file.WriteToBuffer()
	if err != nil {
		return err
	}
	return b.assemble(w, frame.Bytes())
}

// assemble copies the parts that excelize made in a fixed order, and puts the
// rows into the sheets.
func (b *book) assemble(w io.Writer, frame []byte) error {
	made, err := zip.NewReader(bytes.NewReader(frame), int64(len(frame)))
	if err != nil {
		return err
	}
	slices.SortFunc(made.File, func(x, y *zip.File) int {
		return strings.Compare(partOrder(x.Name), partOrder(y.Name))
	})
	sheets := map[string]*sheet{}
	for i, s := range b.sheets {
		sheets[sheetPart(i)] = s
	}
	z := zip.NewWriter(w)
	for _, f := range made.File {
		xml, err := readPart(f)
		if err != nil {
			return err
		}
		if f.Name == contentTypes {
			xml = sortTypes(xml)
		}
		if err := b.part(z, f.Name, xml, sheets[f.Name]); err != nil {
			return err
		}
		delete(sheets, f.Name)
	}
	if len(sheets) > 0 {
		return fmt.Errorf("workbook: %d sheets without a part", len(sheets))
	}
	return z.Close()
}

func (b *book) part(z *zip.Writer, name string, xml []byte, s *sheet) error {
	if s == nil {
		whole := streamOf(xml)
		defer whole.close()
		return writePart(z, name, whole)
	}
	head, tail, err := aroundRows(xml)
	if err != nil {
		return fmt.Errorf("workbook: %s: %w", name, err)
	}
	before, after := streamOf(slices.Concat(head, s.top.buf)), streamOf(tail)
	defer before.close()
	defer after.close()
	return writePart(z, name, before, s.body.stream, after)
}

// aroundRows splits the XML of a sheet at its rows; rows that excelize made on
// its own, as it does for merged cells, are dropped.
func aroundRows(xml []byte) (head, tail []byte, err error) {
	const open, end, empty = "<sheetData>", "</sheetData>", "<sheetData/>"
	if i := bytes.Index(xml, []byte(empty)); i >= 0 {
		return append(xml[:i:i], open...), append([]byte(end), xml[i+len(empty):]...), nil
	}
	i, j := bytes.Index(xml, []byte(open)), bytes.Index(xml, []byte(end))
	if i < 0 || j < i {
		return nil, nil, fmt.Errorf("no sheetData")
	}
	return xml[: i+len(open) : i+len(open)], xml[j:], nil
}

func readPart(f *zip.File) ([]byte, error) {
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func sheetPart(i int) string { return "xl/worksheets/sheet" + strconv.Itoa(i+1) + ".xml" }

const contentTypes = "[Content_Types].xml"

var typeEntry = regexp.MustCompile(`<(?:Default|Override) [^>]*></(?:Default|Override)>`)

// sortTypes orders the list of parts, which excelize writes in the order of a map.
func sortTypes(xml []byte) []byte {
	entries := typeEntry.FindAll(xml, -1)
	slices.SortFunc(entries, bytes.Compare)
	i := 0
	return typeEntry.ReplaceAllFunc(slices.Clone(xml), func([]byte) []byte { i++; return entries[i-1] })
}

// partOrder sorts the two parts by which programs tell a workbook first.
func partOrder(name string) string {
	switch name {
	case contentTypes:
		return "0"
	case "_rels/.rels":
		return "1"
	}
	return "2" + name
}

func (b *book) properties() error {
	stamp := b.paper.made.UTC().Format(time.RFC3339)
	return b.file.SetDocProps(&excelize.DocProperties{
		Title: b.paper.title, Creator: b.paper.unit, LastModifiedBy: b.paper.unit, Created: stamp, Modified: stamp, Language: "zh-CN",
	})
}
