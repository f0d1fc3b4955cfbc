/* markdown-folds.h: which <details> of a message are folded; no widgets
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "markup/markdown.h"

G_BEGIN_DECLS

typedef struct _MynaFolds MynaFolds;

/* All as the source says: folded, but for those that are `open`. */
MynaFolds *myna_folds_new (void);
void myna_folds_free (MynaFolds *self);
/* As in the beginning: for another message. */
void myna_folds_reset (MynaFolds *self);
/* number: of the container, the level of its summary. */
void myna_folds_toggle (MynaFolds *self, guint number);
/* The blocks (of MynaBlock) that are not folded away, each summary with is_open as it is now; the caller owns the array.  *first,
 * an index in `blocks`, becomes the one in what is returned. */
GPtrArray *myna_folds_list_shown (MynaFolds *self, GPtrArray *blocks, guint *first);
/* Unfolds what has the needle in it; whether there was any such. */
gboolean myna_folds_unfold_matches (MynaFolds *self, GPtrArray *blocks, const char *needle);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaFolds, myna_folds_free)

G_END_DECLS
