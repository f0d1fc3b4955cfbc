/* global-shortcut.c: a key of the whole desktop, by its portal, where it has one for this
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The portal answers each request by a signal of an object that is named beforehand, so that one can listen before asking.
 * CreateSession, then BindShortcuts; from then on the session sends Activated, until it is closed.
 */
#include "chat/global-shortcut.h"

#define PORTAL    "org.freedesktop.portal.Desktop"
#define PATH      "/org/freedesktop/portal/desktop"
#define SHORTCUTS "org.freedesktop.portal.GlobalShortcuts"
#define REQUEST   "org.freedesktop.portal.Request"
#define SESSION   "org.freedesktop.portal.Session"

struct _MynaGlobalShortcut
{
  GObject parent_instance;

  GDBusConnection *bus;
  char *id;
  char *description;
  GCancellable *lookup;      /* of the question whether there is a portal */
  GCancellable *cancellable; /* of the attempt that runs */
  guint response;            /* subscription to the answer that is waited for */
  guint activated;           /* subscription */
  char *session;             /* NULL: none */
  gboolean available;
  gboolean wanted;
};

enum
{
  PROP_0,
  PROP_AVAILABLE,
  N_PROPS
};

enum
{
  SIGNAL_ACTIVATED,
  SIGNAL_REFUSED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaGlobalShortcut, myna_global_shortcut, G_TYPE_OBJECT)

/* ---- Requests --------------------------------------------------------------------------------------------------- */

static void
stop (MynaGlobalShortcut *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->response)
    g_dbus_connection_signal_unsubscribe (self->bus, self->response);
  self->response = 0;
  if (self->session)
    g_dbus_connection_call (self->bus, PORTAL, self->session, SESSION, "Close", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL,
                            NULL, NULL);
  g_clear_pointer (&self->session, g_free);
}

static void
refuse (MynaGlobalShortcut *self)
{
  stop (self);
  self->wanted = FALSE;
  g_signal_emit (self, signals[SIGNAL_REFUSED], 0);
}

/* The shortcut may be gone where the call was canceled. */
static void
called_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (answer || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  g_message ("No global shortcut: %s", error->message);
  refuse (MYNA_GLOBAL_SHORTCUT (user_data));
}

/* Calls the method with arguments that name the request by this token; its answer comes to `response`. */
static void
request (MynaGlobalShortcut *self, const char *method, const char *token, GVariant *arguments, GDBusSignalCallback response)
{
  g_autofree char *sender = g_strdelimit (g_strdup (g_dbus_connection_get_unique_name (self->bus) + 1), ".", '_');
  g_autofree char *path = g_strdup_printf (PATH "/request/%s/%s", sender, token);

  if (self->response)
    g_dbus_connection_signal_unsubscribe (self->bus, self->response);
  self->response = g_dbus_connection_signal_subscribe (self->bus, PORTAL, REQUEST, "Response", path, NULL,
                                                       G_DBUS_SIGNAL_FLAGS_NONE, response, self, NULL);
  g_dbus_connection_call (self->bus, PORTAL, PATH, SHORTCUTS, method, arguments, NULL, G_DBUS_CALL_FLAGS_NONE, -1,
                          self->cancellable, called_cb, self);
}

static char *
new_token (void)
{
  return g_strdup_printf ("myna%u", g_random_int ());
}

static void
bound_cb (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *name,
          GVariant *arguments, gpointer user_data)
{
  g_autoptr (MynaGlobalShortcut) self = g_object_ref (MYNA_GLOBAL_SHORTCUT (user_data));
  g_autoptr (GVariant) results = NULL;
  guint32 code;

  g_variant_get (arguments, "(u@a{sv})", &code, &results);
  if (code != 0)
    refuse (self);
}

static void
bind (MynaGlobalShortcut *self)
{
  g_autofree char *token = new_token ();
  GVariantBuilder shortcuts, about, options;

  g_variant_builder_init (&about, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&about, "{sv}", "description", g_variant_new_string (self->description));
  g_variant_builder_init (&shortcuts, G_VARIANT_TYPE ("a(sa{sv})"));
  g_variant_builder_add (&shortcuts, "(sa{sv})", self->id, &about);
  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "handle_token", g_variant_new_string (token));
  request (self, "BindShortcuts", token, g_variant_new ("(oa(sa{sv})sa{sv})", self->session, &shortcuts, "", &options),
           bound_cb);
}

static void
created_cb (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *name,
            GVariant *arguments, gpointer user_data)
{
  g_autoptr (MynaGlobalShortcut) self = g_object_ref (MYNA_GLOBAL_SHORTCUT (user_data));
  g_autoptr (GVariant) results = NULL;
  const char *session = NULL;
  guint32 code;

  g_variant_get (arguments, "(u@a{sv})", &code, &results);
  if (code != 0 || !g_variant_lookup (results, "session_handle", "&s", &session) || !g_variant_is_object_path (session))
    {
      refuse (self);
      return;
    }
  self->session = g_strdup (session);
  bind (self);
}

