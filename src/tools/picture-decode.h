/* picture-decode.h: foreign pictures as pixels
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TOOL_PICTURE_DECODE_H
#define TOOL_PICTURE_DECODE_H

#include "tools/sandbox.h"

G_BEGIN_DECLS

#define TOOL_MAX_PICTURE_BYTES (4 << 20) /* of a file */

/* What people get of each of these files (GBytes of PNG or JPEG) → GPtrArray of ToolMade: its pixels; or, where nothing here reads
 * pictures, the file; or NULL: it is broken.  Takes seconds at most, and never fails but with G_IO_ERROR_CANCELLED. */
void tool_pictures_decode_async (GPtrArray *files, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
GPtrArray *tool_pictures_decode_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

#endif
