package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"zhida/rules/policy"
)

// policyDiff says what a new version of a document changes, so that a reviewer
// reads differences and not two files.
func (c *cli) policyDiff() *cobra.Command {
	return &cobra.Command{Use: "diff OLD NEW", Short: "用文字说明新文件改了什么", Args: cobra.ExactArgs(2), RunE: func(_ *cobra.Command, args []string) error {
		old, err := readPolicy(args[0])
		if err != nil {
			return err
		}
		fresh, err := readPolicy(args[1])
		if err != nil {
			return err
		}
		changes := c.toldAll(policy.Diff(old, fresh))
		if c.json {
			return c.printJSON(changes)
		}
		for _, x := range changes {
			fmt.Fprintln(c.out, x.Text)
		}
		return nil
	}}
}
