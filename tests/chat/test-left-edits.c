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

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/left-edits/edits", test_left_edits);
  g_test_add_func ("/left-edits/draft", test_draft);
  return g_test_run ();
}
