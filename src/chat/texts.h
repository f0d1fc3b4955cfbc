/* texts.h: the texts of a conversation's messages, a page at a time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-message.h"

G_BEGIN_DECLS

/* Reads the texts of `messages` [first, first + n), which are MynaMessages. Loaded ones are not read again.
 * → finish: StoreMessages with text and attachments, one for each; NULL in the place of one that was deleted meanwhile. */
void myna_texts_read_async (StoreDb *store, GPtrArray *messages, guint first, guint n, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data);
/* The same, but what people wrote is always read: with what the model was given for it since. */
void myna_texts_read_given_async (StoreDb *store, GPtrArray *messages, guint first, guint n, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data);
/* For both. */
GPtrArray *myna_texts_read_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
