/* myna-model-row.c: one model in the list of models: what it is, what it needs, what can be done with it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "models/myna-model-row.h"

#include <glib/gi18n.h>

#include "chat/lazy-digest.h"
#include "chat/myna-model-need.h"
#include "base/controls.h"
#include "base/tooltip.h"
#include "base/ui-compat.h"

struct _MynaModelRow
{
  AdwExpanderRow parent_instance;

  MynaModelLibrary *models;
  MynaModelEntry *entry;
  GSettings *settings;

  MynaLazyDigest *digest;
  char *named; /* the name that was put into its field */

  GtkWidget *badge;
  GtkWidget *name;
  GtkWidget *memory;
  GtkWidget *context;
  GtkWidget *quirks;
  GtkWidget *problem; /* the engine's words */
  GtkWidget *license;
  GtkWidget *checksum;
  GtkWidget *copy;
  GtkWidget *file;
  GtkWidget *use;
  GtkWidget *make_default;
  GtkWidget *remove;
};

G_DEFINE_FINAL_TYPE (MynaModelRow, myna_model_row, ADW_TYPE_EXPANDER_ROW)

/* ---- What is shown ---------------------------------------------------------------------------------------------- */

static int
get_wanted_context (MynaModelRow *self)
{
  return (int) g_settings_get_uint (self->settings, "context-length");
}

static gboolean
is_in_use (MynaModelRow *self)
{
  return g_strcmp0 (glm_actor_get_model_path (myna_model_library_get_actor (self->models)),
                    myna_model_entry_get_path (self->entry))
         == 0;
}

static gboolean
is_starter (MynaModelRow *self)
{
  return g_strcmp0 (myna_model_library_get_starter_path (self->models), myna_model_entry_get_path (self->entry)) == 0;
}

/* What is loaded takes what it takes. */
static char *
describe_memory (MynaModelRow *self, const MynaModelNeed *need)
{
  g_autofree char *total = g_format_size (need->total);

  return is_in_use (self) ? g_strdup_printf (_ ("Using about %s"), total) : myna_model_need_describe (need);
}

static void
update_details (MynaModelRow *self)
{
  const GlmModelInfo *info = myna_model_entry_get_info (self->entry);
  const GError *error = myna_model_entry_get_error (self->entry);
  g_autofree char *sum = NULL;
  g_autofree char *parts = NULL;
  g_autofree char *memory = NULL;
  g_autofree char *context = NULL;
  g_autofree char *license = NULL;
  MynaModelNeed need;

  gtk_widget_set_visible (self->memory, info != NULL);
  gtk_widget_set_visible (self->context, info != NULL);
  gtk_widget_set_visible (self->license, info != NULL);
  gtk_widget_set_visible (self->checksum, info != NULL);
  gtk_widget_set_visible (self->quirks, info && *info->quirks);
  gtk_widget_set_visible (self->problem, error != NULL);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->problem), error ? error->message : "");
  if (!info)
    return;
  myna_model_need_of_entry (&need, self->entry, get_wanted_context (self));
  sum = describe_memory (self, &need);
  parts = myna_model_need_describe_parts (&need);
  memory = g_strdup_printf ("%s\n%s", sum, parts);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->memory), memory);
  context = myna_model_info_describe_context (info, get_wanted_context (self));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->context), context);
  license = myna_model_info_describe_license (info);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->license), license);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->quirks), info->quirks);
}

/* ---- Digest ----------------------------------------------------------------------------------------------------- */

static void
digest_changed_cb (gpointer user_data)
{
  MynaModelRow *self = user_data;

  gtk_widget_set_visible (self->copy, myna_lazy_digest_get (self->digest) != NULL);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->checksum), myna_lazy_digest_describe (self->digest));
}

static void
copy_digest_cb (MynaModelRow *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), myna_lazy_digest_get (self->digest));
}

static void
update_subtitle (MynaModelRow *self)
{
  g_autofree char *text = myna_model_entry_describe (self->entry);
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), escaped);
}

