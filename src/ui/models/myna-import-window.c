/* myna-import-window.c: making a model file out of what was published in another form
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Two steps in one window: what it is and how small it shall become; then the work, which can be cancelled.  The new file
 * is Myna's own, in the data folder; the source is only read.
 */
#include "models/myna-import-window.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "base/controls.h"
#include "base/dialog-header.h"
#include "chat/import-target.h"
#include "engine/actor/glm-importer.h"
#include "chat/myna-model-entry.h"
#include "base/myna-banner.h"
#include "base/myna-secondary-window.h"

struct _MynaImportWindow
{
  AdwWindow parent_instance;

  char *source;
  char *target; /* while the import runs */
  GlmImportInfo *info;
  GCancellable *cancellable;
  gint64 start; /* monotonic time */

  GtkWidget *banner;
  GtkWidget *about;
  GtkWidget *type;
  GtkWidget *space;
  GtkWidget *progress;
  GtkWidget *import;
};

enum
{
  SIGNAL_IMPORTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaImportWindow, myna_import_window, ADW_TYPE_WINDOW)

static const struct
{
  GlmImportType type;
  const char *suffix; /* of the file's name */
  const char *text;
} types[] = {
  { GLM_IMPORT_Q4_0, "Q4_0", N_ ("Q4_0: smallest") },
  { GLM_IMPORT_Q4_K_M, "Q4_K_M", N_ ("Q4_K_M: small, better answers") },
  { GLM_IMPORT_Q8_0, "Q8_0", N_ ("Q8_0: nearly as good as the original") },
  { GLM_IMPORT_KEEP, "original", N_ ("Original: largest, exact") },
};

/* ---- Where it goes ---------------------------------------------------------------------------------------------- */

static void
update_space (MynaImportWindow *self)
{
  guint selected = adw_combo_row_get_selected (ADW_COMBO_ROW (self->type));
  guint64 space = myna_import_target_get_space ();
  g_autofree char *needed_text = NULL;
  g_autofree char *space_text = NULL;
  g_autofree char *text = NULL;
  gboolean fits;

  if (!self->info || selected >= G_N_ELEMENTS (types))
    return;
  fits = self->info->target_bytes[types[selected].type] < space;
  needed_text = g_format_size (self->info->target_bytes[types[selected].type]);
  space_text = g_format_size (space);
  text = fits ? g_strdup_printf (_ ("The new file takes %s (%s available)"), needed_text, space_text)
              : g_strdup_printf (_ ("The new file takes %s, but only %s is available"), needed_text, space_text);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->space), text);
  gtk_widget_set_sensitive (self->import, fits && !self->target);
}

/* ---- Importing -------------------------------------------------------------------------------------------------- */

static void
show_problem (MynaImportWindow *self, const char *title, const GError *error)
{
  myna_banner_show_error (MYNA_BANNER (self->banner), title, error);
}

static void
progress_cb (double fraction, gpointer user_data)
{
  MynaImportWindow *self = user_data;
  double seconds = (double) (g_get_monotonic_time () - self->start) / 1e6;
  g_autofree char *text = NULL;

  /* Cancelled, and the window is gone already. */
  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (self->progress), fraction);
  if (fraction > 0.02 && seconds > 2)
    {
      int left = (int) (seconds * (1 - fraction) / fraction);

      if (left >= 90)
        text = g_strdup_printf (_ ("%d%%, about %d minutes left"), (int) (fraction * 100), (left + 30) / 60);
      else
        text = g_strdup_printf (_ ("%d%%, about %d seconds left"), (int) (fraction * 100), left);
    }
  else
    {
      text = g_strdup_printf (_ ("%d%%"), (int) (fraction * 100));
    }
  gtk_progress_bar_set_text (GTK_PROGRESS_BAR (self->progress), text);
}

static void
set_importing (MynaImportWindow *self, gboolean importing)
{
  gtk_widget_set_visible (self->progress, importing);
  gtk_widget_set_sensitive (self->type, !importing);
  gtk_widget_set_sensitive (self->import, !importing);
}

static void
imported_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaImportWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *target = g_steal_pointer (&self->target);
  gboolean done = glm_import_finish (result, &error);

  if (g_cancellable_is_cancelled (self->cancellable))
    {
      /* The window is gone.  What was finished at the same moment is not wanted either. */
      if (done)
        g_unlink (target);
      return;
    }
  if (done)
    {
      g_signal_emit (self, signals[SIGNAL_IMPORTED], 0, target);
      gtk_window_destroy (GTK_WINDOW (self));
      return;
    }
  set_importing (self, FALSE);
  update_space (self);
  show_problem (self, _ ("The model could not be imported"), error);
}

static void
import_cb (MynaImportWindow *self)
{
  guint selected = adw_combo_row_get_selected (ADW_COMBO_ROW (self->type));

  self->target = myna_import_target_make (self->source, types[selected].suffix);
  if (!self->target)
    return;
  myna_banner_hide (MYNA_BANNER (self->banner));
  self->start = g_get_monotonic_time ();
  set_importing (self, TRUE);
  progress_cb (0, self);
  glm_import_async (self->source, self->target, types[selected].type, self->cancellable, progress_cb, imported_cb,
                    g_object_ref (self));
}

