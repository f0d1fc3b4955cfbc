/* markdown-reader.h: the blocks of a growing text, parts of which may be folded
 *
 * What takes longer than a frame is parsed by a thread.  Until it has, such a text is shown as plain text, or as before.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "markup/markdown.h"

G_BEGIN_DECLS

typedef struct _MynaMarkdownReader MynaMarkdownReader;

/* The blocks that are shown from `first` on may be others. */
typedef void (*MynaMarkdownReaderFunc) (guint first, gpointer user_data);

/* Begins with an empty text.  changed: called before the functions return, and later in the thread's default main context. */
MynaMarkdownReader *myna_markdown_reader_new (MynaMarkdownReaderFunc changed, gpointer user_data);
/* Results of a thread that is still at work are dropped. */
void myna_markdown_reader_stop (MynaMarkdownReader *self);
/* Nothing is called any more. */
void myna_markdown_reader_free (MynaMarkdownReader *self);
void myna_markdown_reader_set_text (MynaMarkdownReader *self, const char *text);
/* Whether a thread is parsing: another change will follow. */
gboolean myna_markdown_reader_is_parsing (MynaMarkdownReader *self);
/* As it is, without markdown. */
void myna_markdown_reader_set_plain_text (MynaMarkdownReader *self, const char *text);
/* number: of a <details>. */
void myna_markdown_reader_toggle (MynaMarkdownReader *self, guint number);
/* Unfolds what has the needle in it. */
void myna_markdown_reader_unfold_matches (MynaMarkdownReader *self, const char *needle);
/* All blocks (of MynaBlock), and those that are not folded away; the reader's, valid until the next change. */
GPtrArray *myna_markdown_reader_get_blocks (MynaMarkdownReader *self);
GPtrArray *myna_markdown_reader_get_shown (MynaMarkdownReader *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaMarkdownReader, myna_markdown_reader_free)

G_END_DECLS
