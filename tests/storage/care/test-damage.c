/* test-damage.c: what is left of a damaged history
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "care/store-backup.h"
#include "care/store-recover.h"
#include "store-test.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- Damage ----------------------------------------------------------------------------------------------------- */

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
remove_backups (TestHistory *fixture)
{
  g_autofree char *backup = store_find_backup (fixture->path);

  if (backup)
    g_unlink (backup);
}

/* Each page of the file in turn is noise, after a crash: what is left is there, the original is kept. */
static void
test_damage (TestHistory *fixture, gconstpointer data)
{
  gboolean with_backup = GPOINTER_TO_INT (data);
  g_autofree char *good = NULL;
  gsize n_bytes;
  guint n_recovered = 0, n_tried = 0, n_pages;
  gint64 least = G_MAXINT64;

  test_fill (fixture->path, 20);
  if (with_backup)
    {
      g_autoptr (StoreConnection) connection = test_open_connection (fixture->path);

      g_assert_true (store_backup_today (connection, store_now (), NULL));
    }
  test_exec_sql (fixture->path, "UPDATE property SET value = 0 WHERE name = 'clean'; PRAGMA journal_mode = DELETE");
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
      connection = test_open_connection (fixture->path);
      if (!connection->recovery.path)
        continue;

      n_recovered++;
      g_assert_true (g_file_get_contents (connection->recovery.path, &kept, &n_kept, NULL));
      g_assert_cmpmem (kept, n_kept, damaged, n_damaged);
      g_unlink (connection->recovery.path);
      g_assert_true (store_check (connection, "PRAGMA integrity_check", NULL));
      g_assert_cmpint (test_count (connection, "pragma_foreign_key_check"), ==, 0);
      if (with_backup)
        g_assert_cmpint (test_count (connection, "message"), ==, 200);
      else
        least = MIN (least, test_count (connection, "message"));
    }
  g_assert_cmpuint (n_recovered, >, n_tried / 2);
  if (!with_backup)
    g_test_message ("%u of %u damaged pages needed recovery; fewest messages left: %d of 200", n_recovered, n_tried,
                    (int) least);
  remove_backups (fixture);
}

/* The page that says where the tables are is gone: calls and notes are found like messages, without those that no reply asks
 * for. */
static void
test_calls (TestHistory *fixture, gconstpointer data)
{
  g_autoptr (StoreConnection) connection = NULL;
  g_autoptr (StoreDb) db = NULL;
  g_autoptr (StoreMessage) message = NULL;
  g_autoptr (GPtrArray) notes = NULL;
  g_autoptr (GPtrArray) made = NULL;

  test_fill (fixture->path, 1);
  test_exec_sql (fixture->path,
                 "PRAGMA foreign_keys = OFF; UPDATE message SET role = id % 2 + 1;"
                 "INSERT INTO call VALUES (3, 1, 1, 1, 5, NULL, 'line', 'calculate', '{}', NULL),"
                 " (2, 2, 1, 0, 5, 6, 'line', 'calculate', NULL, '42'), (99, 0, 0, 0, NULL, NULL, '', '', '', '');"
                 "INSERT INTO call_file VALUES (7, 3, 640, 480, '', x'00ff'), (8, 3, 0, 0, 'large', NULL),"
                 " (9, 98, 0, 0, 'lost', x'');"
                 "INSERT INTO note (name, text) VALUES ('new-chat', 'half');"
                 "UPDATE property SET value = 0 WHERE name = 'clean'; PRAGMA journal_mode = DELETE");
  overwrite (fixture->path, 0, 4096);
  db = test_open (fixture->path, NULL);
  g_assert_nonnull (store_get_recovery (db));
  message = test_get_message (db, 3);
  g_assert_cmpint (message->call->state, ==, STORE_CALL_LOST);
  g_assert_true (message->call->edited);
  g_assert_cmpint (message->call->started_at, ==, 5);
  g_assert_cmpint (message->call->finished_at, ==, 0);
  g_assert_cmpstr (message->call->metadata, ==, "line");
  g_assert_cmpstr (message->call->arguments, ==, "{}");
  g_assert_null (message->call->result);
  made = test_wait_list (TEST_CALL (db, store_list_made_async, 3), NULL);
  g_assert_cmpuint (made->len, ==, 2);
  g_assert_cmpint (((StoreMade *) made->pdata[0])->width, ==, 640);
  g_assert_cmpuint (g_bytes_get_size (((StoreMade *) made->pdata[0])->data), ==, 2);
  g_assert_null (((StoreMade *) made->pdata[1])->data);
  notes = test_wait_list (TEST_CALL (db, store_get_note_async, "new-chat"), NULL);
  g_assert_cmpstr (notes->pdata[0], ==, "half");
  g_clear_object (&db);
  connection = test_open_connection (fixture->path);
  g_assert_cmpint (test_count (connection, "call"), ==, 1);
  g_assert_cmpint (test_count (connection, "call_file"), ==, 2);
  g_assert_cmpint (test_count (connection, "pragma_foreign_key_check"), ==, 0);
}

