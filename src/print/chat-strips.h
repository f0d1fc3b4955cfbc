/* chat-strips.h: a conversation as strips of paper: what may be parted between two pages, and what not (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <pango/pangocairo.h>

#include "storage/storage.h"

G_BEGIN_DECLS

#define MYNA_STRIP_MAX_BARS 8

typedef enum
{
  MYNA_PAPER_PLAIN,
  MYNA_PAPER_QUESTION, /* tinted, over the whole width */
  MYNA_PAPER_CODE,
} MynaPaper;

/* One part of a strip: a line of a text, or the whole text of a table's cell. */
typedef struct
{
  PangoLayout *layout;   /* owned */
  PangoLayoutLine *line; /* owned; NULL: the whole layout */
  double x;
  double y; /* of the line's baseline, or the layout's top, below the strip's top */
} MynaStripText;

/* As high as a line or a table's row; all lengths are in points. */
typedef struct
{
  double before; /* space above, not at the top of a page */
  double height;
  double left;   /* where paper and rules begin … */
  double right;  /* … and rules end; 0: at the page's edge */
  GArray *texts; /* of MynaStripText */
  MynaPaper paper;
  double bars[MYNA_STRIP_MAX_BARS]; /* x of the bars of quotes */
  guint n_bars;
  gboolean is_grey;
  gboolean has_rule;       /* a hairline at the bottom */
  gboolean keep_with_next; /* not the last one of a page */
} MynaStrip;

/* An array of MynaStrip that the caller owns: title and date, then the messages (StoreMessage, with texts), laid out for this
 * width.  Markdown of replies is formatted; a formula without room stays TeX. */
GPtrArray *myna_chat_strips_new (PangoContext *context, double width, const StoreConversation *conversation,
                                 GPtrArray *messages) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