static void
start (MynaGlobalShortcut *self)
{
  g_autofree char *token = new_token ();
  g_autofree char *session_token = new_token ();
  GVariantBuilder options;

  self->cancellable = g_cancellable_new ();
  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "handle_token", g_variant_new_string (token));
  g_variant_builder_add (&options, "{sv}", "session_handle_token", g_variant_new_string (session_token));
  request (self, "CreateSession", token, g_variant_new ("(a{sv})", &options), created_cb);
}

void
myna_global_shortcut_set_wanted (MynaGlobalShortcut *self, gboolean wanted)
{
  g_return_if_fail (MYNA_IS_GLOBAL_SHORTCUT (self));

  if (self->wanted == wanted)
    return;
  self->wanted = wanted;
  if (!wanted)
    stop (self);
  else if (self->available)
    start (self);
}

/* ---- Whether it is there, and the key ----------------------------------------------------------------------------- */

static void
activated_cb (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *name,
              GVariant *arguments, gpointer user_data)
{
  MynaGlobalShortcut *self = user_data;
  g_autoptr (GVariant) options = NULL;
  const char *session, *id, *token = NULL;
  guint64 time;

  if (!g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(osta{sv})")))
    return;
  g_variant_get (arguments, "(&o&st@a{sv})", &session, &id, &time, &options);
  g_variant_lookup (options, "activation_token", "&s", &token);
  if (g_strcmp0 (session, self->session) == 0 && g_str_equal (id, self->id))
    g_signal_emit (self, signals[SIGNAL_ACTIVATED], 0, token ? token : "");
}

static void
version_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GVariant) answer = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, NULL);
  MynaGlobalShortcut *self = user_data; /* gone, where there is no answer */

  if (!answer)
    return;
  self->available = TRUE;
  if (self->wanted)
    start (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AVAILABLE]);
}

gboolean
myna_global_shortcut_get_available (MynaGlobalShortcut *self)
{
  g_return_val_if_fail (MYNA_IS_GLOBAL_SHORTCUT (self), FALSE);

  return self->available;
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_global_shortcut_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_AVAILABLE)
    g_value_set_boolean (value, MYNA_GLOBAL_SHORTCUT (object)->available);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
myna_global_shortcut_dispose (GObject *object)
{
  MynaGlobalShortcut *self = MYNA_GLOBAL_SHORTCUT (object);

  if (self->bus)
    {
      stop (self);
      g_cancellable_cancel (self->lookup);
      g_dbus_connection_signal_unsubscribe (self->bus, self->activated);
    }
  g_clear_object (&self->lookup);
  g_clear_object (&self->bus);
  g_clear_pointer (&self->id, g_free);
  g_clear_pointer (&self->description, g_free);
  G_OBJECT_CLASS (myna_global_shortcut_parent_class)->dispose (object);
}

static void
myna_global_shortcut_class_init (MynaGlobalShortcutClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = myna_global_shortcut_get_property;
  object_class->dispose = myna_global_shortcut_dispose;
  properties[PROP_AVAILABLE] = g_param_spec_boolean ("available", NULL, NULL, FALSE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[SIGNAL_ACTIVATED] = g_signal_new ("activated", MYNA_TYPE_GLOBAL_SHORTCUT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                            G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_REFUSED] =
      g_signal_new ("refused", MYNA_TYPE_GLOBAL_SHORTCUT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
myna_global_shortcut_init (MynaGlobalShortcut *self)
{
}

MynaGlobalShortcut *
myna_global_shortcut_new (GDBusConnection *session, const char *id, const char *description)
{
  MynaGlobalShortcut *self = g_object_new (MYNA_TYPE_GLOBAL_SHORTCUT, NULL);

  self->bus = g_object_ref (session);
  self->lookup = g_cancellable_new ();
  self->id = g_strdup (id);
  self->description = g_strdup (description);
  self->activated = g_dbus_connection_signal_subscribe (session, PORTAL, SHORTCUTS, "Activated", PATH, NULL,
                                                        G_DBUS_SIGNAL_FLAGS_NONE, activated_cb, self, NULL);
  g_dbus_connection_call (session, PORTAL, PATH, "org.freedesktop.DBus.Properties", "Get",
                          g_variant_new ("(ss)", SHORTCUTS, "version"), G_VARIANT_TYPE ("(v)"), G_DBUS_CALL_FLAGS_NONE, -1,
                          self->lookup, version_cb, self);
  return self;
}
