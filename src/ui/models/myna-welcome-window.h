/* myna-welcome-window.h: the first start: what Myna is, and what this computer can run
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "chat/myna-core.h"

G_BEGIN_DECLS

#define MYNA_TYPE_WELCOME_WINDOW (myna_welcome_window_get_type ())
G_DECLARE_FINAL_TYPE (MynaWelcomeWindow, myna_welcome_window, MYNA, WELCOME_WINDOW, AdwWindow)

/* Its button "Add a Model" activates app.models. */
GtkWidget *myna_welcome_window_new (GtkWindow *parent, MynaCore *core);

G_END_DECLS
