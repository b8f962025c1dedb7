package main

import (
	"bufio"
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"zhida/cmd/zhida/internal/app"
	"zhida/exporters"
	"zhida/payroll"
	"zhida/rules/calendar"
	"zhida/rules/message"
	"zhida/rules/money"
)

// What every command prints with --json. From the Go types that stand here come the JSON
// Schema and the pages docs/json.md and docs/json.en.md (jsonpage_test.go); what the commands
// of the scripts print is held against the schema while they run.

// output is what one command prints: a value of one of these types, or several of them on a
// line each. codes are the sentences that it may say, where the type is told.
type output struct {
	kinds []any
	codes []string
	lines bool
}

func one(kinds ...any) output           { return output{kinds: kinds} }
func eachLine(kinds ...any) output      { return output{kinds: kinds, lines: true} }
func saying(codes ...string) output     { return output{kinds: []any{told{}}, codes: codes} }
func (o output) onLines() output        { o.lines = true; return o }
func (o output) or(kinds ...any) output { o.kinds = append(o.kinds, kinds...); return o }

var outputs = map[string]output{
	"zhida init":            saying("init.done"),
	"zhida actor add":       saying("actor.added", "actor.proposed"),
	"zhida actor list":      one([]actorRow{}),
	"zhida actor remove":    saying("actor.removed", "actor.proposed"),
	"zhida actor rekey":     saying("actor.rekeyed", "actor.proposed"),
	"zhida settings set":    saying("proposal.made"),
	"zhida settings show":   one(wholeText{}),
	"zhida template":        one(writtenFiles{}),
	"zhida import":          eachLine(importedFile{}, refusedFile{}, answeredFile{}),
	"zhida headings list":   one([]payroll.Headings{}),
	"zhida headings forget": saying("headings.forgotten"),
	"zhida election":        one([]villageRow{}),
	"zhida roster":          one(rosterCompared{}),
	"zhida policy check":    one(cleanFiles{}),
	"zhida policy test":     one(testedCases{}),
	"zhida policy diff":     one([]told{}),
	"zhida policy try":      one(triedDrafts{}),
	"zhida policy adopt":    saying("proposal.made").onLines(),
	"zhida policy withdraw": saying("proposal.made"),
	"zhida policy list":     one([]policyRow{}),
	"zhida policy show":     one(wholeText{}),
	"zhida proposal list":   one([]proposalRow{}),
	"zhida proposal show":   one(proposedContent{}),
	"zhida proposal accept": saying("proposal.accepted", "proposal.passed").onLines(),
	"zhida proposal reject": saying("proposal.rejected").onLines(),
	"zhida status":          one(monthStanding{}),
	"zhida run":             one(runMade{}),
	"zhida rerun":           one(runMade{}, app.Rerun{}),
	"zhida batch list":      one([]batchHead{}),
	"zhida batch show":      one(batchWhole{}),
	"zhida batch lines":     eachLine(lineRow{}),
	"zhida batch diff":      one(diffWhole{}),
	"zhida batch recompute": saying("batch.recomputed"),
	"zhida batch attach":    one(attachment{}),
	"zhida batch answer":    saying("batch.done").or(answeredFindings{}),
	"zhida batch submit":    one([]batchHead{}),
	"zhida batch check":     one([]batchHead{}, []checking{}),
	"zhida batch approve":   one([]batchHead{}),
	"zhida batch findings":  one(checking{}),
	"zhida batch reject":    saying("batch.rejected"),
	"zhida batch cancel":    saying("batch.done", "proposal.made"),
	"zhida checks":          one(checkedPeriod{}),
	"zhida checks list":     one([]checkRow{}),
	"zhida explain":         one(explanation{}),
	"zhida export":          one(exporters.Manifest{}),
	"zhida workbook":        one(writtenFiles{}),
	"zhida report":          one(writtenFiles{}),
	"zhida evidence":        one(evidenceWritten{}),
	"zhida receipt":         one(receiptWritten{}),
	"zhida archive":         one(archiveWritten{}),
	"zhida fsck":            one(bookHealth{}),
	"zhida backup":          one(app.Backup{}),
	"zhida restore":         one(restoredBook{}),
	"zhida move":            one(movedBook{}),
	"zhida upgrade":         one(upgradedBook{}),
	"zhida doctor":          one([]examinedRow{}),
	"zhida erase list":      one([]expiryRow{}),
	"zhida erase propose":   one(eraseProposed{}),
	"zhida order":           one(writtenFiles{}),
	"zhida notice":          one(writtenNotices{}),
	"zhida notice record":   one(recordedNotice{}),
	"zhida paysheet":        one(writtenFiles{}),
	"zhida payslip":         one(writtenPayslips{}),
	"zhida dossier":         one(writtenDossier{}),
	"zhida audit-data":      one([]tableRow{}),
	"zhida layout list":     one([]listed{}),
	"zhida layout show":     one(wholeText{}),
	"zhida layout check":    one(cleanFiles{}),
	"zhida layout try":      one(app.Tried{}),
	"zhida calendar":        one([]calendarDay{}),
	"zhida budget":          one(payroll.Budget{}),
	"zhida payments":        one([]paymentRow{}),
	"zhida returns list":    one([]keptRow{}),
	"zhida returns resolve": saying("returns.resolved"),
	"zhida returns rest":    saying("returns.rest"),
	"zhida reissue":         one(reissued{}),
	"zhida fund show":       one(fundsWhole{}),
	"zhida fund close":      one(fundsWhole{}),
	"zhida fund reopen":     saying("fund.reopened"),
	"zhida fund trace":      one([]flowStep{}),
	"zhida fund statement":  one([]bankRow{}),
	"zhida fund match":      saying("statement.matched"),
	"zhida fund unmatch":    saying("statement.unmatched"),
	"zhida fund send-up":    saying("owed.proposed"),
	"zhida fund close-year": one(yearWhole{}),
	"zhida owed list":       one([]debtorRow{}),
	"zhida owed show":       one([]debtorRow{}),
	"zhida owed notice":     one(writtenFiles{}),
	"zhida owed repay":      saying("owed.proposed"),
	"zhida owed write-off":  saying("owed.proposed"),
	"zhida deaths":          one(deathsWhole{}),
	"zhida sendback add":    one(sentBack{}),
	"zhida sendback keep":   saying("sendback.kept"),
	"zhida sendback list":   one([]slipRow{}),
	"zhida census":          one(censusWhole{}),
	"zhida desk":            saying("desk.listening"),
	"zhida serve":           one(lookedOnce{}),
	"zhida demo":            one(demoMade{}),
}

