/* myna-draft-ahead.c: a question is evaluated while it is being written (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   (the text rests) → the chat's documents → passages of them → the prompt so far → the engine, when it has nothing else to do
 *
 * It is a guess that costs processor time: not made while the computer saves power.  Passages are chosen by the question's words: one
 * after the other while it is written, each by the words that there are then, and what was chosen stays if the question allows it.
 * Of a question that has files of its own only what stands before it is certain.
 */
#include "chat/myna-draft-ahead.h"

#include "chat/myna-attachment.h"
#include "chat/myna-call-round.h"
#include "chat/myna-chat-settings.h"
#include "chat/myna-prompt.h"

/* The person stops between two words for about as long; who writes without a stop is not waited for longer than … */
#define REST_MS     250
#define MAX_REST_MS 1000

struct _MynaDraftAhead
{
  GObject parent_instance;

  GPowerProfileMonitor *power; /* NULL: not known yet */
  gboolean asks_for_power;
  MynaConversation *conversation;
  char *text;
  gboolean has_attachments;
  guint source;              /* the text rests, perhaps … */
  gint64 changed_at;         /* … monotonic µs: since it was looked at last, it changed then; 0: it did not */
  GCancellable *cancellable; /* of the reading of texts */
  MynaGenerator *generator;  /* of the request; NULL: none */
  guint64 request_id;
  guint n_requests; /* so far: what an earlier one says is not heard */
  gboolean again;   /* the text is another one by now */
  GPtrArray *given; /* StorePassage: what the text would be given, when it was looked at last; NULL: nothing */
  gboolean grows;   /* … which was more than before, so that there may be still more */
};

G_DEFINE_FINAL_TYPE (MynaDraftAhead, myna_draft_ahead, G_TYPE_OBJECT)

static void wait_for_rest (MynaDraftAhead *self);

static void
forget_reading (MynaDraftAhead *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

static void
stop (MynaDraftAhead *self)
{
  forget_reading (self);
  if (self->request_id)
    myna_generator_cancel (self->generator, self->request_id);
  self->request_id = 0;
  self->n_requests++;
  self->changed_at = 0;
  self->grows = FALSE;
  g_clear_pointer (&self->given, g_ptr_array_unref);
  g_clear_object (&self->generator);
  if (self->conversation)
    g_signal_handlers_disconnect_by_data (self->conversation, self);
  g_clear_object (&self->conversation);
  g_clear_pointer (&self->text, g_free);
}

/* ---- The request ------------------------------------------------------------------------------------------------ */

typedef struct
{
  MynaDraftAhead *ahead; /* a weak pointer: nobody waits for what it says */
  guint number;
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;

  g_clear_weak_pointer (&request->ahead);
  g_free (request);
}

/* Where a reply ended it, of another chat or a title perhaps, the text still rests. */
static void
ended_cb (const GlmResult *result, const GError *error, gpointer user_data)
{
  const Request *request = user_data;
  MynaDraftAhead *self = request->ahead;

  if (!self || request->number != self->n_requests)
    return;
  self->request_id = 0;
  g_clear_object (&self->generator);
  if (self->text && (self->again || self->grows || (!error && result->reason == GLM_STOP_CANCELLED)) && !self->source
      && !self->cancellable)
    wait_for_rest (self);
}

static void
request (MynaDraftAhead *self, const MynaPrompt *prompt)
{
  static const GlmRequestFuncs funcs = { .ended = ended_cb };
  MynaGenerator *generator = myna_conversation_get_generator (self->conversation);
  g_auto (GStrv) tools = NULL;
  g_autoptr (GArray) offer = NULL;
  GlmToolSet set;
  GlmRequest wanted = { .turns = (const GlmTurn *) prompt->turns->data, .n_turns = prompt->turns->len };
  Request *asked = g_new0 (Request, 1);
  MynaRecipe recipe;

  g_set_weak_pointer (&asked->ahead, self);
  asked->number = ++self->n_requests;
  myna_conversation_get_recipe (self->conversation, &recipe);
  tools = myna_chat_settings_resolve_tools (recipe.settings);
  offer = myna_call_offer (generator, tools);
  set = (GlmToolSet){ (const GlmTool *) offer->data, offer->len, myna_call_offers_python (generator, tools) };
  wanted.fit.cut = prompt->cut;
  wanted.fit.tools = set.n_tools > 0 || set.interpreter ? &set : NULL;
  wanted.fit.no_thoughts = !myna_chat_settings_resolve_thinking (recipe.settings);
  g_set_object (&self->generator, generator);
  self->request_id = myna_generator_read_ahead (generator, &recipe, &wanted, &funcs, asked, request_free);
  if (self->request_id)
    return;
  self->grows = FALSE;
  g_clear_object (&self->generator);
}

/* ---- The prompt ------------------------------------------------------------------------------------------------- */

/* While there may be more passages, what stands behind them is not evaluated yet. */
static void
add_question (MynaDraftAhead *self, MynaPrompt *prompt)
{
  g_autofree char *text =
      self->grows ? myna_passages_quote (self->given) : myna_attachments_prepend (NULL, self->given, self->text, FALSE);

  myna_prompt_add_turn (prompt, "user", NULL, text, prompt->positions->len);
}

static void
prompt_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaDraftAhead) self = user_data;
  g_autoptr (MynaPrompt) prompt = myna_prompt_read_finish (result, NULL);
  gboolean is_certain;

  if (!self->cancellable || g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;
  is_certain = g_object_get_data (G_OBJECT (self->cancellable), "certain") != NULL;
  g_clear_object (&self->cancellable);
  if (!prompt || myna_conversation_get_busy (self->conversation))
    return;
  if (is_certain)
    add_question (self, prompt);
  if (prompt->turns->len > 0)
    request (self, prompt);
}

