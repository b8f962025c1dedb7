package chromium

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

//go:embed focus.js
var focusing string

// focus is which control has the keyboard, as focus.js says it.
type focus struct {
	Names                    []string // of all controls, at the beginning
	Stop                     int      // -1: none; -2: something that is no control
	Name                     string
	Scrolls                  bool
	Wrong                    []string
	Left, Right, Top, Bottom int
}

// Tab goes to the next control, or to the one before.
func (w *Window) Tab(back bool) {
	w.t.Helper()
	if back {
		w.run(chromedp.KeyEvent("\t", chromedp.KeyModifiers(chromedp.ModifierShift)))
		return
	}
	w.run(chromedp.KeyEvent("\t"))
}

// Walk goes through the page by the Tab key from its top and gives what is wrong: controls that are left out, an order that jumps up
// or to the left, a focus that cannot be seen, a place from which no Tab leads on.
func (w *Window) Walk() (wrong []string) {
	w.t.Helper()
	all := Ask[focus](w, focusing+"(true)").Names
	say := func(format string, args ...any) { wrong = append(wrong, w.Path()+": "+fmt.Sprintf(format, args...)) }
	reached := map[int]bool{}
	var last focus
	last.Stop = -1
	stays := 0
	for range 8*len(all) + 10 { // a date has several fields of its own
		w.Tab(false)
		f := Ask[focus](w, focusing+"(false)")
		switch {
		case f.Stop == -2 && f.Scrolls: // a wide table that the browser lets one scroll
			continue
		case f.Stop == -2:
			say("the focus goes to %s, which is no control", f.Name)
			continue
		case f.Stop == -1 || f.Stop == 0 && len(reached) > 0 && last.Stop != 0: // out of the page, or round to its top
			for i, name := range all {
				if !reached[i] {
					say("no Tab leads to %s", name)
				}
			}
			return wrong
		case f.Stop == last.Stop:
			if stays++; stays > 8 {
				say("no Tab leads out of %s", f.Name)
				return wrong
			}
			continue
		}
		stays = 0
		for _, x := range f.Wrong {
			say("%s: %s", f.Name, x)
		}
		if above, level := f.Bottom <= last.Top, f.Top < last.Bottom && f.Bottom > last.Top; last.Stop >= 0 && (above && f.Left < last.Right || level && f.Right <= last.Left) {
			say("from %s the focus jumps back to %s", last.Name, f.Name)
		}
		reached[f.Stop], last = true, f
	}
	say("the Tab key goes round and round, last at %s", last.Name)
	return wrong
}

// Reach goes by the Tab key to what bears the words, a link or button or, with field, a field; back goes the other way.
func (w *Window) Reach(words, under string, field, back bool) {
	w.t.Helper()
	what := "press"
	if field {
		what = "fill"
	}
	w.find(what, words, under)
	const most = 300
	for range most {
		w.Tab(back)
		if Ask[bool](w, `document.activeElement.matches("[data-found]")`) {
			return
		}
	}
	w.t.Fatalf("%s: %d times Tab do not lead to %q", w.Path(), most, words)
}

// Strike presses a key that leads to another page.
func (w *Window) Strike(key string) {
	w.t.Helper()
	w.leave(chromedp.KeyEvent(key))
}

// Type types into the field that has the focus; Chinese comes as from an input method.
func (w *Window) Type(text string) {
	w.t.Helper()
	w.run(command(input.InsertText, input.InsertTextParams{Text: text}))
}

// ChooseByKey presses a key on the field for files that has the focus, and gives the files to the dialog that it opens.
func (w *Window) ChooseByKey(key string, files ...string) {
	w.t.Helper()
	opened := make(chan struct{}, 1)
	ctx, stop := context.WithCancel(w.ctx)
	defer stop()
	if err := chromedp.Listen(ctx, func(event any) {
		if _, ok := event.(*page.EventFileChooserOpened); ok {
			opened <- struct{}{}
		}
	}); err != nil {
		w.t.Fatal(err)
	}
	w.run(command(page.SetInterceptFileChooserDialog, page.SetInterceptFileChooserDialogParams{Enabled: true}), chromedp.KeyEvent(key))
	if !w.until(func() bool { return len(opened) > 0 }) {
		w.t.Fatalf("%s: the key opens no dialog for files", w.Path())
	}
	w.run(chromedp.SetUploadFiles(found, files), command(page.SetInterceptFileChooserDialog, page.SetInterceptFileChooserDialogParams{}))
}
