/* myna-history-entries.c: which rows the history has, in which order (plain structs, no objects)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Pinned conversations come first, wherever they are kept; then the folders, each followed by what is in it if it is
 * open: folders, then conversations; then the others by the day of their last message, old ones by its month.
 */
#include "chat/myna-history-entries.h"

#include "storage/storage.h"

#define N_DATES 4 /* groups that have a beginning: today, yesterday, week, month */

void
myna_history_record_free (gpointer data)
{
  MynaHistoryRecord *record = data;

  g_free (record->title);
  g_free (record->remote);
  g_free (record);
}

void
myna_history_folder_free (gpointer data)
{
  MynaHistoryFolder *folder = data;

  g_free (folder->name);
  g_free (folder);
}

/* The id decides between equals, so that the order is always the same. */
GPtrArray *
myna_history_folders_make (GPtrArray *stored, GHashTable *expanded)
{
  GPtrArray *folders = g_ptr_array_new_with_free_func (myna_history_folder_free);

  for (guint i = 0; i < stored->len; i++)
    {
      const StoreFolder *row = g_ptr_array_index (stored, i);
      MynaHistoryFolder *folder = g_new0 (MynaHistoryFolder, 1);

      folder->id = row->id;
      folder->parent_id = row->parent_id;
      folder->name = g_strdup (row->name);
      folder->expanded = g_hash_table_contains (expanded, &row->id);
      g_ptr_array_add (folders, folder);
    }
  return folders;
}

const MynaHistoryFolder *
myna_history_folders_find (GPtrArray *folders, gint64 id)
{
  for (guint i = 0; i < folders->len; i++)
    {
      const MynaHistoryFolder *folder = g_ptr_array_index (folders, i);

      if (folder->id == id)
        return folder;
    }
  return NULL;
}

int
myna_history_record_compare (gconstpointer a, gconstpointer b)
{
  const MynaHistoryRecord *left = *(const MynaHistoryRecord *const *) a;
  const MynaHistoryRecord *right = *(const MynaHistoryRecord *const *) b;

  if (left->pinned != right->pinned)
    return left->pinned ? -1 : 1;
  if (left->updated_at != right->updated_at)
    return left->updated_at > right->updated_at ? -1 : 1;

  return left->id > right->id ? -1 : left->id < right->id;
}

/* Beginnings of the groups by date, in ms since 1970, by the person's own midnight. */
static void
get_boundaries (GDateTime *now, gint64 boundaries[N_DATES])
{
  static const int days_back[N_DATES] = { 0, 1, 6, 29 };
  g_autoptr (GDateTime) midnight = g_date_time_new_local (g_date_time_get_year (now), g_date_time_get_month (now),
                                                          g_date_time_get_day_of_month (now), 0, 0, 0);

  for (int i = 0; i < N_DATES; i++)
    {
      g_autoptr (GDateTime) day = g_date_time_add_days (midnight, -days_back[i]);

      boundaries[i] = g_date_time_to_unix (day) * 1000;
    }
}

static MynaHistoryGroup
get_date_group (gint64 time, const gint64 boundaries[N_DATES])
{
  for (int i = 0; i < N_DATES; i++)
    {
      if (time >= boundaries[i])
        return MYNA_HISTORY_TODAY + i;
    }

  return MYNA_HISTORY_OLDER;
}

static void
add_entry (GArray *entries, MynaHistoryKind kind, MynaHistoryGroup group, gint64 id, const char *title, guint depth)
{
  MynaHistoryEntry entry = { .id = id, .title = title, .kind = kind, .group = group, .depth = depth };

  g_array_append_val (entries, entry);
}

static void
add_heading (GArray *entries, MynaHistoryGroup group, gint64 month)
{
  add_entry (entries, MYNA_HISTORY_HEADING, group, month, NULL, 0);
}

/* By the person's own clock; a time that no calendar has is of no month. */
static gint64
get_month (gint64 time)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_local (time / 1000);

  return date ? myna_history_month (g_date_time_get_year (date), g_date_time_get_month (date)) : 0;
}

/* Which conversations, not pinned, each folder holds: id → GPtrArray of records, in their order. */
static GHashTable *
collect_contents (GPtrArray *records, GPtrArray *folders)
{
  GHashTable *contents = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) g_ptr_array_unref);

  for (guint i = 0; folders && i < folders->len; i++)
    {
      MynaHistoryFolder *folder = g_ptr_array_index (folders, i);

      g_hash_table_insert (contents, &folder->id, g_ptr_array_new ());
    }
  for (guint i = 0; g_hash_table_size (contents) > 0 && i < records->len; i++)
    {
      MynaHistoryRecord *record = g_ptr_array_index (records, i);
      GPtrArray *content = record->folder_id ? g_hash_table_lookup (contents, &record->folder_id) : NULL;

      if (content && !record->pinned)
        g_ptr_array_add (content, record);
    }

  return contents;
}

