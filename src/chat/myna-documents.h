/* myna-documents.h: changes to the documents of a conversation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-conversation.h"

G_BEGIN_DECLS

/* About how many tokens its text has. */
guint myna_document_estimate_tokens (const StoreDocument *document);
/* "12 pages · about 3,400 tokens · passages", for the person. */
char *myna_document_describe (const StoreDocument *document) G_GNUC_WARN_UNUSED_RESULT;
/* Whether a model with this context (0: not known) can read it whole, with some room for what is asked. */
gboolean myna_document_fits (const StoreDocument *document, int context_length);

/* → finish.  The model reads it like this from the next question on. */
void myna_document_set_use_async (MynaConversation *conversation, const StoreDocument *document, StoreUse use,
                                  GAsyncReadyCallback callback, gpointer user_data);
/* → finish.  It leaves the conversation, and the history if no other has it. */
void myna_document_remove_async (MynaConversation *conversation, const StoreDocument *document, GAsyncReadyCallback callback,
                                 gpointer user_data);
gboolean myna_document_finish (GAsyncResult *result, GError **error);

G_END_DECLS
