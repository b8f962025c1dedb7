package payroll

import (
	"context"
	"sync"
)

// remembered keeps what takes long to work out, under a key that says everything it depends on: nothing in it is ever out of date,
// and the oldest is forgotten first. One is worked out at a time, so that many who ask at once cost what one costs.
type remembered[K comparable, V any] struct {
	most int
	turn chan struct{}
	lock sync.Mutex
	keys []K
	of   map[K]V
}

func newRemembered[K comparable, V any](most int) *remembered[K, V] {
	return &remembered[K, V]{most: most, turn: make(chan struct{}, 1), of: map[K]V{}}
}

// get gives what is kept under a key, or works it out. Whoever waits for others leaves when ctx ends.
func (m *remembered[K, V]) get(ctx context.Context, key K, work func() (V, error)) (V, error) {
	if v, ok := m.find(key); ok {
		return v, nil
	}
	select {
	case m.turn <- struct{}{}:
		defer func() { <-m.turn }()
	case <-ctx.Done():
		var none V
		return none, ctx.Err()
	}
	if v, ok := m.find(key); ok {
		return v, nil
	}
	v, err := work()
	if err == nil {
		m.keep(key, v)
	}
	return v, err
}

func (m *remembered[K, V]) find(key K) (V, bool) {
	m.lock.Lock()
	defer m.lock.Unlock()
	v, ok := m.of[key]
	return v, ok
}

func (m *remembered[K, V]) keep(key K, v V) {
	m.lock.Lock()
	defer m.lock.Unlock()
	if len(m.keys) == m.most {
		delete(m.of, m.keys[0])
		m.keys = m.keys[1:]
	}
	m.keys = append(m.keys, key)
	m.of[key] = v
}
