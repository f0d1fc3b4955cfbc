/* program-box.c: a sandbox for programs of other people's, which see what they were given and no more
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Programs are often installed in the home folder (Node's by nvm, Python's in ~/.local/bin): of the home they see the folder of
 * their own command, and the one around it where that is an installation of its own.
 */
#include "tools/program-box.h"

#include <stdlib.h>
#include <string.h>

#include "tools/tools.h"

#define HOME_BYTES "1073741824" /* npm's cache wants hundreds of MiB */
#define TMP_BYTES  "268435456"

static void G_GNUC_NULL_TERMINATED
add (GPtrArray *command, const char *first, ...)
{
  va_list words;

  va_start (words, first);
  for (const char *word = first; word; word = va_arg (words, const char *))
    g_ptr_array_add (command, g_strdup (word));
  va_end (words);
}

static gboolean
is_in (const char *path, const char *folder)
{
  gsize n = strlen (folder);

  return g_str_has_prefix (path, folder) && (path[n] == '/' || path[n] == '\0');
}

/* Whether the links that can be seen already lead to where the path really is: from a folder around it, or a link of the system's. */
static gboolean
is_reached (GPtrArray *command, const char *path)
{
  gboolean reached = FALSE;

  for (guint i = 0; i + 2 < command->len; i++)
    {
      const char *option = command->pdata[i];

      if (g_str_equal (option, "--tmpfs"))
        reached = reached && !is_in (path, command->pdata[i + 1]);
      else if (g_str_equal (option, "--symlink") || g_str_has_prefix (option, "--ro-bind")
               || g_str_has_prefix (option, "--bind"))
        reached = reached || is_in (path, command->pdata[i + 2]);
    }
  return reached;
}

/* Where it really is, and under the name by which it is known: bubblewrap mounts nothing on a link since its version 0.12. */
static void
add_path (GPtrArray *command, const char *option, const char *path)
{
  g_autofree char *real = realpath (path, NULL);
  gboolean is_link = real && !g_str_equal (real, path);

  if (is_link)
    add (command, option, real, real, NULL);
  if (real && !(is_link && is_reached (command, path)))
    add (command, option, path, path, NULL);
}

/* /bin and its like are links into /usr in a merged system, and folders of their own in others. */
static void
add_system (GPtrArray *command)
{
  static const char *const folders[] = { "/bin", "/sbin", "/lib", "/lib64", "/lib32" };
  static const char *const more[] = { "/etc", "/opt", "/nix", "/gnu/store", "/snap" };
  g_autofree char *resolver = realpath ("/etc/resolv.conf", NULL);

  add (command, "--ro-bind", "/usr", "/usr", NULL);
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *target = g_file_read_link (folders[i], NULL);

      if (target)
        add (command, "--symlink", target, folders[i], NULL);
      else
        add (command, "--ro-bind-try", folders[i], folders[i], NULL);
    }
  for (guint i = 0; i < G_N_ELEMENTS (more); i++)
    add (command, "--ro-bind-try", more[i], more[i], NULL);
  /* Names of the network are often asked for in a file below /run. */
  if (resolver && !g_str_has_prefix (resolver, "/etc/"))
    add (command, "--ro-bind-try", resolver, resolver, NULL);
}

/* Where the program's own files are. */
static void
add_program (GPtrArray *command, const char *program, const char *home)
{
  g_autofree char *real = realpath (program, NULL);
  const char *const names[] = { program, real };

  for (guint i = 0; i < 2; i++)
    {
      const char *path = names[i];
      g_autofree char *bin = path ? g_path_get_dirname (path) : NULL;
      g_autofree char *around = bin ? g_path_get_dirname (bin) : NULL;
      g_autofree char *local = g_build_filename (home, ".local", NULL);
      gboolean is_own = bin && g_str_has_suffix (bin, "/bin") && is_in (around, home) && !g_str_equal (around, home)
                        && !g_str_equal (around, local);

      if (bin && !is_in (bin, "/usr") && !g_str_equal (bin, home) && !g_str_equal (bin, "/"))
        add_path (command, "--ro-bind-try", is_own ? around : bin);
      else if (bin && g_str_equal (bin, home))
        add_path (command, "--ro-bind-try", path);
    }
}

