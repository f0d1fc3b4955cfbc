/* myna-reply.c: one reply on its way from the prompt to the store
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each step is asynchronous and may fail; what failed is told in the message.  A message's row exists from its first piece
 * and follows within FLUSH_MS, so a crash loses no more than that.  The rows of a reply's messages are added one after the
 * other, for each names the one before.
 */
#include "chat/myna-reply.h"

#include <string.h>

#include "chat/myna-chat-settings.h"
#include "chat/myna-message-private.h"
#include "chat/myna-prompt.h"
#include "chat/reply-call.h"

#define FLUSH_MS 300

struct _MynaReply
{
  GObject parent_instance;

  MynaGenerator *generator;
  MynaRecipe recipe; /* owns what it points to */
  const MynaReplyFuncs *funcs;
  gpointer owner; /* a reference while there is work, else NULL */

  MynaReplyState state;
  GPtrArray *parts;          /* MynaMessage; the last one is being written, unless it is complete */
  GlmReplyKind kind;         /* of the last piece of it */
  gboolean is_thinking;      /* … and it is still being written */
  gboolean is_cut;           /* what the model still writes does not count … */
  gboolean lacks_passages;   /* … because it reads less than was thought: the question is given them, and it is asked again */
  MynaMessage *adding;       /* the one of them whose row is on its way, or NULL; not owned */
  GCancellable *cancellable; /* of the planning */
  MynaPrompt *prompt;        /* what the engine was asked with */
  GPtrArray *messages;       /* MynaMessage: what the prompt is made of … */
  guint first;               /* … from here on, if nothing more is left out */
  guint64 request_id;        /* 0: the engine was not asked */
  guint flush_source;
  gint64 read_from; /* monotonic µs: when the prompt's evaluation began */
  MynaPromptProgress progress;
  gsize rate_tokens; /* written so far, in rate_seconds */
  double rate_seconds;
  /* A continued reply adds its figures to these. */
  int n_tokens_before;
  double seconds_before;

  GStrv tools;          /* names of those that are offered; NULL: none */
  gboolean wants_calls; /* there are some among the parts that were written last … */
  guint group;          /* … which begin here */
  gboolean is_allowed;  /* the first of them: the person wants it run */
  MynaCallRound *round; /* NULL: no call is at work */
  guint n_rounds;       /* since the person's last message */
  gboolean asks_to_go_on;
  gsize n_used; /* tokens that the model holds */
  MynaCallLimits limits;
};

enum
{
  PROP_0,
  PROP_THINKING,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (MynaReply, myna_reply, G_TYPE_OBJECT)

static void
update_thinking (MynaReply *self)
{
  gboolean is_thinking = self->state == MYNA_REPLY_WRITING && self->kind == GLM_REPLY_THOUGHT;

  if (self->is_thinking == is_thinking)
    return;
  self->is_thinking = is_thinking;
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_THINKING]);
}

static void
set_state (MynaReply *self, MynaReplyState state)
{
  if (self->state == state)
    return;
  self->state = state;
  update_thinking (self);
  if (self->owner)
    self->funcs->changed (self, self->owner);
}

gboolean
myna_reply_is_busy (MynaReply *self)
{
  return self->state > MYNA_REPLY_IDLE && self->state < MYNA_REPLY_ENDED;
}

/* Whether something is still to be written. */
static gboolean
is_open (MynaReply *self)
{
  return self->state > MYNA_REPLY_IDLE && self->state < MYNA_REPLY_STORING;
}

MynaMessage *
myna_reply_get_message (MynaReply *self)
{
  return g_ptr_array_index (self->parts, self->parts->len - 1);
}

static gint64
get_conversation (MynaReply *self)
{
  return myna_message_get_record (myna_reply_get_message (self))->conversation_id;
}

/* ---- Storing ---------------------------------------------------------------------------------------------------- */

static void store_parts (MynaReply *self);

