/* ink.h: what a message is drawn with: the theme's colors, and what is marked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "typeset/text-layout.h"

G_BEGIN_DECLS

/* The colors that a message is drawn with, from the theme. */
typedef struct
{
  GdkRGBA text, accent, selection, match, current_match, code_background, line;
  PangoColor link; /* the accent */
} MynaInk;

/* Reads the colors for `widget`; to be called again in its css_changed(). */
void myna_ink_init (MynaInk *self, GtkWidget *widget);

/* What is marked in a text. */
typedef struct
{
  MynaRange selection; /* empty if start == end */
  GArray *matches;     /* of MynaRange; NULL if there are none */
  int current;         /* index of the current match or -1 */
} MynaMarks;

/* Draws the text with what lies behind it.  offset: of this text within what the marks count. */
void myna_ink_draw (const MynaInk *self, MynaTextLayout *layout, GtkSnapshot *snapshot, const MynaMarks *marks, guint offset);

G_END_DECLS
