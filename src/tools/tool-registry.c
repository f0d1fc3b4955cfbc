/* tool-registry.c: the tools that there are
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tools/tool.h"

#include <string.h>

static const Tool *const tools[] = {
  &tool_calculate, &tool_convert_units, &tool_date_time, &tool_search_chats, &tool_read_document, &tool_read_more,
};

#define MAX_ADDED 512

static const Tool *added[MAX_ADDED];
static guint n_added;

guint
tool_get_n_tools (void)
{
  return G_N_ELEMENTS (tools) + n_added;
}

const Tool *
tool_get (guint i)
{
  if (i < G_N_ELEMENTS (tools))
    return tools[i];
  return i - G_N_ELEMENTS (tools) < n_added ? added[i - G_N_ELEMENTS (tools)] : NULL;
}

const Tool *
tool_find (const char *name)
{
  for (guint i = 0; name && i < tool_get_n_tools (); i++)
    if (g_str_equal (tool_get (i)->name, name))
      return tool_get (i);
  return g_strcmp0 (name, "python") == 0 || g_strcmp0 (name, "interpreter") == 0 ? tool_get_python () : NULL;
}

gboolean
tool_is_name (const char *name)
{
  gsize n = strlen (name);

  return n > 0 && n <= TOOL_MAX_NAME && n == strspn (name, G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "_.-");
}

gboolean
tool_add (const Tool *tool)
{
  if (n_added == MAX_ADDED || tool_find (tool->name))
    return FALSE;
  added[n_added++] = tool;
  return TRUE;
}

void
tool_remove (const Tool *tool)
{
  guint n = 0;

  for (guint i = 0; i < n_added; i++)
    if (added[i] != tool)
      added[n++] = added[i];
  n_added = n;
}

const char *
tool_get_name (const Tool *self)
{
  return self->name;
}

const char *
tool_get_description (const Tool *self)
{
  return self->description;
}

const char *
tool_get_schema (const Tool *self)
{
  return self->schema;
}

ToolClass
tool_get_class (const Tool *self)
{
  return self->class;
}

gboolean
tool_needs_host (const Tool *self)
{
  return self->needs_host;
}

/* The texts with the 0 behind each, so that nothing can move from one to the next. */
char *
tool_dup_fingerprint (const Tool *self)
{
  const char *const texts[] = { self->name, self->description, self->schema };
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    g_checksum_update (checksum, (const guchar *) texts[i], strlen (texts[i]) + 1);
  if (self->origin)
    g_checksum_update (checksum, (const guchar *) self->origin, strlen (self->origin) + 1);
  return g_strdup (g_checksum_get_string (checksum));
}
