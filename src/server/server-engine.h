/* server-engine.h: what the server needs of an engine, so that tests can be one
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SERVER_ENGINE_H
#define SERVER_ENGINE_H

#include "engine/actor/glm-actor.h"

G_BEGIN_DECLS

typedef enum
{
  SERVER_MODEL_NONE,
  SERVER_MODEL_LOADING,
  SERVER_MODEL_READY,
} ServerModelState;

typedef struct
{
  ServerModelState state;
  char name[128];
  int context_length;
  GlmCalling calling;
  gint64 created; /* seconds: of its file */
} ServerModel;

/* All on the main thread.  Callbacks and cancelling as glm_actor_generate() has them: `ended` comes exactly once, never before
 * `generate` has returned. */
typedef struct
{
  void (*describe) (gpointer engine, ServerModel *ret_model);
  guint64 (*generate) (gpointer engine, const GlmRequest *request, const GlmRequestFuncs *funcs, gpointer user_data);
  void (*cancel) (gpointer engine, guint64 id);
} ServerEngineFuncs;

/* The functions of a GlmActor, which is their `engine`: requests are its guests. */
extern const ServerEngineFuncs server_actor_funcs;

G_END_DECLS

#endif
