/* password-question.h: the password of a document that is being attached
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "chat/file-reader.h"

G_BEGIN_DECLS

/* From now on the reader is answered by the person, in a dialog above the window of the widget, and as long as that lives. */
void myna_password_question_serve (GtkWidget *owner, MynaFileReader *reader);

G_END_DECLS
