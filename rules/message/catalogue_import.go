package message

var importEntries = []Entry{}
