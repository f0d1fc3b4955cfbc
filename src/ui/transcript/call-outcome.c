/* call-outcome.c: what is unfolded of a call below what was passed on: the result, who allowed it, and running it again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A result is foreign text: shown as it is, never as markdown.  Of a long one the beginning is shown until all is asked for.
 */
#include "transcript/call-outcome.h"

#include <glib/gi18n.h>

#include "base/column-layout.h"
#include "base/controls.h"
#include "chat/tool-words.h"
#include "markdown/copy-button.h"
#include "markdown/markdown-view.h"

struct _MynaCallOutcome
{
  GtkWidget parent_instance;

  char *result; /* NULL: none */
  gboolean shows_all;
  GtkWidget *head;
  GtkWidget *text; /* MynaMarkdownView */
  GtkWidget *all;  /* GtkButton: shows the rest */
  GtkWidget *details;
  GtkWidget *copy;
  GtkWidget *again;
};

enum
{
  SHIFTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaCallOutcome, myna_call_outcome, GTK_TYPE_WIDGET)

static void
update (MynaCallOutcome *self)
{
  const char *cut = self->result && !self->shows_all ? myna_result_find_cut (self->result) : NULL;
  g_autofree char *beginning = cut ? g_strndup (self->result, cut - self->result) : NULL;
  const char *shown = beginning ? beginning : self->result ? self->result : "";
  g_autofree char *label = NULL;

  gtk_widget_set_visible (self->head, *shown != '\0');
  gtk_widget_set_visible (self->text, *shown != '\0');
  gtk_widget_set_visible (self->copy, *shown != '\0');
  gtk_widget_set_visible (self->all, cut != NULL);
  myna_markdown_view_set_plain_text (MYNA_MARKDOWN_VIEW (self->text), shown);
  if (!cut)
    return;
  /* Translators: a button below the beginning of a long result */
  label = g_strdup_printf (_ ("Show All (%'d Characters)"), (int) g_utf8_strlen (self->result, -1));
  gtk_button_set_label (GTK_BUTTON (self->all), label);
}

void
myna_call_outcome_set_call (MynaCallOutcome *self, const StoreCall *call)
{
  /* What a program prints is shown as it comes. */
  gboolean has_result =
      call->state == STORE_CALL_DONE || call->state == STORE_CALL_FAILED
      || (myna_call_is_python (call) && (call->state == STORE_CALL_RUNNING || call->state == STORE_CALL_STOPPED));
  g_autofree char *shown = has_result && call->result ? tool_text_show (call->result) : NULL;
  g_autofree char *details = myna_call_dup_details (call);
  gboolean is_over = call->state != STORE_CALL_ASKED && call->state != STORE_CALL_RUNNING;

  g_return_if_fail (MYNA_IS_CALL_OUTCOME (self));

  gtk_label_set_label (GTK_LABEL (self->details), details);
  gtk_widget_set_visible (self->again, is_over && call->arguments && tool_find (call->tool));
  if (g_strcmp0 (self->result, shown) == 0)
    return;
  g_free (self->result);
  self->result = g_steal_pointer (&shown);
  update (self);
}

void
myna_call_outcome_fold (MynaCallOutcome *self)
{
  g_return_if_fail (MYNA_IS_CALL_OUTCOME (self));

  if (!self->shows_all)
    return;
  self->shows_all = FALSE;
  update (self);
}

gboolean
myna_call_outcome_set_viewport (MynaCallOutcome *self, int top, int bottom)
{
  graphene_point_t point;

  return gtk_widget_get_visible (self->text)
         && gtk_widget_compute_point (GTK_WIDGET (self), self->text, &GRAPHENE_POINT_INIT (0, 0), &point)
         && myna_markdown_view_set_viewport (MYNA_MARKDOWN_VIEW (self->text), top + point.y, bottom + point.y);
}

/* ---- Buttons ---------------------------------------------------------------------------------------------------- */

static void
all_clicked_cb (MynaCallOutcome *self)
{
  self->shows_all = TRUE;
  gtk_widget_grab_focus (self->copy);
  update (self);
}

static void
copy_clicked_cb (MynaCallOutcome *self)
{
  myna_copy_button_copy (MYNA_COPY_BUTTON (self->copy), self->result ? self->result : "");
}

static void
again_clicked_cb (MynaCallOutcome *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "message.run-again", NULL);
}

static void
shifted_cb (MynaCallOutcome *self, int y, int delta)
{
  graphene_point_t point;

  if (gtk_widget_compute_point (self->text, GTK_WIDGET (self), &GRAPHENE_POINT_INIT (0, y), &point))
    g_signal_emit (self, signals[SHIFTED], 0, (int) point.y, delta);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_call_outcome_dispose (GObject *object)
{
  myna_drop_children (GTK_WIDGET (object));
  G_OBJECT_CLASS (myna_call_outcome_parent_class)->dispose (object);
}

static void
myna_call_outcome_finalize (GObject *object)
{
  g_free (MYNA_CALL_OUTCOME (object)->result);
  G_OBJECT_CLASS (myna_call_outcome_parent_class)->finalize (object);
}

static void
myna_call_outcome_class_init (MynaCallOutcomeClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_call_outcome_dispose;
  G_OBJECT_CLASS (klass)->finalize = myna_call_outcome_finalize;
  signals[SHIFTED] = g_signal_new ("shifted", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                   G_TYPE_INT, G_TYPE_INT);
  gtk_widget_class_set_layout_manager_type (widget_class, MYNA_TYPE_COLUMN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "calloutcome");
}

static void
build_foot (MynaCallOutcome *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  self->details = myna_long_label_new (NULL, "caption dim-label");
  gtk_widget_set_hexpand (self->details, TRUE);
  self->copy = myna_copy_button_new (_ ("Copy Result"));
  g_signal_connect_swapped (self->copy, "clicked", G_CALLBACK (copy_clicked_cb), self);
  self->again = gtk_button_new_with_label (_ ("Run Again…"));
  gtk_widget_set_valign (self->again, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (self->again, "clicked", G_CALLBACK (again_clicked_cb), self);
  gtk_box_append (GTK_BOX (box), self->details);
  gtk_box_append (GTK_BOX (box), self->copy);
  gtk_box_append (GTK_BOX (box), self->again);
  gtk_widget_set_parent (box, GTK_WIDGET (self));
}

static void
myna_call_outcome_init (MynaCallOutcome *self)
{
  myna_column_layout_set_spacing (GTK_WIDGET (self), 6);
  self->head = gtk_label_new (_ ("Result"));
  gtk_label_set_xalign (GTK_LABEL (self->head), 0);
  myna_add_css_classes (self->head, "caption dim-label");
  gtk_widget_set_parent (self->head, GTK_WIDGET (self));
  self->text = myna_markdown_view_new ();
  gtk_widget_add_css_class (self->text, "monospace");
  g_signal_connect_swapped (self->text, "shifted", G_CALLBACK (shifted_cb), self);
  gtk_widget_set_parent (self->text, GTK_WIDGET (self));
  self->all = gtk_button_new ();
  gtk_widget_set_halign (self->all, GTK_ALIGN_START);
  g_signal_connect_swapped (self->all, "clicked", G_CALLBACK (all_clicked_cb), self);
  gtk_widget_set_parent (self->all, GTK_WIDGET (self));
  build_foot (self);
  update (self);
}

GtkWidget *
myna_call_outcome_new (void)
{
  return g_object_new (MYNA_TYPE_CALL_OUTCOME, NULL);
}
