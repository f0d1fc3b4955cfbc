/* test-server-calls.c: calls of a server's tools in a conversation, and what is said of servers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include <glib/gstdio.h>

#include "chat/myna-own-tools.h"
#include "chat/myna-problem.h"
#include "chat/myna-servers.h"
#include "chat/tool-words.h"
#include "conversation-fixture.h"
#include "tools/sandbox.h"

#define PYTHON "/usr/bin/python3"

typedef struct
{
  Fixture chat;
  ToolServers *servers;
  const char *word; /* what was said above the list when it changed */
} Servers;

static ToolServer *
get_server (ToolServers *servers, guint i)
{
  g_autoptr (ToolServer) server = g_list_model_get_item (tool_servers_get_list (servers), i);

  return server;
}

static ToolServer *
add (ToolServers *servers, const char *fault, const char *more)
{
  g_autofree char *script = g_test_build_filename (G_TEST_DIST, "tools", "fake-server.py", NULL);
  const char *command[] = { PYTHON, script, fault, more, NULL };
  const ToolServerConfig config = { (char *) fault, (char **) command, NULL, NULL };
  ToolServer *server;

  g_assert_true (tool_servers_add (servers, &config, NULL));
  server = get_server (servers, g_list_model_get_n_items (tool_servers_get_list (servers)) - 1);
  tool_servers_set_on (servers, server, TRUE, NULL);
  wait_for (tool_server_get_state (server) != TOOL_SERVER_STARTING);
  return server;
}

static void
set_up (Servers *f, gconstpointer data)
{
  fixture_setup (&f->chat, data);
  f->servers = myna_servers_new ();
  g_assert_true (tool_servers_get_default () == f->servers);
}

static void
tear_down (Servers *f, gconstpointer data)
{
  fixture_teardown (&f->chat, data);
  while (g_list_model_get_n_items (tool_servers_get_list (f->servers)) > 0)
    g_assert_true (tool_servers_remove (f->servers, get_server (f->servers, 0), NULL));
  g_assert_finalize_object (f->servers);
  g_assert_null (tool_servers_get_default ());
}

static void
call (Servers *f, const char *tool, const char *arguments)
{
  fixture_requested (&f->chat);
  fake_generator_write (f->chat.engine, GLM_REPLY_CALL, tool);
  fake_generator_write (f->chat.engine, GLM_REPLY_CALLED, arguments);
  fake_generator_end (f->chat.engine, GLM_STOP_CALL);
}

static MynaCallRun *
wait_asked (Servers *f)
{
  wait_for (myna_conversation_get_activity (f->chat.conversation) == MYNA_ACTIVITY_ASKING);
  return myna_reply_get_run (myna_conversation_get_reply (f->chat.conversation));
}

static void
allow (Servers *f, MynaAllowScope scope)
{
  g_assert_true (myna_reply_allow (myna_conversation_get_reply (f->chat.conversation), scope, NULL, NULL));
}

static void
assert_told (Servers *f, const char *text)
{
  g_autofree char *wanted = g_strconcat ("|observation:", text, NULL);

  fixture_requested (&f->chat);
  if (!g_str_has_suffix (fake_generator_get_prompt (f->chat.engine), wanted))
    g_test_message ("%s", fake_generator_get_prompt (f->chat.engine));
  g_assert_true (g_str_has_suffix (fake_generator_get_prompt (f->chat.engine), wanted));
}

static void
answer (Servers *f)
{
  fixture_requested (&f->chat);
  fake_generator_say (f->chat.engine, "a");
  fake_generator_end (f->chat.engine, GLM_STOP_END);
  fixture_idle (&f->chat);
}

/* A server's tool asks each time; allowed in the chat it pauses after what it brought, till the person writes; a server that ends is
 * an error for the model, and is started with the next call. */
