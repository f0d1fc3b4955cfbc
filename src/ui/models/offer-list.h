/* offer-list.h: the models that can be had, and their downloads, as Welcome and Models show them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "chat/myna-offers.h"

G_BEGIN_DECLS

/* A group of an AdwPreferencesPage, or alone. */
GtkWidget *myna_offer_list_new (MynaOffers *offers, GSettings *settings);

G_END_DECLS
