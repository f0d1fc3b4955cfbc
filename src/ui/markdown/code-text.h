/* code-text.h: the text of a code block, highlighted
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "markdown/ink.h"
#include "typeset/code-layout.h"

G_BEGIN_DECLS

/* Longer code is shown without colors. */
#define MYNA_CODE_MAX_HIGHLIGHT (200 * 1024)

#define MYNA_TYPE_CODE_TEXT     (myna_code_text_get_type ())
G_DECLARE_FINAL_TYPE (MynaCodeText, myna_code_text, MYNA, CODE_TEXT, GtkWidget)

GtkWidget *myna_code_text_new (void);
/* Where `text` begins with the old text only the last lines are laid out again.  `info`: language as written, or NULL. */
void myna_code_text_set_text (MynaCodeText *self, const char *text, const char *info);
/* Lays everything out anew: another theme or font. */
void myna_code_text_reset (MynaCodeText *self, const MynaInk *ink);
void myna_code_text_set_wrap (MynaCodeText *self, gboolean wrap);
void myna_code_text_set_marks (MynaCodeText *self, const MynaMarks *marks);
/* What is where, in the pixels of the widget. */
MynaCodeLayout *myna_code_text_get_layout (MynaCodeText *self);

G_END_DECLS
