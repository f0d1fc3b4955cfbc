/* exchange-words.h: how backups and exported files are described
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "storage/storage.h"

G_BEGIN_DECLS

/* Day and time of a backup (ms since 1970), and what is in it.  The caller frees, as below. */
char *myna_backup_describe_time (gint64 time) G_GNUC_WARN_UNUSED_RESULT;
char *myna_backup_describe (const StoreBackup *backup) G_GNUC_WARN_UNUSED_RESULT;

/* A name for an exported file: the title, or what it is and the date, without what file names cannot have. */
char *myna_export_make_name (const char *title, const char *suffix) G_GNUC_WARN_UNUSED_RESULT;
/* What helps where a file could not be written.  Static. */
const char *myna_export_describe_problem (const GError *error);

G_END_DECLS
