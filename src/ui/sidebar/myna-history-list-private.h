/* myna-history-list-private.h: what myna-history-list.c, -menu.c and -dnd.c share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "sidebar/myna-history-list.h"
#include "sidebar/myna-history-row.h"

G_BEGIN_DECLS

struct _MynaHistoryList
{
  GtkWidget parent_instance;

  MynaHistoryModel *model;
  GtkSingleSelection *selection;
  GtkWidget *stack;
  GtkWidget *empty;
  GtkWidget *list;
  GtkWidget *menu;
  GtkWidget *focus_before; /* weak: what had the keyboard when the menu was opened */
  GHashTable *rows;        /* set of MynaHistoryRow that show an item now */

  gint64 current;
  MynaHistoryKind rename_kind; /* rename this as soon as its row is there … */
  gint64 rename_id;            /* … 0: nothing */
  gint64 range_start;          /* the conversation checked last: where Shift+click begins */
  gboolean selecting;
  gboolean acted_on_press; /* the click that goes on now did its work already */
  gboolean following;      /* the selection is being changed by the program */
};

/* myna-history-list-menu.c */
GtkWidget *myna_history_list_make_menu (MynaHistoryList *self);
/* Shows the menu of what the row shows, at this place of the row. */
void myna_history_list_popup_menu (MynaHistoryList *self, MynaHistoryRow *row, double x, double y);

/* myna-history-list-dnd.c */
/* Lets the row be dragged, and others be dropped on it. */
void myna_history_list_setup_dnd (MynaHistoryList *self, MynaHistoryRow *row);

G_END_DECLS
