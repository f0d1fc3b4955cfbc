/* card-row.h: the choice of what computes: the processor or a graphics card
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "chat/myna-cards.h"

G_BEGIN_DECLS

/* Looks for cards; until they are known it has the processor and what was chosen. */
GtkWidget *myna_card_row_new (MynaCards *cards);

G_END_DECLS
