/* row-estimate.h: how a message is going to be shown, before there is a row for it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "transcript/message-row.h"

G_BEGIN_DECLS

MynaMessageRowKind myna_row_estimate_kind (MynaMessage *message);
/* About how high it is in this width; its text need not have been read. */
int myna_row_estimate_height (MynaMessage *message, int width);

G_END_DECLS
