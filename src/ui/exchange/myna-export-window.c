/* myna-export-window.c: writing one, several or all conversations to a file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "exchange/myna-export-window.h"

#include <glib/gi18n.h>

#include "chat/exchange-words.h"
#include "markup/myna-chat-html.h"
#include "exchange/myna-chat-print.h"
#include "base/controls.h"
#include "base/ui-compat.h"

#define FORMAT_PDF (-1) /* printed, where the others are a StoreFormat */

static const struct
{
  int format;
  const char *suffix;
  const char *title;
  const char *subtitle;
} formats[] = {
  { STORE_FORMAT_MARKDOWN, "md", N_ ("Markdown"), N_ ("For notes and text editors") },
  { STORE_FORMAT_HTML, "html", N_ ("Web page"), N_ ("One file that any browser opens") },
  { FORMAT_PDF, "pdf", N_ ("PDF"), N_ ("The same pages as on paper") },
  { STORE_FORMAT_TEXT, "txt", N_ ("Plain text"), N_ ("Readable everywhere") },
  { STORE_FORMAT_JSON, "json", N_ ("JSON"), N_ ("Everything, including alternative replies. Myna can import it again.") },
};

struct _MynaExportWindow
{
  MynaTaskWindow parent_instance;

  StoreDb *store;
  GArray *ids; /* of gint64; empty: all */
  char *title;
  GFile *file; /* being written */
  GtkWidget *rows[G_N_ELEMENTS (formats)];
  GtkWidget *checks[G_N_ELEMENTS (formats)];
};

G_DEFINE_FINAL_TYPE (MynaExportWindow, myna_export_window, MYNA_TYPE_TASK_WINDOW)

static guint
get_chosen (MynaExportWindow *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    {
      if (gtk_check_button_get_active (GTK_CHECK_BUTTON (self->checks[i])))
        return i;
    }

  return 0;
}

/* ---- Writing ---------------------------------------------------------------------------------------------------- */

static void
finish (MynaExportWindow *self, guint n, const GError *error)
{
  g_autofree char *text = NULL;

  if (g_cancellable_is_cancelled (myna_task_window_get_cancellable (MYNA_TASK_WINDOW (self))))
    return;
  myna_task_window_end (MYNA_TASK_WINDOW (self));
  if (error)
    {
      myna_task_window_show_problem (MYNA_TASK_WINDOW (self), _ ("The file could not be written"),
                                     myna_export_describe_problem (error), error);
      return;
    }
  text = g_strdup_printf (ngettext ("%u chat exported", "%u chats exported", n), n);
  myna_task_window_done (MYNA_TASK_WINDOW (self), text, self->file);
  gtk_window_destroy (GTK_WINDOW (self));
}

static void
exported_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaExportWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  guint n = (guint) store_finish_id (STORE_DB (source), result, &error);

  finish (self, n, error);
}

static void
printed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaExportWindow) self = user_data;
  g_autoptr (GError) error = NULL;

  myna_chat_pdf_finish (result, &error);
  finish (self, 1, error);
}

static void
write_file (MynaExportWindow *self)
{
  GCancellable *cancellable = myna_task_window_get_cancellable (MYNA_TASK_WINDOW (self));
  int format = formats[get_chosen (self)].format;
  /* Of a single chat there is nothing to count. */
  g_autoptr (StoreProgress) progress = self->ids->len == 1 ? NULL : store_progress_new ();
  StoreExport request = {
    .file = self->file,
    .format = format == FORMAT_PDF ? STORE_FORMAT_TEXT : (StoreFormat) format,
    .ids = (const gint64 *) self->ids->data,
    .n_ids = self->ids->len,
    .render = myna_chat_html_render,
    .progress = progress,
  };

  myna_task_window_begin (MYNA_TASK_WINDOW (self), _ ("Writing the file…"), progress);
  if (format == FORMAT_PDF)
    {
      MynaSheet sheet;

      myna_chat_print_get_sheet (&sheet);
      myna_chat_pdf_async (self->store, g_array_index (self->ids, gint64, 0), self->file, &sheet, cancellable, printed_cb,
                           g_object_ref (self));
      return;
    }
  myna_chat_html_init ();
  store_export_async (self->store, &request, cancellable, exported_cb, g_object_ref (self));
}

