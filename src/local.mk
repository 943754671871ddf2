# The engine: no curses, no main(). Folders are floors (HACKING.md).
noinst_LIBRARIES += libengine.a
libengine_a_SOURCES = \
	src/base/base.c src/base/base.h \
	src/base/buf.c src/base/buf.h \
	src/base/err.c src/base/err.h \
	src/base/utf8.c src/base/utf8.h
libengine_a_SOURCES += \
	src/base/zst.c src/base/zst.h \
	src/base/gz.c src/base/gz.h
libengine_a_SOURCES += \
	src/analyze.c src/analyze.h \
	src/progress.c src/progress.h \
	src/recorder.c src/recorder.h \
	src/report.c src/report_table.c src/report.h
libengine_a_SOURCES += \
	src/guard_exec.c src/guard_exec.h \
	src/guard_relay.c src/guard_relay.h \
	src/guard_report.c src/guard_report.h \
	src/net/ask.c src/net/ask.h \
	src/net/url.c src/net/url.h \
	src/net/exchange.c src/net/exchange.h \
	src/net/proxy.c src/net/proxy.h \
	src/net/proxy_end.c src/net/proxy_end.h \
	src/watch.c src/watch.h
libengine_a_SOURCES += \
	src/measure/meter.c src/measure/meter.h \
	src/trace/latency.c src/trace/latency.h \
	src/trace/run.c src/trace/run.h \
	src/trace/think.c src/trace/think.h \
	src/trace/trace.c src/trace/trace.h \
	src/deck.c src/deck.h \
	src/deck_ask.c src/deck_state.h \
	src/deck_load.c src/deck_load.h \
	src/deck_watch.c \
	src/source.c src/source.h \
	src/source_follow.c src/source_follow.h
# The tokenizer's vocabulary is assembled into the object; -I finds it.
libengine_a_SOURCES += \
	src/trace/tok.c src/trace/tok.h src/trace/tok_data.c \
	src/trace/tok_merge.c src/trace/tok_merge.h \
	src/trace/tok_split.c src/trace/tok_split.h \
	src/trace/tok_vocab.c src/trace/tok_vocab.h
src/trace/tok_data.$(OBJEXT): samples/tokenizer/qwen3.bpe.zst
libengine_a_SOURCES += \
	src/base/big.c src/base/big.h \
	src/measure/edges.c src/measure/edges.h \
	src/measure/lz77.c src/measure/lz77.h \
	src/measure/stree.c src/measure/stree.h
libengine_a_SOURCES += \
	src/measure/bound.c src/measure/bound.h \
	src/measure/coder.c src/measure/coder.h \
	src/measure/guard.c src/measure/guard.h \
	src/measure/adaptive.c \
	src/measure/rival.c src/measure/rival.h src/measure/rival_rules.h \
	src/measure/rival_chunk.c src/measure/rival_cycle.c \
	src/measure/rival_zlib.c \
	src/measure/series.c src/measure/series.h
libengine_a_SOURCES += \
	src/base/base64.c src/base/base64.h \
	src/base/chunked.c src/base/chunked.h \
	src/base/unpack.c src/base/unpack.h \
	src/base/zip.c src/base/zip.h \
	src/trace/chunk.c src/trace/chunk.h \
	src/trace/detect.c src/trace/detect.h \
	src/trace/feed.c src/trace/feed.h \
	src/trace/field.c src/trace/field.h \
	src/trace/format.c src/trace/format.h \
	src/trace/format_anthropic.c src/trace/format_anthropic.h \
	src/trace/format_helm.c \
	src/trace/format_inspect.c \
	src/trace/format_jsonl.c \
	src/trace/format_llama.c \
	src/trace/format_lmeval.c \
	src/trace/format_native.c \
	src/trace/format_ollama.c src/trace/format_ollama.h \
	src/trace/format_openai.c src/trace/format_openai.h \
	src/trace/openai_plain.c src/trace/openai_plain.h \
	src/trace/format_response.c \
	src/trace/format_responses.c src/trace/format_responses.h \
	src/trace/format_sglang.c \
	src/trace/format_text.c \
	src/trace/format_tgi.c \
	src/trace/format_bench.c \
	src/trace/format_watsonx.c \
	src/trace/frame.c src/trace/frame.h \
	src/trace/gen.c src/trace/gen.h \
	src/trace/indexer.c \
	src/trace/json.c src/trace/json.h \
	src/trace/json_lex.c src/trace/json_lex.h \
	src/trace/json_repeat.c src/trace/json_repeat.h \
	src/trace/native.c src/trace/native.h \
	src/trace/pages.c src/trace/pages.h \
	src/trace/prefix.c src/trace/prefix.h \
	src/trace/record.c src/trace/record.h \
	src/trace/scan.c src/trace/scan.h \
	src/trace/sse.c src/trace/sse.h \
	src/trace/template.c src/trace/template.h
# The decoder: it knows nothing of traces.
libengine_a_SOURCES += \
	src/child.c src/child.h \
	src/decode.c src/decode.h src/decode_impl.h \
	src/decode_command.c \
	src/decode_serve.c src/decode_serve.h \
	src/decoder.c src/decoder.h \
	src/generate.c src/generate.h \
	src/model_map.c src/model_map.h \
	src/model/cache.c src/model/cache.h \
	src/model/chat.c src/model/chat.h \
	src/model/gguf.c src/model/gguf.h \
	src/model/kernel.c src/model/kernel.h src/model/kernel_impl.h \
	src/model/kernel_avx2.c src/model/kernel_avx512.c \
	src/model/kernel_dotprod.c src/model/kernel_neon.c \
	src/model/kernel_arm.h src/model/kernel_lanes.h \
	src/model/kernel_scalar.c src/model/kernel_x86.h \
	src/model/llama2c.c src/model/llama2c.h \
	src/model/model.c src/model/model.h \
	src/model/pool.c src/model/pool.h \
	src/model/quant.c src/model/quant.h \
	src/model/rope.c src/model/rope.h \
	src/model/sample.c src/model/sample.h \
	src/model/sparse.c src/model/sparse.h \
	src/model/sparse_bounds.c src/model/sparse_bounds.h \
	src/model/sparse_dense.c src/model/sparse_h2o.c \
	src/model/sparse_infllm.c src/model/sparse_quest.c \
	src/model/sparse_raas.c src/model/sparse_random.c \
	src/model/sparse_rkv.c src/model/sparse_sink.c \
	src/model/sparse_snapkv.c src/model/sparse_tova.c \
	src/model/transformer.c src/model/transformer.h \
	src/model/transformer_attend.c src/model/transformer_impl.h \
	src/model/vocab.c src/model/vocab.h src/model/vocab_impl.h \
	src/model/vocab_bpe.c src/model/vocab_spm.c \
	src/model/vocab_index.c src/model/vocab_index.h \
	src/model/vocab_join.c src/model/vocab_read.c \
	src/model/vocab_pre.c src/model/vocab_pre.h
# What models are asked, and what they answered.
libengine_a_SOURCES += \
	src/bench.c src/bench.h \
	src/bench_file.c src/bench_file.h \
	src/clock.c \
	src/clock.h \
	src/data.c src/data.h \
	src/workers.c src/workers.h \
	src/task/answer.c src/task/answer.h src/task/answer_math.c \
	src/task/bench_print.c \
	src/task/bench_run.c src/task/bench_run.h \
	src/task/bench_svg.c src/task/bench_svg.h \
	src/task/bench_table.c src/task/bench_table.h \
	src/task/problem.c src/task/problem.h \
	src/task/problem_set.c src/task/problem_set.h
