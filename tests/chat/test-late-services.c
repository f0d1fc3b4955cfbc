/* test-late-services.c: services on the session bus that do not answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/late-services.h"

#include "test-bus.h"

#define PORTAL_PATH "/org/freedesktop/portal/desktop"

static const char portal_xml[] = "<node><interface name='org.freedesktop.portal.Settings'>"
                                 "<method name='ReadAll'><arg type='as' direction='in'/>"
                                 "<arg type='a{sa{sv}}' direction='out'/></method></interface></node>";

static void
dark_cb (GDBusConnection *connection, const char *sender, const char *path, const char *interface, const char *method,
         GVariant *parameters, GDBusMethodInvocation *call, gpointer user_data)
{
  g_dbus_method_invocation_return_value (call, g_variant_new_parsed (
                                                   "({'org.freedesktop.appearance': {'color-scheme': <uint32 1>}},)"));
}

static void
changed_cb (gpointer user_data)
{
  ++*(guint *) user_data;
}

/* The portal answers in the main context, which does not run while it is waited for. */
static void
test_late (void)
{
  static const GDBusInterfaceVTable table = { dark_cb };
  g_autoptr (GTestDBus) bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_autoptr (GDBusNodeInfo) info = g_dbus_node_info_new_for_xml (portal_xml, NULL);
  g_autoptr (GDBusConnection) portal = NULL;
  g_autoptr (GDBusConnection) session = NULL;
  MynaLateServices *services;
  guint n_changes = 0;

  g_test_dbus_up (bus);
  portal = test_bus_connect (bus);
  session = test_bus_connect (bus);
  g_dbus_connection_register_object (portal, PORTAL_PATH, info->interfaces[0], &table, NULL, NULL, NULL);
  g_variant_unref (g_dbus_connection_call_sync (portal, "org.freedesktop.DBus", "/", "org.freedesktop.DBus", "RequestName",
                                                g_variant_new ("(su)", "org.freedesktop.portal.Desktop", 0), NULL,
                                                G_DBUS_CALL_FLAGS_NONE, -1, NULL, NULL));

  services = myna_late_services_new (session, changed_cb, &n_changes);
  g_assert_true (myna_late_services_portal_is_late (services));
  g_assert_false (myna_late_services_accessibility_is_late (services));
  g_assert_false (myna_late_services_prefers_dark (services));
  while (n_changes == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (myna_late_services_prefers_dark (services));
  myna_late_services_free (services);

  g_clear_object (&portal);
  g_clear_object (&session);
  g_test_dbus_down (bus);
}

/* Desktops without these services: nothing is waited for. */
static void
test_absent (void)
{
  g_autoptr (GTestDBus) bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_autoptr (GDBusConnection) session = NULL;
  MynaLateServices *services;
  guint n_changes = 0;

  g_test_dbus_up (bus);
  session = test_bus_connect (bus);
  services = myna_late_services_new (session, changed_cb, &n_changes);
  g_assert_false (myna_late_services_portal_is_late (services));
  g_assert_false (myna_late_services_accessibility_is_late (services));
  g_assert_cmpuint (n_changes, ==, 0);
  myna_late_services_free (services);
  g_clear_object (&session);
  g_test_dbus_down (bus);
}

int
main (int argc, char **argv)
{
  /* What the machine that runs the tests may say of its own desktop. */
  g_unsetenv ("ADW_DISABLE_PORTAL");
  g_unsetenv ("AT_SPI_BUS_ADDRESS");
  g_unsetenv ("GTK_A11Y");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/late-services/late", test_late);
  g_test_add_func ("/late-services/absent", test_absent);
  return g_test_run ();
}
