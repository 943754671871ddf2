# The program.
bin_PROGRAMS += lilscope
lilscope_SOURCES = \
	tui/main.c \
	tui/opt.c tui/opt_text.c tui/opt.h \
	tui/style.h
lilscope_LDADD = libengine.a $(ENGINE_LIBS)
