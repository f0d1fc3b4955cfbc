/* test-draft-ahead.c: a question is evaluated while it is being written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "chat/myna-draft-ahead.h"
#include "conversation-fixture.h"
#include "test-power.h"

static MynaDraftAhead *
draft_new (gboolean saves_power)
{
  g_autoptr (GPowerProfileMonitor) power = test_power_new (saves_power);

  return myna_draft_ahead_new (power);
}

/* ---- Questions ---------------------------------------------------------------------------------------------------- */

static void
write_and_wait (Fixture *f, MynaDraftAhead *draft, const char *text)
{
  guint n = fake_generator_n_ahead (f->engine);

  myna_draft_ahead_write (draft, f->conversation, text, FALSE);
  wait_for (fake_generator_n_ahead (f->engine) > n);
}

/* The chat's turns, then the question as far as it goes. */
static void
test_prompt (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaDraftAhead) draft = draft_new (FALSE);

  fixture_exchange (f, "one", "two");
  write_and_wait (f, draft, "thr");
  g_assert_cmpstr (fake_generator_get_ahead (f->engine), ==, "user:one|assistant:two|user:thr");
  fixture_settle (f);
  assert_stored (f, "u:one|a:two");
}

/* The next text waits for the one before. */
static void
test_changes (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaDraftAhead) draft = draft_new (FALSE);

  write_and_wait (f, draft, "thr");
  myna_draft_ahead_write (draft, f->conversation, "thre", FALSE);
  myna_draft_ahead_write (draft, f->conversation, "three", FALSE);
  for (int i = 0; i < 10; i++)
    fixture_settle (f);
  g_assert_cmpuint (fake_generator_n_ahead (f->engine), ==, 1);
  fake_generator_end_ahead (f->engine, GLM_STOP_END);
  wait_for (fake_generator_n_ahead (f->engine) == 2);
  g_assert_cmpstr (fake_generator_get_ahead (f->engine), ==, "user:three");
  fake_generator_end_ahead (f->engine, GLM_STOP_END);

  myna_conversation_send_full (f->conversation, "three", NULL);
  myna_draft_ahead_write (draft, f->conversation, "", FALSE);
  fixture_requested (f);
  g_assert_cmpstr (fake_generator_get_prompt (f->engine), ==, fake_generator_get_ahead (f->engine));
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
  assert_shown (f, "u:three|a:");
}

/* What is shown no more is not read any more. */
static void
test_left (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaDraftAhead) draft = draft_new (FALSE);

  write_and_wait (f, draft, "one");
  myna_draft_ahead_write (draft, NULL, "", FALSE);
  wait_for (!fake_generator_reads_ahead (f->engine));
}

/* The engine was needed for something else: the text still rests. */
static void
test_ended (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaDraftAhead) draft = draft_new (FALSE);

  write_and_wait (f, draft, "one");
  fake_generator_end_ahead (f->engine, GLM_STOP_CANCELLED);
  wait_for (fake_generator_n_ahead (f->engine) == 2);
  g_assert_cmpstr (fake_generator_get_ahead (f->engine), ==, "user:one");
}

/* Who writes while a reply is written: when it has ended. */
static void
test_busy (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaDraftAhead) draft = draft_new (FALSE), other = draft_new (FALSE);
  g_autoptr (MynaConversation) beside = myna_conversation_new (f->db, MYNA_GENERATOR (f->engine), 0);

  myna_conversation_send (f->conversation, "one");
  fixture_requested (f);
  myna_draft_ahead_write (draft, f->conversation, "three", FALSE);
  myna_draft_ahead_write (other, beside, "else", FALSE);
  wait_for (fake_generator_n_ahead (f->engine) == 1);
  g_assert_cmpstr (fake_generator_get_ahead (f->engine), ==, "user:else");
  fake_generator_end_ahead (f->engine, GLM_STOP_END);
  fake_generator_say (f->engine, "two");
  fake_generator_end (f->engine, GLM_STOP_END);
  wait_for (fake_generator_n_ahead (f->engine) == 2);
  g_assert_cmpstr (fake_generator_get_ahead (f->engine), ==, "user:one|assistant:two|user:three");
}

/* One that began to wait later is heard, the one that saves power is not. */
static void
test_power (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaDraftAhead) saves = draft_new (TRUE), draft = draft_new (FALSE);

  myna_draft_ahead_write (saves, f->conversation, "one", FALSE);
  myna_draft_ahead_write (draft, f->conversation, "two", FALSE);
  wait_for (fake_generator_n_ahead (f->engine) == 1);
  g_assert_cmpstr (fake_generator_get_ahead (f->engine), ==, "user:two");
}