/* What is attached comes back with what was given of it; a document that lost a passage is no other's any more, and one that is
 * lost is still named. */
static void
test_documents (TestHistory *fixture, gconstpointer data)
{
  g_autoptr (StoreConnection) connection = NULL;
  g_autoptr (StoreDb) db = NULL;
  g_autoptr (StoreMessage) first = NULL, second = NULL, third = NULL;

  test_fill (fixture->path, 1);
  test_exec_sql (
      fixture->path,
      "PRAGMA foreign_keys = OFF;"
      "INSERT INTO document VALUES (1, 2, 8, 'aa', 'pdf'), (2, 0, 8, 'bb', ''), (4, 0, 1, 'dd', '');"
      "INSERT INTO passage VALUES (1, 1, 0, 1, 'Head', 'one '), (2, 1, 1, 2, 'Head', 'two.'), (3, 2, 0, 0, '', 'half'),"
      " (4, 9, 0, 0, '', 'nobody''s');"
      "INSERT INTO attachment VALUES (1, 1, 1, 0, 2, 'a.pdf'), (2, 2, 2, 0, 0, 'b.txt'), (3, 3, 3, 0, 0, 'c.txt'),"
      " (4, 99, 4, 0, 0, 'd.txt');"
      "INSERT INTO given VALUES (1, 1, 2, 1), (2, 1, 99, 2), (3, 99, 1, 1);"
      "UPDATE message SET attachments = '[{\"name\":\"e\"}]' WHERE id = 4;"
      "UPDATE property SET value = 0 WHERE name = 'clean'; PRAGMA journal_mode = DELETE");
  overwrite (fixture->path, 0, 4096);
  db = test_open (fixture->path, NULL);
  g_assert_nonnull (store_get_recovery (db));
  first = test_get_message (db, 1);
  g_assert_cmpstr (first->attachments, ==,
                   "[{\"name\":\"a.pdf\",\"text\":\"one two.\",\"pages\":\"2\",\"type\":\"pdf\",\"use\":\"passages\"}]");
  g_assert_cmpuint (first->given->len, ==, 1);
  g_assert_cmpstr (((StorePassage *) first->given->pdata[0])->text, ==, "two.");
  second = test_get_message (db, 2);
  g_assert_cmpstr (second->attachments, ==, "[{\"name\":\"b.txt\",\"text\":\"half\"}]");
  third = test_get_message (db, 3);
  g_assert_cmpstr (third->attachments, ==, "[{\"name\":\"c.txt\",\"text\":\"\"}]");
  g_clear_object (&db);
  connection = test_open_connection (fixture->path);
  g_assert_cmpint (test_count (connection, "document"), ==, 3);
  g_assert_cmpint (test_count (connection, "document WHERE sha256 = 'aa'"), ==, 1);
  g_assert_cmpint (test_count (connection, "document WHERE sha256 LIKE 'damaged:%'"), ==, 2);
  g_assert_cmpint (test_count (connection, "passage"), ==, 3);
  g_assert_cmpint (test_count (connection, "given"), ==, 1);
  g_assert_cmpint (test_count (connection, "pragma_foreign_key_check"), ==, 0);
  g_assert_cmpint (test_count (connection, "passage_fts WHERE passage_fts MATCH 'two'"), ==, 1);
}

/* ---- What has to be left ---------------------------------------------------------------------------------------- */

#define PAGE       4096
#define N_CHATS    12
#define N_MESSAGES 240

typedef struct
{
  char *bytes;
  gsize n_bytes;
  GPtrArray *texts;              /* of the message with id i + 1 */
  GHashTable *pages[N_MESSAGES]; /* where it stands, from 0; NULL: nothing is damaged */
} Original;

