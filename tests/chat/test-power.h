/* test-power.h: a computer that saves power, or does not
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

GPowerProfileMonitor *test_power_new (gboolean saves) G_GNUC_WARN_UNUSED_RESULT;
