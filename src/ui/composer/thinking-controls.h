/* thinking-controls.h: whether the model thinks before it answers, and the button that ends a thought
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "chat/myna-conversation.h"
#include "chat/myna-model-library.h"

G_BEGIN_DECLS

#define MYNA_TYPE_THINKING_CONTROLS (myna_thinking_controls_get_type ())
G_DECLARE_FINAL_TYPE (MynaThinkingControls, myna_thinking_controls, MYNA, THINKING_CONTROLS, GtkWidget)

/* A switch where the chat's model can do either, and a button while a thought is being written.  Both have a key of the whole
 * window: Ctrl+T and Ctrl+J.  Nothing is shown for models that do not think. */
GtkWidget *myna_thinking_controls_new (void);
/* NULL: none. */
void myna_thinking_controls_set_conversation (MynaThinkingControls *self, MynaConversation *conversation);
/* Where the models are known of that are not loaded; once. */
void myna_thinking_controls_set_library (MynaThinkingControls *self, MynaModelLibrary *library);

G_END_DECLS
