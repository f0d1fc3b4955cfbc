/* markdown-matches.h: where a text is found in the blocks of a message
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "markup/markdown.h"

G_BEGIN_DECLS

typedef struct MynaMatches MynaMatches;

MynaMatches *myna_matches_new (void) G_GNUC_WARN_UNUSED_RESULT;
void myna_matches_free (MynaMatches *self);
/* What is looked for; NULL and "": nothing.  FALSE: it is that already.  Nothing is found before the next update. */
gboolean myna_matches_set_needle (MynaMatches *self, const char *needle);
/* NULL: nothing is looked for. */
const char *myna_matches_get_needle (MynaMatches *self);
/* Looks into the blocks (of MynaBlock) from `first` on; those before are as they were. */
void myna_matches_update (MynaMatches *self, GPtrArray *blocks, guint first);
/* The places in a block: of MynaRange; NULL: there are none.  Borrowed. */
GArray *myna_matches_get (MynaMatches *self, guint block);
/* In all blocks. */
guint myna_matches_count (MynaMatches *self);
/* The block of a match, and which of the block's it is.  FALSE: there are not so many. */
gboolean myna_matches_locate (MynaMatches *self, guint index, guint *ret_block, guint *ret_local);

G_END_DECLS
