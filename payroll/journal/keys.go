package journal

import (
	"crypto/cipher"
	"crypto/ecdsa"
	"encoding/hex"
	"encoding/pem"
	"io"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/sm4"
	"github.com/emmansun/gmsm/smx509"
	"golang.org/x/crypto/argon2"

	"zhida/rules/message"
)

// Signer signs event bytes in an actor's name. A certified device can stand in for
// the software key: nothing else in the program touches private keys.
type Signer interface {
	KeyID() string
	Sign(text []byte) ([]byte, error) // SM2 over the text, DER
}

// Key is an SM2 private key in memory.
type Key struct {
	private *sm2.PrivateKey
	random  io.Reader
}

// NewKey makes a key.
func NewKey(random io.Reader) (*Key, error) {
	k, err := sm2.GenerateKey(random)
	if err != nil {
		return nil, err
	}
	return &Key{k, random}, nil
}

// Public is the public point, 65 bytes uncompressed.
func (k *Key) Public() []byte {
	return append([]byte{4}, append(k.private.X.FillBytes(make([]byte, 32)), k.private.Y.FillBytes(make([]byte, 32))...)...)
}

// KeyID names the key.
func (k *Key) KeyID() string { return KeyID(k.Public()) }

// Sign signs a text with SM2 and the default identity 1234567812345678.
func (k *Key) Sign(text []byte) ([]byte, error) {
	return k.private.Sign(k.random, text, sm2.NewSM2SignerOption(true, nil))
}

// KeyID is the hex of the first 16 bytes of the SM3 digest of a public key.
func KeyID(public []byte) string { return Digest(public)[:32] }

// PublicPEM is the public key in the form that openssl reads.
func PublicPEM(public []byte) ([]byte, error) {
	k, err := sm2.NewPublicKey(public)
	if err != nil {
		return nil, err
	}
	der, err := smx509.MarshalPKIXPublicKey(k)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), nil
}

// verifySignature checks an SM2 signature over a text.
func verifySignature(public, text, signature []byte) bool {
	k, err := sm2.NewPublicKey(public)
	return err == nil && sm2.VerifyASN1WithSM2((*ecdsa.PublicKey)(k), nil, text, signature)
}

// Seal encrypts a key under a passphrase.
func Seal(k *Key, passphrase []byte) ([]byte, error) {
	head := make([]byte, 1+16+12)
	head[0] = sealVersion
	if _, err := io.ReadFull(k.random, head[1:]); err != nil {
		return nil, err
	}
	aead, err := sealCipher(passphrase, head)
	if err != nil {
		return nil, err
	}
	return aead.Seal(head, head[17:], k.private.D.FillBytes(make([]byte, 32)), head[:17]), nil
}

// Open decrypts a sealed key. Error: key.passphrase when the passphrase is wrong or the bytes were changed.
func Open(sealed, passphrase []byte, random io.Reader) (*Key, error) {
	if len(sealed) < 29 || sealed[0] != sealVersion {
		return nil, message.Err("key.format")
	}
	aead, err := sealCipher(passphrase, sealed)
	if err != nil {
		return nil, err
	}
	d, err := aead.Open(nil, sealed[17:29], sealed[29:], sealed[:17])
	if err != nil {
		return nil, message.Err("key.passphrase")
	}
	private, err := sm2.NewPrivateKey(d)
	if err != nil {
		return nil, message.Err("key.format").Because(err)
	}
	return &Key{private, random}, nil
}

func sealCipher(passphrase, head []byte) (cipher.AEAD, error) {
	block, err := sm4.NewCipher(argon2.IDKey(passphrase, head[1:17], argonPasses, argonMemory, 1, 16))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// Commitment hides a text behind a salt: hex SM3 over the salt's hex, a newline and the text.
// Once the salt is erased the text cannot be guessed from it.
func Commitment(saltHex, text string) string {
	return Digest([]byte(saltHex + "\n" + text))
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }
