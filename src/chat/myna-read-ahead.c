/* myna-read-ahead.c: a conversation's texts are evaluated before anything is asked about them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The prompt that a next question will begin with is given to the engine as one to be answered, and the request ends with the first
 * word: the engine keeps what it evaluated, also on the disk, as after every reply.
 */
#include "chat/myna-read-ahead.h"

#include <glib/gi18n.h>

#include "chat/myna-call-round.h"
#include "chat/myna-chat-settings.h"
#include "chat/myna-prompt.h"

struct _MynaReadAhead
{
  GObject parent_instance;
  MynaConversation *conversation; /* owns this; weak */
  MynaGenerator *generator;       /* of the request; NULL: none */
  MynaPrompt *prompt;
  GCancellable *cancellable; /* of the reading of texts */
  guint64 request_id;
  gsize n_done, n_total; /* tokens */
  gint64 began_at;       /* monotonic µs, of the first tokens … */
  gsize n_began;         /* … which were so many */
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (MynaReadAhead, myna_read_ahead, G_TYPE_OBJECT)

static void
changed (MynaReadAhead *self)
{
  g_signal_emit (self, changed_signal, 0);
}

void
myna_read_ahead_stop (MynaReadAhead *self)
{
  gboolean was_running;

  g_return_if_fail (MYNA_IS_READ_AHEAD (self));

  was_running = myna_read_ahead_is_running (self);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->request_id)
    myna_generator_cancel (self->generator, self->request_id);
  self->request_id = 0;
  self->n_done = self->n_total = 0;
  g_clear_object (&self->generator);
  g_clear_pointer (&self->prompt, myna_prompt_free);
  if (was_running)
    changed (self);
}

gboolean
myna_read_ahead_is_running (MynaReadAhead *self)
{
  g_return_val_if_fail (MYNA_IS_READ_AHEAD (self), FALSE);

  return self->cancellable != NULL || self->request_id != 0;
}

/* ---- The request ------------------------------------------------------------------------------------------------ */

static void
prompt_cb (gsize n_done, gsize n_total, gpointer user_data)
{
  MynaReadAhead *self = user_data;

  if (!self->request_id)
    return;
  if (!self->began_at)
    {
      self->began_at = g_get_monotonic_time ();
      self->n_began = n_done;
    }
  self->n_done = n_done;
  self->n_total = n_total;
  changed (self);
}

/* All is read. */
static void
piece_cb (GlmReplyKind kind, const char *text, gpointer user_data)
{
  myna_read_ahead_stop (user_data);
}

static void
ended_cb (const GlmResult *result, const GError *error, gpointer user_data)
{
  MynaReadAhead *self = user_data;

  if (!self->request_id)
    return;
  self->request_id = 0;
  g_clear_object (&self->generator);
  changed (self);
}

static void
request (MynaReadAhead *self)
{
  static const GlmRequestFuncs funcs = { .prompt = prompt_cb, .piece = piece_cb, .ended = ended_cb };
  MynaRecipe recipe;
  g_auto (GStrv) tools = NULL;
  g_autoptr (GArray) offer = NULL;
  GlmToolSet set;
  GlmRequest wanted = { 0 };

  myna_conversation_get_recipe (self->conversation, &recipe);
  self->generator = g_object_ref (myna_conversation_get_generator (self->conversation));
  tools = myna_chat_settings_resolve_tools (recipe.settings);
  offer = myna_call_offer (self->generator, tools);
  set = (GlmToolSet){ (const GlmTool *) offer->data, offer->len, myna_call_offers_python (self->generator, tools) };
  wanted.turns = (const GlmTurn *) self->prompt->turns->data;
  wanted.n_turns = self->prompt->turns->len;
  wanted.fit.cut = self->prompt->cut;
  wanted.fit.tools = set.n_tools > 0 || set.interpreter ? &set : NULL;
  wanted.fit.no_thoughts = !myna_chat_settings_resolve_thinking (recipe.settings);
  recipe.has_attachments = self->prompt->has_attachments;
  self->request_id = myna_generator_generate (self->generator, &recipe, &wanted, &funcs, g_object_ref (self), g_object_unref);
  changed (self);
}

static void
prompt_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaReadAhead) self = user_data;
  g_autoptr (MynaPrompt) prompt = myna_prompt_read_finish (result, NULL);

  if (!self->cancellable || g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;
  g_clear_object (&self->cancellable);
  if (prompt && prompt->turns->len > 0 && self->conversation)
    {
      self->prompt = g_steal_pointer (&prompt);
      request (self);
    }
  else
    changed (self);
}

