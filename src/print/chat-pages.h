/* chat-pages.h: a conversation on pages of paper (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "print/chat-strips.h"

G_BEGIN_DECLS

typedef struct _MynaChatPages MynaChatPages;

/* Lays the conversation out on pages of this size, in points; the context is that of the device.  messages: StoreMessage
 * with texts.  Nothing of the arguments is kept. */
MynaChatPages *myna_chat_pages_new (PangoContext *context, double width, double height, const StoreConversation *conversation,
                                    GPtrArray *messages) G_GNUC_WARN_UNUSED_RESULT;
void myna_chat_pages_free (MynaChatPages *self);
/* At least 1. */
guint myna_chat_pages_get_n (MynaChatPages *self);
/* Page `page`, from 0, with its number below. */
void myna_chat_pages_draw (MynaChatPages *self, guint page, cairo_t *cr);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaChatPages, myna_chat_pages_free)

G_END_DECLS
