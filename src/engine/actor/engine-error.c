/* engine-error.c: the engine's errors as GErrors
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "engine/actor/engine-error.h"

/* What a GError has no room for goes with it, also into its copies. */
typedef struct
{
  GlmFault fault;
  char *subject;
} GlmEngineErrorPrivate;

static void
glm_engine_error_private_init (GlmEngineErrorPrivate *private)
{
  private->subject = NULL;
}

static void
glm_engine_error_private_copy (const GlmEngineErrorPrivate *source, GlmEngineErrorPrivate *copy)
{
  copy->fault = source->fault;
  copy->subject = g_strdup (source->subject);
}

static void
glm_engine_error_private_clear (GlmEngineErrorPrivate *private)
{
  g_free (private->subject);
}

G_DEFINE_EXTENDED_ERROR (GlmEngineError, glm_engine_error)

GError *
glm_engine_error_new (const GlmError *error)
{
  g_autofree char *message = g_utf8_make_valid (error->message, -1); /* a file's name may be anything */
  GlmEngineErrorPrivate *private;
  GError *made;

  if (error->code == GLM_ERROR_CANCELLED)
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, message);
  made = g_error_new_literal (GLM_ENGINE_ERROR, (int) error->code, message);
  private = glm_engine_error_get_private (made);
  private->fault = error->fault;
  private->subject = g_utf8_make_valid (error->subject, -1);

  return made;
}

GlmFault
glm_engine_error_get_fault (const GError *error, const char **ret_subject)
{
  const GlmEngineErrorPrivate *private = error->domain == GLM_ENGINE_ERROR ? glm_engine_error_get_private (error) : NULL;

  if (ret_subject)
    *ret_subject = private && private->subject ? private->subject : "";

  return private ? private->fault : GLM_FAULT_NONE;
}
