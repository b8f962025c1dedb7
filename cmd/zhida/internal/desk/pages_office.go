package desk

import (
	"bytes"
	"cmp"
	"io"
	"mime"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"zhida/cmd/zhida/internal/app"
	"zhida/importers"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/facts"
	"zhida/rules/message"
)

// officePage is what somebody of a department or a township has to do: what waits for them, what the bureau sent back to them, and
// for a township what it has not reported yet, what hangs on its walls and whose cards it has to ask for.
type officePage struct {
	Month   calendar.Month // under way
	Waiting []payroll.Proposal
	Brought []payroll.Proposal // by the visitor, and not decided yet
	Slips   []slipRow
	Places  []officeRow
}

// slipRow is a fact that was sent back, with what its owner can do.
type slipRow struct {
	payroll.SentBack
	KindName, PlaceName string
	Brings              bool // the owner's own sheet can mend it
}

// officeRow is a township.
type officeRow struct {
	Code, Name string
	Cadres     int  // of the township itself, at the end of the month
	NoDays     bool // somebody is there and no days are reported
	Absent     int  // people with an absence in the month
	Batches    []payroll.Batch
	Register   []payroll.Batch // with people whose pay waits for the registration of their notice
	Elections  []payroll.VillageElection
	Bounced    int // payments that came back
}

func officeShow(r *request) error {
	var p officePage
	var err error
	if p.Month, _, err = r.desk.book.UnderWay(r.Context()); err != nil {
		return err
	}
	proposals, err := r.desk.book.ProposalList(r.Context(), true)
	if err != nil {
		return err
	}
	for _, x := range proposals {
		switch {
		case x.Actor == r.visit.actor.Name:
			p.Brought = append(p.Brought, x)
		case r.decides(x):
			p.Waiting = append(p.Waiting, x)
		}
	}
	if p.Slips, err = r.slips(); err != nil {
		return err
	}
	for _, code := range r.scope().townships {
		row, err := r.officeOf(code, p.Month)
		if err != nil {
			return err
		}
		p.Places = append(p.Places, row)
	}
	return r.page("office", "待办", p)
}

// slips are the facts that were sent back to the visitor and are not answered.
func (r *request) slips() (rows []slipRow, err error) {
	list, err := r.desk.book.SentBacks(r.Context())
	if err != nil {
		return nil, err
	}
	names, err := r.placeNames()
	if err != nil {
		return nil, err
	}
	kinds, err := r.brings()
	if err != nil {
		return nil, err
	}
	for _, x := range list {
		if x.Answered == 0 && may(r.visit.actor, []payroll.Role{x.Owner()}) {
			rows = append(rows, slipRow{x, payroll.KindChinese(x.Kind), cmp.Or(names[x.Place], x.Place), slices.Contains(kinds, x.Kind)})
		}
	}
	return rows, nil
}

func (r *request) officeOf(code string, month calendar.Month) (row officeRow, err error) {
	ctx, book, own := r.Context(), r.desk.book, scope{townships: []string{code}}
	names, err := r.placeNames()
	if err != nil {
		return row, err
	}
	row = officeRow{Code: code, Name: cmp.Or(names[code], code)}
	kinds, people, err := book.Attendance(ctx, code, month)
	if err != nil {
		return row, err
	}
	for _, x := range people {
		if x.Category == facts.TownshipCadre {
			row.Cadres++
		}
		if len(x.Absences) > 0 {
			row.Absent++
		}
	}
	row.NoDays = row.Cadres > 0 && len(kinds) == 0
	all, err := book.BatchList(ctx)
	if err != nil {
		return row, err
	}
	for _, b := range all {
		if b.ID.Month() == month && b.Kind != payroll.Reissue {
			row.Batches = append(row.Batches, b)
		}
	}
	batches, err := r.noticedBatches()
	if err != nil {
		return row, err
	}
	for _, b := range batches {
		waiting, err := book.AwaitNotice(ctx, b.ID, code)
		if err != nil {
			return row, err
		}
		if len(waiting) > 0 {
			row.Register = append(row.Register, b)
		}
	}
	villages, err := book.ElectionReports(ctx, month.Year())
	if err != nil {
		return row, err
	}
	// A year in which no village has reported is no year of elections.
	if slices.ContainsFunc(villages, func(v payroll.VillageElection) bool { return v.Reported }) {
		row.Elections = slices.DeleteFunc(villages, func(v payroll.VillageElection) bool { return v.Reported || !own.has(v.Place) })
	}
	back, err := book.PaymentList(ctx, payroll.PaymentQuery{State: payroll.PaymentReturned, Place: code})
	row.Bounced = len(own.paid(back))
	return row, err
}

// keepDo answers a slip: the fact stands, by a document.
func keepDo(r *request) (string, error) {
	position, err := strconv.ParseInt(r.PathValue("position"), 10, 64)
	if err != nil {
		return "", message.Err("desk.no_page")
	}
	if err := r.desk.book.KeepFact(r.Context(), r.signer, position, r.PostFormValue("document")); err != nil {
		return "", err
	}
	r.say("sendback.kept", position)
	return "/", nil
}

