/* undo-toast.c: tells what was done, with a button that takes it back
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/undo-toast.h"

#include <glib/gi18n.h>

static gboolean is_patient;

void
myna_undo_toasts_set_patient (gboolean patient)
{
  is_patient = patient;
}

AdwToast *
myna_undo_toast_new (const char *title, const char *action, GVariant *target)
{
  AdwToast *toast = adw_toast_new (title);

  adw_toast_set_button_label (toast, _ ("_Undo"));
  adw_toast_set_action_name (toast, action);
  if (target)
    adw_toast_set_action_target_value (toast, target);
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  if (is_patient)
    adw_toast_set_timeout (toast, 0);
  return toast;
}
