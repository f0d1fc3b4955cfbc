/* test-left-edits.c: questions that are being edited and were not asked yet
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/left-edits.h"
#include "chat/myna-draft.h"
#include "store-test.h"

static void
changed_cb (guint *n_changed, gint64 chat_id)
{
  g_assert_cmpint (chat_id, ==, 1);
  ++*n_changed;
}

static void
test_left_edits (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  MynaLeftEdits *edits = myna_left_edits_of (db);
  g_autofree char *both = NULL, *rest = NULL;
  guint n_changed = 0;

  g_assert_true (edits == myna_left_edits_of (db));
  g_signal_connect_swapped (edits, "changed", G_CALLBACK (changed_cb), &n_changed);
  myna_left_edits_put (edits, &(StoreMessage){ .id = 0, .conversation_id = 1 }, "of no message");
  myna_left_edits_put (edits, &(StoreMessage){ .id = 9, .conversation_id = 1 }, "firs");
  myna_left_edits_put (edits, &(StoreMessage){ .id = 5, .conversation_id = 1 }, "second");
  myna_left_edits_put (edits, &(StoreMessage){ .id = 9, .conversation_id = 1 }, "first");
  g_assert_cmpuint (n_changed, ==, 3);
  g_assert_cmpstr (myna_left_edits_find (edits, 9)->text, ==, "first");
  both = myna_left_edits_dup_text (edits, 1);
  g_assert_cmpstr (both, ==, "first\n\nsecond");
  g_assert_null (myna_left_edits_dup_text (edits, 2));

  myna_left_edits_drop (edits, 9);
  myna_left_edits_drop (edits, 9);
  g_assert_cmpuint (n_changed, ==, 4);
  g_assert_null (myna_left_edits_find (edits, 9));
  rest = myna_left_edits_dup_text (edits, 1);
  g_assert_cmpstr (rest, ==, "second");
  store_close (db);
}

/* What stands in the row is what the next start of the program finds; in this one the question's own row has it. */
static void
test_draft (void)
{
  static const struct
  {
    const char *stored, *text;
  } cases[] = { { NULL, NULL },
                { "edited", NULL },
                { "edited\n\nwritten", "written" },
                { "edited too", "edited too" },
                { "written", "written" } };
  g_autoptr (StoreDb) db = test_open_memory ();

  myna_left_edits_put (myna_left_edits_of (db), &(StoreMessage){ .id = 9, .conversation_id = 1 }, "edited");
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      MynaDraft *draft = myna_draft_new (db, 1);

      g_assert_true (myna_draft_take_stored (draft, cases[i].stored) == (cases[i].text != NULL));
      g_assert_cmpstr (myna_draft_get_text (draft), ==, cases[i].text);
      myna_draft_free (draft);
    }
  store_close (db);
}

/* What could not be saved and was typed on is not said twice. */
static void
test_typed_on (void)
{
  static const struct
  {
    const char *stored, *text;
  } cases[] = { { "half", "half a question" }, { "after", "precious\n\nafter" }, { "other", "other\n\nhalf" } };
  g_autoptr (StoreDb) db = test_open_memory ();

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      MynaDraft *draft = myna_draft_new (db, 1);

      myna_draft_set_text (draft, i == 2 ? "half" : cases[i].text);
      myna_draft_take_stored (draft, cases[i].stored);
      g_assert_cmpstr (myna_draft_get_text (draft), ==, cases[i].text);
      myna_draft_free (draft);
    }
  store_close (db);
}

/* The same history, opened anew. */
static void
test_move (void)
{
  g_autoptr (StoreDb) before = test_open_memory (), after = test_open_memory ();

  myna_left_edits_put (myna_left_edits_of (before), &(StoreMessage){ .id = 9, .conversation_id = 1 }, "edited");
  myna_left_edits_move (before, after);
  g_assert_null (myna_left_edits_find (myna_left_edits_of (before), 9));
  g_assert_nonnull (myna_left_edits_find (myna_left_edits_of (after), 9));
  store_close (before);
  store_close (after);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/left-edits/edits", test_left_edits);
  g_test_add_func ("/left-edits/draft", test_draft);
  g_test_add_func ("/left-edits/typed-on", test_typed_on);
  g_test_add_func ("/left-edits/move", test_move);
  return g_test_run ();
}
