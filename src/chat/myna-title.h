/* myna-title.h: titles of conversations
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A title from the first question: its first line without markdown, cut at a word, or between two CJK characters. */
char *myna_title_from_text (const char *text) G_GNUC_WARN_UNUSED_RESULT;
/* The same for a question that may be nothing but attachments (JSON or NULL): the first one's name, or first line where it
 * is pasted text, gives the title then. */
char *myna_title_from_question (const char *text, const char *attachments) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
