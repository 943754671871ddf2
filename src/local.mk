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
	src/report.c src/report_table.c src/report.h
