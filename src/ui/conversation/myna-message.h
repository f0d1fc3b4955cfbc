/* myna-message.h: one message as the window sees it (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "storage/storage.h"

G_BEGIN_DECLS

#define MYNA_TYPE_MESSAGE (myna_message_get_type ())
G_DECLARE_FINAL_TYPE (MynaMessage, myna_message, MYNA, MESSAGE, GObject)

/* Properties: "id", "role", "state", "text" (grows while generating), "sibling-index", "n-siblings", "mark". */
const char *myna_message_get_text (MynaMessage *self);
StoreRole   myna_message_get_role (MynaMessage *self);
StoreState  myna_message_get_state (MynaMessage *self);

G_END_DECLS
