/* file-drop.h: files and texts that are dropped on a chat
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "composer/composer.h"

G_BEGIN_DECLS

/* Files that are dropped on the view are attached, a model is added (app.add-model), and text is put into the composer. */
void myna_file_drop_add (GtkWidget *view, MynaComposer *composer);

G_END_DECLS
