/* myna-call-round.c: the calls of one generation, one after the other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The messages are call, call …, observation, observation …, in the same order.
 */
#include "chat/myna-call-round.h"

#define BUDGET_CHATGLM3 1024
#define BUDGET          2048
#define MIN_BUDGET      64
#define ROUNDS_CHATGLM3 5
#define ROUNDS          10

struct _MynaCallRound
{
  GObject parent_instance;

  MynaCallSpec spec; /* owns what it points to */
  GStrv tools;
  GPtrArray *branch;    /* MynaMessage: grows by the observations */
  GPtrArray *calls;     /* MynaMessage */
  guint n_observed;     /* of them */
  MynaMessage *unsaved; /* the observation behind those, which could not be stored; NULL: none */
  const MynaCallRoundFuncs *funcs;
  gpointer owner; /* a reference while it is at work, else NULL */
  MynaCallRun *run;
  gboolean is_stopped, ends_turn;
};

G_DEFINE_FINAL_TYPE (MynaCallRound, myna_call_round, G_TYPE_OBJECT)

MynaCallLimits
myna_call_limits (MynaGenerator *generator, gsize n_used)
{
  const GlmModelInfo *info = myna_generator_get_model_info (generator);
  gboolean is_chatglm3 = info && g_str_equal (info->family, "ChatGLM3");
  MynaCallLimits limits = { is_chatglm3 ? BUDGET_CHATGLM3 : BUDGET, is_chatglm3 ? ROUNDS_CHATGLM3 : ROUNDS };
  int length = myna_generator_get_context_length (generator);
  gsize left = length > 0 && n_used < (gsize) length ? (gsize) length - n_used : 0;

  /* As if each character were a token. */
  if (length > 0)
    limits.budget = CLAMP (left / 4, MIN_BUDGET, limits.budget);
  return limits;
}

GArray *
myna_call_offer (MynaGenerator *generator, char **names)
{
  const GlmModelInfo *info = myna_generator_get_model_info (generator);
  GArray *tools = g_array_new (FALSE, FALSE, sizeof (GlmTool));

  if (!names || (info && info->calling != GLM_CALLING_TRAINED))
    return tools;
  for (char **name = names; *name; name++)
    {
      const Tool *tool = tool_find (*name);
      const GlmTool offered = { tool_get_name (tool), tool_get_description (tool), tool_get_schema (tool) };

      if (tool != tool_get_python ())
        g_array_append_val (tools, offered);
    }
  return tools;
}

gboolean
myna_call_offers_python (MynaGenerator *generator, char **names)
{
  const GlmModelInfo *info = myna_generator_get_model_info (generator);

  return names && g_strv_contains ((const char *const *) names, tool_get_name (tool_get_python ()))
         && (!info || (info->calling == GLM_CALLING_TRAINED && info->has_interpreter));
}

static gboolean
is_observation (MynaMessage *message)
{
  return myna_message_get_role (message) == STORE_ROLE_OBSERVATION;
}

gboolean
myna_call_round_can_resume (MynaMessage *message)
{
  return is_observation (message) || myna_message_get_record (message)->call;
}

gboolean
myna_call_round_is_unfinished (MynaMessage *message)
{
  return is_observation (message) || (myna_message_get_record (message)->call && myna_message_get_id (message));
}

guint
myna_call_round_find (GPtrArray *messages)
{
  guint start = messages->len, n_observed = 0, n_calls = 0;

  for (; start > 0 && is_observation (g_ptr_array_index (messages, start - 1)); start--)
    n_observed++;
  for (; start > 0 && myna_message_get_record (g_ptr_array_index (messages, start - 1))->call; start--)
    n_calls++;
  /* An observation that belongs to no call is read as any other message. */
  return n_calls < n_observed || n_calls == 0 ? messages->len : start;
}

guint
myna_call_round_count (GPtrArray *messages)
{
  guint n = 0;

  for (guint i = 0; i < messages->len; i++)
    n = myna_message_get_role (messages->pdata[i]) == STORE_ROLE_USER ? 0 : n + is_observation (messages->pdata[i]);
  return n;
}

static void
end (MynaCallRound *self, gboolean is_whole)
{
  g_autoptr (MynaCallRound) kept = g_object_ref (self);
  g_autoptr (GObject) owner = g_steal_pointer (&self->owner);

  if (owner)
    self->funcs->ended (self, is_whole, owner);
}