// onErrors is what stands on standard error, one a line.
var onErrors = map[string]any{"note": told{}, "error": failure{}}

// unshown says why no script shows a command with --json.
var unshown = map[string]both{
	"zhida completion":   {"印的是给命令行用的脚本，没有 JSON。", "It prints a script for a shell, which is no JSON."},
	"zhida returns rest": {"要有只列失败的银行和它的对账单，payroll 的测试里有。", "It takes a bank that lists failures only, and its statement, as in the tests of payroll."},
	"zhida desk":         {"一直开着，直到有人结束它，cmd/zhida 的测试里有。", "It stays open until somebody ends it, as in the tests of cmd/zhida."},
	"zhida demo":         {"要算两个月的样例县，太慢，脚本里不演示。", "It computes two months of the sample county, which takes too long for a script."},
}

// kind is a JSON type as the pages name it, with its schema.
type kind struct {
	both
	schema map[string]any
}

func textual(zh, en, pattern string) kind {
	s := map[string]any{"type": "string"}
	if pattern != "" {
		s["pattern"] = pattern
	}
	return kind{both{zh, en}, s}
}

var (
	aText   = textual("文字", "text", "")
	aNumber = kind{both{"整数", "whole number"}, map[string]any{"type": "integer"}}
	aFlag   = kind{both{"是否", "yes or no"}, map[string]any{"type": "boolean"}}
	inFen   = kind{both{"分", "fen"}, map[string]any{"type": "integer"}}

	// byType are the types that print as something else than their Go type says.
	byType = map[reflect.Type]kind{
		reflect.TypeFor[money.Fen]():         inFen,
		reflect.TypeFor[calendar.Month]():    textual("月份", "month", `^\d{4}-\d{2}$`),
		reflect.TypeFor[calendar.Date]():     textual("日期", "day", `^\d{4}-\d{2}-\d{2}$`),
		reflect.TypeFor[time.Time]():         textual("时刻", "moment", `^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$`),
		reflect.TypeFor[payroll.BatchID]():   textual("批次号", "batch id", `^\d{4}-\d{2}/\d+$`),
		reflect.TypeFor[payroll.PaymentID](): textual("支付编号", "payment id", `^\d{4}-\d{2}/\d+#\d+$`),
	}
)

