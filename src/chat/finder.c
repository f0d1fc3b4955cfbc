/* finder.c: which occurrence of a text in a conversation is shown, and how many there are
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The occurrences are counted in what all messages show, in the background; which of them is shown is a pair (message,
 * occurrence in it).  When messages come, go or are finished they are counted again, and the place is kept.
 */
#include "chat/finder.h"

#include <glib/gi18n.h>
#include <string.h>

#include "chat/find.h"
#include "markup/markdown.h"

struct _MynaFinder
{
  GObject parent_instance;

  MynaFinderStartFunc start;
  gpointer user_data;
  MynaConversation *conversation;
  GSignalGroup *signals; /* of the conversation */
  GCancellable *cancellable;
  char *query;           /* NULL: nothing is looked for */
  char *needle;          /* the same, or its words, a line each */
  gboolean by_words;     /* … its words: the text as it was typed is nowhere, or it was typed into the history's search */
  gint64 wanted_id;      /* a message whose first occurrence is to be shown; 0: none */
  GArray *counts;        /* guint a message; NULL: not counted */
  guint position, index; /* the occurrence that is shown; position G_MAXUINT: none */
  MynaMessage *kept;     /* where it was before counting again; NULL: begin with what is being read */
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaFinder, myna_finder, G_TYPE_OBJECT)

static void
changed (MynaFinder *self, gboolean moved)
{
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0, moved);
}

const char *
myna_finder_get_query (MynaFinder *self)
{
  g_return_val_if_fail (MYNA_IS_FINDER (self), NULL);

  return self->query;
}

const char *
myna_finder_get_needle (MynaFinder *self)
{
  g_return_val_if_fail (MYNA_IS_FINDER (self), NULL);

  return self->needle;
}

gboolean
myna_finder_is_counting (MynaFinder *self)
{
  g_return_val_if_fail (MYNA_IS_FINDER (self), FALSE);

  return self->cancellable && !self->counts;
}

static void
use_words (MynaFinder *self, gboolean by_words)
{
  g_free (self->needle);
  self->needle = by_words && self->query ? myna_needle_from_query (self->query) : g_strdup (self->query);
  self->by_words = by_words;
}

/* ---- The place -------------------------------------------------------------------------------------------------- */

static guint
count_at (MynaFinder *self, guint position)
{
  return position < self->counts->len ? g_array_index (self->counts, guint, position) : 0;
}

/* The nearest message with an occurrence, from position in the direction of step, around the ends. */
static guint
next_position (MynaFinder *self, guint position, int step)
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

void
myna_finder_move (MynaFinder *self, int step)
{
  guint n;

  g_return_if_fail (MYNA_IS_FINDER (self));

  n = self->counts ? self->counts->len : 0;
  if (n == 0)
    return;
  if (self->position != G_MAXUINT && step > 0 && self->index + 1 < count_at (self, self->position))
    {
      self->index++;
    }
  else if (self->position != G_MAXUINT && step < 0 && self->index > 0)
    {
      self->index--;
    }
  else
    {
      self->position = self->position == G_MAXUINT ? next_position (self, n - 1, -1)
                                                   : next_position (self, (self->position + n + step) % n, step);
      if (self->position != G_MAXUINT)
        self->index = step > 0 ? 0 : count_at (self, self->position) - 1;
    }
  changed (self, TRUE);
}

gboolean
myna_finder_get_place (MynaFinder *self, guint *ret_position, guint *ret_index)
{
  g_return_val_if_fail (MYNA_IS_FINDER (self), FALSE);

  *ret_position = self->position;
  *ret_index = self->index;
  return self->position != G_MAXUINT;
}

/* In the messages before this position. */
static guint
count_before (MynaFinder *self, guint position)
{
  guint n = 0;

  for (guint i = 0; self->counts && i < MIN (self->counts->len, position); i++)
    n += count_at (self, i);
  return n;
}

guint
myna_finder_get_n (MynaFinder *self)
{
  g_return_val_if_fail (MYNA_IS_FINDER (self), 0);

  return count_before (self, G_MAXUINT);
}

char *
myna_finder_describe (MynaFinder *self)
{
  guint total = myna_finder_get_n (self);

  if (!self->counts)
    return g_strdup ("");
  if (total == 0)
    return g_strdup (_ ("Not found"));
  if (self->position == G_MAXUINT)
    return g_strdup_printf (ngettext ("%u match", "%u matches", total), total);
  /* Translators: which of how many matches is shown */
  return g_strdup_printf (_ ("%u of %u"), count_before (self, self->position) + self->index + 1, total);
}

