/* myna-bandwidth.h: how fast this computer reads its memory, which is what bounds the speed of a model
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Measures for about two seconds, on all physical cores; bytes a second, or 0 (no memory, cancelled). */
void myna_bandwidth_measure_async (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
double myna_bandwidth_measure_finish (GAsyncResult *result);

/* Tokens a second to expect of a model of this size: each token reads all weights once, and not quite at full speed. */
double myna_bandwidth_to_rate (double bytes_per_second, guint64 weight_bytes);

G_END_DECLS
