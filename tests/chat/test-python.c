/* test-python.c: a model's programs, from the offer to what they made
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What runs is the real sandbox: where there is none, these are skipped.
 */
#include <json-glib/json-glib.h>
#include <string.h>

#include "chat/myna-chat-settings.h"
#include "chat/myna-tool-offer.h"
#include "conversation-fixture.h"
#include "tools/sandbox.h"

#define PYTHON "{\"mode\":\"python\"}"

/* ---- Fixture ---------------------------------------------------------------------------------------------------- */

static char *missing; /* why there is no sandbox; NULL: there is one */

static void
setup (Fixture *f, gconstpointer data)
{
  fixture_setup (f, data);
  fake_generator_edit_info (f->engine)->has_interpreter = TRUE;
  myna_conversation_set_settings (f->conversation, PYTHON);
}

static gboolean
is_skipped (void)
{
  if (missing)
    g_test_skip (missing);
  return missing != NULL;
}

/* The model writes a program and waits. */
static void
write_program (Fixture *f, const char *program)
{
  g_autofree char *fenced = g_strdup_printf ("```python\n%s\n```", program);

  fixture_requested (f);
  fake_generator_write (f->engine, GLM_REPLY_CALL, "interpreter");
  fake_generator_write (f->engine, GLM_REPLY_ARGUMENTS, fenced);
  fake_generator_write (f->engine, GLM_REPLY_CODE, program);
  fake_generator_end (f->engine, GLM_STOP_CALL);
}

static void
answer (Fixture *f, const char *text)
{
  fixture_requested (f);
  fake_generator_say (f->engine, text);
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
}

static void
allow (Fixture *f, MynaAllowScope scope, const char *arguments)
{
  g_autoptr (GError) error = NULL;

  wait_for (myna_conversation_get_activity (f->conversation) == MYNA_ACTIVITY_ASKING);
  myna_reply_allow (myna_conversation_get_reply (f->conversation), scope, arguments, &error);
  g_assert_no_error (error);
}

/* The end of the latest prompt. */
static const char *
prompt_end (Fixture *f)
{
  fixture_requested (f);
  return strrchr (fake_generator_get_prompt (f->engine), '|') + 1;
}

static StoreMessage *
get_call (Fixture *f, gint64 id, GPtrArray **ret_made)
{
  *ret_made = test_wait_list (TEST_CALL (f->db, store_list_made_async, id), NULL);
  return test_get_message (f->db, id);
}

/* ---- Tests ------------------------------------------------------------------------------------------------------ */

/* What the worker asks matplotlib for. */
#define FAKE_PLOT                                                                                                       \
  "import sys, types\n"                                                                                                 \
  "canvas = types.SimpleNamespace(draw=lambda: None, get_width_height=lambda: (4, 2), buffer_rgba=lambda: bytes(32))\n" \
  "figure = types.SimpleNamespace(canvas=canvas, get_size_inches=lambda: (4, 2), get_dpi=lambda: 100, set_dpi=print)\n" \
  "plot = types.ModuleType('matplotlib.pyplot')\n"                                                                      \
  "plot.get_fignums, plot.figure, plot.close = lambda: [1], lambda n: figure, lambda what: None\n"                      \
  "figure.set_dpi = lambda dpi: None\n"                                                                                 \
  "sys.modules['matplotlib.pyplot'] = plot\n"

