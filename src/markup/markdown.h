/* markdown.h: GitHub's markdown as a flat list of blocks; no widgets
 *
 * A message becomes an array of leaf blocks (paragraph, heading, code, table, …) in reading order.  Nesting is not a tree
 * but a property of each leaf: the quotes, list items and so on around it, outermost first.  That is what a transcript
 * needs: one widget a leaf, one selection over all of them, and a cheap comparison of old and new while text streams in.
 *
 * Text is always plain text plus runs of attributes, never markup, so nothing that a model writes can be mistaken for
 * markup.  All offsets are bytes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Bytes [start, end) of a text. */
typedef struct
{
  guint start, end;
} MynaRange;

/* What a message may cost.  More than this is shown as plain text (or not nested further). */
#define MYNA_MARKDOWN_MAX_DEPTH         32
#define MYNA_MARKDOWN_MAX_TABLE_COLUMNS 50
#define MYNA_MARKDOWN_MAX_TABLE_ROWS    500
#define MYNA_MARKDOWN_MAX_PARAGRAPH     (16 * 1024)
#define MYNA_MARKDOWN_MAX_TEXT          (1024 * 1024)
#define MYNA_MARKDOWN_MAX_LINE          (64 * 1024) /* cmark needs quadratic time for some of them */

typedef enum
{
  MYNA_BLOCK_PARAGRAPH,
  MYNA_BLOCK_HEADING, /* level 1–6 */
  MYNA_BLOCK_CODE,    /* info; a fence that is not closed yet counts as one */
  MYNA_BLOCK_TABLE,   /* cells, n_columns, alignments */
  MYNA_BLOCK_RULE,
  MYNA_BLOCK_HTML,    /* source, shown as text */
  MYNA_BLOCK_MATHS,   /* text: TeX source with its delimiters; the closing one is missing while it is written */
  MYNA_BLOCK_SUMMARY, /* head of a <details>: text ("": it has none), level, is_open; what it folds away has its container */
} MynaBlockKind;

/* A link to something that the message is made from: its number, a blank and words for the person follow. */
#define MYNA_SOURCE_TARGET "myna-source:"

typedef enum
{
  MYNA_RUN_STRONG = 1 << 0,
  MYNA_RUN_EMPHASIS = 1 << 1,
  MYNA_RUN_STRIKETHROUGH = 1 << 2,
  MYNA_RUN_CODE = 1 << 3,
  MYNA_RUN_LINK = 1 << 4,        /* data: the target, http, https or mailto, or MYNA_SOURCE_TARGET */
  MYNA_RUN_SUPERSCRIPT = 1 << 5, /* number of a footnote, <sup> */
  MYNA_RUN_MATHS = 1 << 6,       /* the text is one U+FFFC; data: the TeX source with its delimiters */
  MYNA_RUN_HTML = 1 << 7,
  MYNA_RUN_SUBSCRIPT = 1 << 8,
} MynaRunStyle;

/* A stretch of text with one look.  Runs of a text are in order, do not overlap, and leave out what has no style. */
typedef struct
{
  guint start, end;
  MynaRunStyle style;
  char *data; /* GRefString or NULL; see MynaRunStyle */
} MynaRun;

typedef struct
{
  char *text;   /* UTF-8, owned */
  GArray *runs; /* of MynaRun, owned; NULL if there are none */
} MynaRichString;

typedef enum
{
  MYNA_CONTAINER_QUOTE,
  MYNA_CONTAINER_ITEM,     /* marker, task */
  MYNA_CONTAINER_FOOTNOTE, /* marker */
  MYNA_CONTAINER_DETAILS,  /* number */
} MynaContainerKind;

/* clang-format off */
typedef enum { MYNA_TASK_NONE, MYNA_TASK_OPEN, MYNA_TASK_DONE } MynaTask;
/* clang-format on */

typedef struct
{
  MynaContainerKind kind;
  gboolean is_first; /* this leaf is the container's first: a marker stands beside it */
  MynaTask task;
  guint number;    /* which <details> of the message it is, from 1 */
  char marker[16]; /* "•", "12."; "" for none */
} MynaContainer;

/* clang-format off */
typedef enum { MYNA_ALIGN_START, MYNA_ALIGN_CENTER, MYNA_ALIGN_END } MynaAlignment;
/* clang-format on */

