// Command zhida-verify checks evidence folders (docs/evidence.en.md) for somebody who trusts neither the bureau nor its program.
//
// It owns a second, independent reading of the formats, with its own SM3 and SM2, and the words in which the result is told.
// It was written from docs/evidence.en.md and docs/formats.en.md alone, uses the standard library and nothing else, opens no book
// and no network, writes no file, and never says more than the folder shows: who the people behind the keys are, and whether the
// facts are true, no folder can say.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// Exit codes; where several apply, the first of failed, unreadable, missing.
const (
	exitGood       = 0
	exitUsage      = 2
	exitUnreadable = 3
	exitMissing    = 4
	exitFailed     = 7
)

// options is what the command line says.
type options struct {
	pin, files, lang string
	receipt, seal    string
	json             bool
}

func main() { os.Exit(run(os.Args[1:], os.Getenv, os.Stdout, os.Stderr)) }

func run(args []string, env func(string) string, stdout, stderr io.Writer) int {
	o := options{lang: language(env)}
	flags := flag.NewFlagSet("zhida-verify", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.pin, "pin", "", "key id of the first administrator as the county has published it / 县里公布的第一名管理员密钥号")
	flags.StringVar(&o.files, "files", "", "folder of the bank files themselves, to be compared too / 银行文件所在的文件夹，一并核对")
	flags.StringVar(&o.receipt, "receipt", "", "a receipt instead of folders: its text, or the texts of its codes, one a line / 一张回执：它的文本，或各码的文字，一行一个")
	flags.StringVar(&o.seal, "seal", "", "with --receipt: SM3 of the seal as the county has published it / 县里公布的封签 SM3")
	flags.StringVar(&o.lang, "lang", o.lang, "zh or en")
	flags.BoolVar(&o.json, "json", false, "print JSON / 输出 JSON")
	flags.Usage = func() {
		fmt.Fprintln(stderr, "zhida-verify [--pin KEYID] [--files DIR] [--json] [--lang zh|en] DIR|ZIP…")
		fmt.Fprintln(stderr, "zhida-verify --receipt FILE [--seal SM3] [--json] [--lang zh|en]")
		flags.PrintDefaults()
	}
	names, err := parse(flags, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitGood
	case err != nil:
		return exitUsage
	case (len(names) == 0) == (o.receipt == "") || o.receipt == "" && o.seal != "":
		flags.Usage()
		return exitUsage
	case o.lang != "zh" && o.lang != "en":
		fmt.Fprintln(stderr, "--lang: zh, en")
		return exitUsage
	case o.pin != "" && !keyForm.MatchString(o.pin):
		fmt.Fprintln(stderr, words(o.lang).text("usage.pin"))
		return exitUsage
	}
	if o.receipt != "" {
		return verifyReceipt(o, stdout, stderr)
	}
	return verifyAll(names, o, stdout, stderr)
}

// parse takes flags before, between and after the folders.
func parse(flags *flag.FlagSet, args []string) (names []string, err error) {
	for {
		if err := flags.Parse(args); err != nil || flags.NArg() == 0 {
			return names, err
		}
		names, args = append(names, flags.Arg(0)), flags.Args()[1:]
	}
}

// language is Chinese unless the environment asks for English.
func language(env func(string) string) string {
	for _, name := range []string{"ZHIDA_LANG", "LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := env(name); v != "" {
			if strings.HasPrefix(v, "en") {
				return "en"
			}
			return "zh"
		}
	}
	return "zh"
}

// verifyAll verifies the folders one by one and then together.
func verifyAll(names []string, o options, stdout, stderr io.Writer) int {
	known := &signatures{known: map[digest]bool{}}
	out := newPrinter(o, stdout)
	worst := exitGood
	var folders []*folder
	for _, name := range names {
		src, err := openSource(name)
		if err == nil {
			defer src.Close()
			var f *folder
			if f, err = verify(name, src, known, o); err == nil {
				folders = append(folders, f)
				if !out.folder(f) {
					worst = exitFailed
				}
				continue
			}
		}
		code, exit := "open.unreadable", exitUnreadable
		if errors.Is(err, fs.ErrNotExist) {
			code, exit = "open.missing", exitMissing
		}
		fmt.Fprintln(stderr, words(o.lang).text(code, name, err))
		worst = worse(worst, exit)
	}
	for _, t := range checkTogether(folders) {
		if len(t.folders) > 1 && !out.together(t) {
			worst = exitFailed
		}
	}
	if err := out.end(worst == exitGood); err != nil {
		fmt.Fprintln(stderr, err)
		return exitUnreadable
	}
	return worst
}

func worse(a, b int) int {
	for _, code := range []int{exitFailed, exitUnreadable, exitMissing} {
		if a == code || b == code {
			return code
		}
	}
	return a
}
