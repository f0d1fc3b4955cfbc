/* test-sources.c: documents in a chat: what its model is given, and what a reply may cite
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "chat/myna-attachment.h"
#include "chat/myna-documents.h"
#include "chat/myna-sources.h"
#include "conversation-fixture.h"

static char *
make_json (void)
{
  g_autoptr (GPtrArray) attachments = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_attachment_free);
  g_autoptr (GString) text = g_string_new (NULL);
  MynaAttachment *attachment;

  for (guint i = 1; i <= 100; i++)
    {
      g_string_append_printf (text, "%s[Page %u]\n\n", i > 1 ? "\n\n" : "", i);
      for (guint k = 0; k < 20; k++)
        g_string_append_printf (text, "Filling of line %u, which says nothing of weight.\n", k);
      g_string_append (text, i == 7 ? "The ferry leaves at noon." : i == 70 ? "A ticket costs nine crowns." : "");
    }
  attachment = myna_attachment_new ("harbor.pdf", text->str);
  attachment->n_pages = 100;
  attachment->type = g_strdup ("pdf");
  g_ptr_array_add (attachments, attachment);
  return myna_attachments_to_json (attachments);
}

static void
reply (Fixture *f, const char *text)
{
  fixture_requested (f);
  fake_generator_say (f->engine, text);
  fake_generator_end (f->engine, GLM_STOP_END);
  fixture_idle (f);
  fixture_settle (f);
}

/* What the first question was given stands in the second's prompt as it was, at its beginning. */
static void
test_prompt (Fixture *f, gconstpointer data)
{
  g_autofree char *json = make_json (), *first = NULL;
  const char *second;

  myna_conversation_send_full (f->conversation, "When does the ferry leave?", json);
  fixture_requested (f);
  first = g_strdup (fake_generator_get_prompt (f->engine));
  g_assert_nonnull (strstr (first, "harbor.pdf, page 7"));
  g_assert_nonnull (strstr (first, "The ferry leaves at noon."));
  g_assert_null (strstr (first, "nine crowns"));
  g_assert_nonnull (strstr (first, "[1]"));
  g_assert_true (g_str_has_suffix (first, "When does the ferry leave?"));
  reply (f, "At noon [1].");

  myna_conversation_send_full (f->conversation, "What does a ticket cost?", NULL);
  fixture_requested (f);
  second = fake_generator_get_prompt (f->engine);
  g_assert_true (g_str_has_prefix (second, first));
  g_assert_nonnull (strstr (second, "nine crowns"));
  reply (f, "Nine crowns.");
}

/* Only what was given is a source, of all questions before the reply. */
static void
test_sources (Fixture *f, gconstpointer data)
{
  g_autofree char *json = make_json ();
  MynaSources *sources = NULL;
  g_autoptr (GPtrArray) one = NULL, two = NULL;
  guint first_own;

  myna_conversation_send_full (f->conversation, "When does the ferry leave?", json);
  reply (f, "At noon.");
  myna_conversation_send_full (f->conversation, "What does a ticket cost?", NULL);
  reply (f, "Nine crowns.");
  sources = myna_sources_get (f->conversation);
  fixture_settle (f);
  one = myna_sources_list (sources, fixture_item (f, 1), &first_own);
  g_assert_cmpuint (first_own, ==, 0);
  two = myna_sources_list (sources, fixture_item (f, 3), &first_own);
  g_assert_cmpuint (first_own, ==, one->len);
  g_assert_cmpuint (two->len, >, one->len);
  g_assert_null (myna_sources_find (one, ((StorePassage *) two->pdata[first_own])->number));
  g_assert_null (myna_sources_list (sources, fixture_item (f, 0), NULL));
  g_assert_cmpstr (myna_sources_get_question (sources, fixture_item (f, 3)), ==, "What does a ticket cost?");
}

static void
document_changed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(gboolean *) user_data = myna_document_finish (result, NULL);
}

/* A document that is taken away is neither in the next prompt nor a source. */
static void
test_removed (Fixture *f, gconstpointer data)
{
  g_autofree char *json = make_json ();
  g_autoptr (GPtrArray) documents = NULL;
  gboolean done = FALSE;

  myna_conversation_send_full (f->conversation, "When does the ferry leave?", json);
  reply (f, "At noon [1].");
  documents = test_wait_list (TEST_CALL (f->db, store_list_documents_async, myna_conversation_get_id (f->conversation)), NULL);
  g_assert_cmpuint (documents->len, ==, 1);
  myna_document_remove_async (f->conversation, documents->pdata[0], document_changed_cb, &done);
  wait_for (done);
  fixture_settle (f);
  g_assert_null (myna_message_get_record (fixture_item (f, 0))->attachments);
  g_assert_null (myna_sources_list (myna_sources_get (f->conversation), fixture_item (f, 1), NULL));
  myna_conversation_send_full (f->conversation, "And now?", NULL);
  fixture_requested (f);
  g_assert_null (strstr (fake_generator_get_prompt (f->engine), "harbor.pdf"));
  reply (f, "I do not know.");
}

