/* myna-banner.h: a lasting problem, in words, with what the person can do about it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define MYNA_TYPE_BANNER (myna_banner_get_type ())
G_DECLARE_FINAL_TYPE (MynaBanner, myna_banner, MYNA, BANNER, AdwBin)

GtkWidget *myna_banner_new (void);
/* Shows what happened and what to do.  details (exact, not translated), button_label and action_name may be NULL;
 * the action (with target, which may be NULL) is activated by the button.  A page that scrolls moves to where the banner is. */
void myna_banner_show (MynaBanner *self, const char *title, const char *body, const char *details, const char *button_label,
                       const char *action_name, GVariant *target);
/* The same of an error alone, in plain words, with the exact ones as details. */
void myna_banner_show_error (MynaBanner *self, const char *title, const GError *error);
/* After showing: a second button, of the same action with another target. */
void myna_banner_add_button (MynaBanner *self, const char *label, GVariant *target);
void myna_banner_hide (MynaBanner *self);

G_END_DECLS