// placeAttendancePage are the days of the people of a place in a month.
type placeAttendancePage struct {
	Code, Name     string
	Month          calendar.Month
	Previous, Next calendar.Month
	Kinds          []string
	People         []payroll.PersonDays
	Days           int
	Brings         bool // the visitor brings the sheet in
	Own            bool // as the township's office, who gets it with the numbers of its people
}

func (r *request) attendance() (p placeAttendancePage, err error) {
	code, names, err := r.place()
	if err != nil {
		return p, err
	}
	p.Code, p.Name = code, names[code]
	if p.Month, err = r.monthAsked(); err != nil {
		return p, err
	}
	p.Previous, p.Next = p.Month.Add(-1), p.Month.Add(1)
	p.Kinds, p.People, err = r.desk.book.Attendance(r.Context(), p.Code, p.Month)
	for _, x := range p.People {
		for _, n := range x.Days {
			p.Days += n
		}
	}
	return p, err
}

func placeAttendanceShow(r *request) error {
	p, err := r.attendance()
	if err != nil {
		return err
	}
	kinds, err := r.brings()
	if err != nil {
		return err
	}
	p.Brings = slices.Contains(kinds, "days") && len(p.Code) == 9
	p.Own = may(r.visit.actor, []payroll.Role{payroll.Owner(p.Code)})
	return r.page("place_attendance", "考勤", p)
}

// daysSheetDo sends the sheet of days of a township with its own people in it, whose numbers stand whole there: the journal keeps that.
func daysSheetDo(r *request) error {
	p, err := r.attendance()
	if err != nil {
		return err
	}
	lists, err := r.formLists()
	if err != nil {
		return err
	}
	var cadres []payroll.Member
	for _, x := range p.People {
		if x.Category == facts.TownshipCadre {
			cadres = append(cadres, x.Member)
		}
	}
	data, err := importers.DaysSheet(lists, facts.Township(p.Code), cadres)
	if err != nil {
		return err
	}
	if err := r.desk.book.UnmaskDays(r.Context(), r.signer, p.Code, p.Month); err != nil {
		return err
	}
	return r.sendBytes(data, importers.Title("days")+"_"+p.Name+"_"+p.Month.String()+".xlsx")
}

// sendBytes sends a file that was made in memory for the browser to save.
func (r *request) sendBytes(data []byte, name string) error {
	h := r.w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	r.sent = true
	_, _ = io.Copy(r.w, bytes.NewReader(data)) // a browser that leaves is no error of ours
	return nil
}

// noticesPage are the notices that a township prints, and those that it registers.
type noticesPage struct {
	Batches  []noticedBatch // the latest first
	Register bool           // the visitor registers them; else the bureau does
}

type noticedBatch struct {
	payroll.Batch
	Places []noticedPlace
}

// noticedPlace is a place with its own people in a batch.
type noticedPlace struct {
	Code, Name string
	Waiting    []payroll.Found // whose pay is held until the notice is registered
}

func noticesShow(r *request) error {
	var p noticesPage
	batches, err := r.noticedBatches()
	if err != nil {
		return err
	}
	names, err := r.placeNames()
	if err != nil {
		return err
	}
	kinds, err := r.brings()
	if err != nil {
		return err
	}
	p.Register = slices.Contains(kinds, payroll.KindPublicity)
	for _, b := range batches {
		x := noticedBatch{Batch: b}
		noticed, err := r.desk.book.NoticePlaces(r.Context(), b.ID)
		if err != nil {
			return err
		}
		waiting := map[string][]payroll.Found{}
		for _, township := range r.scope().townships {
			held, err := r.desk.book.AwaitNotice(r.Context(), b.ID, township)
			if err != nil {
				return err
			}
			for _, f := range held {
				waiting[f.Place] = append(waiting[f.Place], f)
			}
		}
		for _, code := range sortedCodes(names) {
			if len(waiting[code]) > 0 || noticed[code] {
				x.Places = append(x.Places, noticedPlace{code, names[code], waiting[code]})
			}
		}
		if len(x.Places) > 0 {
			p.Batches = append(p.Batches, x)
		}
	}
	return r.page("notices", "公示表", p)
}

// placeNoticeDo registers that the notice of a place hung, with a photograph of it.
func placeNoticeDo(r *request) (string, error) {
	code, names, err := r.place()
	if err != nil {
		return "", err
	}
	id, err := r.noticed()
	if err != nil {
		return "", err
	}
	first, err := app.ParseDate(r.PostFormValue("from"))
	if err != nil {
		return "", err
	}
	last, err := app.ParseDate(r.PostFormValue("to"))
	if err != nil {
		return "", err
	}
	files, err := r.uploaded("photo")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(filepath.Dir(files[0]))
	people, result, err := r.desk.book.RecordNotice(r.Context(), r.signer, id, code, first, last, files[0])
	if err != nil {
		return "", err
	}
	r.say("notice.recorded", names[code], people, first, last, filepath.Base(files[0]))
	if result.Proposal != 0 {
		r.say("proposal.made", result.Proposal)
	}
	return "/", nil
}
