# The engine: no curses, no main(). Folders are rooms (HACKING.md).
noinst_LIBRARIES += libengine.a
libengine_a_SOURCES =

# What knows nothing of tokens.
libengine_a_SOURCES += \
	src/base/base.c src/base/base.h src/base/base64.c src/base/base64.h \
	src/base/big.c src/base/big.h src/base/buf.c src/base/buf.h \
	src/base/chunked.c src/base/chunked.h src/base/err.c src/base/err.h \
	src/base/fence.c src/base/fence.h \
	src/base/gz.c src/base/gz.h src/base/hash.h src/base/mem.c \
	src/base/num.c src/base/num.h \
	src/base/svg.c src/base/svg.h src/base/ticks.c src/base/ticks.h \
	src/base/stamp.c src/base/stamp.h \
	src/base/unpack.c src/base/unpack.h \
	src/base/utf8.c src/base/utf8.h src/base/zip.c src/base/zip.h \
	src/base/zst.c src/base/zst.h

# The maths.
libengine_a_SOURCES += \
	src/measure/bound.c src/measure/bound.h \
	src/measure/chains.c src/measure/chains.h \
	src/measure/coder.c src/measure/coder.h \
	src/measure/copying.c src/measure/copying.h \
	src/measure/draft.c src/measure/draft.h \
	src/measure/edges.c src/measure/edges.h \
	src/measure/entropy.c src/measure/entropy.h \
	src/measure/foresight.c src/measure/foresight.h \
	src/measure/fresh.c src/measure/fresh.h \
	src/measure/id_chains.c src/measure/id_chains.h \
	src/measure/known.c src/measure/known.h \
	src/measure/lz77.c src/measure/lz77.h \
	src/measure/meter.c src/measure/meter.h \
	src/measure/rule.c src/measure/rule.h \
	src/measure/rule_adaptive.c src/measure/rule_chunk.c \
	src/measure/rule_cycle.c \
	src/measure/rule_grams.c \
	src/measure/rule_guardian.c src/measure/rule_guardian.h \
	src/measure/rule_harness.c src/measure/rule_lmstudio.c \
	src/measure/rule_loop.c src/measure/rule_loop.h \
	src/measure/rule_pi.c \
	src/measure/rule_pi_words.c src/measure/rule_pi_words.h \
	src/measure/rule_zlib.c src/measure/rules.c \
	src/measure/selftest.c src/measure/selftest.h \
	src/measure/series.c src/measure/series.h \
	src/measure/shrink.c src/measure/shrink.h \
	src/measure/shrink_code.c src/measure/shrink_code.h \
	src/measure/stops.c src/measure/stops.h \
	src/measure/stree.c src/measure/stree.h \
	src/measure/suffixes.c src/measure/suffixes.h \
	src/measure/tail.c src/measure/tail.h \
	src/measure/unit.c src/measure/unit.h \
	src/measure/words.c src/measure/words.h

# Text to tokens and back: one engine for all vocabularies.
libengine_a_SOURCES += \
	src/token/lookup.c src/token/lookup.h \
	src/token/merge.c src/token/merge.h \
	src/token/special.c src/token/special.h \
	src/token/split.c src/token/split.h \
	src/token/vocab.c src/token/vocab.h \
	src/token/vocab_pre.c src/token/vocab_pre.h

# JSON, read without copying.
libengine_a_SOURCES += \
	src/json/json.c src/json/json.h \
	src/json/json_lex.c src/json/json_lex.h \
	src/json/json_repeat.c src/json/json_repeat.h \
	src/json/scan.c src/json/scan.h \
	src/json/tree.c src/json/tree.h \
	src/json/yaml.h
if HAVE_YAML
libengine_a_SOURCES += src/json/yaml.c
else
libengine_a_SOURCES += src/json/yaml_none.c
endif

