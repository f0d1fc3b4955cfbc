/* test-reply-speech.c: what a screen reader is given to say of a reply: sentences while it is written, or all of it at the end
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/reply-speech.h"

#include <string.h>

#include "conversation-fixture.h"

static gboolean is_on;

/* In place of what the desktop says. */
gboolean __wrap_myna_screen_reader_is_on (void);
gboolean
__wrap_myna_screen_reader_is_on (void)
{
  return is_on;
}

typedef struct
{
  Fixture base;
  MynaReplySpeech *speech;
  GString *said; /* with bars between */
} Speech;

static void
say_cb (const char *text, gpointer user_data)
{
  Speech *s = user_data;

  g_string_append_printf (s->said, "%s%s", s->said->len > 0 ? "|" : "", text);
}

static void
set_up (Speech *s, gconstpointer data)
{
  fixture_setup (&s->base, NULL);
  is_on = GPOINTER_TO_INT (data);
  s->said = g_string_new (NULL);
  s->speech = myna_reply_speech_new (say_cb, s);
  myna_reply_speech_set_conversation (s->speech, s->base.conversation);
}

static void
tear_down (Speech *s, gconstpointer data)
{
  myna_reply_speech_free (s->speech);
  g_string_free (s->said, TRUE);
  fixture_teardown (&s->base, NULL);
}

static void
begin (Speech *s)
{
  myna_conversation_send (s->base.conversation, "Why?");
  fixture_requested (&s->base);
}

static void
end (Speech *s, GlmStopReason reason)
{
  fake_generator_end (s->base.engine, reason);
  fixture_idle (&s->base);
}

static void
wait_said (Speech *s, const char *expected)
{
  while (!g_str_equal (s->said->str, expected))
    {
      g_assert_cmpuint (s->said->len, <=, strlen (expected));
      g_main_context_iteration (NULL, TRUE);
    }
}

/* Each sentence once, without the marks of markdown; what was begun waits. */
static void
test_grows (Speech *s, gconstpointer data)
{
  begin (s);
  fake_generator_say (s->base.engine, "It is **so**. An");
  wait_said (s, "Myna: It is so.");
  fake_generator_say (s->base.engine, "d then? 因为下雨了。还");
  wait_said (s, "Myna: It is so.|And then? 因为下雨了。");
  fake_generator_say (s->base.engine, "有“风。”He said \"No.\" They");
  wait_said (s, "Myna: It is so.|And then? 因为下雨了。|还有“风。”He said \"No.\"");
  end (s, GLM_STOP_END);
  g_assert_cmpstr (s->said->str, ==, "Myna: It is so.|And then? 因为下雨了。|还有“风。”He said \"No.\"|They");
  /* The next reply begins anew. */
  g_string_truncate (s->said, 0);
  begin (s);
  fake_generator_say (s->base.engine, "No.");
  end (s, GLM_STOP_END);
  g_assert_cmpstr (s->said->str, ==, "Myna: No.");
}

/* What is only thought is not said. */
static void
test_thought (Speech *s, gconstpointer data)
{
  begin (s);
  fake_generator_say (s->base.engine, "<think>Hm. They ask why.</think>Because. So");
  wait_said (s, "Myna: Because.");
  end (s, GLM_STOP_END);
  g_assert_cmpstr (s->said->str, ==, "Myna: Because.|So");
}

/* Without a screen reader, and what was there when one is started, is said at the end. */
static void
test_whole (Speech *s, gconstpointer data)
{
  begin (s);
  fake_generator_say (s->base.engine, "One. Two. Three.");
  end (s, GLM_STOP_END);
  g_assert_cmpstr (s->said->str, ==, "Myna: One. Two. Three.");
}

/* Of a chat that was left, nothing more. */
static void
test_left (Speech *s, gconstpointer data)
{
  begin (s);
  fake_generator_say (s->base.engine, "One. Two");
  wait_said (s, "Myna: One.");
  myna_reply_speech_set_conversation (s->speech, NULL);
  fake_generator_say (s->base.engine, ". Three.");
  end (s, GLM_STOP_END);
  g_assert_cmpstr (s->said->str, ==, "Myna: One.");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/reply-speech/grows", Speech, GINT_TO_POINTER (TRUE), set_up, test_grows, tear_down);
  g_test_add ("/reply-speech/thought", Speech, GINT_TO_POINTER (TRUE), set_up, test_thought, tear_down);
  g_test_add ("/reply-speech/whole", Speech, GINT_TO_POINTER (FALSE), set_up, test_whole, tear_down);
  g_test_add ("/reply-speech/left", Speech, GINT_TO_POINTER (TRUE), set_up, test_left, tear_down);
  return g_test_run ();
}
