package message

var bankEntries = []Entry{}
