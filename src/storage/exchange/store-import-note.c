/* store-import-note.c: what an import could not take as it was, counted
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "exchange/store-import-note.h"

#define MAX_NOTES      100
#define MAX_NAME_CHARS 40

G_DEFINE_BOXED_TYPE (StoreImportNote, store_import_note, store_import_note_copy, store_import_note_free)

StoreImportNote *
store_import_note_copy (const StoreImportNote *note)
{
  StoreImportNote *copy = g_memdup2 (note, sizeof *note);

  copy->name = g_strdup (note->name);
  return copy;
}

void
store_import_note_free (StoreImportNote *note)
{
  if (!note)
    return;

  g_free (note->name);
  g_free (note);
}

GPtrArray *
store_import_notes_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) store_import_note_free);
}

static char *
tame_name (const char *name)
{
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  GString *tame = g_string_new (NULL);
  int n = 0;

  for (const char *at = valid; *at && n < MAX_NAME_CHARS; at = g_utf8_next_char (at), n++)
    {
      gunichar c = g_utf8_get_char (at);
      GUnicodeType type = g_unichar_type (c);

      g_string_append_unichar (tame, type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT ? 0xfffd : c);
      if (n == MAX_NAME_CHARS - 1 && *g_utf8_next_char (at))
        g_string_append (tame, "…");
    }
  return g_string_free (tame, FALSE);
}

void
store_import_notes_add (GPtrArray *notes, StoreImportNoteKind kind, const char *name, guint n)
{
  g_autofree char *tame = tame_name (notes->len < MAX_NOTES && name ? name : "");
  StoreImportNote *note;

  for (guint i = 0; i < notes->len; i++)
    {
      note = notes->pdata[i];
      if (note->kind == kind && g_str_equal (note->name, tame))
        {
          note->n += n;
          return;
        }
    }
  note = g_new0 (StoreImportNote, 1);
  note->kind = kind;
  note->name = g_steal_pointer (&tame);
  note->n = n;
  g_ptr_array_add (notes, note);
}

static gboolean
says_something (JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    return json_object_get_size (json_node_get_object (node)) > 0;
  if (JSON_NODE_HOLDS_ARRAY (node))
    return json_array_get_length (json_node_get_array (node)) > 0;
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING && *json_node_get_string (node);
}

void
store_import_notes_add_members (GPtrArray *notes, JsonObject *object, const char *const *known)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, object);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    if (!g_strv_contains (known, name) && says_something (node))
      store_import_notes_add (notes, STORE_IMPORT_NOTE_MEMBER, name, 1);
}

GPtrArray *
store_import_sum_notes (GPtrArray *entries)
{
  GPtrArray *sum = store_import_notes_new ();

  for (guint i = 0; i < entries->len; i++)
    {
      const StoreImportEntry *entry = entries->pdata[i];

      for (guint j = 0; j < entry->notes->len; j++)
        {
          const StoreImportNote *note = entry->notes->pdata[j];

          store_import_notes_add (sum, note->kind, note->name, note->n);
        }
    }
  return sum;
}
