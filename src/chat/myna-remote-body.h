/* myna-remote-body.h: a conversation in OpenAI's form
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <json-glib/json-glib.h>

#include "engine/actor/glm-actor.h"

G_BEGIN_DECLS

/* The turns from first on, and the system's before it.  settings: the conversation's, as JSON, or NULL; only what people have set
 * is sent of them.  The caller owns it. */
JsonObject *myna_remote_body_new (const char *model, const GlmRequest *request, gsize first,
                                  const char *settings) G_GNUC_WARN_UNUSED_RESULT;
/* About how many tokens the turns have: the server's tokenizer is unknown. */
gsize myna_remote_body_guess (const GlmRequest *request);
/* The first of the turns that may be sent where the context has so many tokens (0: not known), as glm_model_fit() chooses. */
gsize myna_remote_body_fit (const GlmRequest *request, int context_length);

G_END_DECLS
