/* call-outcome.h: what is unfolded of a call below what was passed on: the result, who allowed it, and running it again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "storage/storage.h"

G_BEGIN_DECLS

#define MYNA_TYPE_CALL_OUTCOME (myna_call_outcome_get_type ())
G_DECLARE_FINAL_TYPE (MynaCallOutcome, myna_call_outcome, MYNA, CALL_OUTCOME, GtkWidget)

/* Its button asks the row around it for message.run-again.  Signal "shifted" (int y, int delta): see block-column.h. */
GtkWidget *myna_call_outcome_new (void);
void myna_call_outcome_set_call (MynaCallOutcome *self, const StoreCall *call);
/* Shows a long result by its beginning again. */
void myna_call_outcome_fold (MynaCallOutcome *self);
gboolean myna_call_outcome_set_viewport (MynaCallOutcome *self, int top, int bottom);

G_END_DECLS
