/* test-read-ahead.c: a conversation's texts are evaluated before anything is asked about them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "chat/myna-read-ahead.h"
#include "conversation-fixture.h"

/* What is evaluated is what the next question's prompt begins with, and the first word ends it: nothing is written. */
static void
test_ahead (Fixture *f, gconstpointer data)
{
  MynaReadAhead *ahead = myna_read_ahead_get (f->conversation);
  g_autofree char *words = NULL, *read = NULL;

  fixture_exchange (f, "one", "two");
  myna_read_ahead_start (ahead);
  g_assert_true (myna_read_ahead_is_running (ahead));
  fixture_requested (f);
  read = g_strdup (fake_generator_get_prompt (f->engine));
  g_assert_cmpstr (read, ==, "user:one|assistant:two");
  fake_generator_read (f->engine, 0, 400);
  fake_generator_read (f->engine, 120, 400);
  g_assert_cmpfloat_with_epsilon (myna_read_ahead_get_fraction (ahead), 0.3, 1e-6);
  words = myna_read_ahead_describe (ahead, 40);
  g_assert_true (g_str_has_prefix (words, "Reading page 13 of 40"));
  g_assert_false (myna_conversation_get_busy (f->conversation));
  fake_generator_say (f->engine, "x");
  g_assert_false (myna_read_ahead_is_running (ahead));
  fixture_settle (f);
  assert_shown (f, "u:one|a:two");

  myna_conversation_send_full (f->conversation, "three", NULL);
  fixture_requested (f);
  g_assert_true (g_str_has_prefix (fake_generator_get_prompt (f->engine), read));
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
}

/* A question goes first. */
static void
test_question (Fixture *f, gconstpointer data)
{
  MynaReadAhead *ahead = myna_read_ahead_get (f->conversation);

  fixture_exchange (f, "one", "two");
  myna_read_ahead_start (ahead);
  fixture_requested (f);
  myna_conversation_send_full (f->conversation, "three", NULL);
  g_assert_false (myna_read_ahead_is_running (ahead));
  wait_for (strstr (fake_generator_get_prompt (f->engine), "three"));
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
  assert_shown (f, "u:one|a:two|u:three|a:");
}

static void
test_nothing (Fixture *f, gconstpointer data)
{
  MynaReadAhead *ahead = myna_read_ahead_get (f->conversation);

  myna_read_ahead_start (ahead);
  g_assert_false (myna_read_ahead_is_running (ahead));
  myna_read_ahead_stop (ahead);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add ("/read-ahead/" name, Fixture, NULL, fixture_setup, function, fixture_teardown)
  ADD ("ahead", test_ahead);
  ADD ("question", test_question);
  ADD ("nothing", test_nothing);

  return g_test_run ();
}
