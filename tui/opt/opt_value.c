/*
 * The kinds of settings: how each is read from a word and shown again, so that
 * a row names its kind and no row has functions of its own without need.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "opt/opt_rows.h"
#include "report/report.h"

static void *place(const struct opt *opt, struct settings *set)
{
	return (char *)set + opt->at;
}

static const void *stored(const struct opt *opt, const struct settings *set)
{
	return (const char *)set + opt->at;
}

/* --- switches ----------------------------------------------------------- */

bool opt_read_switch(const char *value, bool *out, struct err *err)
{
	static const char *const words[][5] = {
		{ "off", "no", "false", "0" },
		{ "on", "yes", "true", "1", "" },
	};

	for (size_t on = 0; on < 2; on++)
		for (size_t i = 0; i < 5 && words[on][i]; i++)
			if (strcmp(value, words[on][i]) == 0) {
				*out = on;
				return true;
			}
	return err_set(err, "takes on or off, not \"%s\"", value);
}

bool opt_set_switch(const struct opt *opt, struct settings *set,
		    const char *value, struct err *err)
{
	return opt_read_switch(value, place(opt, set), err);
}

void opt_get_switch(const struct opt *opt, const struct settings *set,
		    struct buf *out)
{
	buf_puts(out, *(const bool *)stored(opt, set) ? "on" : "off");
}

/* --- numbers ------------------------------------------------------------ */

/* Within the row's limits; digits may be grouped with blanks or '_'. */
static bool read_number(const struct opt *opt, const char *value, double *out,
			struct err *err)
{
	char digits[64], *end;
	size_t n = 0;

	if (opt->takes_auto && strcmp(value, "auto") == 0) {
		*out = opt->automatic;
		return true;
	}
	for (const char *c = value; *c && n + 1 < sizeof(digits); c++)
		if (*c != '_' && *c != ' ')
			digits[n++] = *c;
	digits[n] = '\0';
	*out = strtod(digits, &end);
	if (n == 0 || *end || !isfinite(*out))
		return err_set(err, "takes a number, not \"%s\"", value);
	if (*out < opt->least || *out > opt->most)
		return err_set(err, "takes %.10g to %.10g, not %s", opt->least,
			       opt->most, value);
	return true;
}

static void put_number(const struct opt *opt, double number, struct buf *out)
{
	if (opt->takes_auto && number == opt->automatic)
		buf_puts(out, "auto");
	else
		report_number(out, number);
}

bool opt_set_count(const struct opt *opt, struct settings *set,
		   const char *value, struct err *err)
{
	double number;

	if (!read_number(opt, value, &number, err))
		return false;
	if (number != floor(number))
		return err_set(err, "takes a whole number, not %s", value);
	*(uint32_t *)place(opt, set) = (uint32_t)number;
	return true;
}

void opt_get_count(const struct opt *opt, const struct settings *set,
		   struct buf *out)
{
	put_number(opt, *(const uint32_t *)stored(opt, set), out);
}

bool opt_set_real(const struct opt *opt, struct settings *set,
		  const char *value, struct err *err)
{
	return read_number(opt, value, place(opt, set), err);
}

void opt_get_real(const struct opt *opt, const struct settings *set,
		  struct buf *out)
{
	put_number(opt, *(const double *)stored(opt, set), out);
}

bool opt_set_float(const struct opt *opt, struct settings *set,
		   const char *value, struct err *err)
{
	double number;

	if (!read_number(opt, value, &number, err))
		return false;
	*(float *)place(opt, set) = (float)number;
	return true;
}

void opt_get_float(const struct opt *opt, const struct settings *set,
		   struct buf *out)
{
	put_number(opt, (double)*(const float *)stored(opt, set), out);
}

/* --- one of some -------------------------------------------------------- */

bool opt_read_value(const char *value, const char *(*values)(size_t),
		    size_t *out, struct err *err)
{
	struct buf all = { 0 };

	for (size_t i = 0; values(i); i++) {
		if (strcmp(value, values(i)) == 0) {
			*out = i;
			buf_release(&all);
			return true;
		}
		buf_printf(&all, "%s%s", i ? ", " : "", values(i));
	}
	err_set(err, "takes one of %s, not \"%s\"", buf_cstr(&all), value);
	buf_release(&all);
	return false;
}

bool opt_set_enum(const struct opt *opt, struct settings *set,
		  const char *value, struct err *err)
{
	size_t i;

	if (!opt_read_value(value, opt->value, &i, err))
		return false;
	*(uint32_t *)place(opt, set) = (uint32_t)i;
	return true;
}

void opt_get_enum(const struct opt *opt, const struct settings *set,
		  struct buf *out)
{
	buf_puts(out, opt->value(*(const uint32_t *)stored(opt, set)));
}

bool opt_set_name(const struct opt *opt, struct settings *set,
		  const char *value, struct err *err)
{
	size_t i;

	return opt_read_value(value, opt->value, &i, err) &&
	       opt_set_word(opt, set, opt->value(i), err);
}

/* --- words -------------------------------------------------------------- */

bool opt_set_word(const struct opt *opt, struct settings *set,
		  const char *value, struct err *err)
{
	(void)err;
	*(const char **)place(opt, set) = value;
	return true;
}

void opt_get_word(const struct opt *opt, const struct settings *set,
		  struct buf *out)
{
	const char *word = *(const char *const *)stored(opt, set);

	buf_puts(out, word ? word : "");
}
