/* fault-child.c: a process that writes, and what must be in the database after it died
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A child reports on its standard output, one write(2) a line, what it has been told:
 *
 *   M id nonce     a message or a finished reply was acknowledged; its text follows from the nonce
 *   x id, X id     a deletion was asked for; was acknowledged
 *   E code         a request failed, also one that nobody waits for
 *   F n told       n faults happened during an operation, which told (1) of an error or succeeded (0)
 *   O code         the database could not be opened, or only for reading
 *   H n            the shim made n faults
 *   P n            a reply has n pieces now
 */
#include "fault-child.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store-test.h"

/* ---- The child -------------------------------------------------------------------------------------------------- */

static char *
make_text (gint64 nonce)
{
  GString *text = g_string_new (NULL);
  g_autoptr (GRand) rand = g_rand_new_with_seed (nonce);
  int length = g_rand_int_range (rand, 1, 4) == 1 ? g_rand_int_range (rand, 0, 12000) : g_rand_int_range (rand, 0, 400);

  g_string_append_printf (text, "message %" G_GINT64_FORMAT, nonce);
  while ((int) text->len < length)
    g_string_append_printf (text, " %x 模型", g_rand_int (rand));
  return g_string_free (text, FALSE);
}

static void report (const char *format, ...) G_GNUC_PRINTF (1, 2);

static void
report (const char *format, ...)
{
  char line[100];
  va_list args;
  int n;

  va_start (args, format);
  n = g_vsnprintf (line, sizeof line, format, args);
  va_end (args);
  if (write (STDOUT_FILENO, line, n) != n)
    _exit (3);
}

typedef struct
{
  StoreDb *db;
  GRand *rand;
  gint64 conversation;
  GArray *ids;       /* of messages that are there */
  int n_faults;      /* seen so far */
  gboolean has_told; /* the operation told of an error */
} Child;

static void
report_error (Child *self, GError *error)
{
  /* Where nothing failed yet, nothing may be told. */
  if (fault_vfs_n_happened () == 0)
    g_error ("An error without a fault: %s", error->message);
  self->has_told = TRUE;
  report ("E %d\n", error->code);
  g_error_free (error);
}

static void
failed_cb (StoreDb *db, GError *error, Child *self)
{
  report_error (self, g_error_copy (error));
}

/* What came of the faults since the last call. */
static void
report_faults (Child *self)
{
  int n = fault_vfs_n_happened () - self->n_faults;

  if (n > 0)
    report ("F %d %d\n", n, self->has_told);
  self->n_faults += n;
  self->has_told = FALSE;
}

static void
add_conversation (Child *self)
{
  g_autoptr (StoreConversation) conversation = store_conversation_new ();
  GError *error = NULL;

  g_free (conversation->title);
  conversation->title = g_strdup_printf ("conversation %u", g_rand_int (self->rand));
  self->conversation = test_wait_id (TEST_CALL (self->db, store_add_conversation_async, conversation), &error);
  if (error)
    report_error (self, error);
}

static void
add_message (Child *self, gboolean is_reply)
{
  g_autoptr (StoreMessage) message = store_message_new ();
  gint64 nonce = g_rand_int (self->rand);
  g_autofree char *text = make_text (nonce);
  GError *error = NULL;
  gint64 id;

  message->conversation_id = self->conversation;
  message->role = is_reply ? STORE_ROLE_ASSISTANT : STORE_ROLE_USER;
  message->state = is_reply ? STORE_STATE_GENERATING : STORE_STATE_COMPLETE;
  g_free (message->text);
  message->text = g_strdup (is_reply ? "" : text);
  id = test_wait_id (TEST_CALL (self->db, store_add_message_async, message), &error);
  if (id && is_reply)
    {
      for (int i = 1; i < 5; i++)
        {
          g_autofree char *part = g_utf8_substring (text, 0, g_utf8_strlen (text, -1) * i / 5);

          store_flush_message_async (self->db, id, part, NULL, NULL, NULL);
        }
      message->id = id;
      message->state = STORE_STATE_COMPLETE;
      g_free (message->text);
      message->text = g_strdup (text);
      message->call = store_call_new ();
      message->call->result = g_strdup (text);
      test_wait (TEST_CALL (self->db, store_finish_message_async, message), &error);
    }
  if (error)
    {
      report_error (self, error);
      return;
    }
  g_array_append_val (self->ids, id);
  report ("M %" G_GINT64_FORMAT " %" G_GINT64_FORMAT "\n", id, nonce);
}