/* … also where that happens while a reply about it is written: the reply stays, with nothing that it could cite. */
static void
test_removed_meanwhile (Fixture *f, gconstpointer data)
{
  g_autofree char *json = make_json ();
  g_autoptr (GPtrArray) documents = NULL;
  gboolean done = FALSE;

  myna_conversation_send_full (f->conversation, "When does the ferry leave?", json);
  fixture_requested (f);
  fake_generator_say (f->engine, "At ");
  documents = test_wait_list (TEST_CALL (f->db, store_list_documents_async, myna_conversation_get_id (f->conversation)), NULL);
  myna_document_remove_async (f->conversation, documents->pdata[0], document_changed_cb, &done);
  wait_for (done);
  reply (f, "noon [1].");
  fixture_settle (f);
  assert_shown (f, "u:When does the ferry leave?|a:At noon [1].");
  g_assert_null (myna_sources_list (myna_sources_get (f->conversation), fixture_item (f, 1), NULL));
  myna_conversation_send_full (f->conversation, "And now?", NULL);
  fixture_requested (f);
  g_assert_null (strstr (fake_generator_get_prompt (f->engine), "harbor.pdf"));
  reply (f, "I do not know.");
}

static void
test_link (void)
{
  static const struct
  {
    const char *text, *linked;
  } cases[] = {
    { "Noon [1].", "Noon [&#91;1&#93;](<myna-source:1 a b.pdf, page 7>)." },
    { "Noon 【1】.", "Noon [【1】](<myna-source:1 a b.pdf, page 7>)." },
    { "Noon [1, 2].", "Noon [[1](<myna-source:1 a b.pdf, page 7>), 2]." },
    { "[2] [1](http://x)", "[2] [1](http://x)" },
    { "`a[1]` and\n```\nb[1]\n```\n", "`a[1]` and\n```\nb[1]\n```\n" },
    { "``` [1] never closed", "``` [1] never closed" },
    { "", "" },
  };
  g_autoptr (GPtrArray) sources = g_ptr_array_new_with_free_func ((GDestroyNotify) store_passage_free);
  StorePassage *passage = store_passage_new ();

  passage->number = 1;
  passage->page = 7;
  g_free (passage->name);
  passage->name = g_strdup ("a>b.pdf");
  g_ptr_array_add (sources, passage);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *linked = myna_sources_link (sources, cases[i].text);

      g_assert_cmpstr (linked, ==, cases[i].linked);
    }
}

static void
test_describe (void)
{
  g_autoptr (GPtrArray) sources = g_ptr_array_new_with_free_func ((GDestroyNotify) store_passage_free);
  g_autofree char *all = NULL, *last = NULL;

  for (guint i = 1; i <= 2; i++)
    {
      StorePassage *passage = store_passage_new ();

      passage->number = passage->page = i;
      g_free (passage->name);
      passage->name = g_strdup ("a.pdf");
      g_ptr_array_add (sources, passage);
    }
  all = myna_passages_describe (sources, 0);
  last = myna_passages_describe (sources, 1);
  g_assert_cmpstr (all, ==, "[1] a.pdf, page 1\n[2] a.pdf, page 2\n");
  g_assert_cmpstr (last, ==, "[2] a.pdf, page 2\n");
}

static void
test_needle (void)
{
  g_autofree char *english = myna_sources_dup_needle ("When is the ferry?"), *chinese = myna_sources_dup_needle ("渡轮 ok");

  g_assert_cmpstr (english, ==, "When\nferry");
  g_assert_cmpstr (chinese, ==, "渡轮");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, function) g_test_add ("/sources/" name, Fixture, NULL, fixture_setup, function, fixture_teardown)
  ADD ("prompt", test_prompt);
  ADD ("sources", test_sources);
  ADD ("removed", test_removed);
  ADD ("removed-meanwhile", test_removed_meanwhile);
  g_test_add_func ("/sources/link", test_link);
  g_test_add_func ("/sources/describe", test_describe);
  g_test_add_func ("/sources/needle", test_needle);

  return g_test_run ();
}
