/* markdown-link.h: the links of a text, and what is told of where they lead
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "markup/markdown.h"

G_BEGIN_DECLS

/* The next link of a string, from its run `*i` on, which becomes the run behind it; FALSE: there is none.  One with emphasis in it
 * has several runs and is one link.  The target is the string's. */
gboolean myna_rich_string_next_link (const MynaRichString *string, guint *i, MynaRange *ret_range, const char **ret_target);

/* Whether the target is a source of the message (MYNA_SOURCE_TARGET), and its number. */
gboolean myna_link_get_source (const char *target, guint *ret_number);
/* What is told of a target: the address, or where the source stands. */
const char *myna_link_describe (const char *target);
/* The same with the address as it is on the wire, so that letters of another script cannot pass for Latin ones; the caller frees. */
char *myna_link_dup_wire (const char *target);

G_END_DECLS
