/* text-direction.h: from which side a text is written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <pango/pango.h>

G_BEGIN_DECLS

/* The direction of the first letter of the text; PANGO_DIRECTION_NEUTRAL where there is none. */
PangoDirection myna_text_direction (const char *text);

G_END_DECLS