# The programs that chat templates are.
libengine_a_SOURCES += \
	src/jinja/jinja.h src/jinja/jinja_call.c src/jinja/jinja_expr.c \
	src/jinja/jinja_impl.h src/jinja/jinja_lex.c src/jinja/jinja_list.c \
	src/jinja/jinja_parse.c src/jinja/jinja_run.c \
	src/jinja/jinja_string.c src/jinja/jinja_value.c

# What a generation is. The tokenizer's vocabulary is assembled into its
# object; -I finds it.
libengine_a_SOURCES += \
	src/trace/copied.c src/trace/copied.h \
	src/trace/foretold.c src/trace/foretold.h \
	src/trace/latency.c src/trace/latency.h \
	src/trace/native.c src/trace/native.h \
	src/trace/pack.c src/trace/pack.h \
	src/trace/pages.c src/trace/pages.h \
	src/trace/repeated.c src/trace/repeated.h src/trace/run.c src/trace/run.h \
	src/trace/think.c src/trace/think.h src/trace/tok.c src/trace/tok.h \
	src/trace/tok_data.c src/trace/tok_vocab.c src/trace/tok_vocab.h \
	src/trace/trace.c src/trace/trace.h
src/trace/tok_data.$(OBJEXT): samples/tokenizer/qwen3.bpe.zst

# Every form that generations come in.
libengine_a_SOURCES += \
	src/dialect/again.c src/dialect/again.h \
	src/dialect/call.c src/dialect/call.h \
	src/dialect/chunk.c src/dialect/chunk.h \
	src/dialect/content.c src/dialect/content.h \
	src/dialect/details.c src/dialect/details.h \
	src/dialect/detect.c src/dialect/detect.h \
	src/dialect/eventstream.c src/dialect/eventstream.h \
	src/dialect/feed.c src/dialect/feed.h \
	src/dialect/field.c src/dialect/field.h \
	src/dialect/form.c \
	src/dialect/format.c src/dialect/format.h src/dialect/format_adk.c \
	src/dialect/format_aider.c src/dialect/format_aiperf.c \
	src/dialect/format_csv.c \
	src/dialect/format_aisdk.c src/dialect/format_anthropic.c \
	src/dialect/format_asciicast.c src/dialect/format_bedrock.c \
	src/dialect/format_bench.c src/dialect/format_cohere.c \
	src/dialect/format_cohere_v1.c src/dialect/format_gemini.c \
	src/dialect/format_har.c src/dialect/format_helm.c \
	src/dialect/format_atif.c src/dialect/format_chats.c \
	src/dialect/format_evals.c \
	src/dialect/format_inspect.c src/dialect/format_interactions.c \
	src/dialect/format_jsonl.c src/dialect/format_kobold.c \
	src/dialect/format_langfuse.c src/dialect/format_lines.c \
	src/dialect/format_llama.c src/dialect/format_lmeval.c \
	src/dialect/format_lmstudio.c src/dialect/format_log.c \
	src/dialect/format_native.c src/dialect/format_ollama.c \
	src/dialect/format_openai.c src/dialect/format_openhands.c \
	src/dialect/format_replicate.c src/dialect/format_reports.c \
	src/dialect/format_response.c src/dialect/format_responses.c \
	src/dialect/format_rows.c src/dialect/format_runs.c \
	src/dialect/format_sillytavern.c \
	src/dialect/format_session.c src/dialect/format_sglang.c \
	src/dialect/format_spans.c src/dialect/format_text.c \
	src/dialect/format_tgi.c src/dialect/format_trajectory.c \
	src/dialect/format_triton.c src/dialect/format_vcr.c \
	src/dialect/format_watsonx.c \
	src/dialect/frame.c src/dialect/frame.h \
	src/dialect/gen.c src/dialect/gen.h src/dialect/indexer.c \
	src/dialect/join.c src/dialect/join.h \
	src/dialect/known.c src/dialect/known.h \
	src/dialect/mark.c src/dialect/mark.h \
	src/dialect/openai_plain.c src/dialect/openai_plain.h \
	src/dialect/plain.c src/dialect/plain.h \
	src/dialect/prefix.c src/dialect/prefix.h \
	src/dialect/record.c src/dialect/record.h \
	src/dialect/sieve.c src/dialect/sieve.h \
	src/dialect/splice.c src/dialect/splice.h \
	src/dialect/sse.c src/dialect/sse.h \
	src/dialect/template.c src/dialect/template.h \
	src/dialect/uttered.c src/dialect/uttered.h \
	src/dialect/wrap.c src/dialect/wrap.h

