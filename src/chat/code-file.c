/* code-file.c: a block of code as a file: one that a person saves, or a page for the browser (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pages are never drawn by Myna: a browser has a sandbox for what a model wrote.  An SVG picture goes into a page, too: else
 * the program for pictures would open it.
 */
#include "chat/code-file.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "storage/part-file.h"

/* What people write behind a fence, and what files of it end with. */
/* clang-format off */
static const struct { const char *language, *name; } names[] = {
  { "asm", "code.s" },          { "awk", "code.awk" },        { "bash", "script.sh" },     { "bat", "script.bat" },
  { "c", "code.c" },            { "c#", "Program.cs" },       { "c++", "code.cpp" },       { "clojure", "code.clj" },
  { "cmake", "CMakeLists.txt" },{ "console", "script.sh" },   { "cpp", "code.cpp" },       { "cs", "Program.cs" },
  { "csharp", "Program.cs" },   { "css", "style.css" },       { "csv", "table.csv" },      { "dart", "code.dart" },
  { "diff", "changes.diff" },   { "docker", "Dockerfile" },   { "dockerfile", "Dockerfile" },{ "elixir", "code.ex" },
  { "erlang", "code.erl" },     { "fortran", "code.f90" },    { "fsharp", "code.fs" },     { "go", "code.go" },
  { "golang", "code.go" },      { "graphql", "code.graphql" },{ "groovy", "code.groovy" }, { "h", "code.h" },
  { "haskell", "code.hs" },     { "hpp", "code.hpp" },        { "htm", "page.html" },      { "html", "page.html" },
  { "ini", "settings.ini" },    { "java", "Main.java" },      { "javascript", "code.js" }, { "js", "code.js" },
  { "json", "data.json" },      { "jsx", "code.jsx" },        { "julia", "code.jl" },      { "kotlin", "code.kt" },
  { "latex", "text.tex" },      { "lisp", "code.lisp" },      { "lua", "code.lua" },       { "make", "Makefile" },
  { "makefile", "Makefile" },   { "markdown", "text.md" },    { "matlab", "code.m" },      { "md", "text.md" },
  { "mermaid", "diagram.mmd" }, { "nim", "code.nim" },        { "objective-c", "code.m" }, { "ocaml", "code.ml" },
  { "octave", "code.m" },       { "pascal", "code.pas" },     { "patch", "changes.patch" },{ "perl", "script.pl" },
  { "php", "code.php" },        { "powershell", "script.ps1" },{ "ps1", "script.ps1" },    { "py", "code.py" },
  { "python", "code.py" },      { "python3", "code.py" },     { "r", "code.R" },           { "rb", "code.rb" },
  { "rs", "code.rs" },          { "ruby", "code.rb" },        { "rust", "code.rs" },       { "scala", "code.scala" },
  { "scheme", "code.scm" },     { "scss", "style.scss" },     { "sh", "script.sh" },       { "shell", "script.sh" },
  { "sql", "query.sql" },       { "svg", "picture.svg" },     { "swift", "code.swift" },   { "tex", "text.tex" },
  { "toml", "settings.toml" },  { "ts", "code.ts" },          { "tsx", "code.tsx" },       { "typescript", "code.ts" },
  { "vala", "code.vala" },      { "verilog", "code.v" },      { "vhdl", "code.vhd" },      { "vue", "page.vue" },
  { "xhtml", "page.xhtml" },    { "xml", "data.xml" },        { "yaml", "data.yaml" },     { "yml", "data.yaml" },
  { "zig", "code.zig" },        { "zsh", "script.sh" },
};
/* clang-format on */

const char *
myna_code_get_file_name (const char *language)
{
  for (guint i = 0; language && i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (language, names[i].language) == 0)
      return names[i].name;
  return "code.txt";
}

/* ---- Saving ----------------------------------------------------------------------------------------------------- */

typedef struct
{
  GFile *file;
  char *text;
} Saving;

static void
saving_free (gpointer data)
{
  Saving *saving = data;

  g_object_unref (saving->file);
  g_free (saving->text);
  g_free (saving);
}

static void
save_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  const Saving *saving = task_data;
  GError *error = NULL;
  g_autoptr (StorePartFile) file = store_part_file_new (saving->file, &error);

  if (file && store_part_file_write (file, saving->text, strlen (saving->text), &error) && store_part_file_keep (file, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

void
myna_code_save_async (const char *text, GFile *file, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);
  Saving *saving = g_new (Saving, 1);

  *saving = (Saving){ g_object_ref (file), g_strconcat (text, *text && !g_str_has_suffix (text, "\n") ? "\n" : "", NULL) };
  g_task_set_task_data (task, saving, saving_free);
  g_task_run_in_thread (task, save_thread);
}

gboolean
myna_code_save_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

/* ---- Pages ------------------------------------------------------------------------------------------------------ */

static gboolean
is_svg (const char *language)
{
  return g_ascii_strcasecmp (language, "svg") == 0;
}

gboolean
myna_code_is_page (const char *language)
{
  return language
         && (is_svg (language) || g_ascii_strcasecmp (language, "html") == 0 || g_ascii_strcasecmp (language, "htm") == 0
             || g_ascii_strcasecmp (language, "xhtml") == 0);
}

static char *
dup_folder (void)
{
  return g_build_filename (g_get_user_cache_dir (), MYNA_APP_ID, "pages", NULL);
}

GFile *
myna_code_write_page (const char *language, const char *text, GError **error)
{
  g_autofree char *folder = dup_folder ();
  g_autofree char *uuid = g_uuid_string_random ();
  g_autofree char *base = g_strconcat (uuid, ".html", NULL);
  g_autofree char *path = g_build_filename (folder, base, NULL);
  g_autofree char *page =
      is_svg (language) ? g_strconcat ("<!DOCTYPE html>\n<meta charset=\"utf-8\">\n", text, NULL) : g_strdup (text);
  int saved_errno;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      saved_errno = errno;
      g_set_error_literal (error, G_FILE_ERROR, g_file_error_from_errno (saved_errno), g_strerror (saved_errno));
      return NULL;
    }
  if (!g_file_set_contents_full (path, page, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0600, error))
    return NULL;
  return g_file_new_for_path (path);
}

static void
clear_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  g_autoptr (GDir) dir = g_dir_open (task_data, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (task_data, name, NULL);

      g_unlink (path);
    }
  g_task_return_boolean (task, TRUE);
}

void
myna_code_clear_pages (void)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, NULL, NULL);

  g_task_set_task_data (task, dup_folder (), g_free);
  g_task_run_in_thread (task, clear_thread);
}