/* What the person typed there stays, applied or not. */
static void
update_name (MynaModelRow *self)
{
  const char *title = myna_model_entry_get_title (self->entry), *text = gtk_editable_get_text (GTK_EDITABLE (self->name));

  if ((gtk_widget_get_state_flags (self->name) & GTK_STATE_FLAG_FOCUS_WITHIN) == 0 && g_strcmp0 (text, title) != 0
      && g_strcmp0 (text, self->named) == 0)
    gtk_editable_set_text (GTK_EDITABLE (self->name), title);
  if (g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (self->name)), title) != 0)
    return;
  g_free (self->named);
  self->named = g_strdup (title);
}

static void
update (MynaModelRow *self)
{
  const char *path = myna_model_entry_get_path (self->entry);
  g_autofree char *title = g_markup_escape_text (myna_model_entry_get_title (self->entry), -1);
  gboolean in_use = is_in_use (self);
  gboolean is_default = g_strcmp0 (myna_model_library_get_default_path (self->models), path) == 0;
  gboolean readable = myna_model_entry_get_status (self->entry) == MYNA_MODEL_READABLE;

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), title);
  update_subtitle (self);
  update_name (self);
  update_details (self);
  myna_lazy_digest_set_wanted (self->digest, readable && adw_expander_row_get_expanded (ADW_EXPANDER_ROW (self)));
  gtk_label_set_label (GTK_LABEL (self->badge), in_use && is_default ? _ ("Default, in use")
                                                : in_use             ? _ ("In use")
                                                : is_default         ? _ ("Default")
                                                                     : "");
  gtk_widget_set_visible (self->badge, in_use || is_default);
  gtk_button_set_label (GTK_BUTTON (self->use), in_use ? _ ("Unload") : _ ("Use in This Chat"));
  gtk_widget_set_sensitive (self->use, readable || in_use);
  gtk_widget_set_visible (self->make_default, !is_default);
  gtk_widget_set_sensitive (self->make_default, readable);
  gtk_widget_set_visible (self->remove, !is_starter (self));
}

/* ---- What can be done ------------------------------------------------------------------------------------------- */

/* For the chat that is open, from now on. */
static void
use_model (MynaModelRow *self)
{
  const char *path = myna_model_entry_get_path (self->entry);
  GtkWindow *window = myna_get_window (self);
  GtkWindow *chats = window ? gtk_window_get_transient_for (window) : NULL;

  if (!chats || !gtk_widget_activate_action (GTK_WIDGET (chats), "win.use-model", "s", path))
    myna_model_library_ensure (self->models, path, NULL);
}

static void
too_large_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaModelRow) self = user_data;

  if (myna_ask_finish (result))
    use_model (self);
}

static void
use_cb (MynaModelRow *self)
{
  g_autofree char *warning = NULL;

  if (is_in_use (self))
    {
      glm_actor_unload (myna_model_library_get_actor (self->models));
      return;
    }
  myna_model_library_forgive_crash (self->models);
  warning = myna_model_need_dup_warning (self->entry, self->settings);
  if (warning)
    myna_ask_async (myna_get_window (self), MYNA_QUESTION_DESTRUCTIVE, _ ("Load Anyway?"), warning, _ ("_Load Anyway"),
                    too_large_answered_cb, g_object_ref (self));
  else
    use_model (self);
}

static void
make_default_cb (MynaModelRow *self)
{
  myna_model_library_set_default (self->models, self->entry);
}

static void
remove_cb (MynaModelRow *self)
{
  myna_model_library_remove (self->models, self->entry);
}

static void
show_file_cb (MynaModelRow *self)
{
  g_autoptr (GFile) file = g_file_new_for_path (myna_model_entry_get_path (self->entry));

  myna_show_in_folder (myna_get_window (self), file);
}

static void
name_changed_cb (AdwEntryRow *name, MynaModelRow *self)
{
  myna_model_library_rename (self->models, self->entry, gtk_editable_get_text (GTK_EDITABLE (name)));
}

/* ---- Building --------------------------------------------------------------------------------------------------- */

static GtkWidget *
make_detail (MynaModelRow *self, const char *title)
{
  GtkWidget *row = myna_row_new (title, NULL);

  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), row);

  return row;
}

