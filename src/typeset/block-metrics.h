/* block-metrics.h: where the blocks of a message stand, before they are laid out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <pango/pango.h>

#include "markup/markdown.h"

G_BEGIN_DECLS

#define MYNA_MARKER_GAP 8 /* between a marker and its item */

/* Pixels by which a container indents what is in it; scale: of the text, 1 in its usual size. */
int myna_container_get_indent (const MynaContainer *container, double scale);
/* The same of all containers around a block. */
int myna_block_get_indent (const MynaBlock *block, double scale);
/* Pixels above a block that is not the first. */
int myna_block_get_spacing (const MynaBlock *block);
/* About how high a block will be. */
int myna_block_estimate_height (const MynaBlock *block, double scale);
/* Whether there may be something in the block that the keyboard can get to. */
gboolean myna_block_has_stops (const MynaBlock *block);
/* Whether blocks (of MynaBlock) from `first` on are so few that laying them out at once is not noticed. */
gboolean myna_blocks_are_short (GPtrArray *blocks, guint first);
/* The direction of a message is that of its first words; PANGO_DIRECTION_NEUTRAL without any. */
PangoDirection myna_blocks_get_direction (GPtrArray *blocks);

G_END_DECLS
