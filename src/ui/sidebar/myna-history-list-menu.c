/* myna-history-list-menu.c: the menus of conversations and folders
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n.h>

#include "sidebar/myna-history-list-private.h"

#define MAX_FOLDERS 40 /* in the menu; the others are reached by drag and drop */

static void
append (GMenu *menu, const char *label, const char *action, GVariant *target)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target_value (item, action, target);
  g_menu_append_item (menu, item);
}

/* The actions on conversations take an array of ids. */
static GVariant *
ids (gint64 id)
{
  return g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, &id, 1, sizeof id);
}

static void
append_section (GMenu *menu, GMenu *section)
{
  if (g_menu_model_get_n_items (G_MENU_MODEL (section)) > 0)
    g_menu_append_section (menu, NULL, G_MENU_MODEL (section));
  g_object_unref (section);
}

/* Folder names come from the person: an underscore in them is no mnemonic. */
static char *
make_label (const char *name)
{
  g_auto (GStrv) parts = g_strsplit (name, "_", -1);

  return g_strjoinv ("__", parts);
}

static GMenu *
make_move_menu (MynaHistoryList *self, gint64 id)
{
  GPtrArray *folders = myna_history_model_get_folders (self->model);
  GMenu *menu = g_menu_new ();
  GMenu *list = g_menu_new ();
  GMenu *other = g_menu_new ();
  gint64 here = myna_history_model_get_folder (self->model, id);

  for (guint i = 0; i < MIN (folders->len, MAX_FOLDERS); i++)
    {
      MynaHistoryFolder *folder = g_ptr_array_index (folders, i);
      g_autofree char *label = make_label (folder->name);

      if (folder->id != here)
        append (list, label, "win.move-chats", g_variant_new ("(@axx)", ids (id), folder->id));
    }
  append_section (menu, list);
  if (here)
    append (other, _ ("_Remove From Folder"), "win.move-chats", g_variant_new ("(@axx)", ids (id), (gint64) 0));
  append (other, _ ("_New Folder"), "win.move-to-new-folder", ids (id));
  append_section (menu, other);

  return menu;
}

static GMenuModel *
make_active_menu (MynaHistoryList *self, gint64 id)
{
  GMenu *menu = g_menu_new ();
  GMenu *change = g_menu_new ();
  GMenu *away = g_menu_new ();
  g_autoptr (GMenu) move = make_move_menu (self, id);
  gboolean pinned = myna_history_model_get_pinned (self->model, id);

  append (change, _ ("_Rename"), "history.rename", g_variant_new_int64 (id));
  append (change, pinned ? _ ("Un_pin") : _ ("_Pin"), pinned ? "win.unpin-chats" : "win.pin-chats", ids (id));
  g_menu_append_submenu (change, _ ("_Move to"), G_MENU_MODEL (move));
  append (change, _ ("_Select"), "history.select", g_variant_new_int64 (id));
  append (change, _ ("_Export…"), "win.export-chats", ids (id));
  append_section (menu, change);
  append (away, _ ("_Archive"), "win.archive-chats", ids (id));
  append (away, _ ("_Delete"), "win.delete-chats", ids (id));
  append_section (menu, away);

  return G_MENU_MODEL (menu);
}

static GMenuModel *
make_archive_menu (MynaHistoryList *self, gint64 id)
{
  GMenu *menu = g_menu_new ();
  GMenu *change = g_menu_new ();

  append (change, _ ("_Unarchive"), "win.unarchive-chats", ids (id));
  append (change, _ ("_Rename"), "history.rename", g_variant_new_int64 (id));
  append (change, _ ("_Select"), "history.select", g_variant_new_int64 (id));
  append (change, _ ("_Export…"), "win.export-chats", ids (id));
  append (change, _ ("_Delete"), "win.delete-chats", ids (id));
  append_section (menu, change);

  return G_MENU_MODEL (menu);
}

