/* documents-window.c: the documents of a chat, and how its model reads them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transcript/documents-window.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/myna-secondary-window.h"
#include "chat/myna-documents.h"
#include "chat/myna-problem.h"
#include "chat/myna-read-ahead.h"
#include "transcript/passage-window.h"

#define WINDOW_NAME "myna-documents"
#define ROW_KEY     "myna-document"

typedef struct
{
  MynaConversation *conversation; /* a weak pointer: at the end of the program it goes first */
  GtkWindow *window;
  GtkWidget *list;    /* GtkListBox */
  GtkWidget *problem; /* GtkLabel */

  GtkWidget *reading;   /* while the model reads ahead: */
  GtkWidget *words;     /* … GtkLabel */
  GtkWidget *bar;       /* … GtkProgressBar */
  guint n_whole;        /* documents that are read whole … */
  guint n_pages;        /* … with so many pages */
  gboolean reads_ahead; /* when it is known what is read whole */
} Sheet;

static void read_documents (Sheet *sheet);

static void
sheet_free (gpointer data)
{
  Sheet *sheet = data;

  g_clear_weak_pointer (&sheet->conversation);
  g_free (sheet);
}

static const StoreDocument *
document_of (GtkWidget *row)
{
  return g_object_get_data (G_OBJECT (row), ROW_KEY);
}

/* ---- Reading ahead ---------------------------------------------------------------------------------------------- */

static void
update_reading (Sheet *sheet)
{
  MynaReadAhead *ahead = myna_read_ahead_get (sheet->conversation);
  g_autofree char *text = myna_read_ahead_describe (ahead, sheet->n_pages);

  gtk_widget_set_visible (sheet->reading, myna_read_ahead_is_running (ahead));
  gtk_label_set_label (GTK_LABEL (sheet->words), text);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (sheet->bar), myna_read_ahead_get_fraction (ahead));
}

static void
ahead_changed_cb (GtkWindow *window)
{
  Sheet *sheet = g_object_get_data (G_OBJECT (window), "sheet");

  if (sheet && sheet->conversation)
    update_reading (sheet);
}

static void
stop_cb (Sheet *sheet)
{
  myna_read_ahead_stop (myna_read_ahead_get (sheet->conversation));
}

static GtkWidget *
make_reading (Sheet *sheet)
{
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *stop = gtk_button_new_with_mnemonic (_ ("_Stop"));

  sheet->reading = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  sheet->words = myna_long_label_new (NULL, "numeric");
  sheet->bar = gtk_progress_bar_new ();
  gtk_widget_set_hexpand (column, TRUE);
  gtk_widget_set_valign (stop, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (column), sheet->words);
  gtk_box_append (GTK_BOX (column), sheet->bar);
  gtk_box_append (GTK_BOX (sheet->reading), column);
  gtk_box_append (GTK_BOX (sheet->reading), stop);
  g_signal_connect_swapped (stop, "clicked", G_CALLBACK (stop_cb), sheet);
  return sheet->reading;
}

/* ---- Changes ---------------------------------------------------------------------------------------------------- */

static void
changed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkWindow) window = user_data;
  Sheet *sheet = g_object_get_data (G_OBJECT (window), "sheet");
  g_autoptr (GError) error = NULL;
  gboolean success = myna_document_finish (result, &error);

  if (!sheet || !sheet->conversation)
    return;
  if (!success)
    {
      g_autofree char *text = myna_problem_describe (error);

      gtk_label_set_label (GTK_LABEL (sheet->problem), text);
    }
  gtk_widget_set_visible (sheet->problem, !success);
  sheet->reads_ahead = success;
  read_documents (sheet);
}

static void
use_chosen_cb (AdwComboRow *combo, GParamSpec *pspec, Sheet *sheet)
{
  const StoreDocument *document = document_of (GTK_WIDGET (combo));
  guint selected = adw_combo_row_get_selected (combo);
  StoreUse use = selected == 0 ? STORE_USE_PASSAGES : STORE_USE_WHOLE;

  /* A row that goes loses its choice, too. */
  if (selected != GTK_INVALID_LIST_POSITION && use != document->use && !gtk_widget_in_destruction (GTK_WIDGET (combo)))
    myna_document_set_use_async (sheet->conversation, document, use, changed_cb, g_object_ref (sheet->window));
}

static void
remove_cb (GtkWidget *row, Sheet *sheet)
{
  gtk_widget_set_sensitive (row, FALSE);
  myna_document_remove_async (sheet->conversation, document_of (row), changed_cb, g_object_ref (sheet->window));
}

static void
show_text_cb (GtkWidget *row, Sheet *sheet)
{
  const StoreDocument *document = document_of (row);

  myna_passage_window_show_text (sheet->window, myna_conversation_get_store (sheet->conversation), document->document_id,
                                 document->name);
}

/* ---- Rows ------------------------------------------------------------------------------------------------------- */

static void
keep_document (GtkWidget *row, const StoreDocument *document)
{
  g_object_set_data_full (G_OBJECT (row), ROW_KEY, store_document_copy (document), (GDestroyNotify) store_document_free);
}