/* Message 17 is "[17][17]…": a page that holds any of it holds "[17]", and no page of the search index does. */
static void
make_original (Original *self, const char *path)
{
  g_autoptr (StoreDb) db = test_open (path, NULL);
  gint64 heads[N_CHATS] = { 0 };

  self->texts = g_ptr_array_new_with_free_func (g_free);
  for (int c = 0; c < N_CHATS; c++)
    test_add_conversation (db, "chat");
  for (int i = 1; i <= N_MESSAGES; i++)
    {
      GString *text = g_string_new (NULL);
      int length = g_test_rand_int_range (0, 6) == 0 ? g_test_rand_int_range (5000, 40000) : g_test_rand_int_range (6, 2000);
      int c = g_test_rand_int_range (0, N_CHATS);

      while ((int) text->len < length)
        g_string_append_printf (text, "[%d]", i);
      g_ptr_array_add (self->texts, g_string_free (text, FALSE));
      heads[c] = test_add_message (db, c + 1, heads[c], STORE_ROLE_USER, STORE_STATE_COMPLETE, self->texts->pdata[i - 1]);
      g_assert_cmpint (heads[c], ==, i);
    }
}

static void
clear_original (Original *self)
{
  for (int i = 0; i < N_MESSAGES; i++)
    if (self->pages[i])
      g_hash_table_unref (self->pages[i]);
  g_ptr_array_unref (self->texts);
  g_free (self->bytes);
}

static void
find_pages (Original *self)
{
  for (int i = 0; i < N_MESSAGES; i++)
    {
      g_autofree char *mark = g_strdup_printf ("[%d]", i + 1);

      self->pages[i] = g_hash_table_new (NULL, NULL);
      for (gsize page = 0; page < self->n_bytes / PAGE; page++)
        if (memmem (self->bytes + page * PAGE, PAGE, mark, strlen (mark)))
          g_hash_table_add (self->pages[i], GSIZE_TO_POINTER (page));
      g_assert_cmpuint (g_hash_table_size (self->pages[i]), >, 0);
    }
}

/* Noise, zeros, another page's contents, on the whole page or its second half; sometimes the file's end is missing. */
static GHashTable *
damage (const Original *original, const char *path)
{
  g_autofree char *bytes = g_memdup2 (original->bytes, original->n_bytes);
  GHashTable *damaged = g_hash_table_new (NULL, NULL);
  gsize n_pages = original->n_bytes / PAGE, n_left = original->n_bytes;
  int n = g_test_rand_int_range (1, 12);

  for (int i = 0; i < n; i++)
    {
      gsize page = g_test_rand_int_range (0, n_pages), other = g_test_rand_int_range (0, n_pages);
      gsize from = g_test_rand_bit () ? 0 : PAGE / 2;
      int kind = g_test_rand_int_range (0, 3);

      for (gsize j = from; j < PAGE; j++)
        bytes[page * PAGE + j] = kind == 0 ? g_test_rand_int_range (0, 256) : kind == 1 ? 0 : original->bytes[other * PAGE + j];
      g_hash_table_add (damaged, GSIZE_TO_POINTER (page));
    }
  if (g_test_rand_int_range (0, 8) == 0)
    n_left = g_test_rand_int_range (n_pages / 2, n_pages) * PAGE + g_test_rand_int_range (0, PAGE);
  for (gsize page = n_left / PAGE; page < n_pages; page++)
    g_hash_table_add (damaged, GSIZE_TO_POINTER (page));
  g_assert_true (g_file_set_contents (path, bytes, n_left, NULL));
  return damaged;
}

static gboolean
is_untouched (GHashTable *pages, GHashTable *damaged)
{
  GHashTableIter iter;
  gpointer page;

  g_hash_table_iter_init (&iter, pages);
  while (g_hash_table_iter_next (&iter, &page, NULL))
    if (g_hash_table_contains (damaged, page))
      return FALSE;
  return TRUE;
}

/* Returns the number of messages that are not there, or not whole. */
static guint
assert_left (const Original *original, StoreConnection *connection, GHashTable *damaged)
{
  guint n_missing = 0;

  for (int i = 0; i < N_MESSAGES; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (sqlite3_stmt) row = store_prepare (connection, &error, "SELECT text FROM message WHERE id = ?1", "i", i + 1);
      g_autofree char *text = store_step (row, &error) ? store_column_text (row, 0) : NULL;

      g_assert_no_error (error);
      /* The texts are too long to print. */
      if (g_strcmp0 (text, original->texts->pdata[i]) == 0)
        continue;
      n_missing++;
      if (!original->pages[i] || is_untouched (original->pages[i], damaged))
        g_error ("Message %d was in sound pages and is %s", i + 1, text ? "cut" : "lost");
    }
  return n_missing;
}

