/* passage-window.h: a passage of a document, in its place
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "storage/storage.h"

G_BEGIN_DECLS

/* Shows it beside the parent, between those before and after it, with the words of the question (NULL: none) highlighted.  There is
 * one such window of a parent: it shows another passage then. */
void myna_passage_window_show (GtkWindow *parent, StoreDb *store, const StorePassage *passage, const char *question);

/* Shows the whole text of a document. */
void myna_passage_window_show_text (GtkWindow *parent, StoreDb *store, gint64 document_id, const char *name);

G_END_DECLS
