/* myna-sources.c: the passages of documents that a conversation's replies may cite
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-sources.h"

#include <string.h>

#include "chat/myna-attachment.h"
#include "markup/markdown.h"
#include "text/text-cite.h"

struct _MynaSources
{
  GObject parent_instance;
  MynaConversation *conversation; /* owns this */
  GPtrArray *given;               /* StorePassage, by message and number */
  GCancellable *cancellable;      /* of the reading that runs */
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (MynaSources, myna_sources, G_TYPE_OBJECT)

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

static void
given_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaSources) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) given = store_finish_list (STORE_DB (source), result, &error);

  /* What is not known is not linked. */
  if (!given)
    return;
  if (given->len == 0 && self->given->len == 0)
    return;
  g_ptr_array_unref (self->given);
  self->given = g_steal_pointer (&given);
  g_signal_emit (self, changed_signal, 0);
}

void
myna_sources_reload (MynaSources *self)
{
  gint64 id;

  g_return_if_fail (MYNA_IS_SOURCES (self));

  id = self->conversation ? myna_conversation_get_id (self->conversation) : 0;
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (!id)
    return;
  self->cancellable = g_cancellable_new ();
  store_list_given_async (myna_conversation_get_store (self->conversation), id, self->cancellable, given_read_cb,
                          g_object_ref (self));
}

static void
busy_cb (MynaConversation *conversation, GParamSpec *pspec, MynaSources *self)
{
  if (!myna_conversation_get_busy (conversation))
    myna_sources_reload (self);
}

MynaSources *
myna_sources_get (MynaConversation *conversation)
{
  static GQuark quark;
  MynaSources *self;

  if (!quark)
    quark = g_quark_from_static_string ("myna-sources");
  self = g_object_get_qdata (G_OBJECT (conversation), quark);
  if (self)
    return self;
  self = g_object_new (MYNA_TYPE_SOURCES, NULL);
  g_set_weak_pointer (&self->conversation, conversation);
  g_signal_connect_object (conversation, "notify::busy", G_CALLBACK (busy_cb), self, 0);
  g_object_set_qdata_full (G_OBJECT (conversation), quark, self, g_object_unref);
  myna_sources_reload (self);
  return self;
}

/* ---- What a reply may cite -------------------------------------------------------------------------------------- */

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  const StorePassage *one = *(const StorePassage *const *) a, *other = *(const StorePassage *const *) b;

  return (one->number > other->number) - (one->number < other->number);
}

const StorePassage *
myna_sources_find (GPtrArray *sources, guint number)
{
  for (guint i = 0; sources && i < sources->len; i++)
    if (((StorePassage *) sources->pdata[i])->number == number)
      return sources->pdata[i];
  return NULL;
}

/* What the question was given, unless a later one was given another passage under the number. */
static void
add_given (MynaSources *self, gint64 question, GPtrArray *sources, GPtrArray *later)
{
  for (guint i = 0; i < self->given->len; i++)
    {
      const StorePassage *passage = self->given->pdata[i];

      if (passage->message_id == question && !myna_sources_find (sources, passage->number)
          && !myna_sources_find (later, passage->number))
        g_ptr_array_add (sources, store_passage_copy (passage));
    }
}

GPtrArray *
myna_sources_list (MynaSources *self, MynaMessage *reply, guint *ret_first_own)
{
  g_autoptr (GPtrArray) own = NULL;
  g_autoptr (GPtrArray) older = NULL;
  guint n_questions = 0, position;

  g_return_val_if_fail (MYNA_IS_SOURCES (self), NULL);

  if (self->given->len == 0 || !self->conversation || myna_message_get_role (reply) != STORE_ROLE_ASSISTANT)
    return NULL;
  position = myna_conversation_find (self->conversation, reply);
  own = g_ptr_array_new_with_free_func ((GDestroyNotify) store_passage_free);
  older = g_ptr_array_new_with_free_func ((GDestroyNotify) store_passage_free);
  for (guint i = position == G_MAXUINT ? 0 : position; i > 0; i--)
    {
      g_autoptr (MynaMessage) message = g_list_model_get_item (G_LIST_MODEL (self->conversation), i - 1);

      if (myna_message_get_role (message) == STORE_ROLE_USER)
        add_given (self, myna_message_get_id (message), n_questions++ ? older : own, own);
    }
  g_ptr_array_sort (own, compare_numbers);
  g_ptr_array_sort (older, compare_numbers);
  if (ret_first_own)
    *ret_first_own = older->len;
  g_ptr_array_extend_and_steal (older, g_steal_pointer (&own));
  return older->len > 0 ? g_steal_pointer (&older) : NULL;
}

const char *
myna_sources_get_question (MynaSources *self, MynaMessage *reply)
{
  guint position;

  g_return_val_if_fail (MYNA_IS_SOURCES (self), NULL);

  position = self->conversation ? myna_conversation_find (self->conversation, reply) : G_MAXUINT;
  for (guint i = position == G_MAXUINT ? 0 : position; i > 0; i--)
    {
      /* The list keeps it. */
      g_autoptr (MynaMessage) message = g_list_model_get_item (G_LIST_MODEL (self->conversation), i - 1);

      if (myna_message_get_role (message) == STORE_ROLE_USER)
        return myna_message_get_loaded (message) ? myna_message_get_text (message) : NULL;
    }
  return NULL;
}

/* ---- Links ------------------------------------------------------------------------------------------------------ */

