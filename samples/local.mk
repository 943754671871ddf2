# What the project ships to look at, with its provenance.
EXTRA_DIST += samples/tokenizer/qwen3.bpe.zst samples/tokenizer/make.py
sample_traces = \
	samples/traces/groq_r1_70b.sse \
	samples/traces/ollama_llama3.jsonl \
	samples/traces/qwen35_9b_loop_29dfd87f.txt \
	samples/traces/qwen25_05b_fox_quest64.jsonl.zst \
	samples/traces/r1_1.5b_math_79.txt \
	samples/traces/rkv_aime24_00.txt \
	samples/traces/rkv_aime24_08.txt \
	samples/traces/LICENSE.apache-2.0 \
	samples/traces/LICENSE.pydantic_ai \
	samples/traces/LICENSE.qwen35_replay
samplesdir = $(pkgdatadir)/samples
dist_samples_DATA = samples/README.md \
	samples/demo.svg samples/fox.svg samples/screen.svg
sampletokenizerdir = $(samplesdir)/tokenizer
dist_sampletokenizer_DATA = \
	samples/tokenizer/LICENSE \
	samples/tokenizer/README.md
sampletracesdir = $(samplesdir)/traces
dist_sampletraces_DATA = $(sample_traces)
samplestoriesdir = $(samplesdir)/models/stories260K
dist_samplestories_DATA = \
	samples/models/stories260K/checkpoint.bin \
	samples/models/stories260K/tokenizer.bin \
	samples/models/stories260K/LICENSE
samplemodeldir = $(samplesdir)/model
dist_samplemodel_DATA = \
	samples/model/README.md \
	samples/model/bench-paper.svg \
	samples/model/chain-0.9m.gguf
sampleproblemsdir = $(samplesdir)/problems
dist_sampleproblems_DATA = \
	samples/problems/LICENSE.gsm8k \
	samples/problems/README.md \
	samples/problems/dialogue.jsonl \
	samples/problems/gsm8k-100.jsonl \
	samples/problems/long.jsonl
# How it was trained: for the source, not for every machine.
EXTRA_DIST += \
	samples/model/export.py \
	samples/model/problems.py \
	samples/model/table.py \
	samples/model/train.py \
	samples/model/train_1.log \
	samples/model/train_2.log \
	samples/model/train_3.log \
	samples/model/vocab.py
# What stands behind the numbers of the README. Its links lead to samples/, which
# is a link in the folder of documents (tests/lint/links.sh).
dist_doc_DATA = CONTRIBUTING.md COPYING HACKING.md NEWS.md README.md
sampledocsdir = $(samplesdir)/docs
dist_sampledocs_DATA = \
	samples/docs/experiment.md \
	samples/docs/many.md \
	samples/docs/measurements.md \
	samples/docs/newcomer.md \
	samples/docs/real.md \
	samples/docs/screens.md \
	samples/docs/security.md \
	samples/docs/band.svg \
	samples/docs/rules-corpus.svg \
	samples/docs/rules-odds.svg \
	samples/docs/rules.svg
samplescreensdir = $(sampledocsdir)/screens
dist_samplescreens_DATA = \
	samples/docs/screens/compare.svg \
	samples/docs/screens/demo.svg \
	samples/docs/screens/export.svg \
	samples/docs/screens/list.svg \
	samples/docs/screens/map.svg \
	samples/docs/screens/ratio.svg \
	samples/docs/screens/sweep.svg \
	samples/docs/screens/text.svg \
	samples/docs/screens/tour.cast
samplebeforedir = $(samplescreensdir)/before
dist_samplebefore_DATA = \
	samples/docs/screens/before/compare.svg \
	samples/docs/screens/before/demo.svg \
	samples/docs/screens/before/export.svg \
	samples/docs/screens/before/list.svg \
	samples/docs/screens/before/map.svg \
	samples/docs/screens/before/ratio.svg \
	samples/docs/screens/before/text.svg
