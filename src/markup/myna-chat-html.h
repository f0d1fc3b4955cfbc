/* myna-chat-html.h: markdown as HTML that is safe to open (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Makes what rendering needs once; to be called on the main thread before another thread renders. */
void myna_chat_html_init (void);

/* The text of a message (store_split_parts ()) as HTML without a document around it, a StoreRenderFunc.  Only cmark's tags
 * are written, everything from the message is escaped, and links are http, https or mailto: HTML in the message is shown as
 * text.  Formulas stay TeX.  user_data is not used; the caller frees. */
char *myna_chat_html_render (const char *markdown, gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
