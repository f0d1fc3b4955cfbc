/* message-words.c: what a person is told of messages, and of a reply that is written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/message-words.h"

#include <glib/gi18n.h>
#include <string.h>

#include "chat/message-parts.h"
#include "chat/tool-words.h"
#include "markup/markdown.h"

#define PASTE_MAX_CHARS 6000
#define PASTE_MAX_LINES 80

#define CONTEXT_WARNING 0.8

#define NAME_MAX_BYTES  (64 * 1024)

#define MAX_LINE        400 /* bytes of a thought's last line: more than a window is wide */

/* ---- Below a message -------------------------------------------------------------------------------------------- */

static const char *
state_text (StoreState state)
{
  switch (state)
    {
    case STORE_STATE_INTERRUPTED: return _ ("Interrupted");
    case STORE_STATE_STOPPED: return _ ("Stopped");
    case STORE_STATE_LENGTH: return _ ("The reply reached its length limit");
    case STORE_STATE_FAILED: return _ ("The reply could not be finished");
    case STORE_STATE_COMPLETE:
    case STORE_STATE_GENERATING:
    default: return NULL;
    }
}

/* What went wrong.  A question that is too long would be so again. */
static const char *
describe_error (MynaMessage *message, const char **ret_button)
{
  *ret_button = myna_message_get_too_long (message) ? _ ("Edit") : _ ("Retry");
  return myna_message_get_error (message);
}

/* A reply that ended at a call, or before the model answered to its result. */
static const char *
describe_call (MynaConversation *conversation, MynaMessage *message, const char **ret_button)
{
  const StoreCall *call = myna_message_get_record (message)->call;

  if (!myna_conversation_can_continue (conversation, message))
    return NULL;
  *ret_button = _ ("Continue");
  return call && call->state == STORE_CALL_ASKED && call->arguments ? _ ("This waits for your answer")
                                                                    : _ ("The model has not continued from here");
}

const char *
myna_message_describe_status (MynaConversation *conversation, MynaMessage *message, const char **ret_button)
{
  gboolean is_reply = myna_message_get_role (message) == STORE_ROLE_ASSISTANT;
  gboolean is_last =
      myna_conversation_find (conversation, message) + 1 == g_list_model_get_n_items (G_LIST_MODEL (conversation));
  StoreState state = myna_message_get_state (message);

  *ret_button = NULL;
  if (myna_message_get_error (message))
    return describe_error (message, ret_button);
  if (myna_message_get_queued (message))
    {
      *ret_button = _ ("Cancel");
      return myna_conversation_get_busy (conversation) ? _ ("Waiting for the current reply")
                                                       : _ ("Waiting until the message above is saved");
    }
  if (myna_message_get_role (message) == STORE_ROLE_OBSERVATION || myna_message_get_record (message)->call)
    return describe_call (conversation, message, ret_button);
  if (is_reply && state_text (state))
    {
      if (myna_conversation_can_continue (conversation, message))
        *ret_button = _ ("Continue");
      return state_text (state);
    }
  if (is_reply && state == STORE_STATE_COMPLETE && myna_message_get_loaded (message) && !*myna_message_get_text (message))
    return _ ("The model returned an empty reply");
  if (myna_message_get_role (message) == STORE_ROLE_USER && is_last && myna_conversation_can_regenerate (conversation, message))
    {
      *ret_button = _ ("Generate Reply");
      return _ ("Not answered yet");
    }
  return NULL;
}

const char *
myna_message_describe_end (StoreState state)
{
  switch (state)
    {
    case STORE_STATE_COMPLETE: return _ ("Finished");
    case STORE_STATE_STOPPED: return _ ("Stopped by you");
    case STORE_STATE_LENGTH: return _ ("Length limit");
    case STORE_STATE_INTERRUPTED: return _ ("Interrupted");
    case STORE_STATE_FAILED: return _ ("Error");
    case STORE_STATE_GENERATING:
    default: return _ ("Generating");
    }
}

/* ---- While a reply is written ----------------------------------------------------------------------------------- */

/* "Reading 1,204 of 3,310 tokens · about 12 s" */
static char *
describe_reading (const MynaPromptProgress *progress)
{
  if (progress->n_total == 0)
    return g_strdup (_ ("Reading your message"));
  if (progress->seconds_left < 0)
    return g_strdup_printf (_ ("Reading %'zu of %'zu tokens"), progress->n_done, progress->n_total);
  if (progress->seconds_left < 90)
    return g_strdup_printf (_ ("Reading %'zu of %'zu tokens · about %d s"), progress->n_done, progress->n_total,
                            MAX (1, (int) (progress->seconds_left + 0.5)));
  return g_strdup_printf (_ ("Reading %'zu of %'zu tokens · about %d min"), progress->n_done, progress->n_total,
                          (int) (progress->seconds_left / 60 + 0.5));
}

