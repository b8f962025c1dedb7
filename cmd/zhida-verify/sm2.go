package main

import (
	"bytes"
	"encoding/asn1"
	"encoding/pem"
	"math/big"
)

// The curve of GB/T 32918.5-2017: y² = x³ - 3x + b over the field of p, with the point g of order n.
var (
	curveP = number("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF")
	curveA = number("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC")
	curveB = number("28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93")
	curveN = number("FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123")
	curveG = jacobian{
		number("32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7"),
		number("BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0"),
		big.NewInt(1),
	}
)

// signerID is the identity under which everybody signs.
const signerID = "1234567812345678"

func number(hexadecimal string) *big.Int {
	n, ok := new(big.Int).SetString(hexadecimal, 16)
	if !ok {
		panic("not a number: " + hexadecimal)
	}
	return n
}

// publicKey is a point of the curve, and the digest that stands for it in every signature.
type publicKey struct {
	point jacobian
	bytes [65]byte // 04, X, Y
	z     digest
}

// newPublicKey reads a point of 65 bytes and refuses one that is not on the curve.
func newPublicKey(point []byte) (*publicKey, bool) {
	if len(point) != 65 || point[0] != 4 {
		return nil, false
	}
	x, y := new(big.Int).SetBytes(point[1:33]), new(big.Int).SetBytes(point[33:])
	if x.Cmp(curveP) >= 0 || y.Cmp(curveP) >= 0 {
		return nil, false
	}
	right := mod(new(big.Int).Mul(x, mod(new(big.Int).Mul(x, x))))
	right.Add(right, new(big.Int).Mul(curveA, x)).Add(right, curveB)
	if mod(new(big.Int).Mul(y, y)).Cmp(mod(right)) != 0 {
		return nil, false
	}
	k := &publicKey{point: jacobian{x, y, big.NewInt(1)}, bytes: [65]byte(point)}
	z := newSM3()
	z.Write([]byte{0, byte(8 * len(signerID))})
	z.WriteString(signerID)
	for _, n := range []*big.Int{curveA, curveB, curveG.x, curveG.y, x, y} {
		z.Write(n.FillBytes(make([]byte, 32)))
	}
	k.z = z.digest()
	return k, true
}

// id is the key id of docs/formats.en.md.
func (k *publicKey) id() string { return sum3(k.bytes[:]).String()[:32] }

// verify says whether the signature, in DER, is good for the message (GB/T 32918.2-2016, chapter 7).
// Only the one shortest encoding of a signature is accepted.
func (k *publicKey) verify(message, signature []byte) bool {
	var sig struct{ R, S *big.Int }
	rest, err := asn1.Unmarshal(signature, &sig)
	if err != nil || len(rest) > 0 {
		return false
	}
	if again, err := asn1.Marshal(sig); err != nil || !bytes.Equal(again, signature) {
		return false
	}
	for _, n := range []*big.Int{sig.R, sig.S} {
		if n.Sign() <= 0 || n.Cmp(curveN) >= 0 {
			return false
		}
	}
	t := new(big.Int).Add(sig.R, sig.S)
	if t.Mod(t, curveN).Sign() == 0 {
		return false
	}
	x, finite := twoProducts(sig.S, t, k.point).affineX()
	if !finite {
		return false
	}
	hash := sum3(k.z[:], message)
	e := new(big.Int).SetBytes(hash[:])
	return e.Add(e, x).Mod(e, curveN).Cmp(sig.R) == 0
}

// subjectPublicKeyInfo is the envelope of a key in a PEM file (RFC 5480, with the object identifiers of GM/T 0006).
type subjectPublicKeyInfo struct {
	Algorithm struct{ Algorithm, Curve asn1.ObjectIdentifier }
	Point     asn1.BitString
}

var (
	oidEC  = asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}
	oidSM2 = asn1.ObjectIdentifier{1, 2, 156, 10197, 1, 301}
)

