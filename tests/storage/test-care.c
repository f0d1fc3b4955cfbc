/* test-care.c: backups, restoring, recovery of damage, migrations, and that deleted text is gone
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "store-private.h"
#include "store-test.h"
#include "store-tokenizer.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define DAY_MS (24 * 3600 * G_GINT64_CONSTANT (1000))

typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = test_folder_new ();
  fixture->path = g_build_filename (fixture->folder, "chats.db", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  test_folder_remove (fixture->folder);
  g_free (fixture->path);
}

static void
exec_sql (const char *path, const char *sql)
{
  g_autoptr (GError) error = NULL;
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_true (store_tokenizer_register (db, NULL));
  store_exec_script (db, sql, &error);
  g_assert_no_error (error);
  sqlite3_close (db);
}

static StoreConnection *
open_connection (const char *path)
{
  g_autoptr (GError) error = NULL;
  StoreConnection *connection = store_connection_open (path, &error, &error);

  g_assert_no_error (error);
  return connection;
}

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

/* n conversations of 10 messages each, "message I of C" with some filling. */
static void
fill (const char *path, int n)
{
  g_autoptr (StoreDb) db = test_open (path, NULL);

  for (int c = 1; c <= n; c++)
    {
      g_autofree char *title = g_strdup_printf ("conversation %d", c);
      gint64 id = test_add_conversation (db, title), parent = 0;

      for (int i = 1; i <= 10; i++)
        {
          g_autofree char *filling = g_strnfill (g_test_rand_int_range (0, 1500), 'z');
          g_autofree char *text = g_strdup_printf ("message %d of %d %s", i, c, filling);

          parent = test_add_message (db, id, parent, STORE_ROLE_USER, STORE_STATE_COMPLETE, text);
        }
    }
}

static gint64
count (StoreConnection *connection, const char *table)
{
  g_autofree char *sql = g_strdup_printf ("SELECT count (*) FROM %s", table);
  g_autoptr (GError) error = NULL;
  gint64 n = -1;

  store_query_int (connection, 0, &n, &error, sql, "");
  g_assert_no_error (error);
  return n;
}

/* ---- Backups ------------------------------------------------------------------------------------------------------ */

