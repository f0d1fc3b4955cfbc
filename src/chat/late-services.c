/* late-services.c: services of the desktop that do not answer when the program starts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/late-services.h"

#include "chat/flatpak-info.h"

#define PORTAL      "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"
#define SETTINGS    "org.freedesktop.portal.Settings"
#define APPEARANCE  "org.freedesktop.appearance"
#define SCHEME      "color-scheme"
#define DARK        1

/* A portal that runs answers in a few milliseconds, one that is started for this in some tenths of a second.  In a sandbox files
 * can only be opened through it, and for a screen reader there is no second way at all: these are worth a longer wait. */
#define PATIENCE_MS      1000
#define LONG_PATIENCE_MS 5000

struct _MynaLateServices
{
  GDBusConnection *session; /* NULL: the portal answered in time */
  GCancellable *cancellable;
  guint subscription;
  gboolean prefers_dark;
  gboolean accessibility_is_late;
  void (*changed) (gpointer user_data);
  gpointer user_data;
};

/* ---- Before GTK ------------------------------------------------------------------------------------------------- */

typedef struct
{
  gboolean waits;
  gboolean is_late;
} Question;

static void
answer_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Question *question = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  question->waits = FALSE;
  question->is_late = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

static GVariant *
settings_wanted (void)
{
  const char *namespaces[] = { APPEARANCE, NULL };

  return g_variant_new ("(^as)", namespaces);
}

static gboolean
portal_is_wanted (void)
{
  return g_strcmp0 (g_getenv ("ADW_DISABLE_PORTAL"), "1") != 0;
}

/* GTK asks for the address only where nothing else tells it. */
static gboolean
accessibility_is_wanted (void)
{
  const char *address = g_getenv ("AT_SPI_BUS_ADDRESS");

  return (!address || !*address) && !g_getenv ("GTK_A11Y");
}

/* Waits in a context of its own: in the default one a request of another instance could come before the start is over. */
static void
ask (GDBusConnection *session, Question *portal, Question *accessibility)
{
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  if (portal->waits)
    g_dbus_connection_call (session, PORTAL, PORTAL_PATH, SETTINGS, "ReadAll", settings_wanted (), NULL, G_DBUS_CALL_FLAGS_NONE,
                            myna_flatpak_get_info () ? LONG_PATIENCE_MS : PATIENCE_MS, NULL, answer_cb, portal);
  if (accessibility->waits)
    g_dbus_connection_call (session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress", NULL, NULL,
                            G_DBUS_CALL_FLAGS_NONE, LONG_PATIENCE_MS, NULL, answer_cb, accessibility);
  while (portal->waits || accessibility->waits)
    g_main_context_iteration (context, TRUE);
  g_main_context_pop_thread_default (context);
}

/* ---- After the start -------------------------------------------------------------------------------------------- */

static void
take_scheme (MynaLateServices *self, GVariant *value)
{
  gboolean dark = g_variant_is_of_type (value, G_VARIANT_TYPE_UINT32) && g_variant_get_uint32 (value) == DARK;

  if (dark == self->prefers_dark)
    return;
  self->prefers_dark = dark;
  self->changed (self->user_data);
}

static void
setting_changed_cb (GDBusConnection *session, const char *sender, const char *path, const char *interface, const char *signal,
                    GVariant *parameters, gpointer user_data)
{
  g_autoptr (GVariant) value = NULL;
  const char *namespace, *key;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ssv)")))
    return;
  g_variant_get (parameters, "(&s&sv)", &namespace, &key, &value);
  if (g_str_equal (namespace, APPEARANCE) && g_str_equal (key, SCHEME))
    take_scheme (user_data, value);
}

static void
settings_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
  g_autoptr (GVariant) all = NULL;
  g_autoptr (GVariant) appearance = NULL;
  g_autoptr (GVariant) value = NULL;

  /* Canceled: the program ends. */
  if (!answer)
    return;
  all = g_variant_get_child_value (answer, 0);
  appearance = g_variant_lookup_value (all, APPEARANCE, G_VARIANT_TYPE_VARDICT);
  value = appearance ? g_variant_lookup_value (appearance, SCHEME, NULL) : NULL;
  if (value)
    take_scheme (user_data, value);
}

static void
follow_portal (MynaLateServices *self, GDBusConnection *session)
{
  self->session = g_object_ref (session);
  self->cancellable = g_cancellable_new ();
  self->subscription = g_dbus_connection_signal_subscribe (session, PORTAL, SETTINGS, "SettingChanged", PORTAL_PATH, NULL,
                                                           G_DBUS_SIGNAL_FLAGS_NONE, setting_changed_cb, self, NULL);
  g_dbus_connection_call (session, PORTAL, PORTAL_PATH, SETTINGS, "ReadAll", settings_wanted (), G_VARIANT_TYPE ("(a{sa{sv}})"),
                          G_DBUS_CALL_FLAGS_NONE, G_MAXINT, self->cancellable, settings_read_cb, self);
}

MynaLateServices *
myna_late_services_new (GDBusConnection *session, void (*changed) (gpointer user_data), gpointer user_data)
{
  MynaLateServices *self = g_new0 (MynaLateServices, 1);
  Question portal = { .waits = portal_is_wanted () }, accessibility = { .waits = accessibility_is_wanted () };

  self->changed = changed;
  self->user_data = user_data;
  ask (session, &portal, &accessibility);
  self->accessibility_is_late = accessibility.is_late;
  if (portal.is_late)
    follow_portal (self, session);
  return self;
}

void
myna_late_services_free (MynaLateServices *self)
{
  if (!self)
    return;
  if (self->session)
    {
      g_cancellable_cancel (self->cancellable);
      g_dbus_connection_signal_unsubscribe (self->session, self->subscription);
    }
  g_clear_object (&self->cancellable);
  g_clear_object (&self->session);
  g_free (self);
}

gboolean
myna_late_services_portal_is_late (MynaLateServices *self)
{
  return self && self->session;
}

gboolean
myna_late_services_accessibility_is_late (MynaLateServices *self)
{
  return self && self->accessibility_is_late;
}

gboolean
myna_late_services_prefers_dark (MynaLateServices *self)
{
  return self && self->prefers_dark;
}