/* A file is attached; the program errs, is repaired, draws, and leaves a file. */
static void
test_session (Fixture *f, gconstpointer data)
{
  g_autoptr (StoreMessage) failed = NULL;
  g_autoptr (StoreMessage) drawn = NULL;
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GPtrArray) made = NULL;
  const StoreMade *picture, *file;
  guint width = 0, height = 0;
  g_autoptr (GBytes) pixels = NULL;

  if (is_skipped ())
    return;
  myna_conversation_send_full (f->conversation, "Plot it.", "[{\"name\":\"data.csv\",\"text\":\"x,y\\n1,2\\n\"}]");
  fixture_requested (f);
  g_assert_cmpstr (fake_generator_get_tools (f->engine), ==, "(programs)");
  g_assert_nonnull (strstr (fake_generator_get_prompt (f->engine), "user:/mnt/data/data.csv\n```\nx,y\n1,2\n```\n\nPlot it."));
  write_program (f, "import csv\nrows = list(csv.reader(open('/mnt/data/data.csv')))\nprint(rows[0])\nrows['x']");
  allow (f, MYNA_ALLOW_ONCE, NULL);
  g_assert_cmpstr (prompt_end (f), ==,
                   "observation:['x', 'y']\nline 4: TypeError: list indices must be integers or slices, not str");
  write_program (f, FAKE_PLOT "open('/mnt/data/out.txt', 'w').write(rows[1][1])\nNone");
  allow (f, MYNA_ALLOW_ONCE, NULL);
  g_assert_cmpstr (prompt_end (f), ==, "observation:[Image]");
  answer (f, "Here it is.");
  failed = get_call (f, 2, &none);
  g_assert_cmpint (failed->call->state, ==, STORE_CALL_FAILED);
  g_assert_cmpuint (none->len, ==, 0);
  drawn = get_call (f, 4, &made);
  g_assert_cmpint (drawn->call->state, ==, STORE_CALL_DONE);
  g_assert_cmpstr (drawn->call->result, ==, "");
  g_assert_cmpuint (made->len, ==, 2);
  picture = made->pdata[0];
  pixels = tool_picture_read (picture->data, &width, &height);
  g_assert_true (pixels && width == 4 && height == 2 && picture->width == 4);
  file = made->pdata[1];
  g_assert_cmpstr (file->name, ==, "out.txt");
  g_assert_cmpint (((const char *) g_bytes_get_data (file->data, NULL))[0], ==, '2');
}

/* It asks each time, till it shall not; what the person changed is what runs, and what the model reads. */
static void
test_permission (Fixture *f, gconstpointer data)
{
  if (is_skipped ())
    return;
  myna_conversation_send (f->conversation, "q");
  write_program (f, "print('its')");
  allow (f, MYNA_ALLOW_IN_CHAT, "{\"code\":\"print('mine')\"}");
  g_assert_cmpstr (prompt_end (f), ==, "observation:mine");
  g_assert_nonnull (strstr (fake_generator_get_prompt (f->engine), "print('mine')"));
  write_program (f, "x = 1");
  g_assert_cmpstr (prompt_end (f), ==, "observation:(no output)");
  write_program (f, "x");
  g_assert_cmpstr (prompt_end (f), ==, "observation:1");
  answer (f, "one");
}

static void
test_refused (Fixture *f, gconstpointer data)
{
  g_autoptr (StoreMessage) row = NULL;

  myna_conversation_send (f->conversation, "q");
  write_program (f, "print(1)");
  wait_for (myna_conversation_get_activity (f->conversation) == MYNA_ACTIVITY_ASKING);
  myna_reply_deny (myna_conversation_get_reply (f->conversation), "not now");
  g_assert_cmpstr (prompt_end (f), ==, "observation:The person refused: not now");
  answer (f, "ok");
  row = test_get_message (f->db, 2);
  g_assert_cmpint (row->call->state, ==, STORE_CALL_REFUSED);
}

/* What it prints is seen while it runs; Stop ends it, and keeps that. */
static void
test_stop (Fixture *f, gconstpointer data)
{
  g_autoptr (StoreMessage) row = NULL;
  MynaMessage *message;

  if (is_skipped ())
    return;
  myna_conversation_send (f->conversation, "q");
  write_program (f, "import time\nprint('begun', flush=True)\ntime.sleep(1000)");
  allow (f, MYNA_ALLOW_ONCE, NULL);
  message = fixture_item (f, 1);
  wait_for (g_strcmp0 (myna_message_get_record (message)->call->result, "begun\n") == 0);
  g_assert_cmpint (myna_message_get_record (message)->call->state, ==, STORE_CALL_RUNNING);
  myna_conversation_stop (f->conversation);
  fixture_idle (f);
  fixture_settle (f);
  row = test_get_message (f->db, 2);
  g_assert_cmpint (row->call->state, ==, STORE_CALL_STOPPED);
  g_assert_cmpstr (row->call->result, ==, "begun\n");
  /* Another one is there for the next. */
  myna_conversation_send (f->conversation, "again");
  write_program (f, "print(2)");
  allow (f, MYNA_ALLOW_ONCE, NULL);
  g_assert_cmpstr (prompt_end (f), ==, "observation:2");
  answer (f, "two");
}

