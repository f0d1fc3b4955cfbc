/* test-length.c: a message that is too long is known before it is sent
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-length.h"
#include "conversation-fixture.h"

static void
count_cb (guint *n)
{
  (*n)++;
}

static void
test_length (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaLength) length = myna_length_new ();
  g_autofree char *text = g_strnfill (5000, 'x');
  g_autofree char *attachments = g_strdup_printf ("[{\"name\": \"a\", \"text\": \"%s\"}]", text);
  guint n_changes = 0;
  int n_tokens, limit;

  g_signal_connect_swapped (length, "changed", G_CALLBACK (count_cb), &n_changes);
  fake_generator_set_context_length (f->engine, 4000);

  /* Short: nobody is asked. */
  myna_length_measure (length, f->conversation, "hello", NULL);
  g_assert_false (myna_length_get_too_long (length, &n_tokens, &limit));
  g_assert_cmpuint (fake_generator_n_planned (f->engine), ==, 0);

  /* Tokens of this engine are bytes. */
  myna_length_measure (length, f->conversation, text, NULL);
  wait_for (n_changes == 1);
  g_assert_true (myna_length_get_too_long (length, &n_tokens, &limit));
  g_assert_cmpint (n_tokens, ==, 5000);
  g_assert_cmpint (limit, ==, 4000);

  /* An attachment counts, too. */
  myna_length_measure (length, f->conversation, "hello", NULL);
  g_assert_cmpuint (n_changes, ==, 2);
  myna_length_measure (length, f->conversation, "?", attachments);
  wait_for (n_changes == 3);
  g_assert_true (myna_length_get_too_long (length, &n_tokens, &limit));
  g_assert_cmpint (n_tokens, >, 5000);

  /* A model that holds more. */
  fake_generator_set_context_length (f->engine, 100000);
  myna_length_measure (length, f->conversation, text, NULL);
  g_assert_false (myna_length_get_too_long (length, &n_tokens, &limit));

  /* An answer about an earlier text is dropped. */
  fake_generator_set_context_length (f->engine, 4000);
  myna_length_measure (length, f->conversation, text, NULL);
  myna_length_measure (length, f->conversation, "hello", NULL);
  fixture_settle (f);
  g_assert_false (myna_length_get_too_long (length, &n_tokens, &limit));
  myna_length_measure (length, NULL, "", NULL);
}

/* The tools that are offered stand in the prompt, too: a message that would fit alone does not fit beside them. */
static void
test_tools (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaLength) length = myna_length_new ();
  g_autofree char *text = g_strnfill (2400, 'x');
  guint n_changes = 0;
  int n_tokens, limit;

  g_signal_connect_swapped (length, "changed", G_CALLBACK (count_cb), &n_changes);
  fake_generator_set_context_length (f->engine, 3000);
  myna_length_measure (length, f->conversation, text, NULL);
  fixture_settle (f);
  g_assert_cmpuint (fake_generator_n_planned (f->engine), ==, 0);

  myna_conversation_set_settings (f->conversation, "{\"tools\":[\"calculate\",\"convert_units\",\"date_time\"]}");
  myna_length_measure (length, f->conversation, text, NULL);
  wait_for (n_changes == 1);
  g_assert_true (myna_length_get_too_long (length, &n_tokens, &limit));
  g_assert_cmpint (n_tokens, >, 3000);

  /* Off again. */
  myna_conversation_set_settings (f->conversation, "{\"tools\":[]}");
  myna_length_measure (length, f->conversation, text, NULL);
  g_assert_false (myna_length_get_too_long (length, &n_tokens, &limit));
  g_assert_cmpuint (fake_generator_n_planned (f->engine), ==, 1);
  myna_length_measure (length, NULL, "", NULL);
}

/* What of a document is too long for the context comes as passages, which is said before the question is sent. */
static void
test_passages (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaLength) length = myna_length_new ();
  g_autofree char *text = g_strnfill (20000, 'x');
  g_autofree char *attachments = g_strdup_printf ("[{\"name\": \"a\", \"text\": \"%s\"}]", text);
  g_autofree char *words = NULL, *long_words = NULL, *hardly = NULL;
  guint n_changes = 0;

  g_signal_connect_swapped (length, "changed", G_CALLBACK (count_cb), &n_changes);
  fake_generator_set_context_length (f->engine, 8192);
  g_assert_null (myna_length_describe (length));
  myna_length_measure (length, f->conversation, "?", attachments);
  g_assert_cmpuint (n_changes, ==, 1);
  words = myna_length_describe (length);
  g_assert_cmpstr (words, ==, "Too long to read whole. The model gets the passages that suit your question.");
  myna_length_measure (length, f->conversation, "?", NULL);
  g_assert_cmpuint (n_changes, ==, 2);
  g_assert_null (myna_length_describe (length));

  /* A context that has no room for them. */
  fake_generator_set_context_length (f->engine, 512);
  myna_length_measure (length, f->conversation, "?", attachments);
  hardly = myna_length_describe (length);
  g_assert_cmpstr (
      hardly, ==,
      "Too long to read whole, and its passages hardly fit the context of 512 tokens. Set a longer one in Preferences.");
  myna_length_measure (length, f->conversation, "?", NULL);
  g_assert_cmpuint (n_changes, ==, 4);

  /* A model that reads it whole. */
  fake_generator_set_context_length (f->engine, 131072);
  myna_length_measure (length, f->conversation, "?", attachments);
  g_assert_null (myna_length_describe (length));

  /* What does not fit says how much there is. */
  fake_generator_set_context_length (f->engine, 8192);
  myna_length_measure (length, f->conversation, text, NULL);
  wait_for (n_changes == 5);
  long_words = myna_length_describe (length);
  g_assert_true (g_str_has_prefix (long_words, "Too long for the model: 20"));
  g_assert_true (g_str_has_suffix (long_words, "Shorten the message."));
  myna_length_measure (length, NULL, "", NULL);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/length", Fixture, NULL, fixture_setup, test_length, fixture_teardown);
  g_test_add ("/length/passages", Fixture, NULL, fixture_setup, test_passages, fixture_teardown);
  g_test_add ("/length/tools", Fixture, NULL, fixture_setup, test_tools, fixture_teardown);
  return g_test_run ();
}
