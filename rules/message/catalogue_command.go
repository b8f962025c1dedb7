package message

var commandEntries = []Entry{}
