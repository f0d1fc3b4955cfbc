/* test-care.c: backups, restoring, and that deleted text is gone
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "care/store-maintenance.h"
#include "care/store-backup.h"
#include "care/store-file.h"
#include "store-test.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define DAY_MS (24 * 3600 * G_GINT64_CONSTANT (1000))

static void
maintain_all (StoreConnection *connection, gint64 now)
{
  g_autoptr (GError) error = NULL;

  connection->retry_at = 0;
  connection->tasks_done = 0;
  while (store_maintain (connection, now, &error))
    ;
  g_assert_no_error (error);
}

static guint
count_files (const char *folder, const char *pattern)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint n = 0;

  while (dir && (name = g_dir_read_name (dir)))
    n += g_pattern_match_simple (pattern, name);
  return n;
}

/* TRUE: some file below `path` contains the text. */
static gboolean
is_on_disk (const char *path, const char *text)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  g_autofree char *contents = NULL;
  const char *name;
  gsize n_bytes;

  if (!dir)
    return g_file_get_contents (path, &contents, &n_bytes, NULL) && memmem (contents, n_bytes, text, strlen (text));
  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (is_on_disk (child, text))
        return TRUE;
    }
  return FALSE;
}

/* ---- Backups ---------------------------------------------------------------------------------------------------- */

