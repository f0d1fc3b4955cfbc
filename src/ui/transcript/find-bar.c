/* find-bar.c: find in the conversation that is shown
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The occurrences are counted in what all messages show, in the background; which of them is shown is a pair (message,
 * occurrence in it).  When messages come, go or are finished they are counted again, and the place is kept.
 */
#include "transcript/find-bar.h"

#include <glib/gi18n.h>

#include "base/tooltip.h"
#include "chat/find.h"
#include "markup/markdown.h"
#include "transcript/message-row.h"

#define MAX_TRIES 3 /* frames until what was folded is laid out */

struct _MynaFindBar
{
  GtkWidget parent_instance;

  GtkWidget *bar; /* GtkSearchBar */
  GtkWidget *entry;
  GtkWidget *count_label;
  GtkWidget *previous_button;
  GtkWidget *next_button;
  MynaChatCanvas *canvas; /* lives as long as this: both belong to the view */
  MynaConversation *conversation;
  GCancellable *cancellable;
  char *query;           /* what is in the entry, as it was looked for */
  char *needle;          /* the same, or its words, a line each; NULL: none */
  gboolean by_words;     /* … its words: the text as it was typed is nowhere, or it was typed into the history's search */
  gint64 wanted_id;      /* a message whose first occurrence is to be shown; 0: none */
  GArray *counts;        /* guint a message; NULL: not counted */
  guint position, index; /* the occurrence that is shown; position G_MAXUINT: none */
  MynaMessage *kept;     /* where it was before counting again; NULL: begin with what is being read */
  GSignalGroup *signals; /* of the conversation */
  guint tick;
  guint n_tries; /* frames in which the occurrence had no place yet */
};

enum
{
  SIGNAL_CLOSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaFindBar, myna_find_bar, GTK_TYPE_WIDGET)

const char *
myna_find_bar_get_needle (MynaFindBar *self)
{
  g_return_val_if_fail (MYNA_IS_FIND_BAR (self), NULL);

  if (!gtk_search_bar_get_search_mode (GTK_SEARCH_BAR (self->bar)))
    return NULL;
  return self->needle;
}

static void
set_needle (MynaFindBar *self, gboolean by_words)
{
  g_free (self->query);
  g_free (self->needle);
  self->query = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->entry)));
  self->needle = by_words ? myna_needle_from_query (self->query) : g_strdup (self->query);
  self->by_words = by_words;
}

static void
update_label (MynaFindBar *self)
{
  guint total = 0, before = 0;
  g_autofree char *text = NULL;

  for (guint i = 0; self->counts && i < self->counts->len; i++)
    {
      if (i < self->position)
        before += g_array_index (self->counts, guint, i);
      total += g_array_index (self->counts, guint, i);
    }
  if (!self->counts)
    text = g_strdup ("");
  else if (total == 0)
    text = g_strdup (_ ("Not found"));
  else if (self->position == G_MAXUINT)
    text = g_strdup_printf (ngettext ("%u match", "%u matches", total), total);
  else
    /* Translators: which of how many matches is shown */
    text = g_strdup_printf (_ ("%u of %u"), before + self->index + 1, total);
  gtk_label_set_label (GTK_LABEL (self->count_label), text);
  gtk_widget_set_sensitive (self->previous_button, total > 0);
  gtk_widget_set_sensitive (self->next_button, total > 0);
}

static void
highlight_rows (MynaFindBar *self)
{
  GtkWidget *row = gtk_widget_get_first_child (GTK_WIDGET (self->canvas));

  for (; row; row = gtk_widget_get_next_sibling (row))
    myna_message_row_set_search (MYNA_MESSAGE_ROW (row), myna_find_bar_get_needle (self));
}

/* ---- Moving ----------------------------------------------------------------------------------------------------- */

static guint
count_at (MynaFindBar *self, guint position)
{
  return position < self->counts->len ? g_array_index (self->counts, guint, position) : 0;
}

/* The nearest message with an occurrence, from position in the direction of step, around the ends. */
static guint
next_position (MynaFindBar *self, guint position, int step)
{
  guint n = self->counts->len;

  for (guint i = 0; i < n; i++)
    {
      if (count_at (self, position))
        return position;
      position = (position + n + step) % n;
    }
  return G_MAXUINT;
}