static GMenuModel *
make_bin_menu (MynaHistoryList *self, gint64 id)
{
  GMenu *menu = g_menu_new ();
  GMenu *change = g_menu_new ();

  append (change, _ ("_Restore"), "win.restore-chats", ids (id));
  append (change, _ ("_Select"), "history.select", g_variant_new_int64 (id));
  append (change, _ ("_Delete Permanently"), "win.purge-chats", ids (id));
  append_section (menu, change);

  return G_MENU_MODEL (menu);
}

static GMenuModel *
make_folder_menu (MynaHistoryList *self, MynaHistoryItem *item)
{
  GMenu *menu = g_menu_new ();
  GMenu *change = g_menu_new ();
  GMenu *away = g_menu_new ();
  gint64 id = myna_history_item_get_id (item);

  append (change, _ ("_Rename"), "history.rename-folder", g_variant_new_int64 (id));
  if (myna_history_item_get_depth (item) == 0)
    append (change, _ ("_New Folder Inside"), "win.new-folder", g_variant_new_int64 (id));
  else
    append (change, _ ("_Remove From Folder"), "win.move-folder", g_variant_new ("(xx)", id, (gint64) 0));
  append_section (menu, change);
  append (away, _ ("_Delete Folder, Keep Chats"), "win.delete-folder", g_variant_new_int64 (id));
  append_section (menu, away);

  return G_MENU_MODEL (menu);
}

static GMenuModel *
make_menu (MynaHistoryList *self, MynaHistoryItem *item)
{
  gint64 id = myna_history_item_get_id (item);

  if (myna_history_item_get_kind (item) == MYNA_HISTORY_FOLDER)
    return make_folder_menu (self, item);
  switch (myna_history_model_get_kind (self->model))
    {
    case STORE_LIST_ARCHIVED: return make_archive_menu (self, id);
    case STORE_LIST_DELETED: return make_bin_menu (self, id);
    case STORE_LIST_ACTIVE:
    default: return make_active_menu (self, id);
    }
}

/* GTK leaves the keyboard in what was chosen of a submenu, which is gone then, with all of the window's keys. */
static void
menu_closed_cb (MynaHistoryList *self)
{
  GtkWidget *focus = gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self)));
  GtkWidget *before = self->focus_before && gtk_widget_get_mapped (self->focus_before) ? self->focus_before : NULL;

  /* The list saw the button go down, but not come up. */
  if (before)
    gtk_widget_unset_state_flags (before, GTK_STATE_FLAG_ACTIVE | GTK_STATE_FLAG_PRELIGHT);
  if (!focus || gtk_widget_is_ancestor (focus, self->menu))
    gtk_widget_grab_focus (before ? before : self->list);
  g_clear_weak_pointer (&self->focus_before);
}

GtkWidget *
myna_history_list_make_menu (MynaHistoryList *self)
{
  GtkWidget *menu = gtk_popover_menu_new_from_model (NULL);

  gtk_popover_set_has_arrow (GTK_POPOVER (menu), FALSE);
  gtk_widget_set_halign (menu, GTK_ALIGN_START);
  g_signal_connect_swapped (menu, "closed", G_CALLBACK (menu_closed_cb), self);

  return menu;
}

void
myna_history_list_popup_menu (MynaHistoryList *self, MynaHistoryRow *row, double x, double y)
{
  MynaHistoryItem *item = myna_history_row_get_item (row);
  g_autoptr (GMenuModel) model = NULL;
  graphene_point_t place;

  if (!item || myna_history_item_get_kind (item) == MYNA_HISTORY_HEADING || self->selecting)
    return;
  model = make_menu (self, item);
  gtk_popover_menu_set_menu_model (GTK_POPOVER_MENU (self->menu), model);
  if (!gtk_widget_compute_point (GTK_WIDGET (row), GTK_WIDGET (self), &GRAPHENE_POINT_INIT ((float) x, (float) y), &place))
    return;
  /* The keys mean this row when the menu is gone. */
  gtk_widget_grab_focus (gtk_widget_get_parent (GTK_WIDGET (row)));
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu), &(GdkRectangle){ (int) place.x, (int) place.y, 1, 1 });
  g_set_weak_pointer (&self->focus_before, gtk_root_get_focus (gtk_widget_get_root (GTK_WIDGET (self))));
  gtk_popover_popup (GTK_POPOVER (self->menu));
}