static void
test_long (Fixture *f, gconstpointer data)
{
  g_autoptr (StoreMessage) row = NULL;

  if (is_skipped ())
    return;
  myna_conversation_send (f->conversation, "q");
  write_program (f, "print('x' * 5000)");
  allow (f, MYNA_ALLOW_ONCE, NULL);
  g_assert_true (g_str_has_suffix (prompt_end (f), "x [TRUNCATED]"));
  g_assert_cmpuint (strlen (prompt_end (f)), <, 2100);
  answer (f, "long");
  row = test_get_message (f->db, 2);
  g_assert_cmpuint (strlen (row->call->result), ==, 5000);
}

/* Run again it is another version, which has what it makes itself. */
static void
test_again (Fixture *f, gconstpointer data)
{
  g_autoptr (StoreMessage) first = NULL;
  g_autoptr (StoreMessage) second = NULL;
  g_autoptr (GPtrArray) one = NULL;
  g_autoptr (GPtrArray) two = NULL;
  MynaMessage *message;

  if (is_skipped ())
    return;
  myna_conversation_send (f->conversation, "q");
  write_program (f, "open('a.txt', 'w').write('1')\nNone");
  allow (f, MYNA_ALLOW_ONCE, NULL);
  answer (f, "a");
  message = fixture_item (f, 1);
  g_assert_nonnull (myna_message_get_record (message)->call->made);
  myna_conversation_run_again (f->conversation, message, "{\"code\":\"open('b.txt', 'w').write('2')\"}");
  answer (f, "b");
  first = get_call (f, 2, &one);
  second = get_call (f, 5, &two);
  g_assert_cmpuint (one->len, ==, 1);
  g_assert_cmpuint (two->len, ==, 1);
  g_assert_cmpstr (((StoreMade *) one->pdata[0])->name, ==, "a.txt");
  g_assert_cmpstr (((StoreMade *) two->pdata[0])->name, ==, "b.txt");
  g_assert_cmpstr (second->call->result, ==, "1");
}

/* Of a large file the model reads the beginning; its program has all of it. */
static void
test_large_file (Fixture *f, gconstpointer data)
{
  g_autofree char *text = g_strnfill (300000, 'x');
  g_autofree char *attachments = g_strdup_printf ("[{\"name\":\"big.txt\",\"text\":\"%s\"}]", text);

  if (is_skipped ())
    return;
  myna_conversation_send_full (f->conversation, "How long?", attachments);
  fixture_requested (f);
  g_assert_nonnull (strstr (fake_generator_get_prompt (f->engine), "x\n```\n[… 299000 characters more]\n\nHow long?"));
  write_program (f, "len(open('big.txt').read())");
  allow (f, MYNA_ALLOW_ONCE, NULL);
  g_assert_cmpstr (prompt_end (f), ==, "observation:300000");
  answer (f, "long");
}

/* Models that write no programs are offered none; the other modes are as they were. */
static void
test_modes (Fixture *f, gconstpointer data)
{
  fake_generator_edit_info (f->engine)->has_interpreter = FALSE;
  fixture_exchange (f, "q", "a");
  g_assert_cmpstr (fake_generator_get_tools (f->engine), ==, "");
  fake_generator_edit_info (f->engine)->has_interpreter = TRUE;
  myna_conversation_set_settings (f->conversation, "{\"mode\":\"chat\",\"tools\":[\"calculate\"]}");
  fixture_exchange (f, "q", "a");
  g_assert_cmpstr (fake_generator_get_tools (f->engine), ==, "");
  myna_conversation_set_settings (f->conversation, "{\"mode\":\"tools\",\"tools\":[\"calculate\",\"python\"]}");
  fixture_exchange (f, "q", "a");
  g_assert_cmpstr (fake_generator_get_tools (f->engine), ==, "calculate");
  /* A program that comes all the same is not run. */
  myna_conversation_send (f->conversation, "q");
  write_program (f, "print(1)");
  g_assert_true (g_str_has_prefix (prompt_end (f), "observation:Error: There is no tool interpreter here."));
  answer (f, "a");
}