char *
myna_reply_describe_progress (MynaConversation *conversation)
{
  MynaActivity activity = myna_conversation_get_activity (conversation);
  MynaPromptProgress progress;

  if (activity == MYNA_ACTIVITY_STOPPING)
    return g_strdup (_ ("Stopping"));
  if (activity == MYNA_ACTIVITY_READING)
    {
      myna_conversation_get_progress (conversation, &progress);
      return describe_reading (&progress);
    }
  return g_strdup (myna_generator_get_model_name (myna_conversation_get_generator (conversation))
                       ? _ ("Thinking")
                       : _ ("Waiting for the model"));
}

static char *
describe_open (int seconds)
{
  if (seconds < 1)
    return g_strdup (_ ("Thinking…"));
  if (seconds < 60)
    return g_strdup_printf (_ ("Thinking… %d s"), seconds);
  return g_strdup_printf (_ ("Thinking… %d min %d s"), seconds / 60, seconds % 60);
}

char *
myna_thought_describe (double seconds, gboolean is_open)
{
  int whole = seconds < G_MAXINT ? (int) seconds : G_MAXINT;

  if (is_open)
    return describe_open (whole);
  if (seconds <= 0)
    return g_strdup (_ ("Thoughts"));
  whole = MAX (1, whole);
  if (whole < 120)
    return g_strdup_printf (ngettext ("Thought for %d second", "Thought for %d seconds", whole), whole);
  return g_strdup_printf (ngettext ("Thought for %d minute", "Thought for %d minutes", whole / 60), whole / 60);
}

char *
myna_thought_last_line (const char *text)
{
  const char *end = text + strlen (text), *begin;
  g_autofree char *line = NULL;

  while (end > text && g_ascii_isspace (end[-1]))
    end--;
  begin = end;
  while (begin > text && begin[-1] != '\n')
    begin--;
  if (end - begin > MAX_LINE)
    begin = g_utf8_find_prev_char (text, end - MAX_LINE);
  line = g_strndup (begin, end - begin);
  return myna_markdown_to_plain_text (line, MAX_LINE);
}

char *
myna_message_dup_copy (MynaMessage *message)
{
  const StoreMessage *record = myna_message_get_record (message);

  return myna_message_parts_dup_copy (record->role, myna_message_get_text (message), record->call);
}

char *
myna_message_dup_name (MynaMessage *message)
{
  const StoreMessage *record = myna_message_get_record (message);
  g_autofree char *text = record->call ? myna_call_dup_summary (record->call) : myna_message_dup_copy (message);

  if (strlen (text) > NAME_MAX_BYTES)
    *g_utf8_find_prev_char (text, text + NAME_MAX_BYTES) = '\0';
  /* Translators: how a screen reader names a message: who wrote it, then its text */
  return g_strdup_printf (record->role == STORE_ROLE_USER          ? _ ("You: %s")
                          : record->call                           ? C_ ("export", "Tool call: %s")
                          : record->role == STORE_ROLE_OBSERVATION ? _ ("Result of the tool: %s")
                                                                   : _ ("Myna: %s"),
                          text);
}

char *
myna_quote (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GString *quoted = g_string_new (NULL);

  for (guint i = 0; lines[i]; i++)
    if (lines[i + 1] || *lines[i])
      g_string_append_printf (quoted, "%s> %s", i ? "\n" : "", lines[i]);
  return g_string_free (quoted, FALSE);
}

char *
myna_context_describe (int used, int length, gboolean *ret_is_nearly_full)
{
  *ret_is_nearly_full = used >= CONTEXT_WARNING * length;
  if (*ret_is_nearly_full)
    return g_strdup_printf (_ ("%d of %d tokens: the context is nearly full. The oldest messages will be left out."), used,
                            length);
  return g_strdup_printf (_ ("%d of %d tokens of context used"), used, length);
}

/* "31 tokens/s", with a decimal where it says something. */
static char *
describe_rate (double rate)
{
  if (rate < 9.95)
    return g_strdup_printf (_ ("%.1f tokens/s"), rate);
  return g_strdup_printf (_ ("%.0f tokens/s"), rate);
}

char *
myna_message_dup_figures (MynaMessage *message, double rate)
{
  const StoreMessage *record = myna_message_get_record (message);
  g_autofree char *text = NULL;

  if (record->state == STORE_STATE_GENERATING)
    {
      text = rate > 0 ? describe_rate (rate) : NULL;
    }
  else if (record->n_tokens > 0 && record->seconds > 0)
    {
      g_autofree char *count = g_strdup_printf (ngettext ("%'d token", "%'d tokens", record->n_tokens), record->n_tokens);
      g_autofree char *speed = describe_rate (record->n_tokens / record->seconds);

      /* Translators: how long a reply is, and how fast it was written: "212 tokens · 31 tokens/s" */
      text = g_strdup_printf (_ ("%s · %s"), count, speed);
    }
  /* Versions may be of several models: then each says which. */
  if (text && record->model && myna_message_get_n_siblings (message) > 1)
    return g_strdup_printf ("%s · %s", record->model, text);
  return g_steal_pointer (&text);
}

gboolean
myna_text_is_long (const char *text)
{
  guint lines = 0;

  for (const char *p = text; (p = strchr (p, '\n')); p++)
    lines++;
  return lines > PASTE_MAX_LINES || g_utf8_strlen (text, -1) > PASTE_MAX_CHARS;
}
