/* fuzz-import.c: a file of another program's conversations
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include <string.h>

#include "exchange/store-import.h"

static void
check_text (const char *text)
{
  if (text && !g_utf8_validate (text, -1, NULL))
    fail ("not UTF-8");
}

/* What the storage relies on: valid text, and parents before their children. */
static void
check_whole (StoreWhole *whole)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_int64_hash, g_int64_equal);

  check_text (whole->row->title);
  for (guint i = 0; i < whole->messages->len; i++)
    {
      StoreMessage *message = g_ptr_array_index (whole->messages, i);

      check_text (message->text);
      check_text (message->model);
      check_text (message->attachments);
      if (message->parent_id > 0 && !g_hash_table_contains (known, &message->parent_id))
        fail ("a message before its parent");
      g_hash_table_add (known, &message->id);
    }
}

void
fuzz_input (const uint8_t *data, size_t size)
{
  FuzzFile input = fuzz_file (data, size);
  g_autoptr (GFile) file = g_file_new_for_path (input.path);
  g_autoptr (StoreReader) reader = store_reader_open (file, NULL);
  size_t n = 0;

  while (reader)
    {
      StoreWhole *whole = NULL;

      if (!reader->next (reader, &whole, NULL) || !whole)
        break;
      check_whole (whole);
      store_whole_free (whole);
      if (++n > size + 1)
        fail ("more conversations than bytes");
    }
  close (input.fd);
}
