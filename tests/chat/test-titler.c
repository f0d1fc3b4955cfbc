/* test-titler.c: titles that the model finds: when it is asked, what is used, and what is left alone
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-titler.h"

#include <string.h>

#include "fake-generator.h"
#include "store-test.h"

#define QUESTION "How do I make pancakes?"
#define ANSWER   "Mix flour, milk and eggs."

typedef struct
{
  StoreDb *db;
  FakeGenerator *engine;
  MynaConversation *conversation;
  MynaTitler *titler;
} Fixture;

static void
set_up (Fixture *f, gconstpointer data)
{
  f->db = test_open_memory ();
  f->engine = fake_generator_new ();
  f->conversation = myna_conversation_new (f->db, MYNA_GENERATOR (f->engine), 0);
  f->titler = myna_titler_new (1);
  myna_titler_watch (f->titler, f->conversation, TRUE);
}

static void
settle (Fixture *f)
{
  for (int i = 0; i < 3; i++)
    {
      g_autoptr (GPtrArray) list = test_list (f->db, STORE_LIST_ACTIVE);

      g_usleep (3000);
      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  while (fake_generator_n_requests (f->engine) > 0)
    fake_generator_end (f->engine, GLM_STOP_CANCELLED);
  fake_generator_forget (f->engine);
  settle (f);
  g_assert_finalize_object (f->titler);
  g_assert_finalize_object (f->conversation);
  g_assert_finalize_object (f->engine);
  store_close (f->db);
  g_assert_finalize_object (f->db);
}

/* Asks and answers; afterwards the titler's request is there. */
static void
talk (Fixture *f)
{
  myna_conversation_send (f->conversation, QUESTION);
  wait_for (fake_generator_n_requests (f->engine) == 1);
  fake_generator_say (f->engine, ANSWER);
  settle (f);
  fake_generator_end (f->engine, GLM_STOP_END);
  wait_for (fake_generator_n_requests (f->engine) == 1);
}

static char *
stored_title (Fixture *f)
{
  g_autoptr (GPtrArray) list = NULL;

  settle (f);
  list = test_list (f->db, STORE_LIST_ACTIVE);
  g_assert_cmpuint (list->len, ==, 1);

  return g_strdup (((StoreConversation *) g_ptr_array_index (list, 0))->title);
}

#define assert_title(f, expected)               \
  G_STMT_START                                  \
  {                                             \
    g_autofree char *title_ = stored_title (f); \
    g_assert_cmpstr (title_, ==, expected);     \
  }                                             \
  G_STMT_END

static void
test_title (Fixture *f, gconstpointer data)
{
  talk (f);
  /* The prompt that the model holds already, and one turn more. */
  g_assert_true (g_str_has_prefix (fake_generator_get_prompt (f->engine), "user:" QUESTION "|assistant:" ANSWER "|user:"));
  assert_title (f, QUESTION);
  fake_generator_say (f->engine, "\"Making ");
  fake_generator_say (f->engine, "Pancakes\"");
  fake_generator_end (f->engine, GLM_STOP_END);
  assert_title (f, "Making Pancakes");
  g_assert_cmpstr (myna_conversation_get_title (f->conversation), ==, "Making Pancakes");
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (f->conversation)), ==, 2);
}

/* A title is not thought about, and what was thought about the question makes none. */
static void
test_thoughts (Fixture *f, gconstpointer data)
{
  myna_conversation_send (f->conversation, QUESTION);
  wait_for (fake_generator_n_requests (f->engine) == 1);
  g_assert_false (fake_generator_get_no_thoughts (f->engine));
  fake_generator_write (f->engine, GLM_REPLY_THOUGHT, "Quantum physics, perhaps?");
  fake_generator_say (f->engine, ANSWER);
  settle (f);
  fake_generator_end (f->engine, GLM_STOP_END);
  wait_for (fake_generator_n_requests (f->engine) == 1);
  g_assert_true (fake_generator_get_no_thoughts (f->engine));
  fake_generator_write (f->engine, GLM_REPLY_THOUGHT, "Pancakes? ");
  fake_generator_say (f->engine, "Quantum physics");
  fake_generator_end (f->engine, GLM_STOP_END);
  assert_title (f, QUESTION);
}

static void
test_nonsense (Fixture *f, gconstpointer data)
{
  talk (f);
  fake_generator_say (f->engine, "I do not know that yet.");
  fake_generator_end (f->engine, GLM_STOP_END);
  assert_title (f, QUESTION);
  g_assert_cmpuint (fake_generator_n_requests (f->engine), ==, 0);
}

