package main

// unprovoked lists the errors that nobody can provoke from the command line, and why.
var unprovoked = map[string]both{}
