/* test-row-estimate.c: how high a message is, before there is a row for it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/row-estimate.h"

#include "chat/message-words.h"
#include "chat/myna-message-private.h"

/* A folded thought takes the room of its head, however long it is. */
static void
test_folded (void)
{
  g_autofree char *thought = g_strnfill (20000, 'x');
  g_autofree char *text = g_strconcat ("<think>", thought, "</think>So", NULL);
  g_autoptr (MynaMessage) folded = myna_message_new (1, STORE_ROLE_ASSISTANT, text);
  g_autoptr (MynaMessage) shown = myna_message_new (1, STORE_ROLE_ASSISTANT, thought);
  g_autofree char *copy = myna_message_dup_copy (folded);

  g_assert_cmpint (myna_row_estimate_height (folded, 700), <, 200);
  g_assert_cmpint (myna_row_estimate_height (shown, 700), >, 2000);
  g_assert_cmpstr (copy, ==, "So"); /* nor is it copied */
}

/* A question's bubble is narrower than a reply; what a tool gave is folded; a narrow window makes all higher. */
static void
test_kinds (void)
{
  g_autofree char *text = g_strnfill (5000, 'x');
  g_autoptr (MynaMessage) question = myna_message_new (1, STORE_ROLE_USER, text);
  g_autoptr (MynaMessage) reply = myna_message_new (1, STORE_ROLE_ASSISTANT, text);
  g_autoptr (MynaMessage) result = myna_message_new (1, STORE_ROLE_OBSERVATION, text);

  g_assert_cmpint (myna_row_estimate_kind (question), ==, MYNA_MESSAGE_ROW_QUESTION);
  g_assert_cmpint (myna_row_estimate_kind (reply), ==, MYNA_MESSAGE_ROW_REPLY);
  g_assert_cmpint (myna_row_estimate_kind (result), ==, MYNA_MESSAGE_ROW_RESULT);
  g_assert_cmpint (myna_row_estimate_height (question, 700), >, myna_row_estimate_height (reply, 700));
  g_assert_cmpint (myna_row_estimate_height (result, 700), <, 100);
  g_assert_cmpint (myna_row_estimate_height (reply, 300), >, myna_row_estimate_height (reply, 700));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/row-estimate/folded", test_folded);
  g_test_add_func ("/row-estimate/kinds", test_kinds);
  return g_test_run ();
}
