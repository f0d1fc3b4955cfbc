/* thought-head.h: what stands above a thought: how long it took, and while it is written its last line
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define MYNA_TYPE_THOUGHT_HEAD (myna_thought_head_get_type ())
G_DECLARE_FINAL_TYPE (MynaThoughtHead, myna_thought_head, MYNA, THOUGHT_HEAD, GtkWidget)

/* arrow: stands before the words. */
GtkWidget *myna_thought_head_new (GtkWidget *arrow);
/* text: the thought; seconds: how long it took till now (0: not known); is_open: it is still being written, and its time goes
 * on by itself. */
void myna_thought_head_update (MynaThoughtHead *self, const char *text, double seconds, gboolean is_open);
/* The last line is shown where the thought itself is not. */
void myna_thought_head_set_folded (MynaThoughtHead *self, gboolean folded);

G_END_DECLS