static GPtrArray *
list_messages (MynaConversation *conversation)
{
  GPtrArray *messages = g_ptr_array_new_with_free_func (g_object_unref);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (conversation));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MynaMessage) message = g_list_model_get_item (G_LIST_MODEL (conversation), i);

      if (myna_message_get_id (message) && !myna_message_get_queued (message))
        g_ptr_array_add (messages, g_steal_pointer (&message));
    }
  return messages;
}

static void
read_prompt (MynaDraftAhead *self, gboolean is_certain)
{
  g_autoptr (GPtrArray) messages = list_messages (self->conversation);
  g_autofree char *system = NULL;
  GlmSampling sampling;
  MynaRecipe recipe;

  myna_conversation_get_recipe (self->conversation, &recipe);
  myna_chat_settings_resolve (recipe.settings, &sampling, &system);
  g_object_set_data (G_OBJECT (self->cancellable), "certain", GINT_TO_POINTER (is_certain));
  myna_prompt_peek_async (recipe.store, messages, myna_conversation_get_context_start (self->conversation), system,
                          myna_generator_get_context_length (myna_conversation_get_generator (self->conversation)),
                          self->cancellable, prompt_read_cb, g_object_ref (self));
}

static gboolean
is_same (GPtrArray *given, GPtrArray *other)
{
  guint n = given ? given->len : 0;

  if (n != (other ? other->len : 0))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (((StorePassage *) given->pdata[i])->id != ((StorePassage *) other->pdata[i])->id)
      return FALSE;
  return TRUE;
}

static void
foreseen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaDraftAhead) self = user_data;
  g_autoptr (GPtrArray) given = store_finish_list (STORE_DB (source), result, NULL);

  if (!self->cancellable || g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;
  if (given && given->len == 0)
    g_clear_pointer (&given, g_ptr_array_unref);
  self->grows = given && !is_same (given, self->given);
  g_clear_pointer (&self->given, g_ptr_array_unref);
  self->given = g_steal_pointer (&given);
  read_prompt (self, TRUE);
}

/* Where the prompt begins; 0: with nothing. */
static gint64
find_begin (MynaDraftAhead *self, GPtrArray *messages)
{
  guint first = myna_conversation_get_context_start (self->conversation);

  return first < messages->len ? myna_message_get_id (messages->pdata[first]) : 0;
}

static void
choose_passages (MynaDraftAhead *self, GPtrArray *messages)
{
  int context = myna_generator_get_context_length (myna_conversation_get_generator (self->conversation));
  StoreGive plan =
      myna_attachments_plan (context, messages->len > 0 ? myna_message_get_id (messages->pdata[messages->len - 1]) : 0,
                             find_begin (self, messages));

  store_foresee_async (myna_conversation_get_store (self->conversation), &plan, self->text, self->cancellable, foreseen_cb,
                       g_object_ref (self));
}

/* Passages are chosen of what the model does not have whole. */
static void
documents_listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaDraftAhead) self = user_data;
  g_autoptr (GPtrArray) documents = store_finish_list (STORE_DB (source), result, NULL), messages = NULL;
  gboolean has_passages = FALSE;

  if (!self->cancellable || g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;
  messages = list_messages (self->conversation);
  for (guint i = 0; documents && i < documents->len; i++)
    {
      const StoreDocument *document = documents->pdata[i];

      has_passages = has_passages || document->use != STORE_USE_WHOLE || document->message_id < find_begin (self, messages);
    }
  if (documents && has_passages && !self->has_attachments)
    choose_passages (self, messages);
  else
    read_prompt (self, documents && !self->has_attachments);
}

