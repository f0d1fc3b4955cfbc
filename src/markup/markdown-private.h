/* markdown-private.h: between the document, the reader of cmark's tree and the inline reader
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <cmark-gfm.h>
#include <cmark-gfm-extension_api.h>

#include "markup/markdown.h"

G_BEGIN_DECLS

/* Appends a string's text and runs. */
typedef struct
{
  GString *text;
  GArray *runs; /* of MynaRun */
} MynaStringBuilder;

void myna_string_builder_init (MynaStringBuilder *self);
void myna_string_builder_append (MynaStringBuilder *self, const char *text, MynaRunStyle style, char *data);
/* Takes the string out; the builder is empty and must not be used again. */
MynaRichString myna_string_builder_end (MynaStringBuilder *self);

MynaRichString *myna_rich_string_new (MynaRichString value);
void myna_rich_string_clear (MynaRichString *self);
void myna_rich_string_free (MynaRichString *self);

/* A block with the containers around it copied; the caller owns the only reference. */
MynaBlock *myna_block_new (MynaBlockKind kind, const MynaContainer *containers, guint n_containers);

/* Appends a text as it is, in blocks small enough to be laid out one by one. */
void myna_blocks_add_plain (GPtrArray *blocks, const char *text);
/* Last place at or before `limit` where a line of text may end. */
gsize myna_find_break (const char *text, gsize limit);

/* Text of a literal with the characters that hide or reorder other ones written out, as in ⟨U+202E⟩; NULL if it has none. */
char *myna_reveal_controls (const char *text);

/* markdown-mark.c: characters that cmark is given beside those of the text, which has none of them. */
#define MYNA_MARK_ESCAPE '\001' /* the backslash of a formula's delimiter */
#define MYNA_MARK_CARET  '\002' /* a caret that belongs to no footnote */
#define MYNA_MARK_PIPE   '\003' /* a pipe that divides no cells */
#define MYNA_MARK_PLAIN  '\004' /* nothing: from here to the next blank line all is plain text */
#define MYNA_MARK_LETTER '\005' /* nothing: a letter between a mark and what stands beside it */
#define MYNA_MARK_BLANK  '\006' /* nothing, nor is the blank before it, which ends an address */
#define MYNA_MARK_BEGIN  '\a'   /* nothing, nor is the blank behind it, which begins an address */

/* text[0, length) with marks.  `before` is where the paragraph that text may be in began: what it has used up of the limits
 * counts. */
GString *myna_mark (const char *before, const char *text, gsize length);
/* Takes the marks out of text; from an address, the backslashes of brackets, too.  NULL if there are none; the caller frees. */
char *myna_unmark (const char *text, gboolean is_address);
void myna_unmark_char (GString *out, char c);
/* How far a text can be parsed from `start` on in about so many milliseconds: to its end, if that is no more than 64 KiB away,
 * or to the end of a line. */
gsize myna_mark_get_limit (const char *text, gsize start, gsize length, guint milliseconds);

/* markdown-maths.c.  To be attached before all others: that of tables swallows what it is asked about. */
cmark_syntax_extension *myna_maths_get_extension (void);
/* To be called before a text is parsed. */
void myna_maths_begin (gsize length);
/* Source of a CUSTOM_BLOCK with its delimiters; not a formula if it was never closed, or is text behind MYNA_MARK_PLAIN. */
const char *myna_maths_get_display (cmark_node *node, gboolean *ret_is_formula);
/* Whether the node is a displayed formula behind which, on its last line, the next block begins. */
gboolean myna_maths_leaves_rest (cmark_node *node);

/* markdown-details.c */
typedef struct
{
  enum
  {
    MYNA_DETAILS_OPEN,    /* is_open */
    MYNA_DETAILS_SUMMARY, /* text */
    MYNA_DETAILS_TEXT,    /* text: anything else */
    MYNA_DETAILS_CLOSE
  } kind;
  gboolean is_open;
  char *text; /* without the blanks around it; the caller frees */
} MynaDetailsPart;

/* Takes the next part of a block of HTML; FALSE at its end. */
gboolean myna_details_next (const char **text, MynaDetailsPart *ret_part);
/* Whether a block of HTML is about <details>; is_inside: it follows an open one. */
gboolean myna_details_begin (const char *html, gboolean is_inside);

/* Inline children of `node` (paragraph, heading or table cell). */
void myna_inlines_read (cmark_node *node, MynaStringBuilder *builder);

/* Whether a link may be followed: http, https and mailto only, without control characters. */
gboolean myna_is_safe_target (const char *url);

/* cmark's tree of a text, with marks; the caller frees.  before: see myna_mark (). */
cmark_node *myna_markdown_parse (const char *before, const char *text, gsize length);

/* Where a piece of markdown may still change: the last top-level part that began on a complete line. */
typedef struct
{
  guint first_block; /* index of its first block */
  int first_line;    /* line, from 1, where it begins; 0 if there is no such part */
} MynaTail;

/* Parses `text` and appends its blocks.  before: see myna_mark (). */
MynaTail myna_blocks_read (const char *before, const char *text, gsize length, GPtrArray *blocks);

G_END_DECLS
