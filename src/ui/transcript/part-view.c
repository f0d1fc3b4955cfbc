/* part-view.c: one part of a reply: text, or what is folded away: a thought, a tool's call, its result
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Every part is markdown below a head, which text has none of.  What the head says is a row of the table.  A call is a card:
 * its head has a second line, which says what became of it, and what is unfolded ends with the result.
 */
#include "transcript/part-view.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "base/column-layout.h"
#include "chat/message-parts.h"
#include "chat/message-words.h"
#include "chat/tool-words.h"
#include "markdown/markdown-view.h"
#include "transcript/call-made.h"
#include "transcript/call-outcome.h"
#include "transcript/thought-head.h"

struct _MynaPartView
{
  GtkWidget parent_instance;

  StorePartKind kind;
  GtkWidget *button; /* the head, which folds; NULL: text has none */
  GtkWidget *arrow;
  GtkWidget *label;   /* of a thought: MynaThoughtHead */
  GtkWidget *icon;    /* of a call: what became of it … */
  GtkWidget *spinner; /* … or it runs */
  GtkWidget *line;    /* GtkLabel: the same in words; NULL: the kind has none */
  GtkWidget *content; /* MynaMarkdownView */
  GtkWidget *outcome; /* MynaCallOutcome of a call, below; NULL: the kind has none */
  GtkWidget *made;    /* MynaCallMade of a call, below that; NULL: the kind has none */
  double seconds;     /* that a thought took */
};

enum
{
  SHIFTED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaPartView, myna_part_view, GTK_TYPE_WIDGET)

/* ---- Heads ------------------------------------------------------------------------------------------------------ */

/* For screen readers: a clock is not to be read aloud. */
static char *
describe_thought (const StoreCall *call, gboolean is_open)
{
  return myna_thought_describe (0, is_open);
}

static char *
describe_call (const StoreCall *call, gboolean is_open)
{
  return myna_call_dup_summary (call);
}

static char *
describe_result (const StoreCall *call, gboolean is_open)
{
  return g_strdup (_ ("What the model was told"));
}

static const struct
{
  char *(*describe) (const StoreCall *call, gboolean is_open); /* NULL: no head */
  const char *css_class;
  gboolean is_card;
} kinds[] = {
  [STORE_PART_TEXT] = { NULL, "text", FALSE },
  [STORE_PART_THOUGHT] = { describe_thought, "thought", FALSE },
  [STORE_PART_CALL] = { describe_call, "call", TRUE },
  [STORE_PART_RESULT] = { describe_result, "result", FALSE },
};

static gboolean
is_unfolded (MynaPartView *self)
{
  return !self->button || gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->button));
}

static void
toggled_cb (MynaPartView *self)
{
  gboolean unfolded = is_unfolded (self);

  gtk_image_set_from_icon_name (GTK_IMAGE (self->arrow), unfolded ? "pan-down-symbolic" : "pan-end-symbolic");
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_STATE_EXPANDED, unfolded, -1);
  gtk_widget_set_visible (self->content, unfolded);
  if (self->kind == STORE_PART_THOUGHT)
    myna_thought_head_set_folded (MYNA_THOUGHT_HEAD (self->label), !unfolded);
  if (self->outcome)
    gtk_widget_set_visible (self->outcome, unfolded);
}

static void
set_unfolded (MynaPartView *self, gboolean unfolded)
{
  if (self->button)
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->button), unfolded);
}

/* ---- The card of a call ----------------------------------------------------------------------------------------- */

static void
update_card (MynaPartView *self, const StoreCall *call, const char *summary, gboolean is_open)
{
  gboolean runs = is_open || call->state == STORE_CALL_RUNNING;
  /* Translators: the model is writing what it wants to have done */
  g_autofree char *line = is_open ? g_strdup (_ ("Being written…")) : myna_call_dup_outcome (call);
  g_autofree char *name = NULL;

  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), myna_call_get_icon (call->state));
  gtk_widget_set_visible (self->icon, !runs);
  gtk_widget_set_visible (self->spinner, runs);
  gtk_spinner_set_spinning (GTK_SPINNER (self->spinner), runs);
  gtk_label_set_label (GTK_LABEL (self->line), line);
  myna_set_css_class (self->line, "warning", call->state == STORE_CALL_FAILED || call->state == STORE_CALL_LOST);
  /* Translators: how a screen reader names the card of a tool's call: what was asked for, then what became of it */
  name = g_strdup_printf (_ ("Tool call: %s. %s"), summary, line);
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  myna_call_outcome_set_call (MYNA_CALL_OUTCOME (self->outcome), call);
  myna_call_made_set_list (MYNA_CALL_MADE (self->made), call->made);
}

