/* sandbox-cell.c: what came of a cell
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tools/sandbox.h"

#include <string.h>

ToolMade *
tool_made_new (const char *name, guint width, guint height, GBytes *data)
{
  ToolMade *made = g_new (ToolMade, 1);

  *made = (ToolMade){ g_strdup (name), width, height, data ? g_bytes_ref (data) : NULL };
  return made;
}

void
tool_made_free (ToolMade *made)
{
  if (!made)
    return;
  g_free (made->name);
  g_clear_pointer (&made->data, g_bytes_unref);
  g_free (made);
}

void
tool_cell_free (ToolCell *cell)
{
  if (!cell)
    return;
  g_free (cell->output);
  g_free (cell->error);
  g_clear_pointer (&cell->made, g_ptr_array_unref);
  g_free (cell);
}

static void
add_line (GString *text, const char *line)
{
  if (text->len > 0 && text->str[text->len - 1] != '\n')
    g_string_append_c (text, '\n');
  g_string_append (text, line);
}

/* NULL: it goes on. */
static const char *
describe_end (ToolCellEnd end)
{
  switch (end)
    {
    case TOOL_CELL_TOOK_TOO_LONG: return "The interpreter took longer than 60 s and was ended. Its variables are lost.";
    case TOOL_CELL_TOOK_TOO_MUCH_CPU:
      return "The interpreter used more than 10 s of processor time and was ended. Its variables are lost.";
    case TOOL_CELL_FILES_TOO_LARGE:
      return "The files are larger than 64 MiB, or too many: the interpreter was ended. Its variables are lost.";
    case TOOL_CELL_TOO_MUCH_OUTPUT: return "The interpreter wrote without end and was ended. Its variables are lost.";
    case TOOL_CELL_CRASHED: return "The interpreter ended. Its variables are lost.";
    case TOOL_CELL_ALIVE:
    default: return NULL;
    }
}

char *
tool_cell_dup_text (const ToolCell *cell, gboolean for_model)
{
  g_autoptr (GString) text = g_string_new (cell->output);
  const char *end = describe_end (cell->end);

  if (cell->n_cut > 0)
    {
      g_autofree char *cut = g_strdup_printf ("[… %" G_GSIZE_FORMAT " bytes more]", cell->n_cut);

      add_line (text, cut);
    }
  if (cell->error)
    add_line (text, cell->error);
  if (end)
    add_line (text, end);
  while (text->len > 0 && text->str[text->len - 1] == '\n')
    g_string_truncate (text, text->len - 1);
  for (guint i = 0; for_model && i < cell->made->len; i++)
    if (((const ToolMade *) g_ptr_array_index (cell->made, i))->width > 0)
      add_line (text, "[Image]");
  return g_string_free (g_steal_pointer (&text), FALSE);
}
