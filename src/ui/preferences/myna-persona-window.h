/* myna-persona-window.h: making or changing a persona
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "chat/myna-model-library.h"
#include "chat/myna-persona.h"

G_BEGIN_DECLS

#define MYNA_TYPE_PERSONA_WINDOW (myna_persona_window_get_type ())
G_DECLARE_FINAL_TYPE (MynaPersonaWindow, myna_persona_window, MYNA, PERSONA_WINDOW, AdwWindow)

/* start: one of the person's own, which is changed; or any other, with which a new one begins. */
GtkWidget *myna_persona_window_new (GtkWindow *parent, MynaModelLibrary *models, MynaPersona *start);

G_END_DECLS
