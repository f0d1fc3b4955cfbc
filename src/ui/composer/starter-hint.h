/* starter-hint.h: that the starter model is too small for documents, said once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "chat/myna-conversation.h"
#include "chat/myna-model-library.h"

G_BEGIN_DECLS

#define MYNA_TYPE_STARTER_HINT (myna_starter_hint_get_type ())
G_DECLARE_FINAL_TYPE (MynaStarterHint, myna_starter_hint, MYNA, STARTER_HINT, GtkBox)

GtkWidget *myna_starter_hint_new (void);
/* What is written now: it is shown where the starter model would be given documents, and never again after that.  library NULL: not
 * known yet; conversation NULL: a new one. */
void myna_starter_hint_update (MynaStarterHint *self, MynaModelLibrary *library, MynaConversation *conversation,
                               gboolean has_documents);

G_END_DECLS
