/* test-remote-chat.c: conversations with models of a server: what is sent, what comes of it, and what is never sent
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The server is tests/remote/hostile.py: the model's name says what it does.
 */
#include <glib/gstdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <string.h>

#include "chat/myna-conversation.h"
#include "chat/myna-remote-body.h"
#include "chat/myna-remote-error.h"
#include "chat/myna-remote-listing.h"
#include "chat/myna-remote-model.h"
#include "chat/myna-remote-server-key.h"
#include "store-test.h"

static GSubprocess *python;
static char *address; /* of its server */

typedef struct
{
  GSettings *settings;
  StoreDb *db;
  MynaRemoteServers *servers;
  MynaRemoteServer *server;
  MynaConversation *conversation;
  guint asked; /* what the person was to be asked about */
} Fixture;

static void
asks_cb (MynaRemoteServers *servers, MynaRemoteServer *server, guint sends, Fixture *f)
{
  f->asked |= sends;
}

static void
choose (Fixture *f, const char *model)
{
  g_autofree char *path = myna_remote_server_make_path (f->server, model);

  g_clear_object (&f->conversation);
  f->conversation = myna_conversation_new (f->db, myna_remote_servers_get_generator (f->servers, path), 0);
  myna_conversation_set_model (f->conversation, path);
}

static void
start_server (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDataInputStream) lines = NULL;

  /* It ends with its standard input, so also where this program crashes. */
  python = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, g_getenv ("MYNA_PYTHON"),
                             g_getenv ("MYNA_HOSTILE"), NULL);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (python));
  address = g_data_input_stream_read_line (lines, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->settings = g_settings_new (MYNA_APP_ID);
  g_settings_reset (f->settings, "servers");
  f->db = test_open_memory ();
  f->servers = myna_remote_servers_new (f->settings);
  g_signal_connect (f->servers, "asks", G_CALLBACK (asks_cb), f);
  f->server = myna_remote_server_new (address, "My server");
  myna_remote_server_add_model (f->server, "good", 131072);
  myna_remote_servers_add (f->servers, f->server);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_object (&f->conversation);
  g_clear_object (&f->servers);
  g_clear_object (&f->server);
  g_clear_object (&f->settings);
  store_close (f->db);
  g_clear_object (&f->db);
}

static MynaMessage *
last (Fixture *f)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (f->conversation));
  g_autoptr (MynaMessage) message = g_list_model_get_item (G_LIST_MODEL (f->conversation), n - 1);

  return message;
}

static void
wait_idle (Fixture *f)
{
  while (myna_conversation_get_busy (f->conversation))
    g_main_context_iteration (NULL, TRUE);
}

static MynaMessage *
ask (Fixture *f, const char *model)
{
  choose (f, model);
  myna_conversation_send (f->conversation, "Hi");
  wait_idle (f);
  return last (f);
}

static void
test_reply (Fixture *f, gconstpointer data)
{
  MynaMessage *message = ask (f, "good");
  const StoreMessage *record = myna_message_get_record (message);

  g_assert_cmpstr (myna_message_get_text (message), ==, "Hello, world");
  g_assert_cmpint (myna_message_get_state (message), ==, STORE_STATE_COMPLETE);
  g_assert_cmpstr (record->model, ==, "good · My server");
  g_assert_cmpint (record->n_tokens, ==, 3);
  g_assert_cmpint (record->n_prompt_tokens, ==, 7);
}

static void
test_thoughts (Fixture *f, gconstpointer data)
{
  g_assert_cmpstr (myna_message_get_text (ask (f, "reasoning")), ==, "<think>Hmm.</think>Yes");
  g_assert_cmpstr (myna_message_get_text (ask (f, "think-tags")), ==, "<think>Hmm.</think>Yes </think>");
}

