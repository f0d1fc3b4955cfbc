/* cli-edit.c: a text that the person changes in an editor of theirs
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "cli/cli-edit.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

#define MAX_FILE (1 << 20)

/* The words of its command; NULL: there is none. */
static char **
find_editor (void)
{
  static const char *const variables[] = { "VISUAL", "EDITOR" };
  static const char *const usual[] = { "sensible-editor", "editor", "nano", "vi" };
  char **words = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    if (g_getenv (variables[i]) && g_shell_parse_argv (g_getenv (variables[i]), NULL, &words, NULL))
      return words;
  for (guint i = 0; i < G_N_ELEMENTS (usual); i++)
    {
      g_autofree char *path = g_find_program_in_path (usual[i]);

      if (path)
        return g_strdupv ((char **) (const char *const[]){ path, NULL });
    }
  return NULL;
}

static void
listen_to_interrupts (gpointer user_data)
{
  signal (SIGINT, SIG_DFL);
}

/* Ctrl+C is the editor's while it runs. */
static gboolean
run_editor (char **editor, const char *path, GError **error)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  struct sigaction ignore = { .sa_handler = SIG_IGN }, before;
  g_auto (GStrv) words = NULL;
  int status = 0;
  gboolean ok;

  g_strv_builder_addv (builder, (const char **) editor);
  g_strv_builder_add (builder, path);
  words = g_strv_builder_end (builder);
  sigaction (SIGINT, &ignore, &before);
  ok = g_spawn_sync (NULL, words, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_CHILD_INHERITS_STDIN, listen_to_interrupts, NULL, NULL,
                     NULL, &status, error)
       && g_spawn_check_wait_status (status, error);
  sigaction (SIGINT, &before, NULL);
  return ok;
}

static char *
read_back (const char *path, GError **error)
{
  char *text = NULL;
  gsize n = 0;

  if (!g_file_get_contents (path, &text, &n, error))
    return NULL;
  if (n <= MAX_FILE && strlen (text) == n && g_utf8_validate (text, (gssize) n, NULL))
    return text;
  g_free (text);
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "it is no text, or longer than 1 MiB");
  return NULL;
}

char *
cli_edit (const char *text, const char *name, GError **error)
{
  g_auto (GStrv) editor = find_editor ();
  g_autofree char *folder = editor ? g_dir_make_tmp ("myna-XXXXXX", error) : NULL;
  g_autofree char *path = folder ? g_build_filename (folder, name, NULL) : NULL;
  char *edited = NULL;

  if (!editor)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "there is no editor; $EDITOR can name one");
  if (!path)
    return NULL;
  if (g_file_set_contents (path, text, -1, error) && run_editor (editor, path, error))
    edited = read_back (path, error);
  g_unlink (path);
  g_rmdir (folder);
  return edited;
}