/* The mode is switched on in the popover; the tools that were chosen stay for the way back. */
static void
test_offer (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaToolOffer) offer = myna_tool_offer_new ();

  myna_conversation_set_settings (f->conversation, "{\"tools\":[\"calculate\"]}");
  myna_tool_offer_set_conversation (offer, f->conversation);
  g_assert_cmpint (myna_tool_offer_get_mode (offer), ==, MYNA_MODE_TOOLS);
  g_assert_cmpuint (myna_tool_offer_get_n_on (offer), ==, 1);
  myna_tool_offer_set_mode (offer, MYNA_MODE_CHAT);
  g_assert_cmpuint (myna_tool_offer_get_n_on (offer), ==, 0);
  g_assert_true (myna_tool_offer_is_on (offer, "calculate"));
  myna_tool_offer_set_mode (offer, MYNA_MODE_PYTHON);
  g_assert_cmpuint (myna_tool_offer_get_n_on (offer), ==, 0);
  if (missing)
    {
      wait_for (myna_tool_offer_get_problem (offer));
      g_assert_cmpint (myna_tool_offer_get_mode (offer), ==, MYNA_MODE_CHAT);
      return;
    }
  g_assert_null (myna_tool_offer_get_problem (offer));
  myna_tool_offer_set_mode (offer, MYNA_MODE_TOOLS);
  g_assert_cmpuint (myna_tool_offer_get_n_on (offer), ==, 1);
  g_assert_cmpstr (myna_conversation_get_settings (f->conversation), ==, "{\"tools\":[\"calculate\"],\"mode\":\"tools\"}");
}

/* Where bubblewrap is not there, the mode is off again, and its package is named. */
static void
test_missing (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaToolOffer) offer = myna_tool_offer_new ();
  g_autofree char *path = g_strdup (g_getenv ("PATH"));

  if (g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS))
    {
      g_test_skip ("in a Flatpak");
      return;
    }
  myna_conversation_set_settings (f->conversation, NULL);
  myna_tool_offer_set_conversation (offer, f->conversation);
  g_setenv ("PATH", "/nonexistent", TRUE);
  myna_tool_offer_set_mode (offer, MYNA_MODE_PYTHON);
  wait_for (myna_tool_offer_get_problem (offer));
  g_setenv ("PATH", path, TRUE);
  g_assert_nonnull (strstr (myna_tool_offer_get_problem (offer), "bubblewrap"));
  g_assert_cmpint (myna_tool_offer_get_mode (offer), ==, MYNA_MODE_CHAT);
}

/* ---- Main ------------------------------------------------------------------------------------------------------- */

static void
started_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  if (!tool_sandbox_start_finish (TOOL_SANDBOX (source), result, &error))
    {
      g_assert_cmpint (error->code, !=, TOOL_SANDBOX_ERROR_FAILED);
      missing = g_strdup (error->message);
    }
  *(gboolean *) user_data = TRUE;
}

#define ADD(path, func) g_test_add ("/python/" path, Fixture, NULL, setup, func, fixture_teardown)

int
main (int argc, char **argv)
{
  gboolean done = FALSE;

  g_test_init (&argc, &argv, NULL);
  {
    g_autoptr (ToolSandbox) sandbox = tool_sandbox_new (NULL);

    tool_sandbox_start_async (sandbox, NULL, started_cb, &done);
    wait_for (done);
  }
  ADD ("session", test_session);
  ADD ("permission", test_permission);
  ADD ("refused", test_refused);
  ADD ("stop", test_stop);
  ADD ("long", test_long);
  ADD ("again", test_again);
  ADD ("large-file", test_large_file);
  ADD ("modes", test_modes);
  ADD ("offer", test_offer);
  ADD ("missing", test_missing);
  return g_test_run ();
}
