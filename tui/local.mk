# The program.
bin_PROGRAMS += lilscope
lilscope_SOURCES = tui/main.c
lilscope_LDADD = libtui.a libengine.a $(ENGINE_LIBS) $(NCURSES_LIBS)

# All of it but main(), for the tests of the screens.
noinst_LIBRARIES += libtui.a
libtui_a_SOURCES =

# The terminal, its keys, and a grid of cells.
libtui_a_SOURCES += \
	tui/term/caps.c tui/term/caps.h tui/term/key.c tui/term/key.h \
	tui/term/locale.c tui/term/locale.h \
	tui/term/screen.c tui/term/screen.h \
	tui/term/signals.c tui/term/signals.h \
	tui/term/style.c tui/term/style.h tui/term/term.c \
	tui/term/terminal.h

# Every option, once.
libtui_a_SOURCES += \
	tui/opt/opt.c tui/opt/opt.h tui/opt/opt_bench.c \
	tui/opt/opt_decode.c tui/opt/opt_decode.h tui/opt/opt_guard.c \
	tui/opt/opt_file.c tui/opt/opt_file.h \
	tui/opt/opt_input.c tui/opt/opt_input.h tui/opt/opt_line.c \
	tui/opt/opt_look.h tui/opt/opt_measure.c tui/opt/opt_report.c \
	tui/opt/opt_rows.h tui/opt/opt_show.c tui/opt/opt_text.c \
	tui/opt/opt_value.c tui/opt/settings.h \
	tui/opt/asking.c tui/opt/asking.h tui/opt/writer_setup.c tui/opt/writer_setup.h

# What is drawn into cells: numbers, charts, a line of input.
libtui_a_SOURCES += \
	tui/draw/banner.c tui/draw/banner.h \
	tui/draw/chart.c tui/draw/chart.h tui/draw/glyph.c tui/draw/glyph.h \
	tui/draw/pen.c tui/draw/pen.h tui/draw/prompt.c tui/draw/prompt.h \
	tui/draw/screen_svg.c tui/draw/screen_svg.h \
	tui/draw/text_layout.c tui/draw/text_layout.h

# The state of the program, and what is computed from it.
libtui_a_SOURCES += \
	tui/app/app.c tui/app/app.h tui/app/export.c tui/app/export.h \
	tui/app/export_html.c tui/app/export_html.h \
	tui/app/export_ink.c tui/app/export_ink.h \
	tui/app/export_svg.c tui/app/export_svg.h \
	tui/app/find.c tui/app/find.h \
	tui/app/phrase.c tui/app/phrase.h \
	tui/app/recording.c tui/app/recording.h \
	tui/app/search.c tui/app/search.h \
	tui/app/session.c tui/app/session.h \
	tui/app/sure.c tui/app/sure.h \
	tui/app/told.c tui/app/told.h tui/app/view.c tui/app/view.h

# A run becomes cells.
libtui_a_SOURCES += \
	tui/view/beside.c tui/view/beside.h \
	tui/view/compare.c tui/view/compare.h \
	tui/view/cost.c tui/view/cost.h \
	tui/view/explain.c tui/view/explain.h \
	tui/view/glossary.c tui/view/glossary.h \
	tui/view/lane.c tui/view/lane.h tui/view/list.c tui/view/list.h \
	tui/view/list_column.c tui/view/list_column.h \
	tui/view/list_search.c \
	tui/view/map.c tui/view/map.h \
	tui/view/map_again.c tui/view/map_again.h \
	tui/view/map_draw.c tui/view/map_draw.h \
	tui/view/map_panel.c tui/view/map_panel.h \
	tui/view/map_tiles.c tui/view/map_tiles.h \
	tui/view/minimap.c tui/view/minimap.h \
	tui/view/moves.c tui/view/moves.h tui/view/now.c tui/view/now.h \
	tui/view/now_more.c \
	tui/view/ratio_charts.c tui/view/ratio_charts.h \
	tui/view/ratio_gain.c tui/view/ratio_rho.c tui/view/ratio_sure.c \
	tui/view/ratio_told.c \
	tui/view/repeats.h tui/view/steps.c tui/view/steps.h \
	tui/view/terms.c tui/view/terms.h \
	tui/view/text_pane.c tui/view/text_pane.h \
	tui/view/view_compare.c tui/view/view_lecture.c tui/view/view_help.c tui/view/view_list.c \
	tui/view/view_map.c tui/view/view_ratio.c tui/view/view_repeats.c \
	tui/view/view_steps.c \
	tui/view/view_sweep.c tui/view/view_sweep.h tui/view/view_text.c \
	tui/view/view_whatif.c \
	tui/view/views.c tui/view/views.h

# A model that decodes while one looks on.
libtui_a_SOURCES += \
	tui/demo/demo.c tui/demo/demo.h tui/demo/demo_grammar.c \
	tui/demo/tour.c tui/demo/tour.h

# Everything that a key or a command does.
libtui_a_SOURCES += \
	tui/action/action.c tui/action/action.h \
	tui/action/action_complete.c tui/action/action_demo.c \
	tui/action/action_mark.c tui/action/action_move.c \
	tui/action/action_play.c tui/action/action_program.c \
	tui/action/action_search.c tui/action/action_tune.c \
	tui/action/action_view.c

# The program at work: on a screen, by a script, in plain lines.
libtui_a_SOURCES += \
	tui/loop/cast.c tui/loop/cast.h tui/loop/demo_text.c \
	tui/loop/frame.c tui/loop/frame.h \
	tui/loop/input.c tui/loop/input.h tui/loop/loop.c tui/loop/loop.h \
	tui/loop/plain.c tui/loop/plain.h \
	tui/loop/notes.c tui/loop/notes.h \
	tui/loop/script.c tui/loop/script.h tui/loop/shot.c tui/loop/shot.h \
	tui/loop/show.c tui/loop/show.h

# The commands of the command line.
libtui_a_SOURCES += \
	tui/cli/command_analyze.c tui/cli/command_bench.c \
	tui/cli/command_decode.c tui/cli/command_demo.c tui/cli/command_doctor.c \
	tui/cli/command_guard.c tui/cli/command_help.c \
	tui/cli/command_merge.c \
	tui/cli/command_screens.c tui/cli/command_selftest.c tui/cli/command_why.c \
	tui/cli/commands.c tui/cli/commands.h \
	tui/cli/completion.c tui/cli/results.c tui/cli/results.h \
	tui/cli/sweep.c tui/cli/sweep.h tui/cli/tables.c tui/cli/tables.h \
	tui/cli/topics.c tui/cli/topics.h
