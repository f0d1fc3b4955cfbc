/* myna-tool-offer.c: which tools a conversation offers to its model, what they cost, and why it has none
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-tool-offer.h"

#include "chat/tool-words.h"

struct _MynaToolOffer
{
  GObject parent_instance;

  MynaConversation *conversation; /* NULL: none */
  GSignalGroup *conversation_signals;
  GSignalGroup *generator_signals;
  GCancellable *counting; /* NULL: nothing is counted */
  gboolean has_cost;
  gsize n_tokens;
  int context_length;
  char *added;   /* the tool that was turned on last, till its cost is known; NULL: none … */
  char *before;  /* … and the settings before that */
  char *refused; /* NULL: none */
  GSignalGroup *python_signals;
  MynaMode mode_before; /* the interpreter was started for another mode than this one */
  char *problem;        /* why it could not be; NULL: it could */
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (MynaToolOffer, myna_tool_offer, G_TYPE_OBJECT)

static MynaGenerator *
get_generator (MynaToolOffer *self)
{
  return myna_conversation_get_generator (self->conversation);
}

GlmCalling
myna_tool_offer_get_calling (MynaToolOffer *self)
{
  const GlmModelInfo *info = NULL;

  g_return_val_if_fail (MYNA_IS_TOOL_OFFER (self), GLM_CALLING_TRAINED);

  if (self->conversation)
    info = myna_generator_find_model_info (get_generator (self), myna_conversation_get_model (self->conversation));
  return info ? info->calling : GLM_CALLING_TRAINED;
}

static char **
dup_tools (MynaToolOffer *self)
{
  return self->conversation ? myna_chat_settings_resolve_tools (myna_conversation_get_settings (self->conversation)) : NULL;
}

gboolean
myna_tool_offer_is_on (MynaToolOffer *self, const char *tool)
{
  g_auto (GStrv) tools = NULL;

  g_return_val_if_fail (MYNA_IS_TOOL_OFFER (self), FALSE);

  if (self->conversation)
    tools = myna_chat_settings_resolve_named_tools (myna_conversation_get_settings (self->conversation));
  return tools && g_strv_contains ((const char *const *) tools, tool);
}

guint
myna_tool_offer_get_n_on (MynaToolOffer *self)
{
  g_auto (GStrv) tools = NULL;
  guint n = 0;

  g_return_val_if_fail (MYNA_IS_TOOL_OFFER (self), 0);

  tools = dup_tools (self);
  for (guint i = 0; tools && tools[i]; i++)
    n += myna_tool_is_chosen (tools[i]) && tool_find (tools[i]) != tool_get_python ();
  return n;
}

/* ---- The cost --------------------------------------------------------------------------------------------------- */

static void
forget_added (MynaToolOffer *self)
{
  g_clear_pointer (&self->added, g_free);
  g_clear_pointer (&self->before, g_free);
}

/* What was turned on last does not fit. */
static void
refuse (MynaToolOffer *self)
{
  g_autofree char *before = g_steal_pointer (&self->before);

  g_free (self->refused);
  self->refused = g_steal_pointer (&self->added);
  myna_conversation_set_settings (self->conversation, before);
}

static void
counted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaToolOffer) self = user_data;
  g_autoptr (GError) error = NULL;
  gsize n_tokens = 0;
  gboolean ok = myna_generator_count_tools_finish (MYNA_GENERATOR (source), result, &n_tokens, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || !self->conversation)
    return; /* it is counted once more */
  g_clear_object (&self->counting);
  self->has_cost = ok;
  self->n_tokens = n_tokens;
  self->context_length = myna_generator_get_context_length (MYNA_GENERATOR (source));
  if (self->added && myna_tool_offer_is_too_much (self))
    {
      refuse (self);
      return; /* the settings changed, and it is counted once more */
    }
  forget_added (self);
  g_signal_emit (self, changed_signal, 0);
}

static void
count (MynaToolOffer *self)
{
  g_auto (GStrv) names = dup_tools (self);
  g_autoptr (GArray) tools = NULL;

  g_cancellable_cancel (self->counting);
  g_clear_object (&self->counting);
  self->has_cost = FALSE;
  if (!names || myna_tool_offer_get_calling (self) != GLM_CALLING_TRAINED)
    return;
  tools = g_array_new (FALSE, FALSE, sizeof (GlmTool));
  for (char **name = names; *name; name++)
    {
      const Tool *tool = tool_find (*name);
      const GlmTool offered = { tool_get_name (tool), tool_get_description (tool), tool_get_schema (tool) };

      if (tool != tool_get_python ())
        g_array_append_val (tools, offered);
    }
  self->counting = g_cancellable_new ();
  myna_generator_count_tools_async (get_generator (self), myna_conversation_get_model (self->conversation),
                                    &(GlmToolSet){ (const GlmTool *) tools->data, tools->len,
                                                   myna_tool_offer_get_mode (self) == MYNA_MODE_PYTHON },
                                    self->counting, counted_cb, g_object_ref (self));
}