static void
test_calls (Servers *f, gconstpointer data)
{
  ToolServer *server = add (f->servers, "good", NULL);
  g_autofree char *question = NULL;
  g_autofree char *caption = NULL;

  g_assert_cmpint (tool_server_get_state (server), ==, TOOL_SERVER_RUNS);
  myna_conversation_set_settings (f->chat.conversation, "{\"tools\":[\"say\",\"die\"]}");
  myna_conversation_send (f->chat.conversation, "q");
  call (f, "say", "{\"a\":1}");
  g_assert_cmpint (myna_call_run_get_reason (wait_asked (f)), ==, MYNA_ASK_CLASS);
  g_assert_cmpstr (myna_call_run_get_allowed (wait_asked (f)), ==, "");
  question = myna_tool_dup_question ("say");
  g_assert_cmpstr (question, ==, "The model wants to use “say” of the tool server “good”. Allow it?");
  caption = myna_tool_dup_caption ("say");
  g_assert_cmpstr (caption, ==, "good: A tool");
  allow (f, MYNA_ALLOW_IN_CHAT);
  assert_told (f, "{\"a\": 1}");
  call (f, "say", "{\"a\":2}");
  g_assert_cmpint (myna_call_run_get_reason (wait_asked (f)), ==, MYNA_ASK_PAUSED);
  myna_reply_deny (myna_conversation_get_reply (f->chat.conversation), NULL);
  assert_told (f, "The person refused.");
  answer (f);
  myna_conversation_send (f->chat.conversation, "r");
  call (f, "say", "{\"a\":3}");
  assert_told (f, "{\"a\": 3}");
  answer (f);
  myna_conversation_send (f->chat.conversation, "s");
  call (f, "die", "{}");
  wait_asked (f);
  allow (f, MYNA_ALLOW_ONCE);
  assert_told (f, "Error: good has ended");
  answer (f);
  myna_conversation_send (f->chat.conversation, "t");
  call (f, "say", "{\"a\":4}");
  assert_told (f, "{\"a\": 4}");
  answer (f);
}

/* What was allowed is another tool now: it asks, and both versions can be shown. */
static void
test_changed (Servers *f, gconstpointer data)
{
  g_autofree char *flag = g_build_filename (g_get_user_data_dir (), "flag", NULL);
  g_autofree char *versions = NULL;
  ToolServer *server = add (f->servers, "changes", flag);
  MynaCallRun *run;

  myna_conversation_set_settings (f->chat.conversation, "{\"tools\":[\"say\"]}");
  myna_conversation_send (f->chat.conversation, "q");
  call (f, "say", "{}");
  wait_asked (f);
  allow (f, MYNA_ALLOW_IN_CHAT);
  assert_told (f, "{}");
  answer (f);
  g_assert_true (g_file_set_contents (flag, "", -1, NULL));
  tool_servers_set_on (f->servers, server, FALSE, NULL);
  tool_servers_set_on (f->servers, server, TRUE, NULL);
  wait_for (tool_server_get_state (server) == TOOL_SERVER_RUNS);
  myna_conversation_send (f->chat.conversation, "r");
  call (f, "say", "{}");
  run = wait_asked (f);
  g_assert_cmpint (myna_call_run_get_reason (run), ==, MYNA_ASK_CHANGED);
  versions = myna_server_dup_versions ("say", myna_call_run_get_allowed (run));
  g_assert_true (g_pattern_match_simple ("When you allowed it:\n*\nA tool\n*\n\nNow:\n*\nAfter\n*", versions));
  myna_reply_deny (myna_conversation_get_reply (f->chat.conversation), NULL);
  answer (f);
}

static void
assert_state (ToolServer *server, const char *words)
{
  g_autofree char *state = myna_server_dup_state (server);

  g_assert_cmpstr (state, ==, words);
}

