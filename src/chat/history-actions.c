/* history-actions.c: what a window can be told to do with chats and folders that needs nothing of the window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/history-actions.h"

#include "chat/chats-change.h"

struct _MynaHistoryActions
{
  GObject parent_instance;

  MynaHistoryModel *history;
  StoreDb *store; /* NULL: none */
};

enum
{
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaHistoryActions, myna_history_actions, G_TYPE_OBJECT)

/* user_data: a reference. */
static void
changed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaHistoryActions) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!store_finish (STORE_DB (source), result, &error) && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_signal_emit (self, signals[FAILED], 0, error);
}

/* ---- Chats ------------------------------------------------------------------------------------------------------ */

static void
rename_chat (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MynaHistoryActions *self = user_data;
  const char *title;
  gint64 id;

  g_variant_get (parameter, "(x&s)", &id, &title);
  if (self->store)
    store_rename_async (self->store, id, title, TRUE, NULL, changed_cb, g_object_ref (self));
}

static void
change_chats (GSimpleAction *action, GVariant *ids, gpointer user_data)
{
  MynaHistoryActions *self = user_data;
  const char *name = g_action_get_name (G_ACTION (action));
  MynaChatsChange change = g_str_equal (name, "pin-chats")         ? MYNA_CHATS_PIN
                           : g_str_equal (name, "unpin-chats")     ? MYNA_CHATS_UNPIN
                           : g_str_equal (name, "unarchive-chats") ? MYNA_CHATS_UNARCHIVE
                                                                   : MYNA_CHATS_RESTORE;

  if (self->store)
    myna_chats_change (self->store, ids, change, NULL, changed_cb, G_OBJECT (self));
}

static void
move_chats (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MynaHistoryActions *self = user_data;
  g_autoptr (GVariant) ids = NULL;
  gint64 folder_id;

  g_variant_get (parameter, "(@axx)", &ids, &folder_id);
  if (!self->store)
    return;
  myna_chats_move (self->store, ids, folder_id, NULL, changed_cb, G_OBJECT (self));
  if (folder_id)
    myna_history_model_set_expanded (self->history, folder_id, TRUE);
}

/* ---- Folders ---------------------------------------------------------------------------------------------------- */

static void
rename_folder (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MynaHistoryActions *self = user_data;
  const char *name;
  gint64 id;

  g_variant_get (parameter, "(x&s)", &id, &name);
  if (self->store)
    store_rename_folder_async (self->store, id, name, NULL, changed_cb, g_object_ref (self));
}

static void
move_folder (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MynaHistoryActions *self = user_data;
  gint64 id, parent_id;

  g_variant_get (parameter, "(xx)", &id, &parent_id);
  if (!self->store || id == parent_id)
    return;
  store_move_folder_async (self->store, id, parent_id, NULL, changed_cb, g_object_ref (self));
  if (parent_id)
    myna_history_model_set_expanded (self->history, parent_id, TRUE);
}

static void
delete_folder (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MynaHistoryActions *self = user_data;

  if (self->store)
    store_delete_folder_async (self->store, g_variant_get_int64 (parameter), NULL, changed_cb, g_object_ref (self));
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

void
myna_history_actions_add (MynaHistoryActions *self, GActionMap *map)
{
  static const GActionEntry entries[] = {
    { .name = "rename-chat", .activate = rename_chat, .parameter_type = "(xs)" },
    { .name = "pin-chats", .activate = change_chats, .parameter_type = "ax" },
    { .name = "unpin-chats", .activate = change_chats, .parameter_type = "ax" },
    { .name = "unarchive-chats", .activate = change_chats, .parameter_type = "ax" },
    { .name = "restore-chats", .activate = change_chats, .parameter_type = "ax" },
    { .name = "move-chats", .activate = move_chats, .parameter_type = "(axx)" },
    { .name = "rename-folder", .activate = rename_folder, .parameter_type = "(xs)" },
    { .name = "move-folder", .activate = move_folder, .parameter_type = "(xx)" },
    { .name = "delete-folder", .activate = delete_folder, .parameter_type = "x" },
  };

  g_return_if_fail (MYNA_IS_HISTORY_ACTIONS (self));

  g_action_map_add_action_entries (map, entries, G_N_ELEMENTS (entries), self);
}

void
myna_history_actions_set_store (MynaHistoryActions *self, StoreDb *store)
{
  g_return_if_fail (MYNA_IS_HISTORY_ACTIONS (self));

  g_set_object (&self->store, store);
}

static void
myna_history_actions_finalize (GObject *object)
{
  MynaHistoryActions *self = MYNA_HISTORY_ACTIONS (object);

  g_object_unref (self->history);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (myna_history_actions_parent_class)->finalize (object);
}

static void
myna_history_actions_class_init (MynaHistoryActionsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_history_actions_finalize;
  signals[FAILED] =
      g_signal_new ("failed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
myna_history_actions_init (MynaHistoryActions *self)
{
}

MynaHistoryActions *
myna_history_actions_new (MynaHistoryModel *history)
{
  MynaHistoryActions *self = g_object_new (MYNA_TYPE_HISTORY_ACTIONS, NULL);

  self->history = g_object_ref (history);
  return self;
}
