/* test-left-chats.c: where the person was in the chats that they looked at before
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/left-chats.h"
#include "store-test.h"

static void
count_cb (gpointer user_data)
{
  ++*(guint *) user_data;
}

/* A chat that was left at its end, with nothing attached, is not remembered; with the store everything is forgotten. */
static void
test_left_chats (void)
{
  StoreDb *db = test_open_memory ();
  StoreDb *other = test_open_memory ();
  GPtrArray *attachments = g_ptr_array_new_with_free_func (count_cb);
  g_autofree char *unsaved = NULL;
  MynaLeftChat *left;
  guint n_freed = 0;

  g_ptr_array_add (attachments, &n_freed);
  g_assert_null (myna_left_chats_get (db, 7));
  myna_left_chats_put (db, 7, &(MynaLeftChat){ .message_id = 3, .offset = 12, .attachments = attachments });
  left = myna_left_chats_get (db, 7);
  g_assert_nonnull (left);
  g_assert_cmpint (left->message_id, ==, 3);
  g_assert_cmpint (left->offset, ==, 12);
  g_assert_null (myna_left_chats_get (db, 8));
  g_assert_null (myna_left_chats_get (other, 7));

  myna_left_chats_put (db, 8, &(MynaLeftChat){ .message_id = 4 });
  myna_left_chats_put (db, 8, &(MynaLeftChat){ 0 });
  g_assert_null (myna_left_chats_get (db, 8));

  /* What could not be saved is taken once; the same history, opened anew, has the rest. */
  myna_left_chats_put (db, 9, &(MynaLeftChat){ .unsaved = g_strdup ("precious") });
  myna_left_chats_move (db, other);
  g_assert_null (myna_left_chats_get (db, 7));
  g_assert_nonnull (myna_left_chats_get (other, 7));
  unsaved = myna_left_chats_take_unsaved (other, 9);
  g_assert_cmpstr (unsaved, ==, "precious");
  g_assert_null (myna_left_chats_take_unsaved (other, 9));
  g_assert_null (myna_left_chats_take_unsaved (other, 8));
  myna_left_chats_move (other, db);

  store_close (other);
  g_object_unref (other);
  g_assert_cmpuint (n_freed, ==, 0);
  store_close (db);
  g_object_unref (db);
  g_assert_cmpuint (n_freed, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/left-chats", test_left_chats);
  return g_test_run ();
}
