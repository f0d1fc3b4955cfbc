/* test-tool-offer.c: which tools a conversation offers, what they cost, and why there are none
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-tool-offer.h"
#include "conversation-fixture.h"

typedef struct
{
  Fixture base;
  MynaToolOffer *offer;
} Offer;

static void
set_up (Offer *o, gconstpointer data)
{
  fixture_setup (&o->base, data);
  fake_generator_set_context_length (o->base.engine, 100000);
  o->offer = myna_tool_offer_new ();
  myna_tool_offer_set_conversation (o->offer, o->base.conversation);
}

static void
tear_down (Offer *o, gconstpointer data)
{
  g_clear_object (&o->offer);
  fixture_teardown (&o->base, data);
}

static gboolean
has_cost (Offer *o, gsize *ret_n_tokens)
{
  int length;

  return myna_tool_offer_get_cost (o->offer, ret_n_tokens, &length);
}

/* The tools that the model is offered with the next question. */
static void
assert_offered (Offer *o, const char *expected)
{
  myna_conversation_send (o->base.conversation, "q");
  fixture_requested (&o->base);
  g_assert_cmpstr (fake_generator_get_tools (o->base.engine), ==, expected);
  fake_generator_end (o->base.engine, GLM_STOP_END);
  fixture_idle (&o->base);
}

static void
test_choose (Offer *o, gconstpointer data)
{
  gsize one, two;

  g_assert_cmpuint (myna_tool_offer_get_n_on (o->offer), ==, 0);
  myna_tool_offer_set_on (o->offer, "calculate", TRUE);
  g_assert_true (myna_tool_offer_is_on (o->offer, "calculate"));
  wait_for (has_cost (o, &one));
  assert_offered (o, "calculate");
  myna_tool_offer_set_on (o->offer, "search_chats", TRUE);
  g_assert_cmpuint (myna_tool_offer_get_n_on (o->offer), ==, 2);
  wait_for (has_cost (o, &two));
  g_assert_cmpuint (two, >, one);
  /* What goes on with long results comes with those that read. */
  assert_offered (o, "calculate,search_chats,read_more");
  myna_tool_offer_set_on (o->offer, "calculate", FALSE);
  myna_tool_offer_set_on (o->offer, "search_chats", FALSE);
  g_assert_cmpuint (myna_tool_offer_get_n_on (o->offer), ==, 0);
  assert_offered (o, "");
}

/* The other settings of the chat stay as they are. */
static void
test_settings (Offer *o, gconstpointer data)
{
  myna_conversation_set_settings (o->base.conversation, "{\"system\":\"Be brief.\",\"temperature\":0.5}");
  myna_tool_offer_set_on (o->offer, "date_time", TRUE);
  g_assert_cmpstr (myna_conversation_get_settings (o->base.conversation), ==,
                   "{\"system\":\"Be brief.\",\"tools\":[\"date_time\"],\"mode\":\"tools\",\"temperature\":0.5}");
}

/* More than a quarter of the context is refused, and the person is told what was. */
static void
test_too_long (Offer *o, gconstpointer data)
{
  gsize n_tokens;

  myna_tool_offer_set_on (o->offer, "date_time", TRUE);
  wait_for (has_cost (o, &n_tokens));
  fake_generator_set_context_length (o->base.engine, (int) n_tokens * MYNA_TOOL_OFFER_SHARE);
  myna_tool_offer_set_on (o->offer, "calculate", TRUE);
  wait_for (myna_tool_offer_get_refused (o->offer));
  g_assert_cmpstr (myna_tool_offer_get_refused (o->offer), ==, "calculate");
  g_assert_false (myna_tool_offer_is_on (o->offer, "calculate"));
  g_assert_true (myna_tool_offer_is_on (o->offer, "date_time"));
  /* What takes its place may fit. */
  myna_tool_offer_set_on (o->offer, "date_time", FALSE);
  g_assert_null (myna_tool_offer_get_refused (o->offer));
  myna_tool_offer_set_on (o->offer, "calculate", TRUE);
  wait_for (has_cost (o, &n_tokens));
  g_assert_true (myna_tool_offer_is_on (o->offer, "calculate"));
  g_assert_false (myna_tool_offer_is_too_much (o->offer));
}

/* What new chats begin with may be too much for a model: that is said, and nothing taken away. */
static void
test_defaults (Offer *o, gconstpointer data)
{
  gsize n_tokens;

  fake_generator_set_context_length (o->base.engine, 100);
  myna_conversation_set_settings (o->base.conversation, "{\"tools\":[\"calculate\"]}");
  wait_for (has_cost (o, &n_tokens));
  g_assert_true (myna_tool_offer_is_too_much (o->offer));
  g_assert_true (myna_tool_offer_is_on (o->offer, "calculate"));
}

/* Nothing is loaded: what is chosen stays, and its cost is not known. */
static void
test_not_loaded (Offer *o, gconstpointer data)
{
  gsize n_tokens;

  fake_generator_set_context_length (o->base.engine, 0);
  myna_tool_offer_set_on (o->offer, "calculate", TRUE);
  fixture_settle (&o->base);
  g_assert_false (has_cost (o, &n_tokens));
  g_assert_true (myna_tool_offer_is_on (o->offer, "calculate"));
  g_assert_null (myna_tool_offer_get_refused (o->offer));
}

static void
test_untrained (Offer *o, gconstpointer data)
{
  gsize n_tokens;

  g_assert_cmpint (myna_tool_offer_get_calling (o->offer), ==, GLM_CALLING_TRAINED);
  fake_generator_edit_info (o->base.engine)->calling = GLM_CALLING_UNTRAINED;
  g_assert_cmpint (myna_tool_offer_get_calling (o->offer), ==, GLM_CALLING_UNTRAINED);
  myna_tool_offer_set_on (o->offer, "calculate", TRUE);
  fixture_settle (&o->base);
  g_assert_false (has_cost (o, &n_tokens));
}

#define ADD(path, func) g_test_add ("/tool-offer/" path, Offer, NULL, set_up, func, tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  ADD ("choose", test_choose);
  ADD ("settings", test_settings);
  ADD ("too-long", test_too_long);
  ADD ("defaults", test_defaults);
  ADD ("not-loaded", test_not_loaded);
  ADD ("untrained", test_untrained);
  return g_test_run ();
}
