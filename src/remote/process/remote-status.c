/* remote-status.c: what the ways in which a server fails mean
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "remote/process/remote-status.h"

#include <libsoup/soup.h>
#include <string.h>

#define MAX_CHARACTERS 300

RemoteProblem
remote_status_of_error (const GError *error)
{
  if (error->domain == G_TLS_ERROR)
    return error->code == G_TLS_ERROR_BAD_CERTIFICATE ? REMOTE_PROBLEM_CERTIFICATE : REMOTE_PROBLEM_TLS;
  if (error->domain == G_RESOLVER_ERROR)
    return REMOTE_PROBLEM_NAME;
  if (error->domain == SOUP_SESSION_ERROR)
    return error->code == SOUP_SESSION_ERROR_TOO_MANY_REDIRECTS || error->code == SOUP_SESSION_ERROR_REDIRECT_BAD_URI
               ? REMOTE_PROBLEM_REDIRECT
               : REMOTE_PROBLEM_FORM;
  if (error->domain != G_IO_ERROR)
    return REMOTE_PROBLEM_FORM;
  switch ((GIOErrorEnum) error->code)
    {
    case G_IO_ERROR_PROXY_FAILED:
    case G_IO_ERROR_PROXY_AUTH_FAILED:
    case G_IO_ERROR_PROXY_NEED_AUTH:
    case G_IO_ERROR_PROXY_NOT_ALLOWED: return REMOTE_PROBLEM_PROXY;
    case G_IO_ERROR_CANCELLED: return REMOTE_PROBLEM_CANCELLED;
    case G_IO_ERROR_TIMED_OUT: return REMOTE_PROBLEM_TIMEOUT;
    case G_IO_ERROR_HOST_NOT_FOUND: return REMOTE_PROBLEM_NAME;
    /* The connection was there, and ended before an answer. */
    case G_IO_ERROR_PARTIAL_INPUT:
    case G_IO_ERROR_BROKEN_PIPE: return REMOTE_PROBLEM_CUT_OFF;
    case G_IO_ERROR_INVALID_DATA:
    case G_IO_ERROR_INVALID_ARGUMENT: return REMOTE_PROBLEM_FORM;
    default: return REMOTE_PROBLEM_UNREACHABLE;
    }
}

/* Servers have no common word for it; OpenAI's is context_length_exceeded. */
static gboolean
is_about_context (const char *body, gsize n_bytes)
{
  return g_strstr_len (body, (gssize) n_bytes, "context_length_exceeded")
         || g_strstr_len (body, (gssize) n_bytes, "context length") || g_strstr_len (body, (gssize) n_bytes, "context size")
         || g_strstr_len (body, (gssize) n_bytes, "exceed_context_size");
}

RemoteProblem
remote_status_get_problem (guint status, const char *body, gsize n_bytes)
{
  switch (status)
    {
    case 400:
    case 422: return is_about_context (body, n_bytes) ? REMOTE_PROBLEM_CONTEXT : REMOTE_PROBLEM_REQUEST;
    case 401: return REMOTE_PROBLEM_UNAUTHORIZED;
    case 403: return REMOTE_PROBLEM_FORBIDDEN;
    case 404:
    case 405:
    case 410: return REMOTE_PROBLEM_NOT_FOUND;
    case 407: return REMOTE_PROBLEM_PROXY;
    case 408:
    case 504: return REMOTE_PROBLEM_TIMEOUT;
    case 413: return REMOTE_PROBLEM_TOO_LARGE;
    case 429: return REMOTE_PROBLEM_BUSY;
    case 511: return REMOTE_PROBLEM_WEB_PAGE;
    default: return status >= 500 ? REMOTE_PROBLEM_SERVER : REMOTE_PROBLEM_STATUS;
    }
}

/* One line of it. */
static char *
tidy (const char *words)
{
  g_autofree char *valid = g_utf8_make_valid (words, (gssize) MIN (strlen (words), MAX_CHARACTERS * 8));
  GString *line = g_string_new (NULL);
  int n = 0;

  for (const char *at = valid; *at && n < MAX_CHARACTERS; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      /* What is not seen could turn the rest around. */
      if (g_unichar_iscntrl (c) || g_unichar_type (c) == G_UNICODE_FORMAT || g_unichar_isspace (c))
        c = ' ';
      if (c == ' ' && (line->len == 0 || line->str[line->len - 1] == ' '))
        continue;
      g_string_append_unichar (line, c);
      n++;
    }
  return g_string_free (line, FALSE);
}

char *
remote_status_dup_words (JsonObject *object)
{
  JsonObject *error = text_json_object (object, "error");
  const char *words = text_json_string (error, "message");

  if (!words)
    words = text_json_string (object, "error");
  if (!words)
    words = text_json_string (object, "message");
  if (!words)
    words = text_json_string (object, "detail");
  return words ? tidy (words) : g_strdup ("");
}

char *
remote_status_dup_detail (const char *body, gsize n_bytes)
{
  g_autoptr (JsonObject) object = remote_json_parse (body, n_bytes);

  return object ? remote_status_dup_words (object) : g_strdup ("");
}
