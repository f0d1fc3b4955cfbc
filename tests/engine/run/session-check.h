/* session-check.h: what the tests of sessions share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "check.h"
#include "run/session.h"
#include "tiny-model.h"

/* A tiny model, written and opened, on one thread. */
GlmModel *open_tiny (const TinyModel *tiny);
GlmSession *open_session (GlmModel *model);
/* Ids that avoid the control tokens, and for ChatGLM-6B end in [gMASK] <sop>. */
void fill_ids (const TinyModel *tiny, int32_t *ids, int n, uint32_t seed);
void sync_ids (GlmSession *session, const int32_t *ids, int n);
void check_same (const GlmSession *session, const float *expected, double tolerance, const char *what);
/* What a fresh session says; free with free(). */
float *fresh_logits (GlmModel *model, const int32_t *ids, int n);
