/*
 * command_analyze.c - lilscope analyze: from its options to its report.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/export_html.h"
#include "cli/commands.h"
#include "input/url.h"
#include "opt/settings.h"
#include "report/analyze.h"
#include "report/whatif.h"
#include "system/file.h"
#include "system/sandbox.h"
#include "system/say.h"

/* --- the page ----------------------------------------------------------- */

/* Of the generation that is wanted; of another nothing is kept. */
struct page_wanted {
	uint32_t wanted; /* from 1; 0: the only one */
	uint32_t n;	 /* generations so far */
	struct buf html;
};

static void page_each(void *ctx, const struct run *run)
{
	struct page_wanted *page = ctx;

	page->n++;
	if (page->n == MAX(page->wanted, 1u)) {
		const struct export x = {
			.run = run,
			.n_tokens = run_n_measured(run),
			.number = page->wanted,
		};

		export_html(&x, &page->html);
	}
}

static bool page_write(const struct page_wanted *page, const char *path,
		       struct err *err)
{
	if (!page->wanted && page->n > 1)
		err_set(err, "--html is a page of one generation, and here are "
			     "%u: --html-of N names the one", page->n);
	else if (!page->html.len)
		err_set(err, "--html: there is no generation %u",
			MAX(page->wanted, 1u));
	else
		file_write(path, page->html.data, page->html.len, err);
	return !err->text[0];
}

static int analyze_page(struct analyze_opts *job, const struct settings *set,
			char **files, size_t n_files)
{
	struct page_wanted page = { .wanted = set->report.n_html };
	struct err err = { "" };
	int status;

	if (!file_try_write(set->report.html, &err))
		return say_trouble(&err);
	job->each = page_each;
	job->each_ctx = &page;
	status = analyze_files(job, files, n_files, stderr);
	if (!page_write(&page, set->report.html, &err))
		status = say_trouble(&err);
	buf_release(&page.html);
	return status;
}

/* --- what if ------------------------------------------------------------ */

static void whatif_each(void *ctx, const struct run *run)
{
	while (!whatif_add(ctx, run, UINT32_MAX))
		;
}

static int analyze_what_if(struct analyze_opts *job, const struct settings *set,
			   char **files, size_t n_files)
{
	struct whatif *w = whatif_new(settings_rule(set), &set->meter.rule);
	struct buf out = { 0 };
	int status, wrote;

	job->meter = whatif_meter(&set->meter);
	job->output = ANALYZE_NONE;
	job->check = false;
	job->each = whatif_each;
	job->each_ctx = w;
	status = analyze_files(job, files, n_files, stderr);
	if (set->report.output == OUTPUT_JSON)
		whatif_json(w, &out);
	else
		whatif_table(w, &out);
	wrote = command_print(&out);
	whatif_free(w);
	return MAX(status, wrote);
}

/* What is read comes from anybody: no file is written from here on, and no
 * server asked that nobody named. */
static void shut(char **files, int n_files)
{
	enum sandbox how = SANDBOX_OFFLINE;

	for (int i = 0; i < n_files; i++)
		if (url_is(files[i]))
			how = SANDBOX_READ;
	sandbox_enter(how);
}

int command_analyze(const struct settings *set, char **files, int n_files)
{
	static const enum analyze_output outputs[] = {
		[OUTPUT_TABLE] = ANALYZE_TABLE,
		[OUTPUT_JSON] = ANALYZE_JSON,
		[OUTPUT_CSV] = ANALYZE_CSV,
	};
	struct analyze_opts job = analyze_opts_default;
	struct err err = { "" };

	if (!n_files) {
		err_set(&err, "analyze needs a FILE, or - for standard "
			      "input; lilscope --help tells more");
		return say_trouble(&err);
	}
	job.meter = set->meter;
	job.output = outputs[set->report.output];
	job.check = set->report.check;
	job.n_threads = set->report.jobs;
	job.i_rule = settings_rule(set);
	job.meter.rules |= RULE_BIT(job.i_rule);
	job.format = set->read.format;
	job.field = set->read.field;
	job.keep = set->report.keep;
	job.first_record = set->read.first_record;
	job.request = request_of(&set->request);
	job.progress = isatty(STDERR_FILENO);
	job.cols = command_cols();
	job.meter.no_curves = !set->report.html;
	if (set->report.html)
		return analyze_page(&job, set, files, (size_t)n_files);
	shut(files, n_files);
	if (set->report.what_if)
		return analyze_what_if(&job, set, files, (size_t)n_files);
	return analyze_files(&job, files, (size_t)n_files, stderr);
}