static gboolean
flush_timeout_cb (gpointer user_data)
{
  MynaReply *self = user_data;
  MynaMessage *message = myna_reply_get_message (self);

  self->flush_source = 0;
  if (myna_message_get_id (message))
    store_flush_message_async (self->recipe.store, myna_message_get_id (message), myna_message_get_text (message), NULL, NULL,
                               NULL);
  return G_SOURCE_REMOVE;
}

/* Its text stays in the window and can be saved again. */
static void
finished_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaMessage) message = user_data;
  g_autoptr (GError) error = NULL;

  if (!store_finish (STORE_DB (source), result, &error))
    myna_message_set_error (message, error);
}

static void
finish_row (MynaReply *self, MynaMessage *message)
{
  g_autoptr (StoreMessage) record = myna_message_dup_record (message);

  store_finish_message_async (self->recipe.store, record, NULL, finished_cb, g_object_ref (message));
}

static void begin_calls (MynaReply *self);

/* Nothing is under way any more. */
static void
let_go (MynaReply *self, MynaReplyState state)
{
  g_autoptr (MynaReply) kept = g_object_ref (self);
  g_autoptr (GObject) owner = self->owner;

  g_clear_handle_id (&self->flush_source, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  self->request_id = 0;
  self->adding = NULL;
  set_state (self, state);
  self->owner = NULL;
}

static void
complete (MynaReply *self)
{
  MynaMessage *message = myna_reply_get_message (self);

  if (myna_message_get_id (message))
    finish_row (self, message);
  if (self->wants_calls && myna_message_get_id (message))
    begin_calls (self);
  else
    let_go (self, myna_message_get_state (message) == STORE_STATE_FAILED ? MYNA_REPLY_FAILED : MYNA_REPLY_ENDED);
}

static void
row_added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaReply) self = user_data;
  g_autoptr (GError) error = NULL;
  gint64 id = store_finish_id (STORE_DB (source), result, &error);
  MynaMessage *message = g_steal_pointer (&self->adding);

  if (!message) /* abandoned */
    return;
  if (id)
    {
      myna_message_set_id (message, id);
      /* It may have been closed while its row was on the way; complete() sees to the last one. */
      if (message != myna_reply_get_message (self)
          || (myna_message_get_state (message) != STORE_STATE_GENERATING && self->state != MYNA_REPLY_STORING))
        finish_row (self, message);
    }
  else
    myna_message_set_error (message, error);
  if (!id && self->state == MYNA_REPLY_STORING)
    complete (self);
  else
    store_parts (self);
}

static void
add_row (MynaReply *self, MynaMessage *message)
{
  g_autoptr (StoreMessage) record = myna_message_dup_record (message);

  self->adding = message;
  store_add_message_async (self->recipe.store, record, NULL, row_added_cb, g_object_ref (self));
}

/* Adds the next row that is missing; with the last one the text follows, or all is done. */
static void
store_parts (MynaReply *self)
{
  gint64 before = 0;

  if (self->adding)
    return;
  for (guint i = 0; i < self->parts->len; i++)
    {
      MynaMessage *message = g_ptr_array_index (self->parts, i);

      if (!myna_message_get_id (message) && myna_reply_call_wants_row (message)
          && (!myna_message_get_error (message) || self->state == MYNA_REPLY_STORING))
        {
          if (before)
            myna_message_edit_record (message)->parent_id = before;
          add_row (self, message);
          return;
        }
      before = myna_message_get_id (message);
      if (!before)
        break;
    }
  if (self->state == MYNA_REPLY_STORING)
    complete (self);
  else if (before && !self->flush_source)
    self->flush_source = g_timeout_add (FLUSH_MS, flush_timeout_cb, self);
}

/* ---- The engine's callbacks ------------------------------------------------------------------------------------- */