static void
test_daily (Fixture *fixture, gconstpointer data)
{
  g_autoptr (StoreConnection) connection = NULL;
  g_autofree char *backups = g_build_filename (fixture->folder, "backups", NULL);
  g_autofree char *today = NULL;
  gint64 now = store_now ();
  GStatBuf status;

  fill (fixture->path, 2);
  connection = open_connection (fixture->path);
  for (int day = -9; day <= 0; day++)
    maintain_all (connection, now + day * DAY_MS);
  g_assert_cmpuint (count_files (backups, "chats-*.db"), ==, 7);
  g_assert_cmpuint (count_files (backups, "*.part"), ==, 0);

  today = store_find_backup (fixture->path);
  g_assert_cmpint (g_stat (today, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  {
    g_autoptr (StoreConnection) copy = store_connection_open_foreign (today, NULL);

    g_assert_cmpint (count (copy, "message"), ==, 20);
  }
}

/* A request that waits ends a backup; nothing half remains. */
static void
test_gives_way (Fixture *fixture, gconstpointer data)
{
  g_autoptr (StoreConnection) connection = NULL;
  g_autofree char *backups = g_build_filename (fixture->folder, "backups", NULL);
  g_autoptr (GError) error = NULL;
  int n_waiting = 1;

  fill (fixture->path, 20);
  connection = open_connection (fixture->path);
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
count_cb (StoreDb *db, gint64 id, int *n)
{
  *n += id == 0;
}

static void
test_restore (Fixture *fixture, gconstpointer data)
{
  g_autoptr (StoreDb) db = NULL;
  g_autoptr (GPtrArray) backups = NULL, conversations = NULL, after = NULL;
  g_autoptr (GError) error = NULL;
  StoreBackup *backup;
  int n_reloads = 0;

  fill (fixture->path, 3);
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
test_restore_refused (Fixture *fixture, gconstpointer data)
{
  g_autoptr (StoreDb) db = NULL;
  g_autofree char *other = g_build_filename (fixture->folder, "other.db", NULL);
  g_autofree char *newer = g_build_filename (fixture->folder, "newer.db", NULL);
  g_autofree char *noise = g_build_filename (fixture->folder, "noise.db", NULL);
  const struct { const char *path; int code; } files[] = {
    { other, STORE_ERROR_NOT_A_DATABASE }, { newer, STORE_ERROR_NEWER_VERSION }, { noise, STORE_ERROR_NOT_A_DATABASE },
  };

  fill (fixture->path, 1);
  exec_sql (other, "CREATE TABLE a (b)");
  exec_sql (newer, "CREATE TABLE a (b); PRAGMA application_id = 1299803745; PRAGMA user_version = 999");
  g_assert_true (g_file_set_contents (noise, "this is not a database, not at all, not even nearly one ...............", -1, NULL));
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

/* ---- Deleting ----------------------------------------------------------------------------------------------------- */

static void
test_bin (Fixture *fixture, gconstpointer data)
{
  g_autoptr (StoreConnection) connection = NULL;
  gint64 now = store_now ();

  {
    g_autoptr (StoreDb) db = NULL;

    fill (fixture->path, 3);
    db = test_open (fixture->path, NULL);
    test_do (db, store_delete_async, 1);
    test_do (db, store_delete_async, 2);
    test_do (db, store_restore_async, 2);
  }
  connection = open_connection (fixture->path);
  maintain_all (connection, now + 29 * DAY_MS);
  g_assert_cmpint (count (connection, "conversation"), ==, 3);
  maintain_all (connection, now + 31 * DAY_MS);
  g_assert_cmpint (count (connection, "conversation"), ==, 2);
  g_assert_cmpint (count (connection, "message"), ==, 20);
}

/* The person's own number of days; 0: nothing is purged by itself. */
static void
test_bin_days (Fixture *fixture, gconstpointer data)
{
  g_autoptr (StoreConnection) connection = NULL;
  gint64 now = store_now ();

  {
    g_autoptr (StoreDb) db = NULL;

    fill (fixture->path, 3);
    db = test_open (fixture->path, NULL);
    test_do (db, store_delete_async, 1);
    test_do (db, store_set_bin_days_async, 0);
  }
  connection = open_connection (fixture->path);
  maintain_all (connection, now + 4000 * DAY_MS);
  g_assert_cmpint (count (connection, "conversation"), ==, 3);
  g_clear_pointer (&connection, store_connection_close);
  {
    g_autoptr (StoreDb) db = test_open (fixture->path, NULL);

    test_do (db, store_set_bin_days_async, 7);
  }
  connection = open_connection (fixture->path);
  maintain_all (connection, now + 6 * DAY_MS);
  g_assert_cmpint (count (connection, "conversation"), ==, 3);
  maintain_all (connection, now + 8 * DAY_MS);
  g_assert_cmpint (count (connection, "conversation"), ==, 2);
}

/* "Delete for good": not in the tables, not in the index, not in the WAL. */
static void
test_purged_text (Fixture *fixture, gconstpointer data)
{
  static const char *const words[] = { "secret Plugh", "ghword", "机密文字", "zytitle", "Frobnicate", "xword" };
  g_autoptr (StoreConnection) connection = NULL;

  {
    g_autoptr (StoreDb) db = NULL;
    gint64 id, message;

    fill (fixture->path, 3);
    db = test_open (fixture->path, NULL);
    id = test_add_conversation (db, "Xyzzytitle");
    test_add_message (db, id, 0, STORE_ROLE_USER, STORE_STATE_COMPLETE, "the secret Plughword 机密文字 is here");
    test_do (db, store_set_draft_async, id, "Frobnicate");
    message = test_add_message (db, 1, 1, STORE_ROLE_USER, STORE_STATE_COMPLETE, "Quuxword alone");
    for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
      g_assert_true (is_on_disk (fixture->folder, words[i]));
    test_do (db, store_delete_async, id);
    test_wait (TEST_CALL0 (db, store_empty_bin_async), NULL);
    test_do (db, store_delete_message_async, message);
  }
  connection = open_connection (fixture->path);
  maintain_all (connection, store_now ());
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (is_on_disk (fixture->folder, words[i]))
      g_error ("“%s” is still on the disk", words[i]);
}

/* A temporary chat: everything the process writes goes below TMPDIR here. */
static void
test_memory (Fixture *fixture, gconstpointer data)
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

/* ---- Damage ------------------------------------------------------------------------------------------------------- */

static void
overwrite (const char *path, goffset offset, gsize n_bytes)
{
  g_autofree char *noise = g_malloc (n_bytes);
  FILE *file = g_fopen (path, "r+b");

  for (gsize i = 0; i < n_bytes; i++)
    noise[i] = g_test_rand_int_range (0, 256);
  g_assert_cmpint (fseek (file, offset, SEEK_SET), ==, 0);
  g_assert_cmpuint (fwrite (noise, 1, n_bytes, file), ==, n_bytes);
  fclose (file);
}

static void
remove_backups (Fixture *fixture)
{
  g_autofree char *backup = store_find_backup (fixture->path);

  if (backup)
    g_unlink (backup);
}

/* Each page of the file in turn is noise, after a crash: what is left is there, the original is kept. */
static void
test_damage (Fixture *fixture, gconstpointer data)
{
  gboolean with_backup = GPOINTER_TO_INT (data);
  g_autofree char *good = NULL;
  gsize n_bytes;
  guint n_recovered = 0, n_tried = 0, n_pages;
  gint64 least = G_MAXINT64;

  fill (fixture->path, 20);
  if (with_backup)
    {
      g_autoptr (StoreConnection) connection = open_connection (fixture->path);

      g_assert_true (store_backup_today (connection, store_now (), NULL));
    }
  exec_sql (fixture->path, "UPDATE property SET value = 0 WHERE name = 'clean'; PRAGMA journal_mode = DELETE");
  g_assert_true (g_file_get_contents (fixture->path, &good, &n_bytes, NULL));
  n_pages = n_bytes / 4096;

  for (guint page = 0; page < n_pages; page++)
    {
      g_autofree char *damaged = NULL, *kept = NULL;
      g_autoptr (StoreConnection) connection = NULL;
      gsize n_damaged, n_kept;

      if (!g_test_slow () && page > 2 && page % 10 != 0)
        continue;
      n_tried++;
      g_assert_true (g_file_set_contents (fixture->path, good, n_bytes, NULL));
      overwrite (fixture->path, page * 4096, 4096);
      g_assert_true (g_file_get_contents (fixture->path, &damaged, &n_damaged, NULL));
      connection = open_connection (fixture->path);
      if (!connection->recovered_path)
        continue;

      n_recovered++;
      g_assert_true (g_file_get_contents (connection->recovered_path, &kept, &n_kept, NULL));
      g_assert_cmpmem (kept, n_kept, damaged, n_damaged);
      g_unlink (connection->recovered_path);
      g_assert_true (store_check (connection, "PRAGMA integrity_check", NULL));
      g_assert_cmpint (count (connection, "pragma_foreign_key_check"), ==, 0);
      if (with_backup)
        g_assert_cmpint (count (connection, "message"), ==, 200);
      /* Page 0 is the schema: without it nothing can be read by SQLite. */
      else if (page > 0)
        least = MIN (least, count (connection, "message"));
    }
  g_assert_cmpuint (n_recovered, >, n_tried / 2);
  g_test_message ("%u of %u damaged pages needed recovery; fewest messages left: %d of 200", n_recovered, n_tried, (int) least);
  remove_backups (fixture);
}

/* Damage that shows only later is told, and repaired at the next start. */
static void
test_damage_later (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreDb) db = NULL;
  gsize n_failed = 0;
  GStatBuf status;

  fill (fixture->path, 20);
  g_assert_cmpint (g_stat (fixture->path, &status), ==, 0);
  overwrite (fixture->path, status.st_size / 4096 / 2 * 4096, 5 * 4096);
  db = test_open (fixture->path, &error);
  g_assert_no_error (error);
  if (!store_get_recovered_path (db))
    {
      for (gint64 id = 1; id <= 200; id++)
        {
          g_autoptr (GError) read_error = NULL;
          g_autoptr (GPtrArray) list = test_wait_list (TEST_CALL (db, store_get_messages_async, &id, 1), &read_error);

          if (list)
            continue;
          g_assert_error (read_error, STORE_ERROR, STORE_ERROR_CORRUPT);
          n_failed++;
        }
      g_assert_cmpuint (n_failed, >, 0);
      g_clear_object (&db);
      db = test_open (fixture->path, &error);
      g_assert_no_error (error);
    }
  g_assert_nonnull (store_get_recovered_path (db));
  g_assert_true (g_file_test (store_get_recovered_path (db), G_FILE_TEST_EXISTS));
  test_add_conversation (db, "goes on");
}

/* ---- Migrations --------------------------------------------------------------------------------------------------- */

static void
assert_fixture (StoreDb *db)
{
  g_autoptr (StoreConversation) conversation = test_get_conversation (db, 1);
  g_autoptr (GPtrArray) branch = test_branch (db, 1, 0);
  g_autoptr (GPtrArray) bin = test_list (db, STORE_LIST_DELETED);
  g_autoptr (StoreMessage) first = test_get_message (db, 1);
  g_autoptr (StoreMessage) last = test_get_message (db, 4);
  StoreSearch request = STORE_SEARCH_INIT;
  g_autoptr (GPtrArray) hits = NULL;

  g_assert_cmpstr (conversation->title, ==, "对话模型 notes");
  g_assert_cmpstr (conversation->draft, ==, "draft");
  g_assert_cmpint (conversation->folder_id, ==, 2);
  g_assert_true (conversation->pinned);
  g_assert_cmpuint (branch->len, ==, 3);
  g_assert_cmpint (((StoreMessage *) branch->pdata[1])->mark, ==, -1);
  g_assert_cmpuint (bin->len, ==, 1);
  g_assert_cmpstr (first->text, ==, "你好世界");
  g_assert_cmpstr (first->attachments, ==, "[{\"name\":\"a.txt\",\"text\":\"x\"}]");
  g_assert_cmpint (last->state, ==, STORE_STATE_INTERRUPTED);

  request.text = "世界";
  hits = test_wait_list (TEST_CALL (db, store_search_async, &request), NULL);
  g_assert_cmpuint (hits->len, ==, 1);
}

static void
test_migrate (Fixture *fixture, gconstpointer data)
{
  int version = GPOINTER_TO_INT (data);
  g_autofree char *name = g_strdup_printf ("fixtures/schema-%d.sql", version);
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, name, NULL);
  g_autofree char *copy = g_strdup_printf ("%s.v%d.bak", fixture->path, version);
  g_autofree char *sql = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreDb) db = NULL;
  gboolean is_old = version < store_schema_version ();

  g_file_get_contents (file, &sql, NULL, &error);
  g_assert_no_error (error);
  exec_sql (fixture->path, sql);
  db = test_open (fixture->path, &error);
  g_assert_no_error (error);
  assert_fixture (db);
  g_assert_true (g_file_test (copy, G_FILE_TEST_EXISTS) == is_old);
  if (is_old)
    {
      g_autoptr (StoreConnection) old = store_connection_open_foreign (copy, NULL);
      int old_version, application_id;

      g_assert_true (store_schema_read_version (old->db, &old_version, &application_id, NULL));
      g_assert_cmpint (old_version, ==, version);
      g_assert_cmpint (count (old, "message"), ==, 4);
    }
}

/* A migration that fails leaves the file as it was. */
static void
test_migrate_fails (Fixture *fixture, gconstpointer data)
{
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, "fixtures/schema-1.sql", NULL);
  g_autofree char *sql = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreDb) db = NULL;

  g_assert_true (g_file_get_contents (file, &sql, NULL, NULL));
  exec_sql (fixture->path, sql);
  exec_sql (fixture->path, "CREATE TABLE title_fts (in_the_way)");
  db = test_open (fixture->path, &error);
  g_assert_null (db);
  g_assert_nonnull (error);
  exec_sql (fixture->path, "SELECT in_the_way FROM title_fts; DROP TABLE title_fts; INSERT INTO folder VALUES (3, 'x', 1, 1)");
  g_clear_error (&error);
  db = test_open (fixture->path, &error);
  g_assert_no_error (error);
  assert_fixture (db);
}

