/* ink.c: the colours that a message is drawn with
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markdown/text-layout.h"

static GdkRGBA
with_alpha (GdkRGBA color,
            float   alpha)
{
  color.alpha *= alpha;
  return color;
}

/* GTK has no other way to read a named colour; the call is deprecated without a successor. */
G_GNUC_BEGIN_IGNORE_DEPRECATIONS
static GdkRGBA
named_color (GtkStyleContext *style,
             const char      *name,
             GdkRGBA          fallback)
{
  GdkRGBA color;

  return gtk_style_context_lookup_color (style, name, &color) ? color : fallback;
}

void
myna_ink_init (MynaInk   *self,
               GtkWidget *widget)
{
  GtkStyleContext *style = gtk_widget_get_style_context (widget);

  gtk_style_context_get_color (style, &self->text);
  self->accent = named_color (style, "accent_color", self->text);
  self->selection = with_alpha (named_color (style, "accent_bg_color", self->text), 0.3f);
  self->match = with_alpha (named_color (style, "warning_bg_color", self->text), 0.4f);
  self->current_match = with_alpha (named_color (style, "warning_bg_color", self->text), 0.9f);
  self->code_background = with_alpha (self->text, 0.08f);
  self->line = with_alpha (self->text, 0.15f);
}
G_GNUC_END_IGNORE_DEPRECATIONS
