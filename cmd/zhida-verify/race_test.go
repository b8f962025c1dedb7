//go:build race

package main

// Under the race detector everything takes ten times as long, and changed bytes prove nothing about races.
const samples = 4