static char *
myna_export_window_describe_progress (MynaTaskWindow *window, gint64 done, gint64 total)
{
  return g_strdup_printf (ngettext ("%u of %u chat", "%u of %u chats", (guint) total), (guint) done, (guint) total);
}

static void
file_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaExportWindow) self = user_data;
  g_autoptr (GFile) file = myna_choose_file_finish (result);

  if (!file || g_cancellable_is_cancelled (myna_task_window_get_cancellable (MYNA_TASK_WINDOW (self))))
    return;
  g_set_object (&self->file, file);
  write_file (self);
}

static void
myna_export_window_accept (MynaTaskWindow *window)
{
  MynaExportWindow *self = MYNA_EXPORT_WINDOW (window);
  g_autofree char *name = myna_export_make_name (self->title, formats[get_chosen (self)].suffix);

  myna_choose_file_async (GTK_WINDOW (self), MYNA_FILE_SAVE, _ ("Export Chats"), NULL, name, file_chosen_cb,
                          g_object_ref (self));
}

/* ---- Building --------------------------------------------------------------------------------------------------- */

static void
myna_export_window_finalize (GObject *object)
{
  MynaExportWindow *self = MYNA_EXPORT_WINDOW (object);

  g_clear_object (&self->store);
  g_clear_object (&self->file);
  g_clear_pointer (&self->ids, g_array_unref);
  g_free (self->title);

  G_OBJECT_CLASS (myna_export_window_parent_class)->finalize (object);
}

static void
myna_export_window_class_init (MynaExportWindowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_export_window_finalize;
  MYNA_TASK_WINDOW_CLASS (klass)->accept = myna_export_window_accept;
  MYNA_TASK_WINDOW_CLASS (klass)->describe_progress = myna_export_window_describe_progress;
}

static GtkWidget *
make_row (MynaExportWindow *self, guint i)
{
  GtkWidget *row = myna_row_new (_ (formats[i].title), _ (formats[i].subtitle));

  self->checks[i] = gtk_check_button_new ();
  gtk_widget_set_valign (self->checks[i], GTK_ALIGN_CENTER);
  if (i > 0)
    gtk_check_button_set_group (GTK_CHECK_BUTTON (self->checks[i]), GTK_CHECK_BUTTON (self->checks[0]));
  else
    gtk_check_button_set_active (GTK_CHECK_BUTTON (self->checks[0]), TRUE);
  self->rows[i] = row;
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), self->checks[i]);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (row), self->checks[i]);

  return row;
}

static void
myna_export_window_init (MynaExportWindow *self)
{
  GtkWidget *page = adw_preferences_page_new ();
  GtkWidget *group = adw_preferences_group_new ();

  self->ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), make_row (self, i));
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
  myna_task_window_set_content (MYNA_TASK_WINDOW (self), page);
  myna_task_window_set_accept (MYNA_TASK_WINDOW (self), _ ("Save…"), TRUE);
  gtk_window_set_default_size (GTK_WINDOW (self), 460, 500);
}

GtkWidget *
myna_export_window_new (GtkWindow *parent, StoreDb *store, const gint64 *ids, gsize n_ids, const char *title)
{
  MynaExportWindow *self = g_object_new (MYNA_TYPE_EXPORT_WINDOW, "transient-for", parent, NULL);
  g_autofree char *heading = NULL;

  g_return_val_if_fail (STORE_IS_DB (store), NULL);

  self->store = g_object_ref (store);
  self->title = g_strdup (title);
  if (n_ids > 0)
    g_array_append_vals (self->ids, ids, (guint) n_ids);
  for (guint i = 0; i < G_N_ELEMENTS (formats); i++)
    gtk_widget_set_visible (self->rows[i], formats[i].format != FORMAT_PDF || n_ids == 1);
  heading = n_ids > 0 ? g_strdup_printf (ngettext ("Export %u Chat", "Export %u Chats", (guint) n_ids), (guint) n_ids)
                      : g_strdup (_ ("Export All Chats"));
  gtk_window_set_title (GTK_WINDOW (self), heading);

  return GTK_WIDGET (self);
}
