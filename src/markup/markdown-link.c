/* markdown-link.c: the links of a text, and what is told of where they lead
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markup/markdown-link.h"

#include <string.h>

gboolean
myna_rich_string_next_link (const MynaRichString *string, guint *i, MynaRange *ret_range, const char **ret_target)
{
  guint n = string->runs ? string->runs->len : 0;
  const MynaRun *runs = n > 0 ? &g_array_index (string->runs, MynaRun, 0) : NULL;

  while (*i < n && (!(runs[*i].style & MYNA_RUN_LINK) || !runs[*i].data))
    (*i)++;
  if (*i >= n)
    return FALSE;
  *ret_target = runs[*i].data;
  *ret_range = (MynaRange){ runs[*i].start, runs[*i].end };
  for ((*i)++; *i < n && (runs[*i].style & MYNA_RUN_LINK) && runs[*i].start == ret_range->end
               && g_strcmp0 (runs[*i].data, *ret_target) == 0;
       (*i)++)
    ret_range->end = runs[*i].end;
  return TRUE;
}

gboolean
myna_link_get_source (const char *target, guint *ret_number)
{
  if (!g_str_has_prefix (target, MYNA_SOURCE_TARGET))
    return FALSE;
  *ret_number = g_ascii_strtoull (target + strlen (MYNA_SOURCE_TARGET), NULL, 10);
  return TRUE;
}

const char *
myna_link_describe (const char *target)
{
  const char *words = g_str_has_prefix (target, MYNA_SOURCE_TARGET) ? strchr (target, ' ') : NULL;

  return words ? words + 1 : target;
}

char *
myna_link_dup_wire (const char *target)
{
  g_autoptr (GUri) uri = g_uri_parse (target, G_URI_FLAGS_PARSE_RELAXED | G_URI_FLAGS_ENCODED, NULL);
  const char *host = uri ? g_uri_get_host (uri) : NULL;

  /* GLib gives the host as ASCII. */
  return host && !strstr (target, host) ? g_uri_to_string (uri) : g_strdup (myna_link_describe (target));
}
