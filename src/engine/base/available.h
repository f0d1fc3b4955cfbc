/* available.h: how much memory the system can still give
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_AVAILABLE_H
#define GLM_AVAILABLE_H

#include <stddef.h>

/* Bytes, without pushing others out; SIZE_MAX where the system does not say. */
size_t glm_available_bytes (void);

#endif
