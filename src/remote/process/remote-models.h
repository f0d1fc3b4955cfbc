/* remote-models.h: the models that a server says it has
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "remote/wire/remote-wire.h"

G_BEGIN_DECLS

/* The answer to /models as the event "models"; NULL: it is none.  At most some hundred models; the caller owns it. */
JsonObject *remote_models_read (const char *text, gsize n_bytes) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
