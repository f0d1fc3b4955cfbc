/* store-record.h: how large the records may be, and what is left of deleted ones
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include <glib.h>

G_BEGIN_DECLS

#define STORE_MAX_TITLE_BYTES       4096
#define STORE_MAX_SETTINGS_BYTES    (1 << 20)
#define STORE_MAX_TEXT_BYTES        (64 << 20)
#define STORE_MAX_ATTACHMENTS_BYTES (64 << 20) /* of the texts, or of JSON that cannot be rows */

/* Values of the property "purged": what maintenance has to clear. */
#define STORE_PURGED_ALL 1 /* the pages, the search index and the WAL */
#define STORE_PURGED_LOG 2 /* the WAL */

G_END_DECLS

#endif
