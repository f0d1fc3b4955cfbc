/* checkpoint.h: what a published checkpoint says about its model
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_CHECKPOINT_H
#define GLM_CHECKPOINT_H

#include "families/family.h"
#include "import/source.h"

/* Of a directory or a chatglm.cpp file (a GGUF file says these things in its own keys). */
bool glm_checkpoint_read (const GlmSource *source, GlmCheckpoint *ret_checkpoint, GlmError *error);

#endif
