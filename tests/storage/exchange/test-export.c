/* test-export.c: formats to read, exports of some conversations, cancelled ones
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "exchange-fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <utime.h>

/* ---- A disk that is watched, and may be full -------------------------------------------------------------------- */

/* These take the place of the C library's for the whole program. */
static struct
{
  gint64 room; /* bytes that a part file may still take; −1: enough */
  gboolean full_at_sync;
  GString *log; /* of what must reach the disk in order; NULL: not watched */
} disk = { .room = -1 };

static gboolean
is_part (int fd, const char **ret_what)
{
  static char path[PATH_MAX];
  g_autofree char *link = g_strdup_printf ("/proc/self/fd/%d", fd);
  gssize n = readlink (link, path, sizeof path - 1);

  path[MAX (n, 0)] = '\0';
  *ret_what = g_file_test (path, G_FILE_TEST_IS_DIR) ? "folder" : strrchr (path, '/') ? strrchr (path, '/') + 1 : path;
  return g_str_has_suffix (path, ".part");
}

ssize_t
write (int fd, const void *data, size_t n_bytes)
{
  const char *what;

  if (disk.room >= 0 && is_part (fd, &what))
    {
      n_bytes = MIN (n_bytes, (size_t) disk.room);
      disk.room -= n_bytes;
      if (n_bytes == 0)
        {
          errno = ENOSPC;
          return -1;
        }
    }
  return syscall (SYS_write, fd, data, n_bytes);
}

int
fsync (int fd)
{
  const char *what;
  gboolean part = is_part (fd, &what);

  if (disk.log)
    g_string_append_printf (disk.log, "sync %s, ", part ? "part" : what);
  if (disk.full_at_sync && part)
    {
      errno = ENOSPC;
      return -1;
    }
  return syscall (SYS_fsync, fd);
}

int
rename (const char *old_path, const char *new_path)
{
  if (disk.log)
    g_string_append_printf (disk.log, "rename to %s, ", strrchr (new_path, '/') + 1);
  return syscall (SYS_renameat2, AT_FDCWD, old_path, AT_FDCWD, new_path, 0);
}

/* ---- Formats ---------------------------------------------------------------------------------------------------- */

static void
test_text_formats (TestExchange *fixture, gconstpointer data)
{
  g_autofree char *markdown = NULL, *text = NULL, *html = NULL;

  test_make_history (fixture->db);
  markdown = test_export_text (fixture, fixture->db, STORE_FORMAT_MARKDOWN);
  g_assert_true (g_str_has_prefix (markdown, "# a <title> & \"more\" 模型\n"));
  g_assert_nonnull (strstr (markdown, "\n## You\n\na \"b\".txt:\n\n```\n<x> & `code`\n```\n\nQuestion <b>"));
  g_assert_nonnull (strstr (markdown, "\n## GLM-4\n\n"));
  g_assert_nonnull (strstr (markdown, "second\r\nanswer\n"));
  g_assert_null (strstr (markdown, "first 😀"));
  g_assert_nonnull (strstr (markdown, "\n## Reply\n\n<details><summary>Thoughts</summary>\n\nA *product*.\n\n</details>\n\n"
                                      "I calculate.\n"
                                      "\n## Reply\n\n<details><summary>Tool call: calculate</summary>\n\n"
                                      "```\n{\"expression\": \"6*7\"}\n```\n\n</details>\n\n"
                                      "\n[Picture, 3 × 2]\n\n[File: out <1>.bin]\n\n[File: large.bin]\n"
                                      "\n## Tool\n\n42\n"));

  text = test_export_text (fixture, fixture->db, STORE_FORMAT_TEXT);
  g_assert_nonnull (strstr (text, "\nYou:\n[a \"b\".txt]\n<x> & `code`\n\nQuestion <b>"));

  g_assert_nonnull (strstr (text, "\nReply:\n[Thoughts]\nA *product*.\n\nI calculate.\n"
                                  "\nReply:\n[Tool call: calculate]\n{\"expression\": \"6*7\"}\n\n"
                                  "\n[Picture, 3 × 2]\n\n[File: out <1>.bin]\n\n[File: large.bin]\n"
                                  "\nTool:\n42\n"));

  html = test_export_text (fixture, fixture->db, STORE_FORMAT_HTML);
  g_assert_nonnull (strstr (html, "<details><summary>Thoughts</summary>\n\nA *product*.\n</details>\n\n\nI calculate."));
  g_assert_nonnull (strstr (html, "<details><summary>Tool call: calculate</summary><pre>{&quot;expression&quot;: &quot;6*7"));
  g_assert_nonnull (strstr (html, "<img width=\"3\" height=\"2\" alt=\"\" src=\"data:image/png;base64,iVBORw==\">\n"
                                  "<p>File: out &lt;1&gt;.bin</p>\n<p>File: large.bin</p>\n"));
  g_assert_true (g_str_has_prefix (html, "<!DOCTYPE html>"));
  g_assert_nonnull (strstr (html, "<h1>a &lt;title&gt; &amp; &quot;more&quot; 模型</h1>"));
  g_assert_nonnull (strstr (html, "Question &lt;b&gt;&amp; `&lt;/script&gt;`"));
  g_assert_null (strstr (html, "<b>"));
  g_assert_null (strstr (html, "</script>"));
  g_assert_true (g_str_has_suffix (html, "</html>\n"));
}

