/* test-sessions.c: the core with a real store, a real engine and the starter model: what becomes of a conversation's settings,
 * and its evaluated state on disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-core.h"

#include <glib/gstdio.h>
#include <sys/resource.h>
#include <utime.h>

#include "chat/myna-draft-ahead.h"
#include "chat/myna-session-cache.h"
#include "store-test.h"
#include "test-power.h"

/* The starter model tells one of some hundred tokens. */
#define QUESTION "Tell me a story about a small bird."
/* Greedy, so that runs can be compared. */
#define SETTINGS "{\"temperature\": 0, \"top_p\": 1, \"repetition_penalty\": 1, \"max_tokens\": 100}"

/* What one run of the program has. */
typedef struct
{
  StoreDb *db;
  MynaCore *core;
  MynaConversation *conversation;
  gsize n_evaluated; /* tokens of the last prompt that had to be */
} Run;

typedef struct
{
  char *folder;
  char *sessions;
  Run run;
} Fixture;

static void
progress_cb (MynaConversation *conversation, GParamSpec *pspec, Run *run)
{
  MynaPromptProgress progress;

  myna_conversation_get_progress (conversation, &progress);
  run->n_evaluated = progress.n_total;
}

static void
show_conversation (Run *run, MynaConversation *conversation)
{
  g_clear_object (&run->conversation);
  run->conversation = conversation;
  g_signal_connect (run->conversation, "notify::activity", G_CALLBACK (progress_cb), run);
}

/* Its state is not read before it is asked. */
static void
open_conversation (Run *run, gint64 id)
{
  show_conversation (run, myna_conversation_new (run->db, MYNA_GENERATOR (run->core), id));
}

static void
start (Fixture *f)
{
  g_autofree char *path = g_build_filename (f->folder, "chats.db", NULL);
  g_autoptr (GSettings) settings = g_settings_new (MYNA_APP_ID);
  g_autoptr (GError) error = NULL;

  f->run = (Run){ .db = test_open (path, &error), .core = myna_core_new (settings, f->sessions) };
  g_assert_no_error (error);
  myna_core_set_store (f->run.core, f->run.db, NULL);
  open_conversation (&f->run, 0);
}

/* Drops the last reference but those of work that is under way, and waits for that. */
static void
finalise (gpointer object)
{
  g_object_add_weak_pointer (object, &object);
  g_object_unref (object);
  while (object)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

static void
stop (Fixture *f)
{
  Run *run = &f->run;
  GlmActor *engine = g_object_ref (myna_core_get_engine (run->core));

  g_clear_object (&run->conversation);
  myna_core_close (run->core);
  myna_core_set_store (run->core, NULL, NULL);
  finalise (run->core);
  finalise (engine);
  g_clear_object (&run->db);
}

static void
setup (Fixture *f, gconstpointer data)
{
  f->folder = test_folder_new ();
  f->sessions = g_build_filename (f->folder, "cache", "sessions", NULL);
  start (f);
}

static void
teardown (Fixture *f, gconstpointer data)
{
  stop (f);
  test_folder_remove (f->folder);
  g_free (f->sessions);
}

static void
refused_cb (const GlmResult *result, const GError *error, gpointer user_data)
{
  g_assert_nonnull (error);
  *(gboolean *) user_data = TRUE;
}

/* Till the engine has done what was asked of it: jobs are done in order, and one that cannot be done changes nothing. */
static void
settle (Run *run)
{
  static const GlmRequestFuncs funcs = { .ended = refused_cb };
  const GlmTurn turn = { .role = "nobody", .content = "x" };
  const GlmRequest request = { .turns = &turn, .n_turns = 1 };
  g_autoptr (GPtrArray) list = test_list (run->db, STORE_LIST_ACTIVE);
  gboolean refused = FALSE;

  while (g_main_context_iteration (NULL, FALSE))
    ;
  glm_actor_generate (myna_core_get_engine (run->core), &request, &funcs, &refused, NULL);
  wait_for (refused);
}

static MynaMessage *
last (Run *run)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (run->conversation));
  g_autoptr (MynaMessage) message = g_list_model_get_item (G_LIST_MODEL (run->conversation), n - 1);

  return message; /* the list keeps it */
}

