/* program-path.c: where a person's commands are
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A desktop starts programs with fewer folders than a login shell knows: tools of Node or Python are often in those.  The shell is
 * asked once, in a session of its own, as it may want a terminal.
 */
#include "tools/program.h"

#include <string.h>

#include "tools/tools.h"

#define MARK    "myna-path:"
#define WAIT_MS 10000

typedef struct
{
  void (*known) (gpointer user_data);
  gpointer user_data;
} Waiting;

/* The process's. */
static char *shell_path;
static gboolean is_asked;
static ToolProgram *shell; /* that is being asked; NULL: none */
static guint late;
static GArray *waiting; /* Waiting */

const char *
tool_program_get_path (void)
{
  const char *path = shell_path ? shell_path : g_getenv ("PATH");

  return path ? path : "/usr/local/bin:/usr/bin:/bin";
}

char *
tool_expand_home (const char *path)
{
  return g_str_equal (path, "~") || g_str_has_prefix (path, "~/") ? g_build_filename (g_get_home_dir (), path + 1, NULL)
                                                                  : g_strdup (path);
}

static void
tell (void)
{
  g_autoptr (GArray) all = g_steal_pointer (&waiting);

  g_clear_handle_id (&late, g_source_remove);
  g_clear_pointer (&shell, tool_program_free);
  is_asked = TRUE;
  for (guint i = 0; all && i < all->len; i++)
    {
      Waiting one = g_array_index (all, Waiting, i);

      one.known (one.user_data);
    }
}

static void
line_cb (const char *line, gsize n_bytes, gpointer user_data)
{
  if (!g_str_has_prefix (line, MARK) || !g_utf8_validate (line, (gssize) n_bytes, NULL))
    return;
  g_free (shell_path);
  shell_path = g_strndup (line + strlen (MARK), n_bytes - strlen (MARK));
}

static void
log_cb (const char *line, gpointer user_data)
{
}

static void
ended_cb (ToolProgramEnd end, int status, gpointer user_data)
{
  tell ();
}

static gboolean
late_cb (gpointer user_data)
{
  late = 0;
  tell ();
  return G_SOURCE_REMOVE;
}

static ToolProgram *
ask_shell (void)
{
  static const ToolProgramFuncs funcs = { line_cb, log_cb, ended_cb };
  const char *name = g_getenv ("SHELL");
  const char *const command[] = { name && *name ? name : "/bin/sh", "-i", "-l", "-c", "echo " MARK "\"$PATH\"", NULL };
  g_auto (GStrv) environment = tool_program_environment (g_getenv ("PATH"), NULL);

  return tool_program_start (command, (const char *const *) environment, NULL, &funcs, NULL, NULL);
}

void
tool_program_ask_path (void (*known) (gpointer user_data), gpointer user_data)
{
  const Waiting one = { known, user_data };

  if (is_asked)
    {
      known (user_data);
      return;
    }
  if (!waiting)
    waiting = g_array_new (FALSE, FALSE, sizeof (Waiting));
  g_array_append_val (waiting, one);
  if (shell)
    return;
  shell = ask_shell ();
  if (!shell)
    {
      tell ();
      return;
    }
  tool_program_close_input (shell);
  late = g_timeout_add (WAIT_MS, late_cb, NULL);
}
