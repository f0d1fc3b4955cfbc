/* file-reader.c: files that were chosen are read, one after the other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * In turn, so that the attachments have the order of the files, and one hostile document does not take all of the memory at once.
 */
#include "chat/file-reader.h"

#include <glib/gi18n.h>

#include "chat/myna-attachment.h"
#include "documents/documents.h"

struct _MynaFileReader
{
  GObject parent_instance;

  GQueue files;              /* GFile; the first is being read */
  GCancellable *cancellable; /* of the first; NULL: nothing is being read */
  gboolean asks;             /* the first asks for a password … */
  gboolean was_asked;        /* … and got one */
};

enum
{
  SIGNAL_READ,
  SIGNAL_PROBLEM,
  SIGNAL_PASSWORD,
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaFileReader, myna_file_reader, G_TYPE_OBJECT)

static void read_next (MynaFileReader *self);

/* ---- Words ------------------------------------------------------------------------------------------------------ */

static const char *
problem_format (GFile *file, const GError *error)
{
  if (!g_file_query_exists (file, NULL))
    return _ ("“%s” was not found.");
  if (error->domain != DOCUMENT_ERROR)
    return _ ("“%s” could not be read.");
  switch ((DocumentError) error->code)
    {
    case DOCUMENT_ERROR_PASSWORD:
    case DOCUMENT_ERROR_ENCRYPTED: return _ ("“%s” is protected. Save it without a password, then attach it again.");
    case DOCUMENT_ERROR_EMPTY: return _ ("“%s” is empty.");
    case DOCUMENT_ERROR_NO_TEXT: return _ ("“%s” has no text. Scanned pages are pictures, which Myna cannot read.");
    case DOCUMENT_ERROR_DAMAGED: return _ ("“%s” is damaged and could not be read.");
    case DOCUMENT_ERROR_PAGES: return _ ("“%s” has more than 2,000 pages.");
    case DOCUMENT_ERROR_LONG:
    case DOCUMENT_ERROR_LARGE: return _ ("“%s” is too large to be read.");
    case DOCUMENT_ERROR_TIME: return _ ("“%s” took too long to read.");
    case DOCUMENT_ERROR_UNKNOWN: return _ ("“%s” is not a document that Myna can read.");
    case DOCUMENT_ERROR_OLD:
      return _ (
          "“%s” is an RTF or an older Office file, which Myna cannot read. Save it as ODT, DOCX or PDF, then attach it again.");
    case DOCUMENT_ERROR_LEFT_OUT: return _ ("Myna was built without support for files such as “%s”.");
    case DOCUMENT_ERROR_NO_READER: return _ ("“%s” could not be read: Myna’s document reader does not start.");
    case DOCUMENT_ERROR_FILE:
    default: return _ ("“%s” could not be read.");
    }
}

static void
tell (MynaFileReader *self, const char *format, const char *name)
{
  g_autofree char *text = g_strdup_printf (format, name);

  g_signal_emit (self, signals[SIGNAL_PROBLEM], 0, text);
}

static char *
dup_name (GFile *file)
{
  g_autofree char *name = g_file_get_basename (file);

  return g_filename_display_name (name ? name : "");
}

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

static void
take_document (MynaFileReader *self, GFile *file, const Document *document, const GError *error)
{
  g_autofree char *name = dup_name (file);

  if (!document)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        tell (self, problem_format (file, error), name);
      return;
    }
  if (strlen (document->text) > MYNA_ATTACHMENT_MAX_BYTES)
    tell (self, _ ("The text of “%s” is longer than 50 MB, more than a message can hold."), name);
  else
    g_signal_emit (self, signals[SIGNAL_READ], 0, name, document->text, document->n_pages, document->type);
}