static GtkWidget *
make_use_row (Sheet *sheet, const StoreDocument *document)
{
  const char *uses[] = { _ ("Passages"), _ ("Whole Text"), NULL };
  g_autoptr (GtkStringList) model = gtk_string_list_new (uses);
  int context = myna_generator_get_context_length (myna_conversation_get_generator (sheet->conversation));
  GtkWidget *row = adw_combo_row_new ();
  gboolean fits = myna_document_fits (document, context);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ ("The Model Reads"));
  if (!fits)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row), _ ("The whole text is longer than the model can hold"));
  adw_combo_row_set_model (ADW_COMBO_ROW (row), G_LIST_MODEL (model));
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), document->use == STORE_USE_PASSAGES ? 0 : 1);
  gtk_widget_set_sensitive (row, fits || document->use != STORE_USE_PASSAGES);
  keep_document (row, document);
  g_signal_connect (row, "notify::selected", G_CALLBACK (use_chosen_cb), sheet);
  return row;
}

static GtkWidget *
make_action_row (Sheet *sheet, const StoreDocument *document, const char *title, const char *icon, GCallback activated)
{
  GtkWidget *row = adw_action_row_new ();

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name (icon));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  keep_document (row, document);
  g_signal_connect (row, "activated", activated, sheet);
  return row;
}

static GtkWidget *
make_row (Sheet *sheet, const StoreDocument *document)
{
  GtkWidget *row = adw_expander_row_new ();
  g_autofree char *subtitle = myna_document_describe (document);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), document->name);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (row), subtitle);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row), make_use_row (sheet, document));
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row), make_action_row (sheet, document, _ ("Show Text"), "view-paged-symbolic",
                                                                     G_CALLBACK (show_text_cb)));
  adw_expander_row_add_row (ADW_EXPANDER_ROW (row), make_action_row (sheet, document, _ ("Remove From This Chat"),
                                                                     "user-trash-symbolic", G_CALLBACK (remove_cb)));
  return row;
}

static void
documents_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkWindow) window = user_data;
  Sheet *sheet = g_object_get_data (G_OBJECT (window), "sheet");
  g_autoptr (GPtrArray) documents = store_finish_list (STORE_DB (source), result, NULL);

  if (!sheet || !sheet->conversation || !documents)
    return;
  sheet->n_pages = sheet->n_whole = 0;
  for (guint i = 0; i < documents->len; i++)
    if (((StoreDocument *) documents->pdata[i])->use == STORE_USE_WHOLE)
      {
        sheet->n_whole++;
        sheet->n_pages += ((StoreDocument *) documents->pdata[i])->n_pages;
      }
  myna_list_clear (sheet->list);
  for (guint i = 0; i < documents->len; i++)
    gtk_list_box_append (GTK_LIST_BOX (sheet->list), make_row (sheet, documents->pdata[i]));
  gtk_widget_set_visible (sheet->list, documents->len > 0);
  if (sheet->reads_ahead && sheet->n_whole > 0)
    myna_read_ahead_start (myna_read_ahead_get (sheet->conversation));
  sheet->reads_ahead = FALSE;
  update_reading (sheet);
}

static void
read_documents (Sheet *sheet)
{
  store_list_documents_async (myna_conversation_get_store (sheet->conversation), myna_conversation_get_id (sheet->conversation),
                              NULL, documents_read_cb, g_object_ref (sheet->window));
}

/* ---- Window ----------------------------------------------------------------------------------------------------- */

/* What the window holds of the chat goes now, not with the last reference to it. */
static void
destroyed_cb (GtkWidget *window)
{
  g_object_set_data (G_OBJECT (window), "sheet", NULL);
}

static GtkWidget *
make_page (Sheet *sheet)
{
  GtkWidget *all = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *clamp = adw_clamp_new (), *scroller = myna_scroller_new (clamp, -1);

  sheet->problem = myna_long_label_new (NULL, "error");
  gtk_widget_set_visible (sheet->problem, FALSE);
  sheet->list = myna_list_new (_ ("Documents of This Chat"));
  gtk_box_append (GTK_BOX (column), make_reading (sheet));
  gtk_box_append (GTK_BOX (column), sheet->problem);
  gtk_box_append (GTK_BOX (column), sheet->list);
  gtk_widget_set_margin_top (column, 18);
  gtk_widget_set_margin_bottom (column, 18);
  gtk_widget_set_margin_start (column, 12);
  gtk_widget_set_margin_end (column, 12);
  adw_clamp_set_child (ADW_CLAMP (clamp), column);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_box_append (GTK_BOX (all), adw_header_bar_new ());
  gtk_box_append (GTK_BOX (all), scroller);
  return all;
}

void
myna_documents_window_show (GtkWindow *parent, MynaConversation *conversation)
{
  GtkWindow *window = myna_secondary_window_find (parent, WINDOW_NAME);
  Sheet *sheet;

  if (window)
    gtk_window_destroy (window);
  window = g_object_new (ADW_TYPE_WINDOW, "transient-for", parent, "modal", TRUE, "title", _ ("Documents of This Chat"),
                         "default-width", 460, "default-height", 480, "width-request", 340, NULL);
  sheet = g_new0 (Sheet, 1);
  g_set_weak_pointer (&sheet->conversation, conversation);
  sheet->window = window;
  g_object_set_data_full (G_OBJECT (window), "sheet", sheet, sheet_free);
  adw_window_set_content (ADW_WINDOW (window), make_page (sheet));
  myna_secondary_window_follow (window, parent, WINDOW_NAME);
  g_signal_connect (window, "destroy", G_CALLBACK (destroyed_cb), NULL);
  g_signal_connect_object (myna_read_ahead_get (conversation), "changed", G_CALLBACK (ahead_changed_cb), window,
                           G_CONNECT_SWAPPED);
  read_documents (sheet);
  gtk_window_present (window);
}
