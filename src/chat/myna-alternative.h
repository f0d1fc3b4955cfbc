/* myna-alternative.h: the branch below an alternative of a message
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "storage/storage.h"

G_BEGIN_DECLS

/* → finish: the newest leaf below the alternative that is `step` places after this message (0: below itself), or 0 where there
 * is none. */
void myna_alternative_find_async (StoreDb *store, gint64 message_id, int step, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data);
gint64 myna_alternative_find_finish (GAsyncResult *result, GError **error);

G_END_DECLS