/* Two lines, and an icon before them; the arrow stands at the end. */
static GtkWidget *
new_card_head (MynaPartView *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
  GtkWidget *lines = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);

  self->icon = gtk_image_new ();
  self->spinner = gtk_spinner_new ();
  self->line = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (self->line), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->line), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_lines (GTK_LABEL (self->line), 3);
  gtk_label_set_ellipsize (GTK_LABEL (self->line), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (self->line), 0);
  gtk_label_set_xalign (GTK_LABEL (self->label), 0);
  gtk_widget_add_css_class (self->line, "outcome");
  gtk_widget_set_hexpand (lines, TRUE);
  gtk_box_append (GTK_BOX (lines), self->label);
  gtk_box_append (GTK_BOX (lines), self->line);
  gtk_box_append (GTK_BOX (box), self->icon);
  gtk_box_append (GTK_BOX (box), self->spinner);
  gtk_box_append (GTK_BOX (box), lines);
  gtk_box_append (GTK_BOX (box), self->arrow);
  return box;
}

static GtkWidget *
new_head (MynaPartView *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  /* A thought's head holds the arrow. */
  if (self->kind != STORE_PART_THOUGHT)
    gtk_box_append (GTK_BOX (box), self->arrow);
  gtk_box_append (GTK_BOX (box), self->label);
  gtk_widget_add_css_class (self->button, "dim-label");
  gtk_widget_set_halign (self->button, GTK_ALIGN_START);
  return box;
}

static void
build_head (MynaPartView *self)
{
  self->button = gtk_toggle_button_new ();
  self->arrow = gtk_image_new ();
  if (self->kind == STORE_PART_THOUGHT)
    self->label = myna_thought_head_new (self->arrow);
  else
    {
      self->label = gtk_label_new (NULL);
      gtk_label_set_ellipsize (GTK_LABEL (self->label), PANGO_ELLIPSIZE_END);
    }
  gtk_button_set_child (GTK_BUTTON (self->button), kinds[self->kind].is_card ? new_card_head (self) : new_head (self));
  gtk_widget_add_css_class (self->button, "flat");
  gtk_widget_insert_before (self->button, GTK_WIDGET (self), self->content);
  g_signal_connect_swapped (self->button, "toggled", G_CALLBACK (toggled_cb), self);
  toggled_cb (self);
}

/* ---- The part --------------------------------------------------------------------------------------------------- */

StorePartKind
myna_part_view_get_kind (MynaPartView *self)
{
  return self->kind;
}

/* In the end the time is said, too. */
static void
update_thought (MynaPartView *self, const char *text, gboolean is_open, const char *head)
{
  g_autofree char *words = is_open ? g_strdup (head) : myna_thought_describe (self->seconds, FALSE);

  myna_thought_head_update (MYNA_THOUGHT_HEAD (self->label), text, self->seconds, is_open);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->button), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
}

void
myna_part_view_set_seconds (MynaPartView *self, double seconds)
{
  g_return_if_fail (MYNA_IS_PART_VIEW (self));

  self->seconds = seconds;
}

void
myna_part_view_set_told_result (MynaPartView *self, gboolean told_result)
{
  g_return_if_fail (MYNA_IS_PART_VIEW (self));

  if (self->kind != STORE_PART_RESULT)
    return;
  if (told_result)
    set_unfolded (self, FALSE);
  gtk_widget_set_visible (self->arrow, !told_result);
  gtk_widget_set_sensitive (self->button, !told_result);
  gtk_label_set_text (GTK_LABEL (self->label),
                      told_result ? _ ("The model was told this result") : _ ("What the model was told"));
}

void
myna_part_view_set_part (MynaPartView *self, const StorePart *part, const StoreCall *call, gboolean is_open)
{
  g_autofree char *text = myna_part_dup_markdown (part, call);
  g_autofree char *head = NULL;

  g_return_if_fail (MYNA_IS_PART_VIEW (self) && part->kind == self->kind);

  if (self->button)
    {
      head = kinds[self->kind].describe (call, is_open);
      if (self->kind == STORE_PART_THOUGHT)
        update_thought (self, text, is_open, head);
      else
        gtk_label_set_text (GTK_LABEL (self->label), head);
    }
  if (kinds[self->kind].is_card)
    update_card (self, call, head, is_open);
  myna_markdown_view_set_text (MYNA_MARKDOWN_VIEW (self->content), text);
  myna_markdown_view_set_streaming (MYNA_MARKDOWN_VIEW (self->content), is_open);
}

void
myna_part_view_fold (MynaPartView *self)
{
  set_unfolded (self, FALSE);
  if (self->outcome)
    myna_call_outcome_fold (MYNA_CALL_OUTCOME (self->outcome));
}

