/* bandwidth.h: reading memory as fast as this computer can
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_BANDWIDTH_H
#define GLM_BANDWIDTH_H

#include "base/pool.h"

/* Reads n_bytes at data once, a multiple of 128 of them, on all threads of the pool, and does nothing with them: the yardstick
 * of a product that reads the same bytes. */
void glm_read_memory (GlmPool *pool, const void *data, size_t n_bytes);

#endif
