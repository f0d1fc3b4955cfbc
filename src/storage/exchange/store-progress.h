/* store-progress.h: how far a long request is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_PROGRESS_H
#define STORE_PROGRESS_H

#include "storage.h"

G_BEGIN_DECLS

/* self may be NULL; total 0: not known. */
void store_progress_set (StoreProgress *self, gint64 done, gint64 total);

G_END_DECLS

#endif