/* Every message that stands in sound pages is recovered, whatever else is damaged; the rest is counted. */
static void
test_left (TestHistory *fixture, gconstpointer data)
{
  Original original = { NULL };
  guint n_missing = 0, n_told = 0, n_recovered = 0;

  make_original (&original, fixture->path);
  test_exec_sql (fixture->path, "UPDATE property SET value = 0 WHERE name = 'clean'; PRAGMA journal_mode = DELETE");
  g_assert_true (g_file_get_contents (fixture->path, &original.bytes, &original.n_bytes, NULL));
  find_pages (&original);
  for (int i = 0; i < (g_test_slow () ? 2000 : 25); i++)
    {
      g_autoptr (GHashTable) damaged = damage (&original, fixture->path);
      g_autoptr (StoreConnection) connection = test_open_connection (fixture->path);

      n_missing += assert_left (&original, connection, damaged);
      n_told += connection->recovery.n_lost + connection->recovery.n_cut;
      if (!connection->recovery.path)
        continue;
      n_recovered++;
      g_assert_cmpint (connection->recovery.n_messages, ==, test_count (connection, "message"));
      g_assert_true (store_check (connection, "PRAGMA integrity_check", NULL));
      g_assert_cmpint (test_count (connection, "pragma_foreign_key_check"), ==, 0);
      g_unlink (connection->recovery.path);
    }
  g_test_message ("%u recovered; %u messages missing or cut, of which %u were told", n_recovered, n_missing, n_told);
  g_assert_cmpuint (n_recovered, >, 0);
  g_assert_cmpuint (n_told, >, n_missing / 2);
  clear_original (&original);
}

static void
copy_file (const char *from, const char *to, const char *suffix)
{
  g_autofree char *source = g_strconcat (from, suffix, NULL);
  g_autofree char *target = g_strconcat (to, suffix, NULL);
  g_autofree char *bytes = NULL;
  gsize n_bytes;

  g_assert_true (g_file_get_contents (source, &bytes, &n_bytes, NULL));
  g_assert_true (g_file_set_contents (target, bytes, n_bytes, NULL));
}

/* After a crash the newest images of many pages stand in the WAL alone.  Noise in the older images changes nothing. */
static void
test_wal (TestHistory *fixture, gconstpointer data)
{
  g_autofree char *crashed = g_build_filename (fixture->folder, "crashed.db", NULL);
  g_autofree char *written = g_build_filename (fixture->folder, "written.db", NULL);
  g_autofree char *old = NULL, *new = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreConnection) connection = NULL;
  g_autoptr (StoreDb) db = NULL;
  StoreRecovery recovery;
  Original original = { NULL };
  gsize n_old, n_new;
  guint n_changed = 0;

  make_original (&original, fixture->path);
  db = test_open (fixture->path, NULL);
  for (int i = 1; i <= N_MESSAGES; i++)
    test_do (db, store_set_mark_async, i, 1);
  for (int i = 0; i < 2; i++)
    {
      copy_file (fixture->path, i ? written : crashed, "");
      copy_file (fixture->path, i ? written : crashed, "-wal");
    }
  test_exec_sql (written, "PRAGMA journal_mode = DELETE");
  g_assert_true (g_file_get_contents (crashed, &old, &n_old, NULL));
  g_assert_true (g_file_get_contents (written, &new, &n_new, NULL));
  for (gsize page = 0; page < MIN (n_old, n_new) / PAGE; page++)
    /* Leaving WAL mode itself changes the first page. */
    if (page > 0 && memcmp (old + page * PAGE, new + page *PAGE, PAGE) != 0)
      {
        overwrite (crashed, page * PAGE, PAGE);
        n_changed++;
      }
  g_assert_cmpuint (n_changed, >, 5);

  g_assert_true (store_recover (crashed, &recovery, &error));
  g_assert_cmpuint (recovery.n_messages, ==, N_MESSAGES);
  g_assert_cmpuint (recovery.n_lost + recovery.n_cut, ==, 0);
  g_free (recovery.path);
  connection = test_open_connection (crashed);
  g_assert_cmpuint (assert_left (&original, connection, NULL), ==, 0);
  g_assert_cmpint (test_count (connection, "message WHERE mark = 1"), ==, N_MESSAGES);
  clear_original (&original);
}

/* What a killed process left, in a folder of its own: which of the files have the names of a recovery, and which their own. */
static const struct
{
  gboolean has_fresh, is_kept, is_wal_kept;
} stages[] = {
  { TRUE, FALSE, FALSE }, /* the new file is there */
  { TRUE, TRUE, FALSE },
  { TRUE, TRUE, TRUE },   /* while it is filled */
  { FALSE, FALSE, FALSE } /* nothing was begun */
};

#define KEPT  ".damaged-20260102-030405"
#define FRESH ".recovering-20260102-030405"

