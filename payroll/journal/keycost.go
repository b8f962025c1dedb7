//go:build !cheapkeys

package journal

// sealVersion heads a sealed key: 1 is argon2id (64 MiB, 3 passes, 1 lane) and SM4-GCM. It
// makes trying a passphrase cost a quarter of a second.
const (
	sealVersion = 1
	argonMemory = 64 * 1024 // KiB
	argonPasses = 3
)