/* Whatever happens: what was said stays, and there are words. */
static void
test_faults (Fixture *f, gconstpointer data)
{
  static const struct
  {
    const char *model, *text, *words;
    gboolean is_too_long; /* is not tried again, but edited */
  } faults[] = {
    { "cut-off", "one two", "lost" },
    { "error-in-reply", "one", "out of memory" },
    { "reset-in-reply", "one", "lost" },
    { "401", "", "API key" },
    { "404", "", "does not have this model" },
    { "429", "", "17 seconds" },
    { "503", "", "internal error" },
    { "portal", "", "sign in" },
    { "redirect-elsewhere", "", "another server" },
    { "bomb", "", "cannot be understood" },
    { "context", "", "longer than", TRUE },
    { "filtered", "The", "filter" },
    { "413", "", "too large", TRUE },
    { "huge-head", "", "lost" },
    { "endless-line", "", "too long" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      MynaMessage *message = ask (f, faults[i].model);

      g_assert_cmpint (myna_message_get_state (message), ==, STORE_STATE_FAILED);
      g_assert_cmpstr (myna_message_get_text (message), ==, faults[i].text);
      g_assert_nonnull (strstr (myna_message_get_error (message), faults[i].words));
      g_assert_cmpint (myna_message_get_too_long (message), ==, faults[i].is_too_long);
      g_assert_true (!*faults[i].text || myna_conversation_can_continue (f->conversation, message));
    }
}

static void
test_continue (Fixture *f, gconstpointer data)
{
  MynaMessage *message = ask (f, "goes-on");

  g_assert_cmpstr (myna_message_get_text (message), ==, "one");
  myna_conversation_continue (f->conversation, message);
  wait_idle (f);
  g_assert_cmpstr (myna_message_get_text (last (f)), ==, "one after 'one'");
  g_assert_cmpint (myna_message_get_state (last (f)), ==, STORE_STATE_COMPLETE);
}

static void
test_stop (Fixture *f, gconstpointer data)
{
  choose (f, "stalls");
  myna_conversation_send (f->conversation, "Hi");
  while (myna_conversation_get_activity (f->conversation) != MYNA_ACTIVITY_WRITING)
    g_main_context_iteration (NULL, TRUE);
  myna_conversation_stop (f->conversation);
  wait_idle (f);
  g_assert_cmpstr (myna_message_get_text (last (f)), ==, "one");
  g_assert_cmpint (myna_message_get_state (last (f)), ==, STORE_STATE_STOPPED);
}

/* What a tool found out goes to the server only where the person has said so. */
static void
test_tools (Fixture *f, gconstpointer data)
{
  MynaMessage *message;

  choose (f, "tool-round");
  myna_conversation_set_settings (f->conversation, "{\"tools\": [\"calculate\"]}");
  myna_conversation_send (f->conversation, "What is six times seven?");
  wait_idle (f);
  message = last (f);
  g_assert_cmpuint (f->asked, ==, MYNA_SENDS_RESULTS);
  g_assert_cmpint (myna_message_get_state (message), ==, STORE_STATE_FAILED);
  g_assert_nonnull (strstr (myna_message_get_error (message), "allowed"));

  myna_remote_server_allow (f->server, MYNA_SENDS_RESULTS);
  myna_conversation_retry (f->conversation, message);
  wait_idle (f);
  g_assert_nonnull (strstr (myna_message_get_text (last (f)), "It is "));
  g_assert_nonnull (strstr (myna_message_get_text (last (f)), "42"));
}

static void
test_temporary (Fixture *f, gconstpointer data)
{
  myna_remote_servers_set_temporary (f->servers, f->db);
  g_assert_nonnull (strstr (myna_message_get_error (ask (f, "good")), "Nothing was sent"));
  g_assert_cmpuint (f->asked, ==, MYNA_SENDS_TEMPORARY);
  myna_remote_server_allow (f->server, MYNA_SENDS_TEMPORARY);
  g_assert_cmpstr (myna_message_get_text (ask (f, "good")), ==, "Hello, world");
}

static void
test_attachments (Fixture *f, gconstpointer data)
{
  static const char attachments[] = "[{\"name\":\"a.txt\",\"text\":\"secret\"}]";

  choose (f, "good");
  myna_conversation_send_full (f->conversation, "Hi", attachments);
  wait_idle (f);
  g_assert_cmpuint (f->asked, ==, MYNA_SENDS_ATTACHMENTS);
  g_assert_cmpint (myna_message_get_state (last (f)), ==, STORE_STATE_FAILED);
}

static void
test_removed (Fixture *f, gconstpointer data)
{
  ask (f, "good");
  myna_remote_servers_remove (f->servers, f->server);
  myna_conversation_send (f->conversation, "And now?");
  wait_idle (f);
  g_assert_nonnull (strstr (myna_message_get_error (last (f)), "was removed"));
}

/* The next question starts the process again. */
static void
test_killed (Fixture *f, gconstpointer data)
{
  g_autofree char *command = g_strdup_printf ("kill -9 $(pgrep -P %d myna-remote)", (int) getpid ());

  choose (f, "stalls");
  myna_conversation_send (f->conversation, "Hi");
  while (myna_conversation_get_activity (f->conversation) != MYNA_ACTIVITY_WRITING)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (system (command), ==, 0);
  wait_idle (f);
  g_assert_cmpstr (myna_message_get_text (last (f)), ==, "one");
  g_assert_nonnull (myna_message_get_error (last (f)));
  g_assert_cmpstr (myna_message_get_text (ask (f, "good")), ==, "Hello, world");
}

static void
test_kept (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaRemoteServers) again = NULL;
  MynaRemoteServer *server;

  myna_remote_server_allow (f->server, MYNA_SENDS_RESULTS);
  myna_remote_servers_save (f->servers, f->server);
  again = myna_remote_servers_new (f->settings);
  server = myna_remote_servers_find (again, myna_remote_server_get_id (f->server));
  g_assert_cmpstr (myna_remote_server_get_name (server), ==, "My server");
  g_assert_cmpstr (myna_remote_server_get_address (server), ==, address);
  g_assert_cmpint (myna_remote_server_get_context (server, "good"), ==, 131072);
  g_assert_cmpuint (myna_remote_server_get_allowed (server), ==, MYNA_SENDS_RESULTS);
  g_settings_set_string (f->settings, "servers",
                         "{\"servers\": [{\"id\": \"../x\"}, 5, {\"id\": \"ab\", \"address\": \"http://8.8.8.8\"}]}");
  g_clear_object (&again);
  again = myna_remote_servers_new (f->settings);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (again)), ==, 0);
}