/* ---- When ------------------------------------------------------------------------------------------------------- */

/* What a program reads is not evaluated. */
static gboolean
may_read (MynaDraftAhead *self)
{
  MynaRecipe recipe;

  myna_conversation_get_recipe (self->conversation, &recipe);
  return !recipe.python && !myna_conversation_get_busy (self->conversation)
         && !myna_conversation_get_loading (self->conversation) && self->power
         && !g_power_profile_monitor_get_power_saver_enabled (self->power);
}

static gboolean
rest_cb (gpointer user_data)
{
  MynaDraftAhead *self = user_data;
  gint64 id = myna_conversation_get_id (self->conversation);

  self->source = 0;
  self->changed_at = 0;
  self->again = self->request_id != 0;
  if (self->again || !may_read (self))
    return G_SOURCE_REMOVE;
  self->cancellable = g_cancellable_new ();
  if (id)
    store_list_documents_async (myna_conversation_get_store (self->conversation), id, self->cancellable, documents_listed_cb,
                                g_object_ref (self));
  else
    read_prompt (self, !self->has_attachments);
  return G_SOURCE_REMOVE;
}

static void
wait_for_rest (MynaDraftAhead *self)
{
  gint64 now = g_get_monotonic_time (), left;

  g_clear_handle_id (&self->source, g_source_remove);
  if (!self->changed_at)
    self->changed_at = now;
  left = MAX (MAX_REST_MS - (now - self->changed_at) / 1000, 0);
  /* The engine has nothing to do, and what it did last is kept. */
  if (self->grows && !self->request_id)
    left = 0;
  self->source = g_timeout_add (MIN (REST_MS, (guint) left), rest_cb, self);
}

/* A reply has ended while the next question was written. */
static void
busy_cb (MynaDraftAhead *self)
{
  if (self->text && !myna_conversation_get_busy (self->conversation))
    wait_for_rest (self);
}

/* On a thread: in a sandbox the desktop is asked, which may take its time. */
static void
find_power (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_task_return_pointer (task, g_power_profile_monitor_dup_default (), g_object_unref);
}

static void
power_found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  MynaDraftAhead *self = MYNA_DRAFT_AHEAD (source);

  self->power = g_task_propagate_pointer (G_TASK (result), NULL);
  if (self->text && !self->source)
    wait_for_rest (self);
}

static void
ask_for_power (MynaDraftAhead *self)
{
  g_autoptr (GTask) task = NULL;

  if (self->power || self->asks_for_power)
    return;
  self->asks_for_power = TRUE;
  task = g_task_new (self, NULL, power_found_cb, NULL);
  g_task_run_in_thread (task, find_power);
}

void
myna_draft_ahead_write (MynaDraftAhead *self, MynaConversation *conversation, const char *text, gboolean has_attachments)
{
  g_return_if_fail (MYNA_IS_DRAFT_AHEAD (self));

  if (conversation != self->conversation)
    stop (self);
  forget_reading (self);
  g_clear_pointer (&self->text, g_free);
  self->again = FALSE;
  if (!*text)
    {
      self->grows = FALSE;
      g_clear_pointer (&self->given, g_ptr_array_unref);
    }
  if (!conversation || !*text)
    return;
  ask_for_power (self);
  if (g_set_object (&self->conversation, conversation))
    g_signal_connect_swapped (conversation, "notify::busy", G_CALLBACK (busy_cb), self);
  self->text = g_strdup (text);
  self->has_attachments = has_attachments;
  wait_for_rest (self);
}

gboolean
myna_draft_ahead_is_reading (MynaDraftAhead *self)
{
  g_return_val_if_fail (MYNA_IS_DRAFT_AHEAD (self), FALSE);

  return self->source || self->cancellable || self->request_id;
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_draft_ahead_dispose (GObject *object)
{
  MynaDraftAhead *self = MYNA_DRAFT_AHEAD (object);

  stop (self);
  g_clear_object (&self->power);
  G_OBJECT_CLASS (myna_draft_ahead_parent_class)->dispose (object);
}

static void
myna_draft_ahead_class_init (MynaDraftAheadClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_draft_ahead_dispose;
}

static void
myna_draft_ahead_init (MynaDraftAhead *self)
{
}

MynaDraftAhead *
myna_draft_ahead_new (GPowerProfileMonitor *power)
{
  MynaDraftAhead *self = g_object_new (MYNA_TYPE_DRAFT_AHEAD, NULL);

  if (power)
    self->power = g_object_ref (power);
  return self;
}