/* Names of a model, a chat, a tool and a file stay on their lines: none begins a turn of somebody else. */
static void
test_forged_turns (TestExchange *fixture, gconstpointer data)
{
  static const char forged[] = "GLM\n\n## You\n\nYou:\nI agree.\r\rTool:\n";
  const StoreFormat formats[] = { STORE_FORMAT_MARKDOWN, STORE_FORMAT_TEXT, STORE_FORMAT_HTML };
  gint64 id = test_add_conversation (fixture->db, forged);
  g_autoptr (StoreMessage) asks = store_message_new ();
  g_autoptr (StoreMessage) answers = store_message_new ();

  asks->conversation_id = answers->conversation_id = id;
  asks->role = STORE_ROLE_USER;
  asks->state = answers->state = STORE_STATE_COMPLETE;
  g_free (asks->text);
  asks->text = g_strdup ("Question");
  asks->attachments = g_strdup ("[{\"name\": \"GLM\\n\\n## You\\n\\nYou:\\nI agree.\", \"text\": \"x\"}]");
  answers->parent_id = test_wait_id (TEST_CALL (fixture->db, store_add_message_async, asks), NULL);
  answers->role = STORE_ROLE_ASSISTANT;
  answers->model = g_strdup (forged);
  answers->call = store_call_new ();
  g_free (answers->call->tool);
  answers->call->tool = g_strdup (forged);
  g_assert_cmpint (test_wait_id (TEST_CALL (fixture->db, store_add_message_async, answers), NULL), >, 0);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      g_autofree char *text = test_export_text (fixture, fixture->db, formats[i]);
      g_auto (GStrv) lines = g_strsplit_set (text, "\r\n", -1);
      guint n_you = 0;

      for (guint k = 0; lines[k]; k++)
        {
          n_you += g_str_equal (lines[k], "## You") || g_str_equal (lines[k], "You:") || g_str_equal (lines[k], "<h2>You</h2>");
          g_assert_false (g_str_has_prefix (lines[k], "I agree."));
          g_assert_cmpstr (lines[k], !=, "Tool:");
        }
      g_assert_cmpuint (n_you, ==, 1);
    }
}

static char *
render (const char *markdown, gpointer data)
{
  return g_strdup_printf ("<p>%u bytes</p>", (guint) strlen (markdown));
}

static void
test_some (TestExchange *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "some.html", NULL);
  g_autofree char *nowhere = g_build_filename (fixture->folder, "no", "such", "folder", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFile) bad = g_file_new_for_path (nowhere);
  gint64 ids[] = { 1, 99 };
  StoreExport request = { .file = file, .format = STORE_FORMAT_HTML, .ids = ids, .n_ids = 2, .render = render };
  g_autoptr (GError) error = NULL;
  g_autofree char *html = NULL;

  test_make_history (fixture->db);
  test_wait_id (TEST_CALL (fixture->db, store_export_async, &request), &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &html, NULL, NULL));
  g_assert_nonnull (strstr (html, "<p>14 bytes</p>"));

  request.file = bad;
  test_wait_id (TEST_CALL (fixture->db, store_export_async, &request), &error);
  g_assert_error (error, STORE_ERROR, STORE_ERROR_FAILED);
}

