/* test-calls-temporary.c: tools in a temporary chat leave nothing on the disk
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "chat/myna-python.h"
#include "conversation-fixture.h"

/* What the model asks for, and what it is told: neither stands anywhere else. */
#define ARGUMENTS "{\"expression\":\"7777777*1234567\"}"
#define QUESTION  "7777777*1234567"
#define RESULT    "9602186817559"
#define SETTINGS  "{\"tools\":[\"calculate\"]}"
/* A program that is told the same, and leaves it in a file, too. */
#define PROGRAM          "open('out.txt', 'w').write(str(7777777*1234567))\nprint(7777777*1234567)"
#define PROGRAM_SETTINGS "{\"mode\":\"python\"}"

/* Where the person's files and the temporary ones are. */
static char *root;

static gboolean
is_in_file (const char *path, const char *words)
{
  g_autofree char *bytes = NULL;
  gsize n;

  return g_file_get_contents (path, &bytes, &n, NULL) && memmem (bytes, n, words, strlen (words));
}

static gboolean
is_below (const char *folder, const char *words)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  gboolean found = FALSE;

  for (const char *name; dir && !found && (name = g_dir_read_name (dir));)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        continue;
      found =
          strstr (name, words) || (g_file_test (path, G_FILE_TEST_IS_DIR) ? is_below (path, words) : is_in_file (path, words));
    }
  return found;
}

/* Among everything that the program could have written: data, cache, state, temporary files. */
static gboolean
is_on_disk (const char *words)
{
  g_autofree char *home = g_path_get_dirname (g_get_user_data_dir ());

  return is_below (root, words) || is_below (home, words);
}

static void
call_tool (Fixture *f)
{
  myna_conversation_set_settings (f->conversation, SETTINGS);
  myna_conversation_send (f->conversation, "q");
  fixture_requested (f);
  fake_generator_write (f->engine, GLM_REPLY_CALL, "calculate");
  fake_generator_write (f->engine, GLM_REPLY_CALLED, ARGUMENTS);
  fake_generator_end (f->engine, GLM_STOP_CALL);
}

static void
run_program (Fixture *f)
{
  fake_generator_edit_info (f->engine)->has_interpreter = TRUE;
  myna_conversation_set_settings (f->conversation, PROGRAM_SETTINGS);
  myna_conversation_send (f->conversation, "q");
  fixture_requested (f);
  fake_generator_write (f->engine, GLM_REPLY_CALL, "interpreter");
  fake_generator_write (f->engine, GLM_REPLY_CODE, PROGRAM);
  fake_generator_end (f->engine, GLM_STOP_CALL);
  wait_for (myna_conversation_get_activity (f->conversation) == MYNA_ACTIVITY_ASKING);
  g_assert_true (myna_reply_allow (myna_conversation_get_reply (f->conversation), MYNA_ALLOW_ONCE, NULL, NULL));
}

/* A question whose answer needs a tool, or a program. */
static void
ask (StoreDb *db, void (*use) (Fixture *f))
{
  Fixture f = { .db = db, .engine = fake_generator_new () };
  MynaMessage *call;

  f.conversation = myna_conversation_new (db, MYNA_GENERATOR (f.engine), 0);
  use (&f);
  fixture_requested (&f);
  g_assert_true (g_str_has_suffix (fake_generator_get_prompt (f.engine), RESULT));
  fake_generator_say (f.engine, "a");
  fake_generator_end (f.engine, GLM_STOP_END);
  fixture_idle (&f);
  call = fixture_item (&f, 1);
  g_assert_cmpint (myna_message_get_record (call)->call->state, ==, STORE_CALL_DONE);
  fixture_settle (&f);
  fake_generator_forget (f.engine);
  g_object_unref (f.conversation);
  g_object_unref (f.engine);
}

static void
test_temporary (gconstpointer data)
{
  void (*use) (Fixture * f) = data;
  g_autofree char *path = g_build_filename (root, "chats.db", NULL);
  g_autoptr (StoreDb) history = test_open (path, NULL);
  g_autoptr (StoreDb) memory = test_open_memory ();

  ask (memory, use);
  g_assert_false (is_on_disk (QUESTION));
  g_assert_false (is_on_disk (RESULT));
  store_close (memory);
  g_assert_false (is_on_disk (QUESTION));
  g_assert_false (is_on_disk (RESULT));
  /* Of a chat that is kept there is something to find. */
  ask (history, use);
  g_assert_true (is_on_disk (QUESTION));
  g_assert_true (is_on_disk (RESULT));
  store_close (history);
  g_unlink (path);
}

static void
raise_cb (gboolean *done)
{
  *done = TRUE;
}

static void
test_program (void)
{
  g_autoptr (MynaPython) python = myna_python_new ();
  const GError *error;
  gboolean done = FALSE;

  g_signal_connect_swapped (python, "changed", G_CALLBACK (raise_cb), &done);
  myna_python_start (python);
  wait_for (done);
  error = myna_python_get_error (python);
  if (!error)
    {
      test_temporary (run_program);
      return;
    }
  g_assert_cmpint (error->code, !=, TOOL_SANDBOX_ERROR_FAILED);
  g_test_skip (error->message);
}

int
main (int argc, char *argv[])
{
  int status;

  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  root = test_folder_new ();
  /* Of SQLite and GLib: before either of them looks. */
  g_setenv ("TMPDIR", root, TRUE);
  g_setenv ("SQLITE_TMPDIR", root, TRUE);
  g_assert_cmpint (chdir (root), ==, 0);
  g_test_add_data_func ("/calls-temporary/nothing-left", call_tool, test_temporary);
  g_test_add_func ("/calls-temporary/program", test_program);
  status = g_test_run ();
  test_folder_remove (root);
  return status;
}
