/* find-bar.c: find in the conversation that is shown
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transcript/find-bar.h"

#include <glib/gi18n.h>

#include "base/controls.h"
#include "chat/finder.h"
#include "transcript/message-row.h"

#define MAX_TRIES 3 /* frames until what was folded is laid out */

struct _MynaFindBar
{
  AdwBin parent_instance;

  GtkWidget *bar; /* GtkSearchBar */
  GtkWidget *entry;
  GtkWidget *count_label;
  GtkWidget *previous_button;
  GtkWidget *next_button;
  MynaChatCanvas *canvas; /* lives as long as this: both belong to the view */
  MynaFinder *finder;
  guint tick;
  guint n_tries; /* frames in which the occurrence had no place yet */
};

enum
{
  SIGNAL_CLOSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaFindBar, myna_find_bar, ADW_TYPE_BIN)

const char *
myna_find_bar_get_needle (MynaFindBar *self)
{
  g_return_val_if_fail (MYNA_IS_FIND_BAR (self), NULL);

  return myna_finder_get_needle (self->finder);
}

static void
update_label (MynaFindBar *self)
{
  g_autofree char *text = myna_finder_describe (self->finder);
  gboolean any = myna_finder_get_n (self->finder) > 0;

  gtk_label_set_label (GTK_LABEL (self->count_label), text);
  gtk_widget_set_sensitive (self->previous_button, any);
  gtk_widget_set_sensitive (self->next_button, any);
}

static void
highlight_rows (MynaFindBar *self)
{
  GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (self->canvas));

  for (; row; row = gtk_widget_get_next_sibling (row))
    myna_message_row_set_search (MYNA_MESSAGE_ROW (row), myna_find_bar_get_needle (self));
}

/* ---- Moving ----------------------------------------------------------------------------------------------------- */

/* In the frame after the row was made and laid out, its occurrence is brought into view. */
static gboolean
show_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  MynaFindBar *self = MYNA_FIND_BAR (widget);
  guint position, index;
  GtkWidget *row =
      myna_finder_get_place (self->finder, &position, &index) ? myna_chat_canvas_get_row (self->canvas, position) : NULL;
  int y;

  if (!row)
    return G_SOURCE_CONTINUE;
  if (myna_message_row_show_match (MYNA_MESSAGE_ROW (row), myna_find_bar_get_needle (self), index, &y))
    myna_chat_canvas_scroll_to (self->canvas, position, y);
  else if (++self->n_tries < MAX_TRIES)
    return G_SOURCE_CONTINUE;
  self->tick = 0;
  return G_SOURCE_REMOVE;
}

static void
changed_cb (MynaFindBar *self, gboolean moved)
{
  guint position, index;

  /* What was found before stays highlighted until it is known what is found now. */
  if (!myna_finder_is_counting (self->finder))
    highlight_rows (self);
  update_label (self);
  if (!moved || !myna_finder_get_place (self->finder, &position, &index))
    return;
  if (!myna_chat_canvas_get_row (self->canvas, position))
    myna_chat_canvas_scroll_to (self->canvas, position, 0);
  self->n_tries = 0;
  if (!self->tick)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), show_cb, NULL, NULL);
}

static guint
get_start (gpointer user_data)
{
  MynaFindBar *self = user_data;
  guint start;
  int offset;

  return myna_chat_canvas_get_anchor (self->canvas, &start, &offset) ? start : G_MAXUINT;
}

static void
next_cb (MynaFindBar *self)
{
  myna_finder_move (self->finder, 1);
}

static void
previous_cb (MynaFindBar *self)
{
  myna_finder_move (self->finder, -1);
}

/* ---- Searching -------------------------------------------------------------------------------------------------- */

static void
begin (MynaFindBar *self, gboolean by_words, gint64 wanted_id)
{
  gboolean on = gtk_search_bar_get_search_mode (GTK_SEARCH_BAR (self->bar));

  myna_finder_begin (self->finder, on ? gtk_editable_get_text (GTK_EDITABLE (self->entry)) : NULL, by_words, wanted_id);
}

static void
search_changed_cb (MynaFindBar *self)
{
  /* The entry tells late of a text that it was given. */
  if (g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (self->entry)), myna_finder_get_query (self->finder)) != 0)
    begin (self, FALSE, 0);
}

static void
mode_changed_cb (MynaFindBar *self)
{
  if (gtk_search_bar_get_search_mode (GTK_SEARCH_BAR (self->bar)))
    return;
  begin (self, FALSE, 0);
  g_signal_emit (self, signals[SIGNAL_CLOSED], 0);
}

static void
stop_cb (MynaFindBar *self)
{
  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (self->bar), FALSE);
}