static void
document_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaFileReader) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (Document) document = document_read_finish (result, &error);
  g_autoptr (GFile) file = NULL;

  /* A canceled read has no owner; another one may be running by now. */
  if (!self->cancellable || g_task_get_cancellable (G_TASK (result)) != self->cancellable)
    return;
  g_clear_object (&self->cancellable);
  self->asks = g_error_matches (error, DOCUMENT_ERROR, DOCUMENT_ERROR_PASSWORD);
  if (self->asks)
    {
      g_autofree char *name = dup_name (g_queue_peek_head (&self->files));

      g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
      g_signal_emit (self, signals[SIGNAL_PASSWORD], 0, name, self->was_asked);
      return;
    }
  file = g_queue_pop_head (&self->files);
  self->was_asked = FALSE;
  take_document (self, file, document, error);
  read_next (self);
}

static void
read_first (MynaFileReader *self, const char *password)
{
  self->cancellable = g_cancellable_new ();
  document_read_async (g_queue_peek_head (&self->files), password, self->cancellable, document_read_cb, g_object_ref (self));
}

void
myna_file_reader_unlock (MynaFileReader *self, const char *password)
{
  g_return_if_fail (MYNA_IS_FILE_READER (self));

  if (!self->asks)
    return;
  self->asks = FALSE;
  self->was_asked = password != NULL;
  if (password)
    read_first (self, password);
  else
    g_object_unref (g_queue_pop_head (&self->files));
  read_next (self);
}

static void
read_next (MynaFileReader *self)
{
  if (self->asks)
    return;
  if (!self->cancellable && !g_queue_is_empty (&self->files))
    read_first (self, NULL);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

void
myna_file_reader_add (MynaFileReader *self, GFile *file)
{
  g_return_if_fail (MYNA_IS_FILE_READER (self));

  g_queue_push_tail (&self->files, g_object_ref (file));
  read_next (self);
}

char *
myna_file_reader_describe (MynaFileReader *self, gboolean *ret_is_busy)
{
  g_autofree char *name = NULL;

  g_return_val_if_fail (MYNA_IS_FILE_READER (self), NULL);

  *ret_is_busy = self->cancellable != NULL;
  if (!myna_file_reader_is_reading (self))
    return NULL;
  name = dup_name (g_queue_peek_head (&self->files));
  /* Translators: %s is the name of a file */
  return g_strdup_printf (self->asks ? _ ("Waiting for the password of “%s”") : _ ("Reading “%s”…"), name);
}

gboolean
myna_file_reader_is_reading (MynaFileReader *self)
{
  g_return_val_if_fail (MYNA_IS_FILE_READER (self), FALSE);

  return self->cancellable != NULL || self->asks;
}

static void
stop (MynaFileReader *self)
{
  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->asks = self->was_asked = FALSE;
}

GPtrArray *
myna_file_reader_take (MynaFileReader *self)
{
  GPtrArray *files;
  GFile *file;

  g_return_val_if_fail (MYNA_IS_FILE_READER (self), NULL);

  if (g_queue_is_empty (&self->files))
    return NULL;
  stop (self);
  files = g_ptr_array_new_with_free_func (g_object_unref);
  while ((file = g_queue_pop_head (&self->files)))
    g_ptr_array_add (files, file);
  read_next (self);
  return files;
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_file_reader_dispose (GObject *object)
{
  MynaFileReader *self = MYNA_FILE_READER (object);

  stop (self);
  g_queue_clear_full (&self->files, g_object_unref);
  G_OBJECT_CLASS (myna_file_reader_parent_class)->dispose (object);
}

static void
myna_file_reader_class_init (MynaFileReaderClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_file_reader_dispose;
  signals[SIGNAL_READ] = g_signal_new ("read", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 4, G_TYPE_STRING,
                                       G_TYPE_STRING, G_TYPE_UINT, G_TYPE_STRING);
  signals[SIGNAL_PROBLEM] =
      g_signal_new ("problem", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_PASSWORD] =
      g_signal_new ("password", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_BOOLEAN);
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
myna_file_reader_init (MynaFileReader *self)
{
}

MynaFileReader *
myna_file_reader_new (void)
{
  return g_object_new (MYNA_TYPE_FILE_READER, NULL);
}
