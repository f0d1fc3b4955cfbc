/* myna-generator.h: what a conversation needs of an engine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The window's conversations talk to the engine through this interface, so that they can be tested against a generator
 * that says what the test wants.  myna_actor_generator_new() is the real one.
 */
#pragma once

#include "engine/actor/glm-actor.h"

G_BEGIN_DECLS

#define MYNA_TYPE_GENERATOR (myna_generator_get_type ())
G_DECLARE_INTERFACE (MynaGenerator, myna_generator, MYNA, GENERATOR, GObject)

/* The contracts of the functions of the same names in glm-actor.h. */
struct _MynaGeneratorInterface
{
  GTypeInterface parent;

  guint64 (*generate) (MynaGenerator *self, const GlmTurn *turns, gsize n_turns, const char *continue_text,
                       const char *session_path, const GlmSampling *sampling, const GlmRequestFuncs *funcs, gpointer user_data,
                       GDestroyNotify destroy);
  void (*cancel) (MynaGenerator *self, guint64 request_id);
  void (*count_tokens_async) (MynaGenerator *self, const GlmTurn *turns, gsize n_turns, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data);
  gboolean (*count_tokens_finish) (MynaGenerator *self, GAsyncResult *result, gsize *ret_n, GError **error);
  int (*get_context_length) (MynaGenerator *self);
  const char *(*get_model_name) (MynaGenerator *self);
};

guint64 myna_generator_generate (MynaGenerator *self, const GlmTurn *turns, gsize n_turns, const char *continue_text,
                                 const char *session_path, const GlmSampling *sampling, const GlmRequestFuncs *funcs,
                                 gpointer user_data, GDestroyNotify destroy);
void myna_generator_cancel (MynaGenerator *self, guint64 request_id);
/* The callback's source object is the engine's, not the generator: pass what is needed as user_data. */
void myna_generator_count_tokens_async (MynaGenerator *self, const GlmTurn *turns, gsize n_turns, GCancellable *cancellable,
                                        GAsyncReadyCallback callback, gpointer user_data);
gboolean myna_generator_count_tokens_finish (MynaGenerator *self, GAsyncResult *result, gsize *ret_n, GError **error);
/* Tokens the model can hold, or 0 where none is loaded.  The signal "context-length-changed" tells when it is another. */
int myna_generator_get_context_length (MynaGenerator *self);
/* Display name of the model, or NULL where none is loaded. */
const char *myna_generator_get_model_name (MynaGenerator *self);

/* A generator over the engine's thread.  Keeps a reference to the actor. */
MynaGenerator *myna_actor_generator_new (GlmActor *actor) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
