// What a page does by itself: a form is sent once, and a page that says what went wrong leads back to the page before.
"use strict";
document.addEventListener("submit", function (e) {
  var form = e.target;
  if (!form.elements.once || "again" in form.dataset) { return; } // it asks for a page or a file, which may be asked for again
  if (form.dataset.sent) { e.preventDefault(); return; }
  form.dataset.sent = "1";
  setTimeout(function () { form.querySelectorAll("button").forEach(function (b) { b.disabled = true; }); }, 0);
});
document.querySelectorAll("a[data-back]").forEach(function (a) {
  if (history.length > 1) { a.addEventListener("click", function (e) { e.preventDefault(); history.back(); }); }
});
window.addEventListener("pageshow", function (e) {
  if (!e.persisted) { return; } // a page that the browser kept comes back as it was left: what it sent was answered, by a page that was read
  document.querySelectorAll("form").forEach(function (form) {
    delete form.dataset.sent;
    form.querySelectorAll("button").forEach(function (b) { b.disabled = false; });
  });
});
