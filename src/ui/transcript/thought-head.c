/* thought-head.c: what stands above a thought: how long it took, and while it is written its last line
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transcript/thought-head.h"

#include "chat/message-words.h"

struct _MynaThoughtHead
{
  GtkWidget parent_instance;

  GtkWidget *words; /* GtkBox: an arrow and … */
  GtkWidget *label;
  GtkWidget *line;
  double seconds;
  gint64 updated_at; /* monotonic µs: when these seconds were true */
  gboolean is_open;
  gboolean is_folded;
  guint source; /* the clock */
};

G_DEFINE_FINAL_TYPE (MynaThoughtHead, myna_thought_head, GTK_TYPE_WIDGET)

/* ---- What is shown ---------------------------------------------------------------------------------------------- */

static void
update_label (MynaThoughtHead *self)
{
  double since = self->is_open ? (g_get_monotonic_time () - self->updated_at) / (double) G_USEC_PER_SEC : 0;
  g_autofree char *text = myna_thought_describe (self->seconds + since, self->is_open);

  gtk_label_set_label (GTK_LABEL (self->label), text);
}

static gboolean
clock_cb (gpointer user_data)
{
  update_label (user_data);
  return G_SOURCE_CONTINUE;
}

/* A clock that is out of sight need not run. */
static void
update_clock (MynaThoughtHead *self)
{
  gboolean wanted = self->is_open && gtk_widget_get_mapped (GTK_WIDGET (self));

  if (wanted && !self->source)
    self->source = g_timeout_add (500, clock_cb, self);
  else if (!wanted)
    g_clear_handle_id (&self->source, g_source_remove);
}

static void
update_line (MynaThoughtHead *self)
{
  gtk_widget_set_visible (self->line, self->is_open && self->is_folded && *gtk_label_get_label (GTK_LABEL (self->line)));
}

void
myna_thought_head_update (MynaThoughtHead *self, const char *text, double seconds, gboolean is_open)
{
  g_autofree char *line = is_open ? myna_thought_last_line (text) : NULL;

  g_return_if_fail (MYNA_IS_THOUGHT_HEAD (self));

  self->seconds = seconds;
  self->is_open = is_open;
  self->updated_at = g_get_monotonic_time ();
  gtk_label_set_label (GTK_LABEL (self->line), line ? line : "");
  update_label (self);
  update_line (self);
  update_clock (self);
}

void
myna_thought_head_set_folded (MynaThoughtHead *self, gboolean folded)
{
  g_return_if_fail (MYNA_IS_THOUGHT_HEAD (self));

  self->is_folded = folded;
  update_line (self);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_thought_head_map (GtkWidget *widget)
{
  MynaThoughtHead *self = MYNA_THOUGHT_HEAD (widget);

  GTK_WIDGET_CLASS (myna_thought_head_parent_class)->map (widget);
  update_label (self);
  update_clock (self);
}

static void
myna_thought_head_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (myna_thought_head_parent_class)->unmap (widget);
  update_clock (MYNA_THOUGHT_HEAD (widget));
}

static void
myna_thought_head_dispose (GObject *object)
{
  MynaThoughtHead *self = MYNA_THOUGHT_HEAD (object);

  g_clear_handle_id (&self->source, g_source_remove);
  g_clear_pointer (&self->words, gtk_widget_unparent);
  g_clear_pointer (&self->line, gtk_widget_unparent);
  G_OBJECT_CLASS (myna_thought_head_parent_class)->dispose (object);
}

static void
myna_thought_head_class_init (MynaThoughtHeadClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_thought_head_dispose;
  widget_class->map = myna_thought_head_map;
  widget_class->unmap = myna_thought_head_unmap;
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BOX_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "thoughthead");
}

static GtkWidget *
new_label (PangoEllipsizeMode ellipsize)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_ellipsize (GTK_LABEL (label), ellipsize);
  gtk_label_set_single_line_mode (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  return label;
}

static void
myna_thought_head_init (MynaThoughtHead *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (gtk_widget_get_layout_manager (GTK_WIDGET (self))), GTK_ORIENTATION_VERTICAL);
  self->is_folded = TRUE;
  self->words = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  self->label = new_label (PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (self->label, "numeric");
  gtk_box_append (GTK_BOX (self->words), self->label);
  gtk_widget_set_parent (self->words, GTK_WIDGET (self));
  /* What is new in a long line is at its end. */
  self->line = new_label (PANGO_ELLIPSIZE_START);
  gtk_widget_add_css_class (self->line, "caption");
  gtk_widget_set_visible (self->line, FALSE);
  gtk_widget_set_parent (self->line, GTK_WIDGET (self));
}

GtkWidget *
myna_thought_head_new (GtkWidget *arrow)
{
  MynaThoughtHead *self = g_object_new (MYNA_TYPE_THOUGHT_HEAD, NULL);

  gtk_box_prepend (GTK_BOX (self->words), arrow);
  return GTK_WIDGET (self);
}
