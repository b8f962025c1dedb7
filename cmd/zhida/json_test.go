package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// shape is what one command printed with --json: each field with its type, a list with [].
type shape struct {
	Command string   `json:"command"`
	Fields  []string `json:"fields"`
}

// noteShape writes down the shape of a command's JSON beside the notes of errors.
func noteShape(args []string, printed string) {
	file := os.Getenv(notesVariable)
	if file == "" || !slices.Contains(args, "--json") || strings.TrimSpace(printed) == "" {
		return
	}
	s := shape{Command: pathOf(args)}
	fields := map[string]bool{}
	for d := json.NewDecoder(strings.NewReader(printed)); ; {
		var v any
		err := d.Decode(&v)
		if err == io.EOF {
			break
		}
		if err != nil {
			panic(fmt.Sprintf("%v prints no JSON: %v\n%s", args, err, printed))
		}
		shapeOf("", v, fields)
	}
	s.Fields = slices.Sorted(maps.Keys(fields))
	f, err := os.OpenFile(file+".json", os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	if err := json.NewEncoder(f).Encode(s); err != nil {
		panic(err)
	}
}

// pathOf is the command of a command line: zhida batch show.
func pathOf(args []string) string {
	root := (&cli{}).root()
	cmd, _, err := root.Find(args)
	if err != nil {
		cmd = root
	}
	// Flags with values before the command hide it from Find.
	for i := range args {
		if c, _, err := root.Find(args[i:]); err == nil && c != root && depth(c) > depth(cmd) {
			cmd = c
		}
	}
	return cmd.CommandPath()
}

func depth(c *cobra.Command) int { return strings.Count(c.CommandPath(), " ") }

// name is a field that the program named; other keys are values, such as codes.
var name = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func shapeOf(path string, v any, fields map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for key, x := range v {
			if !name.MatchString(key) {
				key = "*"
			}
			shapeOf(strings.TrimPrefix(path+"."+key, "."), x, fields)
		}
	case []any:
		for _, x := range v {
			shapeOf(path+"[]", x, fields)
		}
	case nil:
	default:
		fields[path+" "+map[string]string{"string": "text", "float64": "number", "bool": "yes"}[fmt.Sprintf("%T", v)]] = true
	}
}
