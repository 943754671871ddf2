# The manual.
dist_man_MANS += \
	man/lilscope-measures.7
