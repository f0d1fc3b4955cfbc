/* myna-generator.c: what a conversation needs of an engine, and the adapter over GlmActor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-generator.h"

G_DEFINE_INTERFACE (MynaGenerator, myna_generator, G_TYPE_OBJECT)

static guint context_length_changed_signal;

static void
myna_generator_default_init (MynaGeneratorInterface *iface)
{
  context_length_changed_signal =
      g_signal_new ("context-length-changed", MYNA_TYPE_GENERATOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

guint64
myna_generator_generate (MynaGenerator *self, const GlmTurn *turns, gsize n_turns, const char *continue_text,
                         const char *session_path, const GlmSampling *sampling, const GlmRequestFuncs *funcs,
                         gpointer user_data, GDestroyNotify destroy)
{
  g_return_val_if_fail (MYNA_IS_GENERATOR (self), 0);

  return MYNA_GENERATOR_GET_IFACE (self)->generate (self, turns, n_turns, continue_text, session_path, sampling, funcs,
                                                    user_data, destroy);
}

void
myna_generator_cancel (MynaGenerator *self, guint64 request_id)
{
  g_return_if_fail (MYNA_IS_GENERATOR (self));

  MYNA_GENERATOR_GET_IFACE (self)->cancel (self, request_id);
}

void
myna_generator_count_tokens_async (MynaGenerator *self, const GlmTurn *turns, gsize n_turns, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (MYNA_IS_GENERATOR (self));

  MYNA_GENERATOR_GET_IFACE (self)->count_tokens_async (self, turns, n_turns, cancellable, callback, user_data);
}

gboolean
myna_generator_count_tokens_finish (MynaGenerator *self, GAsyncResult *result, gsize *ret_n, GError **error)
{
  g_return_val_if_fail (MYNA_IS_GENERATOR (self), FALSE);

  return MYNA_GENERATOR_GET_IFACE (self)->count_tokens_finish (self, result, ret_n, error);
}

int
myna_generator_get_context_length (MynaGenerator *self)
{
  g_return_val_if_fail (MYNA_IS_GENERATOR (self), 0);

  return MYNA_GENERATOR_GET_IFACE (self)->get_context_length (self);
}

const char *
myna_generator_get_model_name (MynaGenerator *self)
{
  g_return_val_if_fail (MYNA_IS_GENERATOR (self), NULL);

  return MYNA_GENERATOR_GET_IFACE (self)->get_model_name (self);
}

/* ---- The adapter ------------------------------------------------------------------------------------------------ */

#define MYNA_TYPE_ACTOR_GENERATOR (myna_actor_generator_get_type ())
G_DECLARE_FINAL_TYPE (MynaActorGenerator, myna_actor_generator, MYNA, ACTOR_GENERATOR, GObject)

struct _MynaActorGenerator
{
  GObject parent_instance;

  GlmActor *actor;
  int context_length; /* of which was last told */
};

static void myna_actor_generator_iface_init (MynaGeneratorInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MynaActorGenerator, myna_actor_generator, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MYNA_TYPE_GENERATOR, myna_actor_generator_iface_init))

static guint64
actor_generate (MynaGenerator *generator, const GlmTurn *turns, gsize n_turns, const char *continue_text,
                const char *session_path, const GlmSampling *sampling, const GlmRequestFuncs *funcs, gpointer user_data,
                GDestroyNotify destroy)
{
  const GlmRequest request = {
    .turns = turns,
    .n_turns = n_turns,
    .reply = continue_text,
    .sampling = sampling,
    .session_path = session_path,
  };

  return glm_actor_generate (MYNA_ACTOR_GENERATOR (generator)->actor, &request, funcs, user_data, destroy);
}

static void
actor_cancel (MynaGenerator *generator, guint64 request_id)
{
  glm_actor_cancel (MYNA_ACTOR_GENERATOR (generator)->actor, request_id);
}

static void
actor_count_tokens_async (MynaGenerator *generator, const GlmTurn *turns, gsize n_turns, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data)
{
  glm_actor_count_tokens_async (MYNA_ACTOR_GENERATOR (generator)->actor, turns, n_turns, cancellable, callback, user_data);
}

static gboolean
actor_count_tokens_finish (MynaGenerator *generator, GAsyncResult *result, gsize *ret_n, GError **error)
{
  return glm_actor_count_tokens_finish (MYNA_ACTOR_GENERATOR (generator)->actor, result, ret_n, error);
}

static int
actor_get_context_length (MynaGenerator *generator)
{
  return glm_actor_get_context_length (MYNA_ACTOR_GENERATOR (generator)->actor);
}

static const char *
actor_get_model_name (MynaGenerator *generator)
{
  const GlmModelInfo *info = glm_actor_get_model_info (MYNA_ACTOR_GENERATOR (generator)->actor);

  return info ? info->name : NULL;
}

static void
myna_actor_generator_iface_init (MynaGeneratorInterface *iface)
{
  iface->generate = actor_generate;
  iface->cancel = actor_cancel;
  iface->count_tokens_async = actor_count_tokens_async;
  iface->count_tokens_finish = actor_count_tokens_finish;
  iface->get_context_length = actor_get_context_length;
  iface->get_model_name = actor_get_model_name;
}

static void
myna_actor_generator_finalize (GObject *object)
{
  g_clear_object (&MYNA_ACTOR_GENERATOR (object)->actor);
  G_OBJECT_CLASS (myna_actor_generator_parent_class)->finalize (object);
}

static void
myna_actor_generator_class_init (MynaActorGeneratorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_actor_generator_finalize;
}

static void
myna_actor_generator_init (MynaActorGenerator *self)
{
}

static void
actor_state_changed_cb (MynaActorGenerator *self)
{
  int length = glm_actor_get_context_length (self->actor);

  if (length == self->context_length)
    return;
  self->context_length = length;
  g_signal_emit (self, context_length_changed_signal, 0);
}

MynaGenerator *
myna_actor_generator_new (GlmActor *actor)
{
  MynaActorGenerator *self = g_object_new (MYNA_TYPE_ACTOR_GENERATOR, NULL);

  self->actor = g_object_ref (actor);
  self->context_length = glm_actor_get_context_length (actor);
  g_signal_connect_object (actor, "notify::state", G_CALLBACK (actor_state_changed_cb), self, G_CONNECT_SWAPPED);
  return MYNA_GENERATOR (self);
}