static GPtrArray *
list_messages (MynaConversation *conversation)
{
  GPtrArray *messages = g_ptr_array_new_with_free_func (g_object_unref);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (conversation));

  for (guint i = 0; i < n; i++)
    {
      MynaMessage *message = g_list_model_get_item (G_LIST_MODEL (conversation), i);

      if (myna_message_get_id (message) && !myna_message_get_queued (message))
        g_ptr_array_add (messages, message);
      else
        g_object_unref (message);
    }
  return messages;
}

void
myna_read_ahead_start (MynaReadAhead *self)
{
  g_autoptr (GPtrArray) messages = NULL;
  g_autofree char *system = NULL;
  GlmSampling sampling;
  MynaRecipe recipe;

  g_return_if_fail (MYNA_IS_READ_AHEAD (self));

  myna_read_ahead_stop (self);
  if (!self->conversation || myna_conversation_get_busy (self->conversation))
    return;
  myna_conversation_get_recipe (self->conversation, &recipe);
  /* What a program reads is not evaluated. */
  if (recipe.python)
    return;
  messages = list_messages (self->conversation);
  if (messages->len == 0)
    return;
  self->began_at = 0;
  self->cancellable = g_cancellable_new ();
  myna_chat_settings_resolve (recipe.settings, &sampling, &system);
  myna_prompt_read_async (recipe.store, messages, myna_conversation_get_context_start (self->conversation), system,
                          myna_generator_get_context_length (myna_conversation_get_generator (self->conversation)), 0,
                          self->cancellable, prompt_read_cb, g_object_ref (self));
  changed (self);
}

/* ---- For people ------------------------------------------------------------------------------------------------- */

double
myna_read_ahead_get_fraction (MynaReadAhead *self)
{
  g_return_val_if_fail (MYNA_IS_READ_AHEAD (self), 0);

  return self->n_total > 0 ? self->n_done / (double) self->n_total : 0;
}

/* Seconds that are left; 0: not known. */
static double
estimate (MynaReadAhead *self)
{
  double seconds = self->began_at ? (g_get_monotonic_time () - self->began_at) / 1e6 : 0;

  return self->n_done > self->n_began ? seconds / (self->n_done - self->n_began) * (self->n_total - self->n_done) : 0;
}

char *
myna_read_ahead_describe (MynaReadAhead *self, guint n_pages)
{
  double fraction = myna_read_ahead_get_fraction (self), left = estimate (self);
  guint minutes = (guint) (left / 60 + 0.5);
  g_autofree char *place = NULL, *time = NULL;

  if (n_pages > 0)
    /* Translators: how far a model has read a document */
    place = g_strdup_printf (_ ("Reading page %u of %u"), MIN (1 + (guint) (fraction * n_pages), n_pages), n_pages);
  else
    place = g_strdup_printf (_ ("Reading, %d %%"), (int) (fraction * 100));
  if (left <= 0)
    return g_steal_pointer (&place);
  time = minutes > 0 ? g_strdup_printf (ngettext ("about %u minute", "about %u minutes", minutes), minutes)
                     : g_strdup (_ ("less than a minute"));
  /* Translators: how far a model has read a document, and how long it will take: “Reading page 12 of 40, about 3 minutes” */
  return g_strdup_printf (C_ ("reading", "%s, %s"), place, time);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

/* A question goes first. */
static void
busy_cb (MynaConversation *conversation, GParamSpec *pspec, MynaReadAhead *self)
{
  if (myna_conversation_get_busy (conversation))
    myna_read_ahead_stop (self);
}

MynaReadAhead *
myna_read_ahead_get (MynaConversation *conversation)
{
  static GQuark quark;
  MynaReadAhead *self;

  if (!quark)
    quark = g_quark_from_static_string ("myna-read-ahead");
  self = g_object_get_qdata (G_OBJECT (conversation), quark);
  if (self)
    return self;
  self = g_object_new (MYNA_TYPE_READ_AHEAD, NULL);
  g_set_weak_pointer (&self->conversation, conversation);
  g_signal_connect_object (conversation, "notify::busy", G_CALLBACK (busy_cb), self, 0);
  g_object_set_qdata_full (G_OBJECT (conversation), quark, self, g_object_unref);
  return self;
}

static void
myna_read_ahead_dispose (GObject *object)
{
  MynaReadAhead *self = MYNA_READ_AHEAD (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->generator);
  g_clear_pointer (&self->prompt, myna_prompt_free);
  g_clear_weak_pointer (&self->conversation);
  G_OBJECT_CLASS (myna_read_ahead_parent_class)->dispose (object);
}

static void
myna_read_ahead_class_init (MynaReadAheadClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_read_ahead_dispose;
  changed_signal = g_signal_new ("changed", MYNA_TYPE_READ_AHEAD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
myna_read_ahead_init (MynaReadAhead *self)
{
}
