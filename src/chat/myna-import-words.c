/* myna-import-words.c: what an import finds, did and could not do, in words
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
  text = g_string_new (chats);
  if (n_refused)
    g_string_append_printf (text, ngettext (" · %u refused", " · %u refused", n_refused), n_refused);
  if (n_notes)
    g_string_append_printf (text, ngettext (" · %u item not as it was", " · %u items not as they were", n_notes), n_notes);
  /* Last, since the end is out of sight where the window is narrow. */
  g_string_append_printf (text, " · %s", messages);
  return g_string_free (text, FALSE);
}

/* The reader's words are exact and English; these are for people. */
const char *
myna_import_describe_problem (const GError *error)
{
  if (g_error_matches (error, STORE_ERROR, STORE_ERROR_FULL))
    return _ ("The disk is full. Free some space and try again.");
  if (g_error_matches (error, STORE_ERROR, STORE_ERROR_INVALID))
    return _ ("Myna reads its own JSON, and chats of ChatGPT, Claude, DeepSeek, llama.cpp, Open WebUI, LM Studio, Jan, "
              "SillyTavern, Cherry Studio, text-generation-webui, ShareGPT, ChatGLM, Alpaca and GPT4All. The file is none of "
              "these, or it is damaged.");
  if (g_error_matches (error, STORE_ERROR, STORE_ERROR_READ_ONLY) || g_error_matches (error, STORE_ERROR, STORE_ERROR_BUSY)
      || g_error_matches (error, STORE_ERROR, STORE_ERROR_NEWER_VERSION))
    return _ ("Chats cannot be saved, so nothing can be imported.");

  return _ ("Chats imported before the problem are kept.");
}

char *
myna_import_describe_entry (const StoreImportEntry *entry)
{
  g_autofree char *number = g_strdup_printf (ngettext ("%u message", "%u messages", entry->n_messages), entry->n_messages);
  g_autoptr (GDateTime) time = entry->time ? g_date_time_new_from_unix_local (entry->time / 1000) : NULL;
  g_autofree char *date = time ? g_date_time_format (time, "%x") : NULL;
  GString *text = g_string_new (date);

  if (date)
    g_string_append (text, " · ");
  g_string_append (text, number);
  if (entry->state == STORE_IMPORT_GROWN)
    g_string_append_printf (text, ngettext (" · %u new", " · %u new", entry->n_new), entry->n_new);
  if (myna_import_describe_state (entry))
    g_string_append_printf (text, " · %s", myna_import_describe_state (entry));

  return g_string_free (text, FALSE);
}

char *
myna_import_describe_remarks (GPtrArray *entries, guint n_checked, guint *ret_n_refused)
{
  g_autoptr (GPtrArray) notes = store_import_sum_notes (entries);
  g_autofree char *described = myna_import_describe_notes (notes);
  g_autofree char *text = NULL;
  guint n_copies = 0, n_refused = 0;

  for (guint i = 0; i < entries->len; i++)
    {
      n_copies += store_import_entry_can_copy (entries->pdata[i]);
      n_refused += ((StoreImportEntry *) entries->pdata[i])->state == STORE_IMPORT_REFUSED;
    }
  *ret_n_refused = n_refused;
  if (n_checked == 0)
    text = g_strdup (n_copies ? _ ("This file contains nothing new. Select a chat to import a copy of it.")
                              : _ ("Nothing in this file can be imported."));
  else if (n_refused)
    text = g_strdup_printf (ngettext ("%u chat or part of the file cannot be read.",
                                      "%u chats or parts of the file cannot be read.", n_refused),
                            n_refused);
  if (text && described)
    return g_strconcat (text, "\n", described, NULL);
  return text ? g_steal_pointer (&text) : g_steal_pointer (&described);
}
