/* call-picture.h: a picture that a program made, no larger than there is room for
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MYNA_TYPE_CALL_PICTURE (myna_call_picture_get_type ())
G_DECLARE_FINAL_TYPE (MynaCallPicture, myna_call_picture, MYNA, CALL_PICTURE, GtkWidget)

GtkWidget *myna_call_picture_new (GdkTexture *texture);

G_END_DECLS
