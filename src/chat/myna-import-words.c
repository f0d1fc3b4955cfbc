/* myna-import-words.c: what an import did and could not do, in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-import-words.h"

#include <glib/gi18n.h>

const char *
myna_import_describe_state (const StoreImportEntry *entry)
{
  switch (entry->state)
    {
    case STORE_IMPORT_GROWN: return _ ("continues an existing chat");
    case STORE_IMPORT_KNOWN: return _ ("already imported");
    case STORE_IMPORT_TRASHED: return _ ("already imported, in the trash");
    case STORE_IMPORT_REPEATED: return _ ("the same as another chat in this file");
    case STORE_IMPORT_EMPTY: return _ ("empty");
    case STORE_IMPORT_REFUSED: return _ ("cannot be read");
    case STORE_IMPORT_NEW:
    default: return NULL;
    }
}

static char *
describe_note (const StoreImportNote *note)
{
  switch (note->kind)
    {
    case STORE_IMPORT_NOTE_ROLE:
      return g_strdup_printf (ngettext ("%u message of an unknown speaker left out", "%u messages of unknown speakers left out",
                                        note->n),
                              note->n);
    case STORE_IMPORT_NOTE_PART:
      return g_strdup_printf (ngettext ("%u part of an unknown kind left out", "%u parts of an unknown kind left out", note->n),
                              note->n);
    case STORE_IMPORT_NOTE_MEMBER:
      return g_strdup_printf (ngettext ("%u unknown field left out", "%u unknown fields left out", note->n), note->n);
    case STORE_IMPORT_NOTE_HIDDEN:
      return g_strdup_printf (ngettext ("%u hidden message left out", "%u hidden messages left out", note->n), note->n);
    case STORE_IMPORT_NOTE_EMPTY:
      return g_strdup_printf (ngettext ("%u message without text left out", "%u messages without text left out", note->n),
                              note->n);
    case STORE_IMPORT_NOTE_MEDIUM:
      return g_strdup_printf (ngettext ("%u attachment is not in the file", "%u attachments are not in the file", note->n),
                              note->n);
    case STORE_IMPORT_NOTE_MENDED:
      return g_strdup_printf (ngettext ("%u damaged character replaced", "%u damaged characters replaced", note->n), note->n);
    case STORE_IMPORT_NOTE_NO_PARENT:
      return g_strdup_printf (ngettext ("%u message lost the one before it", "%u messages lost the one before them", note->n),
                              note->n);
    case STORE_IMPORT_NOTE_SHARED_ID:
    case STORE_IMPORT_NOTE_N:
    default:
      return g_strdup_printf (ngettext ("%u item has the same identity as another",
                                        "%u items have the same identity as another", note->n),
                              note->n);
    }
}

char *
myna_import_describe_notes (GPtrArray *notes)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < notes->len; i++)
    {
      const StoreImportNote *note = notes->pdata[i];
      g_autofree char *line = describe_note (note);

      g_string_append_printf (text, "%s%s", i ? "\n" : "", line);
      if (*note->name)
        g_string_append_printf (text, " (%s)", note->name);
    }
  return g_string_free (text, notes->len == 0);
}

char *
myna_import_describe_result (GPtrArray *entries, guint n_refused)
{
  g_autoptr (GPtrArray) notes = store_import_sum_notes (entries);
  g_autofree char *chats = NULL, *messages = NULL;
  guint n_chats = 0, n_messages = 0, n_notes = 0;
  GString *text;

  for (guint i = 0; i < entries->len; i++)
    {
      const StoreImportEntry *entry = entries->pdata[i];

      n_chats += !entry->is_duplicate;
      n_messages += entry->n_new;
      n_refused += entry->state == STORE_IMPORT_REFUSED;
    }
  for (guint i = 0; i < notes->len; i++)
    n_notes += ((StoreImportNote *) notes->pdata[i])->n;
  chats = g_strdup_printf (ngettext ("%u chat imported", "%u chats imported", n_chats), n_chats);
  messages = g_strdup_printf (ngettext ("%u message", "%u messages", n_messages), n_messages);
  text = g_string_new (NULL);
  g_string_printf (text, "%s · %s", chats, messages);
  if (n_refused)
    g_string_append_printf (text, ngettext (" · %u refused", " · %u refused", n_refused), n_refused);
  if (n_notes)
    g_string_append_printf (text, ngettext (" · %u item not as it was", " · %u items not as they were", n_notes), n_notes);
  return g_string_free (text, FALSE);
}
