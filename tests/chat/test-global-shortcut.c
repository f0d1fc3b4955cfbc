/* test-global-shortcut.c: a key of the desktop, by a portal of the test's own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/global-shortcut.h"

#include "test-bus.h"

#define PORTAL    "org.freedesktop.portal.Desktop"
#define PATH      "/org/freedesktop/portal/desktop"
#define SHORTCUTS "org.freedesktop.portal.GlobalShortcuts"
#define SESSION   PATH "/session/one"

static const char portal_xml[] =
    "<node><interface name='" SHORTCUTS "'>"
    "<property name='version' type='u' access='read'/>"
    "<method name='CreateSession'><arg type='a{sv}' direction='in'/>"
    "<arg type='o' direction='out'/></method>"
    "<method name='BindShortcuts'><arg type='o' direction='in'/><arg type='a(sa{sv})' direction='in'/>"
    "<arg type='s' direction='in'/><arg type='a{sv}' direction='in'/>"
    "<arg type='o' direction='out'/></method>"
    "</interface><interface name='org.freedesktop.portal.Session'><method name='Close'/>"
    "</interface></node>";

typedef struct
{
  GTestDBus *bus;
  GDBusConnection *desktop; /* has the portal */
  GDBusConnection *session; /* of the program */
  MynaGlobalShortcut *shortcut;
  guint32 answer; /* of BindShortcuts: 0 is yes */
  guint n_bound, n_closed, n_activated, n_refused;
} Fixture;

static void
until (guint *n, guint wanted)
{
  while (*n < wanted)
    g_main_context_iteration (NULL, TRUE);
}

static GVariant *
version_cb (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *property,
            GError **error, gpointer user_data)
{
  return g_variant_new_uint32 (1);
}

/* As the portal does: the answer is a signal of an object whose name follows from the caller's and its token. */
static void
respond (Fixture *f, const char *sender, GVariant *options, guint32 code, GDBusMethodInvocation *invocation)
{
  g_autofree char *name = g_strdelimit (g_strdup (sender + 1), ".", '_');
  g_autofree char *path = NULL;
  const char *token = NULL;
  GVariantBuilder results;

  g_assert_true (g_variant_lookup (options, "handle_token", "&s", &token));
  path = g_strdup_printf (PATH "/request/%s/%s", name, token);
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", path));
  g_variant_builder_init (&results, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&results, "{sv}", "session_handle", g_variant_new_string (SESSION));
  g_dbus_connection_emit_signal (f->desktop, sender, path, "org.freedesktop.portal.Request", "Response",
                                 g_variant_new ("(ua{sv})", code, &results), NULL);
}

static void
called_cb (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *method,
           GVariant *arguments, GDBusMethodInvocation *invocation, gpointer user_data)
{
  Fixture *f = user_data;
  g_autoptr (GVariant) options = NULL;

  if (g_str_equal (method, "CreateSession"))
    {
      g_variant_get (arguments, "(@a{sv})", &options);
      respond (f, sender, options, 0, invocation);
    }
  else if (g_str_equal (method, "BindShortcuts"))
    {
      g_autoptr (GVariant) shortcuts = NULL;
      g_autoptr (GVariant) about = NULL;
      const char *session, *id, *description;

      g_variant_get (arguments, "(&o@a(sa{sv})&s@a{sv})", &session, &shortcuts, NULL, &options);
      g_assert_cmpstr (session, ==, SESSION);
      g_variant_get_child (shortcuts, 0, "(&s@a{sv})", &id, &about);
      g_assert_cmpstr (id, ==, "ask");
      g_assert_true (g_variant_lookup (about, "description", "&s", &description));
      g_assert_cmpstr (description, ==, "Ask something");
      f->n_bound++;
      respond (f, sender, options, f->answer, invocation);
    }
  else
    {
      f->n_closed++;
      g_dbus_method_invocation_return_value (invocation, NULL);
    }
}

static void
activated_cb (Fixture *f, const char *token)
{
  g_assert_cmpstr (token, ==, "come to the front");
  f->n_activated++;
}

