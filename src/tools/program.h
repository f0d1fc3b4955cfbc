/* program.h: a program of other people's that runs beside this one: lines in, lines out, and its end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * It is started by a guard (guard.c), so that nothing of it is left when this program ends, however it does.  It inherits no
 * variables but a few: see tool_program_environment().  There is never a shell between.
 *
 * Used from one thread, whose main context calls back.
 */
#ifndef TOOL_PROGRAM_H
#define TOOL_PROGRAM_H

#include <gio/gio.h>

G_BEGIN_DECLS

#define TOOL_MAX_LINE (16 << 20)

typedef struct _ToolProgram ToolProgram;

/* Why it ended. */
typedef enum
{
  TOOL_PROGRAM_EXITED,    /* by itself, or it was told to */
  TOOL_PROGRAM_TOO_LARGE, /* a line is longer than TOOL_MAX_LINE */
  TOOL_PROGRAM_DEAF,      /* it does not read what it is sent */
} ToolProgramEnd;

typedef struct
{
  /* A line of its standard output, without its end; valid till this returns. */
  void (*line) (const char *line, gsize n_bytes, gpointer user_data);
  /* … of its standard error, as plain text. */
  void (*log) (const char *line, gpointer user_data);
  /* Its output is over, and so is the program: nothing is called any more.  status: what it returned, or 128 and a signal. */
  void (*ended) (ToolProgramEnd end, int status, gpointer user_data);
} ToolProgramFuncs;

/* The command's file as a person's shell would find it; NULL: there is none.  path: folders with colons between. */
char *tool_program_find (const char *command, const char *path) G_GNUC_WARN_UNUSED_RESULT;
/* The folders where commands are looked for: those of the person's login shell, once it was asked, or of this program. */
const char *tool_program_get_path (void);
/* Asks the shell, once, and calls back, perhaps at once; it has 10 seconds. */
void tool_program_ask_path (void (*known) (gpointer user_data), gpointer user_data);
/* What it sees of the environment: PATH (as given), HOME, LANG, USER and what the person entered ("NAME=VALUE", may be NULL). */
char **tool_program_environment (const char *path, const char *const *entered) G_GNUC_WARN_UNUSED_RESULT;

/* folder: where it works; NULL: the home folder.  NULL and an error: it could not be started. */
ToolProgram *tool_program_start (const char *const *command, const char *const *environment, const char *folder,
                                 const ToolProgramFuncs *funcs, gpointer user_data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Sends a line; its end is added. */
void tool_program_send (ToolProgram *self, const char *line);
/* No more lines come: its input ends when they are read. */
void tool_program_close_input (ToolProgram *self);
/* Tells the guard to end it, and does not wait: `ended` is not called any more.  NULL: nothing happens. */
void tool_program_free (ToolProgram *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ToolProgram, tool_program_free)

G_END_DECLS

#endif