static void
delete_message (Child *self)
{
  guint i = g_rand_int_range (self->rand, 0, self->ids->len);
  gint64 id = g_array_index (self->ids, gint64, i);
  GError *error = NULL;

  report ("x %" G_GINT64_FORMAT "\n", id);
  g_array_remove_index_fast (self->ids, i);
  if (test_wait (TEST_CALL (self->db, store_delete_message_async, id), &error))
    report ("X %" G_GINT64_FORMAT "\n", id);
  else
    report_error (self, error);
}

static void
search_something (Child *self)
{
  StoreSearch request = STORE_SEARCH_INIT;
  g_autoptr (GPtrArray) hits = NULL;
  GError *error = NULL;

  request.text = "模型 mess";
  hits = test_wait_list (TEST_CALL (self->db, store_search_async, &request), &error);
  if (error)
    report_error (self, error);
}

static void
operate (Child *self)
{
  double x = g_rand_double (self->rand);

  if (!self->conversation || x < 0.03)
    add_conversation (self);
  else if (x < 0.06)
    search_something (self);
  else if (x < 0.2 && self->ids->len > 0)
    delete_message (self);
  else
    add_message (self, x > 0.7);
}

/* --writer PATH SEED FAULT N TIMES N_OPERATIONS */
static void
run_writer (char **args)
{
  Child self = { NULL };
  GError *error = NULL;
  int n_operations = atoi (args[5]);

  fault_vfs_install (atoi (args[1]));
  fault_vfs_arm (atoi (args[2]), atoi (args[3]), atoi (args[4]));
  self.rand = g_rand_new_with_seed (atoi (args[1]));
  self.ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  self.db = test_open (args[0], &error);
  if (error)
    report ("O %d\n", error->code);
  self.has_told = error != NULL;
  report_faults (&self);
  if (self.db)
    g_signal_connect (self.db, "failed", G_CALLBACK (failed_cb), &self);
  for (int i = 0; self.db && !error && (n_operations == 0 || i < n_operations); i++)
    {
      operate (&self);
      report_faults (&self);
    }
  report ("H %d\n", fault_vfs_n_happened ());

  /* When the fault is over everything works again. */
  if (self.db && !error && atoi (args[4]) != 0)
    {
      fault_vfs_arm (FAULT_NONE, 0, 0);
      self.n_faults = 0;
      add_conversation (&self);
      g_assert_cmpint (self.conversation, >, 0);
      add_message (&self, TRUE);
    }
  g_clear_object (&self.db);
  g_clear_error (&error);
  g_array_unref (self.ids);
  g_rand_free (self.rand);
  exit (0);
}

/* --reply PATH */
static void
run_reply (char **args)
{
  g_autoptr (StoreDb) db = test_open (args[0], NULL);
  gint64 conversation = test_add_conversation (db, "reply");
  gint64 done = test_add_message (db, conversation, 0, STORE_ROLE_ASSISTANT, STORE_STATE_COMPLETE, "finished");
  gint64 id = test_add_message (db, conversation, done, STORE_ROLE_ASSISTANT, STORE_STATE_GENERATING, "");
  g_autoptr (GString) text = g_string_new (NULL);

  report ("M %" G_GINT64_FORMAT " 0\n", id);
  for (int n = 1; n < 100000; n++)
    {
      g_string_append (text, "对x ");
      report ("P %d\n", n);
      if (n % 100 == 0)
        store_flush_message_async (db, id, text->str, NULL, NULL, NULL);
      g_usleep (1000);
    }
  exit (0);
}

void
fault_child_check_arguments (int argc, char **argv)
{
  if (argc == 8 && g_str_equal (argv[1], "--writer"))
    run_writer (argv + 2);
  if (argc == 3 && g_str_equal (argv[1], "--reply"))
    run_reply (argv + 2);
}

/* ---- The parent ------------------------------------------------------------------------------------------------- */

FaultRun *
fault_run_new (const char *path)
{
  FaultRun *self = g_new0 (FaultRun, 1);

  self->path = g_strdup (path);
  self->messages = g_hash_table_new (NULL, NULL);
  self->deleted = g_hash_table_new (NULL, NULL);
  self->doubtful = g_hash_table_new (NULL, NULL);
  return self;
}

