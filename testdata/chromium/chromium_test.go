package chromium

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// One page has every fault that the audit looks for, once; another has none.
func TestAudit(t *testing.T) {
	body := ""
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, body)
	}))
	defer site.Close()
	w := Start(t).Window(800)

	body = `<!doctype html><html lang="zh-CN"><title>好</title><main><h1>好</h1><h2>二</h2><p style="color:#555">字</p>
<label>名 <input></label><button>按</button><table><tr><th>头</th></tr></table><svg><title>图</title></svg></main>`
	w.Visit(site.URL)
	if list := w.Audit(); len(list) != 0 {
		t.Errorf("a good page: %q", list)
	}

	body = `<!doctype html><html><h1>一</h1><h1>又一</h1><h3>三</h3><p style="color:#aaa">淡</p><div style="background:rgba(0,0,0,.5)"><span style="color:#666">也淡</span></div>
<input><button></button><table><tr><td>x</td></tr></table><svg width="9" height="9"></svg><i id="a"></i><i id="a"></i><div style="width:2000px">宽</div>`
	w.Visit(site.URL)
	list := strings.Join(w.Audit(), "\n")
	for _, want := range []string{"contrast 2.32: p", "contrast 1.4", "field without a label", "nothing says what it does", "heading of level 3 after 1", "headings of the first level: 2",
		"table without headers", "picture without words", "second of its id", "no language", "no title", "no main part", "wider than its window"} {
		if strings.Count(list, want) != 1 {
			t.Errorf("%q is said %d times:\n%s", want, strings.Count(list, want), list)
		}
	}
}

// What a person sees is found by its words, and only where one thing bears them; what lies under something else cannot be pressed.
func TestFind(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><title>x</title><body><p>%s %s</p>
<section><h2>甲</h2><form><label>理由 <input name="a"></label><label>种类 <select name="k"><option value="1">花名册</option><option value="2">账户</option></select></label><button name="b" value="1">答复</button></form></section>
<section><h2>乙</h2><form><label>理由 <input name="c"></label><button name="d" value="1">答复</button></form></section>
<button hidden>藏</button><div style="position:relative"><button>盖</button><div style="position:absolute;inset:0;background:#fff"></div></div>`, r.URL.Path, r.URL.RawQuery)
	}))
	defer site.Close()
	w := Start(t).Window(800)
	w.Visit(site.URL)
	for words, want := range map[string]string{"答复": "2 things", "藏": "0 things", "盖": "lies over it"} {
		if s, err := w.look("press", words, ""); err != nil || !strings.Contains(s.Why, want) {
			t.Errorf("%s: %+v %v", words, s, err)
		}
	}
	w.Fill("理由", "因为", "甲")
	w.Fill("种类", "账户", "甲")
	w.Press("答复", "甲")
	if text := w.Text(); !strings.Contains(text, "a=%E5%9B%A0%E4%B8%BA&k=2&b=1") {
		t.Error(text)
	}
	w.Back()
	if strings.Contains(w.Text(), "a=") {
		t.Error(w.Text())
	}
}

// A page that can be walked by the Tab key has no fault; another has each that the walk looks for.
func TestWalk(t *testing.T) {
	body := ""
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, body)
	}))
	defer site.Close()
	w := Start(t).Window(800)

	const frame = `<!doctype html><style>:focus-visible { outline: 3px solid #a85500 }</style>`
	body = frame + `<a href="/">甲</a><form><input name="x" aria-label="乙" autofocus><input type="date" aria-label="日"><label><input type="radio" name="r">一</label><label><input type="radio" name="r">二</label></form>
<details><summary>更多</summary><button>藏</button></details><button disabled>灭</button><p><button>丙</button> <button>丁</button>`
	w.Visit(site.URL)
	if list := w.Walk(); len(list) != 0 {
		t.Errorf("a good page: %q", list)
	}

	for want, page := range map[string]string{
		"nothing shows that it has the focus": `<button style="outline: none">甲</button>`,
		"a contrast of 1.":                    `<button style="outline: 3px solid #eee">甲</button>`,
		"out of sight":                        `<button style="position: absolute; left: -999px">甲</button>`,
		"jumps back to button 乙":              `<div style="display: flex; flex-direction: column-reverse"><button>甲</button><button>乙</button></div>`,
		"jumps back to button 丁":              `<div style="display: flex; flex-direction: row-reverse; justify-content: flex-end"><button>丙</button><button>丁</button></div>`,
		"no Tab leads out of input 戊":         `<button>甲</button><input aria-label="戊" onkeydown="event.preventDefault()"><button>乙</button>`,
		"no Tab leads to button 己":            `<button onfocus="this.nextElementSibling.nextElementSibling.focus()">甲</button><button>己</button><button>庚</button>`,
		"which is no control":                 `<button>甲</button><p contenteditable>字</p>`,
	} {
		body = frame + page
		w.Visit(site.URL)
		if list := w.Walk(); !strings.Contains(strings.Join(list, "\n"), want) {
			t.Errorf("%s: %q", want, list)
		}
	}
}
