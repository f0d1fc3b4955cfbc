/* myna-persona-window.c: making or changing a persona
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "preferences/myna-persona-window.h"

#include <glib/gi18n.h>

#include "base/dialog-header.h"
#include "base/myna-banner.h"
#include "base/myna-secondary-window.h"
#include "preferences/myna-chat-settings-page.h"
#include "chat/myna-personas.h"
#include "chat/persona-models.h"

struct _MynaPersonaWindow
{
  AdwWindow parent_instance;

  MynaModelLibrary *models;
  MynaPersona *start;
  GStrv paths; /* of the models in the row, without the first item: any */

  GtkWidget *banner;
  GtkWidget *name;
  GtkWidget *model;
  GtkWidget *page;
  GtkWidget *save;
};

G_DEFINE_FINAL_TYPE (MynaPersonaWindow, myna_persona_window, ADW_TYPE_WINDOW)

static void
save_cb (MynaPersonaWindow *self)
{
  MynaPersonas *personas = myna_personas_get_default ();
  guint selected = adw_combo_row_get_selected (ADW_COMBO_ROW (self->model));
  const char *path = selected > 0 && selected != GTK_INVALID_LIST_POSITION ? self->paths[selected - 1] : NULL;
  g_autoptr (MynaPersona) persona =
      myna_persona_new (gtk_editable_get_text (GTK_EDITABLE (self->name)),
                        myna_chat_settings_page_get_json (MYNA_CHAT_SETTINGS_PAGE (self->page)), path);
  g_autoptr (GError) error = NULL;
  gboolean saved = myna_personas_is_own (personas, self->start) ? myna_personas_change (personas, self->start, persona, &error)
                                                                : myna_personas_add (personas, persona, &error) != NULL;

  if (saved)
    gtk_window_close (GTK_WINDOW (self));
  else
    myna_banner_show_error (MYNA_BANNER (self->banner), _ ("The persona could not be saved"), error);
}

static void
update_save (MynaPersonaWindow *self)
{
  g_autofree char *name = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name))));

  gtk_widget_set_sensitive (self->save, *name != '\0');
}

/* ---- Building --------------------------------------------------------------------------------------------------- */

static void
fill_models (MynaPersonaWindow *self)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new ((const char *[]){ _ ("Current Model"), NULL });
  g_auto (GStrv) names = NULL;
  guint selected = myna_persona_models_list (self->models, myna_persona_get_model (self->start), &names, &self->paths);

  gtk_string_list_splice (titles, 1, 0, (const char *const *) names);
  adw_combo_row_set_model (ADW_COMBO_ROW (self->model), G_LIST_MODEL (titles));
  adw_combo_row_set_selected (ADW_COMBO_ROW (self->model), selected);
}

static GtkWidget *
make_first_group (MynaPersonaWindow *self)
{
  GtkWidget *group = adw_preferences_group_new ();

  self->name = adw_entry_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->name), _ ("Name"));
  gtk_editable_set_text (GTK_EDITABLE (self->name), myna_persona_get_name (self->start));
  g_signal_connect_swapped (self->name, "changed", G_CALLBACK (update_save), self);
  g_object_set (self->name, "activates-default", TRUE, NULL);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->name);
  self->model = adw_combo_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->model), _ ("Model"));
  fill_models (self);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->model);

  return group;
}

static void
myna_persona_window_dispose (GObject *object)
{
  MynaPersonaWindow *self = MYNA_PERSONA_WINDOW (object);

  g_clear_object (&self->models);
  g_clear_object (&self->start);
  g_clear_pointer (&self->paths, g_strfreev);

  G_OBJECT_CLASS (myna_persona_window_parent_class)->dispose (object);
}

static void
myna_persona_window_class_init (MynaPersonaWindowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_persona_window_dispose;
  gtk_widget_class_add_binding_action (GTK_WIDGET_CLASS (klass), GDK_KEY_Escape, 0, "window.close", NULL);
}

static void
myna_persona_window_init (MynaPersonaWindow *self)
{
  myna_secondary_window_add_keys (GTK_WIDGET (self));
  gtk_window_set_title (GTK_WINDOW (self), _ ("Persona"));
  gtk_window_set_default_size (GTK_WINDOW (self), 600, 640);
}

static void
build (MynaPersonaWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GlmActorLoadOptions options;
  GlmSampling sampling;

  gtk_box_append (GTK_BOX (box),
                  myna_dialog_header_new (GTK_WINDOW (self), _ ("Save"), G_CALLBACK (save_cb), NULL, &self->save));
  self->banner = myna_banner_new ();
  gtk_box_append (GTK_BOX (box), self->banner);
  self->page = myna_chat_settings_page_new (MYNA_CHAT_SETTINGS_OF_PERSONA, make_first_group (self));
  glm_family_default_sampling ("", &sampling);
  myna_model_library_get_options (self->models, &options);
  myna_chat_settings_page_set_fallback (MYNA_CHAT_SETTINGS_PAGE (self->page), &sampling, &options, NULL);
  myna_chat_settings_page_set_json (MYNA_CHAT_SETTINGS_PAGE (self->page), myna_persona_get_settings (self->start));
  gtk_widget_set_vexpand (self->page, TRUE);
  gtk_box_append (GTK_BOX (box), self->page);
  adw_window_set_content (ADW_WINDOW (self), box);
  myna_secondary_window_set_default (GTK_WINDOW (self), self->save);
}

GtkWidget *
myna_persona_window_new (GtkWindow *parent, MynaModelLibrary *models, MynaPersona *start)
{
  MynaPersonaWindow *self = g_object_new (MYNA_TYPE_PERSONA_WINDOW, "transient-for", parent, "modal", TRUE, NULL);

  self->models = g_object_ref (models);
  self->start = g_object_ref (start);
  build (self);
  gtk_widget_grab_focus (self->name);

  return GTK_WIDGET (self);
}
