/* persona-popover.h: the prompts and personas with what is typed in their names
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "chat/myna-personas.h"

G_BEGIN_DECLS

#define MYNA_TYPE_PERSONA_POPOVER (myna_persona_popover_get_type ())
G_DECLARE_FINAL_TYPE (MynaPersonaPopover, myna_persona_popover, MYNA, PERSONA_POPOVER, GtkPopover)

/* Never takes the keyboard's focus.  Signals: "chosen" (MynaPersona *), "prompt" (const char *text). */
GtkWidget *myna_persona_popover_new (void);
/* Shows the prompts and personas with this in their names, in any case, where there are some; NULL: closes. */
void myna_persona_popover_filter (MynaPersonaPopover *self, const char *text);
/* A key of the text field: up, down, Enter and Tab choose while it is shown, Escape closes it until the next filter(NULL).  TRUE:
 * it was meant. */
gboolean myna_persona_popover_key (MynaPersonaPopover *self, guint keyval);

G_END_DECLS
