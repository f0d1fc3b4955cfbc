/* engine-error.h: the engine's errors as GErrors
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_ENGINE_ERROR_H
#define GLM_ENGINE_ERROR_H

#include <gio/gio.h>

#include "engine/engine.h"

G_BEGIN_DECLS

#define GLM_ENGINE_ERROR (glm_engine_error_quark ())
GQuark glm_engine_error_quark (void); /* codes are GlmErrorCode; message is the engine's (English) */

/* The same error; what was canceled is G_IO_ERROR_CANCELLED.  The caller owns it. */
GError *glm_engine_error_new (const GlmError *error) G_GNUC_WARN_UNUSED_RESULT;
/* What is wrong with the model's file, and, where ret_subject is not NULL, what that is about ("": nothing; valid as long as the
 * error is).  GLM_FAULT_NONE for errors of other domains. */
GlmFault glm_engine_error_get_fault (const GError *error, const char **ret_subject);

G_END_DECLS

#endif
