/* myna-chat-import-window.c: conversations from a file: what is in it, and which of it to take
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A file may hold tens of thousands of conversations, so their rows are made lazily.
 */
#include "exchange/myna-chat-import-window.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/tooltip.h"
#include "chat/myna-import-item.h"
#include "chat/myna-import-words.h"

struct _MynaChatImportWindow
{
  MynaTaskWindow parent_instance;

  StoreDb *store;
  GFile *file;
  GListStore *items; /* of MynaImportItem */
  guint n_checked;
  guint n_refused; /* of the file: they cannot be checked */
  gboolean checking_all;

  GtkWidget *stack; /* waiting, list, nothing */
  GtkWidget *summary;
  GtkWidget *check_all;
  GtkWidget *remarks;
  GtkWidget *nothing;
};

G_DEFINE_FINAL_TYPE (MynaChatImportWindow, myna_chat_import_window, MYNA_TYPE_TASK_WINDOW)

/* ---- What is checked -------------------------------------------------------------------------------------------- */

static void
update_accept (MynaChatImportWindow *self)
{
  g_autofree char *label = self->n_checked
                               ? g_strdup_printf (ngettext ("Import %u", "Import %u", self->n_checked), self->n_checked)
                               : g_strdup (_ ("Import"));

  myna_task_window_set_accept (MYNA_TASK_WINDOW (self), label, self->n_checked > 0);
}

static void
checked_cb (MynaImportItem *item, GParamSpec *pspec, MynaChatImportWindow *self)
{
  self->n_checked += myna_import_item_get_checked (item) ? 1 : -1;
  if (self->checking_all)
    return;
  self->checking_all = TRUE;
  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->check_all),
                               self->n_checked == myna_import_items_count_new (G_LIST_MODEL (self->items)));
  self->checking_all = FALSE;
  update_accept (self);
}

static void
check_all_cb (MynaChatImportWindow *self)
{
  gboolean checked = gtk_check_button_get_active (GTK_CHECK_BUTTON (self->check_all));

  if (self->checking_all)
    return;
  self->checking_all = TRUE;
  myna_import_items_check_new (G_LIST_MODEL (self->items), checked);
  self->checking_all = FALSE;
  update_accept (self);
}

/* ---- Importing -------------------------------------------------------------------------------------------------- */

static void
imported_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaChatImportWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) added = store_finish_list (STORE_DB (source), result, &error);
  g_autofree char *text = NULL;

  if (myna_task_window_is_closed (MYNA_TASK_WINDOW (self)))
    return;
  myna_task_window_end (MYNA_TASK_WINDOW (self));
  if (!added)
    {
      myna_task_window_show_problem (MYNA_TASK_WINDOW (self), _ ("The chats could not be imported"),
                                     myna_import_describe_problem (error), error);
      return;
    }
  text = myna_import_describe_result (added, self->n_refused);
  myna_task_window_done (MYNA_TASK_WINDOW (self), text, NULL);
  gtk_window_destroy (GTK_WINDOW (self));
}

static void
myna_chat_import_window_accept (MynaTaskWindow *window)
{
  MynaChatImportWindow *self = MYNA_CHAT_IMPORT_WINDOW (window);
  g_autoptr (GArray) indices = myna_import_items_dup_checked (G_LIST_MODEL (self->items));
  g_autoptr (StoreProgress) progress = store_progress_new ();

  if (indices->len == 0)
    return;
  myna_task_window_begin (window, _ ("Importing…"), progress);
  store_import_async (self->store, self->file, (const guint *) indices->data, indices->len, progress,
                      myna_task_window_get_cancellable (window), imported_cb, g_object_ref (self));
}

/* ---- Preview ---------------------------------------------------------------------------------------------------- */

static void
show_remarks (MynaChatImportWindow *self, GPtrArray *entries)
{
  g_autofree char *text = myna_import_describe_remarks (entries, self->n_checked, &self->n_refused);

  gtk_label_set_label (GTK_LABEL (self->remarks), text ? text : "");
  gtk_widget_set_visible (self->remarks, text != NULL);
}

