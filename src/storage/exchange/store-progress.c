/* store-progress.c: how far a long request is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One thread writes, others look now and then: what they see may be a moment old, and that is all.
 */
#include "exchange/store-progress.h"

#include <stdatomic.h>

struct _StoreProgress
{
  _Atomic gint64 done;
  _Atomic gint64 total; /* 0: not known */
};

StoreProgress *
store_progress_new (void)
{
  return g_atomic_rc_box_new0 (StoreProgress);
}

StoreProgress *
store_progress_ref (StoreProgress *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
store_progress_unref (StoreProgress *self)
{
  g_atomic_rc_box_release (self);
}

void
store_progress_set (StoreProgress *self, gint64 done, gint64 total)
{
  if (!self)
    return;

  atomic_store_explicit (&self->done, CLAMP (done, 0, total), memory_order_relaxed);
  atomic_store_explicit (&self->total, total, memory_order_relaxed);
}

gboolean
store_progress_get (StoreProgress *self, gint64 *ret_done, gint64 *ret_total)
{
  *ret_total = atomic_load_explicit (&self->total, memory_order_relaxed);
  *ret_done = MIN (atomic_load_explicit (&self->done, memory_order_relaxed), *ret_total);
  return *ret_total > 0;
}
