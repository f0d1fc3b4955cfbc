/* flatpak-info.h: whether this is a Flatpak, which may do less than a package of the system
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The path of Flatpak's file about the sandbox; NULL: this is none.  Tests name a file of their own in MYNA_SANDBOX_INFO. */
const char *myna_flatpak_get_info (void);

G_END_DECLS
