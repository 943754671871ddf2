/*
 * Numbers as people read them: few digits, a unit, and a minus that is one.
 */
#include "base/num.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *num_count(char out[NUM_BYTES], uint64_t n)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%llu",
			   (unsigned long long)n);
	char *o = out;
	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			*o++ = ' ';
		*o++ = digits[i];
	}
	*o = '\0';
	return out;
}

/* Up to two decimals, without zeros at the end. */
static void short_digits(char out[NUM_BYTES], double value, const char *unit)
{
	char digits[NUM_BYTES / 2];
	size_t len;

	snprintf(digits, sizeof(digits), "%.2f", value);
	len = strlen(digits);
	while (len > 0 && digits[len - 1] == '0')
		digits[--len] = '\0';
	if (len > 0 && digits[len - 1] == '.')
		digits[--len] = '\0';
	snprintf(out, NUM_BYTES, "%s%s", digits, unit);
}

const char *num_short(char out[NUM_BYTES], double value)
{
	if (fabs(value) >= 1e9)
		short_digits(out, value / 1e9, "G");
	else if (fabs(value) >= 1e6)
		short_digits(out, value / 1e6, "M");
	else if (fabs(value) >= 1e3)
		short_digits(out, value / 1e3, "k");
	else
		short_digits(out, value, "");
	return out;
}

const char *num_real(char out[NUM_BYTES], double value, int decimals,
		     bool ascii)
{
	char digits[NUM_BYTES - 4];
	bool zero;
	const char *sign;

	if (isnan(value)) {
		snprintf(out, NUM_BYTES, "-");
		return out;
	}
	snprintf(digits, sizeof(digits), "%.*f", decimals, fabs(value));
	/* No "-0.00". */
	zero = strspn(digits, "0.") == strlen(digits);
	sign = value < 0 && !zero ? (ascii ? "-" : "\u2212") : "";
	snprintf(out, NUM_BYTES, "%s%s", sign, digits);
	return out;
}

const char *num_odds(char out[NUM_BYTES], double share)
{
	snprintf(out, NUM_BYTES, "%.2f %%", 100 * share);
	return out;
}

const char *num_percent(char out[NUM_BYTES], uint64_t part, uint64_t whole)
{
	double percent = whole > 0 ? 100.0 * (double)part / (double)whole : 0;
	if (part > 0 && percent < 0.1)
		snprintf(out, NUM_BYTES, "< 0.1 %%");
	else if (percent > 0 && percent < 9.95)
		snprintf(out, NUM_BYTES, "%.1f %%", percent);
	else
		snprintf(out, NUM_BYTES, "%.0f %%", percent);
	return out;
}

const char *num_size(char out[NUM_BYTES], uint64_t bytes)
{
	static const char units[] = "kMGTPE";
	double value = (double)bytes;
	int i = -1;
	while (value >= 999.5 && i + 1 < (int)sizeof(units) - 1) {
		value /= 1000;
		i++;
	}
	if (i < 0)
		snprintf(out, NUM_BYTES, "%d B", (int)value);
	else
		snprintf(out, NUM_BYTES, "%.*f %cB", value < 9.95 ? 1 : 0,
			 value, units[i]);
	return out;
}

const char *num_time(char out[NUM_BYTES], double s, bool ascii)
{
	static const struct {
		double least;
		const char *unit, *ascii;
	} units[] = { { 1, "s", "s" },
		      { 1e-3, "ms", "ms" },
		      { 0, "µs", "us" } };
	double size = fabs(s), value;
	size_t i = 0;

	if (isnan(s))
		return num_real(out, s, 0, ascii);
	while (size < units[i].least * 0.9995)
		i++;
	value = i == 0 ? s : i == 1 ? s * 1e3 : s * 1e6;
	num_real(out, value,
		 fabs(value) < 9.995   ? 2
		 : fabs(value) < 99.95 ? 1
				       : 0,
		 ascii);
	snprintf(out + strlen(out), NUM_BYTES - strlen(out), " %s",
		 ascii ? units[i].ascii : units[i].unit);
	return out;
}

const char *num_left(char out[NUM_BYTES], double s)
{
	unsigned long min = (unsigned long)ceil(fmin(s, 1e9) / 60);

	if (s <= 90)
		snprintf(out, NUM_BYTES, "%.0f s", ceil(s));
	else if (min < 90)
		snprintf(out, NUM_BYTES, "%lu min", min);
	else
		snprintf(out, NUM_BYTES, "%lu h %lu min", min / 60, min % 60);
	return out;
}

const char *num_change(char out[NUM_BYTES], double value, double base,
			      bool ascii)
{
	char number[NUM_BYTES];
	double percent = base > 0 ? 100 * (value - base) / base : NAN;
	int decimals = fabs(percent) < 9.95 ? 1 : 0;

	if (fabs(percent) < 0.05)
		percent = 0;
	num_real(number, percent, decimals, ascii);
	snprintf(out, NUM_BYTES, "%s%.32s %%", percent > 0 ? "+" : "", number);
	return out;
}
