/* myna-disk.h: how fast a file can be read from its disk, which is what bounds the speed of a model larger than memory
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Reads pieces from all over the file, past what is in memory of it, for at most a second: bytes a second, or 0 (it cannot be
 * read, cancelled). */
void myna_disk_measure_async (const char *path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
double myna_disk_measure_finish (GAsyncResult *result);

G_END_DECLS
