# Everything that shows that it works: `make check`, and the long runs
# `make fuzz`, `make bench`, `make soak`.
TESTS_ENVIRONMENT = top_srcdir='$(top_srcdir)' top_builddir='$(top_builddir)' \
	LILSCOPE='$(abs_top_builddir)/lilscope'
UNIT_CFLAGS = $(AM_CFLAGS) $(CMOCKA_CFLAGS)
UNIT_LIBS = libengine.a $(ENGINE_LIBS) $(CMOCKA_LIBS)

if HAVE_TESTS
check_PROGRAMS += tests/unit/test_pack
TESTS += tests/unit/test_pack
endif
tests_unit_test_pack_SOURCES = tests/unit/test_pack.c
tests_unit_test_pack_CFLAGS = $(UNIT_CFLAGS)
tests_unit_test_pack_LDADD = $(UNIT_LIBS)
