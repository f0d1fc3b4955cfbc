/* myna-draft.c: what is written in a conversation and not sent, kept in the store
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-draft.h"

#include <string.h>

#include "chat/left-edits.h"

#define SAVE_DELAY_MS 400

struct MynaDraft
{
  StoreDb *store;
  gint64 id;      /* 0: no row yet */
  gboolean known; /* the row's was read, or there was none: what the store says does not matter any more */
  char *text;
  char *queued;
  guint source;
};

MynaDraft *
myna_draft_new (StoreDb *store, gint64 id)
{
  MynaDraft *self = g_new0 (MynaDraft, 1);

  self->store = g_object_ref (store);
  self->id = id;
  self->known = id == 0;
  return self;
}

void
myna_draft_free (MynaDraft *self)
{
  myna_draft_leave (self);
  g_object_unref (self->store);
  g_free (self->text);
  g_free (self->queued);
  g_free (self);
}

/* NULL: nothing. */
static char *
join (const char *first, const char *second)
{
  gboolean has_first = first && *first, has_second = second && *second;

  if (has_first && has_second)
    return g_strconcat (first, "\n\n", second, NULL);
  return has_first || has_second ? g_strdup (has_first ? first : second) : NULL;
}

void
myna_draft_save (MynaDraft *self)
{
  g_autofree char *edited = NULL, *waits = NULL, *unsent = NULL;

  g_clear_handle_id (&self->source, g_source_remove);
  if (self->id == 0 || !self->known)
    return;
  edited = myna_left_edits_dup_text (myna_left_edits_of (self->store), self->id);
  waits = join (self->queued, self->text);
  unsent = join (edited, waits);
  store_set_draft_async (self->store, self->id, unsent, NULL, NULL, NULL);
}

static gboolean
timeout_cb (gpointer user_data)
{
  MynaDraft *self = user_data;

  self->source = 0;
  myna_draft_save (self);
  return G_SOURCE_REMOVE;
}

void
myna_draft_save_soon (MynaDraft *self)
{
  if (self->id && self->known && !self->source)
    self->source = g_timeout_add (SAVE_DELAY_MS, timeout_cb, self);
}

void
myna_draft_set_id (MynaDraft *self, gint64 id)
{
  self->id = id;
  if (self->text || self->queued)
    myna_draft_save (self);
}

/* What stands in the row without the questions that are still being edited, and are found where they stand. */
static const char *
skip_edited (const char *stored, const char *edited)
{
  const char *rest = edited && g_str_has_prefix (stored, edited) ? stored + strlen (edited) : NULL;

  if (rest && g_str_has_prefix (rest, "\n\n"))
    return rest + strlen ("\n\n");
  return rest && !*rest ? rest : stored;
}

gboolean
myna_draft_take_stored (MynaDraft *self, const char *stored)
{
  g_autofree char *edited = NULL;
  char *both;

  if (self->known)
    return FALSE;
  self->known = TRUE;
  edited = myna_left_edits_dup_text (myna_left_edits_of (self->store), self->id);
  if (self->text || self->queued || edited)
    myna_draft_save_soon (self);
  stored = stored ? skip_edited (stored, edited) : "";
  /* What could not be saved may be what is stored, typed on. */
  if (!*stored || (self->text && (g_str_has_prefix (self->text, stored) || g_str_has_suffix (self->text, stored))))
    return FALSE;
  both = join (stored, self->text);
  g_free (self->text);
  self->text = both;
  return TRUE;
}

const char *
myna_draft_get_text (MynaDraft *self)
{
  return self->text;
}

gboolean
myna_draft_set_text (MynaDraft *self, const char *text)
{
  if (g_strcmp0 (self->text ? self->text : "", text ? text : "") == 0)
    return FALSE;
  g_free (self->text);
  self->text = g_strdup (text);
  myna_draft_save_soon (self);
  return TRUE;
}

void
myna_draft_set_queued (MynaDraft *self, const char *text)
{
  g_free (self->queued);
  self->queued = g_strdup (text);
  myna_draft_save (self);
}

void
myna_draft_leave (MynaDraft *self)
{
  g_autofree char *unsent = NULL;

  if (self->source)
    myna_draft_save (self);
  if (self->id == 0 || self->known)
    return;
  /* The row was never read. */
  self->known = TRUE;
  unsent = join (self->queued, self->text);
  if (unsent)
    store_append_draft_async (self->store, self->id, unsent, NULL, NULL, NULL);
}