/* ---- Counting --------------------------------------------------------------------------------------------------- */

static void count (MynaFinder *self);

/* Whether the occurrence that was shown is still there; finds where it is now. */
static gboolean
keep_place (MynaFinder *self)
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
go_to_wanted (MynaFinder *self)
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
try_words (MynaFinder *self)
{
  for (guint i = 0; i < self->counts->len; i++)
    if (count_at (self, i))
      return FALSE;
  if (self->by_words || !strpbrk (self->needle, " \""))
    return FALSE;
  use_words (self, TRUE);
  count (self);
  return TRUE;
}

/* The first one from what is being read on. */
static void
go_to_first (MynaFinder *self)
{
  guint start = self->counts->len ? self->start (self->user_data) : G_MAXUINT;

  self->index = 0;
  self->position = start == G_MAXUINT ? G_MAXUINT : next_position (self, MIN (start, self->counts->len - 1), 1);
}

static void
counted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaFinder) self = user_data;
  g_autoptr (GArray) counts = myna_conversation_find_finish (MYNA_CONVERSATION (source), result, NULL);
  gboolean arrived, stays;

  if (!counts || MYNA_CONVERSATION (source) != self->conversation)
    return;
  g_clear_pointer (&self->counts, g_array_unref);
  self->counts = g_steal_pointer (&counts);
  if (try_words (self))
    return;
  arrived = go_to_wanted (self);
  stays = !arrived && self->kept && keep_place (self);
  if (!arrived && !stays)
    go_to_first (self);
  changed (self, !stays);
}

static void
count (MynaFinder *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->needle && *self->needle && self->conversation)
    {
      self->cancellable = g_cancellable_new ();
      myna_conversation_find_async (self->conversation, self->needle, self->cancellable, counted_cb, g_object_ref (self));
    }
}

void
myna_finder_begin (MynaFinder *self, const char *query, gboolean by_words, gint64 wanted_id)
{
  g_return_if_fail (MYNA_IS_FINDER (self));

  g_free (self->query);
  self->query = g_strdup (query);
  use_words (self, by_words);
  self->wanted_id = wanted_id;
  g_clear_pointer (&self->counts, g_array_unref);
  g_clear_object (&self->kept);
  self->position = G_MAXUINT;
  count (self);
  changed (self, FALSE);
}

/* The messages changed. */
static void
recount (MynaFinder *self)
{
  if (!self->needle || !self->counts)
    return;
  if (self->position != G_MAXUINT)
    {
      g_clear_object (&self->kept);
      self->kept = g_list_model_get_item (G_LIST_MODEL (self->conversation), self->position);
    }
  count (self);
}

static void
busy_changed_cb (MynaFinder *self)
{
  if (!myna_conversation_get_busy (self->conversation))
    recount (self);
}

void
myna_finder_set_conversation (MynaFinder *self, MynaConversation *conversation)
{
  g_return_if_fail (MYNA_IS_FINDER (self));

  if (self->query)
    myna_finder_begin (self, NULL, FALSE, 0);
  g_set_object (&self->conversation, conversation);
  g_signal_group_set_target (self->signals, conversation);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_finder_dispose (GObject *object)
{
  MynaFinder *self = MYNA_FINDER (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->signals);
  g_clear_object (&self->conversation);
  g_clear_object (&self->kept);
  g_clear_pointer (&self->counts, g_array_unref);
  g_clear_pointer (&self->query, g_free);
  g_clear_pointer (&self->needle, g_free);
  G_OBJECT_CLASS (myna_finder_parent_class)->dispose (object);
}

static void
myna_finder_class_init (MynaFinderClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_finder_dispose;
  signals[SIGNAL_CHANGED] =
      g_signal_new ("changed", MYNA_TYPE_FINDER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void
myna_finder_init (MynaFinder *self)
{
  self->position = G_MAXUINT;
  self->signals = g_signal_group_new (MYNA_TYPE_CONVERSATION);
  g_signal_group_connect_swapped (self->signals, "items-changed", G_CALLBACK (recount), self);
  g_signal_group_connect_swapped (self->signals, "notify::busy", G_CALLBACK (busy_changed_cb), self);
}

MynaFinder *
myna_finder_new (MynaFinderStartFunc start, gpointer user_data)
{
  MynaFinder *self = g_object_new (MYNA_TYPE_FINDER, NULL);

  self->start = start;
  self->user_data = user_data;
  return self;
}
