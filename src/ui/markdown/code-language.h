/* code-language.h: the highlighter's language for the word behind a code fence
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtksourceview/gtksource.h>

G_BEGIN_DECLS

/* Language for what a model wrote behind the fence ("py", "C++", …), or NULL.  `info` may be NULL. */
GtkSourceLanguage *myna_code_language_find (const char *info);

G_END_DECLS
