/* made.h: what a call made, to be kept
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "storage/storage.h"
#include "tools/sandbox.h"

G_BEGIN_DECLS

/* ToolMade → StoreMade: pixels become files, and what is too large to keep is only named.  Takes a while: for a thread. */
GPtrArray *myna_made_pack (GPtrArray *made) G_GNUC_WARN_UNUSED_RESULT;
void myna_made_pack_async (GPtrArray *made, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *myna_made_pack_finish (GAsyncResult *result) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