/* ---- The key ---------------------------------------------------------------------------------------------------- */

static void
got_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
wait_result (GAsyncResult **result)
{
  while (!*result)
    g_main_context_iteration (NULL, TRUE);
}

/* Without a keyring: the test has no session bus. */
static void
test_key (void)
{
  g_autoptr (GAsyncResult) stored = NULL, read = NULL, removed = NULL, none = NULL;
  g_autofree char *path = g_build_filename (g_get_user_config_dir (), "myna", "keys", "abc", NULL);
  g_autofree char *key = NULL;
  GError *error = NULL;
  GStatBuf status;

  myna_remote_server_key_store_async ("abc", "Test", "sk-1", got_cb, &stored);
  wait_result (&stored);
  g_assert_cmpint (myna_remote_server_key_store_finish (stored, &error), ==, MYNA_KEY_IN_FILE);
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (path, &status), ==, 0);
  g_assert_cmpint (status.st_mode & 0777, ==, 0600);
  myna_remote_server_key_read_async ("abc", NULL, got_cb, &read);
  wait_result (&read);
  key = myna_remote_server_key_read_finish (read, &error);
  g_assert_cmpstr (key, ==, "sk-1");
  myna_remote_server_key_store_async ("abc", NULL, NULL, got_cb, &removed);
  wait_result (&removed);
  g_assert_cmpint (myna_remote_server_key_store_finish (removed, NULL), ==, MYNA_KEY_NONE);
  g_assert_cmpint (g_stat (path, &status), !=, 0);
}

/* ---- What is sent ----------------------------------------------------------------------------------------------- */

static void
test_body (void)
{
  const GlmTurn turns[] = {
    { "system", "Be brief." },
    { "user", "What is 6*7?" },
    { "assistant", "<think>Hm</think>\nWait.", NULL },
    { "assistant", "calculate(…)", "calculate", "{\"expression\": \"6*7\"}" },
    { "assistant", "x", "date_time", NULL },
    { "observation", "42" },
    { "assistant", "y", "calculate", "{}" },
    { "user", "Go on." },
  };
  GlmRequest request = { .turns = turns, .n_turns = G_N_ELEMENTS (turns), .reply = "So" };
  g_autoptr (JsonObject) body = myna_remote_body_new ("m", &request, 0, "{\"temperature\": 0.5}");
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), body);
  g_autofree char *text = NULL;

  json_object_remove_member (body, "stream_options");
  text = json_to_string (node, FALSE);
  g_assert_cmpstr (
      text, ==,
      "{\"model\":\"m\",\"stream\":true,\"continue_final_message\":true,\"add_generation_prompt\":false,\"messages\":["
      "{\"role\":\"system\",\"content\":\"Be brief.\"},{\"role\":\"user\",\"content\":\"What is 6*7?\"},"
      "{\"role\":\"assistant\",\"content\":\"Wait.\",\"tool_calls\":["
      "{\"id\":\"call_0\",\"type\":\"function\",\"function\":{\"name\":\"calculate\",\"arguments\":\"{\\\"expression\\\": \\\"6*7\\\"}\"}},"
      "{\"id\":\"call_1\",\"type\":\"function\",\"function\":{\"name\":\"date_time\",\"arguments\":\"{}\"}}]},"
      "{\"role\":\"tool\",\"content\":\"42\",\"tool_call_id\":\"call_0\"},"
      "{\"role\":\"tool\",\"content\":\"There is no result: the call was not run.\",\"tool_call_id\":\"call_1\"},"
      "{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":["
      "{\"id\":\"call_2\",\"type\":\"function\",\"function\":{\"name\":\"calculate\",\"arguments\":\"{}\"}}]},"
      "{\"role\":\"tool\",\"content\":\"There is no result: the call was not run.\",\"tool_call_id\":\"call_2\"},"
      "{\"role\":\"user\",\"content\":\"Go on.\"},{\"role\":\"assistant\",\"content\":\"So\"}],\"temperature\":0.5}");
}

