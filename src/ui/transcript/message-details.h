/* message-details.h: when a message was written, by which model, and how fast
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "storage/storage.h"

G_BEGIN_DECLS

/* A grid of names and values. */
GtkWidget *myna_message_details_new (const StoreMessage *record);

G_END_DECLS
