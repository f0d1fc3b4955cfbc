/* glm-importer.h: importing model files without blocking: engine/import/import.h behind GTask
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Callbacks run in the main context that was the thread default when the call was made.  Errors are of GLM_ENGINE_ERROR, or
 * G_IO_ERROR_CANCELLED.
 */
#ifndef GLM_IMPORTER_H
#define GLM_IMPORTER_H

#include <gio/gio.h>

#include "engine/actor/glm-actor.h"
#include "engine/import/import.h"

G_BEGIN_DECLS

/* What an import of this file or folder would make. */
void glm_import_probe_async (const char *source, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* The caller frees with g_free(); NULL on error. */
GlmImportInfo *glm_import_probe_finish (GAsyncResult *result, GError **error);

/* fraction in [0, 1]; called a few times a second, never after the callback. */
typedef void (*GlmImportProgressFunc) (double fraction, gpointer user_data);

/* Makes the new file `target`, which must not be there.  A cancelled or failed import leaves nothing behind;
 * one that was cancelled too late succeeds. */
void glm_import_async (const char *source, const char *target, GlmImportType type, GCancellable *cancellable,
                       GlmImportProgressFunc progress, GAsyncReadyCallback callback,
                       gpointer user_data); /* for both functions */
gboolean glm_import_finish (GAsyncResult *result, GError **error);

/* Before the program ends: cancels the imports that run and waits until nothing of them is left on the disk.  Later ones are
 * refused. */
void glm_import_stop_all (void);

/* Deletes the unfinished files (NAME.myna.part) in this folder that no import is writing: those of a program that was killed. */
void glm_import_clean_folder (const char *folder);

G_END_DECLS

#endif
