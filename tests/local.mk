# Everything that shows that it works: `make check`, and the long runs
# `make fuzz`, `make bench`, `make soak`.
TESTS_ENVIRONMENT = top_srcdir='$(top_srcdir)' top_builddir='$(top_builddir)' \
	TOP_BUILDDIR='$(abs_top_builddir)' \
	LILSCOPE='$(abs_top_builddir)/lilscope' PYTHON3='$(PYTHON3)' \
	LILSCOPE_SAMPLES='$(abs_top_srcdir)/samples'
UNIT_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
UNIT_LIBS = libengine.a $(ENGINE_LIBS) $(CMOCKA_LIBS) $(JANSSON_LIBS)
# What a test links and compiles with unless it says otherwise: so a plain
# unit test is one row here (its source is the row's name with .c).
LDADD = $(UNIT_LIBS)
# Without cmocka and vterm most of it is not run: that is no success.
if !HAVE_TESTS
check-local:
	@echo "cmocka or vterm is not here (libcmocka-dev, libvterm-dev):" \
		"the tests of tests/unit and tests/pty were not run" >&2
	@exit 1
endif
unit_tests = \
	tests/unit/test_latency \
	tests/unit/test_progress \
	tests/unit/test_recorder \
	tests/unit/test_report \
	tests/unit/test_token \
	tests/unit/test_trace \
	tests/unit/test_meter \
	tests/unit/test_run \
	tests/unit/test_sandbox \
	tests/unit/test_copied \
	tests/unit/test_draft \
	tests/unit/test_foretold \
	tests/unit/test_again \
	tests/unit/test_source \
	tests/unit/test_follow \
	tests/unit/test_deck \
	tests/unit/test_deck_rows \
	tests/unit/test_halves \
	tests/unit/test_watch \
	tests/unit/test_whatif
if HAVE_TESTS
check_PROGRAMS += $(unit_tests)
TESTS += $(unit_tests)
endif

measure_tests = \
	tests/unit/test_pack \
	tests/unit/test_series \
	tests/unit/test_guardian \
	tests/unit/test_coder \
	tests/unit/test_bound \
	tests/unit/test_entropy \
	tests/unit/test_loop \
	tests/unit/test_onset \
	tests/unit/test_rival \
	tests/unit/test_rival_words \
	tests/unit/test_rule \
	tests/unit/test_shrink \
	tests/unit/test_stops \
	tests/unit/test_suffixes \
	tests/unit/test_unit \
	tests/unit/test_zl77
if HAVE_TESTS
check_PROGRAMS += $(measure_tests)
TESTS += $(measure_tests)
endif
EXTRA_DIST += tests/unit/gpl-3.txt.zst
tests_unit_test_bound_SOURCES = tests/unit/test_bound.c \
	tests/unit/naive_lz77.c tests/unit/naive_lz77.h
tests_unit_test_meter_LDFLAGS = \
	-Wl,--wrap=malloc,--wrap=realloc,--wrap=calloc,--wrap=free
tests_unit_test_onset_SOURCES = tests/unit/test_onset.c \
	tests/bench/onset.c tests/bench/onset.h
tests_unit_test_zl77_SOURCES = tests/unit/test_zl77.c \
	tests/unit/naive_lz77.c tests/unit/naive_lz77.h

# The library, as others link it; beside the engine of the program.
library_tests = tests/unit/test_library tests/unit/test_library_calls \
	tests/unit/test_library_threads
if HAVE_TESTS
check_PROGRAMS += $(library_tests)
TESTS += $(library_tests)
endif
tests_unit_test_library_SOURCES = tests/unit/test_library.c \
	tests/unit/naive_stream.c tests/unit/naive_stream.h \
	tests/unit/purse.c tests/unit/purse.h
tests_unit_test_library_LDADD = liblilscope.a $(UNIT_LIBS)
tests_unit_test_library_calls_LDADD = liblilscope.a $(UNIT_LIBS)
tests_unit_test_library_threads_LDADD = liblilscope.a $(UNIT_LIBS)

# What the library costs, and what its window changes (LILSCOPE_CORPUS, a
# folder, else LILSCOPE_DATA; LIBRARY_RECORDS of it).
EXTRA_PROGRAMS += tests/bench/bench_library
tests_bench_bench_library_SOURCES = tests/bench/bench_library.c
tests_bench_bench_library_LDADD = liblilscope.a libengine.a $(ENGINE_LIBS)
LIBRARY_RECORDS = 3000
.PHONY: bench-library
bench-library: tests/bench/bench_library
	@if test -d "$${LILSCOPE_CORPUS:-none}"; then \
		tests/bench/bench_library -n $(LIBRARY_RECORDS) \
			"$$LILSCOPE_CORPUS/unseen.jsonl"; \
	else $(PYTHON3) $(srcdir)/tests/bench/rules.py \
		"$${LILSCOPE_DATA:-$(top_srcdir)/../shared/data}" | \
		tests/bench/bench_library -n $(LIBRARY_RECORDS) -; fi

# The program on a pseudo terminal (tests/pty/pty.h). The harness comes first:
# what it says about programs that every system has.
pty_tests = \
	tests/pty/test_decoder \
	tests/pty/test_demo \
	tests/pty/test_bench \
	tests/pty/test_faults \
	tests/pty/test_harness \
	tests/pty/test_hostile \
	tests/pty/test_idle \
	tests/pty/test_habits \
	tests/pty/test_keys \
	tests/pty/test_live \
	tests/pty/test_newcomer \
	tests/pty/test_open \
	tests/pty/test_restore \
	tests/pty/test_screens \
	tests/pty/test_session \
	tests/pty/test_shot \
	tests/pty/test_stdin \
	tests/pty/test_storm \
	tests/pty/test_theme \
	tests/pty/test_trouble
PTY_LIBS = tests/pty/libpty.a $(UNIT_LIBS) $(VTERM_LIBS)
if HAVE_TESTS
check_LIBRARIES = tests/pty/libpty.a
check_PROGRAMS += $(pty_tests)
TESTS += $(pty_tests)
endif
tests_pty_libpty_a_SOURCES = \
	tests/pty/lil.c tests/pty/lil.h \
	tests/pty/pty.c tests/pty/pty.h \
	tests/pty/pty_screen.c tests/pty/pty_screen.h \
	tests/pty/scratch.c tests/pty/scratch.h
tests_pty_libpty_a_CFLAGS = $(UNIT_CFLAGS) $(VTERM_CFLAGS)
tests_pty_test_decoder_LDADD = $(PTY_LIBS)
tests_pty_test_demo_LDADD = $(PTY_LIBS)
tests_pty_test_bench_LDADD = $(PTY_LIBS)
# The whole program is in it, its doors to memory and to write() exchanged; but
# for URLs and the proxy, whose libraries take most of the time to start.
tests_pty_test_faults_SOURCES = tests/pty/test_faults.c \
	src/input/url_none.c src/guard/proxy_none.c
tests_pty_test_faults_LDFLAGS = \
	-Wl,--wrap=main,--wrap=realloc,--wrap=calloc,--wrap=write
tests_pty_test_faults_LDADD = tui/main.$(OBJEXT) libtui.a $(PTY_LIBS) \
	$(NCURSES_LIBS)