static void
show_entries (MynaChatImportWindow *self, GPtrArray *entries)
{
  const StoreImportEntry *first = g_ptr_array_index (entries, 0);
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *number = g_strdup_printf (ngettext ("%u chat", "%u chats", entries->len), entries->len);
  g_autofree char *summary = *first->source ? g_strdup_printf ("%s · %s", number, first->source) : g_strdup (number);

  for (guint i = 0; i < entries->len; i++)
    {
      MynaImportItem *item = myna_import_item_new (g_ptr_array_index (entries, i), i);

      self->n_checked += myna_import_item_get_checked (item);
      g_signal_connect_object (item, "notify::checked", G_CALLBACK (checked_cb), self, 0);
      g_ptr_array_add (items, item);
    }
  g_list_store_splice (self->items, 0, 0, items->pdata, items->len);
  gtk_label_set_label (GTK_LABEL (self->summary), summary);
  self->checking_all = TRUE;
  gtk_check_button_set_active (GTK_CHECK_BUTTON (self->check_all), self->n_checked > 0);
  self->checking_all = FALSE;
  gtk_widget_set_sensitive (self->check_all, self->n_checked > 0);
  show_remarks (self, entries);
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "list");
  update_accept (self);
}

static void
previewed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaChatImportWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = store_finish_list (STORE_DB (source), result, &error);

  if (myna_task_window_is_closed (MYNA_TASK_WINDOW (self)))
    return;
  myna_task_window_end (MYNA_TASK_WINDOW (self));
  if (entries && entries->len > 0)
    {
      show_entries (self, entries);
      return;
    }
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), "nothing");
  if (entries)
    adw_status_page_set_description (ADW_STATUS_PAGE (self->nothing), _ ("This file contains no chats."));
  else
    myna_task_window_show_problem (MYNA_TASK_WINDOW (self), _ ("This file cannot be imported"),
                                   myna_import_describe_problem (error), error);
}

/* ---- Rows ------------------------------------------------------------------------------------------------------- */

static void
setup_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, gpointer user_data)
{
  GtkWidget *check = gtk_check_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  for (int i = 0; i < 2; i++)
    {
      GtkWidget *label = myna_line_label_new (NULL, NULL);

      if (i == 1)
        {
          myna_add_css_classes (label, "caption dim-label");
        }
      gtk_box_append (GTK_BOX (box), label);
    }
  gtk_widget_set_margin_start (box, 6);
  gtk_check_button_set_child (GTK_CHECK_BUTTON (check), box);
  gtk_list_item_set_child (list_item, check);
  gtk_list_item_set_selectable (list_item, FALSE);
  gtk_list_item_set_activatable (list_item, FALSE);
}

static void
bind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, gpointer user_data)
{
  GtkWidget *check = gtk_list_item_get_child (list_item);
  GtkWidget *title = gtk_widget_get_first_child (gtk_check_button_get_child (GTK_CHECK_BUTTON (check)));
  MynaImportItem *item = gtk_list_item_get_item (list_item);
  const StoreImportEntry *entry = myna_import_item_get_entry (item);
  const char *name = *entry->title ? entry->title : _ ("Untitled chat");
  g_autofree char *details = myna_import_describe_entry (entry);
  g_autofree char *notes = myna_import_describe_notes (entry->notes);
  GBinding *binding =
      g_object_bind_property (item, "checked", check, "active", G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);

  gtk_label_set_label (GTK_LABEL (title), name);
  gtk_label_set_label (GTK_LABEL (gtk_widget_get_next_sibling (title)), details);
  /* A tooltip is a description too, and none takes away what was set. */
  myna_set_tooltip (check, entry->problem ? entry->problem : notes);
  gtk_accessible_update_property (GTK_ACCESSIBLE (check), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, details, -1);
  gtk_widget_set_sensitive (check, !entry->is_duplicate || store_import_entry_can_copy (entry));
  g_object_set_data (G_OBJECT (list_item), "binding", binding);
}

static void
unbind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, gpointer user_data)
{
  g_binding_unbind (g_object_steal_data (G_OBJECT (list_item), "binding"));
}

/* ---- Building --------------------------------------------------------------------------------------------------- */

