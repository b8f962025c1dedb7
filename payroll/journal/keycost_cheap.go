//go:build cheapkeys

package journal

// Tests unlock keys thousands of times. A program built with this tag seals keys that cost
// nothing to try; they have a version of their own, which no other program opens.
const (
	sealVersion = 0
	argonMemory = 64 // KiB
	argonPasses = 1
)