static void watch_python (MynaToolOffer *self);

static void
update (MynaToolOffer *self)
{
  watch_python (self);
  count (self);
  g_signal_emit (self, changed_signal, 0);
}

void
myna_tool_offer_refresh (MynaToolOffer *self)
{
  g_return_if_fail (MYNA_IS_TOOL_OFFER (self));

  update (self);
}

gboolean
myna_tool_offer_get_cost (MynaToolOffer *self, gsize *ret_n_tokens, int *ret_context_length)
{
  g_return_val_if_fail (MYNA_IS_TOOL_OFFER (self), FALSE);

  *ret_n_tokens = self->n_tokens;
  *ret_context_length = self->context_length;
  return self->has_cost && self->context_length > 0;
}

gboolean
myna_tool_offer_is_too_much (MynaToolOffer *self)
{
  int context_length;
  gsize n_tokens;

  return myna_tool_offer_get_cost (self, &n_tokens, &context_length)
         && n_tokens > (gsize) context_length / MYNA_TOOL_OFFER_SHARE;
}

const char *
myna_tool_offer_get_refused (MynaToolOffer *self)
{
  g_return_val_if_fail (MYNA_IS_TOOL_OFFER (self), NULL);

  return self->refused;
}

/* In settings, as JSON. */
static void
set_mode (char **settings, MynaMode mode)
{
  g_auto (MynaChatSettings) parsed = { 0 };

  myna_chat_settings_parse (&parsed, *settings);
  parsed.mode = mode;
  g_free (*settings);
  *settings = myna_chat_settings_to_json (&parsed);
}

/* ---- Choosing --------------------------------------------------------------------------------------------------- */

char *
myna_tools_dup_settings (const char *settings, const char *tool, gboolean on)
{
  g_auto (GStrv) before = myna_chat_settings_resolve_named_tools (settings);
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_auto (MynaChatSettings) parsed = { 0 };
  gboolean reads = FALSE;

  for (guint i = 0; i < tool_get_n_tools (); i++)
    {
      const char *name = tool_get_name (tool_get (i));
      gboolean was_on = before && g_strv_contains ((const char *const *) before, name);

      if (!myna_tool_is_chosen (name) || !(g_str_equal (name, tool) ? on : was_on))
        continue;
      g_ptr_array_add (names, g_strdup (name));
      reads |= tool_get_class (tool_get (i)) != TOOL_CLASS_PURE;
    }
  /* Their results may be long: the rest of them can be read, too. */
  for (guint i = 0; reads && i < tool_get_n_tools (); i++)
    if (!myna_tool_is_chosen (tool_get_name (tool_get (i))))
      g_ptr_array_add (names, g_strdup (tool_get_name (tool_get (i))));
  g_ptr_array_add (names, NULL);
  myna_chat_settings_parse (&parsed, settings);
  g_strfreev (parsed.tools);
  parsed.tools = (char **) g_ptr_array_steal (names, NULL);
  return myna_chat_settings_to_json (&parsed);
}

void
myna_tool_offer_set_on (MynaToolOffer *self, const char *tool, gboolean on)
{
  g_autofree char *settings = NULL;

  g_return_if_fail (MYNA_IS_TOOL_OFFER (self));

  if (!self->conversation || myna_tool_offer_is_on (self, tool) == on)
    return;
  settings = myna_tools_dup_settings (myna_conversation_get_settings (self->conversation), tool, on);
  /* Without any it is still that mode. */
  set_mode (&settings, MYNA_MODE_TOOLS);
  forget_added (self);
  g_clear_pointer (&self->refused, g_free);
  if (on)
    {
      self->added = g_strdup (tool);
      self->before = g_strdup (myna_conversation_get_settings (self->conversation));
    }
  myna_conversation_set_settings (self->conversation, settings);
}

/* ---- The mode --------------------------------------------------------------------------------------------------- */

MynaMode
myna_tool_offer_get_mode (MynaToolOffer *self)
{
  g_return_val_if_fail (MYNA_IS_TOOL_OFFER (self), MYNA_MODE_CHAT);

  return self->conversation ? myna_chat_settings_resolve_mode (myna_conversation_get_settings (self->conversation))
                            : MYNA_MODE_CHAT;
}

gboolean
myna_tool_offer_can_python (MynaToolOffer *self)
{
  const GlmModelInfo *info = NULL;

  g_return_val_if_fail (MYNA_IS_TOOL_OFFER (self), FALSE);

  if (self->conversation)
    info = myna_generator_find_model_info (get_generator (self), myna_conversation_get_model (self->conversation));
  return !info || (info->has_interpreter && info->calling == GLM_CALLING_TRAINED);
}

