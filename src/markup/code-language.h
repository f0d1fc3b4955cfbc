/* code-language.h: the highlighter's language for the word behind a code fence
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* What GtkSourceView calls the language that a model wrote behind the fence ("py", "C++", …), if it knows it.  The caller frees. */
char *myna_code_language_dup_id (const char *info) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