/* When the conversation is read. */
static void
make_ready (Run *run)
{
  wait_for (!myna_conversation_get_loading (run->conversation));
  myna_conversation_set_settings (run->conversation, SETTINGS);
  run->n_evaluated = 0;
}

static void
ask (Run *run, const char *question)
{
  make_ready (run);
  myna_conversation_send (run->conversation, question);
  wait_for (!myna_conversation_get_busy (run->conversation));
  g_assert_cmpint (myna_message_get_state (last (run)), !=, STORE_STATE_FAILED);
  settle (run);
}

/* The only file there is, or NULL. */
static char *
session_file (Fixture *f)
{
  g_autoptr (GDir) dir = g_dir_open (f->sessions, 0, NULL);
  const char *name = dir ? g_dir_read_name (dir) : NULL;

  if (!name)
    return NULL;
  g_assert_null (g_dir_read_name (dir));
  return g_build_filename (f->sessions, name, NULL);
}

static void
assert_no_file (Fixture *f)
{
  g_autofree char *path = session_file (f);

  g_assert_null (path);
}

static void
assert_file (Fixture *f)
{
  g_autofree char *path = session_file (f);

  g_assert_nonnull (path);
}

/* After a restart the follow-up question evaluates itself alone, and the reply is the same as without the restart. */
static void
test_restart (Fixture *f, gconstpointer data)
{
  g_autofree char *path = NULL, *expected = NULL, *name = NULL;
  g_autoptr (StoreConversation) record = NULL;
  GStatBuf status;
  gint64 id;

  ask (&f->run, QUESTION);
  id = myna_conversation_get_id (f->run.conversation);
  record = test_get_conversation (f->run.db, id);
  path = session_file (f);
  g_assert_nonnull (path);
  name = g_strdup_printf ("%" G_GINT64_FORMAT "-%" G_GINT64_FORMAT ".kv", id, record->created_at);
  g_assert_true (g_str_has_suffix (path, name));
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  g_assert_cmpint (g_stat (f->sessions, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0700);

  stop (f);
  start (f);
  if (data)
    {
      myna_model_library_ensure (myna_core_get_models (f->run.core), NULL, NULL);
      show_conversation (&f->run, myna_core_open_conversation (f->run.core, id));
      g_usleep (250 * 1000);
      settle (&f->run);
      settle (&f->run);
      g_assert_cmpint (g_unlink (path), ==, 0); /* it is not needed any more */
    }
  else
    open_conversation (&f->run, id);
  ask (&f->run, "Why?");
  g_assert_cmpint (f->run.n_evaluated, >, 0);
  g_assert_cmpint (f->run.n_evaluated, <, 20);
  expected = g_strdup (myna_message_get_text (last (&f->run)));

  /* The same without the file. */
  stop (f);
  g_assert_cmpint (g_unlink (path), ==, 0);
  start (f);
  open_conversation (&f->run, id);
  make_ready (&f->run);
  myna_conversation_regenerate (f->run.conversation, last (&f->run));
  wait_for (!myna_conversation_get_busy (f->run.conversation));
  g_assert_cmpint (f->run.n_evaluated, >, 100);
  g_assert_cmpstr (myna_message_get_text (last (&f->run)), ==, expected);
}

/* A question that was read while it was written has nothing left to be evaluated, also after a restart; its words are not in the
 * file. */
static void
test_draft (Fixture *f, gconstpointer data)
{
  g_autoptr (GPowerProfileMonitor) power = test_power_new (FALSE);
  g_autoptr (MynaDraftAhead) draft = myna_draft_ahead_new (power);
  g_autofree char *path = NULL, *before = NULL, *after = NULL;
  gsize n_before, n_after;
  gint64 id;

  ask (&f->run, QUESTION);
  id = myna_conversation_get_id (f->run.conversation);
  path = session_file (f);
  stop (f);
  g_assert_true (g_file_get_contents (path, &before, &n_before, NULL));
  start (f);
  myna_model_library_ensure (myna_core_get_models (f->run.core), NULL, NULL);
  wait_for (glm_actor_get_state (myna_core_get_engine (f->run.core)) == GLM_ACTOR_READY);
  open_conversation (&f->run, id);
  make_ready (&f->run);
  myna_draft_ahead_write (draft, f->run.conversation, "Why", FALSE);
  wait_for (!myna_draft_ahead_is_reading (draft));
  myna_draft_ahead_write (draft, f->run.conversation, "Why?", FALSE);
  wait_for (!myna_draft_ahead_is_reading (draft));
  g_assert_true (g_file_get_contents (path, &after, &n_after, NULL));
  g_assert_cmpmem (before, n_before, after, n_after);

  myna_draft_ahead_write (draft, f->run.conversation, "", FALSE);
  ask (&f->run, "Why?");
  g_assert_cmpint (f->run.n_evaluated, ==, 0);
  myna_draft_ahead_write (draft, NULL, "", FALSE);
}

/* What is damaged is as if it were not there, and is replaced. */
static void
test_damaged (Fixture *f, gconstpointer data)
{
  g_autofree char *path = NULL, *bytes = NULL;
  gsize n_bytes;
  gint64 id;

  ask (&f->run, QUESTION);
  id = myna_conversation_get_id (f->run.conversation);
  path = session_file (f);
  stop (f);
  g_assert_true (g_file_get_contents (path, &bytes, &n_bytes, NULL));
  bytes[n_bytes / 2] ^= 1;
  g_assert_true (g_file_set_contents (path, bytes, (gssize) n_bytes, NULL));

  start (f);
  open_conversation (&f->run, id);
  ask (&f->run, "Why?");
  g_assert_cmpint (f->run.n_evaluated, >, 100);

  stop (f);
  start (f);
  open_conversation (&f->run, id);
  ask (&f->run, "Really?");
  g_assert_cmpint (f->run.n_evaluated, <, 20);
}

/* Another store's conversations, as temporary chats are, leave nothing, also right after one that does. */
static void
test_temporary (Fixture *f, gconstpointer data)
{
  g_autoptr (StoreDb) memory = test_open_memory ();
  StoreDb *history = f->run.db;
  g_autofree char *path = NULL;
  GStatBuf before, after;

  f->run.db = memory;
  open_conversation (&f->run, 0);
  ask (&f->run, QUESTION);
  assert_no_file (f);

  f->run.db = history;
  open_conversation (&f->run, 0);
  ask (&f->run, QUESTION);
  path = session_file (f);
  g_assert_cmpint (g_stat (path, &before), ==, 0);

  f->run.db = memory;
  open_conversation (&f->run, 0);
  ask (&f->run, "Hello!");
  assert_file (f);
  g_assert_cmpint (g_stat (path, &after), ==, 0);
  g_assert_cmpint (after.st_size, ==, before.st_size);
  g_clear_object (&f->run.conversation);
  f->run.db = history;
}

static void
test_delete (Fixture *f, gconstpointer data)
{
  gint64 id;

  /* To the bin, the conversation can come back; deleted for good it cannot. */
  ask (&f->run, QUESTION);
  id = myna_conversation_get_id (f->run.conversation);
  test_do (f->run.db, store_delete_async, id);
  settle (&f->run);
  assert_file (f);
  test_do (f->run.db, store_purge_async, id);
  settle (&f->run);
  assert_no_file (f);

  /* A message of it is deleted. */
  open_conversation (&f->run, 0);
  ask (&f->run, QUESTION);
  assert_file (f);
  test_do (f->run.db, store_delete_message_async, myna_message_get_id (last (&f->run)));
  settle (&f->run);
  assert_no_file (f);
}

/* A backup's conversations lack what was written since: nothing of that stays. */
static void
test_restore_backup (Fixture *f, gconstpointer data)
{
  g_autoptr (GPtrArray) backups = NULL;
  g_autoptr (GError) error = NULL;
  const StoreBackup *backup;

  ask (&f->run, "Hello!");
  test_wait (TEST_CALL0 (f->run.db, store_backup_async), &error);
  g_assert_no_error (error);
  ask (&f->run, QUESTION);
  assert_file (f);
  backups = test_wait_list (TEST_CALL0 (f->run.db, store_list_backups_async), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (backups->len, ==, 1);
  backup = g_ptr_array_index (backups, 0);
  test_do (f->run.db, store_restore_backup_async, backup->path);
  settle (&f->run);
  assert_no_file (f);
}

/* Deleted while its reply is being written: the end of the reply brings no file back. */
static void
test_delete_while_writing (Fixture *f, gconstpointer data)
{
  myna_conversation_send (f->run.conversation, QUESTION);
  wait_for (myna_conversation_get_activity (f->run.conversation) == MYNA_ACTIVITY_WRITING);
  test_do (f->run.db, store_purge_async, myna_conversation_get_id (f->run.conversation));
  myna_conversation_stop (f->run.conversation);
  wait_for (!myna_conversation_get_busy (f->run.conversation));
  settle (&f->run);
  assert_no_file (f);
}

/* What belongs to no conversation of the history goes at the start. */
static void
test_left_over (Fixture *f, gconstpointer data)
{
  g_autofree char *path = NULL, *other = NULL, *foreign = NULL;
  gint64 id;

  ask (&f->run, QUESTION);
  id = myna_conversation_get_id (f->run.conversation);
  path = session_file (f);
  stop (f);
  other = g_strdup_printf ("%s/%" G_GINT64_FORMAT "-1.kv", f->sessions, id);
  foreign = g_build_filename (f->sessions, "notes.txt", NULL);
  g_assert_true (g_file_set_contents (other, "x", 1, NULL));
  g_assert_true (g_file_set_contents (foreign, "x", 1, NULL));

  start (f);
  settle (&f->run);
  settle (&f->run);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (other, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (foreign, G_FILE_TEST_EXISTS));
}

/* What was not used for long goes, and what is too much. */
static void
test_trim (Fixture *f, gconstpointer data)
{
  const struct utimbuf long_ago = { 1000000000, 1000000000 };
  g_autofree char *old = g_strdup_printf ("%s/1000-1.kv", f->sessions);
  g_autoptr (GDir) dir = NULL;
  g_autoptr (MynaSessionCache) cache = myna_session_cache_new (myna_core_get_engine (f->run.core), f->sessions);
  guint n_files = 0;

  g_assert_cmpint (g_mkdir_with_parents (f->sessions, 0700), ==, 0);
  for (int i = 1; i <= 300; i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%d-1.kv", f->sessions, i);

      g_assert_true (g_file_set_contents (path, "x", 1, NULL));
    }
  g_assert_true (g_file_set_contents (old, "x", 1, NULL));
  g_assert_cmpint (g_utime (old, &long_ago), ==, 0);
  myna_session_cache_trim (cache);
  wait_for (!g_file_test (old, G_FILE_TEST_EXISTS));
  g_usleep (100 * 1000);
  dir = g_dir_open (f->sessions, 0, NULL);
  while (g_dir_read_name (dir))
    n_files++;
  g_assert_cmpint (n_files, ==, 256);
}

/* A conversation's settings reach the engine, also where its model is not loaded yet; the library loads it as they say. */
static void
test_settings (Fixture *f, gconstpointer data)
{
  g_autofree char *text = NULL;
  MynaMessage *reply;
  int used, length;

  wait_for (!myna_conversation_get_loading (f->run.conversation));
  g_assert_null (glm_actor_get_model_path (myna_core_get_engine (f->run.core)));
  myna_conversation_set_settings (f->run.conversation,
                                  "{\"seed\": 5, \"max_tokens\": 7, \"context_length\": 512, \"system\": \"Be brief.\"}");
  for (int i = 0; i < 2; i++)
    {
      if (i == 0)
        myna_conversation_send (f->run.conversation, QUESTION);
      else
        myna_conversation_regenerate (f->run.conversation, last (&f->run));
      wait_for (!myna_conversation_get_busy (f->run.conversation) && !myna_conversation_get_loading (f->run.conversation));
      reply = last (&f->run);
      g_assert_cmpint (myna_message_get_state (reply), ==, STORE_STATE_LENGTH);
      g_assert_cmpint (myna_message_get_record (reply)->n_tokens, ==, 7);
      g_assert_nonnull (myna_message_get_record (reply)->model);
      if (i == 0)
        text = g_strdup (myna_message_get_text (reply));
    }
  g_assert_cmpstr (myna_message_get_text (last (&f->run)), ==, text);
  myna_conversation_get_context (f->run.conversation, &used, &length);
  g_assert_cmpint (length, ==, 512);
  g_assert_cmpint (used, ==, myna_message_get_record (last (&f->run))->n_prompt_tokens + 7);
}

/* The core keeps a chat for as long as a reply is written in it, and knows which one is temporary. */
static void
test_busy (Fixture *f, gconstpointer data)
{
  MynaConversation *conversation = myna_core_new_conversation (f->run.core);
  struct rlimit dumps;
  gint64 id;

  myna_conversation_set_settings (conversation, SETTINGS);
  myna_conversation_send (conversation, QUESTION);
  wait_for (myna_conversation_get_id (conversation));
  id = myna_conversation_get_id (conversation);
  g_object_unref (conversation);
  g_assert_true (myna_core_is_busy (f->run.core, id));
  g_assert_cmpuint (myna_core_get_n_busy (f->run.core), ==, 1);
  wait_for (!myna_core_is_busy (f->run.core, id));

  myna_core_begin_temporary (f->run.core);
  wait_for (myna_core_get_temporary (f->run.core));
  g_assert_cmpint (getrlimit (RLIMIT_CORE, &dumps), ==, 0);
  g_assert_true (dumps.rlim_cur == 1 || dumps.rlim_max == 0);
  conversation = myna_core_get_temporary (f->run.core);
  myna_conversation_send (conversation, QUESTION);
  wait_for (myna_conversation_get_activity (conversation) == MYNA_ACTIVITY_WRITING);
  g_assert_cmpint (myna_core_get_history_id (f->run.core, conversation), ==, 0);
  g_assert_cmpuint (myna_core_get_n_busy (f->run.core), ==, 1);
  myna_core_end_temporary (f->run.core);
  g_assert_null (myna_core_get_temporary (f->run.core));
  g_assert_cmpuint (myna_core_get_n_busy (f->run.core), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add ("/sessions/restart-restored", Fixture, "restored when opened", setup, test_restart, teardown);
  g_test_add ("/sessions/restart", Fixture, NULL, setup, test_restart, teardown);
  g_test_add ("/sessions/draft", Fixture, NULL, setup, test_draft, teardown);
  g_test_add ("/sessions/damaged", Fixture, NULL, setup, test_damaged, teardown);
  g_test_add ("/sessions/temporary", Fixture, NULL, setup, test_temporary, teardown);
  g_test_add ("/sessions/delete", Fixture, NULL, setup, test_delete, teardown);
  g_test_add ("/sessions/restore-backup", Fixture, NULL, setup, test_restore_backup, teardown);
  g_test_add ("/sessions/delete-while-writing", Fixture, NULL, setup, test_delete_while_writing, teardown);
  g_test_add ("/sessions/left-over", Fixture, NULL, setup, test_left_over, teardown);
  g_test_add ("/sessions/trim", Fixture, NULL, setup, test_trim, teardown);
  g_test_add ("/core/settings", Fixture, NULL, setup, test_settings, teardown);
  g_test_add ("/core/busy", Fixture, NULL, setup, test_busy, teardown);
  return g_test_run ();
}