install-data-hook:
	@from='$(docdir)'; up=; \
	while case '$(samplesdir)' in "$$from"/*) false ;; esac; do \
		from=$${from%/*}; up=../$$up; \
	done; to='$(samplesdir)'; rm -f '$(DESTDIR)$(docdir)/samples' && \
	ln -s "$$up$${to#"$$from"/}" '$(DESTDIR)$(docdir)/samples'
samplepackagingdir = $(samplesdir)/packaging
dist_samplepackaging_DATA = \
	samples/packaging/Dockerfile \
	samples/packaging/compose.yaml \
	samples/packaging/guard.conf \
	samples/packaging/lilscope-guard.service \
	samples/packaging/lilscope-guard.socket
samplecorpusdir = $(samplesdir)/corpus
dist_samplecorpus_DATA = \
	samples/corpus/job.yaml \
	samples/corpus/ray_corpus.py \
	samples/corpus/report.schema.json \
	samples/corpus/report.sql \
	samples/corpus/report_pandas.py \
	samples/corpus/report_spark.py
sampleembeddir = $(samplesdir)/embed
dist_sampleembed_DATA = \
	samples/embed/guard.mjs \
	samples/embed/lilscope.py \
	samples/embed/llama.c \
	samples/embed/logits.py \
	samples/embed/stop.c \
	samples/embed/try.py
EXTRA_DIST += samples/packaging/debian \
	samples/packaging/lilscope.rb \
	samples/packaging/lilscope.spec
EXTRA_DIST += samples/demo.script samples/fox.script samples/screen.script

# Completion for shells, where they look for it; made by the program, so not in
# a cross build.
if !CROSS
bashcompletiondir = $(datadir)/bash-completion/completions
nodist_bashcompletion_DATA = completion/lilscope
zshcompletiondir = $(datadir)/zsh/site-functions
nodist_zshcompletion_DATA = completion/_lilscope
fishcompletiondir = $(datadir)/fish/vendor_completions.d
nodist_fishcompletion_DATA = completion/lilscope.fish
CLEANFILES += completion/lilscope completion/_lilscope completion/lilscope.fish
endif
completion/lilscope: lilscope
	@$(MKDIR_P) completion && ./lilscope completion bash >$@
completion/_lilscope: lilscope
	@$(MKDIR_P) completion && ./lilscope completion zsh >$@
completion/lilscope.fish: lilscope
	@$(MKDIR_P) completion && ./lilscope completion fish >$@
clean-local:
	-rmdir completion 2>/dev/null

# Of what the program alone has, no folder stays behind.
uninstall-hook:
	@rm -f '$(DESTDIR)$(docdir)/samples'
	@for folder in '$(samplebeforedir)' '$(samplescreensdir)' \
		'$(sampledocsdir)' '$(sampletokenizerdir)' \
		'$(samplemodeldir)' '$(sampletracesdir)' '$(sampleproblemsdir)' \
		'$(samplestoriesdir)' '$(samplesdir)/models' \
		'$(samplepackagingdir)' '$(sampleembeddir)' \
		'$(samplecorpusdir)' '$(samplesdir)' '$(pkgdatadir)' '$(docdir)'; do \
		rmdir "$(DESTDIR)$$folder" 2>/dev/null; done; :

# The pictures in the README, drawn by the program: look at it, then commit.
.PHONY: picture
picture: lilscope
	@cd '$(srcdir)' && '$(abs_top_builddir)/lilscope' --no-session \
		--script samples/screen.script \
		samples/traces/rkv_aime24_08.txt
	@cd '$(srcdir)' && '$(abs_top_builddir)/lilscope' demo \
		--script samples/demo.script
	@cd '$(srcdir)' && '$(abs_top_builddir)/lilscope' --no-session \
		--script samples/fox.script \
		samples/traces/qwen25_05b_fox_quest64.jsonl.zst

# Every view at four sizes, and a film of the tour: look at them, then commit.
# SCREENS_BEFORE names an older program, whose screens stand beside.
EXTRA_DIST += samples/screens.sh samples/docs/screens
.PHONY: screens
screens: lilscope
	@sh '$(srcdir)/samples/screens.sh' "$(abs_top_builddir)/lilscope" \
		'$(srcdir)/samples/docs/screens' cast
	@test -z '$(SCREENS_BEFORE)' || \
		sh '$(srcdir)/samples/screens.sh' '$(SCREENS_BEFORE)' \
			'$(srcdir)/samples/docs/screens/before'

# The paper's experiment with the model in the box: tables, CSV and figure.
# The seeds are not those of the training, and nothing else was tried with
# them. A second call goes on from what the first one finished.
BENCH_PAPER_N = 500
BENCH_PAPER_SEED = 500000
BENCH_PAPER_FLAGS = --dense-layers 0 --page 8 \
	--budgets 64,96,128,192,256,320,384
.PHONY: bench-paper
bench-paper: lilscope
	@./lilscope bench -n $(BENCH_PAPER_N) --seed $(BENCH_PAPER_SEED) \
		$(BENCH_PAPER_FLAGS) --out bench-paper.jsonl \
		--svg bench-paper.svg | tee bench-paper.txt
	@./lilscope bench -n $(BENCH_PAPER_N) --seed $(BENCH_PAPER_SEED) \
		$(BENCH_PAPER_FLAGS) --out bench-paper.jsonl --csv \
		>bench-paper.csv
	@echo "bench-paper.txt, .csv, .svg, and the runs: bench-paper.jsonl"

# The same with real models: REAL_MODELS is a folder of GGUF files, REAL_DATA
# one with MATH and HumanEval. A second call goes on, too.
EXTRA_DIST += tests/bench/real.py tests/bench/real.sh
.PHONY: bench-real
bench-real: lilscope
	@REAL_MODELS='$(REAL_MODELS)' REAL_MODEL='$(REAL_MODEL)' \
		REAL_DATA='$(REAL_DATA)' REAL_SETS='$(REAL_SETS)' \
		REAL_N='$(REAL_N)' REAL_JOBS='$(REAL_JOBS)' \
		REAL_POLICIES='$(REAL_POLICIES)' REAL_KEPT='$(REAL_KEPT)' \
		REAL_BUDGETS='$(REAL_BUDGETS)' \
		REAL_PREDICT='$(REAL_PREDICT)' REAL_FLAGS='$(REAL_FLAGS)' \
		PYTHON3='$(PYTHON3)' $(SHELL) '$(srcdir)/tests/bench/real.sh' \
		'$(abs_top_builddir)/lilscope' '$(srcdir)/tests/bench' \
		'$(srcdir)/samples/problems' bench-real