/* Whenever a recovery ends, the next start has the history under its name, with its WAL, and recovers it again. */
static void
test_interrupted (TestHistory *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "interrupted.db", NULL);
  g_autoptr (StoreDb) db = NULL;

  test_fill (fixture->path, 20);
  db = test_open (fixture->path, NULL);
  for (int i = 1; i <= 200; i++)
    test_do (db, store_set_mark_async, i, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (stages); i++)
    {
      g_autofree char *kept = g_strconcat (path, KEPT, NULL), *fresh = g_strconcat (path, FRESH, NULL);
      g_autofree char *kept_wal = g_strconcat (kept, "-wal", NULL), *wal = g_strconcat (path, "-wal", NULL);
      g_autoptr (StoreConnection) connection = NULL;

      copy_file (fixture->path, path, "");
      copy_file (fixture->path, path, "-wal");
      overwrite (path, 0, 100); /* it is no database: what is in the WAL counts all the more */
      if (stages[i].has_fresh)
        g_assert_true (g_file_set_contents (fresh, "", 0, NULL));
      if (stages[i].is_kept)
        g_assert_cmpint (g_rename (path, kept), ==, 0);
      if (stages[i].is_wal_kept)
        g_assert_cmpint (g_rename (wal, kept_wal), ==, 0);
      connection = test_open_connection (path);
      g_assert_nonnull (connection->recovery.path);
      g_assert_cmpint (test_count (connection, "message"), ==, 200);
      g_assert_cmpint (test_count (connection, "message WHERE mark = 1"), ==, 200);
      g_assert_false (g_file_test (fresh, G_FILE_TEST_EXISTS));
      g_assert_false (g_file_test (kept, G_FILE_TEST_EXISTS));
      g_clear_pointer (&connection, store_connection_close);
      g_unlink (path);
    }
}

/* The same with processes that are killed. */
static void
test_killed (TestHistory *fixture, gconstpointer data)
{
  g_autofree char *good = NULL;
  gsize n_bytes;
  guint n_killed = 0;

  test_fill (fixture->path, 20);
  test_exec_sql (fixture->path, "UPDATE property SET value = 0 WHERE name = 'clean'; PRAGMA journal_mode = DELETE");
  overwrite (fixture->path, 0, 100);
  g_assert_true (g_file_get_contents (fixture->path, &good, &n_bytes, NULL));
  for (guint i = 0; i < 60; i++)
    {
      g_autoptr (StoreConnection) connection = NULL;
      int status;
      pid_t pid;

      g_assert_true (g_file_set_contents (fixture->path, good, n_bytes, NULL));
      pid = fork ();
      if (pid == 0)
        {
          StoreRecovery recovery;

          _exit (!store_recover (fixture->path, &recovery, NULL));
        }
      g_usleep (i * 400);
      kill (pid, SIGKILL);
      g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
      n_killed += WIFSIGNALED (status);
      connection = test_open_connection (fixture->path);
      g_assert_cmpint (test_count (connection, "message"), ==, 200);
    }
  g_test_message ("%u of 60 were killed before they were done", n_killed);
}

/* Damage that shows only later is told, and repaired at the next start. */
static void
test_damage_later (TestHistory *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreDb) db = NULL;
  gsize n_failed = 0;
  GStatBuf status;

  test_fill (fixture->path, 20);
  g_assert_cmpint (g_stat (fixture->path, &status), ==, 0);
  overwrite (fixture->path, status.st_size / 4096 / 2 * 4096, 5 * 4096);
  db = test_open (fixture->path, &error);
  g_assert_no_error (error);
  if (!store_get_recovery (db))
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
  g_assert_nonnull (store_get_recovery (db));
  g_assert_true (g_file_test (store_get_recovery (db)->path, G_FILE_TEST_EXISTS));
  test_add_conversation (db, "goes on");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, data, function) \
  g_test_add (name, TestHistory, GINT_TO_POINTER (data), test_history_set_up, function, test_history_tear_down)
  ADD ("/damage/each-page", FALSE, test_damage);
  ADD ("/damage/each-page-with-backup", TRUE, test_damage);
  ADD ("/damage/calls", 0, test_calls);
  ADD ("/damage/documents", 0, test_documents);
  ADD ("/damage/what-is-left", 0, test_left);
  ADD ("/damage/wal", 0, test_wal);
  ADD ("/damage/interrupted", 0, test_interrupted);
  ADD ("/damage/killed", 0, test_killed);
  ADD ("/damage/later", 0, test_damage_later);

  return g_test_run ();
}