// field is one place of an output: items[].fen. Of is the Go type that has it, and holds the
// one that stands in it.
type field struct {
	path, name, of string
	kind           kind
	optional       bool
	holds          reflect.Type
}

// within takes lists and pointers away.
func within(t reflect.Type) reflect.Type {
	for t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t
}

// describe gives the schema of a type, and the fields below it in their order.
func describe(t reflect.Type, path string) (map[string]any, []field, kind) {
	if t.Kind() == reflect.Pointer {
		return describe(t.Elem(), path)
	}
	if k, ok := byType[t]; ok {
		return k.schema, nil, k
	}
	if t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
		return aText.schema, nil, aText
	}
	switch t.Kind() {
	case reflect.String:
		return aText.schema, nil, aText
	case reflect.Bool:
		return aFlag.schema, nil, aFlag
	case reflect.Int, reflect.Int64:
		return aNumber.schema, nil, aNumber
	case reflect.Slice:
		s, below, k := describe(t.Elem(), path+"[]")
		return map[string]any{"type": "array", "items": s}, below, kind{both: both{"列表：" + k.zh, "list: " + k.en}}
	case reflect.Map:
		s, below, k := describe(t.Elem(), path+".*")
		return map[string]any{"type": "object", "additionalProperties": s}, below, kind{both: both{"名称到" + k.zh, "by name: " + k.en}}
	case reflect.Struct:
		properties, required, fields := map[string]any{}, []string{}, []field{}
		for _, f := range jsonFields(t) {
			name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			at := strings.TrimPrefix(path+"."+name, ".")
			s, below, k := describe(f.Type, at)
			if k.en == aNumber.en && strings.HasSuffix(name, "_fen") { // of formats that have plain numbers
				k = inFen
			}
			x := field{at, name, f.owner, k, options != "", within(f.Type)}
			if !x.optional {
				required = append(required, name)
			}
			properties[name] = s
			fields = append(append(fields, x), below...)
		}
		return map[string]any{"type": "object", "properties": properties, "required": required, "additionalProperties": false}, fields, kind{both: both{"对象", "object"}}
	}
	panic(fmt.Sprintf("%s: JSON of %v is not described", path, t))
}

type ownedField struct {
	reflect.StructField
	owner string
}

// jsonFields are the fields that JSON prints; those of embedded types stand where these do.
func jsonFields(t reflect.Type) (list []ownedField) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("json")
		switch {
		case f.Anonymous && tag == "":
			of := f.Type
			if of.Kind() == reflect.Pointer {
				of = of.Elem()
			}
			list = append(list, jsonFields(of)...)
		case tag == "-" || !f.IsExported():
		case tag == "":
			panic(fmt.Sprintf("%v.%s has no name in JSON", t, f.Name))
		default:
			list = append(list, ownedField{f, t.Name()})
		}
	}
	return list
}

// schemaOf is the schema of one value that a command prints.
func schemaOf(o output) map[string]any {
	var choices []any
	for _, k := range o.kinds {
		s, _, _ := describe(reflect.TypeOf(k), "")
		if _, ok := k.(told); ok {
			s["properties"].(map[string]any)["code"] = map[string]any{"type": "string", "enum": o.codes}
		}
		choices = append(choices, s)
	}
	if len(choices) == 1 {
		return choices[0].(map[string]any)
	}
	return map[string]any{"anyOf": choices}
}