/* Pictures come as files that this program wrote, and are there when the chat is opened again; the model is told of each. */
static void
test_pictures (Servers *f, gconstpointer data)
{
  g_autoptr (GPtrArray) made = NULL;
  g_autoptr (StoreMessage) row = NULL;
  const StoreMade *picture;
  guint width = 0, height = 0;

  add (f->servers, "pictures", "5");
  myna_conversation_set_settings (f->chat.conversation, "{\"tools\":[\"pictures\"]}");
  myna_conversation_send (f->chat.conversation, "q");
  call (f, "pictures", "{}");
  wait_asked (f);
  allow (f, MYNA_ALLOW_ONCE);
  assert_told (f, "here:\n[Image]");
  answer (f);
  row = test_get_message (f->chat.db, 2);
  g_assert_cmpint (row->call->state, ==, STORE_CALL_DONE);
  g_assert_cmpstr (row->call->result, ==, "here:\n[Image]");
  made = test_wait_list (TEST_CALL (f->chat.db, store_list_made_async, 2), NULL);
  g_assert_cmpuint (made->len, ==, 1);
  picture = made->pdata[0];
  if (picture->width == 0)
    {
      g_test_skip ("this build reads no pictures");
      return;
    }
  g_assert_nonnull (tool_picture_read (picture->data, &width, &height));
  g_assert_cmpuint (width, ==, 5);
  g_assert_cmpuint (height, ==, 5);
  g_assert_true (myna_call_may_have_made (row->call));
}

/* ---- Own tools -------------------------------------------------------------------------------------------------- */

static void
write_own (const char *name, const char *text)
{
  g_autofree char *folder = myna_own_tools_dup_folder ();
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_mkdir_with_parents (folder, 0700);
  if (text)
    g_assert_true (g_file_set_contents (path, text, -1, NULL));
  else
    g_unlink (path);
  myna_own_tools_read ();
}

static void
assert_about (guint i, const char *words)
{
  g_autofree char *about = myna_own_tool_dup_about (g_ptr_array_index (tool_own_get_all (), i));

  g_assert_cmpstr (about, ==, words);
}

/* A tool of one's own asks as a server's does, and again once its description is another; a server's tool of the same name gives
 * way; what is wrong is said. */
static void
test_own (Servers *f, gconstpointer data)
{
  g_autofree char *versions = NULL;

  add (f->servers, "good", NULL);
  write_own ("a.json", "{\"name\":\"again\",\"description\":\"Says it.\",\"command\":[\"/bin/cat\"]}");
  write_own ("b.json", "{\"name\":\"b\",\"command\":[\"/bin/cat\"]}");
  assert_about (0, "Says it.\n/bin/cat\nShut off from the network");
  assert_about (1, "“description” is missing, or is not what it should be.");
  write_own ("b.json", NULL);
  g_assert_cmpstr (myna_tool_get_reach ("again"), ==,
                   "It runs a program of yours with what you see here. It sees neither your files nor the network.");
  myna_conversation_set_settings (f->chat.conversation, "{\"tools\":[\"again\",\"say\"]}");
  myna_conversation_send (f->chat.conversation, "q");
  call (f, "again", "{}");
  g_assert_cmpint (myna_call_run_get_reason (wait_asked (f)), ==, MYNA_ASK_CLASS);
  allow (f, MYNA_ALLOW_IN_CHAT);
  fixture_requested (&f->chat);
  answer (f);
  write_own ("a.json", "{\"name\":\"again\",\"description\":\"Sends it.\",\"command\":[\"/bin/cat\"],\"network\":true}");
  myna_conversation_send (f->chat.conversation, "r");
  call (f, "again", "{}");
  g_assert_cmpint (myna_call_run_get_reason (wait_asked (f)), ==, MYNA_ASK_CHANGED);
  versions = myna_server_dup_versions ("again", myna_call_run_get_allowed (wait_asked (f)));
  g_assert_true (g_str_has_prefix (versions, "When you allowed it:\n/bin/cat\nSays it.\n"));
  g_assert_nonnull (strstr (versions, "\n\nNow:\n/bin/cat\nnetwork\nSends it.\n"));
  myna_reply_deny (myna_conversation_get_reply (f->chat.conversation), NULL);
  answer (f);
  write_own ("a.json", "{\"name\":\"say\",\"description\":\"d\",\"command\":[\"/bin/cat\"]}");
  g_assert_nonnull (tool_own_find (tool_find ("say")));
  g_assert_nonnull (tool_find ("good_say"));
  write_own ("a.json", "{\"name\":\"calculate\",\"description\":\"d\",\"command\":[\"/bin/cat\"]}");
  assert_about (0, "Another tool is called “calculate”.");
  write_own ("a.json", NULL);
  g_assert_cmpstr (tool_get_server (tool_find ("say")), ==, "good");
}

