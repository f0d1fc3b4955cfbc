/* test-attachment.c: what a message keeps of its files, and what of them a model is given
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <string.h>

#include "chat/myna-attachment.h"
#include "chat/myna-documents.h"

static char *
to_json (const char *name, const char *text, guint n_pages)
{
  g_autoptr (GPtrArray) attachments = g_ptr_array_new_with_free_func ((GDestroyNotify) myna_attachment_free);
  MynaAttachment *attachment = myna_attachment_new (name, text);

  attachment->n_pages = n_pages;
  g_ptr_array_add (attachments, attachment);
  return myna_attachments_to_json (attachments);
}

static void
test_pages (void)
{
  g_autofree char *json = to_json ("report.pdf", "[Page 1]\n\nWords", 12);
  g_autoptr (GPtrArray) read = myna_attachments_from_json (json);
  const MynaAttachment *attachment = g_ptr_array_index (read, 0);
  g_autofree char *words = myna_attachment_describe (attachment);

  g_assert_cmpuint (read->len, ==, 1);
  g_assert_cmpstr (attachment->name, ==, "report.pdf");
  g_assert_cmpstr (attachment->text, ==, "[Page 1]\n\nWords");
  g_assert_cmpuint (attachment->n_pages, ==, 12);
  g_assert_true (g_str_has_prefix (words, "12 pages · "));
}

/* Messages of earlier versions, and of other programs. */
static void
test_without_pages (void)
{
  static const char *const jsons[] = { "[{\"name\": \"a.txt\", \"text\": \"b\"}]",
                                       "[{\"name\": \"a.txt\", \"pages\": \"many\", \"text\": \"b\"}]",
                                       "[{\"name\": \"a.txt\", \"text\": \"b\", \"pages\": \"-\", \"other\": \"c\"}]" };

  for (guint i = 0; i < G_N_ELEMENTS (jsons); i++)
    {
      g_autoptr (GPtrArray) read = myna_attachments_from_json (jsons[i]);

      g_assert_cmpuint (read->len, ==, 1);
      g_assert_cmpuint (((MynaAttachment *) read->pdata[0])->n_pages, ==, 0);
    }
}

/* A program that opens report.pdf would expect a PDF. */
static void
test_as_files (void)
{
  g_autofree char *pdf = to_json ("Report.PDF", "Words", 1), *csv = to_json ("table.csv", "a,b\n", 0);
  g_autofree char *with_pdf = myna_attachments_prepend (pdf, NULL, "Why?", TRUE),
                  *with_csv = myna_attachments_prepend (csv, NULL, "Why?", TRUE);
  g_autofree char *whole = myna_attachments_prepend (pdf, NULL, "Why?", FALSE);

  g_assert_cmpstr (with_pdf, ==, "/mnt/data/Report.PDF.md\n```\nWords\n```\n\nWhy?");
  g_assert_cmpstr (with_csv, ==, "/mnt/data/table.csv\n```\na,b\n```\n\nWhy?");
  g_assert_cmpstr (whole, ==, "Report.PDF\n```\nWords\n```\n\nWhy?");
}

/* The beginning of a long text that is in the history: its size is that of the whole, and it is written as it was read. */
static void
test_beginning (void)
{
  static const char json[] = "[{\"name\": \"a.txt\", \"text\": \"Words\", \"bytes\": \"50000000\", \"document\": \"0123\", "
                             "\"use\": \"passages\"}]";
  g_autoptr (GPtrArray) read = myna_attachments_from_json (json);
  g_autofree char *again = myna_attachments_to_json (read), *size = myna_attachment_describe (read->pdata[0]);
  g_autofree char *as_file = myna_attachments_prepend (json, NULL, "Why?", TRUE), *foreseen = NULL;

  g_assert_cmpstr (again, ==, json);
  g_assert_true (g_str_has_prefix (size, "50.0"));
  g_assert_cmpstr (as_file, ==, "/mnt/data/a.txt\n```\nWords\n```\n[… some 49999995 bytes more]\n\nWhy?");
  foreseen = myna_attachments_foresee (json, "Why?", 8192, FALSE);
  g_assert_cmpstr (foreseen, ==, "Why?");
}

/* What cannot stand in JSON as it is comes back; a list of names has the sizes, and beginnings in whole characters. */
static void
test_list (void)
{
  static const char piece[] = "\"模\"\t\\\n\1é";
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *json = NULL, *words = NULL, *listed_words = NULL, *lines = NULL;
  g_autoptr (GPtrArray) read = NULL, listed = NULL;
  const MynaAttachment *whole, *beginning;

  while (text->len < 1 << 20)
    g_string_append (text, piece);
  json = to_json ("table.csv", text->str, 3);
  read = myna_attachments_from_json (json);
  listed = myna_attachments_list (json);
  g_assert_cmpuint (read->len, ==, 1);
  g_assert_cmpuint (listed->len, ==, 1);
  whole = read->pdata[0];
  beginning = listed->pdata[0];
  g_assert_cmpstr (whole->text, ==, text->str);
  words = myna_attachment_describe (whole);
  listed_words = myna_attachment_describe (beginning);
  g_assert_cmpstr (listed_words, ==, words);
  g_assert_cmpstr (beginning->name, ==, "table.csv");
  g_assert_cmpuint (strlen (beginning->text), <, 1 << 17);
  g_assert_true (g_str_has_prefix (text->str, beginning->text));
  g_assert_true (g_utf8_validate (beginning->text, -1, NULL));
  lines = myna_attachments_describe (json);
  g_assert_true (g_str_has_prefix (lines, "table.csv · 3 pages · "));
  g_assert_true (g_str_has_suffix (lines, words));
}

/* How much of it a model is given is said in words. */
static void
test_document (void)
{
  StoreDocument document = { .n_pages = 2, .n_bytes = 7000, .use = STORE_USE_PASSAGES };
  g_autofree char *passages = myna_document_describe (&document), *whole = NULL;

  g_assert_true (g_str_has_prefix (passages, "2 pages · about "));
  g_assert_true (g_str_has_suffix (passages, " tokens · passages"));
  document.use = STORE_USE_WHOLE;
  whole = myna_document_describe (&document);
  g_assert_true (g_str_has_suffix (whole, " · whole text"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/attachment/pages", test_pages);
  g_test_add_func ("/attachment/without-pages", test_without_pages);
  g_test_add_func ("/attachment/as-files", test_as_files);
  g_test_add_func ("/attachment/beginning", test_beginning);
  g_test_add_func ("/attachment/list", test_list);
  g_test_add_func ("/attachment/document", test_document);
  return g_test_run ();
}
