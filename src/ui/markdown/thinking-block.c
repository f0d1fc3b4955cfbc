/* thinking-block.c: the head of a thinking part, a button that folds and unfolds it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n.h>

#include "markdown/block-views.h"

struct _MynaThinkingBlock
{
  MynaBlockView parent_instance;
  GtkWidget *button;
  GtkWidget *arrow;
  GtkWidget *label;
};

G_DEFINE_FINAL_TYPE (MynaThinkingBlock, myna_thinking_block, MYNA_TYPE_BLOCK_VIEW)

enum
{
  TOGGLED,
  N_SIGNALS
};
static guint signals[N_SIGNALS];

gboolean
myna_thinking_block_get_unfolded (MynaThinkingBlock *self)
{
  return gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->button));
}

static void
button_toggled (MynaThinkingBlock *self)
{
  gboolean unfolded = myna_thinking_block_get_unfolded (self);

  gtk_image_set_from_icon_name (GTK_IMAGE (self->arrow), unfolded ? "pan-down-symbolic" : "pan-end-symbolic");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_STATE_EXPANDED, unfolded, -1);
  g_signal_emit (self, signals[TOGGLED], 0);
}

static void
myna_thinking_block_update (MynaBlockView *view)
{
  MynaThinkingBlock *self = MYNA_THINKING_BLOCK (view);

  gtk_label_set_text (GTK_LABEL (self->label), myna_block_view_get_block (view)->is_open ? _ ("Thinking…") : _ ("Thoughts"));
}

static void
myna_thinking_block_copy (MynaBlockView *view, guint start, guint end, GString *out)
{
}

static void
myna_thinking_block_dispose (GObject *object)
{
  g_clear_pointer (&MYNA_THINKING_BLOCK (object)->button, gtk_widget_unparent);
  G_OBJECT_CLASS (myna_thinking_block_parent_class)->dispose (object);
}

static void
myna_thinking_block_class_init (MynaThinkingBlockClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_thinking_block_dispose;
  MYNA_BLOCK_VIEW_CLASS (klass)->update = myna_thinking_block_update;
  MYNA_BLOCK_VIEW_CLASS (klass)->copy = myna_thinking_block_copy;
  signals[TOGGLED] =
      g_signal_new ("toggled", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "thinking");
}

static void
myna_thinking_block_init (MynaThinkingBlock *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->button = gtk_toggle_button_new ();
  self->arrow = gtk_image_new_from_icon_name ("pan-end-symbolic");
  self->label = gtk_label_new (NULL);
  gtk_box_append (GTK_BOX (box), self->arrow);
  gtk_box_append (GTK_BOX (box), self->label);
  gtk_button_set_child (GTK_BUTTON (self->button), box);
  gtk_widget_add_css_class (self->button, "flat");
  gtk_widget_add_css_class (self->button, "dim-label");
  gtk_widget_set_halign (self->button, GTK_ALIGN_START);
  gtk_widget_set_parent (self->button, GTK_WIDGET (self));
  g_signal_connect_swapped (self->button, "toggled", G_CALLBACK (button_toggled), self);
}