static GtkWidget *
make_list (MynaChatImportWindow *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *list, *scroller;

  gtk_widget_add_css_class (bar, "import-bar");
  self->check_all = gtk_check_button_new_with_label (_ ("All"));
  g_signal_connect_swapped (self->check_all, "toggled", G_CALLBACK (check_all_cb), self);
  gtk_box_append (GTK_BOX (bar), self->check_all);
  self->summary = gtk_label_new (NULL);
  gtk_widget_set_hexpand (self->summary, TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->summary), 1);
  gtk_label_set_ellipsize (GTK_LABEL (self->summary), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (self->summary, "dim-label");
  gtk_box_append (GTK_BOX (bar), self->summary);
  gtk_box_append (GTK_BOX (box), bar);
  self->remarks = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->remarks), TRUE);
  gtk_label_set_xalign (GTK_LABEL (self->remarks), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->remarks), PANGO_ELLIPSIZE_END);
  gtk_label_set_lines (GTK_LABEL (self->remarks), 8);
  myna_add_css_classes (self->remarks, "import-bar caption");
  gtk_widget_set_visible (self->remarks, FALSE);
  gtk_box_append (GTK_BOX (box), self->remarks);

  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), NULL);
  list = gtk_list_view_new (GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->items)))), factory);
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Chats in the file"), -1);
  gtk_widget_add_css_class (list, "import-list");
  scroller = myna_scroller_new (list, -1);
  gtk_widget_set_vexpand (scroller, TRUE);
  gtk_box_append (GTK_BOX (box), scroller);

  return box;
}

static void
myna_chat_import_window_finalize (GObject *object)
{
  MynaChatImportWindow *self = MYNA_CHAT_IMPORT_WINDOW (object);

  g_clear_object (&self->store);
  g_clear_object (&self->file);
  g_clear_object (&self->items);

  G_OBJECT_CLASS (myna_chat_import_window_parent_class)->finalize (object);
}

static void
myna_chat_import_window_class_init (MynaChatImportWindowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_chat_import_window_finalize;
  MYNA_TASK_WINDOW_CLASS (klass)->accept = myna_chat_import_window_accept;
}

static void
myna_chat_import_window_init (MynaChatImportWindow *self)
{
  self->items = g_list_store_new (MYNA_TYPE_IMPORT_ITEM);
  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack), adw_bin_new (), "waiting");
  gtk_stack_add_named (GTK_STACK (self->stack), make_list (self), "list");
  self->nothing = adw_status_page_new ();
  adw_status_page_set_icon_name (ADW_STATUS_PAGE (self->nothing), "document-open-symbolic");
  adw_status_page_set_title (ADW_STATUS_PAGE (self->nothing), _ ("Nothing to Import"));
  gtk_stack_add_named (GTK_STACK (self->stack), self->nothing, "nothing");
  myna_task_window_set_content (MYNA_TASK_WINDOW (self), self->stack);
  gtk_window_set_title (GTK_WINDOW (self), _ ("Import Chats"));
  update_accept (self);
}

GtkWidget *
myna_chat_import_window_new (GtkWindow *parent, StoreDb *store, GFile *file)
{
  MynaChatImportWindow *self = g_object_new (MYNA_TYPE_CHAT_IMPORT_WINDOW, "transient-for", parent, NULL);
  g_autoptr (StoreProgress) progress = store_progress_new ();

  g_return_val_if_fail (STORE_IS_DB (store), NULL);

  self->store = g_object_ref (store);
  self->file = g_object_ref (file);
  myna_task_window_begin (MYNA_TASK_WINDOW (self), _ ("Reading the file…"), progress);
  store_preview_import_async (store, file, progress, myna_task_window_get_cancellable (MYNA_TASK_WINDOW (self)), previewed_cb,
                              g_object_ref (self));

  return GTK_WIDGET (self);
}

GtkFileFilter *
myna_chat_import_make_filter (void)
{
  return myna_filter_new (_ ("Exported chats"), "*.json", "*.jsonl", "*.db", "*.sqlite", "*.sqlite3", "*.chat", NULL);
}
