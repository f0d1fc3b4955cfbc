/* conversation-fixture.c: a conversation over a store in memory and a fake engine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "conversation-fixture.h"

void
fixture_setup (Fixture *f, gconstpointer data)
{
  f->db = test_open_memory ();
  f->engine = fake_generator_new ();
  f->conversation = myna_conversation_new (f->db, MYNA_GENERATOR (f->engine), 0);
}

guint
fixture_n_items (Fixture *f)
{
  return g_list_model_get_n_items (G_LIST_MODEL (f->conversation));
}

/* Borrowed: the list keeps it. */
MynaMessage *
fixture_item (Fixture *f, guint position)
{
  g_autoptr (MynaMessage) message = g_list_model_get_item (G_LIST_MODEL (f->conversation), position);

  g_assert_nonnull (message);
  return message;
}

void
fixture_idle (Fixture *f)
{
  wait_for (!myna_conversation_get_busy (f->conversation) && !myna_conversation_get_loading (f->conversation));
}

/* Waits till the store has done all that was asked of it, and what its signals led to. */
void
fixture_settle (Fixture *f)
{
  for (int i = 0; i < 3; i++)
    {
      g_autoptr (GPtrArray) list = test_list (f->db, STORE_LIST_ACTIVE);

      while (g_main_context_iteration (NULL, FALSE))
        ;
    }
}

void
fixture_teardown (Fixture *f, gconstpointer data)
{
  fake_generator_forget (f->engine);
  if (!f->closed)
    fixture_settle (f);
  g_assert_finalize_object (f->conversation);
  g_clear_object (&f->engine);
  store_close (f->db);
  g_assert_finalize_object (f->db);
}

void
fixture_requested (Fixture *f)
{
  wait_for (fake_generator_n_requests (f->engine) > 0);
}

void
fixture_exchange (Fixture *f, const char *question, const char *answer)
{
  myna_conversation_send (f->conversation, question);
  fixture_requested (f);
  fake_generator_say (f->engine, answer);
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
}

/* The branch as "role:text|role:text", as the store would show it after a restart. */
char *
fixture_stored (Fixture *f)
{
  g_autoptr (GPtrArray) branch = test_branch (f->db, myna_conversation_get_id (f->conversation), 0);
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < branch->len; i++)
    {
      StoreMessage *listed = g_ptr_array_index (branch, i);
      g_autoptr (StoreMessage) message = test_get_message (f->db, listed->id);

      g_string_append_printf (out, "%s%s:%s", i ? "|" : "", message->role == STORE_ROLE_USER ? "u" : "a", message->text);
    }
  return g_string_free (out, FALSE);
}

char *
fixture_shown (Fixture *f)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < fixture_n_items (f); i++)
    g_string_append_printf (out, "%s%s:%s", i ? "|" : "",
                            myna_message_get_role (fixture_item (f, i)) == STORE_ROLE_USER ? "u" : "a",
                            myna_message_get_text (fixture_item (f, i)));
  return g_string_free (out, FALSE);
}

void
fixture_load_all (Fixture *f)
{
  for (guint i = 0; i < fixture_n_items (f); i++)
    {
      myna_conversation_load_range (f->conversation, i, i);
      wait_for (myna_message_get_loaded (fixture_item (f, i)));
    }
}
