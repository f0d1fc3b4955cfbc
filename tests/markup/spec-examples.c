/* spec-examples.c: the examples of a specification in CommonMark's format
 *
 *   ```````````````````````````````` example …
 *   markdown, with → for a tab
 *   .
 *   html
 *   ````````````````````````````````
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "spec-examples.h"

#include <string.h>

#define FENCE "````````````````````````````````"

static void
free_example (gpointer data)
{
  SpecExample *example = data;

  g_free (example->markdown);
  g_free (example->html);
  g_free (example);
}

static char *
take (GString **text)
{
  g_string_replace (*text, "→", "\t", 0);
  return g_string_free (g_steal_pointer (text), FALSE);
}

GPtrArray *
spec_examples_load (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "data", "markdown", name, NULL);
  g_autofree char *contents = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) lines = NULL;
  GPtrArray *examples = g_ptr_array_new_with_free_func (free_example);
  GString *markdown = NULL, *html = NULL;
  guint start = 0;

  g_file_get_contents (path, &contents, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (contents, "\n", -1);
  for (guint i = 0; lines[i]; i++)
    {
      if (markdown == NULL && g_str_has_prefix (lines[i], FENCE " example"))
        {
          markdown = g_string_new (NULL);
          start = i + 1;
        }
      else if (html && strcmp (lines[i], FENCE) == 0)
        {
          SpecExample *example = g_new0 (SpecExample, 1);

          example->line = start;
          example->markdown = take (&markdown);
          example->html = take (&html);
          g_ptr_array_add (examples, example);
        }
      else if (markdown && html == NULL && strcmp (lines[i], ".") == 0)
        html = g_string_new (NULL);
      else if (markdown)
        g_string_append_printf (html ? html : markdown, "%s\n", lines[i]);
    }
  return examples;
}
