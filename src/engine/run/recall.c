/* recall.c: the replies of a conversation as the session holds them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A reply's text says less than the tokens it was generated as: blanks at its ends are gone, a call is written anew from its
 * arguments, and one text has several divisions into tokens.  Where a prompt repeats a reply, other tokens would make all
 * that was evaluated behind them worthless.  So replies are looked for in what the session holds: each one there is read as
 * it was when it was generated, and where that gives what the turn says, the turn gets those tokens.  Nothing else need be
 * kept for that, in no file but the session's own, and tokens of another vocabulary cannot come in.
 */
#include <string.h>

#include "base/error.h"
#include "families/tag-prompt.h"
#include "run/session.h"
#include "text/reply-items.h"
#include "text/reply.h"

#define THINK     "<think>"
#define THINK_END "</think>"

/* A reply in the session's tokens, from behind <|assistant|> on. */
typedef struct
{
  const int32_t *ids; /* as GlmTurn wants them */
  size_t n_ids;
  GlmReplyItems items;
} Reply;

typedef struct
{
  const GlmSession *session;
  const GlmToolSet *tools;
  int32_t think, think_end;
  Reply *replies;
  size_t n_replies;
  GlmError *error;
} Recall;

/* ---- Reading the session ---------------------------------------------------------------------------------------- */

/* What the tokens say, as it was told when they were generated. */
static bool
read_items (const Recall *recall, const int32_t *ids, size_t n_ids, GlmThoughts thoughts, GlmReplyItems *items)
{
  const GlmModel *model = recall->session->model;
  GlmReplyDialect dialect = glm_template_family (model->tmpl)->reply;
  GlmTextStream *stream = NULL;
  GlmReply *reply = NULL;
  const char *text;
  size_t n;
  bool ok;

  dialect.thoughts = thoughts;
  ok = glm_text_stream_new (model->tokenizer, &stream, recall->error)
       && glm_reply_new (&dialect, recall->tools, glm_reply_items_add, items, &reply, recall->error);
  for (size_t i = 0; ok && i < n_ids; i++)
    ok = glm_text_stream_push (stream, ids[i], &text, &n, recall->error) && glm_reply_push (reply, text, n, recall->error);
  ok = ok && glm_text_stream_flush (stream, &text, &n, recall->error) && glm_reply_push (reply, text, n, recall->error)
       && glm_reply_end (reply, GLM_STOP_CALL, recall->error);
  glm_reply_free (reply);
  glm_text_stream_free (stream);
  return ok && (!items->no_memory || glm_error_set (recall->error, GLM_ERROR_NO_MEMORY, "no memory for a prompt"));
}

static bool
add_reply (Recall *recall, const int32_t *ids, size_t n_ids)
{
  Reply *replies = realloc (recall->replies, (recall->n_replies + 1) * sizeof *replies), *reply;
  bool opened = n_ids > 0 && ids[0] == recall->think, closed = n_ids > 0 && ids[0] == recall->think_end;

  if (!replies)
    return glm_error_set (recall->error, GLM_ERROR_NO_MEMORY, "no memory for a prompt");
  recall->replies = replies;
  reply = &replies[recall->n_replies++];
  *reply = (Reply){ .ids = ids + opened, .n_ids = n_ids - opened };
  return read_items (recall, ids + (opened || closed), n_ids - (opened || closed),
                     opened ? GLM_THOUGHTS_OPENED : GLM_THOUGHTS_OWN, &reply->items);
}

/* Each reply ends where the next turn begins, and the last one with the tokens. */
static bool
read_session (Recall *recall)
{
  const GlmTemplate *tmpl = recall->session->model->tmpl;
  const GlmTokens *tokens = &recall->session->tokens;

  for (size_t i = 0, end; i < tokens->n; i = end)
    {
      end = i + 1;
      if (!glm_template_is_part (tmpl, tokens->ids[i]))
        continue;
      while (end < tokens->n && !glm_template_is_role (tmpl, tokens->ids[end])
             && !glm_template_is_stop (tmpl, tokens->ids[end]))
        end++;
      if (!add_reply (recall, tokens->ids + i + 1, end - i - 1))
        return false;
    }
  return true;
}

static void
recall_clear (Recall *recall)
{
  for (size_t i = 0; i < recall->n_replies; i++)
    glm_reply_items_clear (&recall->replies[i].items);
  free (recall->replies);
}

/* ---- Comparing -------------------------------------------------------------------------------------------------- */

/* Blanks at the ends do not count. */
static bool
is_same (const char *a, size_t n_a, const char *b, size_t n_b)
{
  glm_prompt_trim (&a, &n_a);
  glm_prompt_trim (&b, &n_b);
  return n_a == n_b && memcmp (a, b, n_a) == 0;
}

