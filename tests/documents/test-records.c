/* test-records.c: what the process that reads documents says is checked
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <string.h>

#include "documents/document-records.h"

/* In pieces of this size; NULL and an error where they are refused. */
static Document *
parse (const char *bytes, gsize piece, GError **error)
{
  g_autoptr (DocumentRecords) records = document_records_new ();
  gsize n = strlen (bytes);

  for (gsize at = 0; at < n; at += piece)
    if (!document_records_add (records, bytes + at, MIN (piece, n - at), error))
      return NULL;
  return document_records_finish (records, error);
}

static void
test_whole (void)
{
  static const char whole[] =
      "type 0 3\npdfpage 1 0\nheading 2 3\nOnetext 0 5\nabc\ndraw 0 2\n\nepage 2 0\ntext 0 6\n世界end 0 0\n";

  for (gsize piece = 1; piece < sizeof whole; piece++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (Document) document = parse (whole, piece, &error);
      g_autofree char *text = NULL;

      g_assert_no_error (error);
      g_assert_cmpstr (document->type, ==, "pdf");
      g_assert_cmpuint (document->n_pages, ==, 2);
      g_assert_cmpuint (document->blocks->len, ==, 3);
      g_assert_cmpuint (g_array_index (document->blocks, DocumentBlock, 2).page, ==, 2);
      text = document_dup_text (document);
      g_assert_cmpstr (text, ==, "[Page 1]\n\n## One\n\nabc\nd\ne\n\n[Page 2]\n\n世界");
    }
}

static void
test_refused (void)
{
  static const char *const refused[] = {
    "",
    "end 0 0\n",
    "type 0 3\npdfend 0 0\n",                         /* no text */
    "type 0 3\npdftext 0 1\na",                       /* no end */
    "type 0 3\npdftext 0 5\na",                       /* cut */
    "type 0 3\npdftext 0 1\naend 0 0\ntext 0 1\nb",   /* goes on */
    "text 0 1\naend 0 0\n",                           /* no type */
    "type 0 3\npdftype 0 3\npdftext 0 1\naend 0 0\n", /* two types */
    "type 0 3\npdfpage 2 0\ntext 0 1\naend 0 0\n",    /* pages count from 1 */
    "type 0 3\npdfpage 1 0\npage 1 0\ntext 0 1\naend 0 0\n",
    "type 0 3\npdfheading 0 1\naend 0 0\n",
    "type 0 3\npdfheading 7 1\naend 0 0\n",
    "type 0 3\npdftext 0 0\nend 0 0\n",
    "type 0 3\npdftext 0 2\n\xff\xfe"
    "end 0 0\n",
    "type 0 3\npdftext 0 99999999\n",
    "type 0 3\npdftext 0 -1\naend 0 0\n",
    "type 0 3\npdftext 0 1 \naend 0 0\n",
    "type 0 3\npdfsecret 0 1\naend 0 0\n",
    "type 0 40\n0123456789012345678901234567890123456789text 0 1\naend 0 0\n",
    "this is not a record at all, and it goes on for longer than any head of one could be",
    "error 0 5\nwords",
  };

  for (guint i = 0; i < G_N_ELEMENTS (refused); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (Document) document = parse (refused[i], 7, &error);

      g_assert_null (document);
      g_assert_error (error, DOCUMENT_ERROR, DOCUMENT_ERROR_DAMAGED);
    }
}

static void
test_errors (void)
{
  static const struct
  {
    const char *record;
    DocumentError code;
  } errors[] = {
    { "type 0 3\npdferror 0 13\nencrypted pdf", DOCUMENT_ERROR_ENCRYPTED },
    { "type 0 3\npdferror 0 11\nno-text pdf", DOCUMENT_ERROR_NO_TEXT },
    { "type 0 3\npdferror 0 12\nleft-out pdf", DOCUMENT_ERROR_LEFT_OUT },
    { "error 0 5\nlock ", DOCUMENT_ERROR_NO_READER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (errors); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (errors[i].record, 100, &error));
      g_assert_error (error, DOCUMENT_ERROR, (int) errors[i].code);
    }
}

/* The process cannot make this one hold more than its limits. */
static void
test_endless (void)
{
  g_autoptr (DocumentRecords) records = document_records_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) piece = g_string_new ("text 0 1000000\n");
  guint i = 0;

  for (guint n = 0; n < 1000000; n++)
    g_string_append_c (piece, 'a');
  g_assert_true (document_records_add (records, "type 0 3\npdf", 12, &error));
  while (document_records_add (records, piece->str, piece->len, &error))
    g_assert_cmpuint (++i, <, 60);
  g_assert_error (error, DOCUMENT_ERROR, DOCUMENT_ERROR_DAMAGED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/records/whole", test_whole);
  g_test_add_func ("/records/refused", test_refused);
  g_test_add_func ("/records/errors", test_errors);
  g_test_add_func ("/records/endless", test_endless);
  return g_test_run ();
}
