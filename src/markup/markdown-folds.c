/* markdown-folds.c: which <details> of a message are folded; no widgets
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markup/markdown-folds.h"

struct _MynaFolds
{
  GHashTable *toggled; /* numbers of those that are not as their source says */
};

MynaFolds *
myna_folds_new (void)
{
  MynaFolds *self = g_new0 (MynaFolds, 1);

  self->toggled = g_hash_table_new (NULL, NULL);
  return self;
}

void
myna_folds_free (MynaFolds *self)
{
  if (!self)
    return;
  g_hash_table_unref (self->toggled);
  g_free (self);
}

void
myna_folds_reset (MynaFolds *self)
{
  g_hash_table_remove_all (self->toggled);
}

void
myna_folds_toggle (MynaFolds *self, guint number)
{
  if (!g_hash_table_remove (self->toggled, GUINT_TO_POINTER (number)))
    g_hash_table_add (self->toggled, GUINT_TO_POINTER (number));
}

static gboolean
is_unfolded (MynaFolds *self, const MynaBlock *summary)
{
  return summary->is_open != g_hash_table_contains (self->toggled, GUINT_TO_POINTER (summary->level));
}

/* Whether a block is in one of the <details> that are folded: a set of their numbers. */
static gboolean
is_folded (const MynaBlock *block, GHashTable *folded)
{
  for (guint i = 0; i < block->n_containers && g_hash_table_size (folded) > 0; i++)
    if (block->containers[i].kind == MYNA_CONTAINER_DETAILS
        && g_hash_table_contains (folded, GUINT_TO_POINTER (block->containers[i].number)))
      return TRUE;
  return FALSE;
}

/* The block as it is shown now. */
static MynaBlock *
ref_shown (MynaFolds *self, MynaBlock *block)
{
  MynaBlock *shown;

  if (block->kind != MYNA_BLOCK_SUMMARY || is_unfolded (self, block) == block->is_open)
    return myna_block_ref (block);
  shown = myna_block_dup_summary (block);
  shown->is_open = !block->is_open;
  return shown;
}

GPtrArray *
myna_folds_list_shown (MynaFolds *self, GPtrArray *blocks, guint *first)
{
  GPtrArray *shown = g_ptr_array_new_full (blocks->len, (GDestroyNotify) myna_block_unref);
  g_autoptr (GHashTable) folded = g_hash_table_new (NULL, NULL);
  guint n_before = 0;

  for (guint i = 0; i < blocks->len; i++)
    {
      MynaBlock *block = blocks->pdata[i];

      if (block->kind == MYNA_BLOCK_SUMMARY && !is_unfolded (self, block))
        g_hash_table_add (folded, GUINT_TO_POINTER (block->level));
      if (is_folded (block, folded))
        continue;
      n_before += i < *first;
      g_ptr_array_add (shown, ref_shown (self, block));
    }
  *first = n_before;
  return shown;
}

gboolean
myna_folds_unfold_matches (MynaFolds *self, GPtrArray *blocks, const char *needle)
{
  g_autoptr (GHashTable) folded = g_hash_table_new (NULL, NULL);
  gboolean changed = FALSE;

  for (guint i = 0; i < blocks->len; i++)
    {
      const MynaBlock *block = blocks->pdata[i];
      g_autoptr (GArray) matches = NULL;

      if (block->kind == MYNA_BLOCK_SUMMARY && !is_unfolded (self, block))
        g_hash_table_add (folded, GUINT_TO_POINTER (block->level));
      if (!is_folded (block, folded))
        continue;
      matches = myna_block_find (block, needle);
      for (guint c = 0; matches->len > 0 && c < block->n_containers; c++)
        if (block->containers[c].kind == MYNA_CONTAINER_DETAILS
            && g_hash_table_remove (folded, GUINT_TO_POINTER (block->containers[c].number)))
          {
            myna_folds_toggle (self, block->containers[c].number);
            changed = TRUE;
          }
    }
  return changed;
}
