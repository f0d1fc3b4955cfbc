/* myna-models-window.c: the models, what they need, and which of them is used
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "models/myna-models-window.h"

#include <glib/gi18n.h>

#include "chat/model-adding.h"
#include "chat/myna-remote-error.h"
#include "models/myna-finder-window.h"
#include "models/myna-import-window.h"
#include "models/myna-model-row.h"
#include "models/offer-list.h"
#include "models/server-list.h"
#include "base/controls.h"
#include "base/myna-banner.h"
#include "base/myna-secondary-window.h"
#include "base/tooltip.h"
#include "base/ui-compat.h"

struct _MynaModelsWindow
{
  AdwWindow parent_instance;

  MynaCore *core;
  MynaModelLibrary *models; /* of the core */
  GSettings *settings;      /* of the core */

  MynaModelAdding *adding;

  GtkWidget *banner;
  GtkWidget *list;
  GtkWidget *loading_group;
  GtkWidget *loading_row;
  GtkWidget *progress;
};

G_DEFINE_FINAL_TYPE (MynaModelsWindow, myna_models_window, ADW_TYPE_WINDOW)

/* ---- The list --------------------------------------------------------------------------------------------------- */

static GtkWidget *
make_row_cb (gpointer item, gpointer user_data)
{
  MynaModelsWindow *self = user_data;

  return myna_model_row_new (self->models, item, self->settings);
}

static void
update_loading (MynaModelsWindow *self)
{
  GlmActor *actor = myna_model_library_get_actor (self->models);
  const char *path = myna_model_library_get_loading_path (self->models);
  g_autofree char *name = NULL;
  g_autofree char *title = NULL;
  g_autofree char *escaped = NULL;

  gtk_widget_set_visible (self->loading_group, path != NULL);
  if (!path)
    return;
  name = myna_model_library_describe (self->models, path);
  title = g_strdup_printf (_ ("Loading %s"), name);
  escaped = g_markup_escape_text (title, -1);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->loading_row), escaped);
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress), glm_actor_get_load_fraction (actor));
}

static void
load_failed_cb (MynaModelsWindow *self, const char *path, GError *error)
{
  g_autofree char *name = myna_model_library_describe (self->models, path);
  g_autofree char *title = g_strdup_printf (_ ("“%s” could not be loaded"), name);

  myna_banner_show_error (MYNA_BANNER (self->banner), title, error);
}

/* ---- Adding ----------------------------------------------------------------------------------------------------- */

static void
refused_cb (MynaModelsWindow *self)
{
  g_autofree char *details = NULL;
  g_autofree char *title = myna_model_adding_dup_title (self->adding);
  g_autofree char *body = myna_model_adding_dup_reasons (self->adding, &details);

  myna_banner_show (MYNA_BANNER (self->banner), title, body, details, NULL, NULL, NULL);
}

/* What was added is to be seen. */
static void
unfold (MynaModelsWindow *self, MynaModelEntry *entry)
{
  for (GtkWidget *row = gtk_widget_get_first_child (self->list); row; row = gtk_widget_get_next_sibling (row))
    {
      if (MYNA_IS_MODEL_ROW (row) && myna_model_row_get_entry (MYNA_MODEL_ROW (row)) == entry)
        adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
    }
}

/* Replaces the catalogue of models to download. */
static void
replace_list (MynaModelsWindow *self, GFile *file)
{
  MynaOffers *offers = myna_core_get_offers (self->core);
  g_autoptr (GError) error = NULL;
  g_autofree char *title = NULL;

  if (!myna_offers_replace (offers, file, &error))
    {
      myna_banner_show_error (MYNA_BANNER (self->banner), _ ("The list of models was not replaced"), error);
      return;
    }
  title = g_strdup_printf (_ ("The list of models is now the one of %s"),
                           myna_catalogue_get_date (myna_offers_get_catalogue (offers)));
  myna_banner_show (MYNA_BANNER (self->banner), title, NULL, NULL, NULL, NULL, NULL);
}

