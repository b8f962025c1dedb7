package journal

import "hash"

// Tree is a Merkle tree of the shape of RFC 6962 over leaves that are added in order: a
// leaf's hash is that of 0x00 and the leaf, a node's that of 0x01 and its two children, and
// of n leaves the left part has the largest power of two below n.
type Tree struct {
	newHash func() hash.Hash
	leaves  [][]byte          // hashes
	nodes   map[[2]int][]byte // hashes of leaves from, to, once they were asked for
}

// NewTree is an empty tree with the hash of the journal.
func NewTree() *Tree { return &Tree{newHash: NewHash} }

// Add appends a leaf and gives its number, from 0.
func (t *Tree) Add(leaf []byte) int {
	h := t.newHash()
	h.Write([]byte{0})
	h.Write(leaf)
	t.leaves, t.nodes = append(t.leaves, h.Sum(nil)), nil
	return len(t.leaves) - 1
}

// Size is the number of leaves.
func (t *Tree) Size() int { return len(t.leaves) }

// Root is the hash of the whole tree, in hex; that of an empty one is the hash of nothing.
func (t *Tree) Root() string {
	if len(t.leaves) == 0 {
		return hexOf(t.newHash().Sum(nil))
	}
	return hexOf(t.root(0, len(t.leaves)))
}

// Leaf is the hash of a leaf, in hex.
func (t *Tree) Leaf(n int) string { return hexOf(t.leaves[n]) }

// root is the hash of the leaves from, to.
func (t *Tree) root(from, to int) []byte {
	if to-from == 1 {
		return t.leaves[from]
	}
	at := [2]int{from, to}
	if known := t.nodes[at]; known != nil {
		return known
	}
	k := from + split(to-from)
	h := t.node(t.root(from, k), t.root(k, to))
	if t.nodes == nil {
		t.nodes = map[[2]int][]byte{}
	}
	t.nodes[at] = h
	return h
}

func (t *Tree) node(left, right []byte) []byte {
	h := t.newHash()
	h.Write([]byte{1})
	h.Write(left)
	h.Write(right)
	return h.Sum(nil)
}

// Path is what proves that leaf n is under the root: the hashes beside its way up, from the
// leaf to the root, in hex.
func (t *Tree) Path(n int) []string {
	var path []string
	for from, to := 0, len(t.leaves); to-from > 1; {
		k := from + split(to-from)
		if n < k {
			path, to = append(path, hexOf(t.root(k, to))), k
		} else {
			path, from = append(path, hexOf(t.root(from, k))), k
		}
	}
	for i, j := 0, len(path)-1; i < j; i, j = i+1, j-1 {
		path[i], path[j] = path[j], path[i]
	}
	return path
}

// split is the largest power of two below n, for n of 2 and more.
func split(n int) int {
	k := 1
	for 2*k < n {
		k *= 2
	}
	return k
}
