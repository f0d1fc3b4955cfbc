/* test-bus.h: connections to a session bus of the test's own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A connection that is not shared: a service of the test needs one beside the program's.  The caller drops it. */
GDBusConnection *test_bus_connect (GTestDBus *bus) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
