/* test-power.c: a computer that saves power, or does not
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "test-power.h"

#define TEST_TYPE_POWER (test_power_get_type ())
G_DECLARE_FINAL_TYPE (TestPower, test_power, TEST, POWER, GObject)

struct _TestPower
{
  GObject parent_instance;
  gboolean saves;
};

static void
test_power_iface_init (GPowerProfileMonitorInterface *iface)
{
}

static gboolean
test_power_initable_init (GInitable *initable, GCancellable *cancellable, GError **error)
{
  return TRUE;
}

static void
test_power_initable_iface_init (GInitableIface *iface)
{
  iface->init = test_power_initable_init;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestPower, test_power, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE, test_power_initable_iface_init)
                                   G_IMPLEMENT_INTERFACE (G_TYPE_POWER_PROFILE_MONITOR, test_power_iface_init))

static void
test_power_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_boolean (value, TEST_POWER (object)->saves);
}

static void
test_power_class_init (TestPowerClass *klass)
{
  G_OBJECT_CLASS (klass)->get_property = test_power_get_property;
  g_object_class_override_property (G_OBJECT_CLASS (klass), 1, "power-saver-enabled");
}

static void
test_power_init (TestPower *self)
{
}

GPowerProfileMonitor *
test_power_new (gboolean saves)
{
  TestPower *self = g_object_new (TEST_TYPE_POWER, NULL);

  self->saves = saves;
  return G_POWER_PROFILE_MONITOR (self);
}
