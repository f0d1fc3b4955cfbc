/* known-keys.h: whether all that a file says about its arithmetic is understood
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A key of the architecture ("glm4.attention.sliding_window") may change what every layer computes.  A reader that passes
 * over one which it does not know opens the file without a word and writes nonsense.
 */
#ifndef GLM_KNOWN_KEYS_H
#define GLM_KNOWN_KEYS_H

#include "families/arch.h"

/* GLM_ERROR_UNSUPPORTED with the key's name where a key of the architecture is not known, or is known to change the
 * arithmetic in a way that the architecture's tables do not have. */
bool glm_known_keys_check (const GlmModelFile *file, const GlmArch *arch, GlmError *error);

#endif
