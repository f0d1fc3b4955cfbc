/* send-key.c: which keys write, and which send what is written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * An Enter is offered to the input method first, and sends only if that did not want it and shows no preedit: an Enter that
 * confirms a candidate never sends.
 */
#include "composer/send-key.h"

/* Whether this Enter means Send. */
static gboolean
enter_sends (MynaSendKey send_key, guint keyval, GdkModifierType state)
{
  const GdkModifierType modifiers = state & (GDK_SHIFT_MASK | GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK);

  if (keyval != GDK_KEY_Return && keyval != GDK_KEY_KP_Enter && keyval != GDK_KEY_ISO_Enter)
    return FALSE;
  return modifiers == (send_key == MYNA_SEND_ENTER ? 0 : GDK_CONTROL_MASK) || modifiers == GDK_CONTROL_MASK;
}

MynaEnter
myna_send_key_press (MynaSendKey send_key, GtkTextView *text_view, gboolean preedit, GtkEventControllerKey *controller,
                     guint keyval, GdkModifierType state)
{
  GdkEvent *event = gtk_event_controller_get_current_event (GTK_EVENT_CONTROLLER (controller));

  if (!enter_sends (send_key, keyval, state))
    return MYNA_ENTER_NONE;
  if (event && gtk_text_view_im_context_filter_keypress (text_view, event))
    return MYNA_ENTER_TAKEN;
  return preedit ? MYNA_ENTER_TAKEN : MYNA_ENTER_SENDS;
}

gboolean
myna_key_writes (guint keyval, GdkModifierType state)
{
  if (state & (GDK_CONTROL_MASK | GDK_ALT_MASK | GDK_SUPER_MASK))
    return FALSE;
  return g_unichar_isprint (gdk_keyval_to_unicode (keyval)) || keyval == GDK_KEY_Multi_key
         || (keyval >= GDK_KEY_dead_grave && keyval <= GDK_KEY_dead_longsolidusoverlay);
}

MynaSendKey
myna_send_key_get (GSettings *settings)
{
  return settings ? g_settings_get_enum (settings, "send-key") : MYNA_SEND_ENTER;
}

GSettings *
myna_send_key_open_settings (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = source ? g_settings_schema_source_lookup (source, MYNA_APP_ID, TRUE) : NULL;

  return schema && g_settings_schema_has_key (schema, "send-key") ? g_settings_new (MYNA_APP_ID) : NULL;
}
