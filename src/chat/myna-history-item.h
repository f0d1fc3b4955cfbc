/* myna-history-item.h: one row of the history as the sidebar shows it (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum
{
  MYNA_HISTORY_HEADING, /* "Today" … */
  MYNA_HISTORY_FOLDER,
  MYNA_HISTORY_CONVERSATION,
} MynaHistoryKind;

/* In the order in which the groups stand. */
typedef enum
{
  MYNA_HISTORY_PINNED,
  MYNA_HISTORY_FOLDERS,
  MYNA_HISTORY_TODAY,
  MYNA_HISTORY_YESTERDAY,
  MYNA_HISTORY_WEEK,
  MYNA_HISTORY_MONTH,
  MYNA_HISTORY_OLDER, /* by month */
} MynaHistoryGroup;

/* A month as the id of its heading: year × 12 + month − 1. */
static inline gint64
myna_history_month (int year, int month)
{
  return (gint64) year * 12 + month - 1;
}

#define MYNA_TYPE_HISTORY_ITEM (myna_history_item_get_type ())
G_DECLARE_FINAL_TYPE (MynaHistoryItem, myna_history_item, MYNA, HISTORY_ITEM, GObject)

/* Properties: "title", "busy" (a reply is being written), "asking" (it waits for the person's answer), "checked" (in a selection of several), "expanded" (folders), "server" (the name of the one that its model is on, or NULL). */
MynaHistoryItem *myna_history_item_new (MynaHistoryKind kind, MynaHistoryGroup group, gint64 id);
MynaHistoryKind myna_history_item_get_kind (MynaHistoryItem *self);
MynaHistoryGroup myna_history_item_get_group (MynaHistoryItem *self);
/* The conversation's or folder's id.  Of a heading 0, but of a month: see myna_history_month(). */
gint64 myna_history_item_get_id (MynaHistoryItem *self);
const char *myna_history_item_get_title (MynaHistoryItem *self);
/* What a list says of it: the heading of a group, or the title; the caller frees. */
char *myna_history_item_describe (MynaHistoryItem *self) G_GNUC_WARN_UNUSED_RESULT;
void myna_history_item_set_title (MynaHistoryItem *self, const char *title);
/* How deep the row is inside folders: 0, 1 or 2. */
guint myna_history_item_get_depth (MynaHistoryItem *self);
void myna_history_item_set_depth (MynaHistoryItem *self, guint depth);
gboolean myna_history_item_get_busy (MynaHistoryItem *self);
void myna_history_item_set_busy (MynaHistoryItem *self, gboolean busy);
gboolean myna_history_item_get_asking (MynaHistoryItem *self);
void myna_history_item_set_asking (MynaHistoryItem *self, gboolean asking);
const char *myna_history_item_get_server (MynaHistoryItem *self);
void myna_history_item_set_server (MynaHistoryItem *self, const char *server);
gboolean myna_history_item_get_checked (MynaHistoryItem *self);
void myna_history_item_set_checked (MynaHistoryItem *self, gboolean checked);
gboolean myna_history_item_get_expanded (MynaHistoryItem *self);
void myna_history_item_set_expanded (MynaHistoryItem *self, gboolean expanded);

G_END_DECLS
