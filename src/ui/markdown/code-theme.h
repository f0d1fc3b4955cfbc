/* code-theme.h: the colors of code: one pair of style schemes, light and dark
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtksourceview/gtksource.h>

G_BEGIN_DECLS

#define MYNA_TYPE_CODE_THEME (myna_code_theme_get_type ())
G_DECLARE_FINAL_TYPE (MynaCodeTheme, myna_code_theme, MYNA, CODE_THEME, GObject)

/* The one that all code blocks follow.  Signal: changed. */
MynaCodeTheme *myna_code_theme_get_default (void);
/* "adwaita", "classic", "kate" or "none"; a name that is not known changes nothing. */
void myna_code_theme_set_name (MynaCodeTheme *self, const char *name);
/* The scheme for the style of the window now; NULL: no colors. */
GtkSourceStyleScheme *myna_code_theme_get_scheme (MynaCodeTheme *self);

G_END_DECLS
