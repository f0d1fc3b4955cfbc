/* test-menus.c: what the menus of conversations, folders and messages offer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/history-menu.h"
#include "chat/message-menu.h"
#include "store-test.h"

typedef struct
{
  StoreDb *db;
  MynaHistoryModel *model;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->db = test_open_memory ();
  f->model = myna_history_model_new ();
  myna_history_model_set_store (f->model, f->db);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_finalize_object (f->model);
  store_close (f->db);
  g_assert_finalize_object (f->db);
}

/* The actions, with "label: action" for each, sections and submenus in order. */
static void
append_menu (GString *text, GMenuModel *menu)
{
  for (int i = 0; i < g_menu_model_get_n_items (menu); i++)
    {
      static const char *const links[] = { G_MENU_LINK_SECTION, G_MENU_LINK_SUBMENU };
      g_autofree char *label = NULL, *action = NULL;

      if (g_menu_model_get_item_attribute (menu, i, G_MENU_ATTRIBUTE_ACTION, "s", &action)
          && g_menu_model_get_item_attribute (menu, i, G_MENU_ATTRIBUTE_LABEL, "s", &label))
        g_string_append_printf (text, "%s: %s\n", label, action);
      for (guint j = 0; j < G_N_ELEMENTS (links); j++)
        {
          g_autoptr (GMenuModel) inner = g_menu_model_get_item_link (menu, i, links[j]);

          if (inner)
            append_menu (text, inner);
        }
    }
}

static char *
print_item (Fixture *f, guint position)
{
  g_autoptr (MynaHistoryItem) item = NULL;
  g_autoptr (GMenuModel) menu = NULL;
  GString *text = g_string_new (NULL);

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (GPtrArray) list = test_list (f->db, STORE_LIST_ACTIVE);

      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
  item = g_list_model_get_item (G_LIST_MODEL (f->model), position);
  menu = myna_history_menu_new (f->model, item);
  if (menu)
    append_menu (text, menu);
  return g_string_free (text, FALSE);
}

static void
test_active (Fixture *f, gconstpointer data)
{
  gint64 chat = test_add_conversation (f->db, "chat");
  g_autofree char *heading = print_item (f, 0);
  g_autofree char *before = print_item (f, 1);
  g_autofree char *pinned = NULL;

  g_assert_cmpstr (heading, ==, "");
  g_assert_nonnull (strstr (before, "_Pin: win.pin-chats\n_New Folder: win.move-to-new-folder\n_Select: history.select\n"));
  g_assert_nonnull (strstr (before, "_Archive: win.archive-chats\n_Delete: win.delete-chats\n"));
  test_do (f->db, store_set_pinned_async, chat, TRUE);
  pinned = print_item (f, 1);
  g_assert_nonnull (strstr (pinned, "Un_pin: win.unpin-chats\n"));
}

/* A name of the person's has no mnemonic, and the folder that a chat is in is not offered. */
static void
test_folders (Fixture *f, gconstpointer data)
{
  gint64 chat = test_add_conversation (f->db, "chat");
  g_autoptr (GError) error = NULL;
  gint64 folder = test_wait_id (TEST_CALL (f->db, store_add_folder_async, "my_folder", (gint64) 0), &error);
  g_autofree char *outside = NULL, *inside = NULL, *menu = NULL;

  g_assert_no_error (error);
  outside = print_item (f, 3);
  g_assert_nonnull (strstr (outside, "my__folder: win.move-chats\n_New Folder: "));
  test_do (f->db, store_set_folder_async, chat, folder);
  myna_history_model_set_expanded (f->model, folder, TRUE);
  inside = print_item (f, 2);
  g_assert_null (strstr (inside, "my__folder"));
  g_assert_nonnull (strstr (inside, "_Remove From Folder: win.move-chats\n"));
  menu = print_item (f, 1);
  g_assert_cmpstr (menu, ==,
                   "_Rename: history.rename-folder\n_New Folder Inside: win.new-folder\n"
                   "_Delete Folder, Keep Chats: win.delete-folder\n");
}

static void
test_bin (Fixture *f, gconstpointer data)
{
  gint64 chat = test_add_conversation (f->db, "chat");
  g_autofree char *text = NULL;

  test_do (f->db, store_delete_async, chat);
  myna_history_model_set_kind (f->model, STORE_LIST_DELETED);
  text = print_item (f, 1);
  g_assert_cmpstr (text, ==, "_Restore: win.restore-chats\n_Select: history.select\n_Delete Permanently: win.purge-chats\n");
}

/* Beside a text, whose own menu has it already, there is no "Select All". */
static void
test_message (void)
{
  g_autoptr (GMenuModel) whole = myna_message_menu_new (FALSE), beside = myna_message_menu_new (TRUE);
  g_autoptr (GString) one = g_string_new (NULL), other = g_string_new (NULL);

  append_menu (one, whole);
  append_menu (other, beside);
  g_assert_nonnull (strstr (one->str, "Select _All: message.select-all\n"));
  g_assert_null (strstr (other->str, "message.select-all"));
  g_assert_true (g_str_has_suffix (other->str, "_Delete From Here: message.delete\n"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/menus/active", Fixture, NULL, set_up, test_active, tear_down);
  g_test_add ("/menus/folders", Fixture, NULL, set_up, test_folders, tear_down);
  g_test_add ("/menus/bin", Fixture, NULL, set_up, test_bin, tear_down);
  g_test_add_func ("/menus/message", test_message);

  return g_test_run ();
}
