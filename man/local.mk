# The manual.
dist_man_MANS += \
	man/lilscope.1 \
	man/lilscope-measures.7