static void
test_states (Servers *f, gconstpointer data)
{
  const char *command[] = { "/nonexistent/x", NULL };
  const ToolServerConfig none = { (char *) "none", (char **) command, NULL, NULL };
  ToolServer *server = add (f->servers, "good", NULL);

  assert_state (server, "Running, with 5 tools");
  tool_servers_set_on (f->servers, server, FALSE, NULL);
  assert_state (server, "Off");
  /* A schema that reaches elsewhere is refused with the reason. */
  server = add (f->servers, "reference", NULL);
  g_assert_nonnull (tool_server_get_tool (server, 1).refused);
  g_assert_null (tool_find ("far"));
  g_assert_nonnull (tool_find ("good"));
  assert_state (add (f->servers, "many", NULL), "Running. It has too many tools: only the first 512 are used.");
  assert_state (add (f->servers, "noise", NULL), "This program is not a tool server");
  assert_state (add (f->servers, "old", NULL), "It speaks another version of the protocol");
  g_assert_true (tool_servers_add (f->servers, &none, NULL));
  server = get_server (f->servers, 5);
  tool_servers_set_on (f->servers, server, TRUE, NULL);
  g_assert_cmpint (tool_server_get_problem (server), ==, TOOL_SERVER_NOT_FOUND);
  assert_state (server, "“/nonexistent/x” was not found");
}

static void
assert_words (const char *text, const char *words)
{
  g_auto (GStrv) parsed = myna_server_parse_command (text);
  g_autofree char *joined = parsed ? g_strjoinv ("|", parsed) : NULL;

  g_assert_cmpstr (joined, ==, words);
}

/* As a shell takes it apart, and nothing else that a shell does. */
static void
test_typed (void)
{
  g_autofree char *wrong = NULL;
  g_autofree char *in_home = g_strdup_printf ("%s|%s/my papers|a~|~b", g_get_home_dir (), g_get_home_dir ());
  g_autofree char *papers = g_strdup_printf ("C=%s/papers", g_get_home_dir ());
  g_auto (GStrv) variables = NULL;

  assert_words ("", "");
  assert_words (" npx  -y 'a b' \"c\\\"d\" ", "npx|-y|a b|c\"d");
  assert_words ("x $HOME `id` $(id) * ; rm | y", "x|$HOME|`id`|$(id)|*|;|rm|||y");
  assert_words ("x 'y", NULL);
  /* But for the home folder. */
  assert_words ("~ '~/my papers' a~ ~b", in_home);
  variables = myna_server_parse_variables (" A=b=c \n\nB=\nno\n=x\nC=~/papers", &wrong);
  g_assert_cmpuint (g_strv_length (variables), ==, 3);
  g_assert_cmpstr (variables[2], ==, papers);
  g_assert_cmpstr (variables[0], ==, "A=b=c");
  g_assert_cmpstr (variables[1], ==, "B=");
  g_assert_cmpstr (wrong, ==, "no");
}

static void
assert_refused (ToolServers *servers, const MynaServerTyped *typed, const char *words)
{
  g_autofree char *problem = NULL;

  g_assert_false (myna_servers_add_typed (servers, typed, &problem));
  g_assert_cmpstr (problem, ==, words);
}

/* What stands in the fields becomes a server, or is refused with the reason. */
static void
test_add_typed (Servers *f, gconstpointer data)
{
  MynaServerTyped typed = { " Papers ", "true 'a b'", " ", "KEY=value", TRUE, FALSE };
  g_autofree char *shown = myna_server_show_command ("x 'a b'"), *open = myna_server_show_command ("x 'a");
  g_autofree char *problem = NULL;
  const ToolServerConfig *config;

  g_assert_cmpstr (shown, ==, "⟨x⟩\n⟨a b⟩");
  g_assert_cmpstr (open, ==, "A quotation mark is missing.");
  g_assert_true (myna_servers_add_typed (f->servers, &typed, &problem));
  g_assert_null (problem);
  config = tool_server_get_config (get_server (f->servers, 0));
  g_assert_cmpstr (config->name, ==, "Papers");
  g_assert_cmpstr (config->command[1], ==, "a b");
  g_assert_cmpstr (config->environment[0], ==, "KEY=value");
  g_assert_null (config->folder);
  g_assert_true (config->in_box && !config->no_network);

  assert_refused (f->servers, &typed, "There is already a server with this name.");
  typed.name = "Other";
  typed.folder = "/there/is/none";
  assert_refused (f->servers, &typed, "“/there/is/none” is not a folder.");
  typed.variables = "KEY=value\nKEY";
  assert_refused (f->servers, &typed, "“KEY” is not a variable. Write NAME=VALUE.");
  g_assert_cmpuint (g_list_model_get_n_items (tool_servers_get_list (f->servers)), ==, 1);
}

