/* call-made.h: what a call made: pictures to see, save and copy, and files to save
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "storage/storage.h"

G_BEGIN_DECLS

#define MYNA_TYPE_CALL_MADE (myna_call_made_get_type ())
G_DECLARE_FINAL_TYPE (MynaCallMade, myna_call_made, MYNA, CALL_MADE, GtkWidget)

GtkWidget *myna_call_made_new (void);
/* list: of StoreMade; NULL or empty: nothing, and it is not seen. */
void myna_call_made_set_list (MynaCallMade *self, GPtrArray *list);

G_END_DECLS
