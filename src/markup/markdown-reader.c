/* markdown-reader.c: the blocks of a growing text, parts of which may be folded
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markup/markdown-reader.h"

#include <gio/gio.h>

#include "markup/markdown-folds.h"

struct _MynaMarkdownReader
{
  MynaMarkdownReaderFunc changed;
  gpointer user_data;
  MynaMarkdown *document;
  MynaFolds *folds;
  GPtrArray *shown; /* of MynaBlock */

  GCancellable *parsing; /* a thread parses `parsed`; NULL: none does */
  char *parsed;
  char *pending; /* the text has become this meanwhile; NULL: it has not */
};

MynaMarkdownReader *
myna_markdown_reader_new (MynaMarkdownReaderFunc changed, gpointer user_data)
{
  MynaMarkdownReader *self = g_new0 (MynaMarkdownReader, 1);

  self->changed = changed;
  self->user_data = user_data;
  self->document = myna_markdown_new ();
  self->folds = myna_folds_new ();
  self->shown = g_ptr_array_new ();
  return self;
}

void
myna_markdown_reader_stop (MynaMarkdownReader *self)
{
  if (self->parsing)
    g_cancellable_cancel (self->parsing);
  g_clear_object (&self->parsing);
  g_clear_pointer (&self->parsed, g_free);
  g_clear_pointer (&self->pending, g_free);
}

void
myna_markdown_reader_free (MynaMarkdownReader *self)
{
  if (!self)
    return;
  myna_markdown_reader_stop (self);
  myna_markdown_free (self->document);
  myna_folds_free (self->folds);
  g_ptr_array_unref (self->shown);
  g_free (self);
}

static void
show (MynaMarkdownReader *self, guint first)
{
  GPtrArray *shown = myna_folds_list_shown (self->folds, myna_markdown_get_blocks (self->document), &first);

  g_ptr_array_unref (self->shown);
  self->shown = shown;
  self->changed (first, self->user_data);
}

/* ---- The thread ------------------------------------------------------------------------------------------------- */

static gboolean
is_canceled (gpointer cancellable)
{
  return g_cancellable_is_cancelled (cancellable);
}

static void
parse_cb (GTask *task, gpointer source, gpointer text, GCancellable *cancellable)
{
  MynaMarkdown *document = myna_markdown_new ();

  myna_markdown_set_whole_text (document, text, is_canceled, cancellable);
  g_task_return_pointer (task, document, (GDestroyNotify) myna_markdown_free);
}

static void
parsed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaMarkdown) document = g_task_propagate_pointer (G_TASK (result), NULL);
  MynaMarkdownReader *self = user_data;
  g_autoptr (MynaMarkdown) old = NULL;
  g_autofree char *pending = NULL;
  GPtrArray *before, *blocks;
  guint first = 0;

  if (!document)
    return; /* canceled: there may be no reader any more */
  pending = g_steal_pointer (&self->pending);
  myna_markdown_reader_stop (self);
  before = myna_markdown_get_blocks (self->document);
  blocks = myna_markdown_get_blocks (document);
  while (first < before->len && first < blocks->len && myna_block_equal (before->pdata[first], blocks->pdata[first]))
    first++;
  old = self->document;
  self->document = g_steal_pointer (&document);
  show (self, first);
  if (pending)
    myna_markdown_reader_set_text (self, pending);
}

static void
start_parsing (MynaMarkdownReader *self, const char *text)
{
  g_autoptr (GTask) task = NULL;

  self->parsing = g_cancellable_new ();
  self->parsed = g_strdup (text);
  task = g_task_new (NULL, self->parsing, parsed_cb, self);
  g_task_set_task_data (task, g_strdup (text), g_free);
  g_task_run_in_thread (task, parse_cb);
}

gboolean
myna_markdown_reader_is_parsing (MynaMarkdownReader *self)
{
  return self->parsing != NULL;
}

/* ---- The text --------------------------------------------------------------------------------------------------- */

void
myna_markdown_reader_set_text (MynaMarkdownReader *self, const char *text)
{
  gboolean goes_on;

  if (self->parsing && g_str_has_prefix (text, self->parsed))
    {
      g_free (self->pending);
      self->pending = g_strdup (text);
      return;
    }
  myna_markdown_reader_stop (self);
  goes_on = self->shown->len > 0 && myna_markdown_begins (self->document, text);
  if (!goes_on)
    myna_folds_reset (self->folds);
  if (!goes_on || myna_markdown_fits (self->document, text))
    show (self, myna_markdown_set_text (self->document, text));
  else
    start_parsing (self, text);
  if (!self->parsing && !myna_markdown_is_whole (self->document))
    start_parsing (self, text);
}

void
myna_markdown_reader_set_plain_text (MynaMarkdownReader *self, const char *text)
{
  myna_markdown_reader_stop (self);
  if (myna_markdown_set_plain_text (self->document, text))
    show (self, 0);
}

void
myna_markdown_reader_toggle (MynaMarkdownReader *self, guint number)
{
  myna_folds_toggle (self->folds, number);
  show (self, 0);
}

void
myna_markdown_reader_unfold_matches (MynaMarkdownReader *self, const char *needle)
{
  if (myna_folds_unfold_matches (self->folds, myna_markdown_get_blocks (self->document), needle))
    show (self, 0);
}

GPtrArray *
myna_markdown_reader_get_blocks (MynaMarkdownReader *self)
{
  return myna_markdown_get_blocks (self->document);
}

GPtrArray *
myna_markdown_reader_get_shown (MynaMarkdownReader *self)
{
  return self->shown;
}
