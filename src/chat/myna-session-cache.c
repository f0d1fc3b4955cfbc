/* myna-session-cache.c: the evaluated state of conversations on disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * One file a conversation, <id>-<created_at>.kv, in a folder that only its owner can read.  Both numbers together name a
 * conversation: ids begin again in another history, and after a backup was restored.  The engine's thread reads and writes
 * the files (see GlmRequest); this file decides which of them may exist.
 *
 * Privacy.  A file holds its conversation's tokens, so it goes when the conversation is deleted for good, and when one of
 * its messages is.  What a crash left behind goes at the next start: each file's conversation is looked up in the history.
 * Conversations of another store, such as temporary chats, get no file at all.
 */
#include "chat/myna-session-cache.h"

#include <glib/gstdio.h>

#define SUFFIX ".kv"

/* Arrowing through the list opens most chats only for a moment: wait before restoring. */
#define RESTORE_DELAY_MS 200

/* The state is written after the end of the reply was told. */
#define TRIM_DELAY_S 2

static const guint64 max_bytes = G_GUINT64_CONSTANT (2) << 30;
static const guint max_files = 256;
static const gint64 max_age_s = 30 * 24 * 60 * 60;

struct _MynaSessionCache
{
  GObject parent_instance;

  GlmActor *actor;
  StoreDb *store; /* NULL: nothing is kept */
  char *folder;
  guint restore_source;
  gint64 restore_id; /* the conversation that is shown */
  guint trim_source;
};

G_DEFINE_FINAL_TYPE (MynaSessionCache, myna_session_cache, G_TYPE_OBJECT)

/* ---- Names ------------------------------------------------------------------------------------------------------ */

static char *
make_path (MynaSessionCache *self, gint64 id, gint64 created_at)
{
  g_autofree char *name = g_strdup_printf ("%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT SUFFIX, id, created_at);

  return g_build_filename (self->folder, name, NULL);
}

static gboolean
parse_name (const char *name, gint64 *ret_id, gint64 *ret_created_at)
{
  char *end;

  *ret_id = g_ascii_strtoll (name, &end, 10);
  if (end == name || *end != '-')
    return FALSE;
  name = end + 1;
  *ret_created_at = g_ascii_strtoll (name, &end, 10);

  return end != name && g_str_equal (end, SUFFIX);
}

/* ---- Deletions -------------------------------------------------------------------------------------------------- */

/* At once, for the program may end before the engine comes to it; and once more behind a reply that is being written. */
static void
forget (MynaSessionCache *self, const char *path)
{
  g_unlink (path);
  glm_actor_forget_session (self->actor, path);
}

static GPtrArray *
list_names (MynaSessionCache *self)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    g_ptr_array_add (names, g_strdup (name));

  return names;
}

/* id 0: all of them. */
static void
forget_conversation (MynaSessionCache *self, gint64 id)
{
  g_autoptr (GPtrArray) names = list_names (self);

  for (guint i = 0; i < names->len; i++)
    {
      gint64 file_id, created_at;

      if (parse_name (g_ptr_array_index (names, i), &file_id, &created_at) && (id == 0 || file_id == id))
        {
          g_autofree char *path = g_build_filename (self->folder, g_ptr_array_index (names, i), NULL);

          forget (self, path);
        }
    }
}

typedef struct
{
  MynaSessionCache *cache;
  char *path;
  gint64 created_at;
} Check;

static void
looked_up_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Check *check = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) list = store_finish_list (STORE_DB (source), result, &error);
  const StoreConversation *conversation = list && list->len > 0 ? g_ptr_array_index (list, 0) : NULL;

  if (check->cache->store == STORE_DB (source)
      && (conversation ? conversation->created_at != check->created_at
                       : g_error_matches (error, STORE_ERROR, STORE_ERROR_NOT_FOUND)))
    forget (check->cache, check->path);
  g_object_unref (check->cache);
  g_free (check->path);
  g_free (check);
}

/* Looks each file's conversation up, and removes those of none. */
static void
check_all (MynaSessionCache *self)
{
  g_autoptr (GPtrArray) names = list_names (self);

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (self->folder, g_ptr_array_index (names, i), NULL);
      Check *check;
      gint64 id, created_at;

      if (!parse_name (g_ptr_array_index (names, i), &id, &created_at))
        {
          g_unlink (path);
          continue;
        }
      check = g_new (Check, 1);
      *check = (Check){ g_object_ref (self), g_steal_pointer (&path), created_at };
      store_get_conversation_async (self->store, id, NULL, looked_up_cb, check);
    }
}

static void
conversation_removed_cb (MynaSessionCache *self, gint64 id)
{
  if (id)
    forget_conversation (self, id);
  else
    check_all (self);
}

/* Many changed: a backup was restored, perhaps, whose conversations lack messages that were evaluated. */
static void
conversation_changed_cb (MynaSessionCache *self, gint64 id)
{
  if (!id)
    forget_conversation (self, 0);
}

/* Without a message's id: messages were deleted. */
static void
message_changed_cb (MynaSessionCache *self, gint64 conversation_id, gint64 message_id)
{
  if (!message_id)
    forget_conversation (self, conversation_id);
}

