/* call-form.h: what is passed on to a tool, as a form that a person can change
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A row for each argument of the tool's schema, and for each other that the model gave: nothing is passed on that is not
 * shown.  What cannot be seen in a text, such as a turn of its direction, is told below its row.
 */
#pragma once

#include <gtk/gtk.h>

#include "storage/storage.h"

G_BEGIN_DECLS

#define MYNA_TYPE_CALL_FORM (myna_call_form_get_type ())
G_DECLARE_FINAL_TYPE (MynaCallForm, myna_call_form, MYNA, CALL_FORM, GtkWidget)

/* call: whose arguments are JSON.  Signal "changed" (). */
GtkWidget *myna_call_form_new (const StoreCall *call);
/* The arguments as they stand here, as JSON; NULL and an error, in the person's language, where a row cannot be read.  Whether the
 * tool takes them is not checked here. */
char *myna_call_form_dup_arguments (MynaCallForm *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
