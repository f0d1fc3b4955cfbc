/* empty-page.h: what a conversation shows before its first message
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define MYNA_TYPE_EMPTY_PAGE (myna_empty_page_get_type ())
G_DECLARE_FINAL_TYPE (MynaEmptyPage, myna_empty_page, MYNA, EMPTY_PAGE, AdwBin)

/* Signal: ask (const char *question), by one of the suggestions */
GtkWidget *myna_empty_page_new (void);
/* Display name of the model; NULL: none yet. */
void myna_empty_page_set_model (MynaEmptyPage *self, const char *name);

/* The conversation's settings, as JSON, or NULL: the page shows the persona that has them.  Its menu has the action
 * conversation.use-persona. */
void myna_empty_page_set_settings (MynaEmptyPage *self, const char *settings);

G_END_DECLS
