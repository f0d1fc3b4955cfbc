/* rehearsal.h: a generation whose reply is known in advance, for tests and benchmarks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_REHEARSAL_H
#define GLM_REHEARSAL_H

#include "engine/engine.h"

/* Replaces each drawn token by the given reply's, as if a model with other weights had written it. */
typedef struct
{
  const int32_t *reply; /* NULL: what the model says */
  size_t n_reply;       /* it ends as with max_tokens */
  bool no_guesses;      /* no draft tokens */
  bool no_masks;        /* calls are not held to their schemas */
} GlmRehearsal;

/* glm_generate(); rehearsal: NULL for none. */
bool glm_rehearse (GlmSession *session, const GlmPrompt *prompt, const GlmSampling *sampling, const GlmGenerateFuncs *funcs,
                   const GlmRehearsal *rehearsal, GlmTokens *ret_ids, GlmResult *ret_result, GlmError *error);

#endif
