/* myna-length.c: whether a message fits the model, before it is sent
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The engine counts, behind what it does now: an estimate by bytes would be wrong by half for code or Chinese.  No text has more
 * tokens than bytes, so that a short one need not be counted.
 */
#include "chat/myna-length.h"

#include <string.h>

#include "chat/myna-attachment.h"
#include "chat/myna-chat-settings.h"

#define DELAY_MS     400  /* the person is still writing */
#define MIN_CONTEXT  2048 /* no model has less */
#define PROMPT_BYTES 256  /* around the texts of a prompt, at most */

struct _MynaLength
{
  GObject parent_instance;

  MynaGenerator *generator; /* of the request that runs or waits; NULL: none */
  MynaConversation *conversation;
  char *system;  /* the system prompt, or NULL */
  char *content; /* what is to be counted */
  guint source;
  guint64 request_id; /* 0: none */
  guint generation;   /* which text was asked about: an answer about an earlier one is dropped */

  int n_tokens;
  int limit; /* 0: it fits, or is not known */
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (MynaLength, myna_length, G_TYPE_OBJECT)

static void
set_result (MynaLength *self, int n_tokens, int limit)
{
  if (self->limit == limit && self->n_tokens == n_tokens)
    return;
  self->n_tokens = n_tokens;
  self->limit = limit;
  g_signal_emit (self, changed_signal, 0);
}

/* ---- Counting --------------------------------------------------------------------------------------------------- */

typedef struct
{
  MynaLength *length; /* owned */
  guint generation;
} Count;

static void
count_free (gpointer data)
{
  Count *count = data;

  g_object_unref (count->length);
  g_free (count);
}

static void
planned_cb (const GlmPlanned *planned, gpointer user_data)
{
  Count *count = user_data;
  int n = (int) MIN (planned->n_prompt, (gsize) G_MAXINT);
  gboolean too_long = planned->context_length > 0 && n >= planned->context_length;

  if (count->generation == count->length->generation)
    set_result (count->length, too_long ? n : 0, too_long ? planned->context_length : 0);
}

static void
ended_cb (const GlmResult *result, const GError *error, gpointer user_data)
{
  Count *count = user_data;

  if (count->generation == count->length->generation)
    count->length->request_id = 0;
}

static gboolean
count_cb (gpointer user_data)
{
  static const GlmRequestFuncs funcs = { .planned = planned_cb, .ended = ended_cb };
  MynaLength *self = user_data;
  GlmTurn turns[2] = { { "system", self->system, NULL }, { "user", self->content, NULL } };
  const gsize first = self->system ? 0 : 1;
  GlmRequest request = { .turns = turns + first, .n_turns = 2 - first, .only_plan = TRUE };
  Count *count = g_new0 (Count, 1);
  MynaRecipe recipe;

  self->source = 0;
  count->length = g_object_ref (self);
  count->generation = self->generation;
  myna_conversation_get_recipe (self->conversation, &recipe);
  recipe.id = 0; /* nothing is evaluated */
  self->request_id = myna_generator_generate (self->generator, &recipe, &request, &funcs, count, count_free);

  return G_SOURCE_REMOVE;
}

/* ---- What is asked ---------------------------------------------------------------------------------------------- */

static void
forget (MynaLength *self)
{
  self->generation++;
  g_clear_handle_id (&self->source, g_source_remove);
  if (self->request_id)
    myna_generator_cancel (self->generator, self->request_id);
  self->request_id = 0;
  g_clear_object (&self->generator);
  g_clear_object (&self->conversation);
  g_clear_pointer (&self->content, g_free);
  g_clear_pointer (&self->system, g_free);
}

void
myna_length_measure (MynaLength *self, MynaConversation *conversation, const char *text, const char *attachments)
{
  gsize n_bytes = strlen (text) + (attachments ? strlen (attachments) : 0) + PROMPT_BYTES;
  GlmSampling sampling = GLM_SAMPLING_OWN;
  int context;

  g_return_if_fail (MYNA_IS_LENGTH (self));

  forget (self);
  if (!conversation || n_bytes < MIN_CONTEXT)
    {
      set_result (self, 0, 0);
      return;
    }
  self->generator = g_object_ref (myna_conversation_get_generator (conversation));
  self->conversation = g_object_ref (conversation);
  myna_chat_settings_resolve (myna_conversation_get_settings (conversation), &sampling, &self->system);
  context = myna_generator_get_context_length (self->generator);
  if (context > 0 && n_bytes + (self->system ? strlen (self->system) : 0) < (gsize) context)
    {
      forget (self);
      set_result (self, 0, 0);
      return;
    }
  self->content = attachments ? myna_attachments_prepend (attachments, text) : g_strdup (text);
  self->source = g_timeout_add (DELAY_MS, count_cb, self);
}

gboolean
myna_length_get_too_long (MynaLength *self, int *ret_n_tokens, int *ret_limit)
{
  g_return_val_if_fail (MYNA_IS_LENGTH (self), FALSE);

  *ret_n_tokens = self->n_tokens;
  *ret_limit = self->limit;

  return self->limit > 0;
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_length_dispose (GObject *object)
{
  forget (MYNA_LENGTH (object));

  G_OBJECT_CLASS (myna_length_parent_class)->dispose (object);
}

static void
myna_length_class_init (MynaLengthClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_length_dispose;
  changed_signal = g_signal_new ("changed", MYNA_TYPE_LENGTH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
myna_length_init (MynaLength *self)
{
}

MynaLength *
myna_length_new (void)
{
  return g_object_new (MYNA_TYPE_LENGTH, NULL);
}
