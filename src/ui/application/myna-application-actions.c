/* myna-application-actions.c: what the program can be told to do, by key, menu, command line or D-Bus
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n.h>

#include "help/myna-help-window.h"
#include "models/myna-models-window.h"
#include "application/myna-application-private.h"
#include "preferences/myna-preferences-window.h"
#include "base/ui-compat.h"

static void
new_chat_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MynaApplication *self = user_data;

  myna_application_present (self);
  myna_window_new_chat (myna_application_get_window (self));
}

static void
open_chat_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MynaApplication *self = user_data;

  myna_application_present (self);
  myna_window_open_chat (myna_application_get_window (self), g_variant_get_int64 (parameter));
}

static void
ask_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MynaApplication *self = user_data;

  myna_application_present (self);
  myna_window_ask (myna_application_get_window (self), g_variant_get_string (parameter, NULL));
}

static void
help_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  myna_help_window_show (GTK_APPLICATION (user_data));
}

static void
models_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  myna_application_show_models (user_data, NULL);
}

static void
preferences_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MynaApplication *self = user_data;
  GtkWidget *window;

  myna_application_present (self);
  window = myna_preferences_window_new (GTK_WINDOW (myna_application_get_window (self)), self->settings, self->models);
  gtk_window_present (GTK_WINDOW (window));
}

static void
about_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  myna_show_about (gtk_application_get_active_window (GTK_APPLICATION (user_data)));
}

/* Each window closes by itself, so that it keeps its state.  One may take others with it. */
static void
quit_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  MynaApplication *self = user_data;
  g_autolist (GtkWindow) windows =
      g_list_copy_deep (gtk_application_get_windows (GTK_APPLICATION (self)), (GCopyFunc) (void (*) (void)) g_object_ref, NULL);

  for (GList *l = windows; l; l = l->next)
    gtk_window_close (GTK_WINDOW (l->data));
  g_application_quit (G_APPLICATION (self));
}

static void
try_again_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  myna_application_reopen_store (user_data);
}

void
myna_application_show_models (MynaApplication *self, GFile *file)
{
  myna_application_present (self);
  if (!self->models_window)
    {
      self->models_window =
          myna_models_window_new (GTK_WINDOW (myna_application_get_window (self)), self->models, self->settings);
      g_object_add_weak_pointer (G_OBJECT (self->models_window), (gpointer *) &self->models_window);
    }
  gtk_window_present (GTK_WINDOW (self->models_window));
  if (file)
    myna_models_window_add_file (MYNA_MODELS_WINDOW (self->models_window), file);
}

static void
add_model_cb (GSimpleAction *action, GVariant *parameter, gpointer user_data)
{
  g_autoptr (GFile) file = g_file_new_for_uri (g_variant_get_string (parameter, NULL));

  myna_application_show_models (user_data, file);
}

static const GActionEntry actions[] = {
  { "new-chat", new_chat_cb },
  { "open-chat", open_chat_cb, "x" },
  { "ask", ask_cb, "s" },
  { "reopen-history", try_again_cb },
  { "help", help_cb },
  { "models", models_cb },
  { "add-model", add_model_cb, "s" }, /* its URI */
  { "preferences", preferences_cb },
  { "about", about_cb },
  { "quit", quit_cb },
};

static const struct
{
  const char *action;
  const char *keys[4];
  /* clang-format off */
} accels[] = {
  { "app.quit", { "<Control>q" } },
  { "app.preferences", { "<Control>comma" } },
  { "window.close", { "<Control>w" } },
  { "win.new-chat", { "<Control>n" } },
  { "win.find", { "<Control>f" } },
  { "win.search-history", { "<Control><Shift>f", "<Control>k" } },
  { "app.help", { "F1" } },
  { "win.show-help-overlay", { "<Control>question" } },
  { "win.toggle-sidebar", { "F9" } },
  { "win.main-menu", { "F10" } },
  { "win.rename-current", { "F2" } },
  { "win.text-larger", { "<Control>plus", "<Control>equal", "<Control>KP_Add" } },
  { "win.text-smaller", { "<Control>minus", "<Control>KP_Subtract" } },
  { "win.text-normal", { "<Control>0", "<Control>KP_0" } },
  { "win.print-current", { "<Control>p" } },
  { "win.previous-chat", { "<Alt>Up" } },
  { "win.next-chat", { "<Alt>Down" } },
  { "win.focus-composer", { "<Control>l" } },
};
/* clang-format on */

void
myna_application_add_actions (MynaApplication *self)
{
  g_action_map_add_action_entries (G_ACTION_MAP (self), actions, G_N_ELEMENTS (actions), self);
  for (guint i = 0; i < G_N_ELEMENTS (accels); i++)
    gtk_application_set_accels_for_action (GTK_APPLICATION (self), accels[i].action, accels[i].keys);
}