static void
planned_cb (const GlmPlanned *planned, gpointer user_data)
{
  MynaReply *self = user_data;
  guint first = self->first;

  if (!is_open (self))
    return;
  if (myna_prompt_lacks (self->prompt, first, planned->first_turn))
    {
      self->first = g_array_index (self->prompt->positions, guint, planned->first_turn);
      self->lacks_passages = self->is_cut = TRUE;
      myna_generator_cancel (self->generator, self->request_id);
      return;
    }
  /* It is loaded by now. */
  myna_message_set_model (myna_reply_get_message (self), myna_generator_get_model_name (self->generator));
  if (planned->first_turn > 0 && planned->first_turn < self->prompt->positions->len)
    first = g_array_index (self->prompt->positions, guint, planned->first_turn);
  self->funcs->planned (self, first > 0 ? g_ptr_array_index (self->messages, first) : NULL, (int) planned->n_prompt,
                        self->owner);
}

static void
prompt_cb (gsize n_done, gsize n_total, gpointer user_data)
{
  MynaReply *self = user_data;
  double elapsed;

  if (!is_open (self) || self->state == MYNA_REPLY_STOPPING)
    return;
  if (!self->read_from)
    self->read_from = g_get_monotonic_time ();
  elapsed = (g_get_monotonic_time () - self->read_from) / (double) G_USEC_PER_SEC;
  self->progress.n_done = n_done;
  self->progress.n_total = n_total;
  self->progress.seconds_left = n_done > 0 && elapsed > 0.5 ? elapsed * (n_total - n_done) / n_done : -1;
  self->state = MYNA_REPLY_READING;
  self->funcs->changed (self, self->owner);
}

/* The message is whole; what comes next is one of its own. */
static void
close_part (MynaReply *self)
{
  MynaMessage *message = myna_reply_get_message (self);

  if (self->kind == GLM_REPLY_THOUGHT)
    myna_message_append_text (message, "</think>");
  myna_message_end_thought (message);
  self->kind = GLM_REPLY_PART;
  if (!*myna_message_get_text (message) && !myna_message_get_record (message)->call)
    return; /* nothing came of it: it takes what comes next */
  myna_message_edit_record (message)->finished_at = g_get_real_time () / 1000;
  myna_message_set_state (message, STORE_STATE_COMPLETE);
  if (myna_message_get_id (message))
    finish_row (self, message);
}

/* The message to write into. */
static MynaMessage *
open_part (MynaReply *self)
{
  MynaMessage *before = myna_reply_get_message (self);
  g_autoptr (MynaMessage) message = NULL;

  if (myna_message_get_state (before) == STORE_STATE_GENERATING)
    return before;
  message = myna_message_new (get_conversation (self), STORE_ROLE_ASSISTANT, "");
  myna_message_set_state (message, STORE_STATE_GENERATING);
  myna_message_set_model (message, myna_message_get_record (before)->model);
  g_ptr_array_add (self->parts, g_object_ref (message));
  self->funcs->part (self, message, self->owner);
  return message;
}

/* A thought is stored between its tags, at the beginning of its message. */
static void
append (MynaReply *self, GlmReplyKind kind, const char *text)
{
  MynaMessage *message;

  if (kind == GLM_REPLY_THOUGHT && self->kind != GLM_REPLY_THOUGHT && *myna_message_get_text (open_part (self)))
    close_part (self);
  message = open_part (self);
  if (self->kind == GLM_REPLY_THOUGHT && kind != GLM_REPLY_THOUGHT)
    myna_message_append_text (message, "</think>");
  else if (self->kind != GLM_REPLY_THOUGHT && kind == GLM_REPLY_THOUGHT)
    myna_message_append_text (message, "<think>");
  self->kind = kind;
  if (kind == GLM_REPLY_THOUGHT)
    myna_message_begin_thought (message);
  else
    myna_message_end_thought (message);
  myna_message_append_text (message, text);
}

static void
begin_call (MynaReply *self, const char *tool)
{
  if (*myna_message_get_text (open_part (self)) || myna_message_get_record (open_part (self))->call)
    close_part (self);
  self->kind = GLM_REPLY_CALL;
  myna_message_set_call (open_part (self), myna_reply_call_new (STORE_CALL_ASKED, tool));
}