static bool
is_reply (const GlmTurn *turn)
{
  return turn->role && strcmp (turn->role, "assistant") == 0;
}

static bool
is_call (const GlmTurn *turn)
{
  return is_reply (turn) && turn->metadata && *turn->metadata;
}

/* The turns from here on that are calls; one whose arguments are not known is like no other. */
static bool
are_calls (const GlmReplyItem *items, size_t n_items, const GlmTurn *turns, size_t n_turns)
{
  size_t n = 0;

  while (n < n_turns && is_call (&turns[n]))
    {
      const GlmReplyItem *item = &items[n];

      if (n >= n_items || item->kind != GLM_REPLY_CALLED || !turns[n].arguments
          || strcmp (turns[n].metadata, (const char *) item->name.data) != 0
          || strcmp (turns[n].arguments, (const char *) item->verdict.data) != 0)
        return false;
      n++;
    }
  return n == n_items;
}

/* Whether the session's reply is what this turn, and the calls behind it, say.  A thought that an earlier prompt has left out
 * is not missed. */
static bool
says (const Reply *reply, const GlmTurn *turns, size_t n_turns)
{
  const GlmReplyItem *items = reply->items.items;
  const char *text = is_call (turns) || !turns->content ? "" : turns->content, *thought = "", *end;
  size_t n_thought = 0, n_items = reply->items.n, i = 0, n_calls = is_call (turns) ? 0 : 1;

  if (strncmp (text, THINK, strlen (THINK)) == 0)
    {
      thought = text + strlen (THINK);
      end = strstr (thought, THINK_END);
      n_thought = end ? (size_t) (end - thought) : strlen (thought);
      text = end ? end + strlen (THINK_END) : thought + n_thought;
    }
  if (i < n_items && items[i].kind == GLM_REPLY_THOUGHT)
    {
      if (!is_same ((const char *) items[i].text.data, items[i].text.n, thought, n_thought))
        return false;
      i++;
    }
  if (i < n_items && items[i].kind == GLM_REPLY_TEXT)
    {
      if (!is_same ((const char *) items[i].text.data, items[i].text.n, text, strlen (text)))
        return false;
      i++;
    }
  else if (!is_same (text, strlen (text), "", 0))
    return false;
  return reply->items.part == 0 && are_calls (items + i, n_items - i, turns + n_calls, n_turns - n_calls);
}

/* Turns and replies go in the same order; there may be more of either. */
static void
find_ids (const Recall *recall, GlmTurn *turns, size_t n_turns)
{
  size_t next = 0;

  for (size_t i = 0; i < n_turns && next < recall->n_replies; i++)
    {
      if (!is_reply (&turns[i]) || turns[i].ids || (is_call (&turns[i]) && i > 0 && is_reply (&turns[i - 1])))
        continue;
      for (size_t k = next; k < recall->n_replies; k++)
        if (recall->replies[k].n_ids > 0 && says (&recall->replies[k], &turns[i], n_turns - i))
          {
            turns[i].ids = recall->replies[k].ids;
            turns[i].n_ids = recall->replies[k].n_ids;
            next = k + 1;
            break;
          }
    }
}

bool
glm_model_recalls (const GlmModel *model)
{
  return model->tmpl && glm_template_family (model->tmpl)->prompt.shape == GLM_PROMPT_TAGS;
}

bool
glm_session_fit (const GlmSession *session, const GlmTurn *turns, size_t n_turns, const char *reply, const GlmFit *fit,
                 GlmPrompt *ret_prompt, GlmError *error)
{
  const GlmModel *model = session->model;
  Recall recall = { .session = session, .tools = fit ? fit->tools : NULL, .error = error };
  GlmTurn *own;
  bool ok;

  if (!glm_model_recalls (model) || n_turns == 0)
    return glm_model_fit (model, turns, n_turns, reply, fit, ret_prompt, error);
  recall.think = glm_tokenizer_control_id (model->tokenizer, THINK);
  recall.think_end = glm_tokenizer_control_id (model->tokenizer, THINK_END);
  if (recall.think < 0 || recall.think_end < 0)
    return glm_model_fit (model, turns, n_turns, reply, fit, ret_prompt, error);
  own = malloc (n_turns * sizeof *own);
  if (!own)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for a prompt");
  memcpy (own, turns, n_turns * sizeof *own);
  ok = read_session (&recall);
  if (ok)
    find_ids (&recall, own, n_turns);
  ok = ok && glm_model_fit (model, own, n_turns, reply, fit, ret_prompt, error);
  recall_clear (&recall);
  free (own);
  return ok;
}
