/* aligned.h: memory for vectors
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_ALIGNED_H
#define GLM_ALIGNED_H

#include <stddef.h>

/* 64-byte aligned, zeroed; free with free().  NULL where memory is short or the size overflows. */
void *glm_alloc_aligned (size_t n, size_t element_size);

#endif
