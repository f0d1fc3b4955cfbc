/* row-estimate.c: how a message is going to be shown, before there is a row for it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/row-estimate.h"

MynaMessageRowKind
myna_row_estimate_kind (MynaMessage *message)
{
  switch (myna_message_get_role (message))
    {
    case STORE_ROLE_USER: return MYNA_MESSAGE_ROW_QUESTION;
    case STORE_ROLE_OBSERVATION: return MYNA_MESSAGE_ROW_RESULT;
    default: return MYNA_MESSAGE_ROW_REPLY;
    }
}

/* Bytes that are not folded, where that is known: a thought may be ten times as long as the answer. */
static int
count_shown (MynaMessage *message)
{
  const StoreMessage *record = myna_message_get_record (message);
  StorePart parts[STORE_MAX_PARTS];
  guint n_parts;
  gsize n = 0;

  if (record->role == STORE_ROLE_OBSERVATION)
    return 0;
  if (record->role != STORE_ROLE_ASSISTANT || !myna_message_get_loaded (message))
    return myna_message_get_n_bytes (message);
  n_parts = store_split_parts (record->role, myna_message_get_text (message), record->call, parts);
  for (guint i = 0; i < n_parts; i++)
    n += parts[i].kind == STORE_PART_TEXT ? parts[i].n_bytes : 0;
  return (int) MIN (n, G_MAXINT);
}

/* Text is about 8 px a byte of Latin, 5 a byte of Chinese, in lines of 24; a question's bubble is narrower. */
int
myna_row_estimate_height (MynaMessage *message, int width)
{
  gboolean question = myna_message_get_role (message) == STORE_ROLE_USER;
  int per_line = MAX (10, (question ? width * 4 / 5 : width) / 7);
  int lines = 1 + count_shown (message) / per_line;

  return 24 * lines + (question ? 62 : 60);
}
