/* myna-window-title.c: the title of the chat that is open, and below it the model that answers, with the menu to choose another
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n.h>

#include "window/myna-window-private.h"

gboolean
myna_window_is_temporary (MynaWindow *self)
{
  return self->conversation && self->conversation == myna_core_get_temporary (self->core);
}

void
myna_window_update_title (MynaWindow *self)
{
  const char *title = self->conversation ? myna_conversation_get_title (self->conversation) : NULL;
  g_autofree char *window_title = NULL;

  if (!title || !*title)
    title = myna_window_is_temporary (self) ? _ ("Temporary chat") : _ ("New chat");
  gtk_label_set_label (GTK_LABEL (self->title), title);
  gtk_widget_set_tooltip_text (self->title, title);
  window_title = g_strdup_printf ("%s — Myna", title);
  gtk_window_set_title (GTK_WINDOW (self), window_title);
}

void
myna_window_update_model (MynaWindow *self)
{
  MynaModelLibrary *models = myna_core_get_models (self->core);
  GlmActor *actor = myna_model_library_get_actor (models);
  const char *loading = myna_model_library_get_loading_path (models);
  const char *loaded = glm_actor_get_model_path (actor);
  const char *chosen = self->conversation ? myna_conversation_get_model (self->conversation) : NULL;
  g_autofree char *name = NULL;
  g_autofree char *text = NULL;

  if (loading)
    {
      name = myna_model_library_describe (models, loading);
      /* Translators: the name of a model, and how much of it is read already */
      text = g_strdup_printf (_ ("Loading %s (%d%%)"), name, (int) (100 * glm_actor_get_load_fraction (actor)));
    }
  else
    {
      if (!chosen)
        chosen = myna_model_library_get_default_path (models);
      if (g_strcmp0 (chosen, loaded) == 0)
        g_clear_pointer (&self->replaced_model, g_free);
      /* Another one answers in its place. */
      if (loaded && g_strcmp0 (chosen, myna_model_library_get_crashed_path (models)) == 0)
        chosen = loaded;
      text = myna_model_library_describe (models, chosen ? chosen : loaded);
    }
  gtk_label_set_label (GTK_LABEL (self->subtitle), text);
  gtk_widget_set_tooltip_text (self->subtitle, text); /* the whole of it where there is no room */
  if (self->view)
    myna_conversation_view_set_model (MYNA_CONVERSATION_VIEW (self->view), text);
}

static void
append_model (GMenu *menu, const char *label, const char *path)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, "win.use-model", "s", path);
  g_menu_append_item (menu, item);
}

/* Made when it is opened, so that it always has the models of now. */
static void
fill_model_menu_cb (GtkMenuButton *button, gpointer user_data)
{
  MynaWindow *self = user_data;
  GListModel *entries = myna_model_library_get_entries (myna_core_get_models (self->core));
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenu) models = g_menu_new ();
  g_autoptr (GMenu) more = g_menu_new ();

  append_model (models, _ ("Default Model"), "");
  for (guint i = 0; i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr (MynaModelEntry) entry = g_list_model_get_item (entries, i);

      if (myna_model_entry_get_status (entry) == MYNA_MODEL_READABLE)
        append_model (models, myna_model_entry_get_title (entry), myna_model_entry_get_path (entry));
    }
  g_menu_append_section (menu, _ ("Model for this chat"), G_MENU_MODEL (models));
  g_menu_append (more, _ ("_Models…"), "app.models");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (more));
  gtk_menu_button_set_menu_model (button, G_MENU_MODEL (menu));
}

static GtkWidget *
make_model_button (MynaWindow *self)
{
  GtkWidget *button = gtk_menu_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 2);

  self->subtitle = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->subtitle), PANGO_ELLIPSIZE_END);
  gtk_label_set_single_line_mode (GTK_LABEL (self->subtitle), TRUE);
  gtk_box_append (GTK_BOX (box), self->subtitle);
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name ("pan-down-symbolic"));
  gtk_menu_button_set_child (GTK_MENU_BUTTON (button), box);
  gtk_menu_button_set_create_popup_func (GTK_MENU_BUTTON (button), fill_model_menu_cb, self, NULL);
  gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "model-button");
  gtk_widget_set_tooltip_text (button, _ ("Choose the model for this chat"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Model"), -1);

  return button;
}

GtkWidget *
myna_window_make_title (MynaWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  self->title = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (self->title), PANGO_ELLIPSIZE_END);
  gtk_label_set_single_line_mode (GTK_LABEL (self->title), TRUE);
  gtk_widget_add_css_class (self->title, "title");
  gtk_box_append (GTK_BOX (box), self->title);
  gtk_box_append (GTK_BOX (box), make_model_button (self));

  return box;
}