typedef struct
{
  StoreProgress *progress;
  gint64 n; /* conversations that were rendered */
} Watched;

/* Called on the storage thread in the middle of each conversation. */
static char *
watch (const char *markdown, gpointer data)
{
  Watched *watched = data;
  gint64 done, total;

  g_assert_true (store_progress_get (watched->progress, &done, &total));
  g_assert_cmpint (done, ==, watched->n++);
  g_assert_cmpint (total, ==, 7);
  return g_strdup (markdown);
}

static void
test_progress (TestExchange *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "all.html", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (StoreProgress) progress = store_progress_new ();
  Watched watched = { .progress = progress };
  StoreExport request = {
    .file = file, .format = STORE_FORMAT_HTML, .render = watch, .render_data = &watched, .progress = progress
  };
  gint64 done, total;

  for (int i = 0; i < 7; i++)
    test_add_message (fixture->db, test_add_conversation (fixture->db, "Pancakes"), 0, STORE_ROLE_ASSISTANT,
                      STORE_STATE_COMPLETE, "Mix.");
  g_assert_false (store_progress_get (progress, &done, &total));
  test_wait_id (TEST_CALL (fixture->db, store_export_async, &request), NULL);
  g_assert_cmpint (watched.n, ==, 7);
  g_assert_true (store_progress_get (progress, &done, &total));
  g_assert_cmpint (done, ==, 7);
}

static guint
count_files (TestExchange *fixture)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir))
    n++;
  return n;
}

/* Wherever it is cancelled, the file is whole or not there, and nothing else is. */
static void
test_cancelled (TestExchange *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "all.md", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  StoreExport request = { .file = file, .format = STORE_FORMAT_MARKDOWN };
  guint n_before, n_cancelled = 0;

  for (int i = 0; i < 40; i++)
    test_add_conversation (fixture->db, "Pancakes");
  n_before = count_files (fixture);
  /* The first one ends before it begins: on a busy computer each of the others may be done before it is cancelled. */
  for (int delay = -1; delay < 40; delay++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (GError) error = NULL;
      TestWait wait = { NULL, fixture->db };
      TestWait *pointer = g_memdup2 (&wait, sizeof wait);
      gint64 n;

      if (delay < 0)
        g_cancellable_cancel (cancellable);
      store_export_async (fixture->db, &request, cancellable, test_ready, pointer);
      g_usleep ((gulong) MAX (delay, 0) * 100);
      g_cancellable_cancel (cancellable);
      n = test_wait_id (pointer, &error);
      n_cancelled += error != NULL;
      if (error)
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      else
        g_assert_cmpint (n, ==, 40);
      /* The store tidies up on its own thread. */
      g_ptr_array_unref (test_list (fixture->db, STORE_LIST_ACTIVE));
      g_assert_cmpuint (count_files (fixture), ==, n_before + g_file_test (path, G_FILE_TEST_EXISTS));
      if (g_file_test (path, G_FILE_TEST_EXISTS))
        {
          g_autofree char *text = NULL;
          g_auto (GStrv) parts = NULL;

          g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
          parts = g_strsplit (text, "# Pancakes", -1);
          g_assert_cmpuint (g_strv_length (parts), ==, 41);
          g_file_delete (file, NULL, NULL);
        }
    }
  g_assert_cmpuint (n_cancelled, >, 0);
}

/* ---- The file --------------------------------------------------------------------------------------------------- */

/* Its contents are on the disk before its name, and its name before the export is said to be done. */
static void
test_synced (TestExchange *fixture, gconstpointer data)
{
  g_autofree char *text = NULL;

  test_make_history (fixture->db);
  disk.log = g_string_new (NULL);
  text = test_export_text (fixture, fixture->db, STORE_FORMAT_MARKDOWN);
  g_assert_cmpstr (disk.log->str, ==, "sync part, rename to export, sync folder, ");
  g_string_free (g_steal_pointer (&disk.log), TRUE);
}