void
myna_models_window_add_file (MynaModelsWindow *self, GFile *file)
{
  g_autofree char *path = g_file_get_path (file);

  g_return_if_fail (MYNA_IS_MODELS_WINDOW (self));

  if (path && g_str_has_suffix (path, ".json"))
    {
      replace_list (self, file);
      return;
    }
  if (!path)
    {
      myna_banner_show (MYNA_BANNER (self->banner), _ ("This file is not on this computer"),
                        _ ("Copy it to a disk of this computer first."), NULL, NULL, NULL, NULL);
      return;
    }
  if (!myna_model_adding_has_refused (self->adding))
    myna_banner_hide (MYNA_BANNER (self->banner));
  if (myna_model_needs_import (path))
    {
      GtkWidget *import = myna_import_window_new (GTK_WINDOW (self), file);

      g_signal_connect_object (import, "imported", G_CALLBACK (myna_model_adding_add), self->adding, G_CONNECT_SWAPPED);
      gtk_window_present (GTK_WINDOW (import));
      return;
    }
  myna_model_adding_add (self->adding, path);
}

static void
file_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaModelsWindow) self = user_data;
  g_autoptr (GFile) file = myna_choose_file_finish (result);

  if (file)
    myna_models_window_add_file (self, file);
}

static void
add_cb (MynaModelsWindow *self)
{
  g_autoptr (GtkFileFilter) filter =
      myna_filter_new (_ ("Model files (GGUF, chatglm.cpp) and lists of models"), "*.gguf", "*.GGUF", "*.bin", "*.json", NULL);

  myna_choose_file_async (GTK_WINDOW (self), MYNA_FILE_OPEN, _ ("Add a Model"), filter, NULL, file_chosen_cb,
                          g_object_ref (self));
}

static void
add_folder_cb (MynaModelsWindow *self)
{
  myna_choose_file_async (GTK_WINDOW (self), MYNA_FILE_OPEN_FOLDER, _ ("Import a Folder"), NULL, NULL, file_chosen_cb,
                          g_object_ref (self));
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, MynaModelsWindow *self)
{
  GSList *files = g_value_get_boxed (value);

  for (GSList *l = files; l; l = l->next)
    myna_models_window_add_file (self, l->data);

  return files != NULL;
}

/* ---- Building --------------------------------------------------------------------------------------------------- */

static GtkWidget *
make_loading_group (MynaModelsWindow *self)
{
  GtkWidget *cancel = gtk_button_new_with_label (_ ("Cancel"));

  self->loading_group = adw_preferences_group_new ();
  self->loading_row = adw_action_row_new ();
  self->progress = gtk_progress_bar_new ();
  myna_row_add_suffix (self->loading_row, self->progress);
  myna_button_set_spoken_name (cancel, _ ("Cancel Loading"));
  g_signal_connect_object (cancel, "clicked", G_CALLBACK (myna_model_library_cancel_load), self->models, G_CONNECT_SWAPPED);
  myna_row_add_suffix (self->loading_row, cancel);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->loading_group), self->loading_row);

  return self->loading_group;
}

static void
find_cb (MynaModelsWindow *self)
{
  GtkWidget *finder = myna_finder_window_new (GTK_WINDOW (self));

  g_signal_connect_object (finder, "chosen", G_CALLBACK (myna_model_adding_add), self->adding, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (finder));
}

static GtkWidget *
make_models_group (MynaModelsWindow *self)
{
  GtkWidget *group = myna_group_new (_ ("On This Computer"), _ ("Files stay where they are. Myna never deletes them."));
  GtkWidget *find = myna_flat_button_new ("system-search-symbolic", _ ("Find Models of Other Programs"));

  /* A sandbox does not see their folders. */
  gtk_widget_set_visible (find, !myna_remote_get_permit (TRUE));
  g_signal_connect_object (find, "clicked", G_CALLBACK (find_cb), self, G_CONNECT_SWAPPED);
  adw_preferences_group_set_header_suffix (ADW_PREFERENCES_GROUP (group), find);

  self->list = myna_list_new (_ ("Models"));
  gtk_list_box_bind_model (GTK_LIST_BOX (self->list), myna_model_library_get_entries (self->models), make_row_cb, self, NULL);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->list);

  return group;
}

