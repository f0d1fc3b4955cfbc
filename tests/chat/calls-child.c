/* calls-child.c: a chat with a tool that is killed, and what must be true of it afterwards
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "calls-child.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chat/myna-message-private.h"
#include "conversation-fixture.h"
#include "tools/tool.h"

#define N_CALLS 3

/* The file to which each run of the tool adds a byte; the process's. */
static const char *log_path;
static guint steps_left; /* till the process kills itself; 0: never */

static void
step (void)
{
  if (steps_left > 0 && --steps_left == 0)
    kill (getpid (), SIGKILL);
}

/* What it does is not undone by a kill: like a mail that was sent. */
static char *
compute (JsonObject *arguments, GDateTime *now, GCancellable *cancellable, GError **error)
{
  char byte = (char) ('0' + json_object_get_int_member_with_default (arguments, "n", 9));
  int fd = open (log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (write (fd, &byte, 1), ==, 1);
  close (fd);
  return g_strdup_printf ("<%c>", byte);
}

static const Tool effect = {
  .name = "effect",
  .description = "",
  .schema = "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}},\"required\":[\"n\"]}",
  .class = TOOL_CLASS_PURE,
  .seconds = 60,
  .compute = compute,
};

/* Looks at the number of observations in the prompt: calls while there are fewer than N_CALLS, and answers then. */
static void
speak (FakeGenerator *engine)
{
  guint n = 0;

  for (const char *p = fake_generator_get_prompt (engine); (p = strstr (p, "|observation:")); p++)
    n++;
  if (n < N_CALLS)
    {
      g_autofree char *arguments = g_strdup_printf ("{\"n\":%u}", n);

      fake_generator_write (engine, GLM_REPLY_CALL, "effect");
      fake_generator_write (engine, GLM_REPLY_CALLED, arguments);
      fake_generator_end (engine, GLM_STOP_CALL);
      return;
    }
  fake_generator_say (engine, "done");
  fake_generator_end (engine, GLM_STOP_END);
}

static void
iterate (FakeGenerator *engine)
{
  step ();
  if (fake_generator_n_requests (engine) > 0)
    speak (engine);
  else
    g_main_context_iteration (NULL, TRUE);
}

/* Chats till the model has answered, or the process is killed. */
static void
chat (const char *path, gint64 id)
{
  g_autoptr (StoreDb) db = test_open (path, NULL);
  g_autoptr (FakeGenerator) engine = fake_generator_new ();
  g_autoptr (MynaConversation) conversation = myna_conversation_new (db, MYNA_GENERATOR (engine), id);
  GListModel *list = G_LIST_MODEL (conversation);

  myna_conversation_set_settings (conversation, "{\"tools\":[\"effect\"]}");
  while (myna_conversation_get_loading (conversation))
    iterate (engine);
  if (g_list_model_get_n_items (list) == 0)
    myna_conversation_send (conversation, "q");
  for (;;)
    {
      g_autoptr (MynaMessage) last = g_list_model_get_item (list, g_list_model_get_n_items (list) - 1);

      if (myna_conversation_get_busy (conversation) || myna_conversation_get_loading (conversation)
          || !myna_message_get_loaded (last))
        iterate (engine);
      else if (myna_conversation_can_continue (conversation, last))
        myna_conversation_continue (conversation, last);
      else if (myna_message_get_role (last) == STORE_ROLE_USER)
        myna_conversation_regenerate (conversation, last);
      else
        break;
    }
  store_close (db);
}

void
calls_child_init (void)
{
  g_assert_true (tool_add (&effect));
}

gboolean
calls_child_run (const char *path, const char *log, guint n_steps)
{
  pid_t pid = fork ();
  int status;

  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    {
      g_autoptr (StoreDb) db = NULL;
      g_autoptr (GPtrArray) conversations = NULL;
      gint64 id = 0;

      log_path = log;
      steps_left = n_steps;
      db = test_open (path, NULL);
      conversations = test_list (db, STORE_LIST_ACTIVE);
      if (conversations->len > 0)
        id = ((StoreConversation *) g_ptr_array_index (conversations, 0))->id;
      store_close (db);
      chat (path, id);
      _exit (0);
    }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true ((WIFEXITED (status) && WEXITSTATUS (status) == 0) || (WIFSIGNALED (status) && WTERMSIG (status) == SIGKILL));
  return WIFEXITED (status);
}
