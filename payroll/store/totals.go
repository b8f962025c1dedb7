package store

import (
	"context"
	"strings"

	"zhida/payroll"
	"zhida/rules/money"
)

// totals add up the rows of batches while they are written, so that no page has to go over them.
type totals[K comparable] map[totalKey[K]]*[10]int64

type totalKey[K comparable] struct {
	batch payroll.BatchID
	of    K
}

func (t totals[K]) add(batch payroll.BatchID, of K, sums ...money.Fen) {
	k := totalKey[K]{batch, of}
	if t[k] == nil {
		t[k] = &[10]int64{}
	}
	for i, n := range sums {
		t[k][i] += int64(n)
	}
}

// put adds what these rows come to to what the table has of their batches. columns gives the key beside the batch.
func (t totals[K]) put(ctx context.Context, q *queries, table, keys, sums string, columns func(K) []any) error {
	if len(t) == 0 {
		return nil
	}
	n := strings.Count(sums, ",") + 1
	var set []string
	for _, c := range strings.Split(sums, ", ") {
		set = append(set, c+" = "+table+"."+c+" + excluded."+c)
	}
	statement, err := q.tx.PreparexContext(ctx, q.tx.Rebind(`INSERT INTO `+table+` (batch, `+keys+`, `+sums+`) VALUES (?`+strings.Repeat(`,?`, strings.Count(keys, ",")+1+n)+`)
		ON CONFLICT (batch, `+keys+`) DO UPDATE SET `+strings.Join(set, ", ")))
	if err != nil {
		return err
	}
	defer statement.Close()
	for k, v := range t {
		args := append([]any{int64(k.batch)}, columns(k.of)...)
		for _, fen := range v[:n] {
			args = append(args, fen)
		}
		if _, err := statement.ExecContext(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}
