# What the project ships to look at, with its provenance.
EXTRA_DIST += samples/tokenizer/qwen3.bpe.zst samples/tokenizer/README.md \
	samples/tokenizer/LICENSE samples/tokenizer/make.py
