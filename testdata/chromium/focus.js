// Where the keyboard is. Called with true it numbers the controls of the page in the order of its text and puts the keyboard before the
// first; called with false it says which of them has the focus, and what is wrong with that.
(function (begin) {
  "use strict";
  function clean(s) { return (s || "").replace(/\s+/g, " ").trim(); }
  function seen(e) { return e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden" && e.checkVisibility(); } // what a closed part holds has a place and is not drawn
  function name(e) { return e.tagName.toLowerCase() + " " + clean(e.innerText || e.getAttribute("aria-label") || (e.labels && e.labels[0] && e.labels[0].textContent) || e.name).slice(0, 40); }
  if (begin) {
    var stops = Array.from(document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")).filter(function (e) {
      return seen(e) && !e.disabled && e.tabIndex >= 0 && e.type !== "hidden" &&
        !(e.type === "radio" && Array.from(e.form.elements).some(function (o) { return o !== e && o.type === "radio" && o.name === e.name && (o.checked || !e.checked && o.compareDocumentPosition(e) === Node.DOCUMENT_POSITION_FOLLOWING); })); // one stop for a group
    });
    window.stops = stops;
    window.scrollTo(0, 0);
    document.body.tabIndex = -1;
    document.body.focus();
    document.body.removeAttribute("tabindex");
    return {Names: stops.map(name)};
  }
  var e = document.activeElement, at = window.stops.indexOf(e);
  if (!e || e === document.body || e === document.documentElement) { return {Stop: -1}; }
  if (at < 0) { return {Stop: -2, Name: name(e), Scrolls: e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight}; }
  var wrong = [], s = getComputedStyle(e), r = e.getClientRects()[0];
  function light(c) {
    return c.match(/[\d.]+/g).map(Number).slice(0, 3).reduce(function (sum, v, i) { v /= 255; return sum + [0.2126, 0.7152, 0.0722][i] * (v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4)); }, 0);
  }
  function ground(x) {
    for (; x; x = x.parentElement) { var c = getComputedStyle(x).backgroundColor, p = c.match(/[\d.]+/g); if (p.length < 4 || Number(p[3]) > 0) { return c; } }
    return "rgb(255, 255, 255)";
  }
  if (s.outlineStyle === "none" || parseFloat(s.outlineWidth) < 2) { wrong.push("nothing shows that it has the focus"); } else {
    var a = light(s.outlineColor), b = light(ground(e.parentElement)), ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 3) { wrong.push("its frame has a contrast of " + ratio.toFixed(2)); }
  }
  if (r.bottom <= 0 || r.top >= innerHeight || r.right <= 0 || r.left >= innerWidth) { wrong.push("it has the focus out of sight"); }
  return {Stop: at, Name: name(e), Wrong: wrong, Left: Math.round(r.left), Right: Math.round(r.right), Top: Math.round(r.top + scrollY), Bottom: Math.round(r.bottom + scrollY)};
})
