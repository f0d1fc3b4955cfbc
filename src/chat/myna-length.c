/* myna-length.c: whether a message fits the model, before it is sent
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The engine counts, behind what it does now: an estimate by bytes would be wrong by half for code or Chinese.  No text has more
 * tokens than bytes, so that a short one need not be counted.
 */
#include "chat/myna-length.h"

#include <glib/gi18n.h>
#include <string.h>

#include "chat/myna-attachment.h"
#include "chat/myna-call-round.h"
#include "chat/myna-chat-settings.h"

#define DELAY_MS     400  /* the person is still writing */
#define MIN_CONTEXT  2048 /* no model has less */
#define PROMPT_BYTES 256  /* around the texts of a prompt, at most */
#define TOOLS_BYTES  256  /* around the tools, and around each of them */
#define LAYOUT       3    /* so many tokens a schema has for each byte at most, with the blanks that lay it out */

struct _MynaLength
{
  GObject parent_instance;

  MynaGenerator *generator; /* of the request that runs or waits; NULL: none */
  MynaConversation *conversation;
  char *system;  /* the system prompt, or NULL */
  char *content; /* what is to be counted */
  GStrv tools;   /* what is offered, or NULL */
  guint source;
  guint64 request_id; /* 0: none */
  guint generation;   /* which text was asked about: an answer about an earlier one is dropped */

  gboolean is_attached;
  gboolean gives_passages; /* of what is attached */
  int short_context;       /* … which hardly fit this; 0: they do */
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

static void
set_gives_passages (MynaLength *self, gboolean gives_passages, int context)
{
  int short_context = gives_passages && !myna_passages_fit (context) ? context : 0;

  if (self->gives_passages == gives_passages && self->short_context == short_context)
    return;
  self->gives_passages = gives_passages;
  self->short_context = short_context;
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
  g_autoptr (GArray) tools = myna_call_offer (self->generator, self->tools);
  const GlmToolSet set = { (const GlmTool *) tools->data, tools->len, myna_call_offers_python (self->generator, self->tools) };
  Count *count = g_new0 (Count, 1);
  MynaRecipe recipe;

  self->source = 0;
  request.fit.tools = set.n_tools > 0 || set.interpreter ? &set : NULL;
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
  g_clear_pointer (&self->tools, g_strfreev);
}

/* More than the tokens of the tools that are offered. */
static gsize
bound_tools (MynaLength *self)
{
  g_autoptr (GArray) tools = myna_call_offer (self->generator, self->tools);
  gsize n = tools->len > 0 ? TOOLS_BYTES : 0;

  for (guint i = 0; i < tools->len; i++)
    {
      const GlmTool *tool = &g_array_index (tools, GlmTool, i);

      n += strlen (tool->name) + strlen (tool->description) + LAYOUT * strlen (tool->schema) + TOOLS_BYTES;
    }
  return n;
}

void
myna_length_measure (MynaLength *self, MynaConversation *conversation, const char *text, const char *attachments)
{
  gsize n_bytes = strlen (text) + (attachments ? strlen (attachments) : 0) + PROMPT_BYTES;
  gboolean is_short = n_bytes < MIN_CONTEXT, as_files;
  GlmSampling sampling = GLM_SAMPLING_OWN;
  int context;

  g_return_if_fail (MYNA_IS_LENGTH (self));

  forget (self);
  self->is_attached = attachments != NULL;
  if (conversation)
    self->tools = myna_chat_settings_resolve_tools (myna_conversation_get_settings (conversation));
  if (!conversation || (is_short && !self->tools))
    {
      forget (self);
      set_gives_passages (self, FALSE, 0);
      set_result (self, 0, 0);
      return;
    }
  self->generator = g_object_ref (myna_conversation_get_generator (conversation));
  self->conversation = g_object_ref (conversation);
  myna_chat_settings_resolve (myna_conversation_get_settings (conversation), &sampling, &self->system);
  context = myna_generator_get_context_length (self->generator);
  as_files = myna_call_offers_python (self->generator, self->tools);
  set_gives_passages (self, context > 0 && !as_files && attachments && myna_attachments_are_long (attachments, context),
                      context);
  n_bytes += (self->system ? strlen (self->system) : 0) + bound_tools (self);
  /* For a short text no model is loaded. */
  if (context > 0 ? n_bytes < (gsize) context : is_short)
    {
      forget (self);
      set_result (self, 0, 0);
      return;
    }
  self->content = attachments ? myna_attachments_foresee (attachments, text, context, as_files) : g_strdup (text);
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

char *
myna_length_describe (MynaLength *self)
{
  g_return_val_if_fail (MYNA_IS_LENGTH (self), NULL);

  if (self->limit > 0)
    return g_strdup_printf (
        self->is_attached
            ? _ ("Too long for the model: %'d tokens, and it can hold %'d. Remove an attachment or shorten the message.")
            : _ ("Too long for the model: %'d tokens, and it can hold %'d. Shorten the message."),
        self->n_tokens, self->limit);
  if (self->short_context)
    return g_strdup_printf (
        _ ("Too long to read whole, and its passages hardly fit the context of %'d tokens. Set a longer one in "
           "Preferences."),
        self->short_context);
  if (self->gives_passages)
    return g_strdup (_ ("Too long to read whole. The model gets the passages that suit your question."));
  return NULL;
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