static GtkWidget *
add_button (MynaModelRow *self, GtkWidget *box, const char *label, void (*callback) (MynaModelRow *))
{
  GtkWidget *button = gtk_button_new_with_label (label);

  g_signal_connect_swapped (button, "clicked", G_CALLBACK (callback), self);
  gtk_box_append (GTK_BOX (box), button);

  return button;
}

static GtkWidget *
add_icon_button (MynaModelRow *self, GtkWidget *row, const char *icon, const char *label, void (*callback) (MynaModelRow *))
{
  GtkWidget *button = myna_flat_button_new (icon, label);

  g_signal_connect_swapped (button, "clicked", G_CALLBACK (callback), self);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);

  return button;
}

static void
add_details (MynaModelRow *self)
{
  g_autofree char *path = g_filename_display_name (myna_model_entry_get_path (self->entry));

  self->name = adw_entry_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->name), _ ("Name"));
  adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (self->name), TRUE);
  g_signal_connect (self->name, "apply", G_CALLBACK (name_changed_cb), self);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), self->name);
  self->memory = make_detail (self, _ ("Memory"));
  self->context = make_detail (self, _ ("Context Length"));
  self->license = make_detail (self, _ ("License"));
  self->quirks = make_detail (self, _ ("Corrected on Load"));
  self->problem = make_detail (self, _ ("Details"));
  self->file = make_detail (self, _ ("File"));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->file), path);
  add_icon_button (self, self->file, "folder-open-symbolic", _ ("Show in Files"), show_file_cb);
  self->checksum = make_detail (self, "SHA-256");
  gtk_widget_add_css_class (self->checksum, "checksum");
  self->copy = add_icon_button (self, self->checksum, "edit-copy-symbolic", _ ("Copy"), copy_digest_cb);
  gtk_widget_set_visible (self->copy, FALSE);
}

static void
add_buttons (MynaModelRow *self)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  gtk_widget_add_css_class (box, "model-buttons");
  self->use = add_button (self, box, "", use_cb);
  self->make_default = add_button (self, box, _ ("Use for New Chats"), make_default_cb);
  self->remove = add_button (self, box, _ ("Remove"), remove_cb);
  myna_set_tooltip (self->remove, _ ("Removes the model from this list but keeps the file"));
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  adw_expander_row_add_row (ADW_EXPANDER_ROW (self), row);
}

static void
myna_model_row_dispose (GObject *object)
{
  MynaModelRow *self = MYNA_MODEL_ROW (object);

  g_clear_pointer (&self->digest, myna_lazy_digest_free);
  g_clear_object (&self->models);
  g_clear_object (&self->entry);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->named, g_free);

  G_OBJECT_CLASS (myna_model_row_parent_class)->dispose (object);
}

static void
myna_model_row_class_init (MynaModelRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_model_row_dispose;
}

static void
myna_model_row_init (MynaModelRow *self)
{
  self->badge = gtk_label_new (NULL);
  gtk_widget_add_css_class (self->badge, "badge");
  gtk_widget_set_valign (self->badge, GTK_ALIGN_CENTER);
  myna_expander_row_add_suffix (ADW_EXPANDER_ROW (self), self->badge);
}

GtkWidget *
myna_model_row_new (MynaModelLibrary *models, MynaModelEntry *entry, GSettings *settings)
{
  MynaModelRow *self = g_object_new (MYNA_TYPE_MODEL_ROW, NULL);
  GlmActor *actor = myna_model_library_get_actor (models);

  self->models = g_object_ref (models);
  self->entry = g_object_ref (entry);
  self->settings = g_object_ref (settings);
  self->named = g_strdup ("");
  self->digest = myna_lazy_digest_new (myna_model_entry_get_path (entry), digest_changed_cb, self);
  add_details (self);
  add_buttons (self);
  g_signal_connect_object (entry, "notify", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (models, "notify::default-path", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (actor, "notify::model-path", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (settings, "changed::context-length", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_swapped (self, "notify::expanded", G_CALLBACK (update), self);
  update (self);

  return GTK_WIDGET (self);
}

MynaModelEntry *
myna_model_row_get_entry (MynaModelRow *self)
{
  g_return_val_if_fail (MYNA_IS_MODEL_ROW (self), NULL);

  return self->entry;
}
