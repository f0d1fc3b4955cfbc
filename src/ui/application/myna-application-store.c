/* myna-application-store.c: the history is opened, and opened again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A history that cannot be opened is a problem to tell, not a reason to stop: conversations then live in memory.
 */
#include "application/myna-application-private.h"

void
myna_application_apply_bin_days (MynaApplication *self)
{
  if (self->store && !store_is_read_only (self->store))
    store_set_bin_days_async (self->store, g_settings_get_uint (self->settings, "bin-days"), NULL, NULL, NULL);
}

static void
set_store (MynaApplication *self, StoreDb *store, GError *error)
{
  self->opening = FALSE;
  g_clear_error (&self->store_error);
  self->store_error = error;
  g_clear_object (&self->store);
  self->store = store;
  /* Where the history is not kept, neither is anything that is made of it. */
  myna_session_cache_set_store (self->sessions, error ? NULL : store);
  myna_application_apply_bin_days (self);
  g_object_notify (G_OBJECT (self), "store");
  g_application_release (G_APPLICATION (self));
}

static void
draft_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  MynaApplication *self = user_data;

  myna_application_take_draft (self, STORE_DB (source), result);
  set_store (self, STORE_DB (g_object_ref (source)), g_steal_pointer (&self->store_error));
}

static void
memory_store_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  MynaApplication *self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreDb) store = store_open_finish (result, &error);

  myna_application_read_draft (self, store, draft_read_cb);
}

static void
store_opened_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  MynaApplication *self = user_data;
  g_autoptr (StoreDb) store = store_open_finish (result, &self->store_error);

  if (store)
    myna_application_read_draft (self, store, draft_read_cb);
  else
    store_open_memory_async (NULL, memory_store_cb, self);
}

static char *
get_store_path (void)
{
  return g_build_filename (g_get_user_data_dir (), MYNA_APP_ID, "chats.db", NULL);
}

void
myna_application_open_store (MynaApplication *self)
{
  g_autofree char *path = NULL;

  if (self->opening || self->store)
    return;
  path = get_store_path ();
  self->opening = TRUE;
  g_application_hold (G_APPLICATION (self));
  store_open_async (path, NULL, store_opened_cb, self);
}

gboolean
myna_application_open_kept_store (MynaApplication *self)
{
  g_autofree char *path = get_store_path ();

  if (!self->opening && !self->store && !g_file_test (path, G_FILE_TEST_EXISTS))
    return FALSE;
  myna_application_open_store (self);

  return TRUE;
}

void
myna_application_reopen_store (MynaApplication *self)
{
  g_return_if_fail (MYNA_IS_APPLICATION (self));

  if (self->opening)
    return;
  myna_session_cache_set_store (self->sessions, NULL);
  g_clear_object (&self->store);
  g_clear_error (&self->store_error);
  g_object_notify (G_OBJECT (self), "store");
  myna_application_open_store (self);
}
