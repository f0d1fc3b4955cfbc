/* row-pool.c: the rows of a canvas that have widgets
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transcript/row-pool.h"

/* Rows kept for reuse, of each kind. */
#define MAX_SPARE 8

static MynaRow *
nth (MynaRowPool *self, guint i)
{
  return g_ptr_array_index (self->rows, i);
}

/* Index of the first row at or after the position. */
static guint
find_row (MynaRowPool *self, guint position)
{
  guint i = 0;

  while (i < self->rows->len && nth (self, i)->position < position)
    i++;
  return i;
}

/* The widget goes to the spare ones, or for good. */
static void
release (MynaRowPool *self, guint i)
{
  MynaRow *row = g_ptr_array_steal_index (self->rows, i);

  self->funcs->unbind (row->widget, row->item, self->user_data);
  g_object_ref (row->widget);
  gtk_widget_unparent (row->widget);
  if (self->spare[row->kind].length < MAX_SPARE)
    g_queue_push_tail (&self->spare[row->kind], row->widget);
  else
    g_object_unref (row->widget);
  g_object_unref (row->item);
  g_free (row);
}

static MynaRow *
make (MynaRowPool *self, guint position)
{
  guint i = find_row (self, position);
  MynaRow *row = g_new (MynaRow, 1);

  row->position = position;
  row->item = g_list_model_get_item (self->model, position);
  row->kind = self->funcs->kind (row->item, self->user_data);
  row->widget = g_queue_pop_head (&self->spare[row->kind]);
  if (!row->widget)
    row->widget = g_object_ref_sink (self->funcs->create (row->kind, self->user_data));
  self->funcs->bind (row->widget, row->item, self->user_data);
  /* Children in the order of the rows: that is the order of the Tab key and of screen readers. */
  gtk_widget_set_child_visible (row->widget, FALSE);
  gtk_widget_insert_after (row->widget, self->owner, i > 0 ? nth (self, i - 1)->widget : NULL);
  g_object_unref (row->widget);
  g_ptr_array_insert (self->rows, i, row);
  return row;
}

MynaRow *
myna_row_pool_peek (MynaRowPool *self, guint position)
{
  guint i = find_row (self, position);

  return i < self->rows->len && nth (self, i)->position == position ? nth (self, i) : NULL;
}

MynaRow *
myna_row_pool_get (MynaRowPool *self, guint position)
{
  MynaRow *row = myna_row_pool_peek (self, position);

  return row ? row : make (self, position);
}

void
myna_row_pool_splice (MynaRowPool *self, guint position, guint n_removed, guint n_added)
{
  for (guint i = self->rows->len; i > 0; i--)
    {
      MynaRow *row = nth (self, i - 1);

      if (row->position >= position + n_removed)
        row->position += n_added - n_removed;
      else if (row->position >= position)
        release (self, i - 1);
    }
}

void
myna_row_pool_keep (MynaRowPool *self, guint first, guint last)
{
  for (guint i = self->rows->len; i > 0; i--)
    {
      MynaRow *row = nth (self, i - 1);
      gboolean has_focus = gtk_widget_get_focus_child (row->widget) || gtk_widget_has_focus (row->widget);
      gboolean stays = has_focus || (self->funcs->keeps && self->funcs->keeps (row->widget, self->user_data));

      if ((row->position < first || row->position > last) && !stays)
        release (self, i - 1);
    }
}

void
myna_row_pool_release_all (MynaRowPool *self)
{
  while (self->rows->len > 0)
    release (self, self->rows->len - 1);
}

void
myna_row_pool_set_model (MynaRowPool *self, GListModel *model)
{
  myna_row_pool_release_all (self);
  self->model = model;
}

MynaRowPool *
myna_row_pool_new (GtkWidget *owner, const MynaChatCanvasFuncs *funcs, gpointer user_data)
{
  MynaRowPool *self = g_new0 (MynaRowPool, 1);

  self->rows = g_ptr_array_new ();
  self->owner = owner;
  self->funcs = funcs;
  self->user_data = user_data;
  for (guint i = 0; i < MYNA_CHAT_CANVAS_MAX_KINDS; i++)
    g_queue_init (&self->spare[i]);
  return self;
}

void
myna_row_pool_free (MynaRowPool *self)
{
  myna_row_pool_release_all (self);
  for (guint i = 0; i < MYNA_CHAT_CANVAS_MAX_KINDS; i++)
    g_queue_clear_full (&self->spare[i], g_object_unref);
  g_ptr_array_unref (self->rows);
  g_free (self);
}
