/* copy-button.h: a flat button that copies, and shows that it has
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MYNA_TYPE_COPY_BUTTON (myna_copy_button_get_type ())
G_DECLARE_FINAL_TYPE (MynaCopyButton, myna_copy_button, MYNA, COPY_BUTTON, GtkButton)

/* The label is its tooltip and what a screen reader says. */
GtkWidget *myna_copy_button_new (const char *label);
/* Puts the text on the clipboard and a tick on the button for a moment. */
void myna_copy_button_copy (MynaCopyButton *self, const char *text);

G_END_DECLS
