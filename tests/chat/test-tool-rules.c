/* test-tool-rules.c: what a person decided for a tool
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/tool-rules.h"
#include "store-test.h"
#include "tools/tools.h"

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
set_rule (StoreDb *db, const char *tool, gint64 chat, StoreRule rule)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  myna_tool_rule_set_async (db, tool, chat, rule, NULL, done_cb, &result);
  wait_for (result);
  store_finish (db, result, &error);
  g_assert_no_error (error);
}

static GPtrArray *
list_rules (StoreDb *db, GHashTable **ret_titles)
{
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *rules;

  myna_tool_rules_list_async (db, NULL, done_cb, &result);
  wait_for (result);
  rules = myna_tool_rules_list_finish (result, ret_titles, &error);
  g_assert_no_error (error);
  return rules;
}

static void
test_rules (void)
{
  g_autoptr (StoreDb) db = test_open_memory ();
  gint64 chat = test_add_conversation (db, "About rules");
  g_autoptr (GPtrArray) none = list_rules (db, NULL);
  g_autoptr (GPtrArray) rules = NULL;
  g_autoptr (GHashTable) titles = NULL;
  g_autoptr (GString) said = g_string_new (NULL);

  g_assert_cmpuint (none->len, ==, 0);
  set_rule (db, "calculate", 0, STORE_RULE_ALLOW);
  set_rule (db, "date_time", 0, STORE_RULE_ASK);
  set_rule (db, "search_chats", chat, STORE_RULE_ALLOW);
  rules = list_rules (db, &titles);
  g_assert_cmpuint (rules->len, ==, 3);
  g_assert_cmpuint (g_hash_table_size (titles), ==, 1);
  for (guint i = 0; i < rules->len; i++)
    {
      const StoreToolRule *rule = g_ptr_array_index (rules, i);
      g_autofree char *text = myna_tool_rule_describe (rule, g_hash_table_lookup (titles, &rule->conversation_id));

      g_string_append_printf (said, "%s: %s\n", rule->tool, text);
    }
  g_assert_cmpstr (said->str, ==,
                   "calculate: Allowed in all chats\ndate_time: Asks each time\n"
                   "search_chats: Allowed in “About rules”\n");
  g_assert_true (myna_tool_rules_allow (rules, "calculate"));
  g_assert_false (myna_tool_rules_allow (rules, "date_time"));
  g_assert_false (myna_tool_rules_allow (rules, "search_chats")); /* in one chat alone */
  g_assert_false (myna_tool_rules_allow (rules, "nobody_knows"));
  g_assert_false (myna_tool_rules_allow (NULL, "calculate"));

  /* Another tool of the same name is another tool. */
  for (guint i = 0; i < rules->len; i++)
    {
      StoreToolRule *rule = g_ptr_array_index (rules, i);

      g_free (rule->fingerprint);
      rule->fingerprint = g_strdup ("of another one");
    }
  g_assert_false (myna_tool_rules_allow (rules, "calculate"));

  set_rule (db, "calculate", 0, STORE_RULE_NONE);
  g_clear_pointer (&rules, g_ptr_array_unref);
  rules = list_rules (db, NULL);
  g_assert_cmpuint (rules->len, ==, 2);
  store_close (db);
}

/* A chat whose title is not known, one without, and a question in one. */
static void
test_words (void)
{
  StoreToolRule rule = { .tool = (char *) "calculate", .conversation_id = 7, .rule = STORE_RULE_ALLOW };
  g_autofree char *unknown = myna_tool_rule_describe (&rule, NULL);
  g_autofree char *untitled = myna_tool_rule_describe (&rule, "");
  g_autofree char *asks = NULL;

  rule.rule = STORE_RULE_ASK;
  asks = myna_tool_rule_describe (&rule, "Title");
  g_assert_cmpstr (unknown, ==, "Allowed in a chat");
  g_assert_cmpstr (untitled, ==, "Allowed in “Untitled chat”");
  g_assert_cmpstr (asks, ==, "Asks each time in one chat");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/tool-rules/rules", test_rules);
  g_test_add_func ("/tool-rules/words", test_words);
  return g_test_run ();
}
