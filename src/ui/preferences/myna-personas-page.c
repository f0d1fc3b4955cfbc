/* myna-personas-page.c: the list of personas: making, changing, copying, exporting and importing them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "preferences/myna-personas-page.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/myna-banner.h"
#include "preferences/myna-persona-window.h"
#include "preferences/prompts-group.h"
#include "chat/myna-personas.h"
#include "chat/pair.h"
#include "base/ui-compat.h"

struct _MynaPersonasPage
{
  AdwPreferencesPage parent_instance;

  MynaModelLibrary *models;

  GtkWidget *banner;
  GtkWidget *own_group;
  GtkWidget *own;
  GtkWidget *none; /* stands where there are no own ones */
  GtkWidget *bundled;
};

G_DEFINE_FINAL_TYPE (MynaPersonasPage, myna_personas_page, ADW_TYPE_PREFERENCES_PAGE)

/* The window may have been closed meanwhile, and the banner with it. */
static void
show_problem (MynaPersonasPage *self, const char *title, const GError *error)
{
  if (self->banner)
    myna_banner_show_error (MYNA_BANNER (self->banner), title, error);
}

/* ---- What can be done with one ---------------------------------------------------------------------------------- */

/* The persona of the row that an action is for. */
static MynaPersona *
get_persona (GtkWidget *row)
{
  return g_object_get_data (G_OBJECT (row), "persona");
}

static MynaPersonasPage *
get_page (GtkWidget *row)
{
  return MYNA_PERSONAS_PAGE (gtk_widget_get_ancestor (row, MYNA_TYPE_PERSONAS_PAGE));
}

/* What a question or a file chooser is for: the page, and the persona. */
static MynaPair *
new_task (GtkWidget *row)
{
  return myna_pair_new (get_page (row), g_object_ref (get_persona (row)), g_object_unref);
}

static void
edit_cb (GSimpleAction *action, GVariant *parameter, gpointer row)
{
  MynaPersonasPage *self = get_page (row);

  gtk_window_present (GTK_WINDOW (myna_persona_window_new (myna_get_window (self), self->models, get_persona (row))));
}

static void
duplicate_cb (GSimpleAction *action, GVariant *parameter, gpointer row)
{
  MynaPersonasPage *self = get_page (row);
  g_autoptr (GError) error = NULL;

  if (!myna_personas_add (myna_personas_get_default (), get_persona (row), &error))
    show_problem (self, _ ("The persona could not be saved"), error);
}

static void
exported_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaPersonasPage) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!myna_persona_export_finish (result, &error))
    show_problem (self, _ ("The persona could not be exported"), error);
}

static void
export_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaPair) task = user_data;
  g_autoptr (GFile) file = myna_choose_file_finish (result);

  if (file)
    myna_persona_export_async (task->subject, file, exported_cb, g_object_ref (task->owner));
}

static void
export_cb (GSimpleAction *action, GVariant *parameter, gpointer row)
{
  g_autofree char *name = g_strconcat (myna_persona_get_name (get_persona (row)), ".json", NULL);

  g_strdelimit (name, G_DIR_SEPARATOR_S, '-');
  myna_choose_file_async (myna_get_window (row), MYNA_FILE_SAVE, _ ("Export Persona"), NULL, name, export_chosen_cb,
                          new_task (row));
}

static void
delete_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaPair) task = user_data;
  g_autoptr (GError) error = NULL;

  if (myna_ask_finish (result) && !myna_personas_remove (myna_personas_get_default (), task->subject, &error))
    show_problem (task->owner, _ ("The persona could not be deleted"), error);
}

static void
delete_cb (GSimpleAction *action, GVariant *parameter, gpointer row)
{
  g_autofree char *heading = g_strdup_printf (_ ("Delete “%s”?"), myna_persona_get_name (get_persona (row)));

  myna_ask_async (myna_get_window (row), MYNA_QUESTION_DESTRUCTIVE, heading, _ ("Chats that use it keep their settings."),
                  _ ("_Delete"), delete_answered_cb, new_task (row));
}

/* ---- New and imported ones -------------------------------------------------------------------------------------- */

static void
new_cb (MynaPersonasPage *self)
{
  g_autoptr (MynaPersona) persona = myna_persona_new (_ ("New persona"), NULL, NULL);

  gtk_window_present (GTK_WINDOW (myna_persona_window_new (myna_get_window (self), self->models, persona)));
}

static void
imported_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaPersonasPage) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!myna_personas_import_finish (MYNA_PERSONAS (source), result, &error))
    show_problem (self, _ ("The persona could not be imported"), error);
  else if (self->banner)
    myna_banner_hide (MYNA_BANNER (self->banner));
}

static void
import_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaPersonasPage) self = user_data;
  g_autoptr (GFile) file = myna_choose_file_finish (result);

  if (file)
    myna_personas_import_async (myna_personas_get_default (), file, imported_cb, g_object_ref (self));
}

static void
import_cb (MynaPersonasPage *self)
{
  g_autoptr (GtkFileFilter) filter = myna_filter_new (_ ("Personas"), "*.json", NULL);

  myna_choose_file_async (myna_get_window (self), MYNA_FILE_OPEN, _ ("Import Persona"), filter, NULL, import_chosen_cb,
                          g_object_ref (self));
}

/* ---- Rows ------------------------------------------------------------------------------------------------------- */

