package app

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"zhida/importers/sheet"
	"zhida/rules/message"
)

// Limits of a conversion. LibreOffice maps far more memory than it uses.
const (
	convertTime   = 2 * time.Minute
	convertMemory = "4194304" // kB of address space
	convertFile   = "204800"  // blocks of 512 bytes: what it may write
	macrosOff     = `<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="MacroSecurityLevel" oor:op="fuse"><value>3</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting"><prop oor:name="DisableActiveContent" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Content/Update"><prop oor:name="Link" oor:op="fuse"><value>2</value></prop></item>
</oor:items>`
)

// asTable gives the bytes that package sheet reads. A .xls, .et or .ods becomes a workbook by
// LibreOffice where there is one; whoever asked has to vouch for what came out.
func asTable(ctx context.Context, data []byte) (table []byte, converted bool, err error) {
	if !sheet.IsOld(data) {
		return data, false, nil
	}
	office, err := exec.LookPath("soffice")
	if _, why := sheet.Tables("", data); err != nil || message.Code(why) == "sheet.encrypted" {
		return nil, false, why
	}
	table, err = convert(ctx, office, data)
	return table, true, err
}

// convert runs LibreOffice on one file: with a home of its own that is gone afterwards, no
// network where the system lets a program do without, no macros, and limits of time,
// memory and what it may write. Error: sheet.not_converted.
func convert(ctx context.Context, office string, data []byte) (_ []byte, err error) {
	dir, err := os.MkdirTemp("", "zhida-convert-") // 0700
	if err != nil {
		return nil, message.Err("sheet.not_converted").Because(err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	profile := filepath.Join(dir, "profile", "user")
	if err := os.MkdirAll(profile, 0o700); err != nil {
		return nil, message.Err("sheet.not_converted").Because(err)
	}
	for name, text := range map[string][]byte{filepath.Join(dir, "in.xls"): data, filepath.Join(profile, "registrymodifications.xcu"): []byte(macrosOff)} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			return nil, message.Err("sheet.not_converted").Because(err)
		}
	}
	ctx, cancel := context.WithTimeout(ctx, convertTime)
	defer cancel()
	args := []string{"sh", "-c", "ulimit -v " + convertMemory + "; ulimit -f " + convertFile + `; exec "$@"`, "sh",
		office, "-env:UserInstallation=file://" + filepath.Dir(profile), "--headless", "--norestore", "--nolockcheck", "--nodefault",
		"--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", filepath.Join(dir, "out"), filepath.Join(dir, "in.xls")}
	if alone := noNetwork(ctx); alone != nil {
		args = append(alone, args...)
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + dir, "TMPDIR=" + dir, "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "SAL_USE_VCLPLUGIN=svp"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) } // it starts others
	cmd.WaitDelay = 5 * time.Second
	if said, err := cmd.CombinedOutput(); err != nil {
		return nil, message.Err("sheet.not_converted").Because(errors.Join(err, errors.New(string(said))))
	}
	table, err := readFile(filepath.Join(dir, "out", "in.xlsx"))
	if err != nil {
		return nil, message.Err("sheet.not_converted").Because(err)
	}
	return table, nil
}

// noNetwork is the command that starts another without a network, nil where there is none.
func noNetwork(ctx context.Context) []string {
	for _, args := range [][]string{{"unshare", "--net"}, {"unshare", "--net", "--map-root-user"}} {
		if exec.CommandContext(ctx, args[0], append(args[1:], "true")...).Run() == nil {
			return args
		}
	}
	return nil
}
