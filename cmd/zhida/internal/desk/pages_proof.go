package desk

import (
	"context"
	"os"

	"zhida/payroll"
	"zhida/rules/message"
)

// proofPage offers what proves a batch.
type proofPage struct {
	Batch  payroll.Batch
	Bureau bool // who may have the evidence
}

func proofShow(r *request) error {
	id, err := r.batch()
	if err != nil {
		return err
	}
	b, err := r.desk.book.Batch(r.Context(), id)
	if err != nil {
		return err
	}
	return r.page("proof", "核验和证据", proofPage{b, may(r.visit.actor, bureau)})
}

// evidencePage is where the evidence of a batch can be fetched, and how to check it elsewhere.
type evidencePage struct {
	Batch       payroll.BatchID
	File        string // address
	Sum, Digest string // of the seal; of the list of files
}

// evidenceDo writes the evidence of a batch: a zip that can be fetched for as long as the visit lasts.
func evidenceDo(r *request) (string, error) {
	id, err := r.batch()
	if err != nil {
		return "", err
	}
	a, signer, visit := r.desk.book, r.signer, r.visit
	dir, err := visit.folder(r.desk.scratch) // which goes with the visit: all numbers stand whole in it
	if err != nil {
		return "", err
	}
	done := visit.work()
	return r.desk.jobs.begin(visit.actor.Name, message.M("desk.evidence", id), func(ctx context.Context) (outcome, error) {
		defer done()
		folder, seal, digest, err := a.Evidence(ctx, signer, id, dir)
		if err != nil {
			os.RemoveAll(dir)
			return outcome{}, err
		}
		if err := os.RemoveAll(folder); err != nil { // the zip has it all
			return outcome{}, message.Err("file.unwritable", folder).Because(err)
		}
		return outcome{page: "evidence", title: "证据", body: evidencePage{Batch: id, File: visit.keep(folder + ".zip"), Sum: seal.Sum(), Digest: digest}}, nil
	}), nil
}

// provedPage is what looking through the book and computing a batch again came to.
type provedPage struct {
	Batch  payroll.Batch
	Again  string           // digest that it computed to; "" where it could not be computed again
	Why    *message.Message // it could not
	Same   bool
	Health payroll.Health
}

// proveDo holds every row of the book against its signed journal and computes a batch again, as known when it was computed.
func proveDo(r *request) (string, error) {
	id, err := r.batch()
	if err != nil {
		return "", err
	}
	book := r.desk.book.Book
	return r.desk.jobs.begin(r.visit.actor.Name, message.M("desk.proving", id), func(ctx context.Context) (outcome, error) {
		var p provedPage
		var err error
		if p.Batch, err = book.Batch(ctx, id); err != nil {
			return outcome{}, err
		}
		if p.Health, err = book.FsckRows(ctx, nil); err != nil {
			return outcome{}, err
		}
		p.Again, err = book.Recompute(ctx, id)
		if code := message.Code(err); code == "evidence.erased" || code == "batch.rules_version" {
			m := messageOf(err)
			p.Why, err = &m, nil
		}
		p.Same = p.Again == p.Batch.Digest
		return outcome{page: "proved", title: "核验", body: p}, err
	}), nil
}
