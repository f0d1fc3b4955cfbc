/* send-key.h: which keys write, and which send what is written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* As the setting "send-key" has it. */
typedef enum
{
  MYNA_SEND_ENTER,      /* Enter sends, Shift+Enter begins a new line */
  MYNA_SEND_CTRL_ENTER, /* Ctrl+Enter sends, Enter begins a new line */
} MynaSendKey;

typedef enum
{
  MYNA_ENTER_NONE,  /* the text view's own: a new line, or no Enter at all */
  MYNA_ENTER_TAKEN, /* by the input method */
  MYNA_ENTER_SENDS,
} MynaEnter;

/* The setting; `settings` may be NULL. */
MynaSendKey myna_send_key_get (GSettings *settings);
/* What a key that was pressed in the text view means; the controller must run before the text view's own.  preedit: an input
 * method shows text that is not there yet. */
MynaEnter myna_send_key_press (MynaSendKey send_key, GtkTextView *text_view, gboolean preedit,
                               GtkEventControllerKey *controller, guint keyval, GdkModifierType state);
/* Whether the key writes something, or begins to, as an accent does that waits for its letter. */
gboolean myna_key_writes (guint keyval, GdkModifierType state);
/* The settings that have "send-key", or NULL where the program is not installed. */
GSettings *myna_send_key_open_settings (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