typedef struct
{
  MynaBlockKind kind;
  MynaRichString string; /* text; "" of a rule; of a table its cells' texts with tabs and line ends between them */
  guint level;           /* of a heading; of a summary: which of the message it is, from 1 */
  gboolean is_open;      /* of a summary: what it is the head of is unfolded at first */
  gboolean is_tight;     /* stands close to the block before it */
  gboolean is_flush;     /* goes on with a plain text: no space before it */
  gboolean is_same_line; /* … not even a line's end */
  char *info;            /* of a fenced code block: its language; or NULL */
  char *literal;         /* exact source where `string` shows invisible characters; or NULL */

  guint n_columns;           /* of a table */
  MynaAlignment *alignments; /* [n_columns] */
  GPtrArray *cells;          /* of MynaRichString, row by row, the header first; [n_rows * n_columns] */

  guint n_containers;        /* <= MYNA_MARKDOWN_MAX_DEPTH */
  MynaContainer *containers; /* outermost first */
} MynaBlock;

MynaBlock *myna_block_ref (MynaBlock *self);
void myna_block_unref (MynaBlock *self);
/* Whether both show the same. */
gboolean myna_block_equal (const MynaBlock *a, const MynaBlock *b);
/* A new block that says the same as a summary; the caller owns the only reference. */
MynaBlock *myna_block_dup_summary (const MynaBlock *summary);
/* The source of a code block or formula as the model wrote it. */
const char *myna_block_get_source (const MynaBlock *self);

typedef struct _MynaMarkdown MynaMarkdown;

MynaMarkdown *myna_markdown_new (void);
void myna_markdown_free (MynaMarkdown *self);
/* Replaces the text (UTF-8; what is not becomes U+FFFD).  Where it begins with the old text, only the last block that could
 * still change and what follows it are parsed again; what would take longer than a frame has is plain text (is_whole).
 * Returns the index of the first block that may differ from before.
 */
guint myna_markdown_set_text (MynaMarkdown *self, const char *text);
/* Whether set_text had the time to parse all of the text that is ever parsed.  Else the rest is plain text. */
gboolean myna_markdown_is_whole (MynaMarkdown *self);
/* Whether it would have for `text`. */
gboolean myna_markdown_fits (MynaMarkdown *self, const char *text);
/* Sets the text and parses all of it, for up to two seconds of the processor: to be called on a thread that nobody waits for.
 * is_canceled (NULL: never) is asked now and then.  The document may go to another thread afterwards. */
void myna_markdown_set_whole_text (MynaMarkdown *self, const char *text, gboolean (*is_canceled) (gpointer user_data),
                                   gpointer user_data);
/* Sets the text as it is, without markdown.  Whether it was another one before. */
gboolean myna_markdown_set_plain_text (MynaMarkdown *self, const char *text);
/* Whether `text` begins with the document's text, as one does that goes on. */
gboolean myna_markdown_begins (MynaMarkdown *self, const char *text);
/* Array of MynaBlock, owned by the document, valid until the next change. */
GPtrArray *myna_markdown_get_blocks (MynaMarkdown *self);
/* Bytes parsed by the last set_text: what the incremental parser saves (tests, benchmarks). */
gsize myna_markdown_get_parsed_bytes (MynaMarkdown *self);

/* ---- Without widgets (markdown-plain.c) ------------------------------------------------------------------------- */

/* Appends [start, end) of a string as plain text: formulas as their TeX source. */
void myna_rich_string_copy (const MynaRichString *string, guint start, guint end, GString *out);
/* Appends [start, end) of a block's text (to G_MAXUINT: all of it) as plain text, with what stands between it and the block
 * before and, where it is copied from its beginning, with the markers of the items that it begins. */
void myna_block_append_plain (const MynaBlock *block, guint start, guint end, GString *out);
/* What is read of a text; no more than max_bytes and then "…".  The caller frees. */
char *myna_markdown_to_plain_text (const char *text, gsize max_bytes);
/* ---- Find (markdown-find.c) --------------------------------------------------------------------------------------
 *
 * A needle is text to look for, or several, a line each; it is compared as the history's search compares (text-fold.h). */

/* The needle that finds each term of a query of the history's search by itself; the caller frees. */
char *myna_needle_from_query (const char *query);
/* The places of a needle (NULL: none) in plain text: array of MynaRange, in order, that do not overlap. */
GArray *myna_text_find (const char *text, const char *needle);
/* The same in what a block shows, counted in the block's text (a table's: its cells, each followed by one character).  A
 * formula is found by its TeX source, and as a whole. */
GArray *myna_block_find (const MynaBlock *block, const char *needle);
/* How many places all blocks of a message have: what a view of it counts. */
guint myna_markdown_count_matches (const char *text, const char *needle);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaMarkdown, myna_markdown_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaBlock, myna_block_unref)

G_END_DECLS
