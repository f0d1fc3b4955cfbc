/* code-language.c: the highlighter's language for the word behind a code fence
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markup/code-language.h"

/* What people write → GtkSourceView's id, where they differ. */
/* clang-format off */
static const struct { const char *name, *id; } names[] = {
  { "bash", "sh" },           { "shell", "sh" },           { "zsh", "sh" },          { "console", "sh" },
  { "c++", "cpp" },           { "cc", "cpp" },             { "cxx", "cpp" },         { "hpp", "cpp" },
  { "h", "chdr" },            { "c#", "c-sharp" },         { "cs", "c-sharp" },      { "csharp", "c-sharp" },
  { "f#", "fsharp" },         { "golang", "go" },          { "javascript", "js" },   { "jsx", "jsx" },
  { "mjs", "js" },            { "node", "js" },            { "ts", "typescript" },   { "tsx", "typescript-jsx" },
  { "py", "python3" },        { "python", "python3" },     { "py3", "python3" },     { "rb", "ruby" },
  { "rs", "rust" },           { "kt", "kotlin" },          { "objective-c", "objc" }, { "tex", "latex" },
  { "md", "markdown" },       { "yml", "yaml" },           { "make", "makefile" },   { "docker", "dockerfile" },
  { "ps1", "powershell" },    { "patch", "diff" },         { "hs", "haskell" },      { "ml", "ocaml" },
  { "jl", "julia" },          { "svg", "xml" },            { "asm", "asm" },         { "matlab", "octave" },
};
/* clang-format on */

char *
myna_code_language_dup_id (const char *info)
{
  g_autofree char *lower = g_ascii_strdown (info, -1);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (lower, names[i].name))
      return g_strdup (names[i].id);
  return g_steal_pointer (&lower);
}
