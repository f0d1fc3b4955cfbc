/* myna-chat-print.c: one conversation on paper
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "exchange/myna-chat-print.h"

#include "print/chat-pages.h"
#include "print/chat-read.h"

#define MARGIN_MM 18

typedef struct
{
  GtkWindow *parent;
  StoreConversation *conversation;
  GPtrArray *messages;
  MynaChatPages *pages;
  GtkPrintOperation *operation;
} Print;

static void
print_free (gpointer data)
{
  Print *print = data;

  g_clear_object (&print->parent);
  g_clear_pointer (&print->conversation, store_conversation_free);
  g_clear_pointer (&print->messages, g_ptr_array_unref);
  g_clear_pointer (&print->pages, myna_chat_pages_free);
  g_clear_object (&print->operation);
  g_free (print);
}

/* ---- Printing --------------------------------------------------------------------------------------------------- */

static void
begin_print_cb (GtkPrintOperation *operation, GtkPrintContext *context, Print *print)
{
  PangoContext *pango = gtk_print_context_create_pango_context (context);

  g_clear_pointer (&print->pages, myna_chat_pages_free);
  print->pages = myna_chat_pages_new (pango, gtk_print_context_get_width (context), gtk_print_context_get_height (context),
                                      print->conversation, print->messages);
  g_object_unref (pango);
  gtk_print_operation_set_n_pages (operation, (int) myna_chat_pages_get_n (print->pages));
}

static void
draw_page_cb (GtkPrintOperation *operation, GtkPrintContext *context, int page, Print *print)
{
  myna_chat_pages_draw (print->pages, (guint) page, gtk_print_context_get_cairo_context (context));
}

static void
done_cb (GtkPrintOperation *operation, GtkPrintOperationResult result, GTask *task)
{
  GError *error = NULL;

  if (result == GTK_PRINT_OPERATION_RESULT_ERROR)
    gtk_print_operation_get_error (operation, &error);
  else if (result == GTK_PRINT_OPERATION_RESULT_CANCEL)
    g_set_error_literal (&error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled");
  if (error)
    g_task_return_error (task, error);
  else
    g_task_return_boolean (task, TRUE);
  g_object_unref (task);
}

static GtkPageSetup *
make_page_setup (void)
{
  GtkPageSetup *setup = gtk_page_setup_new ();

  gtk_page_setup_set_top_margin (setup, MARGIN_MM, GTK_UNIT_MM);
  gtk_page_setup_set_bottom_margin (setup, MARGIN_MM, GTK_UNIT_MM);
  gtk_page_setup_set_left_margin (setup, MARGIN_MM, GTK_UNIT_MM);
  gtk_page_setup_set_right_margin (setup, MARGIN_MM, GTK_UNIT_MM);

  return setup;
}

void
myna_chat_print_get_sheet (MynaSheet *ret_sheet)
{
  g_autoptr (GtkPageSetup) setup = make_page_setup ();

  ret_sheet->width = gtk_page_setup_get_paper_width (setup, GTK_UNIT_POINTS);
  ret_sheet->height = gtk_page_setup_get_paper_height (setup, GTK_UNIT_POINTS);
  ret_sheet->margin = gtk_page_setup_get_top_margin (setup, GTK_UNIT_POINTS);
}

static void
run (GTask *task)
{
  Print *print = g_task_get_task_data (task);
  GCancellable *cancellable = g_task_get_cancellable (task);
  g_autoptr (GtkPageSetup) setup = make_page_setup ();

  print->operation = gtk_print_operation_new ();
  gtk_print_operation_set_unit (print->operation, GTK_UNIT_POINTS);
  gtk_print_operation_set_default_page_setup (print->operation, setup);
  gtk_print_operation_set_embed_page_setup (print->operation, TRUE);
  gtk_print_operation_set_allow_async (print->operation, TRUE);
  gtk_print_operation_set_job_name (print->operation, print->conversation->title);
  g_signal_connect (print->operation, "begin-print", G_CALLBACK (begin_print_cb), print);
  g_signal_connect (print->operation, "draw-page", G_CALLBACK (draw_page_cb), print);
  if (cancellable)
    g_signal_connect_object (cancellable, "cancelled", G_CALLBACK (gtk_print_operation_cancel), print->operation,
                             G_CONNECT_SWAPPED);
  /* It is done at once where there is no dialog, or later; "done" comes in any case and owns the task. */
  g_signal_connect (print->operation, "done", G_CALLBACK (done_cb), task);
  gtk_print_operation_run (print->operation, GTK_PRINT_OPERATION_ACTION_PRINT_DIALOG, print->parent, NULL);
}

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  GTask *task = user_data;
  Print *print = g_task_get_task_data (task);
  GError *error = NULL;

  if (myna_chat_read_finish (result, &print->conversation, &print->messages, &error))
    {
      run (task);
      return;
    }
  g_task_return_error (task, error);
  g_object_unref (task);
}

void
myna_chat_print_async (GtkWindow *parent, StoreDb *store, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer user_data)
{
  GTask *task = g_task_new (parent, cancellable, callback, user_data);
  Print *print = g_new0 (Print, 1);

  print->parent = parent ? g_object_ref (parent) : NULL;
  g_task_set_task_data (task, print, print_free);
  myna_chat_read_async (store, id, cancellable, read_cb, task);
}

gboolean
myna_chat_print_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}
