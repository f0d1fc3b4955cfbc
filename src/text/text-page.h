/* text-page.h: the marks of pages in a document's text: "[Page 3]" on a line of its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* line: the beginning of a line in a text.  If it is a mark, returns what follows it and the blank lines below; else NULL. */
const char *text_read_page_mark (const char *line, guint *ret_page);
/* The text without a mark at its beginning. */
const char *text_skip_page_mark (const char *text);

G_END_DECLS
