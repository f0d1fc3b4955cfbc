/* myna-window-state.c: what the window finds again the next time: its size, the sidebar, the place in the conversation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "window/myna-window-private.h"

void
myna_window_save_state (MynaWindow *self)
{
  GtkWindow *window = GTK_WINDOW (self);
  gboolean maximized = gtk_window_is_maximized (window);
  gint64 message_id;
  int width, height, offset;

  g_settings_set_boolean (self->settings, "window-maximized", maximized);
  if (!maximized)
    {
      gtk_window_get_default_size (window, &width, &height);
      g_settings_set_int (self->settings, "window-width", CLAMP (width, 320, 16384));
      g_settings_set_int (self->settings, "window-height", CLAMP (height, 240, 16384));
    }
  if (!myna_split_view_get_collapsed (MYNA_SPLIT_VIEW (self->split)))
    g_settings_set_boolean (self->settings, "show-sidebar", myna_split_view_get_show_sidebar (MYNA_SPLIT_VIEW (self->split)));

  myna_conversation_view_get_position (MYNA_CONVERSATION_VIEW (self->view), &message_id, &offset);
  g_settings_set (self->settings, "last-position", "(xi)", message_id, offset);
  g_settings_set_value (self->settings, "expanded-folders",
                        myna_history_model_dup_expanded (myna_sidebar_get_model (MYNA_SIDEBAR (self->sidebar))));
}

void
myna_window_restore_position (MynaWindow *self)
{
  gint64 message_id;
  int offset;

  g_settings_get (self->settings, "last-position", "(xi)", &message_id, &offset);
  myna_conversation_view_set_position (MYNA_CONVERSATION_VIEW (self->view), message_id, offset);
}

void
myna_window_restore_folders (MynaWindow *self)
{
  g_autoptr (GVariant) expanded = g_settings_get_value (self->settings, "expanded-folders");
  gsize n_ids;
  const gint64 *ids = g_variant_get_fixed_array (expanded, &n_ids, sizeof (gint64));

  for (gsize i = 0; i < n_ids; i++)
    myna_history_model_set_expanded (myna_sidebar_get_model (MYNA_SIDEBAR (self->sidebar)), ids[i], TRUE);
}
