// Finds what a person would find by its words, scrolls it into the window and says where it is.
(function (asked) {
  "use strict";
  var what = asked[0], words = asked[1], under = asked[2];
  function clean(s) { return (s || "").replace(/\s+/g, " ").trim(); }
  function seen(e) { return e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden"; }
  function field(l) { return l.matches("label") ? l.control : l; }
  var within = document.body;
  if (under) {
    var parts = Array.from(document.querySelectorAll("section, article, tr, li, header")).filter(function (s) {
      if (s.matches("tr, li")) { return seen(s) && clean(s.innerText).includes(under); }
      var h = s.querySelector("h1, h2, h3"); return h && seen(h) && clean(h.innerText).includes(under);
    });
    var called = parts.filter(function (s) { var h = !s.matches("tr, li") && s.querySelector("h1, h2, h3"); return h && clean(h.innerText) === under; });
    if (called.length) { parts = called; }
    parts = parts.filter(function (s) { return !parts.some(function (o) { return o !== s && s.contains(o); }); });
    if (parts.length !== 1) { return {Why: parts.length + " parts of the page are called " + under}; }
    within = parts[0];
  }
  var list;
  if (what === "press") {
    list = Array.from(within.querySelectorAll("a[href], button, summary")).filter(seen);
    var exact = list.filter(function (e) { return clean(e.innerText) === words; });
    list = exact.length ? exact : list.filter(function (e) { return clean(e.innerText).includes(words); });
  } else {
    list = Array.from(within.querySelectorAll("label, [aria-label]:is(input, select, textarea)")).filter(function (l) { return seen(l) && field(l); });
    var text = function (l) { if (l.hasAttribute("aria-label")) { return clean(l.getAttribute("aria-label")); } var c = l.cloneNode(true); c.querySelectorAll("select, option, textarea").forEach(function (x) { x.remove(); }); return clean(c.textContent); };
    var same = list.filter(function (l) { return text(l) === words; });
    list = (same.length ? same : list.filter(function (l) { return text(l).includes(words); })).map(field);
  }
  if (list.length !== 1) { return {Why: list.length + " things bear these words"}; }
  var e = list[0];
  document.querySelectorAll("[data-found]").forEach(function (x) { x.removeAttribute("data-found"); });
  e.setAttribute("data-found", "");
  e.scrollIntoView({block: "center"});
  var r = e.getClientRects()[0] || e.getBoundingClientRect();
  var x = Math.round(r.left + r.width / 2), y = Math.round(r.top + r.height / 2), top = document.elementFromPoint(x, y);
  if (e.type !== "file" && !(top && (e.contains(top) || top.contains(e)))) { return {Why: "something lies over it"}; }
  if (e.disabled) { return {Why: "it is switched off"}; }
  return {X: x, Y: y, Kind: e.type || e.tagName.toLowerCase(), Why: ""};
})
