/* question-words.c: what is asked before a tool is run, and what the answers are called
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/question-words.h"

#include <glib/gi18n.h>

#include "chat/tool-words.h"

MynaCallQuestionKind
myna_call_question_find (MynaConversation *conversation, MynaMessage *message)
{
  MynaReply *reply = myna_conversation_get_reply (conversation);

  if (!reply || myna_conversation_get_activity (conversation) != MYNA_ACTIVITY_ASKING)
    return MYNA_CALL_QUESTION_NONE;
  switch (myna_reply_get_question (reply))
    {
    case MYNA_QUESTION_CALL:
      return myna_call_run_get_message (myna_reply_get_run (reply)) == message ? MYNA_CALL_QUESTION_CALL
                                                                               : MYNA_CALL_QUESTION_NONE;
    case MYNA_QUESTION_GO_ON:
      return myna_reply_get_message (reply) == message ? MYNA_CALL_QUESTION_GO_ON : MYNA_CALL_QUESTION_NONE;
    case MYNA_QUESTION_NONE:
    default: return MYNA_CALL_QUESTION_NONE;
    }
}

static const StoreCall *
get_call (MynaMessage *message)
{
  return myna_message_get_record (message)->call;
}

static ToolClass
get_class (MynaMessage *message)
{
  const Tool *tool = tool_find (get_call (message)->tool);

  return tool ? tool_get_class (tool) : TOOL_CLASS_OUTSIDE;
}

/* Why it asks, where that is not what such tools do. */
static const char *
describe_reason (MynaAskReason reason)
{
  switch (reason)
    {
    case MYNA_ASK_RULE: return _ ("You want to be asked each time this tool is used.");
    case MYNA_ASK_CHANGED: return _ ("You allowed this tool before, but it has changed since.");
    case MYNA_ASK_PAUSED:
      return _ ("You allowed this tool before. Myna asks again because text from elsewhere was read since your last message.");
    case MYNA_ASK_CLASS:
    default: return NULL;
    }
}

char *
myna_call_question_dup_heading (MynaCallQuestionKind kind, MynaMessage *message)
{
  g_autofree char *title = kind == MYNA_CALL_QUESTION_GO_ON ? NULL : myna_tool_dup_title (get_call (message)->tool);

  switch (kind)
    {
    case MYNA_CALL_QUESTION_GO_ON: return g_strdup (_ ("The model has used tools many times in a row. Let it go on?"));
    case MYNA_CALL_QUESTION_AGAIN:
      /* Translators: %s is the name of a tool */
      return g_strdup_printf (
          _ ("Run “%s” again? The reply is written again from here, and the current one is kept as another version."), title);
    case MYNA_CALL_QUESTION_CALL:
    case MYNA_CALL_QUESTION_NONE:
    default:
      if (myna_call_is_python (get_call (message)))
        return g_strdup (_ ("The model wrote a program. Run it?"));
      return myna_tool_dup_question (get_call (message)->tool);
    }
}

char *
myna_call_question_dup_reason (MynaCallQuestionKind kind, MynaConversation *conversation, MynaMessage *message)
{
  const char *why = NULL;
  const char *reach;

  if (kind == MYNA_CALL_QUESTION_GO_ON)
    return NULL;
  reach = myna_tool_get_reach (get_call (message)->tool);
  if (kind == MYNA_CALL_QUESTION_CALL && get_class (message) == TOOL_CLASS_READS)
    why = _ ("Once allowed, it does not ask again in this chat.");
  else if (kind == MYNA_CALL_QUESTION_CALL)
    why = describe_reason (myna_call_run_get_reason (myna_reply_get_run (myna_conversation_get_reply (conversation))));
  return why ? g_strdup_printf ("%s\n%s", reach, why) : g_strdup (reach);
}

MynaCallAnswers
myna_call_question_get_answers (MynaCallQuestionKind kind, MynaMessage *message)
{
  MynaCallAnswers answers = { _ ("Deny"), _ ("Allow in This Chat"), NULL };

  if (kind == MYNA_CALL_QUESTION_GO_ON)
    return (MynaCallAnswers){ _ ("Stop Here"), _ ("Go On"), NULL };
  if (kind == MYNA_CALL_QUESTION_AGAIN)
    return (MynaCallAnswers){ _ ("Cancel"), _ ("Run Again"), NULL };
  if (kind != MYNA_CALL_QUESTION_CALL)
    return answers;
  if (myna_call_is_python (get_call (message)))
    answers.allow = _ ("Run");
  else if (get_class (message) != TOOL_CLASS_READS)
    answers.allow = _ ("Allow Once");
  if (get_class (message) != TOOL_CLASS_READS)
    answers.allow_in_chat =
        myna_call_is_python (get_call (message)) ? _ ("Run, and Do Not Ask Again in This Chat") : _ ("Allow in This Chat");
  return answers;
}
