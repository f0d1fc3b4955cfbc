/* ink.c: the colors that a message is drawn with
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markdown/text-layout.h"
#include "base/ui-compat.h"

static GdkRGBA
with_alpha (GdkRGBA color, float alpha)
{
  color.alpha *= alpha;
  return color;
}

void
myna_ink_init (MynaInk *self, GtkWidget *widget)
{
  self->text = myna_widget_get_color (widget);
  self->accent = myna_widget_get_named_color (widget, "accent_color");
  self->selection = with_alpha (myna_widget_get_named_color (widget, "accent_bg_color"), 0.3f);
  self->match = with_alpha (myna_widget_get_named_color (widget, "warning_bg_color"), 0.4f);
  self->current_match = with_alpha (myna_widget_get_named_color (widget, "warning_bg_color"), 0.9f);
  self->code_background = with_alpha (self->text, 0.08f);
  self->line = with_alpha (self->text, 0.15f);
}