/* Without what would end an address of Markdown between < and >. */
static void
append_place (GString *out, const StorePassage *passage)
{
  g_autofree char *place = myna_passage_describe (passage);

  for (const char *p = place; *p; p++)
    g_string_append_c (out, strchr ("<>\\\n&", *p) ? ' ' : *p);
}

/* A number that stands alone between its brackets is linked with them: that is easier to hit.  The bytes of the bracket before it,
 * which is as long as the one behind it; 0: there is more between them. */
static gsize
bracket_length (const char *text, gsize n_bytes, const TextCite *cite)
{
  static const char *const pairs[][2] = { { "[", "]" }, { "【", "】" }, { "［", "］" } };

  for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
    {
      gsize n = strlen (pairs[i][0]);

      if (cite->start >= n && cite->end + n <= n_bytes && memcmp (text + cite->start - n, pairs[i][0], n) == 0
          && memcmp (text + cite->end, pairs[i][1], n) == 0)
        return n;
    }
  return 0;
}

static void
append_linked (GString *out, const char *text, gsize n_bytes, GPtrArray *sources)
{
  g_autoptr (GArray) cites = text_find_cites (text, n_bytes);
  gsize done = 0;

  for (guint i = 0; i < cites->len; i++)
    {
      const TextCite *cite = &g_array_index (cites, TextCite, i);
      const StorePassage *passage = myna_sources_find (sources, cite->number);
      gsize n = bracket_length (text, n_bytes, cite);
      /* Brackets with backslashes would be a formula. */
      g_autofree char *before = n == 1 ? g_strdup ("&#91;") : g_strndup (text + cite->start - n, n);
      g_autofree char *behind = n == 1 ? g_strdup ("&#93;") : g_strndup (text + cite->end, n);

      if (!passage)
        continue;
      g_string_append_len (out, text + done, cite->start - n - done);
      g_string_append_printf (out, "[%s%u%s](<" MYNA_SOURCE_TARGET "%u ", before, cite->number, behind, cite->number);
      append_place (out, passage);
      g_string_append (out, ">)");
      done = cite->end + n;
    }
  g_string_append_len (out, text + done, n_bytes - done);
}

/* Bytes of a span of code that begins at p, or of a fenced block where p is at the beginning of a line; 0: none begins. */
static gsize
code_length (const char *p)
{
  gsize n = strspn (p, (char[]){ *p, '\0' });
  g_autofree char *fence = NULL;
  const char *end;

  if (*p != '`' && (*p != '~' || n < 3))
    return 0;
  fence = g_strndup (p, n);
  for (end = p + n; (end = strstr (end, fence)); end += strspn (end, (char[]){ *p, '\0' }))
    if (strspn (end, (char[]){ *p, '\0' }) >= n && (n >= 3 || strspn (end, "`") == n))
      return end + strspn (end, (char[]){ *p, '\0' }) - p;
  return n >= 3 ? strlen (p) : n;
}

char *
myna_sources_link (GPtrArray *sources, const char *markdown)
{
  GString *out = g_string_new (NULL);
  const char *start = markdown, *p = markdown;

  while (*p)
    {
      gsize n = code_length (p);

      if (n == 0)
        {
          p++;
          continue;
        }
      append_linked (out, start, p - start, sources);
      g_string_append_len (out, p, n);
      start = p += n;
    }
  append_linked (out, start, p - start, sources);
  return g_string_free (out, FALSE);
}

/* ---- Highlighting ----------------------------------------------------------------------------------------------- */

#define MIN_WORD  4
#define MAX_WORDS 24

static void
add_line (GString *needle, guint *n, const char *start, gsize n_bytes)
{
  if (++*n <= MAX_WORDS)
    g_string_append_printf (needle, "%s%.*s", needle->len ? "\n" : "", (int) n_bytes, start);
}

char *
myna_sources_dup_needle (const char *question)
{
  GString *needle = g_string_new (NULL);
  const char *p = question;
  guint n = 0;

  while (*p)
    {
      const char *start = p;
      glong n_chars = 0;

      if (g_unichar_get_script (g_utf8_get_char (p)) == G_UNICODE_SCRIPT_HAN)
        {
          const char *next = g_utf8_next_char (p);

          if (*next && g_unichar_get_script (g_utf8_get_char (next)) == G_UNICODE_SCRIPT_HAN)
            add_line (needle, &n, p, g_utf8_next_char (next) - p);
          p = next;
          continue;
        }
      for (;
           *p && g_unichar_isalnum (g_utf8_get_char (p)) && g_unichar_get_script (g_utf8_get_char (p)) != G_UNICODE_SCRIPT_HAN;
           n_chars++)
        p = g_utf8_next_char (p);
      if (n_chars >= MIN_WORD)
        add_line (needle, &n, start, p - start);
      if (p == start)
        p = g_utf8_next_char (p);
    }
  return g_string_free (needle, FALSE);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_sources_dispose (GObject *object)
{
  MynaSources *self = MYNA_SOURCES (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_weak_pointer (&self->conversation);
  G_OBJECT_CLASS (myna_sources_parent_class)->dispose (object);
}

static void
myna_sources_finalize (GObject *object)
{
  g_ptr_array_unref (MYNA_SOURCES (object)->given);
  G_OBJECT_CLASS (myna_sources_parent_class)->finalize (object);
}

static void
myna_sources_class_init (MynaSourcesClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_sources_dispose;
  G_OBJECT_CLASS (klass)->finalize = myna_sources_finalize;
  changed_signal = g_signal_new ("changed", MYNA_TYPE_SOURCES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
myna_sources_init (MynaSources *self)
{
  self->given = g_ptr_array_new_with_free_func ((GDestroyNotify) store_passage_free);
}
