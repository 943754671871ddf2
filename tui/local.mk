# The program.
bin_PROGRAMS += lilscope
lilscope_SOURCES = tui/main.c
lilscope_LDADD = libtui.a libengine.a $(ENGINE_LIBS) $(NCURSES_LIBS)
# All of it but main(), for the tests of the screens.
noinst_LIBRARIES += libtui.a
libtui_a_SOURCES = \
	tui/action.c \
	tui/action.h \
	tui/action_complete.c \
	tui/action_list.c \
	tui/action_mark.c \
	tui/action_move.c \
	tui/action_play.c \
	tui/action_program.c \
	tui/action_search.c \
	tui/action_tune.c \
	tui/action_view.c \
	tui/app.c \
	tui/app.h \
	tui/caps.c \
	tui/caps.h \
	tui/commands.h \
	tui/completion.c \
	tui/chart.c \
	tui/chart.h \
	tui/explain.c \
	tui/explain.h \
	tui/export.c \
	tui/export.h \
	tui/export_svg.c \
	tui/export_svg.h \
	tui/file.c \
	tui/file.h \
	tui/find.c \
	tui/find.h \
	tui/frame.c \
	tui/frame.h \
	tui/input.c \
	tui/input.h \
	tui/key.c \
	tui/key.h \
	tui/list.c \
	tui/list.h \
	tui/loop.c \
	tui/loop.h \
	tui/now.c \
	tui/now.h \
	tui/num.c \
	tui/num.h \
	tui/opt.c \
	tui/opt.h \
	tui/opt_text.c \
	tui/pen.c \
	tui/pen.h \
	tui/phrase.c \
	tui/phrase.h \
	tui/plain.c \
	tui/plain.h \
	tui/prompt.c \
	tui/prompt.h \
	tui/screen.c \
	tui/screen.h \
	tui/screen_svg.c \
	tui/screen_svg.h \
	tui/script.c \
	tui/script.h \
	tui/session.c \
	tui/session.h \
	tui/signals.c \
	tui/signals.h \
	tui/style.c \
	tui/style.h \
	tui/tables.c \
	tui/tables.h \
	tui/term.c \
	tui/terminal.h \
	tui/text_layout.c \
	tui/text_layout.h \
	tui/text_pane.c \
	tui/text_pane.h \
	tui/view.h \
	tui/view_help.c \
	tui/view_list.c \
	tui/view_ratio.c \
	tui/view_text.c \
	tui/views.c \
	tui/views.h