// parsePEM reads a public key and refuses every spelling of it but one, so that nothing can hide in the file.
func parsePEM(file []byte) (*publicKey, bool) {
	block, rest := pem.Decode(file)
	if block == nil || len(rest) > 0 || block.Type != "PUBLIC KEY" || !bytes.Equal(pem.EncodeToMemory(block), file) {
		return nil, false
	}
	var info subjectPublicKeyInfo
	rest, err := asn1.Unmarshal(block.Bytes, &info)
	if err != nil || len(rest) > 0 || !info.Algorithm.Algorithm.Equal(oidEC) || !info.Algorithm.Curve.Equal(oidSM2) {
		return nil, false
	}
	if again, err := asn1.Marshal(info); err != nil || !bytes.Equal(again, block.Bytes) {
		return nil, false
	}
	return newPublicKey(info.Point.RightAlign())
}

// jacobian is a point (x/z², y/z³); z is zero at infinity.
type jacobian struct{ x, y, z *big.Int }

func mod(n *big.Int) *big.Int { return n.Mod(n, curveP) }

func times(a, b *big.Int) *big.Int { return mod(new(big.Int).Mul(a, b)) }

func minus(a, b *big.Int) *big.Int { return mod(new(big.Int).Sub(a, b)) }

// double is twice the point (dbl-2001-b of the Explicit-Formulas Database, for a = -3).
func (p jacobian) double() jacobian {
	delta, gamma := times(p.z, p.z), times(p.y, p.y)
	beta := times(p.x, gamma)
	alpha := times(minus(p.x, delta), new(big.Int).Add(p.x, delta))
	alpha = mod(alpha.Mul(alpha, big.NewInt(3)))
	beta4 := mod(new(big.Int).Lsh(beta, 2))
	x := minus(times(alpha, alpha), new(big.Int).Lsh(beta4, 1))
	yz := new(big.Int).Add(p.y, p.z)
	z := minus(times(yz, yz), new(big.Int).Add(gamma, delta))
	y := minus(times(alpha, minus(beta4, x)), new(big.Int).Lsh(times(gamma, gamma), 3))
	return jacobian{x, y, z}
}

// plus is the sum of two points (add-2007-bl).
func (p jacobian) plus(q jacobian) jacobian {
	switch {
	case p.z.Sign() == 0:
		return q
	case q.z.Sign() == 0:
		return p
	}
	z1, z2 := times(p.z, p.z), times(q.z, q.z)
	u1, u2 := times(p.x, z2), times(q.x, z1)
	s1, s2 := times(p.y, times(q.z, z2)), times(q.y, times(p.z, z1))
	h, r := minus(u2, u1), minus(s2, s1)
	if h.Sign() == 0 {
		if r.Sign() == 0 {
			return p.double()
		}
		return jacobian{big.NewInt(1), big.NewInt(1), new(big.Int)}
	}
	r = mod(r.Lsh(r, 1))
	h2 := new(big.Int).Lsh(h, 1)
	i := times(h2, h2)
	j, v := times(h, i), times(u1, i)
	x := minus(minus(times(r, r), j), new(big.Int).Lsh(v, 1))
	y := minus(times(r, minus(v, x)), new(big.Int).Lsh(times(s1, j), 1))
	zz := new(big.Int).Add(p.z, q.z)
	z := times(minus(minus(times(zz, zz), z1), z2), h)
	return jacobian{x, y, z}
}

// twoProducts is s·G + t·P, bit by bit for both at once. Nothing here is secret, so it need not take a constant time.
func twoProducts(s, t *big.Int, p jacobian) jacobian {
	both := curveG.plus(p)
	sum := jacobian{big.NewInt(1), big.NewInt(1), new(big.Int)}
	for i := max(s.BitLen(), t.BitLen()) - 1; i >= 0; i-- {
		if sum.z.Sign() != 0 {
			sum = sum.double()
		}
		switch {
		case s.Bit(i) == 1 && t.Bit(i) == 1:
			sum = sum.plus(both)
		case s.Bit(i) == 1:
			sum = sum.plus(curveG)
		case t.Bit(i) == 1:
			sum = sum.plus(p)
		}
	}
	return sum
}

// affineX is the x coordinate, if the point is not at infinity.
func (p jacobian) affineX() (*big.Int, bool) {
	if p.z.Sign() == 0 {
		return nil, false
	}
	inverse := new(big.Int).ModInverse(p.z, curveP)
	return times(p.x, times(inverse, inverse)), true
}