# The arithmetic of a model: it knows nothing of traces.
libengine_a_SOURCES += \
	src/model/attend.c src/model/attend.h \
	src/model/cache.c src/model/cache.h \
	src/model/spread.c src/model/spread.h \
	src/model/chat.c src/model/chat.h src/model/gguf.c src/model/gguf.h \
	src/model/gguf_write.c src/model/gguf_write.h \
	src/model/hf.c src/model/hf.h src/model/hf_config.c \
	src/model/hf_impl.h src/model/hf_vocab.c \
	src/model/kernel.c src/model/kernel.h src/model/kernel_512.h \
	src/model/kernel_512_rows.h src/model/kernel_amx.c \
	src/model/kernel_arm.h src/model/kernel_avx2.c \
	src/model/kernel_avx2_floats.c src/model/kernel_avx2_groups.h \
	src/model/kernel_avx2_many.c src/model/kernel_avx2_parts.h \
	src/model/kernel_avx2_turn.h src/model/kernel_avx2_words.c \
	src/model/kernel_avx512.c src/model/kernel_avx512_32.c \
	src/model/kernel_avx512_k.c \
	src/model/kernel_dotprod.c src/model/kernel_impl.h \
	src/model/kernel_lanes.h src/model/kernel_neon.c \
	src/model/kernel_scalar.c src/model/kernel_x86.h \
	src/model/kernel_x86_lanes.h \
	src/model/llama2c.c src/model/llama2c.h \
	src/model/model.c src/model/model.h \
	src/model/pool.c src/model/pool.h \
	src/model/quant.c src/model/quant.h \
	src/model/rope.c src/model/rope.h \
	src/model/safetensors.c src/model/safetensors.h \
	src/model/sample.c src/model/sample.h \
	src/model/sample_own.c src/model/sample_own.h \
	src/model/shortlist.c src/model/shortlist.h \
	src/model/slabs.c src/model/slabs.h \
	src/model/sparse.c src/model/sparse.h \
	src/model/sparse_bounds.c src/model/sparse_bounds.h \
	src/model/sparse_dense.c src/model/sparse_h2o.c \
	src/model/sparse_infllm.c src/model/sparse_quest.c \
	src/model/sparse_raas.c src/model/sparse_random.c \
	src/model/sparse_rkv.c src/model/sparse_sink.c \
	src/model/sparse_snapkv.c src/model/sparse_tova.c \
	src/model/transformer.c src/model/transformer.h \
	src/model/transformer_ahead.c \
	src/model/transformer_attend.c src/model/transformer_impl.h \
	src/model/transformer_many.c \
	src/model/vocab_read.c src/model/vocab_read.h

# What models are asked, and how answers are judged.
libengine_a_SOURCES += \
	src/task/answer.c src/task/answer.h src/task/answer_math.c \
	src/task/answered.c src/task/answered.h \
	src/task/grade.c src/task/grade.h \
	src/task/problem.c src/task/problem.h \
	src/task/problem_set.c src/task/problem_set.h

# What the operating system gives: time, children, small files.
libengine_a_SOURCES += \
	src/system/child.c src/system/child.h \
	src/system/clock.c src/system/clock.h \
	src/system/crew.c src/system/crew.h \
	src/system/data.c src/system/data.h \
	src/system/file.c src/system/file.h \
	src/system/output.c src/system/output.h \
	src/system/sandbox.c src/system/sandbox.h \
	src/system/say.c src/system/say.h \
	src/system/spare.c src/system/spare.h \
	src/system/spool.c src/system/spool.h \
	src/system/standing.c src/system/standing.h