void
fault_run_free (FaultRun *self)
{
  g_hash_table_unref (self->messages);
  g_hash_table_unref (self->deleted);
  g_hash_table_unref (self->doubtful);
  g_free (self->path);
  g_free (self);
}

static void
read_line (FaultRun *self, const char *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  guint n = g_strv_length (words);
  gpointer id = n > 1 ? GSIZE_TO_POINTER (g_ascii_strtoll (words[1], NULL, 10)) : NULL;

  if (n == 0 || !*words[0])
    return;
  switch (*words[0])
    {
    case 'M':
      g_assert_cmpuint (n, ==, 3);
      g_hash_table_insert (self->messages, id, GSIZE_TO_POINTER (g_ascii_strtoll (words[2], NULL, 10)));
      self->n_acknowledged++;
      break;
    case 'x': g_hash_table_add (self->doubtful, id); break;
    case 'X':
      g_hash_table_remove (self->doubtful, id);
      g_hash_table_remove (self->messages, id);
      g_hash_table_add (self->deleted, id);
      self->n_acknowledged++;
      break;
    case 'E':
    case 'O': self->n_errors++; break;
    case 'F':
      g_assert_cmpuint (n, ==, 3);
      if (*words[2] == '1')
        self->n_told += GPOINTER_TO_SIZE (id);
      else
        self->n_survived += GPOINTER_TO_SIZE (id);
      break;
    case 'H': self->n_faults += GPOINTER_TO_SIZE (id); break;
    default: g_error ("A child reports “%s”", line);
    }
}

/* Starts this program with other arguments. */
static GPid
spawn (char **args, int *ret_fd)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr (GError) error = NULL;
  GPid pid;

  args[0] = program;
  g_spawn_async_with_pipes (NULL, args, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, NULL, ret_fd, NULL, &error);
  g_assert_no_error (error);
  return pid;
}

static char *
read_all (int fd)
{
  GString *text = g_string_new (NULL);
  char buffer[4096];
  gssize n;

  while ((n = read (fd, buffer, sizeof buffer)) > 0 || (n < 0 && errno == EINTR))
    if (n > 0)
      g_string_append_len (text, buffer, n);
  close (fd);
  return g_string_free (text, FALSE);
}

void
fault_run_child (FaultRun *self, guint32 seed, Fault fault, int n, int times, int n_operations, gulong kill_after_us)
{
  g_autofree char *numbers = g_strdup_printf ("%u %d %d %d %d", seed, fault, n, times, n_operations);
  g_auto (GStrv) words = g_strsplit (numbers, " ", -1);
  char *args[] = { NULL, (char *) "--writer", self->path, words[0], words[1], words[2], words[3], words[4], NULL };
  g_autofree char *output = NULL;
  g_auto (GStrv) lines = NULL;
  int fd, status;
  GPid pid = spawn (args, &fd);

  if (kill_after_us)
    {
      g_usleep (kill_after_us);
      kill (pid, SIGKILL);
    }
  output = read_all (fd);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  if (fault == FAULT_POWER)
    self->n_faults += WIFEXITED (status) && WEXITSTATUS (status) == 9;
  else if (!kill_after_us)
    g_assert_true (WIFEXITED (status) && WEXITSTATUS (status) == 0);
  lines = g_strsplit (output, "\n", -1);
  for (gsize i = 0; lines[i]; i++)
    read_line (self, lines[i]);
}

/* ---- Verifying -------------------------------------------------------------------------------------------------- */

static void
assert_pragma (StoreConnection *connection, const char *sql, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (sqlite3_stmt) row = store_prepare (connection, &error, sql, "");

  g_assert_no_error (error);
  if (store_step (row, &error))
    g_assert_cmpstr ((const char *) sqlite3_column_text (row, 0), ==, expected);
  else
    g_assert_null (expected);
  if (error)
    g_error ("%s in %s: %s", sql, connection->path, error->message);
}

static gboolean
is_there (StoreConnection *connection, gint64 id, gint64 nonce)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = make_text (nonce);
  g_autoptr (sqlite3_stmt) row = store_prepare (connection, &error,
                                                "SELECT text = ?1 AND m.state = 0 AND (role = 1 OR result = ?1)"
                                                " FROM message m LEFT JOIN call ON message_id = id WHERE id = ?2",
                                                "tI", text, id);

  return row && store_step (row, &error) && sqlite3_column_int (row, 0) == 1;
}