tests_pty_test_harness_LDADD = $(PTY_LIBS)
tests_pty_test_screens_LDADD = $(PTY_LIBS)
tests_pty_test_restore_LDADD = $(PTY_LIBS)
tests_pty_test_storm_LDADD = $(PTY_LIBS)
tests_pty_test_hostile_LDADD = $(PTY_LIBS)
tests_pty_test_stdin_LDADD = $(PTY_LIBS)
tests_pty_test_session_LDADD = $(PTY_LIBS)
tests_pty_test_shot_LDADD = $(PTY_LIBS)
tests_pty_test_theme_LDADD = $(PTY_LIBS)
tests_pty_test_trouble_LDADD = $(PTY_LIBS)
tests_pty_test_idle_LDADD = $(PTY_LIBS)
tests_pty_test_keys_LDADD = $(PTY_LIBS)
tests_pty_test_habits_LDADD = $(PTY_LIBS)
tests_pty_test_live_LDADD = $(PTY_LIBS)
tests_pty_test_newcomer_LDADD = $(PTY_LIBS)
tests_pty_test_open_LDADD = $(PTY_LIBS)

# Keys, clicks and sizes at random, as nobody; the same seed, the same keys.
if HAVE_TESTS
check_PROGRAMS += tests/pty/monkey
endif
tests_pty_monkey_LDADD = $(PTY_LIBS)
MONKEY_INPUTS = 2000
MONKEY_SEED = 1
.PHONY: monkey
monkey: all tests/pty/monkey
	@$(TESTS_ENVIRONMENT) MONKEY_INPUTS=$(MONKEY_INPUTS) \
		MONKEY_SEED=$(MONKEY_SEED) tests/pty/monkey

# What it costs, beside less and lnav, on a file of 1 GB.
EXTRA_PROGRAMS += tests/bench/budgets
tests_bench_budgets_SOURCES = tests/bench/budgets.c \
	tests/bench/process.c tests/bench/process.h
tests_bench_budgets_LDADD = $(PTY_LIBS)
BIG_BYTES = 1e9
EXTRA_DIST += tests/bench/make_big.py
.PHONY: bench-budgets
bench-budgets: all tests/pty/libpty.a tests/bench/budgets
	@test -s big.jsonl || \
		$(PYTHON3) $(srcdir)/tests/bench/make_big.py big.jsonl $(BIG_BYTES)
	@cat big.jsonl >/dev/null
	@LILSCOPE='$(abs_top_builddir)/lilscope' tests/bench/budgets big.jsonl

# Fuzz targets. A new one, NAME: tests/fuzz/fuzz_NAME.c (it includes fuzz.h),
# some small files in tests/fuzz/corpus/NAME, its name in FUZZ_NAMES, and
#	fuzz_replays += tests/fuzz/replay_NAME
#	tests_fuzz_replay_NAME_SOURCES = tests/fuzz/fuzz_NAME.c $(FUZZ_REPLAY)
# so that `make check` replays the corpus. `make fuzz FUZZ_SECONDS=600` runs
# libFuzzer on all of them, in a build with --enable-fuzz CC=clang.
FUZZ_NAMES =
fuzz_replays =
FUZZ_SECONDS = 60
FUZZ_LIBS_BUILT =
FUZZ_LIBS = liblilscope.a libengine.a $(ENGINE_LIBS) $(NCURSES_LIBS)
FUZZ_MORE = $(srcdir)/tests/unit/random_model.c
FUZZ_REPLAY = tests/fuzz/replay.c tests/fuzz/fuzz.h
check_PROGRAMS += $(fuzz_replays)
TESTS += $(fuzz_replays)
EXTRA_DIST += tests/fuzz/fuzz.sh tests/fuzz/ignored.txt tests/fuzz/corpus

.PHONY: fuzz
fuzz: $(FUZZ_LIBS_BUILT) liblilscope.a libengine.a
if FUZZ
	@$(MKDIR_P) tests/fuzz
	@for name in $(FUZZ_NAMES); do \
		echo "  FUZZ     fuzz_$$name"; \
		$(CC) $(AM_CPPFLAGS) $(CPPFLAGS) $(AM_CFLAGS) $(CFLAGS) \
			$(LDFLAGS) -fsanitize=fuzzer \
			-o tests/fuzz/fuzz_$$name \
			$(srcdir)/tests/fuzz/fuzz_$$name.c $(FUZZ_MORE) \
			$(FUZZ_LIBS_BUILT) $(FUZZ_LIBS) $(LIBS) || exit 1; \
	done
	@top_srcdir='$(top_srcdir)' $(SHELL) $(srcdir)/tests/fuzz/fuzz.sh \
		$(FUZZ_SECONDS) $(FUZZ_NAMES)
else
	@echo "make fuzz wants: ./configure --enable-fuzz CC=clang"; exit 1
endif

# The Ziv-Lempel parse, beside its definition.
if HAVE_TESTS
check_PROGRAMS += tests/unit/test_lz77
TESTS += tests/unit/test_lz77
endif
tests_unit_test_draft_SOURCES = tests/unit/test_draft.c \
	tests/unit/naive_lz77.c tests/unit/naive_lz77.h
tests_unit_test_lz77_SOURCES = tests/unit/test_lz77.c \
	tests/unit/naive_lz77.c tests/unit/naive_lz77.h
tests_unit_test_lz77_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_lz77_LDADD = $(UNIT_LIBS)
FUZZ_NAMES += lz77
fuzz_replays += tests/fuzz/replay_lz77
tests_fuzz_replay_lz77_SOURCES = tests/fuzz/fuzz_lz77.c $(FUZZ_REPLAY)
FUZZ_NAMES += library
fuzz_replays += tests/fuzz/replay_library
tests_fuzz_replay_library_SOURCES = tests/fuzz/fuzz_library.c $(FUZZ_REPLAY)
tests_fuzz_replay_library_LDADD = liblilscope.a $(UNIT_LIBS)
FUZZ_NAMES += rival
fuzz_replays += tests/fuzz/replay_rival
tests_fuzz_replay_rival_SOURCES = tests/fuzz/fuzz_rival.c $(FUZZ_REPLAY)

# Where words are said again.
tests_unit_test_loop_SOURCES = tests/unit/test_loop.c \
	tests/unit/naive_copying.c tests/unit/naive_copying.h
FUZZ_NAMES += loop
FUZZ_MORE += $(srcdir)/tests/unit/naive_copying.c
fuzz_replays += tests/fuzz/replay_loop
tests_fuzz_replay_loop_SOURCES = tests/fuzz/fuzz_loop.c \
	tests/unit/naive_copying.c tests/unit/naive_copying.h $(FUZZ_REPLAY)

# The repeated unit.
FUZZ_NAMES += unit
fuzz_replays += tests/fuzz/replay_unit
tests_fuzz_replay_unit_SOURCES = tests/fuzz/fuzz_unit.c $(FUZZ_REPLAY)

# The bundled tokenizer, beside its definition and the model's own tokens.
if HAVE_TESTS
check_PROGRAMS += tests/unit/test_tok
TESTS += tests/unit/test_tok
endif
tests_unit_test_tok_SOURCES = tests/unit/test_tok.c \
	tests/unit/naive_tok.c tests/unit/naive_tok.h
tests_unit_test_tok_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_tok_LDADD = $(UNIT_LIBS)
FUZZ_NAMES += tok
fuzz_replays += tests/fuzz/replay_tok
tests_fuzz_replay_tok_SOURCES = tests/fuzz/fuzz_tok.c $(FUZZ_REPLAY)
EXTRA_PROGRAMS += tests/bench/bench_tok
tests_bench_bench_tok_SOURCES = tests/bench/bench_tok.c
tests_bench_bench_tok_LDADD = libengine.a $(ENGINE_LIBS)
EXTRA_DIST += tests/golden

