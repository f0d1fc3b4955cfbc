/* myna-model-row.h: one model in the list of models: what it is, what it needs, what can be done with it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "chat/myna-model-library.h"

G_BEGIN_DECLS

#define MYNA_TYPE_MODEL_ROW (myna_model_row_get_type ())
G_DECLARE_FINAL_TYPE (MynaModelRow, myna_model_row, MYNA, MODEL_ROW, AdwExpanderRow)

GtkWidget *myna_model_row_new (MynaModelLibrary *models, MynaModelEntry *entry, GSettings *settings);
MynaModelEntry *myna_model_row_get_entry (MynaModelRow *self);

G_END_DECLS
