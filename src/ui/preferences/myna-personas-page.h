/* myna-personas-page.h: the list of personas: making, changing, copying, exporting and importing them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "chat/myna-model-library.h"

G_BEGIN_DECLS

#define MYNA_TYPE_PERSONAS_PAGE (myna_personas_page_get_type ())
G_DECLARE_FINAL_TYPE (MynaPersonasPage, myna_personas_page, MYNA, PERSONAS_PAGE, AdwPreferencesPage)

GtkWidget *myna_personas_page_new (MynaModelLibrary *models);

G_END_DECLS