/* A verdict on a call; see GlmReplyKind. */
static void
judge (MynaReply *self, GlmReplyKind kind, const char *text)
{
  MynaMessage *message = myna_reply_call_find_judged (self->parts);

  myna_reply_call_judge (message, kind, text);
  if (myna_message_get_id (message) && myna_message_get_state (message) != STORE_STATE_GENERATING)
    finish_row (self, message);
}

/* A part is over.  What a model writes after a call whose result it did not wait for is invented: it is cut off there, and the
 * model is told. */
static void
end_part (MynaReply *self)
{
  MynaMessage *message = myna_reply_get_message (self);

  close_part (self);
  self->is_cut = myna_reply_call_did_not_wait (message);
  if (self->is_cut)
    myna_generator_cancel (self->generator, self->request_id);
}

/* What was cut off in the middle of a call. */
static void
give_up_calls (MynaReply *self)
{
  while (myna_reply_call_is_pending (myna_reply_call_find_judged (self->parts)))
    judge (self, GLM_REPLY_BAD, "truncated");
}

static void
piece_cb (GlmReplyKind kind, const char *text, gpointer user_data)
{
  MynaReply *self = user_data;

  if (!is_open (self) || self->is_cut)
    return;
  switch (kind)
    {
    case GLM_REPLY_TEXT:
    case GLM_REPLY_THOUGHT: append (self, kind, text); break;
    case GLM_REPLY_PART: end_part (self); break;
    case GLM_REPLY_CALL: begin_call (self, text); break;
    case GLM_REPLY_ARGUMENTS: append (self, kind, text); break;
    case GLM_REPLY_CALLED:
    case GLM_REPLY_CODE:
    case GLM_REPLY_BAD:
    case GLM_REPLY_NOT_CALLED: judge (self, kind, text); break;
    default: break;
    }
  if (self->state != MYNA_REPLY_STOPPING)
    set_state (self, MYNA_REPLY_WRITING);
  update_thinking (self);
  store_parts (self);
}

static void
end (MynaReply *self, StoreState state, const GError *error)
{
  MynaMessage *message = myna_reply_get_message (self);

  give_up_calls (self);
  myna_message_end_thought (message);
  g_clear_handle_id (&self->flush_source, g_source_remove);
  myna_message_edit_record (message)->finished_at = g_get_real_time () / 1000;
  if (error)
    myna_message_set_error (message, error);
  myna_message_set_state (message, state);
  set_state (self, MYNA_REPLY_STORING);
  store_parts (self);
}

static void
rate_cb (gsize n_tokens, double seconds, gpointer user_data)
{
  MynaReply *self = user_data;

  self->rate_tokens = n_tokens;
  self->rate_seconds = seconds;
}

static void
take_figures (MynaReply *self, const GlmResult *result)
{
  StoreMessage *record = myna_message_edit_record (myna_reply_get_message (self));

  g_debug ("%zu of %zu prompt tokens were at hand", result->n_reused, result->n_prompt);
  self->n_used = result->n_prompt + result->n_generated;
  record->n_prompt_tokens = result->n_prompt - MIN ((gsize) self->n_tokens_before, result->n_prompt);
  record->n_tokens = self->n_tokens_before + result->n_generated;
  if (!self->n_tokens_before)
    record->first_token_seconds = result->first_token_seconds;
  record->seconds = self->seconds_before + result->generate_seconds;
}

static void plan (MynaReply *self, GlmReplyKind kind);

