/* read-document.c: a document of the conversation, page by page
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "tools/tool.h"

#include <string.h>

#include "text/text-page.h"

#define PAGE_CHARS 2000

typedef struct
{
  const ToolHost *host; /* of the call */
  char *name;
  gint64 page;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_free (reading->name);
  g_free (reading);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Reading, reading_free)

/* The newest one of this name; the case does not matter where no other has it.  NULL and an error that names those there are. */
static const ToolDocument *
find (GPtrArray *documents, const char *name, GError **error)
{
  g_autofree char *folded = g_utf8_casefold (name, -1);
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = documents->len; i > 0; i--)
    if (g_str_equal (((ToolDocument *) documents->pdata[i - 1])->name, name))
      return documents->pdata[i - 1];
  for (guint i = documents->len; i > 0; i--)
    {
      const ToolDocument *document = documents->pdata[i - 1];
      g_autofree char *other = g_utf8_casefold (document->name, -1);

      if (g_str_equal (folded, other))
        return document;
      g_string_append_printf (names, "%s“%s”", names->len ? ", " : "", document->name);
    }
  if (names->len)
    g_set_error (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "There is no document “%s”. There are: %s", name, names->str);
  else
    g_set_error_literal (error, TOOL_ERROR, TOOL_ERROR_FAILED, "No document is attached to this conversation");
  return NULL;
}

/* ---- Pages ------------------------------------------------------------------------------------------------------ */

/* A piece of a text without pages. */
static char *
make_even_page (const ToolDocument *document, gint64 page, GError **error)
{
  gsize n_chars = g_utf8_strlen (document->text, -1);
  gint64 n_pages = MAX (1, (gint64) ((n_chars + PAGE_CHARS - 1) / PAGE_CHARS));
  const char *start, *end;

  if (page > n_pages)
    {
      g_set_error (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "“%s” has %" G_GINT64_FORMAT " pages", document->name, n_pages);
      return NULL;
    }
  start = g_utf8_offset_to_pointer (document->text, (page - 1) * PAGE_CHARS);
  end = page == n_pages ? start + strlen (start) : g_utf8_offset_to_pointer (start, PAGE_CHARS);
  return g_strdup_printf ("“%s”, page %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT ":\n%.*s", document->name, page, n_pages,
                          (int) (end - start), start);
}

/* The next mark of a later page; NULL: there is none. */
static const char *
next_mark (const char *text, guint after)
{
  const char *p = text;
  guint page;

  while ((p = strstr (p, "\n[Page ")))
    if (text_read_page_mark (++p, &page) && page > after)
      return p;
  return NULL;
}

/* A page of a document that has pages of its own, so that it has the number that people know it by.  A page without text has no
 * mark. */
static char *
make_own_page (const ToolDocument *document, gint64 page, GError **error)
{
  const char *mark = document->text, *text = "", *found = NULL, *end = NULL;
  guint number = 0;

  for (; mark && (text = text_read_page_mark (mark, &number)); mark = next_mark (text, number))
    {
      if (found && !end)
        end = mark;
      if (number == page)
        found = text;
    }
  if (page > number)
    g_set_error (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "“%s” has %u pages", document->name, number);
  else if (!found)
    g_set_error (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "Page %" G_GINT64_FORMAT " of “%s” has no text", page,
                 document->name);
  if (page > number || !found)
    return NULL;
  return g_strdup_printf ("“%s”, page %" G_GINT64_FORMAT " of %u:\n%.*s", document->name, page, number,
                          (int) (end ? (gsize) (end - found) : strlen (found)), found);
}

static char *
make_page (const ToolDocument *document, gint64 page, GError **error)
{
  guint number;

  if (text_read_page_mark (document->text, &number))
    return make_own_page (document, page, error);
  return make_even_page (document, page, error);
}

static void
documents_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (Reading) reading = g_object_steal_data (G_OBJECT (task), "reading");
  GError *error = NULL;
  g_autoptr (GPtrArray) documents = reading->host->funcs->documents_finish (reading->host->owner, result, &error);
  const ToolDocument *document = documents ? find (documents, reading->name, &error) : NULL;
  char *page = document ? make_page (document, reading->page, &error) : NULL;

  if (page)
    g_task_return_pointer (task, page, g_free);
  else
    g_task_return_error (task, error);
}

static void
start (GTask *task, JsonObject *arguments, const ToolCallOptions *options)
{
  const char *name;
  gint64 page = 1;
  Reading *reading;
  GError *error = NULL;

  if (!tool_argument_string (arguments, "name", TRUE, &name, &error)
      || !tool_argument_int (arguments, "page", FALSE, 1, G_MAXINT, &page, &error))
    g_task_return_error (task, error);
  else
    {
      reading = g_new (Reading, 1);
      *reading = (Reading){ &options->host, g_strdup (name), page };
      g_object_set_data_full (G_OBJECT (task), "reading", reading, reading_free);
      options->host.funcs->documents_async (options->host.owner, g_task_get_cancellable (task), documents_cb,
                                            g_object_ref (task));
    }
  g_object_unref (task);
}

const Tool tool_read_document = {
  .name = "read_document",
  .description = "Reads a page of a document that the person attached to this conversation.",
  .schema = "{\"type\": \"object\", \"properties\": {\"name\": {\"type\": \"string\", \"description\": \"Its file name\"}, "
            "\"page\": {\"type\": \"integer\", \"minimum\": 1}}, \"required\": [\"name\"]}",
  .class = TOOL_CLASS_READS,
  .seconds = 30,
  .needs_host = TRUE,
  .start = start,
};
