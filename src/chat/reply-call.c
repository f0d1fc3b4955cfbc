/* reply-call.c: what the calls that a model writes become in the store
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/reply-call.h"

#include <json-glib/json-glib.h>

#include "chat/myna-message-private.h"

StoreCall *
myna_reply_call_new (StoreCallState state, const char *tool)
{
  StoreCall *call = store_call_new ();

  call->state = state;
  g_free (call->tool);
  g_free (call->metadata);
  call->tool = g_strdup (tool);
  call->metadata = g_strdup (tool);
  return call;
}

static char *
make_code_arguments (const char *program)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonObject) object = json_object_new ();

  json_object_set_string_member (object, "code", program);
  json_node_set_object (node, object);
  return json_to_string (node, FALSE);
}

/* The call behind a verdict, or NULL where it is none; before: NULL where what was judged is text. */
static StoreCall *
make_judged (const StoreCall *before, GlmReplyKind verdict, const char *text)
{
  StoreCall *call;

  if (verdict == GLM_REPLY_NOT_CALLED || (verdict != GLM_REPLY_BAD && !before))
    return NULL;
  /* Text may call a tool which there is not. */
  call = before ? store_call_copy (before) : myna_reply_call_new (STORE_CALL_NOT_RUN, "");
  if (verdict == GLM_REPLY_BAD)
    {
      call->state = STORE_CALL_NOT_RUN;
      g_free (call->result);
      call->result = g_strdup (text);
    }
  else
    call->arguments = verdict == GLM_REPLY_CODE ? make_code_arguments (text) : g_strdup (text);
  return call;
}

void
myna_reply_call_judge (MynaMessage *message, GlmReplyKind verdict, const char *text)
{
  const StoreCall *before = myna_message_get_record (message)->call;

  if (verdict == GLM_REPLY_NOT_CALLED && before)
    {
      g_autofree char *whole = g_strconcat (before->tool, "\n", myna_message_get_text (message), NULL);

      myna_message_set_text (message, whole);
    }
  myna_message_set_call (message, make_judged (before, verdict, text));
}

gboolean
myna_reply_call_did_not_wait (MynaMessage *message)
{
  const StoreCall *call = myna_message_get_record (message)->call;

  return call && call->state == STORE_CALL_NOT_RUN && g_strcmp0 (call->result, "not-waited") == 0;
}

gboolean
myna_reply_call_wants_row (MynaMessage *message)
{
  if (myna_message_get_record (message)->call)
    return !myna_reply_call_is_pending (message);
  return *myna_message_get_text (message) || myna_message_get_state (message) == STORE_STATE_COMPLETE;
}

gboolean
myna_reply_call_is_pending (MynaMessage *message)
{
  const StoreCall *call = myna_message_get_record (message)->call;

  return call && call->state == STORE_CALL_ASKED && !call->arguments;
}

MynaMessage *
myna_reply_call_find_judged (GPtrArray *parts)
{
  for (guint i = 0; i < parts->len; i++)
    if (myna_reply_call_is_pending (g_ptr_array_index (parts, i)))
      return g_ptr_array_index (parts, i);
  return g_ptr_array_index (parts, parts->len - 1);
}

gboolean
myna_reply_call_tells (const StoreCall *call, const char *text)
{
  return (call->state == STORE_CALL_DONE || call->state == STORE_CALL_FAILED) && g_strcmp0 (call->result, text) == 0;
}