static void
ended_cb (const GlmResult *result, const GError *error, gpointer user_data)
{
  static const StoreState states[] = {
    [GLM_STOP_END] = STORE_STATE_COMPLETE,   [GLM_STOP_CALL] = STORE_STATE_COMPLETE,     [GLM_STOP_LENGTH] = STORE_STATE_LENGTH,
    [GLM_STOP_CONTEXT] = STORE_STATE_LENGTH, [GLM_STOP_CANCELLED] = STORE_STATE_STOPPED,
  };
  MynaReply *self = user_data;

  if (!is_open (self))
    return;
  if (self->lacks_passages && self->state != MYNA_REPLY_STOPPING)
    plan (self, self->kind);
  else if (result && !error)
    {
      GlmStopReason reason = self->is_cut && self->state != MYNA_REPLY_STOPPING ? GLM_STOP_CALL : result->reason;

      take_figures (self, result);
      self->wants_calls = reason == GLM_STOP_CALL && self->state != MYNA_REPLY_STOPPING;
      end (self, states[reason], NULL);
    }
  else if (self->state == MYNA_REPLY_STOPPING)
    end (self, STORE_STATE_STOPPED, NULL);
  else
    end (self, STORE_STATE_FAILED, error);
}

/* ---- Asking ----------------------------------------------------------------------------------------------------- */

static void
ask_engine (MynaReply *self)
{
  static const GlmRequestFuncs funcs = { planned_cb, piece_cb, prompt_cb, ended_cb, rate_cb };
  const char *text = myna_message_get_text (myna_reply_get_message (self));
  g_autoptr (GArray) tools = myna_call_offer (self->generator, self->tools);
  const GlmToolSet set = { (const GlmTool *) tools->data, tools->len, myna_call_offers_python (self->generator, self->tools) };
  GlmRequest request = { 0 };

  request.turns = (const GlmTurn *) self->prompt->turns->data;
  request.n_turns = self->prompt->turns->len;
  request.reply = *text ? text : NULL;
  request.fit.cut = self->prompt->cut;
  request.fit.tools = set.n_tools > 0 || set.interpreter ? &set : NULL;
  request.fit.no_thoughts = !myna_chat_settings_resolve_thinking (self->recipe.settings);
  self->recipe.has_attachments = self->prompt->has_attachments;
  self->request_id =
      myna_generator_generate (self->generator, &self->recipe, &request, &funcs, g_object_ref (self), g_object_unref);
  set_state (self, MYNA_REPLY_WAITING);
}

/* The work begins: what the model reads. */
static void
take_messages (MynaReply *self, GPtrArray *messages, guint first)
{
  self->tools = myna_chat_settings_resolve_tools (self->recipe.settings);
  self->messages = g_ptr_array_ref (messages);
  self->first = first;
  self->n_rounds = myna_call_round_count (messages);
  g_object_ref (self->owner);
}

static void
prompt_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaReply) self = user_data;
  g_autoptr (GError) error = NULL;
  MynaPrompt *prompt = myna_prompt_read_finish (result, &error);

  myna_prompt_free (self->prompt);
  self->prompt = prompt;
  if (!is_open (self))
    return;
  if (self->state == MYNA_REPLY_STOPPING)
    end (self, STORE_STATE_STOPPED, NULL);
  else if (!prompt)
    end (self, STORE_STATE_FAILED, error);
  else
    ask_engine (self);
}

/* What the model answers is the last message; what it reads, those before.  kind: of what is written of the answer already. */
static void
plan (MynaReply *self, GlmReplyKind kind)
{
  MynaPromptFlags flags = (self->recipe.python ? MYNA_PROMPT_AS_FILES : 0) | (self->lacks_passages ? MYNA_PROMPT_ADDS : 0);
  g_autofree char *system = NULL;
  GlmSampling sampling;

  self->kind = kind;
  self->lacks_passages = self->is_cut = FALSE;
  self->request_id = 0;
  self->read_from = 0;
  g_set_object (&self->cancellable, NULL);
  self->cancellable = g_cancellable_new ();
  set_state (self, MYNA_REPLY_PLANNING);
  myna_chat_settings_resolve (self->recipe.settings, &sampling, &system);
  myna_python_add_hint (self->recipe.python, &system);
  myna_prompt_read_async (self->recipe.store, self->messages, self->first, system,
                          myna_generator_get_context_length (self->generator), flags, self->cancellable, prompt_read_cb,
                          g_object_ref (self));
}

