/* myna-models-window.h: the models, what they need, and which of them is used
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "chat/myna-core.h"

G_BEGIN_DECLS

#define MYNA_TYPE_MODELS_WINDOW (myna_models_window_get_type ())
G_DECLARE_FINAL_TYPE (MynaModelsWindow, myna_models_window, MYNA, MODELS_WINDOW, AdwWindow)

GtkWidget *myna_models_window_new (GtkWindow *parent, MynaCore *core);
/* Adds this file to the models and shows what is in it. */
void myna_models_window_add_file (MynaModelsWindow *self, GFile *file);

G_END_DECLS
