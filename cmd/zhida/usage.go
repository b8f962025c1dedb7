package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"zhida/rules/message"
)

// sayUsage makes every command below root say in the program's own words what is wrong
// with how it was written: a name that does not exist, too few or too many arguments, an
// option that is unknown, lacks its value or was left out.
func sayUsage(cmd *cobra.Command) {
	if cmd.Runnable() {
		sayArguments(cmd)
		cmd.PreRunE = requiredFlags
	} else {
		cmd.Args = cobra.ArbitraryArgs
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownCommand(cmd, args[0])
		}
	}
	for _, sub := range cmd.Commands() {
		sayUsage(sub)
	}
}

func sayArguments(cmd *cobra.Command) {
	fit := cmd.Args
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		err := fit(cmd, args)
		if err == nil {
			return nil
		}
		if cmd.HasSubCommands() {
			return unknownCommand(cmd, args[0])
		}
		form := strings.TrimSuffix(cmd.CommandPath(), cmd.Name()) + cmd.Use
		return message.Err("cli.arguments", form, len(args), cmd.CommandPath()).Because(err)
	}
}

// unknownCommand names the nearest command: among its neighbours first, then anywhere, so
// that “zhida approve” leads to “zhida batch approve”.
func unknownCommand(cmd *cobra.Command, word string) error {
	near, best := nearestCommand(cmd, word)
	if other, distance := nearestCommand(cmd.Root(), word); distance < best {
		near = other
	}
	if near == "" {
		return message.Err("cli.unknown_command", cmd.CommandPath(), word)
	}
	return message.Err("cli.other_command", cmd.CommandPath(), word, near)
}

// nearestCommand gives the command below cmd whose name is nearest to a word, and how far it is.
func nearestCommand(cmd *cobra.Command, word string) (string, int) {
	path, best := "", tooFar(word)
	for _, sub := range cmd.Commands() {
		if sub.Hidden {
			continue
		}
		if d := message.Distance(word, sub.Name()); d < best {
			path, best = sub.CommandPath(), d
		}
		if p, d := nearestCommand(sub, word); d < best {
			path, best = p, d
		}
	}
	return path, best
}

func flagError(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var empty *pflag.ValueRequiredError
	var wrong *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		return unknownFlag(cmd, unknown)
	case errors.As(err, &empty):
		return message.Err("cli.flag_empty", "--"+empty.GetFlag().Name, cmd.CommandPath(), empty.GetFlag().Usage)
	case errors.As(err, &wrong):
		return message.Err("cli.flag_value", "--"+wrong.GetFlag().Name, wrong.GetValue(), cmd.CommandPath(), wrong.GetFlag().Usage)
	}
	return message.Err("cli.flag_form", word(err), cmd.CommandPath()).Because(err)
}

// word is the option as it was written, where the error knows it.
func word(err error) string {
	var form *pflag.InvalidSyntaxError
	if errors.As(err, &form) {
		return form.GetSpecifiedFlag()
	}
	return err.Error()
}

func unknownFlag(cmd *cobra.Command, err *pflag.NotExistError) error {
	word := err.GetSpecifiedName()
	written, near, best := "--"+word, "", tooFar(word)
	if err.GetSpecifiedShortnames() != "" {
		written = "-" + word
	}
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if d := message.Distance(word, f.Name); d < best {
			near, best = "--"+f.Name, d
		}
	})
	if near == "" {
		return message.Err("cli.unknown_flag", cmd.CommandPath(), written)
	}
	return message.Err("cli.other_flag", cmd.CommandPath(), written, near)
}

// requiredFlags names the first option that a command cannot do without.
func requiredFlags(cmd *cobra.Command, _ []string) error {
	var missing error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if missing == nil && f.Annotations[cobra.BashCompOneRequiredFlag] != nil && !f.Changed {
			missing = message.Err("cli.flag_missing", cmd.CommandPath(), "--"+f.Name, f.Usage)
		}
	})
	return missing
}

// tooFar is the distance from which on a name is no slip of the pen: more than half of the word, or three letters.
func tooFar(word string) int { return min(len([]rune(word))/2+1, 3) }
