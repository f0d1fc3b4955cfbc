/* persona-popover.c: the prompts and personas with what is typed in their names
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "composer/persona-popover.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "chat/prompts.h"

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
  SIGNAL_PROMPT,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaPersonaPopover, myna_persona_popover, GTK_TYPE_POPOVER)

static void
choose (MynaPersonaPopover *self, GtkListBoxRow *row)
{
  MynaPersona *of_row = g_object_get_data (G_OBJECT (row), "persona");
  g_autoptr (MynaPersona) persona = of_row ? g_object_ref (of_row) : NULL;
  g_autofree char *prompt = g_strdup (g_object_get_data (G_OBJECT (row), "prompt"));

  gtk_popover_popdown (GTK_POPOVER (self));
  if (persona)
    g_signal_emit (self, signals[SIGNAL_CHOSEN], 0, persona);
  else
    g_signal_emit (self, signals[SIGNAL_PROMPT], 0, prompt);
}

/* ---- Rows ------------------------------------------------------------------------------------------------------- */

static GtkWidget *
new_row (const char *name_text, const char *summary_text)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *name = myna_line_label_new (name_text, NULL);
  GtkWidget *summary = gtk_label_new (summary_text);

  gtk_label_set_xalign (GTK_LABEL (summary), 0);
  gtk_label_set_ellipsize (GTK_LABEL (summary), PANGO_ELLIPSIZE_END);
  gtk_label_set_max_width_chars (GTK_LABEL (summary), 40);
  myna_add_css_classes (summary, "caption dim-label");
  gtk_widget_set_visible (summary, *summary_text != '\0');
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), summary);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_widget_set_focusable (row, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, name_text, -1);
  return row;
}

static gboolean
matches (const char *any_name, const char *text)
{
  g_autofree char *name = g_utf8_casefold (any_name, -1);
  g_autofree char *needle = g_utf8_casefold (text, -1);

  return strstr (name, needle) != NULL;
}

static guint
fill_prompts (MynaPersonaPopover *self, const char *text)
{
  GPtrArray *list = myna_prompts_get_list (myna_prompts_get_default ());
  guint n = 0;

  for (guint i = 0; i < list->len; i++)
    {
      const MynaPrompt *prompt = g_ptr_array_index (list, i);
      g_autofree char *line = NULL;
      GtkWidget *row;

      if (!matches (prompt->name, text))
        continue;
      line = g_strdelimit (g_strdup (prompt->text), "\r\n\t", ' ');
      row = new_row (prompt->name, line);
      g_object_set_data_full (G_OBJECT (row), "prompt", g_strdup (prompt->text), g_free);
      gtk_list_box_append (GTK_LIST_BOX (self->list), row);
      n++;
    }
  return n;
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
      g_autofree char *summary = myna_persona_summarise (persona);
      GtkWidget *row;

      if (!matches (myna_persona_get_name (persona), text))
        continue;
      row = new_row (myna_persona_get_name (persona), summary);
      g_object_set_data_full (G_OBJECT (row), "persona", g_object_ref (persona), g_object_unref);
      gtk_list_box_append (GTK_LIST_BOX (self->list), row);
      n++;
    }
  n += fill_prompts (self, text);
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
  signals[SIGNAL_PROMPT] =
      g_signal_new ("prompt", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
myna_persona_popover_init (MynaPersonaPopover *self)
{
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_BROWSE);
  gtk_widget_set_focusable (self->list, FALSE);
  gtk_widget_add_css_class (self->list, "personas");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Prompts and Personas"), -1);
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
