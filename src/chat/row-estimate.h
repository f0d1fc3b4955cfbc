/* row-estimate.h: how a message is going to be shown, before there is a row for it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-message.h"

G_BEGIN_DECLS

typedef enum
{
  MYNA_MESSAGE_ROW_QUESTION, /* a bubble at the end side */
  MYNA_MESSAGE_ROW_REPLY,    /* its parts, over the whole column */
  MYNA_MESSAGE_ROW_RESULT,   /* what a tool gave to the model: folded, without actions of its own */
  MYNA_N_MESSAGE_ROW_KINDS
} MynaMessageRowKind;

MynaMessageRowKind myna_row_estimate_kind (MynaMessage *message);
/* About how high it is in this width; its text need not have been read. */
int myna_row_estimate_height (MynaMessage *message, int width);

G_END_DECLS
