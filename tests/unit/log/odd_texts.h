/* odd_texts.h - slots that are, or nearly are, of a form that the log keeps shorter. */
#ifndef TALLY_TESTS_ODD_TEXTS_H
#define TALLY_TESTS_ODD_TEXTS_H

static const char *const odd_texts[] = {
	"",
	"0",
	"-0",
	"007",
	"7",
	"-7",
	"1e5",
	"1.50",
	"999999999999999999",
	"-999999999999999999",
	"1000000000000000000",
	"99999999999999999999999",
	"\\u0041\\n\\\"",
	"\xc3\xa9t\xc3\xa9",
	"2026-06-01T00:00:00Z",
	"2026-06-01T00:00:00.000Z",
	"2026-06-01T00:00:00.123456789Z",
	"2026-06-01t00:00:00z",
	"2026-06-01T00:00:00+00:00",
	"2026-02-29T00:00:00Z",
	"2024-02-29T23:59:59Z",
	"2026-06-31T00:00:00Z",
	"2016-12-31T23:59:60Z",
	"1677-12-31T00:00:00Z",
	"1678-01-01T00:00:00.5Z",
	"2261-12-31T23:59:59.999999999Z",
	"2262-01-01T00:00:00Z",
	"1969-12-31T23:59:59.999Z",
	"2026-06-01T00:00:00.1234567890Z",
	"2026-06-01T00:00:00.Z",
	"6b1f63b2-6f0a-4c57-8d55-0123456789ab",
	"6B1F63B2-6F0A-4C57-8D55-0123456789AB",
	"6b1f63b2-6f0a-4c57-8d55-0123456789ag",
	"6b1f63b2x6f0a-4c57-8d55-0123456789ab",
	"svc-00001",
	"svc-1",
	"svc-",
	"-",
	"Z",
	"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
};

enum { ODD_TEXTS = sizeof(odd_texts) / sizeof(odd_texts[0]) };

#endif
