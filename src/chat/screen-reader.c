/* screen-reader.c: whether a screen reader runs, as the desktop says
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/screen-reader.h"

#define BUS_NAME "org.a11y.Bus"
#define BUS_PATH "/org/a11y/bus"
#define STATUS   "org.a11y.Status"
#define ENABLED  "ScreenReaderEnabled"

struct _MynaScreenReader
{
  GDBusConnection *session;
  GCancellable *cancellable;
  guint subscription;
  gboolean is_on;
  void (*changed) (gboolean is_on, gpointer user_data);
  gpointer user_data;
};

static gboolean any_is_on; /* main thread */

static void
take (MynaScreenReader *self, GVariant *value)
{
  gboolean is_on = value && g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) && g_variant_get_boolean (value);

  if (is_on == self->is_on)
    return;
  self->is_on = any_is_on = is_on;
  self->changed (is_on, self->user_data);
}

static void
changed_cb (GDBusConnection *session, const char *sender, const char *path, const char *interface, const char *signal,
            GVariant *parameters, gpointer user_data)
{
  g_autoptr (GVariant) properties = NULL;
  g_autoptr (GVariant) value = NULL;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(sa{sv}as)")))
    return;
  properties = g_variant_get_child_value (parameters, 1);
  value = g_variant_lookup_value (properties, ENABLED, NULL);
  if (value)
    take (user_data, value);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
  g_autoptr (GVariant) value = NULL;

  /* Canceled, or a desktop without the service. */
  if (!answer)
    return;
  g_variant_get (answer, "(v)", &value);
  take (user_data, value);
}

MynaScreenReader *
myna_screen_reader_new (GDBusConnection *session, void (*changed) (gboolean is_on, gpointer user_data), gpointer user_data)
{
  MynaScreenReader *self = g_new0 (MynaScreenReader, 1);

  self->session = g_object_ref (session);
  self->cancellable = g_cancellable_new ();
  self->changed = changed;
  self->user_data = user_data;
  self->subscription =
      g_dbus_connection_signal_subscribe (session, BUS_NAME, "org.freedesktop.DBus.Properties", "PropertiesChanged", BUS_PATH,
                                          STATUS, G_DBUS_SIGNAL_FLAGS_NONE, changed_cb, self, NULL);
  g_dbus_connection_call (session, BUS_NAME, BUS_PATH, "org.freedesktop.DBus.Properties", "Get",
                          g_variant_new ("(ss)", STATUS, ENABLED), G_VARIANT_TYPE ("(v)"), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          G_MAXINT, self->cancellable, read_cb, self);
  return self;
}

void
myna_screen_reader_free (MynaScreenReader *self)
{
  if (!self)
    return;
  g_cancellable_cancel (self->cancellable);
  g_dbus_connection_signal_unsubscribe (self->session, self->subscription);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->session);
  g_free (self);
}

gboolean
myna_screen_reader_is_on (void)
{
  return any_is_on;
}
