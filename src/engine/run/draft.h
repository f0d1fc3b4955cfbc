/* draft.h: guesses the next tokens from what the conversation already says
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Prompt lookup: where the last three tokens occurred before, what followed them then may follow again.  Verifying a few
 * guessed tokens costs little more than evaluating one, because the weights are read once for all; a wrong guess costs
 * that little.  So the drafter watches what its guesses gain and cost, stops guessing where they do not pay, and stakes no
 * more than a small share of what the reply took so far.
 */
#ifndef GLM_DRAFT_H
#define GLM_DRAFT_H

#include "engine.h"

#define GLM_DRAFT_MAX 8

typedef struct GlmDraft GlmDraft;

/* cost: what verifying a guess takes of a step, here; 0: not known.  It is kept up to date, and must outlive the draft. */
bool glm_draft_new (double *cost, GlmDraft **ret_draft, GlmError *error);
void glm_draft_free (GlmDraft *draft);

/* The token has joined the sequence. */
bool glm_draft_append (GlmDraft *draft, int32_t id, GlmError *error);

/* What may follow: up to `max` ids, at most GLM_DRAFT_MAX; often none. */
size_t glm_draft_propose (GlmDraft *draft, size_t max, int32_t *ret_ids);

/* A step that evaluated one token and n_drafted guesses took so long, and n_accepted of them were right. */
void glm_draft_report (GlmDraft *draft, size_t n_drafted, size_t n_accepted, double seconds);

#endif
