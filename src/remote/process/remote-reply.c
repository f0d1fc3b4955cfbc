/* remote-reply.c: what a model says, out of the objects of OpenAI's form that a server sends
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Thoughts come as "reasoning_content" (or "reasoning"), or between <think> and </think> at the beginning of the text.  A call
 * comes in pieces: its index and name once, its arguments after that; some servers repeat the name, or give no index.
 */
#include "remote/process/remote-reply.h"

#include <string.h>

#include "remote/process/remote-status.h"

#define MAX_BYTES (16u << 20) /* of all that is said */
#define MAX_CALLS 64
#define MAX_NAME  64
#define OPEN      "<think>"
#define CLOSE     "</think>"

typedef enum
{
  AT_BEGINNING, /* a thought may begin */
  IN_THOUGHT,
  AFTER_THOUGHT, /* blanks are left out */
  IN_TEXT,
} Place;

struct _RemoteReply
{
  RemoteReplyFunc func;
  gpointer user_data;
  Place place;
  GString *held; /* text that may be a tag, or its beginning */
  gsize n_bytes;
  int n_calls;
  char *reason; /* as the server says it; NULL: it has not */
  gboolean is_done, has_said;
  gint64 n_prompt, n_tokens, n_cached;
};

/* ---- Text ------------------------------------------------------------------------------------------------------- */

static void
say (RemoteReply *self, RemoteReplyKind kind, int index, const char *text)
{
  if (!*text && kind != REMOTE_REPLY_CALL)
    return;
  self->has_said = TRUE;
  self->func (kind, index, text, self->user_data);
}

/* How many bytes at the end of the text may be the beginning of the tag. */
static gsize
count_tail (const GString *text, const char *tag)
{
  for (gsize n = MIN (strlen (tag) - 1, text->len); n > 0; n--)
    if (memcmp (text->str + text->len - n, tag, n) == 0)
      return n;
  return 0;
}

static void
say_held (RemoteReply *self, RemoteReplyKind kind, gsize n)
{
  g_autofree char *text = g_strndup (self->held->str, n);

  g_string_erase (self->held, 0, (gssize) n);
  say (self, kind, 0, text);
}

static gsize
count_blanks (const GString *text)
{
  gsize n = 0;

  while (n < text->len && g_ascii_isspace (text->str[n]))
    n++;
  return n;
}

/* FALSE: nothing more can be said before more has come. */
static gboolean
step (RemoteReply *self)
{
  gsize n_blanks = count_blanks (self->held), n;
  const char *close;

  switch (self->place)
    {
    case AT_BEGINNING:
      n = MIN (self->held->len - n_blanks, strlen (OPEN));
      if (memcmp (self->held->str + n_blanks, OPEN, n) != 0)
        self->place = IN_TEXT;
      else if (n < strlen (OPEN))
        return FALSE;
      else
        {
          g_string_erase (self->held, 0, (gssize) (n_blanks + n));
          self->place = IN_THOUGHT;
        }
      return TRUE;
    case IN_THOUGHT:
      close = strstr (self->held->str, CLOSE);
      say_held (self, REMOTE_REPLY_THOUGHT,
                close ? (gsize) (close - self->held->str) : self->held->len - count_tail (self->held, CLOSE));
      if (!close)
        return FALSE;
      g_string_erase (self->held, 0, strlen (CLOSE));
      self->place = AFTER_THOUGHT;
      return TRUE;
    case AFTER_THOUGHT:
      g_string_erase (self->held, 0, (gssize) n_blanks);
      if (self->held->len > 0)
        self->place = IN_TEXT;
      return self->held->len > 0;
    case IN_TEXT:
    default: say_held (self, REMOTE_REPLY_TEXT, self->held->len); return FALSE;
    }
}

static void
take_text (RemoteReply *self, const char *text)
{
  if (!text)
    return;
  self->n_bytes += strlen (text);
  g_string_append (self->held, text);
  while (self->held->len > 0 && step (self))
    ;
}

static void
take_thought (RemoteReply *self, JsonObject *delta)
{
  const char *text = text_json_string (delta, "reasoning_content");

  if (!text)
    text = text_json_string (delta, "reasoning");
  if (!text || !*text)
    return;
  self->n_bytes += strlen (text);
  say (self, REMOTE_REPLY_THOUGHT, 0, text);
  if (self->place == AT_BEGINNING)
    self->place = AFTER_THOUGHT;
}

/* ---- Calls ------------------------------------------------------------------------------------------------------ */