/* In the frame after the row was made and laid out, its occurrence is brought into view. */
static gboolean
show_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  MynaFindBar *self = MYNA_FIND_BAR (widget);
  GtkWidget *row = myna_chat_canvas_get_row (self->canvas, self->position);
  int y;

  if (!row)
    return G_SOURCE_CONTINUE;
  if (myna_message_row_show_match (MYNA_MESSAGE_ROW (row), myna_find_bar_get_needle (self), self->index, &y))
    myna_chat_canvas_scroll_to (self->canvas, self->position, y);
  else if (++self->n_tries < MAX_TRIES)
    return G_SOURCE_CONTINUE;
  self->tick = 0;
  return G_SOURCE_REMOVE;
}

static void
show (MynaFindBar *self)
{
  highlight_rows (self);
  update_label (self);
  if (self->position == G_MAXUINT)
    return;
  if (!myna_chat_canvas_get_row (self->canvas, self->position))
    myna_chat_canvas_scroll_to (self->canvas, self->position, 0);
  self->n_tries = 0;
  if (!self->tick)
    self->tick = gtk_widget_add_tick_callback (GTK_WIDGET (self), show_cb, NULL, NULL);
}

static void
move (MynaFindBar *self, int step)
{
  guint n = self->counts ? self->counts->len : 0;

  if (n == 0)
    return;
  if (self->position == G_MAXUINT)
    self->position = next_position (self, n - 1, -1);
  else if (step > 0 && self->index + 1 < count_at (self, self->position))
    {
      self->index++;
      show (self);
      return;
    }
  else if (step < 0 && self->index > 0)
    {
      self->index--;
      show (self);
      return;
    }
  else
    self->position = next_position (self, (self->position + n + step) % n, step);
  if (self->position != G_MAXUINT)
    self->index = step > 0 ? 0 : count_at (self, self->position) - 1;
  show (self);
}

static void
next_cb (MynaFindBar *self)
{
  move (self, 1);
}

static void
previous_cb (MynaFindBar *self)
{
  move (self, -1);
}

/* ---- Searching -------------------------------------------------------------------------------------------------- */

static void count (MynaFindBar *self);

/* Whether the occurrence that was shown is still there; finds where it is now. */
static gboolean
keep_place (MynaFindBar *self)
{
  g_autoptr (MynaMessage) kept = g_steal_pointer (&self->kept);
  guint position = myna_conversation_find (self->conversation, kept);

  if (position >= self->counts->len || self->index >= count_at (self, position))
    return FALSE;
  self->position = position;
  return TRUE;
}

/* The message that a search in the history found, at its first occurrence. */
static gboolean
go_to_wanted (MynaFindBar *self)
{
  guint position = self->wanted_id ? myna_conversation_find_id (self->conversation, self->wanted_id) : G_MAXUINT;

  if (position >= self->counts->len || !count_at (self, position))
    return FALSE;
  self->wanted_id = 0;
  self->position = position;
  self->index = 0;
  return TRUE;
}

/* Several words that are nowhere beside each other are looked for one by one. */
static gboolean
try_words (MynaFindBar *self)
{
  for (guint i = 0; i < self->counts->len; i++)
    if (count_at (self, i))
      return FALSE;
  if (self->by_words || !strpbrk (self->needle, " \""))
    return FALSE;
  set_needle (self, TRUE);
  count (self);
  return TRUE;
}

static void
counted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaFindBar) self = user_data;
  GArray *counts = myna_conversation_find_finish (MYNA_CONVERSATION (source), result, NULL);
  guint start;
  int offset;

  if (!counts)
    return;
  if (MYNA_CONVERSATION (source) != self->conversation)
    {
      g_array_unref (counts);
      return;
    }
  g_clear_pointer (&self->counts, g_array_unref);
  self->counts = counts;
  if (try_words (self))
    return;
  if (go_to_wanted (self))
    {
      show (self);
      return;
    }
  if (self->kept && keep_place (self))
    {
      highlight_rows (self);
      update_label (self);
      return;
    }
  self->position = G_MAXUINT;
  self->index = 0;
  /* The first one from what is being read on. */
  if (counts->len && myna_chat_canvas_get_anchor (self->canvas, &start, &offset))
    self->position = next_position (self, MIN (start, counts->len - 1), 1);
  show (self);
}

static void
count (MynaFindBar *self)
{
  const char *needle = myna_find_bar_get_needle (self);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (needle && *needle && self->conversation)
    {
      self->cancellable = g_cancellable_new ();
      myna_conversation_find_async (self->conversation, needle, self->cancellable, counted_cb, g_object_ref (self));
    }
}

