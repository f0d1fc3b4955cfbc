/* chat-pdf.c: a conversation as a PDF file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "print/chat-pdf.h"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include "print/chat-pages.h"
#include "print/chat-read.h"
#include "storage/part-file.h"

#define POINTS_PER_INCH 72

typedef struct
{
  GFile *file;
  MynaSheet sheet;
  StoreConversation *conversation;
  GPtrArray *messages;
  StorePartFile *part;
  cairo_surface_t *surface;
  cairo_t *cr;
  MynaChatPages *pages;
  guint page;
  GError *error; /* of the first write that failed */
} Pdf;

static void
pdf_free (gpointer data)
{
  Pdf *pdf = data;

  g_clear_pointer (&pdf->pages, myna_chat_pages_free);
  g_clear_pointer (&pdf->cr, cairo_destroy);
  g_clear_pointer (&pdf->surface, cairo_surface_destroy); /* writes its end */
  g_clear_pointer (&pdf->part, store_part_file_free);
  g_clear_pointer (&pdf->conversation, store_conversation_free);
  g_clear_pointer (&pdf->messages, g_ptr_array_unref);
  g_clear_error (&pdf->error);
  g_object_unref (pdf->file);
  g_free (pdf);
}

static void
fail (GTask *task, GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* ---- Drawing ---------------------------------------------------------------------------------------------------- */

static cairo_status_t
write_cb (void *closure, const unsigned char *data, unsigned int length)
{
  Pdf *pdf = closure;

  if (pdf->error || !store_part_file_write (pdf->part, (const char *) data, length, &pdf->error))
    return CAIRO_STATUS_WRITE_ERROR;
  return CAIRO_STATUS_SUCCESS;
}

/* As on paper: in points, and with no letter moved to the dots of a screen. */
static PangoContext *
new_context (void)
{
  PangoContext *context = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  cairo_font_options_t *options = cairo_font_options_create ();

  cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
  pango_cairo_context_set_font_options (context, options);
  pango_cairo_context_set_resolution (context, POINTS_PER_INCH);
  cairo_font_options_destroy (options);
  return context;
}

static gboolean
open_surface (Pdf *pdf, GError **error)
{
  const MynaSheet *sheet = &pdf->sheet;
  PangoContext *context = NULL;

  pdf->part = store_part_file_new (pdf->file, error);
  if (!pdf->part)
    return FALSE;
  pdf->surface = cairo_pdf_surface_create_for_stream (write_cb, pdf, sheet->width, sheet->height);
  cairo_pdf_surface_set_metadata (pdf->surface, CAIRO_PDF_METADATA_TITLE, pdf->conversation->title);
  pdf->cr = cairo_create (pdf->surface);
  cairo_translate (pdf->cr, sheet->margin, sheet->margin);
  context = new_context ();
  pdf->pages = myna_chat_pages_new (context, sheet->width - 2 * sheet->margin, sheet->height - 2 * sheet->margin,
                                    pdf->conversation, pdf->messages);
  g_object_unref (context);
  return TRUE;
}

static gboolean
close_surface (Pdf *pdf, GError **error)
{
  cairo_surface_finish (pdf->surface);
  if (pdf->error)
    {
      g_propagate_error (error, g_steal_pointer (&pdf->error));
      return FALSE;
    }
  if (cairo_surface_status (pdf->surface) != CAIRO_STATUS_SUCCESS)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, cairo_status_to_string (cairo_surface_status (pdf->surface)));
      return FALSE;
    }
  return store_part_file_keep (pdf->part, error);
}

/* One page, so that the window's frames go on. */
static gboolean
draw_cb (gpointer user_data)
{
  GTask *task = user_data;
  Pdf *pdf = g_task_get_task_data (task);
  GError *error = NULL;

  if (g_cancellable_set_error_if_cancelled (g_task_get_cancellable (task), &error))
    {
      fail (task, error);
      return G_SOURCE_REMOVE;
    }
  if (pdf->page < myna_chat_pages_get_n (pdf->pages) && !pdf->error)
    {
      myna_chat_pages_draw (pdf->pages, pdf->page++, pdf->cr);
      cairo_show_page (pdf->cr);
      return G_SOURCE_CONTINUE;
    }
  if (close_surface (pdf, &error))
    {
      g_task_return_boolean (task, TRUE);
      g_object_unref (task);
    }
  else
    fail (task, error);
  return G_SOURCE_REMOVE;
}

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Pdf *pdf = g_task_get_task_data (task);
  GError *error = NULL;

  if (!myna_chat_read_finish (result, &pdf->conversation, &pdf->messages, &error) || !open_surface (pdf, &error))
    fail (task, error);
  else
    g_idle_add (draw_cb, task);
}

void
myna_chat_pdf_async (StoreDb *store, gint64 id, GFile *file, const MynaSheet *sheet, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer user_data)
{
  GTask *task = g_task_new (store, cancellable, callback, user_data);
  Pdf *pdf = g_new0 (Pdf, 1);

  pdf->file = g_object_ref (file);
  pdf->sheet = *sheet;
  g_task_set_task_data (task, pdf, pdf_free);
  myna_chat_read_async (store, id, cancellable, read_cb, task);
}

gboolean
myna_chat_pdf_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
