package message

var payrollEntries = []Entry{}