/* Triggers and views that are not ours do not stay. */
static void
test_trust (Fixture *fixture, gconstpointer data)
{
  g_autoptr (StoreConnection) connection = NULL;

  fill (fixture->path, 1);
  exec_sql (fixture->path, "CREATE TRIGGER evil AFTER INSERT ON conversation BEGIN DELETE FROM message; END;"
                           "DROP TRIGGER message_fts_insert; CREATE VIEW \"a \"\" b\" AS SELECT 1");
  fill (fixture->path, 1);
  connection = open_connection (fixture->path);
  g_assert_cmpint (count (connection, "message"), ==, 20);
  g_assert_cmpint (count (connection, "sqlite_schema WHERE type = 'view'"), ==, 1);
  g_assert_cmpint (count (connection, "sqlite_schema WHERE name = 'message_fts_insert'"), ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, data, function) g_test_add (name, Fixture, GINT_TO_POINTER (data), set_up, function, tear_down)
  ADD ("/care/daily", 0, test_daily);
  ADD ("/care/gives-way", 0, test_gives_way);
  ADD ("/care/restore", 0, test_restore);
  ADD ("/care/restore-refused", 0, test_restore_refused);
  ADD ("/care/bin", 0, test_bin);
  ADD ("/care/bin-days", 0, test_bin_days);
  ADD ("/care/purged-text", 0, test_purged_text);
  ADD ("/care/memory", 0, test_memory);
  ADD ("/care/damage", FALSE, test_damage);
  ADD ("/care/damage-with-backup", TRUE, test_damage);
  ADD ("/care/damage-later", 0, test_damage_later);
  ADD ("/care/migrate-1", 1, test_migrate);
  ADD ("/care/migrate-2", 2, test_migrate);
  ADD ("/care/migrate-fails", 0, test_migrate_fails);
  ADD ("/care/trust", 0, test_trust);

  return g_test_run ();
}