/* A script beside others, or one of Node's, which looks for its modules in the folders above. */
static void
add_folder_of (GPtrArray *command, const char *file, const char *home)
{
  const char *modules = strstr (file, "/node_modules/");
  g_autofree char *folder = modules ? g_strndup (file, modules + strlen ("/node_modules") - file) : g_path_get_dirname (file);

  if (!is_in (home, folder) && !is_in ("/tmp", folder))
    add_path (command, "--ro-bind-try", folder);
}

/* What a word of the command, or a variable, names of the person's files; NULL: nothing. */
static const char *
get_named (const char *word)
{
  const char *value = *word == '/' ? word : strchr (word, '=');

  if (value && *value == '=')
    value++;
  return value && *value == '/' && g_file_test (value, G_FILE_TEST_EXISTS) && !is_in (value, "/dev") && !is_in (value, "/proc")
                 && !is_in (value, "/usr")
             ? value
             : NULL;
}

/* Whether a folder around it is named, too: what is mounted itself cannot be replaced by another file, as programs do that save. */
static gboolean
is_in_named (const ToolProgramBox *box, const char *path)
{
  for (guint i = 0; box->words[i]; i++)
    {
      const char *other = get_named (box->words[i]);

      if (other && strlen (other) < strlen (path) && is_in (path, other) && g_file_test (other, G_FILE_TEST_IS_DIR))
        return TRUE;
    }
  return FALSE;
}

/* What is added later covers what was added before: first the folders around files, to read, then what was named itself, and at last
 * what was said of it. */
static void
add_named (GPtrArray *command, const ToolProgramBox *box, const char *home)
{
  const char *const *words = box->words;

  for (guint i = 0; words && words[i]; i++)
    if (get_named (words[i]) && !g_file_test (get_named (words[i]), G_FILE_TEST_IS_DIR))
      add_folder_of (command, get_named (words[i]), home);
  for (guint i = 0; words && words[i]; i++)
    if (get_named (words[i]) && !is_in_named (box, get_named (words[i])))
      add_path (command, box->may_write_words ? "--bind-try" : "--ro-bind-try", get_named (words[i]));
  for (guint i = 0; box->readable && box->readable[i]; i++)
    add_path (command, "--ro-bind-try", box->readable[i]);
  for (guint i = 0; box->writable && box->writable[i]; i++)
    add_path (command, "--bind-try", box->writable[i]);
}

char **
tool_program_box (const ToolProgramBox *box, const char *const *command, const char *folder, GError **error)
{
  g_autofree char *program = g_find_program_in_path ("bwrap");
  g_autoptr (GPtrArray) whole = g_ptr_array_new_with_free_func (g_free);
  const char *home = g_get_home_dir ();

  if (!program)
    {
      g_set_error_literal (error, TOOL_ERROR, TOOL_ERROR_FAILED, "bubblewrap is not installed");
      return NULL;
    }
  add (whole, program, "--unshare-all", "--die-with-parent", "--new-session", "--hostname", "sandbox", NULL);
  if (box->network)
    add (whole, "--share-net", NULL);
  add_system (whole);
  add (whole, "--proc", "/proc", "--dev", "/dev", "--size", TMP_BYTES, "--tmpfs", "/tmp", "--size", HOME_BYTES, "--tmpfs", home,
       NULL);
  add_program (whole, command[0], home);
  add_named (whole, box, home);
  if (folder)
    add_path (whole, box->may_write_words ? "--bind-try" : "--ro-bind-try", folder);
  add (whole, "--chdir", folder ? folder : home, "--remount-ro", "/", "--", NULL);
  for (guint i = 0; command[i]; i++)
    g_ptr_array_add (whole, g_strdup (command[i]));
  g_ptr_array_add (whole, NULL);
  return (char **) g_ptr_array_steal (whole, NULL);
}

gboolean
tool_program_box_is_refused (const char *line)
{
  return g_str_has_prefix (line, "bwrap: ") && !strstr (line, "execvp");
}