# What is said of generations without a screen.
libengine_a_SOURCES += \
	src/report/after.c src/report/after.h \
	src/report/analyze.c src/report/analyze.h \
	src/report/batch.c src/report/batch.h \
	src/report/groups.c src/report/groups.h \
	src/report/groups_impl.h src/report/groups_print.c \
	src/report/groups_read.c \
	src/report/progress.c src/report/progress.h \
	src/report/recorder.c src/report/recorder.h \
	src/report/report.c src/report/report.h src/report/report_table.c \
	src/report/whatif.c src/report/whatif.h \
	src/report/why.c src/report/why.h

# A model that writes, and the process that it does so in.
libengine_a_SOURCES += \
	src/decode/decoder.c src/decode/decoder.h \
	src/decode/driver.c src/decode/driver.h \
	src/decode/generation.c src/decode/generation.h \
	src/decode/generation_conclude.c src/decode/generation_impl.h \
	src/decode/generation_then.c \
	src/decode/mapped.c src/decode/mapped.h \
	src/decode/model_folder.c src/decode/model_folder.h \
	src/decode/model_map.c src/decode/model_map.h \
	src/decode/need.c src/decode/need.h \
	src/decode/pages_told.c src/decode/pages_told.h \
	src/decode/together.c src/decode/together.h \
	src/decode/writer.c src/decode/writer.h \
	src/decode/writer_command.c src/decode/writer_impl.h

# Whatever can be read: files, pipes, files that grow, servers.
libengine_a_SOURCES += \
	src/input/ask.c src/input/ask.h \
	src/input/folder.c src/input/folder.h \
	src/input/follow.c src/input/follow.h \
	src/input/source.c src/input/source.h \
	src/input/url.h src/input/url_name.c
if HAVE_CURL
libengine_a_SOURCES += src/input/url.c
else
libengine_a_SOURCES += src/input/url_none.c
endif

# The list of generations behind the screens.
libengine_a_SOURCES += \
	src/deck/deck.c src/deck/deck.h src/deck/deck_beside.c \
	src/deck/deck_crew.c src/deck/deck_job.c src/deck/deck_job.h \
	src/deck/deck_live.c src/deck/deck_load.c src/deck/deck_load.h \
	src/deck/deck_report.c src/deck/deck_row.c src/deck/deck_row.h \
	src/deck/deck_spill.c src/deck/deck_state.c src/deck/deck_state.h \
	src/deck/deck_take.c

# The rule between a producer and who reads: filter and proxy.
libengine_a_SOURCES += \
	src/guard/asked.c src/guard/asked.h \
	src/guard/clients.c src/guard/clients.h \
	src/guard/exec.c src/guard/exec.h \
	src/guard/guard_report.c src/guard/guard_report.h \
	src/guard/half.c src/guard/half.h \
	src/guard/hit.c src/guard/hit.h \
	src/guard/http.c src/guard/http.h \
	src/guard/listen.c src/guard/listen.h \
	src/guard/proxy.h \
	src/guard/relay.c src/guard/relay.h \
	src/guard/scope.c src/guard/scope.h \
	src/guard/shadow.c src/guard/shadow.h \
	src/guard/watch.c src/guard/watch.h \
	src/guard/watched.c src/guard/watched.h \
	src/guard/wish.c src/guard/wish.h

# ... and what of it speaks to servers and clients.
if HAVE_PROXY
libengine_a_SOURCES += \
	src/guard/attempt.c src/guard/attempt.h \
	src/guard/exchange.c src/guard/exchange.h \
	src/guard/headers.c src/guard/headers.h \
	src/guard/metrics.c src/guard/metrics.h \
	src/guard/onward.c src/guard/onward.h \
	src/guard/proxy.c \
	src/guard/told.c src/guard/told.h \
	src/guard/transfers.c src/guard/transfers.h
else
libengine_a_SOURCES += src/guard/proxy_none.c
endif

