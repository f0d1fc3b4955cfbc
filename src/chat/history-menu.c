/* history-menu.c: the menus of conversations and folders
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/history-menu.h"

#include <glib/gi18n.h>

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
make_move_menu (MynaHistoryModel *history, gint64 id)
{
  GPtrArray *folders = myna_history_model_get_folders (history);
  GMenu *menu = g_menu_new ();
  GMenu *list = g_menu_new ();
  GMenu *other = g_menu_new ();
  gint64 here = myna_history_model_get_folder (history, id);

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
make_active_menu (MynaHistoryModel *history, gint64 id)
{
  GMenu *menu = g_menu_new ();
  GMenu *change = g_menu_new ();
  GMenu *away = g_menu_new ();
  g_autoptr (GMenu) move = make_move_menu (history, id);
  gboolean pinned = myna_history_model_get_pinned (history, id);

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
make_archive_menu (gint64 id)
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
make_bin_menu (gint64 id)
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
make_folder_menu (MynaHistoryItem *item)
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

GMenuModel *
myna_history_menu_new (MynaHistoryModel *history, MynaHistoryItem *item)
{
  gint64 id = myna_history_item_get_id (item);

  if (myna_history_item_get_kind (item) == MYNA_HISTORY_HEADING)
    return NULL;
  if (myna_history_item_get_kind (item) == MYNA_HISTORY_FOLDER)
    return make_folder_menu (item);
  switch (myna_history_model_get_kind (history))
    {
    case STORE_LIST_ARCHIVED: return make_archive_menu (id);
    case STORE_LIST_DELETED: return make_bin_menu (id);
    case STORE_LIST_ACTIVE:
    default: return make_active_menu (history, id);
    }
}