static GtkWidget *
make_menu_button (MynaPersona *persona, gboolean own)
{
  GtkWidget *button;
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autofree char *label = g_strdup_printf (_ ("Menu of “%s”"), myna_persona_get_name (persona));

  if (own)
    g_menu_append (menu, _ ("_Edit…"), "persona.edit");
  g_menu_append (menu, _ ("D_uplicate"), "persona.duplicate");
  g_menu_append (menu, _ ("E_xport…"), "persona.export");
  if (own)
    g_menu_append (menu, _ ("_Delete"), "persona.delete");
  button = myna_menu_button_new ("view-more-symbolic", label, G_MENU_MODEL (menu));
  gtk_widget_add_css_class (button, "flat");
  return button;
}

static void
activated_cb (GtkWidget *row)
{
  gtk_widget_activate_action (row, "persona.edit", NULL);
}

static GtkWidget *
make_row (MynaPersona *persona, gboolean own)
{
  static const GActionEntry entries[] = {
    { "edit", edit_cb },
    { "duplicate", duplicate_cb },
    { "export", export_cb },
    { "delete", delete_cb },
  };
  g_autoptr (GSimpleActionGroup) actions = g_simple_action_group_new ();
  g_autofree char *summary = myna_persona_summarise (persona);
  GtkWidget *row = myna_row_new (myna_persona_get_name (persona), summary);

  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 2);
  g_object_set_data_full (G_OBJECT (row), "persona", g_object_ref (persona), g_object_unref);
  g_action_map_add_action_entries (G_ACTION_MAP (actions), entries, G_N_ELEMENTS (entries), row);
  gtk_widget_insert_action_group (row, "persona", G_ACTION_GROUP (actions));
  myna_row_add_suffix (row, make_menu_button (persona, own));
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), own);
  g_signal_connect (row, "activated", G_CALLBACK (activated_cb), NULL);

  return row;
}

static void
update (MynaPersonasPage *self)
{
  MynaPersonas *personas = myna_personas_get_default ();
  GListModel *list = myna_personas_get_list (personas);
  g_autofree char *word = myna_personas_dup_word (personas);
  gboolean any_own = FALSE;

  myna_list_clear (self->own);
  myna_list_clear (self->bundled);
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (MynaPersona) persona = g_list_model_get_item (list, i);
      gboolean own = myna_personas_is_own (personas, persona);

      gtk_list_box_append (GTK_LIST_BOX (own ? self->own : self->bundled), make_row (persona, own));
      any_own |= own;
    }
  gtk_widget_set_visible (self->own, any_own);
  gtk_label_set_label (GTK_LABEL (self->none), word ? word : "");
  gtk_widget_set_visible (self->none, word != NULL);
}

/* ---- Building --------------------------------------------------------------------------------------------------- */

static GtkWidget *
make_buttons (MynaPersonasPage *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *import = gtk_button_new_with_label (_ ("Import…"));
  GtkWidget *new = gtk_button_new_with_label (_ ("New…"));

  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (import, "flat");
  gtk_widget_add_css_class (new, "flat");
  myna_button_set_spoken_name (import, _ ("Import Persona"));
  myna_button_set_spoken_name (new, _ ("New Persona"));
  g_signal_connect_swapped (import, "clicked", G_CALLBACK (import_cb), self);
  g_signal_connect_swapped (new, "clicked", G_CALLBACK (new_cb), self);
  gtk_box_append (GTK_BOX (box), import);
  gtk_box_append (GTK_BOX (box), new);

  return box;
}

static void
myna_personas_page_dispose (GObject *object)
{
  MynaPersonasPage *self = MYNA_PERSONAS_PAGE (object);

  g_clear_object (&self->models);
  self->banner = NULL;

  G_OBJECT_CLASS (myna_personas_page_parent_class)->dispose (object);
}

static void
myna_personas_page_class_init (MynaPersonasPageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_personas_page_dispose;
}

static void
myna_personas_page_init (MynaPersonasPage *self)
{
  AdwPreferencesPage *page = ADW_PREFERENCES_PAGE (self);
  GtkWidget *bundled_group = myna_group_new (_ ("Included with Myna"), NULL);

  adw_preferences_page_set_title (page, _ ("Personas"));
  adw_preferences_page_set_icon_name (page, "avatar-default-symbolic");
  self->own_group = myna_group_new (_ ("Your Personas"), NULL);
  adw_preferences_group_set_header_suffix (ADW_PREFERENCES_GROUP (self->own_group), make_buttons (self));
  self->banner = myna_banner_new ();
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->own_group), self->banner);
  self->own = myna_list_new (_ ("Your Personas"));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->own_group), self->own);
  self->none = myna_long_label_new ("", "dim-label");
  gtk_widget_set_margin_top (self->none, 6);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (self->own_group), self->none);
  adw_preferences_page_add (page, ADW_PREFERENCES_GROUP (self->own_group));
  self->bundled = myna_list_new (_ ("Included with Myna"));
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (bundled_group), self->bundled);
  adw_preferences_page_add (page, ADW_PREFERENCES_GROUP (bundled_group));
  adw_preferences_page_add (page, ADW_PREFERENCES_GROUP (myna_prompts_group_new ()));
  g_signal_connect_object (myna_personas_get_list (myna_personas_get_default ()), "items-changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  update (self);
}

GtkWidget *
myna_personas_page_new (MynaModelLibrary *models)
{
  MynaPersonasPage *self = g_object_new (MYNA_TYPE_PERSONAS_PAGE, NULL);

  self->models = g_object_ref (models);

  return GTK_WIDGET (self);
}