void
myna_reply_start (MynaReply *self, GPtrArray *messages, guint first)
{
  MynaMessage *message = myna_reply_get_message (self);
  StoreMessage *record = myna_message_edit_record (message);
  gboolean in_thought;

  g_return_if_fail (self->state == MYNA_REPLY_IDLE);

  myna_message_set_error (message, NULL);
  in_thought = record->id && g_str_has_prefix (myna_message_get_text (message), "<think>")
               && !strstr (myna_message_get_text (message), "</think>");
  if (record->id)
    {
      self->n_tokens_before = record->n_tokens;
      self->seconds_before = record->seconds;
      store_resume_message_async (self->recipe.store, record->id, NULL, NULL, NULL);
      myna_message_set_state (message, STORE_STATE_GENERATING);
    }
  take_messages (self, messages, first);
  plan (self, in_thought ? GLM_REPLY_THOUGHT : GLM_REPLY_TEXT);
}

/* ---- Calls ------------------------------------------------------------------------------------------------------ */

/* The branch with all that was added to it. */
static GPtrArray *
dup_branch (MynaReply *self)
{
  GPtrArray *branch = g_ptr_array_copy (self->messages, (GCopyFunc) (void (*) (void)) g_object_ref, NULL);

  g_ptr_array_set_free_func (branch, g_object_unref);
  for (guint i = self->group; i < self->parts->len; i++)
    g_ptr_array_add (branch, g_object_ref (g_ptr_array_index (self->parts, i)));
  return branch;
}

/* The model reads the calls and their observations, and writes on. */
static void
begin_round (MynaReply *self)
{
  GPtrArray *branch = dup_branch (self);
  g_autoptr (MynaMessage) message = myna_message_new (get_conversation (self), STORE_ROLE_ASSISTANT, "");

  g_ptr_array_unref (self->messages);
  self->messages = branch;
  myna_message_set_state (message, STORE_STATE_GENERATING);
  myna_message_edit_record (message)->parent_id = myna_message_get_id (myna_reply_get_message (self));
  self->group = self->parts->len;
  self->n_tokens_before = 0;
  self->seconds_before = 0;
  g_ptr_array_add (self->parts, g_object_ref (message));
  self->funcs->part (self, message, self->owner);
  plan (self, GLM_REPLY_TEXT);
}

static void
round_changed_cb (MynaCallRound *round, MynaCallRunState state, gpointer owner)
{
  static const MynaReplyState states[] = {
    [MYNA_CALL_RUN_CHECKING] = MYNA_REPLY_CALLING, [MYNA_CALL_RUN_ASKING] = MYNA_REPLY_ASKING,
    [MYNA_CALL_RUN_RUNNING] = MYNA_REPLY_RUNNING,  [MYNA_CALL_RUN_STORING] = MYNA_REPLY_CALLING,
    [MYNA_CALL_RUN_ENDED] = MYNA_REPLY_CALLING,
  };
  MynaReply *self = owner;

  if (self->state != MYNA_REPLY_STOPPING)
    set_state (self, states[state]);
}

static void
round_observed_cb (MynaCallRound *round, MynaMessage *observation, gpointer owner)
{
  MynaReply *self = owner;

  g_ptr_array_add (self->parts, g_object_ref (observation));
  self->funcs->part (self, observation, self->owner);
}

static void
round_ended_cb (MynaCallRound *round, gboolean is_whole, gpointer owner)
{
  MynaReply *self = owner;
  g_autoptr (MynaCallRound) ended = g_steal_pointer (&self->round);

  self->n_rounds++;
  /* Stopped, or not stored: the message says so.  Once told that no tool is on, a model that calls again is not asked about. */
  if (!is_whole || self->state == MYNA_REPLY_STOPPING || myna_call_round_ends_turn (round)
      || (!self->tools && self->n_rounds > 1) || (self->funcs->is_urgent && self->funcs->is_urgent (self, self->owner)))
    let_go (self, MYNA_REPLY_ENDED);
  else if (self->n_rounds < self->limits.n_rounds)
    begin_round (self);
  else
    {
      self->asks_to_go_on = TRUE;
      set_state (self, MYNA_REPLY_ASKING);
    }
}

