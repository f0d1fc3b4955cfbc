/* cancel.c: the flag that stops work
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "engine.h"

void
glm_cancel_set (GlmCancel *cancel)
{
  atomic_store_explicit (&cancel->cancelled, true, memory_order_relaxed);
}

bool
glm_cancel_is_set (const GlmCancel *cancel)
{
  return cancel && atomic_load_explicit (&cancel->cancelled, memory_order_relaxed);
}
