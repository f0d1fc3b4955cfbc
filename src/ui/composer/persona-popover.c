/* persona-popover.c: the personas whose names begin with what is typed
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "composer/persona-popover.h"

#include <glib/gi18n.h>

#include "base/controls.h"

#define MAX_HEIGHT 300

struct _MynaPersonaPopover
{
  GtkPopover parent_instance;

  GtkWidget *list;
  gboolean dismissed; /* by Escape: the "/" is meant as one */
};

enum
{
  SIGNAL_CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaPersonaPopover, myna_persona_popover, GTK_TYPE_POPOVER)

static MynaPersona *
get_persona (GtkListBoxRow *row)
{
  return g_object_get_data (G_OBJECT (row), "persona");
}

static void
choose (MynaPersonaPopover *self, GtkListBoxRow *row)
{
  g_autoptr (MynaPersona) persona = g_object_ref (get_persona (row));

  gtk_popover_popdown (GTK_POPOVER (self));
  g_signal_emit (self, signals[SIGNAL_CHOSEN], 0, persona);
}

/* ---- Rows ------------------------------------------------------------------------------------------------------- */

static GtkWidget *
new_row (MynaPersona *persona)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *name = myna_line_label_new (myna_persona_get_name (persona), NULL);
  g_autofree char *summary_text = myna_persona_summarise (persona);
  GtkWidget *summary = gtk_label_new (summary_text);

  gtk_label_set_xalign (GTK_LABEL (summary), 0);
  gtk_label_set_ellipsize (GTK_LABEL (summary), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (summary), 40);
  gtk_widget_add_css_class (summary, "caption");
  gtk_widget_add_css_class (summary, "dim-label");
  gtk_widget_set_visible (summary, *summary_text != '\0');
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), summary);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_widget_set_focusable (row, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, myna_persona_get_name (persona), -1);
  g_object_set_data_full (G_OBJECT (row), "persona", g_object_ref (persona), g_object_unref);
  return row;
}

static gboolean
matches (MynaPersona *persona, const char *text)
{
  g_autofree char *name = g_utf8_casefold (myna_persona_get_name (persona), -1);
  g_autofree char *needle = g_utf8_casefold (text, -1);

  return strstr (name, needle) != NULL;
}

/* Returns how many there are. */
static guint
fill (MynaPersonaPopover *self, const char *text)
{
  GListModel *list = myna_personas_get_list (myna_personas_get_default ());
  guint n = 0;

  myna_list_clear (self->list);
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (MynaPersona) persona = g_list_model_get_item (list, i);

      if (!matches (persona, text))
        continue;
      gtk_list_box_append (GTK_LIST_BOX (self->list), new_row (persona));
      n++;
    }
  gtk_list_box_select_row (GTK_LIST_BOX (self->list), gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), 0));
  return n;
}

void
myna_persona_popover_filter (MynaPersonaPopover *self, const char *text)
{
  g_return_if_fail (MYNA_IS_PERSONA_POPOVER (self));

  if (!text)
    self->dismissed = FALSE;
  if (text && !self->dismissed && fill (self, text) > 0)
    gtk_popover_popup (GTK_POPOVER (self));
  else
    gtk_popover_popdown (GTK_POPOVER (self));
}

/* ---- Keys ------------------------------------------------------------------------------------------------------- */

static void
step (MynaPersonaPopover *self, int by)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list));
  GtkListBoxRow *next = gtk_list_box_get_row_at_index (GTK_LIST_BOX (self->list), gtk_list_box_row_get_index (row) + by);
  GtkWidget *scroller = gtk_widget_get_ancestor (self->list, GTK_TYPE_SCROLLED_WINDOW);
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller));
  graphene_rect_t bounds;

  if (!next)
    return;
  gtk_list_box_select_row (GTK_LIST_BOX (self->list), next);
  if (gtk_widget_compute_bounds (GTK_WIDGET (next), self->list, &bounds))
    gtk_adjustment_clamp_page (adjustment, bounds.origin.y, bounds.origin.y + bounds.size.height);
}

gboolean
myna_persona_popover_key (MynaPersonaPopover *self, guint keyval)
{
  g_return_val_if_fail (MYNA_IS_PERSONA_POPOVER (self), FALSE);

  if (!gtk_widget_get_visible (GTK_WIDGET (self)))
    return FALSE;
  switch (keyval)
    {
    case GDK_KEY_Up: step (self, -1); return TRUE;
    case GDK_KEY_Down: step (self, 1); return TRUE;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_ISO_Enter:
    case GDK_KEY_Tab: choose (self, gtk_list_box_get_selected_row (GTK_LIST_BOX (self->list))); return TRUE;
    case GDK_KEY_Escape:
      self->dismissed = TRUE;
      gtk_popover_popdown (GTK_POPOVER (self));
      return TRUE;
    default: return FALSE;
    }
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_persona_popover_class_init (MynaPersonaPopoverClass *klass)
{
  signals[SIGNAL_CHOSEN] = g_signal_new ("chosen", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 1, MYNA_TYPE_PERSONA);
}

static void
myna_persona_popover_init (MynaPersonaPopover *self)
{
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_BROWSE);
  gtk_widget_set_focusable (self->list, FALSE);
  gtk_widget_add_css_class (self->list, "personas");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Personas"), -1);
  g_signal_connect_swapped (self->list, "row-activated", G_CALLBACK (choose), self);
  gtk_popover_set_child (GTK_POPOVER (self), myna_scroller_new (self->list, MAX_HEIGHT));
  gtk_popover_set_autohide (GTK_POPOVER (self), FALSE);
  gtk_popover_set_has_arrow (GTK_POPOVER (self), FALSE);
  gtk_popover_set_position (GTK_POPOVER (self), GTK_POS_TOP);
  gtk_widget_set_can_focus (GTK_WIDGET (self), FALSE);
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_START);
}

GtkWidget *
myna_persona_popover_new (void)
{
  return g_object_new (MYNA_TYPE_PERSONA_POPOVER, NULL);
}
