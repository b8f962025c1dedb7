package message

var storeEntries = []Entry{}
