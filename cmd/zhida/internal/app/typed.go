package app

import (
	"strconv"

	"zhida/rules/calendar"
	"zhida/rules/message"
)

// ParseMonth reads a month that somebody typed, 2026-11. Error: cli.month.
func ParseMonth(text string) (calendar.Month, error) {
	m, err := calendar.ParseMonth(text)
	if err != nil {
		return 0, message.Err("cli.month", text)
	}
	return m, nil
}

// ParseMonths reads the first and the last month of a period. Error: cli.month.
func ParseMonths(first, last string) (from, to calendar.Month, err error) {
	if from, err = ParseMonth(first); err != nil {
		return 0, 0, err
	}
	to, err = ParseMonth(last)
	return from, to, err
}

// ParseDate reads a day that somebody typed, 2026-11-02. Error: cli.date.
func ParseDate(text string) (calendar.Date, error) {
	d, err := calendar.ParseDate(text)
	if err != nil {
		return 0, message.Err("cli.date", text)
	}
	return d, nil
}

// ParseYear reads a year that somebody typed. Error: cli.year.
func ParseYear(text string) (int, error) {
	year, err := strconv.Atoi(text)
	if err != nil || year < 1900 || year > 9999 {
		return 0, message.Err("cli.year", text)
	}
	return year, nil
}