/* The parts of a generation are stored. */
static void
begin_calls (MynaReply *self)
{
  static const MynaCallRoundFuncs funcs = { round_changed_cb, round_observed_cb, round_ended_cb };
  g_autoptr (GPtrArray) branch = dup_branch (self);
  MynaCallSpec spec = {
    .store = self->recipe.store,
    .conversation_id = get_conversation (self),
    .messages = branch,
    .tools = (const char *const *) self->tools,
    .python = self->recipe.python,
    .is_allowed = self->is_allowed,
  };

  self->wants_calls = self->is_allowed = FALSE;
  self->limits = myna_call_limits (self->generator, self->n_used);
  spec.budget = self->limits.budget;
  set_state (self, MYNA_REPLY_CALLING);
  self->round = myna_call_round_new (&spec, self->messages->len, &funcs, self);
  myna_call_round_start (self->round);
}

void
myna_reply_resume (MynaReply *self, GPtrArray *messages, guint first)
{
  guint start = myna_call_round_find (messages);
  g_autoptr (GPtrArray) before = g_ptr_array_new_with_free_func (g_object_unref);

  g_return_if_fail (self->state == MYNA_REPLY_IDLE && messages->len > 0);

  g_ptr_array_set_size (self->parts, 0);
  for (guint i = 0; i < messages->len; i++)
    g_ptr_array_add (i < start ? before : self->parts, g_object_ref (g_ptr_array_index (messages, i)));
  take_messages (self, before, MIN (first, before->len));
  /* A lonely observation is the last of what is read. */
  if (self->parts->len == 0)
    {
      g_ptr_array_add (self->parts, g_object_ref (g_ptr_array_index (messages, start - 1)));
      self->group = 1;
      set_state (self, MYNA_REPLY_CALLING);
      begin_round (self);
      return;
    }
  self->group = 0;
  begin_calls (self);
}

void
myna_reply_run (MynaReply *self, GPtrArray *messages, guint first)
{
  g_return_if_fail (self->state == MYNA_REPLY_IDLE);

  self->wants_calls = self->is_allowed = TRUE;
  take_messages (self, messages, first);
  set_state (self, MYNA_REPLY_STORING);
  store_parts (self);
}

MynaQuestion
myna_reply_get_question (MynaReply *self)
{
  if (self->state != MYNA_REPLY_ASKING)
    return MYNA_QUESTION_NONE;
  /* Answered, but what follows has not begun: nothing is asked. */
  return self->asks_to_go_on ? MYNA_QUESTION_GO_ON : self->round ? MYNA_QUESTION_CALL : MYNA_QUESTION_NONE;
}

MynaCallRun *
myna_reply_get_run (MynaReply *self)
{
  return self->round ? myna_call_round_get_run (self->round) : NULL;
}

gboolean
myna_reply_allow (MynaReply *self, MynaAllowScope scope, const char *arguments, GError **error)
{
  g_return_val_if_fail (self->state == MYNA_REPLY_ASKING, FALSE);

  if (!self->asks_to_go_on)
    return myna_call_run_allow (myna_call_round_get_run (self->round), scope, arguments, error);
  self->asks_to_go_on = FALSE;
  self->n_rounds = 0;
  begin_round (self);
  return TRUE;
}

void
myna_reply_deny (MynaReply *self, const char *words)
{
  g_return_if_fail (self->state == MYNA_REPLY_ASKING);

  if (self->asks_to_go_on)
    let_go (self, MYNA_REPLY_ENDED);
  else
    myna_call_run_deny (myna_call_round_get_run (self->round), words);
}