static void
ask_about (Fixture *f, gsize n_bytes)
{
  g_autofree char *text = g_strnfill (n_bytes, 'x');
  g_autofree char *json = NULL;

  for (gsize i = 8; i < n_bytes; i += 8)
    text[i] = ' ';
  json = g_strdup_printf ("[{\"name\": \"a.pdf\", \"text\": \"%s\", \"type\": \"pdf\"}]", text);
  myna_conversation_send_full (f->conversation, "one", json);
  fixture_requested (f);
  fake_generator_say (f->engine, "two");
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
}

/* What stands before the question of a document that is read whole is what it was. */
static void
test_whole (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaDraftAhead) draft = draft_new (FALSE);

  ask_about (f, 400);
  write_and_wait (f, draft, "three");
  g_assert_true (g_str_has_suffix (fake_generator_get_ahead (f->engine), "|assistant:two|user:three"));
  fake_generator_end_ahead (f->engine, GLM_STOP_END);
  myna_conversation_send_full (f->conversation, "three", NULL);
  wait_for (fake_generator_n_requests (f->engine) == 1);
  g_assert_cmpstr (fake_generator_get_prompt (f->engine), ==, fake_generator_get_ahead (f->engine));
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
}

/* What has none of the words is given no passages. */
static void
test_none (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaDraftAhead) draft = draft_new (FALSE);

  ask_about (f, 40000);
  write_and_wait (f, draft, "three");
  g_assert_true (g_str_has_suffix (fake_generator_get_ahead (f->engine), "|assistant:two|user:three"));
}

static char *
make_pages (void)
{
  static const char *const words[] = { "ferry", "harbor", "lantern", "orchard", "quarry" };
  GString *json = g_string_new ("[{\"name\": \"a.pdf\", \"type\": \"pdf\", \"text\": \"");

  for (guint i = 0; i < 100; i++)
    {
      g_string_append_printf (json, "# Part %u\\n\\n", i);
      for (guint k = 0; k < 12; k++)
        g_string_append (json, "Nothing of weight is said here.\\n");
      g_string_append_printf (json, "\\nThe %s is here.\\n\\n",
                              i < G_N_ELEMENTS (words) ? words[i]
                              : i == 99                ? "tower"
                                                       : "end");
    }
  g_string_append (json, "\"}]");
  return g_string_free (json, FALSE);
}

/* Each look adds one passage, and those that are there stay where they are; what is asked then is given the same. */
static void
test_passages (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaDraftAhead) draft = draft_new (FALSE);
  g_autofree char *json = make_pages (), *first = NULL, *second = NULL;

  myna_conversation_send_full (f->conversation, "Is the ferry here?", json);
  fixture_requested (f);
  fake_generator_say (f->engine, "two");
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);

  write_and_wait (f, draft, "lantern orchard?");
  first = g_strdup (fake_generator_get_ahead (f->engine));
  g_assert_false (g_str_has_suffix (first, "lantern orchard?"));
  fake_generator_end_ahead (f->engine, GLM_STOP_END);
  wait_for (fake_generator_n_ahead (f->engine) == 2);
  second = g_strdup (fake_generator_get_ahead (f->engine));
  g_assert_true (g_str_has_prefix (second, first));
  g_assert_nonnull (strstr (second, "The lantern is here."));
  g_assert_nonnull (strstr (second, "The orchard is here."));
  g_assert_null (strstr (second, "The quarry is here."));
  fake_generator_end_ahead (f->engine, GLM_STOP_END);
  wait_for (fake_generator_n_ahead (f->engine) == 3);
  g_assert_true (g_str_has_prefix (fake_generator_get_ahead (f->engine), second));
  g_assert_true (g_str_has_suffix (fake_generator_get_ahead (f->engine), "lantern orchard?"));
  fake_generator_end_ahead (f->engine, GLM_STOP_END);

  myna_conversation_send_full (f->conversation, "lantern orchard?", NULL);
  wait_for (fake_generator_n_requests (f->engine) == 1);
  g_assert_cmpstr (fake_generator_get_prompt (f->engine), ==, fake_generator_get_ahead (f->engine));
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
}

static guint
count (const char *text, const char *words)
{
  guint n = 0;

  for (const char *p = strstr (text, words); p; p = strstr (p + 1, words))
    n++;
  return n;
}

static void
answer (Fixture *f, const char *question, const char *json, gsize n_bytes)
{
  g_autofree char *reply = g_strnfill (n_bytes, 'r');

  myna_conversation_send_full (f->conversation, question, json);
  fixture_requested (f);
  fake_generator_say (f->engine, reply);
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
}

/* A passage stands in a prompt once, however many questions ago it was given; and where the beginning of the chat was left out, it is
 * given again, with the very question that it is left out for. */
