/* prompt-insert.h: a prompt whose gaps are filled, in the place of what is being written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* The view's text becomes the prompt, filled with what is copied and selected now, and the cursor stands in the gap {text}.  See
 * prompts.h. */
void myna_prompt_insert (GtkTextView *view, const char *prompt, GCancellable *cancellable);

G_END_DECLS
