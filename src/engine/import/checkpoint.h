/* checkpoint.h: what a published checkpoint says about its model
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_CHECKPOINT_H
#define GLM_CHECKPOINT_H

#include "families/family.h"
#include "import/source.h"

/* Reads what a folder or a chatglm.cpp file says (GGUF files have keys for it). */
bool glm_checkpoint_read (const GlmSource *source, GlmCheckpoint *ret_checkpoint, GlmError *error);

#endif
