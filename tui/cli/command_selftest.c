/*
 * command_selftest.c - lilscope selftest: can its measures be trusted?
 */
#include "cli/commands.h"
#include "measure/selftest.h"
#include "system/say.h"

int command_selftest(const struct settings *set, char **words, int n_words)
{
	struct buf out = { 0 };
	struct err err = { "" };
	bool good;
	int status;

	(void)set;
	(void)words;
	if (n_words) {
		err_set(&err, "selftest takes nothing: it has its own texts");
		return say_trouble(&err);
	}
	good = selftest(&out);
	status = command_print(&out);
	return status ? status : !good;
}
