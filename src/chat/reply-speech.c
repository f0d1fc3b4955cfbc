/* reply-speech.c: what a screen reader is given to say of a reply
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/reply-speech.h"

#include <glib/gi18n.h>
#include <string.h>

#include "chat/message-words.h"
#include "chat/screen-reader.h"
#include "markup/markdown.h"

#define MAX_AT_ONCE 4096        /* bytes of a reply that is said as a whole */
#define MAX_GROWING (64 * 1024) /* … of one that is said while it is written */
#define INTERVAL_MS 400         /* how often a growing reply is looked at */

struct _MynaReplySpeech
{
  void (*say) (const char *text, gpointer user_data);
  gpointer user_data;
  MynaConversation *conversation;
  GSignalGroup *signals;
  MynaMessage *reply; /* the one that is being said, or NULL */
  gsize said;         /* bytes of its plain text that were */
  guint timer;        /* runs while a reply is written */
};

/* Whether a sentence may end with the character before `end`, perhaps behind the quotation that ends it. */
static gboolean
ends_sentence (const char *text, const char *end)
{
  const char *before = g_utf8_prev_char (end);
  gunichar last = g_utf8_get_char (before);

  if (before > text && (last == '"' || last == 0x201d || last == 0x2019 || last == 0x300d || last == 0x300f))
    last = g_utf8_get_char (g_utf8_prev_char (before));
  if (last == '\n' || last == 0x3002 || last == 0xff01 || last == 0xff1f) /* 。！？ */
    return TRUE;
  return (last == '.' || last == '!' || last == '?' || last == ':') && (*end == ' ' || *end == '\n');
}

/* How many bytes of the text are whole sentences. */
static gsize
find_whole (const char *text)
{
  for (const char *end = text + strlen (text); end > text; end = g_utf8_prev_char (end))
    if (ends_sentence (text, end))
      return end - text;
  return 0;
}

static gboolean
has_answer (MynaMessage *message)
{
  const StoreMessage *record = myna_message_get_record (message);
  StorePart parts[STORE_MAX_PARTS];
  guint n_parts = store_split_parts (record->role, myna_message_get_text (message), record->call, parts);

  return n_parts > 0 && parts[n_parts - 1].kind == STORE_PART_TEXT;
}

/* What of the reply was not said yet: all of it, or its whole sentences. */
static void
say_more (MynaReplySpeech *self, MynaMessage *reply, gsize max_bytes, gboolean is_whole)
{
  g_autofree char *copy = myna_message_dup_copy (reply);
  g_autofree char *plain = myna_markdown_to_plain_text (copy, max_bytes);
  gboolean is_first = reply != self->reply;
  gsize start = is_first ? 0 : MIN (self->said, strlen (plain)), end = is_whole ? strlen (plain) : find_whole (plain);
  g_autofree char *more = NULL;
  g_autofree char *text = NULL;

  while ((plain[start] & 0xC0) == 0x80)
    start--;
  if (end <= start && !(is_first && is_whole))
    return;
  more = g_strstrip (g_strndup (plain + start, end - start));
  /* Translators: what a screen reader says when the reply is there */
  text = is_first ? g_strdup_printf (_ ("Myna: %s"), more) : g_steal_pointer (&more);
  g_set_object (&self->reply, reply);
  self->said = end;
  if (*text)
    self->say (text, self->user_data);
}

static gboolean
timer_cb (gpointer user_data)
{
  MynaReplySpeech *self = user_data;
  GListModel *messages = G_LIST_MODEL (self->conversation);
  guint n = g_list_model_get_n_items (messages);
  g_autoptr (MynaMessage) newest = n > 0 ? g_list_model_get_item (messages, n - 1) : NULL;

  if (newest && myna_screen_reader_is_on () && myna_message_get_state (newest) == STORE_STATE_GENERATING && has_answer (newest))
    say_more (self, newest, MAX_GROWING, FALSE);
  return G_SOURCE_CONTINUE;
}

static void
busy_changed_cb (MynaReplySpeech *self)
{
  gboolean is_busy = self->conversation && myna_conversation_get_busy (self->conversation);

  if (is_busy && !self->timer)
    self->timer = g_timeout_add (INTERVAL_MS, timer_cb, self);
  else if (!is_busy)
    g_clear_handle_id (&self->timer, g_source_remove);
}

static void
replied_cb (MynaReplySpeech *self, MynaMessage *reply)
{
  say_more (self, reply, reply == self->reply ? MAX_GROWING : MAX_AT_ONCE, TRUE);
  g_clear_object (&self->reply);
}

MynaReplySpeech *
myna_reply_speech_new (void (*say) (const char *text, gpointer user_data), gpointer user_data)
{
  MynaReplySpeech *self = g_new0 (MynaReplySpeech, 1);

  self->say = say;
  self->user_data = user_data;
  self->signals = g_signal_group_new (MYNA_TYPE_CONVERSATION);
  g_signal_group_connect_swapped (self->signals, "notify::busy", G_CALLBACK (busy_changed_cb), self);
  g_signal_group_connect_swapped (self->signals, "replied", G_CALLBACK (replied_cb), self);
  return self;
}

void
myna_reply_speech_free (MynaReplySpeech *self)
{
  myna_reply_speech_set_conversation (self, NULL);
  g_object_unref (self->signals);
  g_free (self);
}

void
myna_reply_speech_set_conversation (MynaReplySpeech *self, MynaConversation *conversation)
{
  g_clear_object (&self->reply);
  g_signal_group_set_target (self->signals, conversation);
  g_set_object (&self->conversation, conversation);
  busy_changed_cb (self);
}
