/* context-divider.h: a line across the transcript: what is above it is not given to the model any more
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* length: tokens that the model can hold; 0: not known. */
GtkWidget *myna_context_divider_new (int length);

G_END_DECLS
