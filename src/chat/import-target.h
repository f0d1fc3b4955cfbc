/* import-target.h: where a model goes that is made of what was published in another form
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The folder, which is made if there is none.  The caller frees, as below. */
char *myna_import_target_dup_folder (void) G_GNUC_WARN_UNUSED_RESULT;
/* A name in it that is not taken: "chatglm3-6b-Q4_0.gguf", "chatglm3-6b-Q4_0-2.gguf" …  NULL: there are too many. */
char *myna_import_target_make (const char *source, const char *suffix) G_GNUC_WARN_UNUSED_RESULT;
/* Bytes that are free there; 0: not known. */
guint64 myna_import_target_get_space (void);

G_END_DECLS