static void
myna_models_window_dispose (GObject *object)
{
  MynaModelsWindow *self = MYNA_MODELS_WINDOW (object);

  if (self->list)
    gtk_list_box_bind_model (GTK_LIST_BOX (self->list), NULL, NULL, NULL, NULL);
  self->list = NULL;
  g_clear_object (&self->adding);
  g_clear_object (&self->core);

  G_OBJECT_CLASS (myna_models_window_parent_class)->dispose (object);
}

static void
myna_models_window_class_init (MynaModelsWindowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_models_window_dispose;
  gtk_widget_class_add_binding_action (GTK_WIDGET_CLASS (klass), GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
myna_models_window_init (MynaModelsWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect (target, "drop", G_CALLBACK (drop_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
  myna_secondary_window_add_keys (GTK_WIDGET (self));
  gtk_window_set_title (GTK_WINDOW (self), _ ("Models"));
  gtk_window_set_default_size (GTK_WINDOW (self), 600, 640);
}

static void
build (MynaModelsWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *header = adw_header_bar_new ();
  GtkWidget *add = gtk_button_new_with_label (_ ("Add…"));
  GtkWidget *folder = gtk_button_new_from_icon_name ("folder-open-symbolic");
  GtkWidget *page = adw_preferences_page_new ();

  g_signal_connect_swapped (add, "clicked", G_CALLBACK (add_cb), self);
  myna_button_set_spoken_name (add, _ ("Add a Model"));
  adw_header_bar_pack_start (ADW_HEADER_BAR (header), add);
  g_signal_connect_swapped (folder, "clicked", G_CALLBACK (add_folder_cb), self);
  myna_set_tooltip (folder, _ ("Import a folder from Hugging Face or ModelScope"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (folder), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Import a Folder"), -1);
  adw_header_bar_pack_start (ADW_HEADER_BAR (header), folder);
  gtk_box_append (GTK_BOX (box), header);
  self->banner = myna_banner_new ();
  gtk_box_append (GTK_BOX (box), self->banner);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (make_loading_group (self)));
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (make_models_group (self)));
  if (myna_remote_link_is_there ())
    adw_preferences_page_add (ADW_PREFERENCES_PAGE (page),
                              ADW_PREFERENCES_GROUP (myna_remote_server_list_new (myna_core_get_servers (self->core))));
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page),
                            ADW_PREFERENCES_GROUP (myna_offer_list_new (myna_core_get_offers (self->core), self->settings)));
  gtk_widget_set_vexpand (page, TRUE);
  gtk_box_append (GTK_BOX (box), page);
  adw_window_set_content (ADW_WINDOW (self), box);
}

GtkWidget *
myna_models_window_new (GtkWindow *parent, MynaCore *core)
{
  MynaModelsWindow *self = g_object_new (MYNA_TYPE_MODELS_WINDOW, "transient-for", parent, NULL);
  MynaModelLibrary *models = myna_core_get_models (core);

  self->core = g_object_ref (core);
  self->models = models;
  self->settings = myna_core_get_settings (core);
  self->adding = myna_model_adding_new (models);
  build (self);
  g_signal_connect_object (self->adding, "added", G_CALLBACK (unfold), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->adding, "refused", G_CALLBACK (refused_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (models, "notify::loading-path", G_CALLBACK (update_loading), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (models, "load-failed", G_CALLBACK (load_failed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (myna_model_library_get_actor (models), "notify::load-fraction", G_CALLBACK (update_loading), self,
                           G_CONNECT_SWAPPED);
  update_loading (self);

  return GTK_WIDGET (self);
}
