package exporters

import (
	"encoding/json"
	"io"

	"zhida/payroll"
)

// Manifest lists everything that left for a batch. Amounts are fen. The order of
// its fields is part of the format: the manifest itself is a file with a digest.
type Manifest struct {
	Format  string         `json:"format"` // "zhida-manifest 1"
	County  string         `json:"county"`
	Batch   string         `json:"batch"`
	Channel string         `json:"channel"`
	Seal    string         `json:"seal"` // digest of the batch that was approved
	Date    string         `json:"date"`
	Count   int            `json:"count"`     // of payments
	Total   int64          `json:"total_fen"` // of payments
	Files   []ManifestFile `json:"files"`
}

// ManifestFile is one file of a manifest.
type ManifestFile struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"` // payment or remittance
	Layout string `json:"layout,omitempty"`
	Bank   string `json:"bank,omitempty"`
	Count  int    `json:"count"`
	Total  int64  `json:"total_fen"`
	Digests
}

// NewManifest makes the manifest of a batch's files; only payment files add to
// count and total, so that these can be held against the batch.
func NewManifest(m payroll.Meta, b payroll.Batch, date string, files []ManifestFile) Manifest {
	out := Manifest{Format: "zhida-manifest 1", County: m.County, Batch: b.ID.String(), Channel: b.Channel, Seal: b.Digest, Date: date, Files: files}
	for _, f := range files {
		if f.Kind == "payment" {
			out.Count += f.Count
			out.Total += f.Total
		}
	}
	return out
}

// Write writes the manifest as indented JSON in its fixed field order.
func (m Manifest) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(m)
}