# Problems by policies by budgets, in processes side by side.
libengine_a_SOURCES += \
	src/bench/bench.c src/bench/bench.h \
	src/bench/bench_file.c src/bench/bench_file.h \
	src/bench/bench_interval.c \
	src/bench/bench_print.c src/bench/bench_run.c src/bench/bench_run.h \
	src/bench/bench_svg.c src/bench/bench_svg.h \
	src/bench/bench_table.c src/bench/bench_table.h \
	src/bench/workers.c src/bench/workers.h

# The library: the maths once more, as it is fit for other programs, with
# doors of its own to memory and to death. It is one object whose only names
# are those of lilscope.h (src/lib/lilscope.map), in an archive and, where the
# linker can, in a shared library.
noinst_LIBRARIES += libpic.a
libpic_a_CFLAGS = $(base_CFLAGS) -fPIC -fvisibility=hidden
libpic_a_SOURCES = \
	src/lib/coder.c \
	src/lib/engine.c src/lib/engine.h \
	src/lib/lilscope.c \
	src/lib/memory.c src/lib/memory.h \
	src/lib/reading.c src/lib/save.c \
	src/lib/sliding.c src/lib/sliding.h \
	src/lib/stream.c src/lib/stream.h \
	src/lib/tape.c src/lib/tape.h \
	src/base/buf.c src/measure/bound.c src/measure/chains.c \
	src/measure/copying.c src/measure/edges.c src/measure/entropy.c \
	src/measure/foresight.c src/measure/fresh.c \
	src/measure/id_chains.c \
	src/measure/lz77.c src/measure/rule.c src/measure/rule_adaptive.c \
	src/measure/rule_cycle.c src/measure/rule_grams.c \
	src/measure/rule_guardian.c src/measure/rule_loop.c \
	src/measure/stree.c src/measure/suffixes.c src/measure/unit.c \
	src/measure/words.c
# The number of the interface, and its changes that broke nothing.
LIB_MAJOR = 1
LIB_FULL = $(LIB_MAJOR).0.0
include_HEADERS = src/lilscope.h
execlibdir = $(libdir)
execlib_DATA = liblilscope.a
if SHARED
execlib_DATA += liblilscope.so.$(LIB_FULL)
endif
pkgconfigdir = $(libdir)/pkgconfig
pkgconfig_DATA = lilscope.pc
EXTRA_DIST += src/lib/lilscope.map
CLEANFILES += lilscope.o liblilscope.a liblilscope.so \
	liblilscope.so.$(LIB_MAJOR) liblilscope.so.$(LIB_FULL)

lilscope.o: libpic.a
	$(AM_V_GEN)$(CC) -r -nostdlib $(rel_LDFLAGS) -o $@ \
		-Wl,--whole-archive libpic.a -Wl,--no-whole-archive
	$(AM_V_at)$(OBJCOPY) --localize-hidden $@

liblilscope.a: lilscope.o
	$(AM_V_AR)rm -f $@ && $(AR) $(ARFLAGS) $@ lilscope.o && $(RANLIB) $@

liblilscope.so.$(LIB_FULL): lilscope.o src/lib/lilscope.map
	$(AM_V_CCLD)$(CC) -shared $(CFLAGS) $(lib_LDFLAGS) $(LDFLAGS) \
		-Wl,-soname,liblilscope.so.$(LIB_MAJOR) \
		-Wl,--version-script,'$(srcdir)/src/lib/lilscope.map' \
		-o $@ lilscope.o -lm
	$(AM_V_at)ln -sf $@ liblilscope.so.$(LIB_MAJOR)
	$(AM_V_at)ln -sf $@ liblilscope.so

install-exec-hook:
if SHARED
	cd '$(DESTDIR)$(libdir)' && chmod +x liblilscope.so.$(LIB_FULL) && \
		ln -sf liblilscope.so.$(LIB_FULL) liblilscope.so.$(LIB_MAJOR) && \
		ln -sf liblilscope.so.$(LIB_FULL) liblilscope.so
endif

uninstall-local:
	cd '$(DESTDIR)$(libdir)' && \
		rm -f liblilscope.so liblilscope.so.$(LIB_MAJOR)