static void
refused_cb (Fixture *f)
{
  f->n_refused++;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  static const GDBusInterfaceVTable table = { .method_call = called_cb, .get_property = version_cb };
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (portal_xml, NULL);

  f->answer = GPOINTER_TO_UINT (data);
  f->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (f->bus);
  f->session = test_bus_connect (f->bus);
  f->desktop = test_bus_connect (f->bus);
  g_dbus_connection_register_object (f->desktop, PATH, info->interfaces[0], &table, f, NULL, NULL);
  g_dbus_connection_register_object (f->desktop, SESSION, info->interfaces[1], &table, f, NULL, NULL);
  g_variant_unref (g_dbus_connection_call_sync (f->desktop, "org.freedesktop.DBus", "/", "org.freedesktop.DBus", "RequestName",
                                                g_variant_new ("(su)", PORTAL, 0), NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL,
                                                NULL));
  f->shortcut = myna_global_shortcut_new (f->session, "ask", "Ask something");
  g_signal_connect_swapped (f->shortcut, "activated", G_CALLBACK (activated_cb), f);
  g_signal_connect_swapped (f->shortcut, "refused", G_CALLBACK (refused_cb), f);
  while (!myna_global_shortcut_get_available (f->shortcut))
    g_main_context_iteration (NULL, TRUE);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  /* It may be asking for something: nobody else holds it then. */
  g_object_add_weak_pointer (G_OBJECT (f->shortcut), (gpointer *) &f->shortcut);
  g_object_unref (f->shortcut);
  g_assert_null (f->shortcut);
  g_clear_object (&f->desktop);
  g_clear_object (&f->session);
  g_test_dbus_down (f->bus);
  g_clear_object (&f->bus);
}

static void
press (Fixture *f, const char *session, const char *id)
{
  GVariantBuilder options;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "activation_token", g_variant_new_string ("come to the front"));
  g_dbus_connection_emit_signal (f->desktop, NULL, PATH, SHORTCUTS, "Activated",
                                 g_variant_new ("(osta{sv})", session, id, (guint64) 1, &options), NULL);
}

static void
test_pressed (Fixture *f, gconstpointer data)
{
  /* Nothing is asked of the desktop until it is wanted. */
  g_assert_cmpuint (f->n_bound, ==, 0);
  myna_global_shortcut_set_wanted (f->shortcut, TRUE);
  until (&f->n_bound, 1);
  /* Other programs' keys are none of ours, nor keys that nobody asked for. */
  press (f, PATH "/session/other", "ask");
  press (f, SESSION, "other");
  press (f, SESSION, "ask");
  until (&f->n_activated, 1);
  g_assert_cmpuint (f->n_activated, ==, 1);

  myna_global_shortcut_set_wanted (f->shortcut, FALSE);
  until (&f->n_closed, 1);
  press (f, SESSION, "ask");
  myna_global_shortcut_set_wanted (f->shortcut, TRUE);
  until (&f->n_bound, 2);
  g_assert_cmpuint (f->n_activated, ==, 1);
  g_assert_cmpuint (f->n_refused, ==, 0);
}

/* The person says no when the desktop asks. */
static void
test_refused (Fixture *f, gconstpointer data)
{
  myna_global_shortcut_set_wanted (f->shortcut, TRUE);
  until (&f->n_refused, 1);
  until (&f->n_closed, 1);
  press (f, SESSION, "ask");
  /* It can be asked again. */
  f->answer = 0;
  myna_global_shortcut_set_wanted (f->shortcut, TRUE);
  until (&f->n_bound, 2);
  g_assert_cmpuint (f->n_activated, ==, 0);
}

static void
pinged_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  ++*(guint *) user_data;
}

/* A desktop without the portal: nothing happens, and the key is not offered. */
static void
test_absent (void)
{
  g_autoptr (GTestDBus) bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_autoptr (GDBusConnection) session = NULL;
  MynaGlobalShortcut *shortcut;
  guint n_answers = 0;

  g_test_dbus_up (bus);
  session = test_bus_connect (bus);
  shortcut = myna_global_shortcut_new (session, "ask", "Ask something");
  myna_global_shortcut_set_wanted (shortcut, TRUE);
  /* Answers come in the order of their questions. */
  g_dbus_connection_call (session, PORTAL, PATH, "org.freedesktop.DBus.Peer", "Ping", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, -1,
                          NULL, pinged_cb, &n_answers);
  until (&n_answers, 1);
  g_assert_false (myna_global_shortcut_get_available (shortcut));
  g_object_unref (shortcut);
  g_clear_object (&session);
  g_test_dbus_down (bus);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/global-shortcut/pressed", Fixture, GUINT_TO_POINTER (0), set_up, test_pressed, tear_down);
  g_test_add ("/global-shortcut/refused", Fixture, GUINT_TO_POINTER (1), set_up, test_refused, tear_down);
  g_test_add_func ("/global-shortcut/absent", test_absent);
  return g_test_run ();
}
