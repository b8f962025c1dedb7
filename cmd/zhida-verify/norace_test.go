//go:build !race

package main

// samples is how many bytes of a file are changed where not all are.
const samples = 8
