/* myna-quick-window.h: a small window for one question, from anywhere on the desktop
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "chat/myna-core.h"

G_BEGIN_DECLS

#define MYNA_TYPE_QUICK_WINDOW (myna_quick_window_get_type ())
G_DECLARE_FINAL_TYPE (MynaQuickWindow, myna_quick_window, MYNA, QUICK_WINDOW, AdwWindow)

/* Its chat is in the history from the first question on, or is the temporary one where the setting "ask-temporary" says so.
 * Escape closes it; a reply goes on.  What was written and not asked is there again when it is shown the next time.
 *
 * Signal "open" (MynaConversation *): the chat is to go on in the main window; this one has let go of it. */
GtkWidget *myna_quick_window_new (GtkApplication *application, MynaCore *core);
/* Shows it: with a new chat, unless its last one is still open, or only written and not asked. */
void myna_quick_window_show (MynaQuickWindow *self, GtkApplication *application);
/* Asks this now. */
void myna_quick_window_ask (MynaQuickWindow *self, const char *question);
/* Quotes what is selected on the desktop, or what was copied where nothing is. */
void myna_quick_window_take_selection (MynaQuickWindow *self);
/* Whether the person sees this conversation in it; NULL: any. */
gboolean myna_quick_window_shows (MynaQuickWindow *self, MynaConversation *conversation);

G_END_DECLS
