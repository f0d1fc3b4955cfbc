/* history-opener.c: opens the person's history for a core
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/history-opener.h"

#include "chat/left-chats.h"
#include "chat/left-edits.h"

struct MynaHistoryOpener
{
  GApplication *application;
  MynaCore *core;
  MynaNewChatDraft *draft;
  gboolean opening;
  GObject *left; /* what was left in the history's chats while it is opened anew */
  GError *error; /* why it is opened in memory, or cannot be written */
};

/* Tells the history for how long the bin keeps what is in it. */
static void
apply_bin_days (MynaHistoryOpener *self)
{
  StoreDb *store = myna_core_get_store (self->core);

  if (store && !store_is_read_only (store))
    store_set_bin_days_async (store, g_settings_get_uint (myna_core_get_settings (self->core), "bin-days"), NULL, NULL, NULL);
}

static void
move_left (gpointer from, gpointer to)
{
  myna_left_chats_move (from, to);
  myna_left_edits_move (from, to);
}

static void
draft_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  MynaHistoryOpener *self = user_data;
  StoreDb *store = STORE_DB (source);
  g_autoptr (GError) error = g_steal_pointer (&self->error);

  myna_new_chat_draft_take (self->draft, store, !error || store_is_read_only (store), result);
  self->opening = FALSE;
  move_left (self->left, store);
  myna_core_set_store (self->core, store, error);
  apply_bin_days (self);
  g_application_release (self->application);
}

static void
memory_store_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreDb) store = store_open_finish (result, &error);

  myna_new_chat_draft_read (store, draft_read_cb, user_data);
}

static void
store_opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  MynaHistoryOpener *self = user_data;
  g_autoptr (StoreDb) store = store_open_finish (result, &self->error);

  if (store)
    myna_new_chat_draft_read (store, draft_read_cb, self);
  else
    store_open_memory_async (NULL, memory_store_cb, self);
}

static char *
get_path (void)
{
  return g_build_filename (g_get_user_data_dir (), MYNA_APP_ID, "chats.db", NULL);
}

void
myna_history_opener_open (MynaHistoryOpener *self)
{
  g_autofree char *path = NULL;

  if (self->opening || myna_core_get_store (self->core))
    return;
  path = get_path ();
  self->opening = TRUE;
  g_application_hold (self->application);
  store_open_async (path, NULL, store_opened_cb, self);
}

gboolean
myna_history_opener_open_kept (MynaHistoryOpener *self)
{
  g_autofree char *path = get_path ();

  if (!self->opening && !myna_core_get_store (self->core) && !g_file_test (path, G_FILE_TEST_EXISTS))
    return FALSE;
  myna_history_opener_open (self);
  return TRUE;
}

void
myna_history_opener_try_again (MynaHistoryOpener *self)
{
  g_autoptr (StoreDb) store = NULL;

  if (self->opening)
    return;
  g_set_object (&store, myna_core_get_store (self->core));
  myna_core_set_store (self->core, NULL, NULL);
  if (store)
    move_left (store, self->left);
  g_clear_object (&store);
  myna_history_opener_open (self);
}

MynaHistoryOpener *
myna_history_opener_new (GApplication *application, MynaCore *core, MynaNewChatDraft *draft)
{
  MynaHistoryOpener *self = g_new0 (MynaHistoryOpener, 1);

  self->application = application;
  self->core = core;
  self->draft = draft;
  self->left = g_object_new (G_TYPE_OBJECT, NULL);
  g_signal_connect_swapped (myna_core_get_settings (core), "changed::bin-days", G_CALLBACK (apply_bin_days), self);
  return self;
}

void
myna_history_opener_free (MynaHistoryOpener *self)
{
  g_signal_handlers_disconnect_by_data (myna_core_get_settings (self->core), self);
  g_clear_error (&self->error);
  g_object_unref (self->left);
  g_free (self);
}
