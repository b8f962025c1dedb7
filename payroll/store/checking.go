package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"
	"slices"

	"github.com/jmoiron/sqlx"

	"zhida/payroll"
	"zhida/payroll/checks"
)

const findingColumns = `batch, seq, code, severity, place, person, name, item, month, fen, document, message, args, found_rows, actor, answer, answer_document, answered_by, answered_at`

func (q *queries) PutChecking(ctx context.Context, c payroll.Checking) error {
	for _, table := range []string{"finding", "checking"} {
		if err := q.exec(ctx, `DELETE FROM `+table+` WHERE batch = ?`, int64(c.Batch)); err != nil {
			return err
		}
	}
	states, err := json.Marshal(c.States)
	if err != nil {
		return err
	}
	if err := q.exec(ctx, `INSERT INTO checking (batch, day, states) VALUES (?, ?, ?)`, int64(c.Batch), int64(c.Day), string(states)); err != nil {
		return err
	}
	texts := make([][2]string, len(c.Findings))
	for i := range c.Findings {
		for k, list := range [][]string{c.Findings[i].Message.Args, c.Findings[i].Rows} {
			b, err := json.Marshal(list)
			if err != nil {
				return err
			}
			texts[i][k] = string(b)
		}
	}
	return q.insert(ctx, "finding ("+findingColumns+")", 19, len(c.Findings), func(i int, a []any) {
		f := &c.Findings[i]
		a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7] = int64(c.Batch), f.Seq, f.Check, string(f.Severity), f.Place, f.Person, f.Name, f.Item
		a[8], a[9], a[10], a[11], a[12], a[13], a[14] = int64(f.Month), int64(f.Fen), f.Document, f.Message.Code, texts[i][0], texts[i][1], f.Actor
		a[15], a[16], a[17], a[18] = f.Answer, f.Paper, f.AnsweredBy, f.AnsweredAt
	})
}

func (q *queries) Checking(ctx context.Context, id payroll.BatchID) (c payroll.Checking, err error) {
	var states string
	c.Batch = id
	err = q.tx.QueryRowxContext(ctx, q.tx.Rebind(`SELECT day, states FROM checking WHERE batch = ?`), int64(id)).Scan(&c.Day, &states)
	if errors.Is(err, sql.ErrNoRows) {
		return c, payroll.ErrNotFound
	}
	if err == nil {
		err = json.Unmarshal([]byte(states), &c.States)
	}
	if err != nil {
		return c, err
	}
	return c, q.stream(ctx, `SELECT `+findingColumns+` FROM finding WHERE batch = ? ORDER BY seq`, []any{int64(id)}, func(r *sqlx.Rows) error {
		var f payroll.CheckFinding
		var batch int64
		var severity, args, rows string
		if err := r.Scan(&batch, &f.Seq, &f.Check, &severity, &f.Place, &f.Person, &f.Name, &f.Item, &f.Month, &f.Fen, &f.Document, &f.Message.Code, &args, &rows, &f.Actor,
			&f.Answer, &f.Paper, &f.AnsweredBy, &f.AnsweredAt); err != nil {
			return err
		}
		f.Severity = checks.Severity(severity)
		c.Findings = append(c.Findings, f)
		last := &c.Findings[len(c.Findings)-1]
		return errors.Join(json.Unmarshal([]byte(args), &last.Message.Args), json.Unmarshal([]byte(rows), &last.Rows))
	})
}

func (q *queries) PutLook(ctx context.Context, id payroll.BatchID, parts map[string]string) error {
	names := slices.Sorted(maps.Keys(parts))
	return q.insert(ctx, "look (batch, part, body)", 3, len(names), func(i int, a []any) {
		a[0], a[1], a[2] = int64(id), names[i], parts[names[i]]
	})
}

func (q *queries) LookPart(ctx context.Context, id payroll.BatchID, part string) (body string, err error) {
	return body, q.get(ctx, &body, `SELECT body FROM look WHERE batch = ? AND part = ?`, int64(id), part)
}
