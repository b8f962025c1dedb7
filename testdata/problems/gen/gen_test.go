package main

import (
	"bytes"
	"os"
	"testing"
)

// The samples in the folder are those that this program writes, and there are no others.
func TestSamplesAreGenerated(t *testing.T) {
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	files := Files()
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		data, err := os.ReadFile("../" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if want, ok := files[e.Name()]; !ok || !bytes.Equal(data, want) {
			t.Errorf("%s is not what the generator writes; run go run ./testdata/problems/gen", e.Name())
		}
		delete(files, e.Name())
	}
	for name := range files {
		t.Errorf("%s is missing; run go run ./testdata/problems/gen", name)
	}
}
