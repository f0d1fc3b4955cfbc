/* undo-toast.h: tells what was done, with a button that takes it back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* title: markup.  target: of the action; NULL: none.  It goes after some seconds, but not while the pointer or the keyboard is on
 * it, nor by itself where toasts are patient. */
AdwToast *myna_undo_toast_new (const char *title, const char *action, GVariant *target);
/* Whether those that are made from now on stay until they are dismissed: where a screen reader runs. */
void myna_undo_toasts_set_patient (gboolean patient);

G_END_DECLS
