/* tiny-moe.h: a random model of a family that writes thoughts and calls between tags, with the vocabulary for them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef MYNA_TEST_TINY_MOE_H
#define MYNA_TEST_TINY_MOE_H

#include "run/gguf-build.h"

/* Bytes, and the tokens that the prompts need, control or user-defined; the last one only pads. */
#define TINY_MOE_VOCAB (256 + 19)

void tiny_moe_add_vocabulary (GgufBuild *build);
/* family: "GLM-4.5", "GLM-4.7" …: decides the prompts.  Greedily it never ends. */
void tiny_moe_write (const char *family, const char *path);

#endif