static void
begin (MynaFindBar *self, gboolean by_words)
{
  set_needle (self, by_words);
  g_clear_pointer (&self->counts, g_array_unref);
  g_clear_object (&self->kept);
  self->position = G_MAXUINT;
  count (self);
  if (!self->cancellable)
    highlight_rows (self);
  update_label (self);
}

static void
search_changed_cb (MynaFindBar *self)
{
  /* The entry tells late of a text that it was given. */
  if (g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (self->entry)), self->query) == 0)
    return;
  self->wanted_id = 0;
  begin (self, FALSE);
}

/* The messages changed. */
static void
recount (MynaFindBar *self)
{
  if (!myna_find_bar_get_needle (self) || !self->counts)
    return;
  if (self->position != G_MAXUINT)
    {
      g_clear_object (&self->kept);
      self->kept = g_list_model_get_item (G_LIST_MODEL (self->conversation), self->position);
    }
  count (self);
}

static void
busy_changed_cb (MynaFindBar *self)
{
  if (!myna_conversation_get_busy (self->conversation))
    recount (self);
}

static void
mode_changed_cb (MynaFindBar *self)
{
  if (gtk_search_bar_get_search_mode (GTK_SEARCH_BAR (self->bar)))
    return;
  self->wanted_id = 0;
  begin (self, FALSE);
  g_signal_emit (self, signals[SIGNAL_CLOSED], 0);
}

static void
stop_cb (MynaFindBar *self)
{
  myna_find_bar_close (self);
}

static gboolean
key_pressed_cb (MynaFindBar *self, guint keyval, guint keycode, GdkModifierType state)
{
  if ((keyval == GDK_KEY_Return || keyval == GDK_KEY_KP_Enter) && (state & GDK_SHIFT_MASK))
    {
      move (self, -1);
      return GDK_EVENT_STOP;
    }
  return GDK_EVENT_PROPAGATE;
}

/* ---- Building --------------------------------------------------------------------------------------------------- */

static GtkWidget *
new_button (MynaFindBar *self, const char *icon, const char *label, GCallback callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  myna_set_tooltip (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_signal_connect_swapped (button, "clicked", callback, self);
  return button;
}

static void
myna_find_bar_dispose (GObject *object)
{
  MynaFindBar *self = MYNA_FIND_BAR (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->signals);
  g_clear_object (&self->conversation);
  g_clear_object (&self->kept);
  g_clear_pointer (&self->counts, g_array_unref);
  g_clear_pointer (&self->query, g_free);
  g_clear_pointer (&self->needle, g_free);
  g_clear_pointer (&self->bar, gtk_widget_unparent);
  G_OBJECT_CLASS (myna_find_bar_parent_class)->dispose (object);
}

static void
myna_find_bar_class_init (MynaFindBarClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_find_bar_dispose;
  signals[SIGNAL_CLOSED] = g_signal_new ("closed", MYNA_TYPE_FIND_BAR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
myna_find_bar_init (MynaFindBar *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);
  GtkEventController *keys = gtk_event_controller_key_new ();

  self->position = G_MAXUINT;
  self->signals = g_signal_group_new (MYNA_TYPE_CONVERSATION);
  g_signal_group_connect_swapped (self->signals, "items-changed", G_CALLBACK (recount), self);
  g_signal_group_connect_swapped (self->signals, "notify::busy", G_CALLBACK (busy_changed_cb), self);
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
  gtk_widget_add_css_class (self->count_label, "dim-label");
  gtk_widget_add_css_class (self->count_label, "numeric");
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
  gtk_widget_set_parent (self->bar, GTK_WIDGET (self));
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
  g_set_object (&self->conversation, conversation);
  g_signal_group_set_target (self->signals, conversation);
}

void
myna_find_bar_open (MynaFindBar *self)
{
  g_return_if_fail (MYNA_IS_FIND_BAR (self));

  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (self->bar), TRUE);
  gtk_widget_grab_focus (self->entry);
  gtk_editable_select_region (GTK_EDITABLE (self->entry), 0, -1);
  begin (self, FALSE);
}

void
myna_find_bar_show_hit (MynaFindBar *self, gint64 message_id, const char *query)
{
  g_return_if_fail (MYNA_IS_FIND_BAR (self));

  gtk_editable_set_text (GTK_EDITABLE (self->entry), query);
  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (self->bar), TRUE);
  self->wanted_id = message_id;
  begin (self, TRUE);
}

void
myna_find_bar_close (MynaFindBar *self)
{
  g_return_if_fail (MYNA_IS_FIND_BAR (self));

  gtk_search_bar_set_search_mode (GTK_SEARCH_BAR (self->bar), FALSE);
}