static void
add_folder (GArray *entries, MynaHistoryFolder *folder, GPtrArray *folders, GHashTable *contents, guint depth)
{
  GPtrArray *content = g_hash_table_lookup (contents, &folder->id);

  add_entry (entries, MYNA_HISTORY_FOLDER, MYNA_HISTORY_FOLDERS, folder->id, folder->name, depth);
  g_array_index (entries, MynaHistoryEntry, entries->len - 1).expanded = folder->expanded;
  if (!folder->expanded)
    return;
  for (guint i = 0; depth == 0 && i < folders->len; i++)
    {
      MynaHistoryFolder *inner = g_ptr_array_index (folders, i);

      if (inner->parent_id == folder->id)
        add_folder (entries, inner, folders, contents, depth + 1);
    }
  for (guint i = 0; i < content->len; i++)
    {
      MynaHistoryRecord *record = g_ptr_array_index (content, i);

      add_entry (entries, MYNA_HISTORY_CONVERSATION, MYNA_HISTORY_FOLDERS, record->id, record->title, depth + 1);
    }
}

static void
add_folders (GArray *entries, GPtrArray *folders, GHashTable *contents)
{
  if (!folders || folders->len == 0)
    return;
  add_heading (entries, MYNA_HISTORY_FOLDERS, 0);
  for (guint i = 0; i < folders->len; i++)
    {
      MynaHistoryFolder *folder = g_ptr_array_index (folders, i);

      if (folder->parent_id == 0)
        add_folder (entries, folder, folders, contents, 0);
    }
}

GArray *
myna_history_entries_make (GPtrArray *records, GPtrArray *folders, GDateTime *now)
{
  GArray *entries = g_array_sized_new (FALSE, FALSE, sizeof (MynaHistoryEntry), records->len + 8);
  g_autoptr (GHashTable) contents = collect_contents (records, folders);
  gint64 boundaries[N_DATES];
  gint64 last_month = 0;
  int last_group = -1;
  guint i;

  for (i = 0; i < records->len && ((MynaHistoryRecord *) g_ptr_array_index (records, i))->pinned; i++)
    {
      const MynaHistoryRecord *record = g_ptr_array_index (records, i);

      if (i == 0)
        add_heading (entries, MYNA_HISTORY_PINNED, 0);
      add_entry (entries, MYNA_HISTORY_CONVERSATION, MYNA_HISTORY_PINNED, record->id, record->title, 0);
    }
  add_folders (entries, folders, contents);
  get_boundaries (now, boundaries);
  for (; i < records->len; i++)
    {
      const MynaHistoryRecord *record = g_ptr_array_index (records, i);
      MynaHistoryGroup group = get_date_group (record->updated_at, boundaries);
      gint64 month = group == MYNA_HISTORY_OLDER ? get_month (record->updated_at) : 0;

      if (record->folder_id && g_hash_table_contains (contents, &record->folder_id))
        continue;
      if ((int) group != last_group || month != last_month)
        add_heading (entries, group, month);
      last_group = group;
      last_month = month;
      add_entry (entries, MYNA_HISTORY_CONVERSATION, group, record->id, record->title, 0);
    }

  return entries;
}

static gboolean
same_entry (const MynaHistoryEntry *a, const MynaHistoryEntry *b)
{
  return a->id == b->id && a->kind == b->kind && a->group == b->group && a->depth == b->depth;
}

gboolean
myna_history_entries_diff (GArray *before, GArray *after, guint *ret_position, guint *ret_n_removed, guint *ret_n_added)
{
  const MynaHistoryEntry *old = (const MynaHistoryEntry *) before->data;
  const MynaHistoryEntry *new = (const MynaHistoryEntry *) after->data;
  guint shorter = MIN (before->len, after->len);
  guint start = 0, end = 0;

  while (start < shorter && same_entry (&old[start], &new[start]))
    start++;
  while (end < shorter - start && same_entry (&old[before->len - 1 - end], &new[after->len - 1 - end]))
    end++;
  *ret_position = start;
  *ret_n_removed = before->len - start - end;
  *ret_n_added = after->len - start - end;

  return *ret_n_removed > 0 || *ret_n_added > 0;
}

guint
myna_history_entries_find (GArray *entries, MynaHistoryKind kind, gint64 id)
{
  for (guint i = 0; i < entries->len; i++)
    {
      const MynaHistoryEntry *entry = &g_array_index (entries, MynaHistoryEntry, i);

      if (entry->kind == kind && entry->id == id)
        return i;
    }
  return G_MAXUINT;
}

gint64
myna_history_entry_get_key (const MynaHistoryEntry *entry)
{
  if (entry->kind == MYNA_HISTORY_CONVERSATION)
    return entry->id;
  if (entry->kind == MYNA_HISTORY_FOLDER)
    return -entry->id - 1000;
  return entry->id ? G_MININT64 / 2 - entry->id : -1 - entry->group;
}
