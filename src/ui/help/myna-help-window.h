/* myna-help-window.h: the help, shown by the program itself
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Shows the help in the person's language,.  There is one help window: a second
 * call brings it to the front. */
void myna_help_window_show (GtkApplication *application);

G_END_DECLS