static void
probed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaImportWindow) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *params = NULL;
  g_autofree char *size = NULL;

  self->info = glm_import_probe_finish (result, &error);
  if (g_cancellable_is_cancelled (self->cancellable))
    return;
  if (!self->info)
    {
      g_autofree char *base = g_path_get_basename (self->source);

      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->about), base);
      gtk_widget_set_visible (self->type, FALSE);
      gtk_widget_set_visible (self->space, FALSE);
      show_problem (self, _ ("Unsupported Model"), error);
      return;
    }
  size = g_format_size (self->info->source_bytes);
  params = myna_model_describe_size (self->info->n_params);
  text = g_strdup_printf ("%s · %s · %s · %s", self->info->family, params, self->info->format, size);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->about), self->info->name);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->about), text);
  update_space (self);
}

/* ---- Building --------------------------------------------------------------------------------------------------- */

/* However the window goes, the import ends.  (It is disposed of later: the import holds a reference.) */
static void
myna_import_window_unrealize (GtkWidget *widget)
{
  g_cancellable_cancel (MYNA_IMPORT_WINDOW (widget)->cancellable);

  GTK_WIDGET_CLASS (myna_import_window_parent_class)->unrealize (widget);
}

static void
myna_import_window_finalize (GObject *object)
{
  MynaImportWindow *self = MYNA_IMPORT_WINDOW (object);

  g_clear_object (&self->cancellable);
  g_free (self->source);
  g_free (self->target);
  g_free (self->info);

  G_OBJECT_CLASS (myna_import_window_parent_class)->finalize (object);
}

static void
myna_import_window_class_init (MynaImportWindowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_import_window_finalize;
  GTK_WIDGET_CLASS (klass)->unrealize = myna_import_window_unrealize;

  /**
   * MynaImportWindow::imported:
   * @path: the new model file
   *
   * The window closes itself after it.
   */
  signals[SIGNAL_IMPORTED] =
      g_signal_new ("imported", MYNA_TYPE_IMPORT_WINDOW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_add_binding_action (GTK_WIDGET_CLASS (klass), GDK_KEY_Escape, 0, "window.close", NULL);
}

static GtkWidget *
make_page (MynaImportWindow *self)
{
  GtkWidget *page = adw_preferences_page_new ();
  GtkWidget *group = adw_preferences_group_new ();
  g_autoptr (GtkStringList) texts = gtk_string_list_new (NULL);

  self->about = myna_row_new (_ ("Reading…"), NULL);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->about);
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    gtk_string_list_append (texts, _ (types[i].text));
  self->type = adw_combo_row_new ();
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->type), _ ("Format"));
  adw_combo_row_set_model (ADW_COMBO_ROW (self->type), G_LIST_MODEL (texts));
  g_signal_connect_swapped (self->type, "notify::selected", G_CALLBACK (update_space), self);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->type);
  self->space = myna_row_new (_ ("Disk Space"), NULL);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->space);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));
  group = adw_preferences_group_new ();
  self->progress = gtk_progress_bar_new ();
  gtk_progress_bar_set_show_text (GTK_PROGRESS_BAR (self->progress), TRUE);
  gtk_widget_set_visible (self->progress, FALSE);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), self->progress);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), ADW_PREFERENCES_GROUP (group));

  return page;
}

static void
myna_import_window_init (MynaImportWindow *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *page;

  self->cancellable = g_cancellable_new ();
  myna_secondary_window_add_keys (GTK_WIDGET (self));
  gtk_window_set_title (GTK_WINDOW (self), _ ("Import a Model"));
  gtk_window_set_default_size (GTK_WINDOW (self), 520, 420);
  gtk_window_set_modal (GTK_WINDOW (self), TRUE);
  gtk_box_append (GTK_BOX (box),
                  myna_dialog_header_new (GTK_WINDOW (self), _ ("Import"), G_CALLBACK (import_cb), NULL, &self->import));
  gtk_widget_set_sensitive (self->import, FALSE);
  self->banner = myna_banner_new ();
  gtk_box_append (GTK_BOX (box), self->banner);
  page = make_page (self);
  gtk_widget_set_vexpand (page, TRUE);
  gtk_box_append (GTK_BOX (box), page);
  adw_window_set_content (ADW_WINDOW (self), box);
  myna_secondary_window_set_default (GTK_WINDOW (self), self->import);
}

GtkWidget *
myna_import_window_new (GtkWindow *parent, GFile *source)
{
  MynaImportWindow *self = g_object_new (MYNA_TYPE_IMPORT_WINDOW, "transient-for", parent, NULL);
  g_autofree char *folder = myna_import_target_dup_folder ();

  /* What a killed program left there. */
  glm_import_clean_folder (folder);
  self->source = g_file_get_path (source);
  if (self->source)
    glm_import_probe_async (self->source, self->cancellable, probed_cb, g_object_ref (self));

  return GTK_WIDGET (self);
}