void
myna_session_cache_set_store (MynaSessionCache *self, StoreDb *store)
{
  g_return_if_fail (MYNA_IS_SESSION_CACHE (self));

  if (self->store)
    g_signal_handlers_disconnect_by_data (self->store, self);
  g_set_object (&self->store, store);
  if (!store)
    return;
  g_signal_connect_swapped (store, "conversation-removed", G_CALLBACK (conversation_removed_cb), self);
  g_signal_connect_swapped (store, "conversation-changed", G_CALLBACK (conversation_changed_cb), self);
  g_signal_connect_swapped (store, "message-changed", G_CALLBACK (message_changed_cb), self);
  check_all (self);
  myna_session_cache_trim (self);
}

/* ---- Conversations ---------------------------------------------------------------------------------------------- */

char *
myna_session_cache_dup_path (MynaSessionCache *self, StoreDb *store, gint64 id, gint64 created_at)
{
  g_return_val_if_fail (MYNA_IS_SESSION_CACHE (self), NULL);

  if (!self->store || store != self->store || !id || !created_at || g_mkdir_with_parents (self->folder, 0700) != 0)
    return NULL;
  return make_path (self, id, created_at);
}

static void
shown_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaSessionCache) self = user_data;
  g_autoptr (GPtrArray) list = store_finish_list (STORE_DB (source), result, NULL);
  const StoreConversation *conversation = list && list->len > 0 ? g_ptr_array_index (list, 0) : NULL;
  g_autofree char *path = NULL;

  if (!conversation || self->store != STORE_DB (source) || conversation->id != self->restore_id)
    return;
  path = make_path (self, conversation->id, conversation->created_at);
  if (g_file_test (path, G_FILE_TEST_EXISTS))
    glm_actor_restore_session (self->actor, path);
}

static gboolean
restore_timeout_cb (gpointer user_data)
{
  MynaSessionCache *self = user_data;

  self->restore_source = 0;
  if (self->store)
    store_get_conversation_async (self->store, self->restore_id, NULL, shown_read_cb, g_object_ref (self));

  return G_SOURCE_REMOVE;
}

void
myna_session_cache_restore (MynaSessionCache *self, StoreDb *store, gint64 id)
{
  g_return_if_fail (MYNA_IS_SESSION_CACHE (self));

  g_clear_handle_id (&self->restore_source, g_source_remove);
  self->restore_id = store == self->store ? id : 0;
  if (self->restore_id)
    self->restore_source = g_timeout_add (RESTORE_DELAY_MS, restore_timeout_cb, self);
}

/* ---- Limits ----------------------------------------------------------------------------------------------------- */

typedef struct
{
  char *path;
  guint64 size;
  gint64 used_at;
} File;

static void
file_free (gpointer data)
{
  File *file = data;

  g_free (file->path);
  g_free (file);
}

static int
compare_newest_first (gconstpointer a, gconstpointer b)
{
  const File *first = *(const File *const *) a, *second = *(const File *const *) b;

  return (second->used_at > first->used_at) - (second->used_at < first->used_at);
}

static void
trim_work (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  MynaSessionCache *self = source;
  g_autoptr (GPtrArray) names = list_names (self);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (file_free);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  guint64 sum = 0;

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (self->folder, g_ptr_array_index (names, i), NULL);
      GStatBuf status;
      File *file;

      if (g_stat (path, &status) != 0)
        continue;
      file = g_new (File, 1);
      *file = (File){ g_steal_pointer (&path), (guint64) status.st_size, (gint64) status.st_mtime };
      g_ptr_array_add (files, file);
    }
  g_ptr_array_sort (files, compare_newest_first);
  for (guint i = 0; i < files->len; i++)
    {
      const File *file = g_ptr_array_index (files, i);

      sum += file->size;
      if (sum > max_bytes || i >= max_files || now - file->used_at > max_age_s)
        g_unlink (file->path);
    }
  g_task_return_boolean (task, TRUE);
}

static gboolean
trim_timeout_cb (gpointer user_data)
{
  MynaSessionCache *self = user_data;
  g_autoptr (GTask) task = g_task_new (self, NULL, NULL, NULL);

  self->trim_source = 0;
  g_task_run_in_thread (task, trim_work);

  return G_SOURCE_REMOVE;
}

void
myna_session_cache_trim (MynaSessionCache *self)
{
  g_return_if_fail (MYNA_IS_SESSION_CACHE (self));

  if (!self->trim_source)
    self->trim_source = g_timeout_add_seconds (TRIM_DELAY_S, trim_timeout_cb, self);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_session_cache_dispose (GObject *object)
{
  MynaSessionCache *self = MYNA_SESSION_CACHE (object);

  myna_session_cache_set_store (self, NULL);
  g_clear_handle_id (&self->restore_source, g_source_remove);
  g_clear_handle_id (&self->trim_source, g_source_remove);

  G_OBJECT_CLASS (myna_session_cache_parent_class)->dispose (object);
}

static void
myna_session_cache_finalize (GObject *object)
{
  MynaSessionCache *self = MYNA_SESSION_CACHE (object);

  g_clear_object (&self->actor);
  g_free (self->folder);

  G_OBJECT_CLASS (myna_session_cache_parent_class)->finalize (object);
}

static void
myna_session_cache_class_init (MynaSessionCacheClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = myna_session_cache_dispose;
  object_class->finalize = myna_session_cache_finalize;
}

static void
myna_session_cache_init (MynaSessionCache *self)
{
}

MynaSessionCache *
myna_session_cache_new (GlmActor *actor, const char *folder)
{
  MynaSessionCache *self = g_object_new (MYNA_TYPE_SESSION_CACHE, NULL);

  self->actor = g_object_ref (actor);
  self->folder = g_strdup (folder);

  return self;
}