static void
test_left_out (Fixture *f, gconstpointer data)
{
  g_autofree char *json = make_pages ();

  fake_generator_set_context_length (f->engine, 24000);
  answer (f, "Nothing of weight?", json, 10);
  answer (f, "Where is the ferry?", NULL, 10);
  answer (f, "Where is the harbor?", NULL, 10);
  answer (f, "Where is the lantern?", NULL, 10);
  answer (f, "Where is the orchard?", NULL, 8500);
  answer (f, "Is the ferry near the harbor?", NULL, 6000);
  g_assert_cmpuint (count (fake_generator_get_prompt (f->engine), "The ferry is here."), ==, 1);
  g_assert_cmpuint (count (fake_generator_get_prompt (f->engine), "The harbor is here."), ==, 1);
  g_assert_cmpuint (myna_conversation_get_context_start (f->conversation), ==, 0);

  myna_conversation_send_full (f->conversation, "And the lantern near the ferry?", NULL);
  fixture_requested (f);
  g_assert_cmpuint (count (fake_generator_get_prompt (f->engine), "The lantern is here."), ==, 0);
  fake_generator_read (f->engine, 0, 1); /* the engine begins, and says what it left out */
  wait_for (count (fake_generator_get_prompt (f->engine), "The lantern is here.") == 1);
  fixture_requested (f);
  fake_generator_say (f->engine, "Yes.");
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
  g_assert_cmpuint (myna_conversation_get_context_start (f->conversation), >, 2);
  g_assert_cmpuint (count (fake_generator_get_prompt (f->engine), "The ferry is here."), ==, 1);
  g_assert_cmpuint (count (fake_generator_get_prompt (f->engine), "The lantern is here."), ==, 1);
  g_assert_true (g_str_has_suffix (fake_generator_get_prompt (f->engine), "And the lantern near the ferry?"));
}

/* A question that was given one passage because the other stood before it has both when it is answered once more, and what stood before
 * it was left out meanwhile. */
static void
test_left_out_since (Fixture *f, gconstpointer data)
{
  g_autofree char *json = make_pages ();

  fake_generator_set_context_length (f->engine, 24000);
  answer (f, "Nothing of weight?", json, 10);
  answer (f, "Where is the ferry?", NULL, 10);
  answer (f, "Where is the harbor?", NULL, 10);
  answer (f, "Where is the lantern?", NULL, 10);
  answer (f, "Where is the orchard?", NULL, 8500);
  answer (f, "Is the ferry near the tower?", NULL, 6000);
  g_assert_cmpuint (count (fake_generator_get_prompt (f->engine), "The ferry is here."), ==, 1);
  g_assert_cmpuint (count (fake_generator_get_prompt (f->engine), "The tower is here."), ==, 1);
  myna_conversation_send (f->conversation, "And what else?");
  fixture_requested (f);
  fake_generator_read (f->engine, 0, 1);
  wait_for (count (fake_generator_get_prompt (f->engine), "The ferry is here.") == 1);
  fixture_requested (f);
  fake_generator_say (f->engine, "Nothing.");
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
  g_assert_cmpuint (myna_conversation_get_context_start (f->conversation), ==, 10);

  myna_conversation_regenerate (f->conversation, fixture_item (f, 11));
  fixture_requested (f);
  g_assert_true (g_str_has_suffix (fake_generator_get_prompt (f->engine), "Is the ferry near the tower?"));
  g_assert_cmpuint (count (fake_generator_get_prompt (f->engine), "The ferry is here."), ==, 1);
  g_assert_cmpuint (count (fake_generator_get_prompt (f->engine), "The tower is here."), ==, 1);
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
}

/* Where files are attached, only what stands before is known. */
static void
test_attached (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaDraftAhead) draft = draft_new (FALSE);

  fixture_exchange (f, "one", "two");
  myna_draft_ahead_write (draft, f->conversation, "three", TRUE);
  wait_for (fake_generator_n_ahead (f->engine) == 1);
  g_assert_cmpstr (fake_generator_get_ahead (f->engine), ==, "user:one|assistant:two");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add ("/draft-ahead/" name, Fixture, NULL, fixture_setup, function, fixture_teardown)
  ADD ("prompt", test_prompt);
  ADD ("changes", test_changes);
  ADD ("left", test_left);
  ADD ("ended", test_ended);
  ADD ("busy", test_busy);
  ADD ("power", test_power);
  ADD ("whole", test_whole);
  ADD ("none", test_none);
  ADD ("passages", test_passages);
  ADD ("left-out", test_left_out);
  ADD ("left-out-since", test_left_out_since);
  ADD ("attached", test_attached);

  return g_test_run ();
}
