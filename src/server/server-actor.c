/* server-actor.c: the server's engine where that is an actor
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "server/server-engine.h"

#include <glib/gstdio.h>

/* When the file was made or changed, in seconds. */
static gint64
time_of (const char *path)
{
  GStatBuf status;

  return path && g_stat (path, &status) == 0 ? status.st_mtime : 0;
}

static void
describe (gpointer engine, ServerModel *ret_model)
{
  GlmActor *actor = engine;
  const GlmModelInfo *info = glm_actor_get_model_info (actor);

  *ret_model = (ServerModel){ 0 };
  if (glm_actor_get_state (actor) == GLM_ACTOR_LOADING && !info)
    ret_model->state = SERVER_MODEL_LOADING;
  if (!info)
    return;
  ret_model->state = SERVER_MODEL_READY;
  g_strlcpy (ret_model->name, info->name, sizeof ret_model->name);
  ret_model->context_length = glm_actor_get_context_length (actor);
  ret_model->calling = info->calling;
  ret_model->created = time_of (glm_actor_get_model_path (actor));
}

static guint64
generate (gpointer engine, const GlmRequest *request, const GlmRequestFuncs *funcs, gpointer user_data)
{
  GlmRequest guest = *request;

  guest.is_guest = TRUE;
  /* A model that takes its place meanwhile was not asked. */
  guest.model_path = glm_actor_get_model_path (engine);
  return glm_actor_generate (engine, &guest, funcs, user_data, NULL);
}

static void
cancel (gpointer engine, guint64 id)
{
  glm_actor_cancel (engine, id);
}

const ServerEngineFuncs server_actor_funcs = { describe, generate, cancel };