# Reading: every parser, and every dialect beside tests/golden/verdicts.txt
# (LILSCOPE_UPDATE=1 writes it anew).
reading_tests = \
	tests/unit/test_crew \
	tests/unit/test_feed \
	tests/unit/test_file \
	tests/unit/test_format \
	tests/unit/test_indexer \
	tests/unit/test_join \
	tests/unit/test_json \
	tests/unit/test_memory \
	tests/unit/test_native \
	tests/unit/test_pages \
	tests/unit/test_prompts \
	tests/unit/test_repeat \
	tests/unit/test_sieve \
	tests/unit/test_sse \
	tests/unit/test_buf \
	tests/unit/test_stamp \
	tests/unit/test_zip \
	tests/unit/test_unpack \
	tests/unit/test_utf8 \
	tests/unit/test_yaml
if HAVE_TESTS
check_PROGRAMS += $(reading_tests)
TESTS += $(reading_tests)
endif
tests_unit_test_feed_SOURCES = tests/unit/test_feed.c \
	tests/unit/reading.c tests/unit/reading.h
tests_unit_test_format_SOURCES = tests/unit/test_format.c \
	tests/unit/reading.c tests/unit/reading.h
tests_unit_test_indexer_SOURCES = tests/unit/test_indexer.c \
	tests/unit/indexed.c tests/unit/indexed.h \
	tests/unit/reading.c tests/unit/reading.h
tests_unit_test_json_SOURCES = tests/unit/test_json.c \
	tests/unit/oracle_json.c tests/unit/oracle_json.h
tests_unit_test_native_SOURCES = tests/unit/test_native.c \
	tests/unit/roundtrip.c tests/unit/roundtrip.h
tests_unit_test_watch_SOURCES = tests/unit/test_watch.c \
	tests/unit/reading.c tests/unit/reading.h
tests_unit_test_pages_SOURCES = tests/unit/test_pages.c
tests_unit_test_prompts_SOURCES = tests/unit/test_prompts.c \
	tests/unit/reading.c tests/unit/reading.h
tests_unit_test_repeat_SOURCES = tests/unit/test_repeat.c \
	tests/unit/reading.c tests/unit/reading.h \
	tests/unit/same_json.c tests/unit/same_json.h
tests_unit_test_sse_SOURCES = tests/unit/test_sse.c \
	tests/unit/naive_sse.c tests/unit/naive_sse.h
tests_unit_test_utf8_SOURCES = tests/unit/test_utf8.c \
	tests/unit/naive_utf8.c tests/unit/naive_utf8.h
FUZZ_NAMES += feed groups indexer join json native splice sse unpack utf8 wish
fuzz_replays += \
	tests/fuzz/replay_feed \
	tests/fuzz/replay_groups \
	tests/fuzz/replay_indexer \
	tests/fuzz/replay_join \
	tests/fuzz/replay_json \
	tests/fuzz/replay_native \
	tests/fuzz/replay_splice \
	tests/fuzz/replay_sse \
	tests/fuzz/replay_unpack \
	tests/fuzz/replay_utf8 \
	tests/fuzz/replay_wish
tests_fuzz_replay_feed_SOURCES = tests/fuzz/fuzz_feed.c $(FUZZ_REPLAY)
tests_fuzz_replay_groups_SOURCES = tests/fuzz/fuzz_groups.c $(FUZZ_REPLAY)
tests_fuzz_replay_indexer_SOURCES = tests/fuzz/fuzz_indexer.c $(FUZZ_REPLAY)
tests_fuzz_replay_join_SOURCES = tests/fuzz/fuzz_join.c $(FUZZ_REPLAY)
tests_fuzz_replay_json_SOURCES = tests/fuzz/fuzz_json.c $(FUZZ_REPLAY)
tests_fuzz_replay_native_SOURCES = tests/fuzz/fuzz_native.c $(FUZZ_REPLAY)
tests_fuzz_replay_splice_SOURCES = tests/fuzz/fuzz_splice.c $(FUZZ_REPLAY)
tests_fuzz_replay_sse_SOURCES = tests/fuzz/fuzz_sse.c $(FUZZ_REPLAY)
tests_fuzz_replay_unpack_SOURCES = tests/fuzz/fuzz_unpack.c $(FUZZ_REPLAY)
tests_fuzz_replay_utf8_SOURCES = tests/fuzz/fuzz_utf8.c $(FUZZ_REPLAY)
tests_fuzz_replay_wish_SOURCES = tests/fuzz/fuzz_wish.c $(FUZZ_REPLAY)

# The command line, and what a machine can hold of the house's rules.
cli_tests = \
	tests/cli/analyze.sh \
	tests/cli/bench.sh \
	tests/cli/bench_real.sh \
	tests/cli/completion.sh \
	tests/cli/corpus.sh \
	tests/cli/decode.sh \
	tests/cli/demo.sh \
	tests/cli/doctor.sh \
	tests/cli/ends.sh \
	tests/cli/filter.sh \
	tests/cli/folder.sh \
	tests/cli/follow.sh \
	tests/cli/guard.sh \
	tests/cli/hardened.sh \
	tests/cli/jobs.sh \
	tests/cli/library.sh \
	tests/cli/manual.sh \
	tests/cli/memory.sh \
	tests/cli/merge.sh \
	tests/cli/parallel.sh \
	tests/cli/operate.sh \
	tests/cli/page.sh \
	tests/cli/proxy.sh \
	tests/cli/onward.sh \
	tests/cli/record.sh \
	tests/cli/recordings.sh \
	tests/cli/sbom.sh \
	tests/cli/streams.sh \
	tests/cli/threads.sh \
	tests/cli/url.sh \
	tests/cli/why.sh
lint_tests = \
	tests/lint/contracts.sh \
	tests/lint/docs.sh \
	tests/lint/floors.sh \
	tests/lint/globals.sh \
	tests/lint/links.sh \
	tests/lint/map.sh \
	tests/lint/mutants.sh \
	tests/lint/style.sh
TESTS += $(cli_tests) $(lint_tests)
EXTRA_DIST += $(cli_tests) $(lint_tests) \
	tests/cli/gguf.py tests/cli/lib.sh tests/cli/merge_oracle.py \
	tests/cli/proxy_lib.sh tests/cli/schema.py \
	tests/cli/streams.txt tests/lint/lib.sh tests/server/ask.py \
	tests/server/ends.py tests/server/handed.py tests/server/onward.py \
	tests/server/operate.py \
	tests/server/prometheus.py \
	tests/server/replay.py tests/server/resident.py \
	tests/server/upstream.py

# Real clients, and a real server, through the proxy: LILSCOPE_CLIENTS is their
# folder (tests/clients/install.sh FOLDER), LLAMA_SERVER llama.cpp's server,
# LILSCOPE_MODELS a folder of models for it; without, it is skipped and told.
EXTRA_DIST += \
	tests/clients/aisdk_node.mjs tests/clients/anthropic_node.mjs \
	tests/clients/anthropic_py.py tests/clients/check.py \
	tests/clients/client.mjs tests/clients/client.py \
	tests/clients/fake.py tests/clients/install.sh \
	tests/clients/langchain_py.py tests/clients/litellm_py.py \
	tests/clients/llm_py.py tests/clients/openai_node.mjs \
	tests/clients/openai_py.py tests/clients/package.json \
	tests/clients/plain_py.py tests/clients/pydantic_ai_py.py \
	tests/clients/requirements.txt
.PHONY: check-clients
check-clients: all
	@LILSCOPE_DATA="$${LILSCOPE_DATA:-$(top_srcdir)/../shared/data}" \
		PYTHONDONTWRITEBYTECODE=1 \
		$(PYTHON3) $(srcdir)/tests/clients/check.py \
		'$(abs_top_builddir)/lilscope'

