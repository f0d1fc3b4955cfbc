/* test-screen-reader.c: whether a screen reader runs, as the desktop says
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/screen-reader.h"

#include "test-bus.h"

static const char status_xml[] = "<node><interface name='org.a11y.Status'>"
                                 "<property name='ScreenReaderEnabled' type='b' access='read'/></interface></node>";

typedef struct
{
  GTestDBus *bus;
  GDBusConnection *desktop; /* has the service */
  GDBusConnection *session; /* of the program */
  MynaScreenReader *reader;
  gboolean is_enabled; /* as the desktop says */
  guint n_reads;       /* it was asked so often */
  gboolean is_on;      /* as the program was told … */
  guint n_changes;     /* … so often */
} Fixture;

static GVariant *
get_cb (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *property,
        GError **error, gpointer user_data)
{
  Fixture *f = user_data;

  f->n_reads++;
  return g_variant_new_boolean (f->is_enabled);
}

static void
changed_cb (gboolean is_on, gpointer user_data)
{
  Fixture *f = user_data;

  f->is_on = is_on;
  f->n_changes++;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  static const GDBusInterfaceVTable table = { .get_property = get_cb };
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (status_xml, NULL);

  f->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (f->bus);
  f->session = test_bus_connect (f->bus);
  f->desktop = test_bus_connect (f->bus);
  f->is_enabled = GPOINTER_TO_INT (data);
  g_dbus_connection_register_object (f->desktop, "/org/a11y/bus", info->interfaces[0], &table, f, NULL, NULL);
  g_variant_unref (g_dbus_connection_call_sync (f->desktop, "org.freedesktop.DBus", "/", "org.freedesktop.DBus", "RequestName",
                                                g_variant_new ("(su)", "org.a11y.Bus", 0), NULL, G_DBUS_CALL_FLAGS_NONE, -1,
                                                NULL, NULL));
  f->reader = myna_screen_reader_new (f->session, changed_cb, f);
  /* The bus has its subscription then: a signal before it would be lost. */
  while (f->n_reads == 0)
    g_main_context_iteration (NULL, TRUE);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  myna_screen_reader_free (f->reader);
  g_clear_object (&f->desktop);
  g_clear_object (&f->session);
  g_test_dbus_down (f->bus);
  g_clear_object (&f->bus);
}

static void
switch_to (Fixture *f, gboolean on)
{
  GVariantDict changed;

  f->is_enabled = on;
  g_variant_dict_init (&changed, NULL);
  g_variant_dict_insert (&changed, "ScreenReaderEnabled", "b", on);
  g_dbus_connection_emit_signal (f->desktop, NULL, "/org/a11y/bus", "org.freedesktop.DBus.Properties", "PropertiesChanged",
                                 g_variant_new ("(s@a{sv}as)", "org.a11y.Status", g_variant_dict_end (&changed), NULL), NULL);
}

static void
wait_for_changes (Fixture *f, guint n)
{
  while (f->n_changes < n)
    g_main_context_iteration (NULL, TRUE);
}

/* It runs already. */
static void
test_running (Fixture *f, gconstpointer data)
{
  wait_for_changes (f, 1);
  g_assert_true (f->is_on);
  switch_to (f, FALSE);
  wait_for_changes (f, 2);
  g_assert_false (f->is_on);
}

/* It comes later; without one nothing is told. */
static void
test_started (Fixture *f, gconstpointer data)
{
  switch_to (f, TRUE);
  wait_for_changes (f, 1);
  g_assert_true (f->is_on);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/screen-reader/running", Fixture, GINT_TO_POINTER (TRUE), set_up, test_running, tear_down);
  g_test_add ("/screen-reader/started", Fixture, GINT_TO_POINTER (FALSE), set_up, test_started, tear_down);
  return g_test_run ();
}