static void
test_fit (void)
{
  g_autofree char *words = g_strnfill (400, 'a'); /* about 104 tokens */
  GlmTurn turns[9] = { { "system", "Be brief." } };
  GlmRequest request = { .turns = turns, .n_turns = G_N_ELEMENTS (turns) };

  for (guint i = 1; i < G_N_ELEMENTS (turns); i++)
    turns[i] = (GlmTurn){ i % 2 ? "user" : "assistant", words };
  g_assert_cmpuint (myna_remote_body_fit (&request, 0), ==, 0);
  g_assert_cmpuint (myna_remote_body_fit (&request, 100000), ==, 0);
  g_assert_cmpuint (myna_remote_body_fit (&request, 800), ==, 5);
  g_assert_cmpuint (myna_remote_body_fit (&request, 50), ==, 7);
}

static void
test_words (void)
{
  for (int i = 1; i < REMOTE_N_PROBLEMS; i++)
    {
      g_autoptr (GError) error = myna_remote_error_new (i, "Server");

      g_assert_cmpuint (strlen (error->message), >, 7);
      g_assert_null (strchr (error->message, '%'));
    }
}

#define ADD(name, func) g_test_add ("/remote-chat/" name, Fixture, NULL, set_up, func, tear_down)

typedef struct
{
  guint n_calls;
  char *models; /* their names; NULL: none were given */
} Listed;

static void
listed_cb (GPtrArray *models, const GError *error, gpointer user_data)
{
  Listed *listed = user_data;
  g_autoptr (GString) names = g_string_new (NULL);

  g_assert_true ((models == NULL) == (error != NULL));
  listed->n_calls++;
  for (guint i = 0; models && i < models->len; i++)
    g_string_append_printf (names, "%s ", ((MynaRemoteListed *) models->pdata[i])->id);
  g_free (listed->models);
  listed->models = models ? g_strdup (names->str) : NULL;
}

/* What is no address is refused at once; a server tells its models, and one that is not there why it does not. */
static void
test_listing (Fixture *f, gconstpointer data)
{
  Listed listed = { 0 };
  MynaRemoteListing *listing = myna_remote_listing_new (f->servers, listed_cb, &listed);
  g_autoptr (GError) error = NULL;
  g_autofree char *none = myna_remote_listing_ask (listing, "no address", "", &error);
  g_autofree char *first = NULL, *nobody = NULL, *given_up = NULL;

  g_assert_null (none);
  g_assert_nonnull (error);
  first = myna_remote_listing_ask (listing, address, "", NULL);
  g_assert_cmpstr (first, ==, myna_remote_server_get_address (f->server));
  while (listed.n_calls == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_nonnull (listed.models);
  g_assert_nonnull (strstr (listed.models, "glm-4.5 "));
  nobody = myna_remote_listing_ask (listing, "http://127.0.0.1:1/v1", "", NULL);
  while (listed.n_calls == 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (listed.models);

  /* What is given up is not told of. */
  given_up = myna_remote_listing_ask (listing, address, "", NULL);
  myna_remote_listing_free (listing);
  ask (f, "good");
  g_assert_cmpuint (listed.n_calls, ==, 2);
}

int
main (int argc, char **argv)
{
  int status;

  g_unsetenv ("DBUS_SESSION_BUS_ADDRESS");
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  ADD ("listing", test_listing);
  g_test_add_func ("/remote-chat/body", test_body);
  g_test_add_func ("/remote-chat/fit", test_fit);
  g_test_add_func ("/remote-chat/words", test_words);
  g_test_add_func ("/remote-chat/key", test_key);
  ADD ("reply", test_reply);
  ADD ("thoughts", test_thoughts);
  ADD ("faults", test_faults);
  ADD ("continue", test_continue);
  ADD ("stop", test_stop);
  ADD ("tools", test_tools);
  ADD ("temporary", test_temporary);
  ADD ("attachments", test_attachments);
  ADD ("removed", test_removed);
  ADD ("killed", test_killed);
  ADD ("kept", test_kept);
  start_server ();
  status = g_test_run ();
  g_output_stream_close (g_subprocess_get_stdin_pipe (python), NULL, NULL);
  g_subprocess_wait (python, NULL, NULL);
  g_object_unref (python);
  g_free (address);
  return status;
}
