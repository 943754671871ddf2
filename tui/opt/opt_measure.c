/* What is measured and by which rule a loop is seen: all that f, t and the
 * band need, the same in every command. */
#include "measure/rule_loop.h"
#include "opt/opt_rows.h"

enum { ALPHABET_MAX = 1 << 24 };
#define T_MAX 1e9

static const char *coder_value(size_t i)
{
	return i < CODER_KINDS ? coder_rows[i].name : NULL;
}

static const char *symbols_value(size_t i)
{
	static const char *const names[] = {
		[METER_AUTO] = "auto",
		[METER_BYTES] = "bytes",
		[METER_TOKENS] = "tokens",
	};

	return i < ARRAY_LEN(names) ? names[i] : NULL;
}

/* "auto" behind all rules: settings_rule(). */
static const char *rule_value(size_t i)
{
	return i == RULE_ROWS ? "auto" : rule_name(i);
}

/* The rules beside Guardian, all or none. */
static bool rivals_set(const struct opt *opt, struct settings *set,
		       const char *value, struct err *err)
{
	bool on;

	(void)opt;
	if (!opt_read_switch(value, &on, err))
		return false;
	set->meter.rules = on ? RULES_DEFAULT : 0;
	return true;
}

static void rivals_get(const struct opt *opt, const struct settings *set,
		       struct buf *out)
{
	(void)opt;
	buf_puts(out, set->meter.rules ? "on" : "off");
}

/* Letter -f follows a file elsewhere (tail, less): only the commands that
 * are no screens have it for the rule. */
static const struct opt rows[] = {
	{ .name = "f", .letter = 'f',
	  .letter_where = OPT_ANALYZE | OPT_GUARD | MODEL, .arg = "TOKENS",
	  .where = RULED | TUNED,
	  COUNT(meter.rule.f, RULE_F_MIN, RULE_F_MAX),
	  .about = "tokens between two checks of the stop rule" },
	{ .name = "t", .letter = 't', .letter_where = RULED, .arg = "BYTES",
	  .where = RULED | TUNED, REAL(meter.rule.t, 0, T_MAX),
	  .about = "least growth in compressed bytes a check must see" },
	{ .name = "patience", .letter = 'p', .letter_where = RULED, .arg = "N",
	  .where = RULED | TUNED,
	  COUNT(meter.rule.patience, 1, RULE_PATIENCE_MAX),
	  .about = "checks under t in a row until the rule fires" },
	{ .name = "coder", .letter = 'c', .letter_where = RULED, .arg = "NAME",
	  .where = RULED | TUNED, ONE_OF(meter.rule.coder, coder_value),
	  .about = "whose compressed size the rule looks at" },
	{ .name = "p", .arg = "SHARE", .where = RULED | TUNED,
	  REAL(meter.rule.p, LOOP_P_MIN, LOOP_P_MAX),
	  .about = "odds of a false stop that the rule loop may have" },
	{ .name = "rule", .arg = "NAME",
	  .where = ASKED | WRITTEN | TUNED | OPT_MERGE,
	  ONE_OF(i_rule, rule_value),
	  .about = "the rule that stops; --check and merge ask about it" },
	{ .name = "config", .where = RULED, SWITCH(config),
	  .about = "measure as the config file says, as screens do" },
	{ .name = "rivals", .where = TUNED, .set = rivals_set,
	  .get = rivals_get,
	  .about = "run the other stop rules too" },
	{ .name = "symbols", .letter = 's', .letter_where = ASKED | OPT_DECODE,
	  .arg = "KIND", .where = ASKED | OPT_DECODE | TUNED,
	  ONE_OF(meter.symbols, symbols_value),
	  .about = "what is measured: auto, bytes or tokens" },
	{ .name = "ls", .arg = "SYMBOLS", .where = TUNED,
	  COUNT(meter.ls, BOUND_LS_MIN, BOUND_LS_MAX), AUTO(0),
	  .about = "longest word of the band's code, 3 to 64, or auto" },
	{ .name = "alphabet", .arg = "SIZE", .where = TUNED,
	  REAL(meter.alphabet, 2, ALPHABET_MAX), AUTO(0),
	  .about = "size of the alphabet, or auto" },
	{ .name = "integer-lc", .where = TUNED, SWITCH(meter.integer_lc),
	  .about = "round the band's two logarithms up" },
};
const struct opt_room opt_measure = { rows, ARRAY_LEN(rows) };
