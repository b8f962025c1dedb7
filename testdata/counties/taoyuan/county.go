// Package taoyuan holds the files of the sample county, so that the demo needs
// nothing beside the program. Nobody in them exists.
package taoyuan

import "embed"

// Files are the spreadsheets, policies and settings of the sample county.
//
//go:embed 0* policies settings.yaml
var Files embed.FS