# The proxy under load for SOAK_SECONDS: what it answers, and its memory.
SOAK_SECONDS = 600
EXTRA_DIST += tests/bench/soak.sh
.PHONY: soak
soak: all
	@$(TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/tests/bench/soak.sh \
		$(SOAK_SECONDS)

# What the guard adds to a pipe, beside cat.
EXTRA_DIST += tests/bench/guard.py
.PHONY: bench-guard
bench-guard: all
	@$(PYTHON3) $(srcdir)/tests/bench/guard.py \
		'$(abs_top_builddir)/lilscope' $(srcdir)/samples/traces/*.txt

# 512 streams at once through the proxy, beside a bare nginx where there is one.
EXTRA_DIST += tests/bench/proxy.py
PROXY_STREAMS = 512
.PHONY: bench-proxy
bench-proxy: all
	@$(PYTHON3) $(srcdir)/tests/bench/proxy.py \
		'$(abs_top_builddir)/lilscope' $(PROXY_STREAMS)

# A plateau and a healthy generation, decoded again at 200 tokens a second:
# what the guard saves, and that the producer ends.
EXTRA_DIST += tests/bench/stop.py
.PHONY: bench-stop
bench-stop: all
	@$(PYTHON3) $(srcdir)/tests/bench/stop.py \
		'$(abs_top_builddir)/lilscope' \
		$(srcdir)/samples/traces/rkv_aime24_0[08].txt 200

# Following a log that is moved away, made anew and cut, at 50,000 chunks a
# second: whether all is counted, and from a key to its effect on the screen.
EXTRA_DIST += tests/bench/follow.py
.PHONY: bench-follow
bench-follow: all
	@$(PYTHON3) $(srcdir)/tests/bench/follow.py \
		'$(abs_top_builddir)/lilscope'

# 200,000 streams followed with what is kept of them limited: memory.
EXTRA_DIST += tests/bench/spill.py
.PHONY: soak-list
soak-list: all
	@$(PYTHON3) $(srcdir)/tests/bench/spill.py \
		'$(abs_top_builddir)/lilscope'

# The list: of 512 streams while they are written, what it takes of a core; of
# a file of 1 GB, what it says when.
EXTRA_PROGRAMS += tests/bench/bench_list
EXTRA_DIST += tests/bench/list.py
.PHONY: bench-list
bench-list: all tests/bench/bench_list
	@test -s big.jsonl || \
		$(PYTHON3) $(srcdir)/tests/bench/make_big.py big.jsonl $(BIG_BYTES)
	@cat big.jsonl >/dev/null
	@tests/bench/bench_list big.jsonl
	@$(PYTHON3) $(srcdir)/tests/bench/list.py \
		'$(abs_top_builddir)/lilscope'

.PHONY: lint
lint: all
	@status=0; for lint in $(lint_tests); do \
		echo "  LINT     $$lint"; \
		$(TESTS_ENVIRONMENT) $(SHELL) $(srcdir)/$$lint || status=1; \
	done; exit $$status

# What one push of the Ziv-Lempel parse costs, and what it saves.
EXTRA_PROGRAMS += tests/bench/bench_lz77
tests_bench_bench_lz77_SOURCES = tests/bench/bench_lz77.c
tests_bench_bench_lz77_LDADD = libengine.a $(ENGINE_LIBS)
.PHONY: bench-lz77
bench-lz77: tests/bench/bench_lz77
	@LILSCOPE_DATA="$${LILSCOPE_DATA:-$(top_srcdir)/../shared/data}" \
		tests/bench/bench_lz77 $(LZ77_BENCH_FILES)

# analyze on real generations (LILSCOPE_CORPUS, else LILSCOPE_DATA): its stages,
# cores, many files; one text beside libsais with KKP2 (LIBSAIS, KKP: folders).
EXTRA_DIST += tests/bench/analyze.py tests/bench/peer_kkp.cc
EXTRA_PROGRAMS += tests/bench/bench_analyze
tests_bench_bench_analyze_SOURCES = tests/bench/bench_analyze.c
tests_bench_bench_analyze_LDADD = libengine.a $(ENGINE_LIBS)
.PHONY: bench-analyze
bench-analyze: all tests/bench/bench_analyze
	@LIBSAIS='$(LIBSAIS)' KKP='$(KKP)' $(PYTHON3) \
		$(srcdir)/tests/bench/analyze.py '$(abs_top_builddir)'
# The many files alone.
.PHONY: bench-files
bench-files: all tests/bench/bench_analyze
	@$(PYTHON3) $(srcdir)/tests/bench/analyze.py '$(abs_top_builddir)' \
		files

# Every stop rule on the real data (LILSCOPE_DATA), on a corpus that
# tests/bench/corpus.py made (LILSCOPE_CORPUS, a folder), and on long tables:
# tables, and curves of each rule's threshold in RULES_SVG.
EXTRA_DIST += tests/bench/corpus.py tests/bench/rules.py tests/bench/tables.py
EXTRA_PROGRAMS += tests/bench/bench_rules
tests_bench_bench_rules_SOURCES = tests/bench/bench_rules.c \
	tests/bench/onset.c tests/bench/onset.h \
	tests/bench/rules_svg.c tests/bench/rules_svg.h
tests_bench_bench_rules_LDADD = libengine.a $(ENGINE_LIBS)
.PHONY: bench-rules
bench-rules: all tests/bench/bench_rules
	@$(PYTHON3) $(srcdir)/tests/bench/rules.py \
		"$${LILSCOPE_DATA:-$(top_srcdir)/../shared/data}" \
		| tests/bench/bench_rules $${RULES_SVG:+-o $$RULES_SVG} \
			-t 'recorded reasoning' -
	@if test -d "$${LILSCOPE_CORPUS:-none}"; then \
		tests/bench/bench_rules \
			$${RULES_SVG:+-o $${RULES_SVG%.svg}-corpus.svg} \
			$${RULES_SVG:+-p $${RULES_SVG%.svg}-odds.svg} \
			-t 'the corpus, unseen' \
			"$$LILSCOPE_CORPUS/unseen.jsonl"; \
	else echo "no corpus (LILSCOPE_CORPUS): skipped"; fi
	@$(PYTHON3) $(srcdir)/tests/bench/tables.py | tests/bench/bench_rules -

# rho, its band and H on sources of known entropy, and on real generations
# (LILSCOPE_DATA, LILSCOPE_CORPUS): tables, and a picture in BAND_SVG.
EXTRA_PROGRAMS += tests/bench/table_band
tests_bench_table_band_SOURCES = tests/bench/table_band.c
tests_bench_table_band_LDADD = libengine.a $(ENGINE_LIBS)
.PHONY: table-band
table-band: tests/bench/table_band
	@$(PYTHON3) $(srcdir)/tests/bench/rules.py \
		"$${LILSCOPE_DATA:-$(top_srcdir)/../shared/data}" \
		| tests/bench/table_band $${BAND_SVG:+-o $$BAND_SVG} - \
			$${LILSCOPE_CORPUS:+$$LILSCOPE_CORPUS/unseen.jsonl}

# What people see: parts of the screens, and whole screens beside
# tests/screens/*.txt (LILSCOPE_UPDATE=1 writes them anew).
tui_tests = \
	tests/unit/test_action \
	tests/unit/test_chart \
	tests/unit/test_compare \
	tests/unit/test_grade \
	tests/unit/test_export \
	tests/unit/test_find \
	tests/unit/test_key \
	tests/unit/test_list \
	tests/unit/test_map \
	tests/unit/test_told \
	tests/unit/test_pressed \
	tests/unit/test_prompt \
	tests/unit/test_style \
	tests/unit/test_text_layout \
	tests/unit/test_views tests/unit/test_search tests/unit/test_repeats \
	tests/unit/test_steps
if HAVE_TESTS
check_PROGRAMS += $(tui_tests)
TESTS += $(tui_tests)
endif
TUI_LIBS = libtui.a $(UNIT_LIBS) $(NCURSES_LIBS)
tests_unit_test_action_LDADD = $(TUI_LIBS)
tests_unit_test_chart_LDADD = $(TUI_LIBS)
tests_unit_test_compare_LDADD = $(TUI_LIBS)
tests_unit_test_grade_LDADD = $(TUI_LIBS)
tests_unit_test_compare_SOURCES = tests/unit/test_compare.c \
	tests/unit/golden_screen.c tests/unit/golden_screen.h
tests_unit_test_export_LDADD = $(TUI_LIBS)
tests_unit_test_find_LDADD = $(TUI_LIBS)
tests_unit_test_key_LDADD = $(TUI_LIBS)
tests_unit_test_list_LDADD = $(TUI_LIBS)
tests_unit_test_map_LDADD = $(TUI_LIBS)
tests_unit_test_told_LDADD = $(TUI_LIBS)
tests_unit_test_pressed_LDADD = $(TUI_LIBS)
tests_unit_test_pressed_SOURCES = tests/unit/test_pressed.c \
	tests/unit/pressed.h tests/unit/pressed_data.c tests/unit/pressed_rows.c
tests_unit_test_prompt_LDADD = $(TUI_LIBS)
tests_unit_test_style_LDADD = $(TUI_LIBS)
tests_unit_test_text_layout_LDADD = $(TUI_LIBS)
tests_unit_test_repeats_LDADD = $(TUI_LIBS)
tests_unit_test_steps_LDADD = $(TUI_LIBS)
tests_unit_test_search_LDADD = $(TUI_LIBS)
tests_unit_test_search_SOURCES = tests/unit/test_search.c \
	tests/unit/synthetic.c tests/unit/synthetic.h
tests_unit_test_views_LDADD = $(TUI_LIBS)
tests_unit_test_views_SOURCES = tests/unit/test_views.c \
	tests/unit/golden_screen.c tests/unit/golden_screen.h \
	tests/unit/synthetic.c tests/unit/synthetic.h
tests_unit_test_list_SOURCES = tests/unit/test_list.c \
	tests/unit/synthetic.c tests/unit/synthetic.h
tests_unit_test_export_SOURCES = tests/unit/test_export.c \
	tests/unit/synthetic.c tests/unit/synthetic.h
# What keys and commands are pressed by a test, in how many views.
.PHONY: keys-pressed
keys-pressed: tests/unit/test_pressed
	@$(TESTS_ENVIRONMENT) tests/unit/test_pressed 2>/dev/null | \
		grep ' pressed '
fuzz_replays += \
	tests/fuzz/replay_key \
	tests/fuzz/replay_opt \
	tests/fuzz/replay_session
tests_fuzz_replay_key_SOURCES = tests/fuzz/fuzz_key.c $(FUZZ_REPLAY)
tests_fuzz_replay_key_LDADD = $(TUI_LIBS)
tests_fuzz_replay_opt_SOURCES = tests/fuzz/fuzz_opt.c $(FUZZ_REPLAY)
tests_fuzz_replay_opt_LDADD = $(TUI_LIBS)
tests_fuzz_replay_session_SOURCES = tests/fuzz/fuzz_session.c $(FUZZ_REPLAY)
tests_fuzz_replay_session_LDADD = $(TUI_LIBS)
FUZZ_NAMES += key opt session
FUZZ_LIBS_BUILT += libtui.a
EXTRA_DIST += tests/screens

# The decoder, beside its formulas.
model_tests = \
	tests/unit/test_ahead \
	tests/unit/test_cache \
	tests/unit/test_chat \
	tests/unit/test_generation \
	tests/unit/test_gguf \
	tests/unit/test_hf \
	tests/unit/test_jinja \
	tests/unit/test_kernel \
	tests/unit/test_many \
	tests/unit/test_need \
	tests/unit/test_parts \
	tests/unit/test_pool \
	tests/unit/test_quant \
	tests/unit/test_rope \
	tests/unit/test_sample \
	tests/unit/test_sample_own \
	tests/unit/test_shortlist \
	tests/unit/test_slabs \
	tests/unit/test_sparse \
	tests/unit/test_speculate \
	tests/unit/test_transformer \
	tests/unit/test_vocab \
	tests/unit/test_vocab_pre
FUZZ_NAMES += decode gguf hf jinja vocab
FUZZ_MORE += $(srcdir)/tests/unit/random_folder.c
fuzz_replays += \
	tests/fuzz/replay_decode \
	tests/fuzz/replay_gguf \
	tests/fuzz/replay_hf \
	tests/fuzz/replay_jinja \
	tests/fuzz/replay_vocab
tests_fuzz_replay_decode_SOURCES = tests/fuzz/fuzz_decode.c $(FUZZ_REPLAY) \
	tests/unit/random_model.c tests/unit/random_model.h
tests_fuzz_replay_gguf_SOURCES = tests/fuzz/fuzz_gguf.c $(FUZZ_REPLAY)
tests_fuzz_replay_hf_SOURCES = tests/fuzz/fuzz_hf.c $(FUZZ_REPLAY) \
	tests/unit/random_folder.c tests/unit/random_folder.h \
	tests/unit/random_model.c tests/unit/random_model.h
tests_fuzz_replay_jinja_SOURCES = tests/fuzz/fuzz_jinja.c $(FUZZ_REPLAY)
tests_fuzz_replay_vocab_SOURCES = tests/fuzz/fuzz_vocab.c $(FUZZ_REPLAY)
if HAVE_TESTS
check_PROGRAMS += $(model_tests)
TESTS += $(model_tests)
endif
tests_unit_test_ahead_SOURCES = tests/unit/test_ahead.c \
	tests/unit/random_made.c tests/unit/random_made.h \
	tests/unit/random_model.c tests/unit/random_model.h
tests_unit_test_gguf_SOURCES = tests/unit/test_gguf.c \
	tests/unit/random_model.c tests/unit/random_model.h
tests_unit_test_generation_SOURCES = tests/unit/test_generation.c \
	tests/unit/stories.c tests/unit/stories.h
tests_unit_test_speculate_SOURCES = tests/unit/test_speculate.c \
	tests/unit/stories.c tests/unit/stories.h
tests_unit_test_hf_SOURCES = tests/unit/test_hf.c \
	tests/unit/naive_vocab.c tests/unit/naive_vocab.h \
	tests/unit/random_folder.c tests/unit/random_folder.h \
	tests/unit/random_model.c tests/unit/random_model.h
tests_unit_test_parts_SOURCES = tests/unit/test_parts.c \
	tests/unit/random_model.c tests/unit/random_model.h
tests_unit_test_sparse_SOURCES = tests/unit/test_sparse.c \
	tests/unit/obvious.c tests/unit/obvious.h
tests_unit_test_many_SOURCES = tests/unit/test_many.c \
	tests/unit/random_made.c tests/unit/random_made.h \
	tests/unit/random_model.c tests/unit/random_model.h
tests_unit_test_need_SOURCES = tests/unit/test_need.c \
	tests/unit/random_made.c tests/unit/random_made.h \
	tests/unit/random_model.c tests/unit/random_model.h
tests_unit_test_transformer_SOURCES = tests/unit/test_transformer.c \
	tests/unit/random_made.c tests/unit/random_made.h \
	tests/unit/random_model.c tests/unit/random_model.h
VOCAB_VECTORS = \
	tests/unit/naive_vocab.c tests/unit/naive_vocab.h \
	tests/unit/qwen_vocab.c tests/unit/qwen_vocab.h \
	tests/unit/vocab_vectors.c tests/unit/vocab_vectors.h
tests_unit_test_vocab_SOURCES = tests/unit/test_vocab.c $(VOCAB_VECTORS)

# Shared by those who look where links of documents lead.
EXTRA_DIST += tests/links_lib.sh

# Installed, used, removed; and a build that can do without libcurl,
# libmicrohttpd and libyaml, of the same measures.
EXTRA_DIST += tests/install.sh
.PHONY: check-install
check-install: all
	@$(MKDIR_P) small
	@cd small && $(SHELL) '$(abs_top_srcdir)/configure' -q CC='$(CC)' \
		--without-curl --without-microhttpd --without-yaml \
		--enable-werror
	@$(MAKE) -s -C small lilscope
	@SMALL='$(abs_builddir)/small' $(SHELL) \
		'$(abs_top_srcdir)/tests/install.sh' '$(MAKE)'

# Shared by the scripts of the targets below.
EXTRA_DIST += tests/elsewhere_lib.sh

# Debian's packages from the tarball, in ./deb: built, looked over, installed
# into a bare system and purged there.
EXTRA_DIST += tests/deb.sh
.PHONY: deb
deb: dist
	@$(SHELL) '$(abs_top_srcdir)/tests/deb.sh' $(distdir).tar.xz \
		'$(abs_top_srcdir)'

# The packages of the spec for rpm, in ./rpm: built, looked over, installed into a
# root of their own and erased there.
EXTRA_DIST += tests/rpm.sh
.PHONY: check-rpm
check-rpm: dist
	@$(SHELL) '$(abs_top_srcdir)/tests/rpm.sh' $(distdir).tar.xz \
		'$(abs_top_srcdir)'

# The steps of the formula for Homebrew, which itself is not needed.
EXTRA_DIST += tests/formula.rb
.PHONY: check-formula
check-formula: dist
	@command -v ruby >/dev/null || { echo "formula: no ruby here"; exit 0; }; \
	rm -rf formula; ruby -w '$(abs_top_srcdir)/tests/formula.rb' \
		'$(abs_top_srcdir)/samples/packaging/lilscope.rb' \
		$(distdir).tar.xz formula >formula.log 2>&1 || \
		{ tail -n 20 formula.log; exit 1; }; tail -n 1 formula.log

# On other Debians, a newer and an older, in bare systems of their own.
EXTRA_DIST += tests/suite.sh
SUITE = trixie bullseye
.PHONY: check-suite
check-suite: dist lilscope
	@for suite in $(SUITE); do \
		$(SHELL) '$(abs_top_srcdir)/tests/suite.sh' $$suite \
			$(distdir).tar.xz '$(abs_top_builddir)/lilscope' || exit; \
	done

# With musl, for which Debian's libraries are built first (MUSL_ROOT keeps them).
EXTRA_DIST += tests/musl.sh
.PHONY: check-musl
check-musl: dist lilscope
	@$(SHELL) '$(abs_top_srcdir)/tests/musl.sh' $(distdir).tar.xz \
		'$(abs_top_builddir)/lilscope'

# The library's interface beside what is stored (src/lib/lilscope.abi); ABI=--update
# stores it anew.
ABI =
EXTRA_DIST += tests/abi.sh src/lib/lilscope.abi
.PHONY: check-abi
check-abi: all
	@$(SHELL) '$(abs_top_srcdir)/tests/abi.sh' liblilscope.so \
		'$(abs_top_srcdir)' $(ABI)

# Other kinds of CPU (FOREIGN), whole, under an emulator.
EXTRA_DIST += tests/foreign.sh
.PHONY: check-foreign
check-foreign: dist lilscope
	@$(SHELL) '$(abs_top_srcdir)/tests/foreign.sh' $(distdir).tar.xz \
		'$(abs_top_builddir)/lilscope'

# Every compiler that is here (BUILDS), from a path with spaces, a source that
# cannot be written to, as nobody.
EXTRA_DIST += tests/builds.sh
.PHONY: check-builds
check-builds: dist
	@$(SHELL) '$(abs_top_srcdir)/tests/builds.sh' $(distdir).tar.xz

# What this build is made of.
EXTRA_DIST += tests/sbom.sh
CLEANFILES += lilscope.cdx.json
.PHONY: sbom
sbom: lilscope
	@$(SHELL) '$(abs_top_srcdir)/tests/sbom.sh' ./lilscope \
		>lilscope.cdx.json && \
		echo "lilscope.cdx.json"

# The same tarball to the byte, whoever packs it and when.
.PHONY: check-tarball
check-tarball:
	@$(MAKE) -s dist && mv $(distdir).tar.xz first.tar.xz
	@find '$(abs_top_srcdir)/samples' -name README.md -exec touch {} +
	@umask 077 && $(MAKE) -s dist
	@cmp first.tar.xz $(distdir).tar.xz && \
		mv first.tar.xz $(distdir).tar.xz && \
		echo "check-tarball: twice the same"

# The kernels of another kind of CPU, under an emulator.
EXTRA_DIST += tests/cross.sh
.PHONY: check-cross
check-cross:
	@$(SHELL) $(srcdir)/tests/cross.sh $(srcdir)

# Tokens a second beside what the memory allows, and beside the llama-bench of
# llama.cpp and ik_llama.cpp where LLAMA_BENCH and IK_BENCH name them.
EXTRA_PROGRAMS += tests/bench/bench_decode
tests_bench_bench_decode_SOURCES = tests/bench/bench_decode.c \
	tests/bench/decoding.c tests/bench/decoding.h \
	tests/unit/random_model.c tests/unit/random_model.h
tests_bench_bench_decode_LDADD = libengine.a $(ENGINE_LIBS)
.PHONY: bench-decode
bench-decode: tests/bench/bench_decode
	@tests/bench/bench_decode $(DECODE_BENCH_FILES)

# Several texts together, beside llama-batched-bench (LLAMA_BATCHED_BENCH).
EXTRA_PROGRAMS += tests/bench/bench_many
tests_bench_bench_many_SOURCES = tests/bench/bench_many.c \
	tests/bench/decoding.c tests/bench/decoding.h \
	tests/unit/random_model.c tests/unit/random_model.h
tests_bench_bench_many_LDADD = libengine.a $(ENGINE_LIBS)
.PHONY: bench-many
bench-many: tests/bench/bench_many
	@tests/bench/bench_many $(MANY_BENCH_FILES)

# What depth costs, policy by policy.
EXTRA_PROGRAMS += tests/bench/bench_depth
tests_bench_bench_depth_SOURCES = tests/bench/bench_depth.c \
	tests/bench/decoding.c tests/bench/decoding.h \
	tests/unit/random_model.c tests/unit/random_model.h
tests_bench_bench_depth_LDADD = libengine.a $(ENGINE_LIBS)
.PHONY: bench-depth
bench-depth: tests/bench/bench_depth
	@tests/bench/bench_depth $(DECODE_BENCH_FILES)

# What decoding 32,768 tokens takes of memory, policy by policy.
EXTRA_PROGRAMS += tests/bench/bench_memory
tests_bench_bench_memory_SOURCES = tests/bench/bench_memory.c \
	tests/bench/process.c tests/bench/process.h \
	tests/unit/random_model.c tests/unit/random_model.h
tests_bench_bench_memory_LDADD = libengine.a $(ENGINE_LIBS)
.PHONY: bench-memory
bench-memory: all tests/bench/bench_memory
	@LILSCOPE='$(abs_top_builddir)/lilscope' tests/bench/bench_memory

# The tokenizers: vectors that pass, and that encoding is linear.
EXTRA_PROGRAMS += tests/bench/table_vocab
tests_bench_table_vocab_SOURCES = tests/bench/table_vocab.c $(VOCAB_VECTORS)
tests_bench_table_vocab_LDADD = libengine.a $(ENGINE_LIBS)
.PHONY: table-vocab
table-vocab: tests/bench/table_vocab
	@$(TESTS_ENVIRONMENT) tests/bench/table_vocab \
		$(srcdir)/samples/traces/*.txt

# Prompts of public models' templates beside llama-server's: LLAMA_SERVER, a
# model whose tokenizer is used, and a folder of *.jinja.
EXTRA_PROGRAMS += tests/bench/chat_ids
tests_bench_chat_ids_SOURCES = tests/bench/chat_ids.c
tests_bench_chat_ids_LDADD = libengine.a $(ENGINE_LIBS)
EXTRA_DIST += tests/bench/chat.py
CHAT_MODEL =
CHAT_TEMPLATES =
.PHONY: table-chat
table-chat: tests/bench/chat_ids
	@if test -z "$(LLAMA_SERVER)" || test -z "$(CHAT_MODEL)" || \
	    test -z "$(CHAT_TEMPLATES)"; then \
		echo "table-chat needs LLAMA_SERVER, CHAT_MODEL (a .gguf) and" \
			"CHAT_TEMPLATES (a folder of *.jinja)"; \
	else \
		$(PYTHON3) $(srcdir)/tests/bench/chat.py tests/bench/chat_ids \
			"$(LLAMA_SERVER)" "$(CHAT_MODEL)" "$(CHAT_TEMPLATES)"; \
	fi

# Where greedy text parts from llama-server's, and by how small a margin each
# took its token there: MODEL is a .gguf.
EXTRA_PROGRAMS += tests/bench/partings
tests_bench_partings_SOURCES = tests/bench/partings.c
tests_bench_partings_LDADD = libengine.a $(ENGINE_LIBS)
EXTRA_DIST += tests/bench/partings.py
.PHONY: table-partings
table-partings: tests/bench/partings
	@if test -z "$(LLAMA_SERVER)" || test -z "$(MODEL)"; then \
		echo "table-partings needs LLAMA_SERVER and MODEL (a .gguf)"; \
	else \
		$(PYTHON3) -m doctest $(srcdir)/tests/bench/partings.py && \
		$(PYTHON3) $(srcdir)/tests/bench/partings.py \
			tests/bench/partings "$(LLAMA_SERVER)" "$(MODEL)"; \
	fi

# The logits of each architecture and type beside double precision, and
# beside libllama where LLAMA_CPP is a folder with its include and lib.
EXTRA_PROGRAMS += tests/bench/table_logits
tests_bench_table_logits_SOURCES = tests/bench/table_logits.c \
	tests/unit/random_model.c tests/unit/random_model.h
tests_bench_table_logits_LDADD = libengine.a $(ENGINE_LIBS)
EXTRA_DIST += tests/bench/peer_logits.c
LLAMA_CPP =
.PHONY: table-logits
table-logits: tests/bench/table_logits
	@test -z '$(LLAMA_CPP)' || $(CC) -o tests/bench/peer_logits \
		$(srcdir)/tests/bench/peer_logits.c -I'$(LLAMA_CPP)/include' \
		-L'$(LLAMA_CPP)/lib' -Wl,-rpath,'$(LLAMA_CPP)/lib' \
		-Wl,--allow-shlib-undefined -lllama -lggml -lggml-base
	@tests/bench/table_logits \
		$(LLAMA_CPP:%=$(abs_builddir)/tests/bench/peer_logits)
CLEANFILES += tests/bench/peer_logits

# The same of numbers alone, a row an architecture; PEER_LOGITS where it is.
EXTRA_DIST += tests/bench/architectures.sh
.PHONY: table-architectures
table-architectures: tests/bench/table_logits
	@$(SHELL) $(srcdir)/tests/bench/architectures.sh \
		tests/bench/table_logits "$$(command -v '$(PEER_LOGITS)')"

# Real models' logits beside libllama's (LLAMA_CPP): KL_FILES names them. At
# KL_POSITIONS of KL_TEXT, which has to have so many tokens (a licence of 1,077
# bytes has 223 of Qwen's); KL_LENGTH: so many prompts of as many tokens.
EXTRA_PROGRAMS += tests/bench/table_kl
tests_bench_table_kl_SOURCES = tests/bench/table_kl.c
tests_bench_table_kl_LDADD = libengine.a $(ENGINE_LIBS)
KL_FILES =
KL_TEXT = $(srcdir)/samples/traces/rkv_aime24_00.txt
KL_POSITIONS = 256
KL_LENGTH =
PEER_LOGITS = $(abs_builddir)/tests/bench/peer_logits
.PHONY: table-kl
table-kl: tests/bench/table_kl
	@test -n '$(KL_FILES)' || echo 'table-kl: KL_FILES names no model'
	@for file in $(KL_FILES); do \
		tests/bench/table_kl $$file '$(PEER_LOGITS)' \
			$(KL_TEXT) $(KL_POSITIONS) $(KL_LENGTH) || exit; \
	done

# A real model (MODEL) that is fed a text (TEXT) under every policy: dense, a
# window and a window computed anew beside them. REFERENCE names a Python with
# numpy and gguf: then the same is decoded by tests/bench/policies.py, too.
EXTRA_PROGRAMS += tests/bench/table_perplexity
tests_bench_table_perplexity_SOURCES = tests/bench/table_perplexity.c \
	tests/bench/variants.c tests/bench/variants.h
tests_bench_table_perplexity_LDADD = libengine.a $(ENGINE_LIBS)
EXTRA_DIST += tests/bench/policies.py
MODEL =
TEXT = $(srcdir)/samples/traces/rkv_aime24_08.txt
PERPLEXITY =
REFERENCE =
.PHONY: table-perplexity
table-perplexity: tests/bench/table_perplexity
	@test -n '$(MODEL)' || { echo 'table-perplexity: MODEL names none'; \
		exit 2; }
	@tests/bench/table_perplexity $(PERPLEXITY) \
		$(REFERENCE:%=-o tests/bench/perplexity.out) '$(MODEL)' '$(TEXT)'
	@test -z '$(REFERENCE)' || '$(REFERENCE)' \
		$(srcdir)/tests/bench/policies.py '$(MODEL)' \
		tests/bench/perplexity.out \
		$$(test -x '$(PEER_LOGITS)' && echo '$(PEER_LOGITS)')
# What rounding activations to 8 bits costs MODEL, on TEXT (by REFERENCE).
EXTRA_DIST += tests/bench/rounding.py
ROUNDING = 256
.PHONY: table-rounding
table-rounding: tests/bench/table_perplexity
	@test -n '$(MODEL)' -a -n '$(REFERENCE)' || { \
		echo 'table-rounding: MODEL and REFERENCE name none'; exit 2; }
	@tests/bench/table_perplexity -i -o tests/bench/perplexity.out \
		-n $(ROUNDING) '$(MODEL)' '$(TEXT)'
	@'$(REFERENCE)' $(srcdir)/tests/bench/rounding.py '$(MODEL)' \
		tests/bench/perplexity.out $(ROUNDING) \
		$$(test -x '$(PEER_LOGITS)' && echo '$(PEER_LOGITS)')
CLEANFILES += tests/bench/perplexity.out

# How long each policy writes what dense does (MODEL), asked PROBLEMS (a file of
# JSON lines, as bench reads it).
EXTRA_PROGRAMS += tests/bench/table_agreement
tests_bench_table_agreement_SOURCES = tests/bench/table_agreement.c \
	tests/bench/variants.c tests/bench/variants.h
tests_bench_table_agreement_LDADD = libengine.a $(ENGINE_LIBS)
PROBLEMS =
AGREEMENT =
.PHONY: table-agreement
table-agreement: tests/bench/table_agreement
	@test -n '$(MODEL)' -a -n '$(PROBLEMS)' || { \
		echo 'table-agreement: MODEL and PROBLEMS name none'; exit 2; }
	@tests/bench/table_agreement $(AGREEMENT) '$(MODEL)' '$(PROBLEMS)'

# The same models as Hugging Face folders, made of FOLDER_FILES (Python with
# numpy and gguf): their ids, and how far their logits are.
EXTRA_DIST += tests/bench/gguf_folder.py
FOLDER_FILES =
FOLDER_TYPE = F16
.PHONY: table-folder
table-folder: tests/bench/table_kl
	@test -n '$(FOLDER_FILES)' || \
		echo 'table-folder: FOLDER_FILES names no model'
	@for file in $(FOLDER_FILES); do \
		rm -rf table-folder.tmp && \
		PYTHONDONTWRITEBYTECODE=1 $(PYTHON3) \
			$(srcdir)/tests/bench/gguf_folder.py $$file \
			table-folder.tmp $(FOLDER_TYPE) 200 && \
		tests/bench/table_kl $$file table-folder.tmp \
			$(srcdir)/COPYING || exit; \
	done; rm -rf table-folder.tmp

# All programs of the tests under ASan and UBSan, in a build of its own. The
# widest kernels are made without: their compilers need minutes for them with
# (and test_kernel holds them against the plain ones).
.PHONY: check-sanitized
check-sanitized:
	@$(MKDIR_P) sanitized
	@cd sanitized && $(SHELL) '$(abs_top_srcdir)/configure' -q \
		CC='$(CC)' CFLAGS='-O1 -g' --enable-sanitizers
	@$(MAKE) -s -C sanitized base_CFLAGS=-std=c11 \
		src/model/kernel_avx2.$(OBJEXT) \
		src/model/kernel_avx2_floats.$(OBJEXT) \
		src/model/kernel_avx2_many.$(OBJEXT) \
		src/model/kernel_avx2_words.$(OBJEXT) \
		src/model/kernel_avx512.$(OBJEXT) \
		src/model/kernel_avx512_32.$(OBJEXT) \
		src/model/kernel_avx512_k.$(OBJEXT) \
		src/model/kernel_amx.$(OBJEXT)
	@$(MAKE) -s -C sanitized check \
		TESTS='$(filter-out tests/pty/monkey,$(check_PROGRAMS))'
	@$(MAKE) -s -C sanitized monkey

# Lines and branches that the tests run, in a build of its own: a table in
# coverage.txt, a page for each file in coverage/html. Files under COVERAGE_LEAST
# per cent of lines are named.
COVERAGE_LEAST = 75
.PHONY: coverage
coverage:
	@$(MKDIR_P) coverage/html
	@cd coverage && $(SHELL) '$(abs_top_srcdir)/configure' -q \
		CC='$(CC)' --enable-coverage
	@find coverage -name '*.gcda' -exec rm -f {} +
	@$(MAKE) -s -C coverage check || echo "not all tests passed" >&2
	@cd coverage && gcovr -r '$(abs_top_srcdir)' . \
		-f '$(abs_top_srcdir)/src/' -f '$(abs_top_srcdir)/tui/' \
		--gcov-ignore-parse-errors \
		--html-details html/index.html --csv coverage.csv \
		--txt coverage.txt
	@awk -F, 'NR > 1 && $$4 < $(COVERAGE_LEAST) / 100 { \
		printf "%5.1f %% of %d lines  %s\n", $$4 * 100, $$2, $$1 }' \
		coverage/coverage.csv | sort -n

# Threads, under ThreadSanitizer, in a build of its own.
.PHONY: check-threads
check-threads:
	@$(MKDIR_P) threads
	@cd threads && $(SHELL) '$(abs_top_srcdir)/configure' -q \
		CC='$(CC)' CFLAGS='-O1 -g -fsanitize=thread' \
		--disable-hardening \
		LDFLAGS=-fsanitize=thread
	@$(MAKE) -s -C threads check check_LIBRARIES= \
		check_PROGRAMS='$(thread_tests)' \
		TESTS='$(thread_tests) tests/cli/threads.sh tests/cli/jobs.sh'
thread_tests = tests/unit/test_crew tests/unit/test_deck tests/unit/test_pool \
	tests/unit/test_many tests/unit/test_transformer \
	tests/unit/test_workers \
	tests/unit/test_generation tests/unit/test_sparse \
	tests/unit/test_library_threads

# Problems and answers.
task_tests = \
	tests/unit/test_answer \
	tests/unit/test_answered \
	tests/unit/test_bench \
	tests/unit/test_problem \
	tests/unit/test_problem_set \
	tests/unit/test_workers
if HAVE_TESTS
check_PROGRAMS += $(task_tests)
TESTS += $(task_tests)
endif
FUZZ_NAMES += answer bench problem
fuzz_replays += \
	tests/fuzz/replay_answer \
	tests/fuzz/replay_bench \
	tests/fuzz/replay_problem
tests_fuzz_replay_answer_SOURCES = tests/fuzz/fuzz_answer.c $(FUZZ_REPLAY)
tests_fuzz_replay_bench_SOURCES = tests/fuzz/fuzz_bench.c $(FUZZ_REPLAY)
tests_fuzz_replay_problem_SOURCES = tests/fuzz/fuzz_problem.c $(FUZZ_REPLAY)

# Faults of one line, each in a copy of the tree: a test must notice it.
# MUTANTS picks some, by a pattern of their file and test.
MUTANTS =
EXTRA_DIST += tests/bench/mutants.py tests/bench/mutants.txt
.PHONY: mutants
mutants:
	@$(PYTHON3) '$(srcdir)/tests/bench/mutants.py' '$(srcdir)' mutants \
		'$(MUTANTS)'

# The house in numbers, and what adding one of anything touches.
EXTRA_DIST += tests/house/house.py tests/house/add.py \
	tests/house/format_dummy.c.add tests/house/rule_never.c.add \
	tests/house/view_dummy.c.add
.PHONY: house
house:
	@cd '$(srcdir)' && $(PYTHON3) tests/house/house.py $(HOUSE_BEFORE) .
	@$(PYTHON3) '$(srcdir)/tests/house/add.py' '$(srcdir)' '$(abs_builddir)/house'

# Recordings (LILSCOPE_RECORDINGS, folders of them) read twice: by lilscope and
# by a small reader of its own that tests/bench/formats.py is.
EXTRA_PROGRAMS += tests/bench/table_formats
tests_bench_table_formats_SOURCES = tests/bench/table_formats.c
tests_bench_table_formats_LDADD = libengine.a $(ENGINE_LIBS)
EXTRA_DIST += tests/bench/formats.py
.PHONY: table-formats
table-formats: tests/bench/table_formats
	@test -n '$(LILSCOPE_RECORDINGS)' || { \
		echo "LILSCOPE_RECORDINGS names no folder of recordings"; exit 2; }
	@$(PYTHON3) '$(srcdir)/tests/bench/formats.py' \
		tests/bench/table_formats $(LILSCOPE_RECORDINGS)
