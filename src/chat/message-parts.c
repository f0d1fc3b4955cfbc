/* message-parts.c: what is shown, found and copied of the parts of a message
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/message-parts.h"

#include <string.h>

#include "chat/tool-words.h"
#include "markup/markdown.h"

static gboolean searches_thoughts; /* of the application; main thread */

gboolean
myna_part_is_searched (StorePartKind kind)
{
  return kind != STORE_PART_THOUGHT || searches_thoughts;
}

void
myna_parts_set_search_thoughts (gboolean search_thoughts)
{
  searches_thoughts = search_thoughts;
}

/* Between fences that are longer than any in the text. */
static char *
dup_code (const char *text, const char *language)
{
  gsize longest = 2, n = 0;
  g_autofree char *fence = NULL;

  for (const char *p = text; *p; p++)
    {
      n = *p == '`' ? n + 1 : 0;
      longest = MAX (longest, n);
    }
  fence = g_strnfill (longest + 1, '`');
  return g_strdup_printf ("%s%s\n%s%s%s", fence, language, text, g_str_has_suffix (text, "\n") ? "" : "\n", fence);
}

/* A program as a model writes it, without the fences around it: it may be in the middle of them. */
static char *
dup_unfenced (const char *text)
{
  const char *start = g_str_has_prefix (text, "```") ? strchr (text, '\n') : text;
  char *program = g_strdup (!start ? "" : *start == '\n' ? start + 1 : start);
  char *end = strrchr (program, '\n');

  if (end && g_str_has_prefix (end + 1, "`"))
    *end = '\0';
  return program;
}

/* What a tool was given, or what was written where that cannot be read. */
static char *
dup_call (const char *text, const StoreCall *call)
{
  gboolean is_program = call && myna_call_is_python (call);
  g_autofree char *arguments = call ? myna_call_dup_arguments (call) : NULL;
  g_autofree char *program = is_program ? dup_unfenced (text) : NULL;
  g_autofree char *shown = arguments ? NULL : tool_text_show (program ? program : text);

  return dup_code (arguments ? arguments : shown, is_program ? "python" : "");
}

char *
myna_part_dup_markdown (const StorePart *part, const StoreCall *call)
{
  g_autofree char *text = g_strndup (part->text, part->n_bytes);

  switch (part->kind)
    {
    case STORE_PART_CALL: return dup_call (text, call);
    case STORE_PART_RESULT: return dup_code (text, "");
    case STORE_PART_TEXT:
    case STORE_PART_THOUGHT:
    default: return g_steal_pointer (&text);
    }
}

char *
myna_message_parts_dup_copy (StoreRole role, const char *text, const StoreCall *call)
{
  StorePart parts[STORE_MAX_PARTS];
  guint n_parts = store_split_parts (role, text, call, parts);
  g_autofree char *copy = NULL;

  if (n_parts == 0)
    return g_strdup ("");
  /* The thought comes first, if there is one. */
  copy = g_strndup (parts[n_parts - 1].text, parts[n_parts - 1].n_bytes);
  if (n_parts > 1)
    g_strchug (copy);
  return g_steal_pointer (&copy);
}

guint
myna_message_parts_count_matches (StoreRole role, const char *text, const StoreCall *call, const char *needle)
{
  StorePart parts[STORE_MAX_PARTS];
  guint n_parts = store_split_parts (role, text, call, parts), n = 0;

  for (guint i = 0; i < n_parts; i++)
    {
      g_autofree char *markdown = NULL;

      if (!myna_part_is_searched (parts[i].kind))
        continue;
      markdown = myna_part_dup_markdown (&parts[i], call);
      n += myna_markdown_count_matches (markdown, needle);
    }
  return n;
}

static gsize
count_unfinished (const char *text, gsize n_bytes, const char *tag)
{
  for (gsize n = MIN (strlen (tag) - 1, n_bytes); n > 0; n--)
    if (memcmp (text + n_bytes - n, tag, n) == 0)
      return n;
  return 0;
}

void
myna_part_hide_unfinished (StorePart *part)
{
  if (part->kind == STORE_PART_THOUGHT)
    part->n_bytes -= count_unfinished (part->text, part->n_bytes, "</think>");
  else if (part->kind == STORE_PART_TEXT && count_unfinished (part->text, part->n_bytes, "<think>") == part->n_bytes)
    part->n_bytes = 0;
}
