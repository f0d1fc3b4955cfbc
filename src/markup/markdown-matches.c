/* markdown-matches.c: where a text is found in the blocks of a message
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "markup/markdown-matches.h"

struct MynaMatches
{
  char *needle;      /* NULL: nothing is looked for */
  GPtrArray *blocks; /* of GArray */
};

MynaMatches *
myna_matches_new (void)
{
  MynaMatches *self = g_new0 (MynaMatches, 1);

  self->blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  return self;
}

void
myna_matches_free (MynaMatches *self)
{
  if (!self)
    return;
  g_ptr_array_unref (self->blocks);
  g_free (self->needle);
  g_free (self);
}

gboolean
myna_matches_set_needle (MynaMatches *self, const char *needle)
{
  char *copy;

  if (needle && !*needle)
    needle = NULL;
  if (g_strcmp0 (needle, self->needle) == 0)
    return FALSE;
  copy = g_strdup (needle);
  g_free (self->needle);
  self->needle = copy;
  g_ptr_array_set_size (self->blocks, 0);
  return TRUE;
}

const char *
myna_matches_get_needle (MynaMatches *self)
{
  return self->needle;
}

void
myna_matches_update (MynaMatches *self, GPtrArray *blocks, guint first)
{
  if (!self->needle)
    return;
  if (self->blocks->len > first)
    g_ptr_array_set_size (self->blocks, (int) first);
  for (guint i = self->blocks->len; i < blocks->len; i++)
    g_ptr_array_add (self->blocks, myna_block_find (blocks->pdata[i], self->needle));
}

GArray *
myna_matches_get (MynaMatches *self, guint block)
{
  GArray *found = block < self->blocks->len ? self->blocks->pdata[block] : NULL;

  return found && found->len > 0 ? found : NULL;
}

guint
myna_matches_count (MynaMatches *self)
{
  guint n = 0;

  for (guint i = 0; i < self->blocks->len; i++)
    n += ((GArray *) self->blocks->pdata[i])->len;
  return n;
}

gboolean
myna_matches_locate (MynaMatches *self, guint index, guint *ret_block, guint *ret_local)
{
  for (guint i = 0; i < self->blocks->len; i++)
    {
      guint n = ((GArray *) self->blocks->pdata[i])->len;

      if (index < n)
        {
          *ret_block = i;
          *ret_local = index;
          return TRUE;
        }
      index -= n;
    }
  return FALSE;
}