// misfit says why a value does not fit a schema, "" when it does. It knows what describe writes.
func misfit(schema map[string]any, v any, at string) string {
	if list, ok := schema["anyOf"].([]any); ok {
		var all []string
		for _, s := range list {
			why := misfit(s.(map[string]any), v, at)
			if why == "" {
				return ""
			}
			all = append(all, why)
		}
		return strings.Join(all, "; or ")
	}
	is := map[string]bool{}
	switch v := v.(type) {
	case string:
		is["string"] = true
		if p, ok := schema["pattern"].(string); ok && !regexp.MustCompile(p).MatchString(v) {
			return fmt.Sprintf("%s: %q is not %s", at, v, p)
		}
		if list, ok := schema["enum"].([]string); ok && !slices.Contains(list, v) {
			return fmt.Sprintf("%s: %q is none of %v", at, v, list)
		}
	case json.Number:
		is["integer"] = !strings.ContainsAny(v.String(), ".eE")
	case bool:
		is["boolean"] = true
	case []any:
		if is["array"] = schema["type"] == "array"; is["array"] {
			for _, x := range v {
				if why := misfit(schema["items"].(map[string]any), x, at+"[]"); why != "" {
					return why
				}
			}
		}
	case map[string]any:
		if is["object"] = schema["type"] == "object"; is["object"] {
			return misfitFields(schema, v, at)
		}
	}
	if !is[schema["type"].(string)] {
		return fmt.Sprintf("%s: %v is no %s", at, v, schema["type"])
	}
	return ""
}

func misfitFields(schema, v map[string]any, at string) string {
	required, _ := schema["required"].([]string)
	for _, name := range required {
		if _, ok := v[name]; !ok {
			return fmt.Sprintf("%s lacks %s", at, name)
		}
	}
	properties, _ := schema["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(v)) {
		s, ok := properties[name].(map[string]any)
		if !ok {
			if s, ok = schema["additionalProperties"].(map[string]any); !ok {
				return fmt.Sprintf("%s has %s, which the schema does not know", at, name)
			}
		}
		if why := misfit(s, v[name], at+"."+name); why != "" {
			return why
		}
	}
	return ""
}

// values reads the JSON values of a text; the error is about what is no JSON.
func values(text string) (list []any, err error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	for {
		var v any
		switch err := d.Decode(&v); err {
		case nil:
			list = append(list, v)
		case io.EOF:
			return list, nil
		default:
			return list, fmt.Errorf("no JSON: %w: %s", err, text)
		}
	}
}

// wrongJSON says what is wrong with what a command has printed with --json.
func wrongJSON(args []string, code int, printed, errs string) (wrong []string) {
	if !slices.Contains(args, "--json") || slices.Contains(args, "--help") {
		return nil
	}
	path := pathOf(args)
	o, known := outputs[path]
	list, err := values(printed)
	switch {
	case err != nil:
		wrong = append(wrong, err.Error())
	case len(list) > 0 && !known:
		wrong = append(wrong, path+" prints JSON that cmd/zhida/json_test.go does not know")
	case code == message.ExitDone && len(list) == 0 && !o.lines:
		wrong = append(wrong, path+" prints nothing")
	case len(list) > 1 && !o.lines, o.lines && strings.Count(printed, "\n") != len(list):
		wrong = append(wrong, fmt.Sprintf("%s prints %d values on %d lines", path, len(list), strings.Count(printed, "\n")))
	}
	for _, v := range list {
		if !known {
			break
		}
		if why := misfit(schemaOf(o), v, path); why != "" {
			wrong = append(wrong, why)
		}
	}
	for s := bufio.NewScanner(strings.NewReader(errs)); s.Scan(); {
		var fits []any
		for _, name := range slices.Sorted(maps.Keys(onErrors)) {
			x, _, _ := describe(reflect.TypeOf(onErrors[name]), "")
			fits = append(fits, x)
		}
		list, err := values(s.Text())
		switch {
		case err != nil || len(list) != 1:
			wrong = append(wrong, fmt.Sprintf("standard error: %q is no JSON", s.Text()))
		case path == "zhida serve" && list[0].(map[string]any)["level"] != nil: // what the daemon logs
		default:
			if why := misfit(map[string]any{"anyOf": fits}, list[0], "standard error"); why != "" {
				wrong = append(wrong, why)
			}
		}
	}
	return wrong
}

// pathOf is the command of a command line: zhida batch show.
func pathOf(args []string) string {
	root := (&cli{}).root()
	cmd := root
	for i := range args { // options with values before the command hide it from Find
		if c, _, err := root.Find(args[i:]); err == nil && depth(c) > depth(cmd) {
			cmd = c
		}
	}
	return cmd.CommandPath()
}

func depth(c *cobra.Command) int { return strings.Count(c.CommandPath(), " ") }
