/* test-finder.c: going through what is found in a conversation, and searching through all of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/chat-search.h"
#include "chat/finder.h"
#include "conversation-fixture.h"

typedef struct
{
  Fixture base;
  MynaFinder *finder;
  guint start; /* the message that is being read */
  guint n_moved;
} Find;

static guint
get_start (gpointer user_data)
{
  return ((Find *) user_data)->start;
}

static void
changed_cb (Find *f, gboolean moved)
{
  f->n_moved += moved;
}

static void
set_up (Find *f, gconstpointer data)
{
  fixture_setup (&f->base, data);
  fixture_exchange (&f->base, "one cat", "two **cats**, and a third cat");
  fixture_exchange (&f->base, "a dog", "no cat");
  f->finder = myna_finder_new (get_start, f);
  g_signal_connect_swapped (f->finder, "changed", G_CALLBACK (changed_cb), f);
  myna_finder_set_conversation (f->finder, f->base.conversation);
}

static void
tear_down (Find *f, gconstpointer data)
{
  g_signal_handlers_disconnect_by_data (f->finder, f);
  g_clear_object (&f->finder);
  fixture_teardown (&f->base, data);
}

static void
begin (Find *f, const char *query, gboolean by_words, gint64 wanted_id)
{
  f->n_moved = 0;
  myna_finder_begin (f->finder, query, by_words, wanted_id);
  wait_for (f->n_moved == 1);
}

#define assert_place(f, position_, index_, words)                       \
  G_STMT_START                                                          \
  {                                                                     \
    guint at_, which_;                                                  \
    g_autofree char *said_ = myna_finder_describe ((f)->finder);        \
    g_assert_true (myna_finder_get_place ((f)->finder, &at_, &which_)); \
    g_assert_cmpuint (at_, ==, position_);                              \
    g_assert_cmpuint (which_, ==, index_);                              \
    g_assert_cmpstr (said_, ==, words);                                 \
  }                                                                     \
  G_STMT_END

/* From what is being read on, around the ends, in both directions; what is shown counts, not its markup. */
static void
test_move (Find *f, gconstpointer data)
{
  f->start = 1;
  begin (f, "cat", FALSE, 0);
  assert_place (f, 1, 0, "2 of 4");
  myna_finder_move (f->finder, 1);
  assert_place (f, 1, 1, "3 of 4");
  myna_finder_move (f->finder, 1);
  assert_place (f, 3, 0, "4 of 4");
  myna_finder_move (f->finder, 1);
  assert_place (f, 0, 0, "1 of 4");
  myna_finder_move (f->finder, -1);
  assert_place (f, 3, 0, "4 of 4");
}

/* Words that are nowhere beside each other are looked for one by one. */
static void
test_words (Find *f, gconstpointer data)
{
  begin (f, "dog cat", FALSE, 0);
  g_assert_cmpuint (myna_finder_get_n (f->finder), ==, 5);
  begin (f, "elephant", FALSE, 0);
  g_assert_cmpuint (myna_finder_get_n (f->finder), ==, 0);
  myna_finder_begin (f->finder, NULL, FALSE, 0);
  g_assert_null (myna_finder_get_needle (f->finder));
}

/* A hit of the history's search is gone to, and the place is kept while the conversation grows. */
static void
test_wanted (Find *f, gconstpointer data)
{
  begin (f, "cat", TRUE, myna_message_get_id (fixture_item (&f->base, 3)));
  assert_place (f, 3, 0, "4 of 4");
  f->n_moved = 0;
  fixture_exchange (&f->base, "another cat", "yes");
  wait_for (myna_finder_get_n (f->finder) == 5);
  assert_place (f, 3, 0, "4 of 5");
  g_assert_cmpuint (f->n_moved, ==, 0);
}

/* ---- All conversations ------------------------------------------------------------------------------------------ */

static void
found_cb (GPtrArray **hits, GPtrArray *found)
{
  g_clear_pointer (hits, g_ptr_array_unref);
  *hits = g_ptr_array_ref (found);
}

static guint
count_hits (MynaChatSearch *search, GPtrArray **hits, const char *where, const char *text)
{
  g_clear_pointer (hits, g_ptr_array_unref);
  g_object_set (search, "where", where, NULL);
  myna_chat_search_set_text (search, text);
  wait_for (*hits);
  return (*hits)->len;
}

static void
test_search (Fixture *f, gconstpointer data)
{
  g_autoptr (MynaChatSearch) search = myna_chat_search_new ();
  g_autoptr (GPtrArray) hits = NULL;

  fixture_exchange (f, "about whales", "whales and dolphins");
  fixture_settle (f);
  g_signal_connect_swapped (search, "found", G_CALLBACK (found_cb), &hits);
  myna_chat_search_set_store (search, f->db);
  /* The title, which is the question, and both messages. */
  g_assert_cmpuint (count_hits (search, &hits, "any", " whales "), ==, 3);
  g_assert_cmpstr (myna_chat_search_get_text (search), ==, "whales");
  g_assert_cmpuint (count_hits (search, &hits, "me", "whales"), ==, 1);
  g_assert_cmpuint (count_hits (search, &hits, "replies", "dolphins"), ==, 1);
  /* Letters inside of a word, where no word is like that. */
  g_assert_cmpuint (count_hits (search, &hits, "any", "olphin"), ==, 1);
  g_assert_cmpuint (count_hits (search, &hits, "any", "elephants"), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/finder/move", Find, NULL, set_up, test_move, tear_down);
  g_test_add ("/finder/words", Find, NULL, set_up, test_words, tear_down);
  g_test_add ("/finder/wanted", Find, NULL, set_up, test_wanted, tear_down);
  g_test_add ("/chat-search", Fixture, NULL, fixture_setup, test_search, fixture_teardown);

  return g_test_run ();
}
