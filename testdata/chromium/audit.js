// What a program can measure of WCAG 2.1 AA in the page as it is drawn. Gives sentences, none when nothing is wrong.
(function () {
  "use strict";
  var wrong = [];
  function clean(s) { return (s || "").replace(/\s+/g, " ").trim(); }
  function say(e, what) { wrong.push(what + ": " + e.tagName.toLowerCase() + " " + clean(e.outerHTML).slice(0, 90)); }
  function seen(e) { return e.getClientRects().length > 0 && e.checkVisibility({visibilityProperty: true}); } // what is folded has its place and is not seen
  function colour(s) { var m = s.match(/[\d.]+/g).map(Number); return {r: m[0], g: m[1], b: m[2], a: m.length > 3 ? m[3] : 1}; }
  function over(top, under) {
    function mix(k) { return top[k] * top.a + under[k] * (1 - top.a); }
    return {r: mix("r"), g: mix("g"), b: mix("b"), a: 1};
  }
  function light(c) {
    function linear(v) { v /= 255; return v <= 0.03928 ? v / 12.92 : Math.pow((v + 0.055) / 1.055, 2.4); }
    return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b);
  }
  function ground(e) {
    var layers = [];
    for (; e; e = e.parentElement) { layers.push(colour(getComputedStyle(e).backgroundColor)); if (layers[layers.length - 1].a === 1) { break; } }
    return layers.reverse().reduce(function (under, top) { return over(top, under); }, {r: 255, g: 255, b: 255, a: 1});
  }
  function ratio(a, b) { var x = light(a), y = light(b); return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05); }

  var texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    var e = texts.currentNode.parentElement;
    if (!clean(texts.currentNode.data) || !seen(e) || e.closest("svg, option, [disabled], script, style")) { continue; }
    var s = getComputedStyle(e), size = parseFloat(s.fontSize), large = size >= 24 || (size >= 18.66 && Number(s.fontWeight) >= 700);
    var under = ground(e), c = ratio(over(colour(s.color), under), under);
    if (c < (large ? 3 : 4.5)) { say(e, "contrast " + c.toFixed(2)); }
  }
  document.querySelectorAll("input:not([type=hidden]), select, textarea").forEach(function (e) {
    if (seen(e) && !(e.labels && Array.from(e.labels).some(function (l) { return clean(l.textContent); })) && !e.getAttribute("aria-label")) { say(e, "field without a label"); }
  });
  document.querySelectorAll("a[href], button, summary").forEach(function (e) {
    if (seen(e) && !clean(e.innerText) && !e.getAttribute("aria-label")) { say(e, "nothing says what it does"); }
  });
  var level = 0;
  document.querySelectorAll("h1, h2, h3, h4, h5, h6").forEach(function (h) {
    if (!seen(h)) { return; }
    var n = Number(h.tagName[1]);
    if (n > level + 1) { say(h, "heading of level " + n + " after " + level); }
    level = n;
  });
  if (document.querySelectorAll("h1").length !== 1) { wrong.push("headings of the first level: " + document.querySelectorAll("h1").length); }
  document.querySelectorAll("table").forEach(function (t) { if (seen(t) && !t.querySelector("th")) { say(t, "table without headers"); } });
  document.querySelectorAll("svg, img").forEach(function (e) {
    if (seen(e) && !(e.querySelector("title") || e.getAttribute("aria-label") || e.getAttribute("alt"))) { say(e, "picture without words"); }
  });
  var ids = {};
  document.querySelectorAll("[id]").forEach(function (e) { if (ids[e.id]) { say(e, "second of its id"); } ids[e.id] = true; });
  if (!document.documentElement.lang) { wrong.push("no language"); }
  if (!document.title) { wrong.push("no title"); }
  if (!document.querySelector("main")) { wrong.push("no main part"); }
  if (document.documentElement.scrollWidth > document.documentElement.clientWidth) { wrong.push("wider than its window by " + (document.documentElement.scrollWidth - document.documentElement.clientWidth)); }
  return wrong;
})()
