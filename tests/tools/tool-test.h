/* tool-test.h: tools, called and waited for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <string.h>

#include "tools/tools.h"

/* The result, or "!CODE message" of an error: A for the arguments, F failed, L too large, T timed out, C cancelled. */
static inline char *
test_finish (GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;
  char *text = tool_call_finish (result, &error);

  if (text)
    return text;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_strdup ("!C");
  g_assert_true (error->domain == TOOL_ERROR);
  return g_strdup_printf ("!%c %s", "AFLT"[error->code], error -> message);
}

static inline void
test_called_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(char **) user_data = test_finish (result);
}

static inline char *
test_call_full (const char *tool, const char *arguments, const ToolCallOptions *options, GCancellable *cancellable)
{
  char *text = NULL;

  tool_call_async (tool_find (tool), arguments, options, cancellable, test_called_cb, &text);
  while (!text)
    g_main_context_iteration (NULL, TRUE);
  return text;
}

/* As JSON: quotes and backslashes escaped. */
static inline char *
test_quote (const char *text)
{
  GString *out = g_string_new ("\"");

  for (const char *p = text; *p; p++)
    if ((guchar) *p < 0x20)
      g_string_append_printf (out, "\\u%04x", *p);
    else
      g_string_append_printf (out, strchr ("\"\\", *p) ? "\\%c" : "%c", *p);
  g_string_append_c (out, '"');
  return g_string_free (out, FALSE);
}
