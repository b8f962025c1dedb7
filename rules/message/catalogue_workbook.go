package message

var workbookEntries = []Entry{}