static void
test_cut_off (Fixture *f, gconstpointer data)
{
  talk (f);
  fake_generator_say (f->engine, "Pancakes");
  fake_generator_end (f->engine, GLM_STOP_LENGTH);
  assert_title (f, QUESTION);
}

/* Whatever is asked next goes first, and the title is not looked for again. */
static void
test_send (Fixture *f, gconstpointer data)
{
  talk (f);
  fake_generator_say (f->engine, "Pancakes");
  myna_conversation_send (f->conversation, "And waffles?");
  wait_for (strstr (fake_generator_get_prompt (f->engine), "waffles"));
  wait_for (fake_generator_n_requests (f->engine) == 1);
  fake_generator_say (f->engine, "The same way.");
  settle (f);
  fake_generator_end (f->engine, GLM_STOP_END);
  settle (f);
  g_assert_cmpuint (fake_generator_n_requests (f->engine), ==, 0);
  assert_title (f, QUESTION);
}

static void
test_renamed (Fixture *f, gconstpointer data)
{
  talk (f);
  test_do (f->db, store_rename_async, myna_conversation_get_id (f->conversation), "Breakfast", TRUE);
  fake_generator_say (f->engine, "Pancakes");
  fake_generator_end (f->engine, GLM_STOP_END);
  assert_title (f, "Breakfast");
}

static void
test_not_able (Fixture *f, gconstpointer data)
{
  myna_titler_set_able (f->titler, FALSE);
  myna_conversation_send (f->conversation, QUESTION);
  wait_for (fake_generator_n_requests (f->engine) == 1);
  fake_generator_say (f->engine, ANSWER);
  settle (f);
  fake_generator_end (f->engine, GLM_STOP_END);
  settle (f);
  g_assert_cmpuint (fake_generator_n_requests (f->engine), ==, 0);
}

static void
test_stopped (Fixture *f, gconstpointer data)
{
  myna_conversation_send (f->conversation, QUESTION);
  wait_for (fake_generator_n_requests (f->engine) == 1);
  fake_generator_say (f->engine, ANSWER);
  settle (f);
  fake_generator_end (f->engine, GLM_STOP_LENGTH);
  settle (f);
  g_assert_cmpuint (fake_generator_n_requests (f->engine), ==, 0);
}

static void
test_replies (void)
{
  static const struct
  {
    const char *reply, *title;
  } cases[] = {
    { "Pancake recipe", "Pancake recipe" },
    { "pancake recipe", "Pancake recipe" },
    { "Title: **Making pancakes**.", "Making pancakes" },
    { "Making\u202e pan\u2066cakes", "Making pancakes" },
    { "《煎饼的做法》", NULL }, /* of something else */
    { "Sure! Here is a title: Pancakes", NULL },
    { "I'm Myna, and I make pancakes.", NULL },
    { "Pancakes\n\nThis is about pancakes.", NULL },
    { "Quantum physics", NULL },
    { "A very long title about how one makes pancakes at home", NULL },
    { "<think> pancakes", NULL },
    { "Mix flour, milk and eggs.", NULL },
    { "???", NULL },
    { "", NULL },
  };
  g_autofree char *chinese = myna_title_from_reply ("标题：“煎饼的做法”。", "怎么做煎饼？", "加面粉。");

  g_assert_cmpstr (chinese, ==, "煎饼的做法");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *title = myna_title_from_reply (cases[i].reply, QUESTION, ANSWER);

      g_assert_cmpstr (title, ==, cases[i].title);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/titler/replies", test_replies);
  g_test_add ("/titler/title", Fixture, NULL, set_up, test_title, tear_down);
  g_test_add ("/titler/thoughts", Fixture, NULL, set_up, test_thoughts, tear_down);
  g_test_add ("/titler/nonsense", Fixture, NULL, set_up, test_nonsense, tear_down);
  g_test_add ("/titler/cut-off", Fixture, NULL, set_up, test_cut_off, tear_down);
  g_test_add ("/titler/send", Fixture, NULL, set_up, test_send, tear_down);
  g_test_add ("/titler/renamed", Fixture, NULL, set_up, test_renamed, tear_down);
  g_test_add ("/titler/not-able", Fixture, NULL, set_up, test_not_able, tear_down);
  g_test_add ("/titler/stopped", Fixture, NULL, set_up, test_stopped, tear_down);

  return g_test_run ();
}