const char *
myna_tool_offer_get_problem (MynaToolOffer *self)
{
  g_return_val_if_fail (MYNA_IS_TOOL_OFFER (self), NULL);

  return self->problem;
}

static void
write_mode (MynaToolOffer *self, MynaMode mode)
{
  g_autofree char *settings = g_strdup (myna_conversation_get_settings (self->conversation));

  set_mode (&settings, mode);
  myna_conversation_set_settings (self->conversation, settings);
}

/* It has started, or cannot. */
static void
python_changed_cb (MynaToolOffer *self, MynaPython *python)
{
  const GError *error = myna_python_get_error (python);

  g_clear_pointer (&self->problem, g_free);
  if (error)
    {
      self->problem = myna_python_describe_error (error);
      write_mode (self, self->mode_before);
    }
  g_signal_emit (self, changed_signal, 0);
}

/* The interpreter of the conversation, which is another with each time that the mode is switched on. */
static void
watch_python (MynaToolOffer *self)
{
  MynaRecipe recipe = { 0 };

  if (self->conversation)
    myna_conversation_get_recipe (self->conversation, &recipe);
  g_signal_group_set_target (self->python_signals, recipe.python);
}

void
myna_tool_offer_set_mode (MynaToolOffer *self, MynaMode mode)
{
  MynaMode before = myna_tool_offer_get_mode (self);

  g_return_if_fail (MYNA_IS_TOOL_OFFER (self));

  if (!self->conversation || before == mode)
    return;
  g_clear_pointer (&self->problem, g_free);
  self->mode_before = before;
  write_mode (self, mode);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

MynaConversation *
myna_tool_offer_get_conversation (MynaToolOffer *self)
{
  g_return_val_if_fail (MYNA_IS_TOOL_OFFER (self), NULL);

  return self->conversation;
}

/* It may be one of a server, which another generator is for. */
static void
model_changed_cb (MynaToolOffer *self)
{
  g_signal_group_set_target (self->generator_signals, get_generator (self));
  update (self);
}

void
myna_tool_offer_set_conversation (MynaToolOffer *self, MynaConversation *conversation)
{
  g_return_if_fail (MYNA_IS_TOOL_OFFER (self));

  if (!g_set_object (&self->conversation, conversation))
    return;
  forget_added (self);
  g_clear_pointer (&self->refused, g_free);
  g_clear_pointer (&self->problem, g_free);
  self->mode_before = MYNA_MODE_CHAT;
  g_signal_group_set_target (self->conversation_signals, conversation);
  g_signal_group_set_target (self->generator_signals, conversation ? get_generator (self) : NULL);
  update (self);
}

static void
myna_tool_offer_dispose (GObject *object)
{
  MynaToolOffer *self = MYNA_TOOL_OFFER (object);

  g_cancellable_cancel (self->counting);
  g_clear_object (&self->counting);
  g_clear_object (&self->conversation_signals);
  g_clear_object (&self->generator_signals);
  g_clear_object (&self->python_signals);
  g_clear_object (&self->conversation);
  G_OBJECT_CLASS (myna_tool_offer_parent_class)->dispose (object);
}

static void
myna_tool_offer_finalize (GObject *object)
{
  MynaToolOffer *self = MYNA_TOOL_OFFER (object);

  forget_added (self);
  g_free (self->refused);
  g_free (self->problem);
  G_OBJECT_CLASS (myna_tool_offer_parent_class)->finalize (object);
}

static void
myna_tool_offer_class_init (MynaToolOfferClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_tool_offer_dispose;
  G_OBJECT_CLASS (klass)->finalize = myna_tool_offer_finalize;
  changed_signal = g_signal_new ("changed", MYNA_TYPE_TOOL_OFFER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
myna_tool_offer_init (MynaToolOffer *self)
{
  self->conversation_signals = g_signal_group_new (MYNA_TYPE_CONVERSATION);
  g_signal_group_connect_swapped (self->conversation_signals, "notify::settings", G_CALLBACK (update), self);
  g_signal_group_connect_swapped (self->conversation_signals, "notify::model", G_CALLBACK (model_changed_cb), self);
  self->python_signals = g_signal_group_new (MYNA_TYPE_PYTHON);
  g_signal_group_connect_swapped (self->python_signals, "changed", G_CALLBACK (python_changed_cb), self);
  self->generator_signals = g_signal_group_new (MYNA_TYPE_GENERATOR);
  g_signal_group_connect_swapped (self->generator_signals, "context-length-changed", G_CALLBACK (update), self);
}

MynaToolOffer *
myna_tool_offer_new (void)
{
  return g_object_new (MYNA_TYPE_TOOL_OFFER, NULL);
}
