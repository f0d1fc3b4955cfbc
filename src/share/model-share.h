/* model-share.h: lets other programs of this computer use the model, while there is a window and the person wants it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * They come by a UNIX socket in the runtime folder, which a program outside of a Flatpak's sandbox reaches, too.  The window opens no
 * other socket.
 */
#pragma once

#include "chat/myna-core.h"

G_BEGIN_DECLS

typedef struct MynaModelShare MynaModelShare;

/* Adds the action "stop-guests" to the application: enabled while another program has been using the model for a moment, and ends
 * that.  Both outlive it.  The state of the action "share-word" is what is said of sharing: what it is, or why it is not possible now. */
MynaModelShare *myna_model_share_new (GApplication *application, MynaCore *core);
void myna_model_share_set_has_window (MynaModelShare *self, gboolean has_window);
void myna_model_share_free (MynaModelShare *self);

G_END_DECLS