static void next_call (MynaCallRound *self);

static void
changed_cb (MynaCallRun *run, gpointer user_data)
{
  MynaCallRound *self = user_data;

  if (self->owner)
    self->funcs->changed (self, myna_call_run_get_state (run), self->owner);
}

static void
ended_cb (MynaCallRun *run, gpointer user_data)
{
  MynaCallRound *self = user_data;
  g_autoptr (MynaCallRun) ended = g_steal_pointer (&self->run);
  MynaMessage *observation = myna_call_run_get_observation (run);

  if (!self->owner)
    return;
  self->ends_turn = self->ends_turn || myna_call_run_ends_turn (run);
  if (observation)
    {
      self->n_observed++;
      g_ptr_array_add (self->branch, g_object_ref (observation));
      if (observation != self->unsaved)
        self->funcs->observed (self, observation, self->owner);
    }
  if (observation && myna_message_get_id (observation))
    next_call (self);
  else
    end (self, FALSE);
}

static void
next_call (MynaCallRound *self)
{
  static const MynaCallRunFuncs funcs = { changed_cb, ended_cb };

  if (self->n_observed >= self->calls->len)
    {
      end (self, TRUE);
      return;
    }
  if (self->is_stopped)
    {
      end (self, FALSE);
      return;
    }
  self->spec.message = g_ptr_array_index (self->calls, self->n_observed);
  self->run = myna_call_run_new (&self->spec, &funcs, self);
  self->spec.is_allowed = FALSE;
  self->spec.unsaved = NULL;
  myna_call_run_start (self->run);
}

void
myna_call_round_start (MynaCallRound *self)
{
  g_object_ref (self->owner);
  next_call (self);
}

void
myna_call_round_stop (MynaCallRound *self)
{
  self->is_stopped = TRUE;
  if (self->run)
    myna_call_run_stop (self->run);
}

void
myna_call_round_abandon (MynaCallRound *self)
{
  g_autoptr (GObject) owner = g_steal_pointer (&self->owner);

  if (self->run)
    myna_call_run_abandon (self->run);
}

static void
myna_call_round_finalize (GObject *object)
{
  MynaCallRound *self = MYNA_CALL_ROUND (object);

  g_object_unref (self->spec.store);
  g_clear_object (&self->spec.python);
  g_strfreev (self->tools);
  g_ptr_array_unref (self->branch);
  g_ptr_array_unref (self->calls);
  g_clear_object (&self->run);
  g_clear_object (&self->unsaved);
  G_OBJECT_CLASS (myna_call_round_parent_class)->finalize (object);
}

static void
myna_call_round_class_init (MynaCallRoundClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_call_round_finalize;
}

static void
myna_call_round_init (MynaCallRound *self)
{
  self->branch = g_ptr_array_new_with_free_func (g_object_unref);
  self->calls = g_ptr_array_new_with_free_func (g_object_unref);
}

MynaCallRound *
myna_call_round_new (const MynaCallSpec *spec, guint start, const MynaCallRoundFuncs *funcs, gpointer owner)
{
  MynaCallRound *self = g_object_new (MYNA_TYPE_CALL_ROUND, NULL);

  for (guint i = 0; i < spec->messages->len; i++)
    {
      MynaMessage *message = g_ptr_array_index (spec->messages, i);

      if (i >= start && is_observation (message) && !myna_message_get_id (message))
        {
          self->unsaved = g_object_ref (message);
          break;
        }
      g_ptr_array_add (self->branch, g_object_ref (message));
      if (i < start)
        continue;
      if (myna_message_get_record (message)->call)
        g_ptr_array_add (self->calls, g_object_ref (message));
      else if (is_observation (message))
        self->n_observed++;
    }
  self->spec = *spec;
  self->spec.unsaved = self->unsaved;
  self->spec.store = g_object_ref (spec->store);
  self->spec.python = spec->python ? g_object_ref (spec->python) : NULL;
  self->spec.messages = self->branch;
  self->tools = g_strdupv ((GStrv) spec->tools);
  self->spec.tools = (const char *const *) self->tools;
  self->funcs = funcs;
  self->owner = owner;
  return self;
}

MynaCallRun *
myna_call_round_get_run (MynaCallRound *self)
{
  return self->run;
}

gboolean
myna_call_round_ends_turn (MynaCallRound *self)
{
  return self->ends_turn;
}