static gboolean
is_name (const char *name)
{
  gsize n = strspn (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");

  return n > 0 && n <= MAX_NAME && name[n] == '\0';
}

static RemoteProblem
take_call (RemoteReply *self, JsonObject *call)
{
  JsonObject *function = text_json_object (call, "function");
  const char *name = text_json_string (function, "name"), *arguments = text_json_string (function, "arguments");
  JsonObject *object = text_json_object (function, "arguments");
  gboolean is_new = name && *name;
  int index = self->n_calls - 1;

  if (json_object_has_member (call, "index"))
    {
      index = (int) MIN (remote_json_int (call, "index"), MAX_CALLS);
      is_new = is_new && index >= self->n_calls;
    }
  if (is_new)
    {
      if (self->n_calls >= MAX_CALLS || !is_name (name))
        return REMOTE_PROBLEM_FORM;
      index = self->n_calls++;
      say (self, REMOTE_REPLY_CALL, index, name);
    }
  else if (index != self->n_calls - 1)
    return REMOTE_PROBLEM_FORM; /* of a call that was not announced, or is over */
  if (object)
    {
      g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
      g_autofree char *text = json_to_string (node, FALSE);

      say (self, REMOTE_REPLY_ARGUMENTS, index, text);
    }
  else if (arguments)
    {
      self->n_bytes += strlen (arguments);
      say (self, REMOTE_REPLY_ARGUMENTS, index, arguments);
    }
  return REMOTE_PROBLEM_NONE;
}

static RemoteProblem
take_calls (RemoteReply *self, JsonArray *calls)
{
  RemoteProblem problem = REMOTE_PROBLEM_NONE;

  for (guint i = 0; calls && i < json_array_get_length (calls) && !problem; i++)
    {
      JsonObject *call = text_json_element (calls, i);

      problem = call ? take_call (self, call) : REMOTE_PROBLEM_FORM;
    }
  return problem;
}

/* ---- Objects ---------------------------------------------------------------------------------------------------- */

static void
take_usage (RemoteReply *self, JsonObject *usage)
{
  if (!usage)
    return;
  self->n_prompt = MIN (remote_json_int (usage, "prompt_tokens"), G_MAXINT);
  self->n_tokens = MIN (remote_json_int (usage, "completion_tokens"), G_MAXINT);
  self->n_cached = MIN (remote_json_int (text_json_object (usage, "prompt_tokens_details"), "cached_tokens"), G_MAXINT);
}

static RemoteProblem
take_object (RemoteReply *self, JsonObject *object, const char *name)
{
  JsonObject *choice = text_json_element (text_json_array (object, "choices"), 0), *delta = text_json_object (choice, name);
  const char *reason = text_json_string (choice, "finish_reason");
  RemoteProblem problem = REMOTE_PROBLEM_NONE;

  take_usage (self, text_json_object (object, "usage"));
  if (delta)
    {
      take_thought (self, delta);
      take_text (self, text_json_string (delta, "content"));
      /* A model that declines says so there. */
      take_text (self, text_json_string (delta, "refusal"));
      problem = take_calls (self, text_json_array (delta, "tool_calls"));
    }
  if (reason && *reason)
    {
      g_free (self->reason);
      self->reason = g_strdup (reason);
    }
  return problem ? problem : self->n_bytes > MAX_BYTES ? REMOTE_PROBLEM_ENDLESS : REMOTE_PROBLEM_NONE;
}

static gboolean
has_error (JsonObject *object)
{
  return text_json_object (object, "error") || text_json_string (object, "error");
}

static RemoteProblem
take (RemoteReply *self, const char *data, gsize n_bytes, const char *name, char **ret_detail)
{
  g_autoptr (JsonObject) object = remote_json_parse (data, n_bytes);

  *ret_detail = NULL;
  if (!object)
    return REMOTE_PROBLEM_FORM;
  if (!has_error (object))
    return take_object (self, object, name);
  *ret_detail = remote_status_dup_words (object);
  return REMOTE_PROBLEM_SERVER;
}

RemoteProblem
remote_reply_take (RemoteReply *self, const char *data, gsize n_bytes, char **ret_detail)
{
  *ret_detail = NULL;
  if (n_bytes == 6 && memcmp (data, "[DONE]", 6) == 0)
    {
      self->is_done = TRUE;
      return REMOTE_PROBLEM_NONE;
    }
  return take (self, data, n_bytes, "delta", ret_detail);
}

RemoteProblem
remote_reply_take_whole (RemoteReply *self, const char *data, gsize n_bytes, char **ret_detail)
{
  RemoteProblem problem = take (self, data, n_bytes, "message", ret_detail);

  if (!problem && !self->reason && !self->has_said)
    return REMOTE_PROBLEM_FORM;
  self->is_done = !problem;
  return problem;
}

RemoteProblem
remote_reply_end (RemoteReply *self)
{
  if (self->held->len > 0)
    say_held (self, self->place == IN_THOUGHT ? REMOTE_REPLY_THOUGHT : REMOTE_REPLY_TEXT, self->held->len);
  if (self->reason || self->is_done)
    return REMOTE_PROBLEM_NONE;
  return REMOTE_PROBLEM_CUT_OFF;
}

gboolean
remote_reply_is_done (RemoteReply *self)
{
  return self->is_done;
}

void
remote_reply_describe (RemoteReply *self, JsonObject *event)
{
  const char *reason = self->reason ? self->reason : "stop", *told = "stop";

  if (self->n_calls > 0 && !g_str_equal (reason, "length"))
    told = "calls"; /* some servers say "stop" */
  else if (g_str_equal (reason, "length"))
    told = "length";
  else if (g_str_equal (reason, "content_filter") || g_str_equal (reason, "sensitive"))
    told = "filter";
  json_object_set_string_member (event, "reason", told);
  json_object_set_int_member (event, "prompt_tokens", self->n_prompt);
  json_object_set_int_member (event, "tokens", self->n_tokens);
  json_object_set_int_member (event, "cached", self->n_cached);
}

RemoteReply *
remote_reply_new (RemoteReplyFunc func, gpointer user_data)
{
  RemoteReply *self = g_new0 (RemoteReply, 1);

  self->held = g_string_new (NULL);
  self->func = func;
  self->user_data = user_data;
  return self;
}

void
remote_reply_free (RemoteReply *self)
{
  if (!self)
    return;
  g_string_free (self->held, TRUE);
  g_free (self->reason);
  g_free (self);
}
