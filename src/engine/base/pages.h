/* pages.h: when the pages of a mapped file are read
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_PAGES_H
#define GLM_PAGES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

/* Brings a mapped file's pages in, all at once instead of by a page fault each.  Where that is not possible (older kernel,
 * data that is no mapped file, a file that became shorter) reading the bytes does the same or reports the error. */
static inline void
glm_pages_populate (const uint8_t *data, size_t n_bytes)
{
#ifdef MADV_POPULATE_READ
  uintptr_t begin = (uintptr_t) data & ~(uintptr_t) 4095;

  madvise ((void *) begin, (uintptr_t) data + n_bytes - begin, MADV_POPULATE_READ);
#endif
}

/* Has a mapped file's pages read while something else is done. */
static inline void
glm_pages_read_ahead (const uint8_t *data, size_t n_bytes)
{
  uintptr_t begin = (uintptr_t) data & ~(uintptr_t) 4095;

  madvise ((void *) begin, (uintptr_t) data + n_bytes - begin, MADV_WILLNEED);
}

#endif
