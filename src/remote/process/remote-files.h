/* remote-files.h: the files that a site says a model has, with their sizes and hashes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "remote/wire/remote-wire.h"

G_BEGIN_DECLS

/* The answer of a site's list as the event "files"; NULL: it is none, or the form is not known.  Some thousand files at most; the caller
 * owns it. */
JsonObject *remote_files_read (const char *form, const char *text, gsize n_bytes) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