static void
keep_word_cb (Servers *f, guint position, guint removed, guint added, GListModel *list)
{
  f->word = myna_servers_get_word (f->servers);
}

/* A damaged file is told of above the list, until a server is in it. */
static void
test_unreadable (Servers *f, gconstpointer data)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), MYNA_APP_ID, "servers.json", NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_null (strstr (myna_servers_get_word (f->servers), "damaged"));
  g_object_unref (f->servers);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "{", -1, NULL));
  f->servers = myna_servers_new ();
  g_assert_nonnull (strstr (myna_servers_get_word (f->servers), "servers.json.damaged"));
  g_signal_connect_swapped (tool_servers_get_list (f->servers), "items-changed", G_CALLBACK (keep_word_cb), f);
  add (f->servers, "sound", NULL);
  g_assert_nonnull (f->word);
  g_assert_null (strstr (f->word, "damaged"));
  g_signal_handlers_disconnect_by_data (tool_servers_get_list (f->servers), f);
}

/* Writes a list of servers and imports it; what is said then, "title: words". */
static char *
import (Servers *f, const char *text)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "mcp.json", NULL), *words = NULL;
  g_autoptr (GError) error = NULL;
  const char *title = "";

  g_assert_cmpint (g_mkdir_with_parents (g_get_user_data_dir (), 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  if (myna_servers_import (f->servers, path, &title, &error))
    return g_strdup ("");
  words = myna_problem_describe (error);
  return g_strdup_printf ("%s: %s", title, words);
}

/* A list that says nothing is not one that was imported in part. */
static void
test_import (Servers *f, gconstpointer data)
{
  g_autofree char *damaged = import (f, "{\n  \"mcpServers\": {\n    \"a\": { \"command\" \"x\" }\n  }\n}\n");
  g_autofree char *empty = import (f, "{ \"theme\": \"dark\" }");
  g_autofree char *all = import (f, "{ \"mcpServers\": { \"a\": { \"command\": \"x\" } } }");
  g_autofree char *none = import (f, "{ \"mcpServers\": { \"a\": { \"command\": \"z\" }, \"web\": { \"url\": \"u\" } } }");
  g_autofree char *part = import (f, "{ \"mcpServers\": { \"a\": { \"command\": \"x\" }, \"b\": { \"command\": \"y\" } } }");

  g_assert_cmpstr (damaged, ==,
                   "The tool servers could not be imported: The file is not valid JSON: there is a mistake in line 3.");
  g_assert_cmpstr (empty, ==, "The tool servers could not be imported: The file lists no tool servers.");
  g_assert_cmpstr (none, ==,
                   "The tool servers could not be imported: Skipped because they have no command: web\n"
                   "Skipped because servers with these names exist: a");
  g_assert_cmpstr (all, ==, "");
  g_assert_cmpstr (part, ==, "Not all servers were imported: Skipped because servers with these names exist: a");
  g_assert_cmpuint (g_list_model_get_n_items (tool_servers_get_list (f->servers)), ==, 2);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
#define ADD(path, func) g_test_add ("/server-calls/" path, Servers, NULL, set_up, func, tear_down)
  ADD ("calls", test_calls);
  ADD ("changed", test_changed);
  ADD ("pictures", test_pictures);
  ADD ("own", test_own);
  ADD ("states", test_states);
  ADD ("add-typed", test_add_typed);
  ADD ("unreadable", test_unreadable);
  ADD ("import", test_import);
  g_test_add_func ("/server-calls/typed", test_typed);
  return g_test_run ();
}