char *
myna_part_view_get_text (MynaPartView *self)
{
  return is_unfolded (self) ? myna_markdown_view_get_text (MYNA_MARKDOWN_VIEW (self->content)) : NULL;
}

char *
myna_part_view_get_selected_text (MynaPartView *self)
{
  return is_unfolded (self) ? myna_markdown_view_get_selected_text (MYNA_MARKDOWN_VIEW (self->content)) : NULL;
}

void
myna_part_view_select_all (MynaPartView *self)
{
  if (!is_unfolded (self))
    return;
  myna_markdown_view_select_all (MYNA_MARKDOWN_VIEW (self->content));
  gtk_widget_grab_focus (self->content);
}

guint
myna_part_view_set_search (MynaPartView *self, const char *needle)
{
  return myna_markdown_view_set_search (MYNA_MARKDOWN_VIEW (self->content), needle);
}

gboolean
myna_part_view_show_match (MynaPartView *self, guint index, int *ret_y)
{
  graphene_rect_t bounds;
  graphene_point_t point;
  gboolean was_folded = !is_unfolded (self);

  set_unfolded (self, TRUE);
  if (!myna_markdown_view_show_match (MYNA_MARKDOWN_VIEW (self->content), index, &bounds)
      || !gtk_widget_compute_point (self->content, GTK_WIDGET (self), &bounds.origin, &point))
    return FALSE;
  *ret_y = point.y;
  return !was_folded;
}

void
myna_part_view_clear_match (MynaPartView *self)
{
  myna_markdown_view_show_match (MYNA_MARKDOWN_VIEW (self->content), G_MAXUINT, NULL);
}

gboolean
myna_part_view_set_viewport (MynaPartView *self, int top, int bottom)
{
  GtkWidget *widget = GTK_WIDGET (self);
  graphene_point_t point;
  gboolean changed;

  if (!is_unfolded (self) || !gtk_widget_compute_point (widget, self->content, &GRAPHENE_POINT_INIT (0, 0), &point))
    return FALSE;
  changed = myna_markdown_view_set_viewport (MYNA_MARKDOWN_VIEW (self->content), top + point.y, bottom + point.y);
  if (self->outcome && gtk_widget_compute_point (widget, self->outcome, &GRAPHENE_POINT_INIT (0, 0), &point))
    changed |= myna_call_outcome_set_viewport (MYNA_CALL_OUTCOME (self->outcome), top + point.y, bottom + point.y);
  return changed;
}

static void
shifted_cb (MynaPartView *self, int y, int delta, GtkWidget *child)
{
  graphene_point_t point;

  if (gtk_widget_compute_point (child, GTK_WIDGET (self), &GRAPHENE_POINT_INIT (0, y), &point))
    g_signal_emit (self, signals[SHIFTED], 0, (int) point.y, delta);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_part_view_dispose (GObject *object)
{
  MynaPartView *self = MYNA_PART_VIEW (object);

  g_clear_pointer (&self->button, gtk_widget_unparent);
  g_clear_pointer (&self->content, gtk_widget_unparent);
  g_clear_pointer (&self->outcome, gtk_widget_unparent);
  g_clear_pointer (&self->made, gtk_widget_unparent);
  G_OBJECT_CLASS (myna_part_view_parent_class)->dispose (object);
}

static void
myna_part_view_class_init (MynaPartViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = myna_part_view_dispose;
  signals[SHIFTED] = g_signal_new ("shifted", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                   G_TYPE_INT, G_TYPE_INT);
  gtk_widget_class_set_layout_manager_type (widget_class, MYNA_TYPE_COLUMN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "partview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
myna_part_view_init (MynaPartView *self)
{
  self->content = myna_markdown_view_new ();
  gtk_widget_set_parent (self->content, GTK_WIDGET (self));
  g_signal_connect_swapped (self->content, "shifted", G_CALLBACK (shifted_cb), self);
}

GtkWidget *
myna_part_view_new (StorePartKind kind, GMenuModel *extra_menu)
{
  MynaPartView *self = g_object_new (MYNA_TYPE_PART_VIEW, NULL);

  self->kind = kind;
  gtk_widget_add_css_class (GTK_WIDGET (self), kinds[kind].css_class);
  if (kinds[kind].is_card)
    {
      self->outcome = myna_call_outcome_new ();
      g_signal_connect_swapped (self->outcome, "shifted", G_CALLBACK (shifted_cb), self);
      gtk_widget_set_parent (self->outcome, GTK_WIDGET (self));
      self->made = myna_call_made_new ();
      gtk_widget_set_parent (self->made, GTK_WIDGET (self));
    }
  if (kinds[kind].describe)
    build_head (self);
  myna_markdown_view_set_extra_menu (MYNA_MARKDOWN_VIEW (self->content), extra_menu);
  return GTK_WIDGET (self);
}