void
fault_run_verify (FaultRun *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (StoreConnection) connection = store_connection_open (self->path, &error, &error);
  GHashTableIter iter;
  gpointer id, nonce;

  g_assert_no_error (error);
  assert_pragma (connection, "PRAGMA integrity_check", "ok");
  assert_pragma (connection, "PRAGMA foreign_key_check", NULL);
  assert_pragma (connection, "INSERT INTO message_fts (message_fts, rank) VALUES ('integrity-check', 1)", NULL);
  assert_pragma (connection, "INSERT INTO title_fts (title_fts, rank) VALUES ('integrity-check', 1)", NULL);
  assert_pragma (connection, "SELECT 'generating' FROM message WHERE state = 1", NULL);

  g_hash_table_iter_init (&iter, self->messages);
  while (g_hash_table_iter_next (&iter, &id, &nonce))
    if (!g_hash_table_contains (self->doubtful, id) && !is_there (connection, GPOINTER_TO_SIZE (id), GPOINTER_TO_SIZE (nonce)))
      self->n_lost++;

  g_hash_table_iter_init (&iter, self->deleted);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      gint64 n = 0;

      store_query_int (connection, 0, &n, &error, "SELECT 1 FROM message WHERE id = ?1", "I", (gint64) GPOINTER_TO_SIZE (id));
      g_assert_no_error (error);
      self->n_lost += n;
    }
}

void
fault_run_reply (const char *path, gulong kill_after_us)
{
  char *args[] = { NULL, (char *) "--reply", (char *) path, NULL };
  g_autoptr (StoreDb) db = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL;
  g_auto (GStrv) lines = NULL;
  gint64 id = 0;
  int n_pieces = 0, fd, status;
  GPid pid = spawn (args, &fd);
  g_autoptr (StoreMessage) reply = NULL, finished = NULL;

  g_usleep (kill_after_us);
  kill (pid, SIGKILL);
  output = read_all (fd);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);

  lines = g_strsplit (output, "\n", -1);
  for (gsize i = 0; lines[i]; i++)
    if (*lines[i] == 'M')
      id = g_ascii_strtoll (lines[i] + 2, NULL, 10);
    else if (*lines[i] == 'P')
      n_pieces = atoi (lines[i] + 2);

  db = test_open (path, &error);
  g_assert_no_error (error);
  if (!id)
    return;
  reply = test_get_message (db, id);
  finished = test_get_message (db, id - 1);
  g_assert_cmpint (reply->state, ==, STORE_STATE_INTERRUPTED);
  g_assert_cmpint (strlen (reply->text) / strlen ("对x "), >=, n_pieces - 300);
  g_assert_cmpstr (finished->text, ==, "finished");
  g_assert_cmpint (finished->state, ==, STORE_STATE_COMPLETE);
}

void
fault_run_second (const char *path)
{
  char *args[] = { NULL, (char *) "--reply", (char *) path, NULL };
  g_autoptr (StoreDb) db = NULL;
  g_autoptr (GError) error = NULL;
  char byte;
  int fd, status;
  GPid pid = spawn (args, &fd);

  /* It has written its first messages. */
  g_assert_cmpint (read (fd, &byte, 1), ==, 1);
  g_usleep (300 * 1000);
  db = test_open (path, &error);
  g_assert_error (error, STORE_ERROR, STORE_ERROR_BUSY);
  g_assert_true (store_is_read_only (db));
  {
    g_autoptr (GPtrArray) list = test_list (db, STORE_LIST_ACTIVE);
    g_autoptr (StoreMessage) first = test_get_message (db, 1), reply = test_get_message (db, 2);

    g_assert_cmpuint (list->len, ==, 1);
    g_assert_cmpstr (first->text, ==, "finished");
    /* Nobody writes it here. */
    g_assert_cmpint (reply->state, ==, STORE_STATE_INTERRUPTED);
  }
  kill (pid, SIGKILL);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  close (fd);
  g_clear_object (&db);
  g_clear_error (&error);
  db = test_open (path, &error);
  g_assert_no_error (error);
  g_assert_false (store_is_read_only (db));
}
