/* link.h: a link for the keyboard and for screen readers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "markdown/ink.h"

G_BEGIN_DECLS

#define MYNA_TYPE_LINK (myna_link_get_type ())
G_DECLARE_FINAL_TYPE (MynaLink, myna_link, MYNA, LINK, GtkWidget)

/* Makes links [n, …) in the array, children of the parent, be those of a string whose text begins at `offset` of the
 * parent's text.  Links that are there already are used again, so that one keeps the focus while text is added behind it.
 * Returns the index after the last one. */
guint myna_links_update (GPtrArray *links, guint n, GtkWidget *parent, const MynaRichString *string, guint offset);
/* Takes away the links from n on; with n = 0 to be called in the parent's dispose(). */
void myna_links_truncate (GPtrArray *links, guint n);

/* Follows a link from the widget: an address opens, of a source the action "message.show-source" gets the number. */
void myna_link_open (GtkWidget *widget, const char *target);

/* Bytes of the parent's text. */
MynaRange myna_link_get_range (MynaLink *self);
/* Gives the link its place: `rectangles` (of graphene_rect_t, one a line; the link takes them) in the parent. */
void myna_link_place (MynaLink *self, GArray *rectangles);

G_END_DECLS
