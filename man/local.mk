# The manual.
dist_man_MANS += \
	man/lilscope.1 \
	man/lilscope.3 \
	man/lilscope-trace.5 \
	man/lilscope-measures.7
