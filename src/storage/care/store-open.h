/* store-open.h: the history is opened, whatever state its file is in
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_OPEN_H
#define STORE_OPEN_H

#include "care/store-handle.h"

G_BEGIN_DECLS

/* Opens `path` (NULL: in memory) and brings it up to date.  On NEWER_VERSION, READ_ONLY and BUSY returns a connection that
 * only reads and sets *ret_warning; on any other problem NULL and error. */
StoreConnection *store_connection_open (const char *path, GError **ret_warning, GError **error);

G_END_DECLS

#endif
