"use strict";
// Unpacks the blocks and shows people. It fetches nothing, stores nothing, and puts text
// on the page only as text.
(function () {
  var lookup = document.getElementById("lookup");
  if (!lookup) return;
  var $ = function (id) { return document.getElementById(id); };
  var blocks = Array.prototype.slice.call(document.querySelectorAll("script.block"));
  var words = ["发放", "缓发", "拒发", "不应发"];
  var step = 100, shown = step, hits = [], roll = null, kept = new Map();

  function unpack(block) {
    if (!kept.has(block)) {
      var text = atob(block.textContent), bytes = new Uint8Array(text.length);
      for (var i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
      var stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
      kept.set(block, new Response(stream).json());
    }
    return kept.get(block);
  }

  function rowsOf(kind, batch, person, width) {
    var found = blocks.filter(function (b) {
      return b.dataset.kind === kind && +b.dataset.batch === batch && +b.dataset.first <= person && person <= +b.dataset.last;
    });
    return Promise.all(found.map(unpack)).then(function (list) {
      var out = [];
      list.forEach(function (data) {
        for (var i = 0; i < data.rows.length; i += width) {
          if (data.rows[i] === person) out.push({ cells: data.rows.slice(i, i + width), text: function (n) { return this.strings[n]; }, strings: data.strings });
        }
      });
      return out;
    });
  }

  function yuan(fen) {
    var minus = fen < 0, s = String(Math.abs(fen)).padStart(3, "0");
    var whole = s.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ",");
    return (minus ? "-" : "") + whole + "." + s.slice(-2);
  }

  function month(m) { return Math.floor(m / 100) + "-" + String(m % 100).padStart(2, "0"); }

  function add(parent, name, text, style) {
    var e = document.createElement(name);
    if (text !== undefined) e.textContent = text;
    if (style) e.className = style;
    parent.appendChild(e);
    return e;
  }

  function table(parent, heads, rows) { // heads that begin with # are of numbers
    var wide = add(parent, "div", undefined, "wide"), t = add(wide, "table"), head = add(add(t, "thead"), "tr");
    var right = heads.map(function (h) { return h.charAt(0) === "#"; });
    heads.forEach(function (h, i) { add(head, "th", right[i] ? h.slice(1) : h).scope = "col"; });
    var body = add(t, "tbody");
    rows.forEach(function (cells) {
      var tr = add(body, "tr", undefined, cells.sum ? "sum" : "");
      cells.forEach(function (c, i) { add(tr, "td", c, right[i] ? "n" : ""); });
    });
  }

  function placeName(n) {
    var p = roll.places[n], town = roll.places.find(function (x) { return x[0] === p[2]; });
    return p[0].length === 12 && town ? town[1] + p[1] : p[1];
  }

  function amount(i, n) { return roll.amounts[i * 6 + n]; }

  function fill(inner, i) {
    var batch = roll.batch[i], person = roll.person[i];
    var account = roll.strings[roll.account[i]], reason = roll.strings[roll.reason[i]];
    add(inner, "p", "人员编号 " + person + (account ? "　" + account : "") + (reason ? "　" + reason : ""), "note");
    return Promise.all([rowsOf("lines", batch, person, 10), rowsOf("changes", batch, person, 6)]).then(function (both) {
      var gross = 0, deduction = 0;
      both[0].sort(function (a, b) { return b.cells[2] - a.cells[2] || a.cells[1] - b.cells[1]; });
      var lines = both[0].map(function (r) {
        var c = r.cells, item = roll.items[c[1]];
        if (item[1]) deduction += c[3]; else gross += c[3];
        return [item[0] + (item[1] ? "（扣款）" : ""), month(c[2]), yuan(c[3] + c[4]), yuan(c[4]), yuan(c[3]), r.text(c[6]), r.text(c[9]), r.text(c[8])];
      });
      if (lines.length) {
        var sum = ["应发 − 扣款", "", "", "", yuan(gross - deduction), "", "", ""];
        sum.sum = true;
        lines.push(sum);
        table(inner, ["项目", "所属月份", "#核定", "#以前已计", "#本次", "依据文号", "说明", "原因"], lines);
      } else {
        add(inner, "p", "没有明细行。");
      }
      table(inner, ["#应发", "#扣款", "#重发", "#缓发增减", "#待扣增减", "#实发"], [[yuan(amount(i, 0)), yuan(amount(i, 1)), yuan(amount(i, 4)), yuan(amount(i, 2)), yuan(amount(i, 3)), yuan(amount(i, 5))]]);
      if (both[1].length) {
        add(inner, "h3", "与上月比较");
        table(inner, ["项目", "#对照", "#本次", "#增减", "原因", "说明"], both[1].map(function (r) {
          var c = r.cells;
          return [r.text(c[3]), yuan(c[1]), yuan(c[2]), yuan(c[2] - c[1]), r.text(c[4]), r.text(c[5])];
        }));
      }
    });
  }

  function entry(i) {
    var d = document.createElement("details"), s = add(d, "summary");
    d.className = "who";
    add(s, "span", roll.name[i]);
    add(s, "span", roll.id[i], "code");
    add(s, "span", placeName(roll.place[i]), "wide-only");
    add(s, "span", roll.batches.length > 1 ? roll.batches[roll.batch[i]] : "", "wide-only");
    add(s, "span", yuan(amount(i, 5)), "pay");
    add(s, "span", words[roll.status[i]]);
    d.addEventListener("toggle", function () {
      if (d.open && !d.dataset.filled) {
        d.dataset.filled = "1";
        fill(add(d, "div", undefined, "inner"), i).then(function () { d.dataset.filled = "done"; });
      }
    });
    return d;
  }

  function render() {
    var list = $("people");
    for (var n = list.children.length; n < Math.min(shown, hits.length); n++) list.appendChild(entry(hits[n]));
    $("more").hidden = hits.length <= shown;
  }

  function search() {
    var q = $("q").value.trim(), town = $("town").value, unit = $("unit").value, status = $("status").value, pay = 0;
    hits = [];
    for (var i = 0; i < roll.name.length; i++) {
      var code = roll.places[roll.place[i]][0];
      if (town && code.slice(0, 9) !== town) continue;
      if (unit && code !== unit) continue;
      if (status && roll.status[i] !== +status) continue;
      if (q && roll.name[i].indexOf(q) < 0 && !(/^[0-9Xx]{4}$/.test(q) && roll.id[i].slice(-4) === q.toUpperCase()) && String(roll.person[i]) !== q) continue;
      hits.push(i);
      pay += amount(i, 5);
    }
    shown = step;
    $("people").textContent = "";
    render();
    $("found").textContent = "找到 " + hits.length + " " + lookup.dataset.unit + "，实发合计 " + yuan(pay) + " 元";
    if (hits.length === 1) $("people").firstChild.open = true;
  }

  function units() {
    var town = $("town").value, list = $("unit");
    list.length = 1;
    roll.places.forEach(function (p) {
      if (town && p[0].slice(0, 9) === town) list.add(new Option(p[0].length === 12 ? p[1] : "乡镇（街道）本级", p[0]));
    });
  }

  // A link of the form #p=430725101 or #q=name shows a place or a person.
  function follow() {
    var hash = location.hash.slice(1);
    try { hash = decodeURIComponent(hash); } catch (e) { return; } // a link that somebody broke
    var what = hash.slice(0, 2), value = hash.slice(2);
    if (what !== "p=" && what !== "q=") return;
    $("find").reset();
    if (what === "q=") $("q").value = value;
    else $("town").value = value.slice(0, 9);
    units();
    if (what === "p=" && value.length === 12) $("unit").value = value;
    search();
    $("s12").scrollIntoView();
    $("q").focus({ preventScroll: true });
  }

  $("found").textContent = "正在打开逐人明细……";
  Promise.resolve(blocks[0]).then(unpack).then(function (data) {
    roll = data;
    roll.places.forEach(function (p) { if (p[0].length === 9) $("town").add(new Option(p[1], p[0])); });
    words.forEach(function (w, n) { $("status").add(new Option(w, String(n))); });
    var timer = 0;
    $("q").addEventListener("input", function () { clearTimeout(timer); timer = setTimeout(search, 150); });
    $("town").addEventListener("change", function () { units(); search(); });
    $("unit").addEventListener("change", search);
    $("status").addEventListener("change", search);
    $("find").addEventListener("submit", function (e) { e.preventDefault(); search(); });
    $("find").addEventListener("reset", function () { setTimeout(function () { units(); search(); }); });
    $("more").addEventListener("click", function () { shown += step; render(); });
    window.addEventListener("hashchange", follow);
    search();
    follow();
  }).catch(function (e) { $("found").textContent = "逐人明细打不开：" + e + "。请用较新的浏览器，或看审核工作簿。"; });
})();
