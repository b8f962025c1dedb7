// Package pgtest starts a private PostgreSQL cluster in a temporary folder for
// tests. It never touches a cluster that is there already.
package pgtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Cluster is one running server; databases are made in it per test.
type Cluster struct {
	dir string // data, socket and log
	cmd *exec.Cmd
	n   int
	mu  sync.Mutex
}

var shared struct {
	once sync.Once
	c    *Cluster
	err  error
}

// Database gives the address of a new, empty database. The cluster is started once a
// test binary and stopped by Main. Without PostgreSQL the test is skipped in one
// line, or fails when CI=true.
func Database(t testing.TB) string {
	t.Helper()
	shared.once.Do(func() { shared.c, shared.err = start() })
	if shared.err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("PostgreSQL: %v", shared.err)
		}
		t.Skipf("PostgreSQL: %v", shared.err)
	}
	name, err := shared.c.create()
	if err != nil {
		t.Fatal(err)
	}
	return shared.c.address(name)
}

// Main runs the tests and stops the cluster, also after a failure.
func Main(m *testing.M) {
	code := m.Run()
	if shared.c != nil {
		shared.c.stop()
	}
	os.Exit(code)
}

// binaries finds initdb and postgres of the newest installed version.
func binaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	sort.Slice(found, func(i, j int) bool { return version(found[i]) < version(found[j]) })
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	if p, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(p), nil
	}
	return "", fmt.Errorf("initdb is not installed")
}

func version(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	return n
}

// start makes and starts a cluster. The server refuses to run as root, so that
// root hands it to an unprivileged user.
func start() (*Cluster, error) {
	bin, err := binaries()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "zhida-pg-")
	if err != nil {
		return nil, err
	}
	c := &Cluster{dir: dir}
	attr, err := unprivileged(dir)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "zhida", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	initdb.SysProcAttr, initdb.Dir = attr, dir
	if out, err := initdb.CombinedOutput(); err != nil {
		os.RemoveAll(dir)
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	c.cmd = exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=200")
	c.cmd.SysProcAttr, c.cmd.Dir = attr, dir
	if err := c.cmd.Start(); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return c, c.wait()
}

func unprivileged(dir string) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		return attr, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.Atoi(u.Uid)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.Atoi(u.Gid)
		if err != nil {
			return nil, err
		}
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return attr, os.Chown(dir, uid, gid)
	}
	return nil, fmt.Errorf("there is no unprivileged user to run the server")
}

func (c *Cluster) wait() error {
	deadline := time.Now().Add(30 * time.Second)
	for {
		conn, err := pgx.Connect(context.Background(), c.address("postgres"))
		if err == nil {
			return conn.Close(context.Background())
		}
		if time.Now().After(deadline) {
			c.stop()
			return fmt.Errorf("the server did not start: %w", err)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (c *Cluster) address(database string) string {
	q := url.Values{"host": {c.dir}, "user": {"zhida"}}
	return "postgres:///" + database + "?" + q.Encode()
}

func (c *Cluster) create() (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.n++
	name := fmt.Sprintf("t%d", c.n)
	conn, err := pgx.Connect(context.Background(), c.address("postgres"))
	if err != nil {
		return "", err
	}
	defer conn.Close(context.Background())
	_, err = conn.Exec(context.Background(), "CREATE DATABASE "+name)
	return name, err
}

func (c *Cluster) stop() {
	if c.cmd != nil && c.cmd.Process != nil {
		_ = c.cmd.Process.Signal(syscall.SIGINT) // fast shutdown
		_ = c.cmd.Wait()
	}
	os.RemoveAll(c.dir)
}