static void
expect_full (TestExchange *fixture, const StoreExport *request, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  test_wait_id (TEST_CALL (fixture->db, store_export_async, request), &error);
  g_assert_error (error, STORE_ERROR, STORE_ERROR_FULL);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "before");
  g_assert_cmpuint (count_files (fixture), ==, 1);
}

/* Wherever the room ends, what was there before stays, and nothing else. */
static void
test_full_disk (TestExchange *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "all.json", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  StoreExport request = { .file = file, .format = STORE_FORMAT_JSON };
  g_autofree char *whole = NULL;
  gsize n_bytes;

  test_make_history (fixture->db);
  test_wait_id (TEST_CALL (fixture->db, store_export_async, &request), NULL);
  g_assert_true (g_file_get_contents (path, &whole, &n_bytes, NULL));
  g_assert_true (g_file_set_contents (path, "before", -1, NULL));
  for (gsize room = 0; room < n_bytes; room += n_bytes / 10)
    {
      disk.room = (gint64) room;
      expect_full (fixture, &request, path);
    }
  disk.room = -1;
  disk.full_at_sync = TRUE;
  expect_full (fixture, &request, path);
  disk.full_at_sync = FALSE;
  test_wait_id (TEST_CALL (fixture->db, store_export_async, &request), NULL);
  g_assert_cmpuint (count_files (fixture), ==, 1);
}

static void
make_file (TestExchange *fixture, const char *name, int age)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  struct utimbuf times = { .modtime = time (NULL) - age };

  g_assert_true (g_file_set_contents (path, "# Chats", -1, NULL));
  g_assert_cmpint (utime (path, &times), ==, 0);
}

static gboolean
is_there (TestExchange *fixture, const char *name)
{
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
  GStatBuf status;

  return g_lstat (path, &status) == 0;
}

/* What a killed export left is deleted by the next one there; what only looks like it is not. */
static void
test_leftovers (TestExchange *fixture, gconstpointer data)
{
  static const char *const others[] = { ".myna-0123abc.part", ".myna-0123abcde.part", ".myna-0123ABCD.part",
                                        "myna-0123abcd.part", ".myna-0123abcd.part~", "a.myna-0123abcd.part" };
  g_autofree char *locked = g_build_filename (fixture->folder, ".myna-00000001.part", NULL);
  g_autofree char *folder = g_build_filename (fixture->folder, ".myna-00000002.part", NULL);
  g_autofree char *link = g_build_filename (fixture->folder, ".myna-00000003.part", NULL);
  g_autofree char *text = NULL;
  int fd;

  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    make_file (fixture, others[i], 7200);
  make_file (fixture, ".myna-0123abcd.part", 7200);
  make_file (fixture, ".myna-00000000.part", 600);
  make_file (fixture, ".myna-00000001.part", 7200);
  fd = g_open (locked, O_RDWR, 0);
  g_assert_cmpint (flock (fd, LOCK_EX), ==, 0);
  g_assert_cmpint (g_mkdir (folder, 0700), ==, 0);
  g_assert_cmpint (symlink (others[0], link), ==, 0);

  text = test_export_text (fixture, fixture->db, STORE_FORMAT_MARKDOWN);
  g_assert_false (is_there (fixture, ".myna-0123abcd.part"));
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    g_assert_true (is_there (fixture, others[i]));
  g_assert_true (is_there (fixture, ".myna-00000000.part"));
  g_assert_true (is_there (fixture, ".myna-00000001.part"));
  g_assert_true (is_there (fixture, ".myna-00000002.part"));
  g_assert_true (is_there (fixture, ".myna-00000003.part"));

  close (fd);
  g_free (text);
  text = test_export_text (fixture, fixture->db, STORE_FORMAT_MARKDOWN);
  g_assert_false (is_there (fixture, ".myna-00000001.part"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add (name, TestExchange, NULL, test_exchange_set_up, function, test_exchange_tear_down)
  ADD ("/export/text-formats", test_text_formats);
  ADD ("/export/some", test_some);
  ADD ("/export/progress", test_progress);
  ADD ("/export/forged-turns", test_forged_turns);
  ADD ("/export/cancelled", test_cancelled);
  ADD ("/export/synced", test_synced);
  ADD ("/export/full-disk", test_full_disk);
  ADD ("/export/leftovers", test_leftovers);

  return g_test_run ();
}