static void
test_daily (TestHistory *fixture, gconstpointer data)
{
  g_autoptr (StoreConnection) connection = NULL;
  g_autofree char *backups = g_build_filename (fixture->folder, "backups", NULL);
  g_autofree char *today = NULL;
  gint64 now = store_now ();
  GStatBuf status;

  test_fill (fixture->path, 2);
  connection = test_open_connection (fixture->path);
  for (int day = -9; day <= 0; day++)
    maintain_all (connection, now + day * DAY_MS);
  g_assert_cmpuint (count_files (backups, "chats-*.db"), ==, 7);
  g_assert_cmpuint (count_files (backups, "*.part"), ==, 0);

  today = store_find_backup (fixture->path);
  g_assert_cmpint (g_stat (today, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  {
    g_autoptr (StoreConnection) copy = store_connection_open_foreign (today, NULL);

    g_assert_cmpint (test_count (copy, "message"), ==, 20);
  }
}

/* A request that waits ends a backup; nothing half remains. */
static void
test_gives_way (TestHistory *fixture, gconstpointer data)
{
  g_autoptr (StoreConnection) connection = NULL;
  g_autofree char *backups = g_build_filename (fixture->folder, "backups", NULL);
  g_autoptr (GError) error = NULL;
  int n_waiting = 1;

  test_fill (fixture->path, 20);
  connection = test_open_connection (fixture->path);
  connection->n_waiting = &n_waiting;
  connection->gives_way = TRUE;
  while (store_maintain (connection, store_now (), &error))
    ;
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (count_files (backups, "*"), ==, 0);
}

static GPtrArray *
list_backups (StoreDb *db)
{
  g_autoptr (GError) error = NULL;
  GPtrArray *list = test_wait_list (TEST_CALL0 (db, store_list_backups_async), &error);

  g_assert_no_error (error);
  return list;
}

static void
count_cb (StoreDb *db, gint64 id, const StoreConversation *row, int *n)
{
  *n += id == 0;
}

static void
test_restore (TestHistory *fixture, gconstpointer data)
{
  g_autoptr (StoreDb) db = NULL;
  g_autoptr (GPtrArray) backups = NULL, conversations = NULL, after = NULL;
  g_autoptr (GError) error = NULL;
  StoreBackup *backup;
  int n_reloads = 0;

  test_fill (fixture->path, 3);
  db = test_open (fixture->path, NULL);
  test_wait (TEST_CALL0 (db, store_backup_async), &error);
  g_assert_no_error (error);
  test_do (db, store_purge_async, 1);
  test_add_conversation (db, "after the backup");

  backups = list_backups (db);
  g_assert_cmpuint (backups->len, ==, 1);
  backup = backups->pdata[0];
  g_assert_cmpuint (backup->n_conversations, ==, 3);
  g_assert_cmpuint (backup->n_messages, ==, 30);
  g_assert_cmpint (ABS (backup->time - store_now ()), <, 60000);
  g_assert_cmpint (backup->newest, >, 0);
  g_assert_false (backup->is_damaged);

  g_signal_connect (db, "conversation-changed", G_CALLBACK (count_cb), &n_reloads);
  test_do (db, store_restore_backup_async, backup->path);
  g_assert_cmpint (n_reloads, ==, 1);
  conversations = test_list (db, STORE_LIST_ACTIVE);
  g_assert_cmpuint (conversations->len, ==, 3);
  {
    StoreSearch request = STORE_SEARCH_INIT;
    g_autoptr (GPtrArray) hits = NULL;

    request.text = "\"message 7 of 1\"";
    hits = test_wait_list (TEST_CALL (db, store_search_async, &request), &error);
    g_assert_no_error (error);
    g_assert_cmpuint (hits->len, ==, 1);
  }
  test_add_conversation (db, "goes on");

  /* What was there before can be had back. */
  after = list_backups (db);
  g_assert_cmpuint (after->len, ==, 2);
  backup = after->pdata[0];
  g_assert_true (g_str_has_suffix (backup->path, "-restore.db"));
  g_assert_cmpuint (backup->n_messages, ==, 20);
}

static void
test_restore_refused (TestHistory *fixture, gconstpointer data)
{
  g_autoptr (StoreDb) db = NULL;
  g_autofree char *other = g_build_filename (fixture->folder, "other.db", NULL);
  g_autofree char *newer = g_build_filename (fixture->folder, "newer.db", NULL);
  g_autofree char *noise = g_build_filename (fixture->folder, "noise.db", NULL);
  const struct
  {
    const char *path;
    int code;
  } files[] = {
    { other, STORE_ERROR_NOT_A_DATABASE },
    { newer, STORE_ERROR_NEWER_VERSION },
    { noise, STORE_ERROR_NOT_A_DATABASE },
  };

  test_fill (fixture->path, 1);
  test_exec_sql (other, "CREATE TABLE a (b)");
  test_exec_sql (newer, "CREATE TABLE a (b); PRAGMA application_id = 1299803745; PRAGMA user_version = 999");
  g_assert_true (
      g_file_set_contents (noise, "this is not a database, not at all, not even nearly one ...............", -1, NULL));
  db = test_open (fixture->path, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) list = NULL;

      g_assert_false (test_wait (TEST_CALL (db, store_restore_backup_async, files[i].path), &error));
      g_assert_error (error, STORE_ERROR, files[i].code);
      list = test_list (db, STORE_LIST_ACTIVE);
      g_assert_cmpuint (list->len, ==, 1);
    }
}

/* ---- Deleting --------------------------------------------------------------------------------------------------- */

static void
test_bin (TestHistory *fixture, gconstpointer data)
{
  g_autoptr (StoreConnection) connection = NULL;
  gint64 now = store_now ();

  {
    g_autoptr (StoreDb) db = NULL;

    test_fill (fixture->path, 3);
    db = test_open (fixture->path, NULL);
    test_do (db, store_delete_async, 1);
    test_do (db, store_delete_async, 2);
    test_do (db, store_restore_async, 2);
  }
  connection = test_open_connection (fixture->path);
  maintain_all (connection, now + 29 * DAY_MS);
  g_assert_cmpint (test_count (connection, "conversation"), ==, 3);
  maintain_all (connection, now + 31 * DAY_MS);
  g_assert_cmpint (test_count (connection, "conversation"), ==, 2);
  g_assert_cmpint (test_count (connection, "message"), ==, 20);
}

/* The person's own number of days; 0: nothing is purged by itself. */
static void
test_bin_days (TestHistory *fixture, gconstpointer data)
{
  g_autoptr (StoreConnection) connection = NULL;
  gint64 now = store_now ();

  {
    g_autoptr (StoreDb) db = NULL;

    test_fill (fixture->path, 3);
    db = test_open (fixture->path, NULL);
    test_do (db, store_delete_async, 1);
    test_do (db, store_set_bin_days_async, 0);
  }
  connection = test_open_connection (fixture->path);
  maintain_all (connection, now + 4000 * DAY_MS);
  g_assert_cmpint (test_count (connection, "conversation"), ==, 3);
  g_clear_pointer (&connection, store_connection_close);
  {
    g_autoptr (StoreDb) db = test_open (fixture->path, NULL);

    test_do (db, store_set_bin_days_async, 7);
  }
  connection = test_open_connection (fixture->path);
  maintain_all (connection, now + 6 * DAY_MS);
  g_assert_cmpint (test_count (connection, "conversation"), ==, 3);
  maintain_all (connection, now + 8 * DAY_MS);
  g_assert_cmpint (test_count (connection, "conversation"), ==, 2);
}

/* "Delete for good": not in the tables, not in the index, not in the WAL. */
static void
test_purged_text (TestHistory *fixture, gconstpointer data)
{
  static const char *const words[] = { "secret Plugh", "ghword", "机密文字", "zytitle", "Frobnicate", "xword", "Zorkmid" };
  g_autoptr (StoreConnection) connection = NULL;

  {
    g_autoptr (StoreDb) db = NULL;
    g_autoptr (StoreMessage) call = store_message_new ();
    gint64 id, message;

    test_fill (fixture->path, 3);
    db = test_open (fixture->path, NULL);
    id = test_add_conversation (db, "Xyzzytitle");
    test_add_message (db, id, 0, STORE_ROLE_USER, STORE_STATE_COMPLETE, "the secret Plughword 机密文字 is here");
    test_do (db, store_set_draft_async, id, "Frobnicate");
    call->conversation_id = id;
    call->role = STORE_ROLE_ASSISTANT;
    call->call = store_call_new ();
    call->call->result = g_strdup ("Zorkmid");
    test_do (db, store_add_message_async, call);
    message = test_add_message (db, 1, 1, STORE_ROLE_USER, STORE_STATE_COMPLETE, "Quuxword alone");
    for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
      g_assert_true (is_on_disk (fixture->folder, words[i]));
    test_do (db, store_delete_async, id);
    test_do (db, store_purge_async, id);
    test_do (db, store_delete_message_async, message);
  }
  connection = test_open_connection (fixture->path);
  maintain_all (connection, store_now ());
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (is_on_disk (fixture->folder, words[i]))
      g_error ("“%s” is still on the disk", words[i]);
}

/* A text that was erased before it was sent.  Another program looks at the history, so that the WAL stays. */
static void
test_erased_note (TestHistory *fixture, gconstpointer data)
{
  g_autofree char *dots = g_strnfill (9000, '.');
  g_autofree char *longest = g_strconcat (dots, "secret Plughword", NULL);
  const char *texts[] = { "secret", "secret Plugh", longest, "" };
  g_autoptr (StoreConnection) connection = NULL;
  sqlite3 *other = NULL;

  test_fill (fixture->path, 3);
  g_assert_cmpint (sqlite3_open (fixture->path, &other), ==, SQLITE_OK);
  g_assert_true (store_exec_script (other, "SELECT text FROM note", NULL));
  {
    g_autoptr (StoreDb) db = test_open (fixture->path, NULL);

    for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
      {
        test_do (db, store_set_note_async, "new-chat", texts[i]);
        g_assert_true (is_on_disk (fixture->folder, "secret"));
      }
  }
  connection = test_open_connection (fixture->path);
  g_assert_true (is_on_disk (fixture->folder, "secret"));
  maintain_all (connection, store_now ());
  g_assert_false (is_on_disk (fixture->folder, "secret"));
  g_clear_pointer (&connection, store_connection_close);
  g_assert_false (is_on_disk (fixture->folder, "secret"));
  sqlite3_close (other);
}

/* The word of message n, from which no other one follows, and the part of it that also the search index writes out. */
static char *
make_word (int n)
{
  g_autofree char *number = g_strdup_printf ("%d", n);
  char *word = g_compute_checksum_for_string (G_CHECKSUM_SHA1, number, -1);

  word[16] = '\0';
  return word;
}

/* The same for many messages among others that stay: pages are split and joined, rows move between them. */
static void
test_purged_many (TestHistory *fixture, gconstpointer data)
{
  enum
  {
    N = 600
  };
  gboolean is_gone[N + 1] = { FALSE };
  g_autoptr (StoreConnection) connection = NULL;
  guint n_left = 0, n_gone = 0;

  {
    g_autoptr (StoreDb) db = test_open (fixture->path, NULL);
    gint64 chats[20];

    for (int i = 0; i < 20; i++)
      chats[i] = test_add_conversation (db, "chat");
    for (int i = 1; i <= N; i++)
      {
        g_autofree char *word = make_word (i);
        GString *text = g_string_new (NULL);
        int n = g_test_rand_int_range (0, 8) == 0 ? 600 : g_test_rand_int_range (1, 60);

        for (int j = 0; j < n; j++)
          g_string_append_printf (text, "%s ", word);
        test_add_message (db, chats[i % 20], 0, STORE_ROLE_USER, STORE_STATE_COMPLETE, text->str);
        g_string_free (text, TRUE);
        /* Now and then an older one goes while others come; some go with their conversation. */
        if (g_test_rand_int_range (0, 3) == 0)
          {
            int old = g_test_rand_int_range (1, i + 1);

            if (!is_gone[old])
              test_do (db, store_delete_message_async, old);
            is_gone[old] = TRUE;
          }
      }
    for (int c = 0; c < 20; c += 4)
      {
        test_do (db, store_purge_async, chats[c]);
        for (int i = 1; i <= N; i++)
          is_gone[i] |= i % 20 == c;
      }
  }
  connection = test_open_connection (fixture->path);
  maintain_all (connection, store_now ());
  /* The pages that are in memory do not bring it back. */
  g_assert_true (store_exec_script (connection->db, "UPDATE message SET mark = 1; UPDATE conversation SET pinned = 1", NULL));
  g_assert_true (store_check (connection, "PRAGMA integrity_check", NULL));
  g_clear_pointer (&connection, store_connection_close);
  for (int i = 1; i <= N; i++)
    {
      g_autofree char *word = make_word (i);
      gboolean is_there = is_on_disk (fixture->folder, word + 8);

      n_left += is_gone[i] && is_there;
      n_gone += !is_gone[i] && !is_there;
    }
  g_test_message ("%u deleted texts are still on the disk", n_left);
  g_assert_cmpuint (n_gone, ==, 0);
  g_assert_cmpuint (n_left, ==, 0);
}

/* A temporary chat: everything the process writes goes below TMPDIR here. */
static void
test_memory (TestHistory *fixture, gconstpointer data)
{
  g_autoptr (StoreDb) db = NULL;
  gint64 id;

  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }
  g_setenv ("TMPDIR", fixture->folder, TRUE);
  g_setenv ("SQLITE_TMPDIR", fixture->folder, TRUE);
  g_assert_cmpint (g_chdir (fixture->folder), ==, 0);
  db = test_open_memory ();
  id = test_add_conversation (db, "Xyzzytitle");
  for (int i = 0; i < 2000; i++)
    test_add_message (db, id, i, STORE_ROLE_USER, STORE_STATE_COMPLETE, "temporary Plughword");
  g_ptr_array_unref (test_branch (db, id, 0));
  g_assert_cmpuint (count_files (fixture->folder, "*"), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, data, function) \
  g_test_add (name, TestHistory, GINT_TO_POINTER (data), test_history_set_up, function, test_history_tear_down)
  ADD ("/care/daily", 0, test_daily);
  ADD ("/care/gives-way", 0, test_gives_way);
  ADD ("/care/restore", 0, test_restore);
  ADD ("/care/restore-refused", 0, test_restore_refused);
  ADD ("/care/bin", 0, test_bin);
  ADD ("/care/bin-days", 0, test_bin_days);
  ADD ("/care/purged-text", 0, test_purged_text);
  ADD ("/care/erased-note", 0, test_erased_note);
  ADD ("/care/purged-many", 0, test_purged_many);
  ADD ("/care/memory", 0, test_memory);

  return g_test_run ();
}