static gboolean
key_pressed_cb (MynaFindBar *self, guint keyval, guint keycode, GdkModifierType state)
{
  if ((keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter) && (state & GDK_SHIFT_MASK))
    {
      myna_finder_move (self->finder, -1);
      return GDK_EVENT_STOP;
    }
  return GDK_EVENT_PROPAGATE;
}

/* ---- Building --------------------------------------------------------------------------------------------------- */

static GtkWidget *
new_button (MynaFindBar *self, const char *icon, const char *label, GCallback callback)
{
  GtkWidget *button = myna_icon_button_new (icon, label);

  g_signal_connect_swapped (button, "clicked", callback, self);
  return button;
}

static void
myna_find_bar_dispose (GObject *object)
{
  MynaFindBar *self = MYNA_FIND_BAR (object);

  if (self->finder)
    g_signal_handlers_disconnect_by_data (self->finder, self);
  g_clear_object (&self->finder);
  G_OBJECT_CLASS (myna_find_bar_parent_class)->dispose (object);
}

static void
myna_find_bar_class_init (MynaFindBarClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_find_bar_dispose;
  signals[SIGNAL_CLOSED] = g_signal_new ("closed", MYNA_TYPE_FIND_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
myna_find_bar_init (MynaFindBar *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->finder = myna_finder_new (get_start, self);
  g_signal_connect_swapped (self->finder, "changed", G_CALLBACK (changed_cb), self);
  self->entry = gtk_search_entry_new ();
  gtk_widget_set_hexpand (self->entry, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Find in Chat"), -1);
  g_signal_connect_swapped (self->entry, "search-changed", G_CALLBACK (search_changed_cb), self);
  g_signal_connect_swapped (self->entry, "activate", G_CALLBACK (next_cb), self);
  g_signal_connect_swapped (self->entry, "next-match", G_CALLBACK (next_cb), self);
  g_signal_connect_swapped (self->entry, "previous-match", G_CALLBACK (previous_cb), self);
  g_signal_connect_swapped (self->entry, "stop-search", G_CALLBACK (stop_cb), self);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  gtk_widget_add_controller (self->entry, keys);

  self->count_label = gtk_label_new (NULL);
  myna_add_css_classes (self->count_label, "dim-label numeric");
  self->previous_button = new_button (self, "go-up-symbolic", _ ("Previous match"), G_CALLBACK (previous_cb));
  self->next_button = new_button (self, "go-down-symbolic", _ ("Next match"), G_CALLBACK (next_cb));
  gtk_widget_add_css_class (buttons, "linked");
  gtk_box_append (GTK_BOX (buttons), self->previous_button);
  gtk_box_append (GTK_BOX (buttons), self->next_button);
  gtk_box_append (GTK_BOX (box), self->entry);
  gtk_box_append (GTK_BOX (box), self->count_label);
  gtk_box_append (GTK_BOX (box), buttons);

  self->bar = gtk_search_bar_new ();
  gtk_search_bar_set_child (GTK_SEARCH_BAR (self->bar), box);
  gtk_search_bar_connect_entry (GTK_SEARCH_BAR (self->bar), GTK_EDITABLE (self->entry));
  gtk_search_bar_set_show_close_button (GTK_SEARCH_BAR (self->bar), TRUE);
  g_signal_connect_swapped (self->bar, "notify::search-mode-enabled", G_CALLBACK (mode_changed_cb), self);
  adw_bin_set_child (ADW_BIN (self), self->bar);
  update_label (self);
}

GtkWidget *
myna_find_bar_new (MynaChatCanvas *canvas)
{
  MynaFindBar *self = g_object_new (MYNA_TYPE_FIND_BAR, NULL);

  self->canvas = canvas;
  return GTK_WIDGET (self);
}

void
myna_find_bar_set_conversation (MynaFindBar *self, MynaConversation *conversation)
{
  g_return_if_fail (MYNA_IS_FIND_BAR (self));

  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (self->bar), FALSE);
  myna_finder_set_conversation (self->finder, conversation);
}

void
myna_find_bar_open (MynaFindBar *self)
{
  g_return_if_fail (MYNA_IS_FIND_BAR (self));

  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (self->bar), TRUE);
  gtk_widget_grab_focus (self->entry);
  gtk_editable_select_region (GTK_EDITABLE (self->entry), 0, -1);
  begin (self, FALSE, 0);
}

void
myna_find_bar_show_hit (MynaFindBar *self, gint64 message_id, const char *query)
{
  g_return_if_fail (MYNA_IS_FIND_BAR (self));

  gtk_editable_set_text (GTK_EDITABLE (self->entry), query);
  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (self->bar), TRUE);
  begin (self, TRUE, message_id);
}
