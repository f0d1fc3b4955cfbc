/* spin-words.h: a number field that says in a word what its lowest value means
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Shows the word ("Automatic", "Off" …) instead of the number where the value is this one; it can be typed, too. */
void myna_spin_button_set_word (GtkSpinButton *spin, double value, const char *word);

G_END_DECLS
