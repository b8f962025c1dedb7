// Package webreport owns the audit report: one HTML file that opens by a double click,
// fetches nothing and prints on A4. It is the only place that knows how a page is made of
// a survey. It computes no pay; what it adds up it holds against the figures of the book,
// and it writes nothing when two figures that should be one differ.
//
// The page is an html/template with the style sheet and the script inside, which a
// content security policy allows by their digests and nothing else. Charts are SVG, drawn
// here. What people look up one by one (everybody's lines with their sentences) is packed
// in blocks that the script unpacks when somebody opens them, so that a hundred thousand
// payees are a file that a browser still opens at once.
package webreport