/* ---- Ending ----------------------------------------------------------------------------------------------------- */

void
myna_reply_store (MynaReply *self)
{
  g_return_if_fail (self->state == MYNA_REPLY_IDLE);

  g_object_ref (self->owner);
  myna_message_set_error (myna_reply_get_message (self), NULL);
  set_state (self, MYNA_REPLY_STORING);
  store_parts (self);
}

void
myna_reply_stop (MynaReply *self)
{
  self->wants_calls = FALSE;
  if (!is_open (self) || self->state == MYNA_REPLY_STOPPING)
    return;
  set_state (self, MYNA_REPLY_STOPPING);
  if (self->round)
    myna_call_round_stop (self->round);
  else if (self->asks_to_go_on)
    let_go (self, MYNA_REPLY_ENDED);
  else if (self->request_id)
    myna_generator_cancel (self->generator, self->request_id);
  else if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
}

void
myna_reply_answer_now (MynaReply *self)
{
  if (self->is_thinking && self->request_id)
    myna_generator_answer (self->generator, self->request_id);
}

void
myna_reply_abandon (MynaReply *self)
{
  MynaMessage *message = myna_reply_get_message (self);

  if (!myna_reply_is_busy (self))
    return;
  if (self->request_id)
    myna_generator_cancel (self->generator, self->request_id);
  if (self->round)
    myna_call_round_abandon (self->round);
  if (is_open (self) && myna_message_get_state (message) == STORE_STATE_GENERATING)
    {
      myna_message_set_state (message, STORE_STATE_INTERRUPTED);
      if (myna_message_get_id (message))
        finish_row (self, message);
    }
  self->state = MYNA_REPLY_ENDED; /* silently */
  let_go (self, MYNA_REPLY_ENDED);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_reply_finalize (GObject *object)
{
  MynaReply *self = MYNA_REPLY (object);

  g_object_unref (self->generator);
  myna_recipe_clear (&self->recipe);
  g_ptr_array_unref (self->parts);
  g_clear_pointer (&self->messages, g_ptr_array_unref);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->round);
  g_strfreev (self->tools);
  myna_prompt_free (self->prompt);

  G_OBJECT_CLASS (myna_reply_parent_class)->finalize (object);
}

static void
myna_reply_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  g_value_set_boolean (value, MYNA_REPLY (object)->is_thinking);
}

static void
myna_reply_class_init (MynaReplyClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_reply_finalize;
  G_OBJECT_CLASS (klass)->get_property = myna_reply_get_property;
  props[PROP_THINKING] =
      g_param_spec_boolean ("thinking", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, props);
}

static void
myna_reply_init (MynaReply *self)
{
  self->progress.seconds_left = -1;
  self->parts = g_ptr_array_new_with_free_func (g_object_unref);
}

MynaReply *
myna_reply_new (MynaGenerator *generator, const MynaRecipe *recipe, MynaMessage *message, const MynaReplyFuncs *funcs,
                gpointer owner)
{
  MynaReply *self = g_object_new (MYNA_TYPE_REPLY, NULL);

  self->generator = g_object_ref (generator);
  myna_recipe_copy (&self->recipe, recipe);
  self->funcs = funcs;
  self->owner = owner;
  g_ptr_array_add (self->parts, g_object_ref (message));

  return self;
}

gboolean
myna_reply_is_thinking (MynaReply *self)
{
  return self->is_thinking;
}

MynaReplyState
myna_reply_get_state (MynaReply *self)
{
  return self->state;
}

const char *
myna_reply_get_model (MynaReply *self)
{
  return self->recipe.model;
}

void
myna_reply_get_progress (MynaReply *self, MynaPromptProgress *ret_progress)
{
  *ret_progress = self->progress;
}

double
myna_reply_get_rate (MynaReply *self)
{
  return self->rate_seconds > 0.2 ? self->rate_tokens / self->rate_seconds : 0;
}
