/* myna-titler.c: gives conversations a title that the model finds, after the first answer (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   (first answer complete) → delay → read the same prompt → generate, one more turn → plausible? → not renamed? → rename
 *
 * One title at a time, and any question ends it: a title is worth nobody's waiting.
 */
#include "chat/myna-titler.h"

#include "chat/message-parts.h"
#include "chat/myna-chat-settings.h"
#include "chat/myna-prompt.h"
#include "chat/myna-title.h"
#include "chat/myna-remote-server.h"

#define MAX_TOKENS 32

struct _MynaTitler
{
  GObject parent_instance;

  guint delay;
  gboolean able;

  /* The title that is being found; conversation NULL: none. */
  MynaConversation *conversation;
  MynaGenerator *generator; /* of the request */
  StoreDb *store;
  GCancellable *cancellable;
  guint source;
  guint64 request_id;
  GString *reply;
};

G_DEFINE_FINAL_TYPE (MynaTitler, myna_titler, G_TYPE_OBJECT)

/* ---- Ending ----------------------------------------------------------------------------------------------------- */

static void
finish (MynaTitler *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->conversation);
  g_clear_object (&self->generator);
  g_clear_object (&self->store);
  self->request_id = 0;
  if (self->reply)
    g_string_truncate (self->reply, 0);
}

static void
cancel (MynaTitler *self)
{
  if (self->request_id)
    myna_generator_cancel (self->generator, self->request_id);
  finish (self);
}

/* ---- The conversation ------------------------------------------------------------------------------------------- */

/* Borrowed: the conversation keeps it. */
static MynaMessage *
peek_message (MynaConversation *conversation, guint position)
{
  g_autoptr (MynaMessage) message = g_list_model_get_item (G_LIST_MODEL (conversation), position);

  return message;
}

/* The title that the conversation has got from its question. */
static char *
make_first_title (MynaMessage *question)
{
  return myna_title_from_question (myna_message_get_text (question), myna_message_get_record (question)->attachments);
}

/* One question and its whole answer, and the title that the question gave it. */
static gboolean
wants_title (MynaConversation *conversation)
{
  g_autofree char *first_title = NULL;
  MynaMessage *question, *answer;

  /* A server gets no requests but the user's own. */
  if (myna_remote_server_is_path (myna_conversation_get_model (conversation)))
    return FALSE;
  if (g_list_model_get_n_items (G_LIST_MODEL (conversation)) != 2 || myna_conversation_get_id (conversation) == 0)
    return FALSE;
  question = peek_message (conversation, 0);
  answer = peek_message (conversation, 1);
  if (myna_message_get_role (question) != STORE_ROLE_USER || myna_message_get_role (answer) != STORE_ROLE_ASSISTANT
      || myna_message_get_state (answer) != STORE_STATE_COMPLETE || !myna_message_get_id (answer)
      || myna_message_get_n_siblings (answer) > 1 || myna_message_get_n_siblings (question) > 1)
    return FALSE;
  first_title = make_first_title (question);

  return g_strcmp0 (myna_conversation_get_title (conversation), first_title) == 0;
}

/* ---- Keeping the title ------------------------------------------------------------------------------------------ */

typedef struct
{
  char *title;
  char *before; /* the title that it replaces, and no other */
} NewTitle;

static void
new_title_free (NewTitle *new_title)
{
  g_free (new_title->title);
  g_free (new_title->before);
  g_free (new_title);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (NewTitle, new_title_free)

static void
record_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (NewTitle) new_title = user_data;
  g_autoptr (GPtrArray) list = store_finish_list (STORE_DB (source), result, NULL);
  const StoreConversation *record = list && list->len ? g_ptr_array_index (list, 0) : NULL;

  if (record && !record->title_by_user && g_str_equal (record->title, new_title->before))
    store_rename_async (STORE_DB (source), record->id, new_title->title, FALSE, NULL, NULL, NULL);
}

static void
keep_title (MynaTitler *self)
{
  MynaMessage *first = peek_message (self->conversation, 0);
  const char *question = myna_message_get_text (first);
  g_autofree char *answer =
      myna_message_parts_dup_copy (STORE_ROLE_ASSISTANT, myna_message_get_text (peek_message (self->conversation, 1)), NULL);
  g_autofree char *title = myna_title_from_reply (self->reply->str, question, answer);
  NewTitle *new_title;

  if (!title)
    return;
  new_title = g_new (NewTitle, 1);
  new_title->title = g_steal_pointer (&title);
  new_title->before = make_first_title (first);
  store_get_conversation_async (self->store, myna_conversation_get_id (self->conversation), NULL, record_read_cb, new_title);
}

/* ---- Asking for it ---------------------------------------------------------------------------------------------- */

/* Callbacks of a request that was given up find another one, or none. */
typedef struct
{
  MynaTitler *titler;             /* owned */
  MynaConversation *conversation; /* owned */
} Request;

static Request *
request_new (MynaTitler *self)
{
  Request *request = g_new (Request, 1);

  request->titler = g_object_ref (self);
  request->conversation = g_object_ref (self->conversation);

  return request;
}

static void
request_free (Request *request)
{
  g_object_unref (request->titler);
  g_object_unref (request->conversation);
  g_free (request);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Request, request_free)

static gboolean
is_current (const Request *request)
{
  return request->titler->conversation == request->conversation;
}

static void
piece_cb (GlmReplyKind kind, const char *text, gpointer user_data)
{
  Request *request = user_data;

  if (is_current (request) && kind == GLM_REPLY_TEXT)
    g_string_append (request->titler->reply, text);
}

static void
ended_cb (const GlmResult *result, const GError *error, gpointer user_data)
{
  Request *request = user_data;
  MynaTitler *self = request->titler;

  if (!is_current (request))
    return;
  /* What was cut off is no title. */
  if (!error && result->reason == GLM_STOP_END && wants_title (self->conversation))
    keep_title (self);
  self->request_id = 0;
  finish (self);
}

static gboolean
is_chinese (const char *text)
{
  gsize n_wide = 0, n = 0;

  for (const char *p = text; *p && n < 2000; p = g_utf8_next_char (p), n++)
    n_wide += g_unichar_iswide (g_utf8_get_char (p)) ? 1 : 0;

  return n_wide * 4 > n;
}

/* What the model does not hold whole it cannot name. */
static void
planned_cb (const GlmPlanned *planned, gpointer user_data)
{
  Request *request = user_data;

  if (is_current (request) && planned->first_turn > 0)
    cancel (request->titler);
}

static void
prompt_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  static const GlmRequestFuncs funcs = { .planned = planned_cb, .piece = piece_cb, .ended = ended_cb };
  static const GlmSampling sampling = { .temperature = 0, .top_p = 1, .repetition_penalty = 1, .max_tokens = MAX_TOKENS };
  g_autoptr (Request) request = user_data;
  g_autoptr (MynaPrompt) prompt = myna_prompt_read_finish (result, NULL);
  MynaTitler *self = request->titler;
  GlmRequest asked = { .sampling = &sampling, .fit.no_thoughts = TRUE };

  if (!is_current (request))
    return;
  /* Its messages may have been deleted meanwhile. */
  if (!prompt || prompt->cut || !wants_title (self->conversation))
    {
      finish (self);
      return;
    }
  /* To the model, not to the person: not translated. */
  myna_prompt_add_turn (prompt, "user", NULL,
                        is_chinese (myna_message_get_text (peek_message (self->conversation, 0)))
                            ? "用不超过十个字概括以上对话的主题，作为标题。只写标题。"
                            : "Name the topic of this conversation in at most six words, as a title. Write only the title.",
                        2);
  asked.turns = (const GlmTurn *) prompt->turns->data;
  asked.n_turns = prompt->turns->len;
  g_set_object (&self->generator, myna_conversation_get_generator (self->conversation));
  self->request_id = myna_generator_generate (self->generator, NULL, &asked, &funcs, g_steal_pointer (&request),
                                              (GDestroyNotify) request_free);
}

static gboolean
begin_cb (gpointer user_data)
{
  MynaTitler *self = user_data;
  MynaGenerator *generator = myna_conversation_get_generator (self->conversation);
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *system_prompt = NULL;
  GlmSampling sampling = { 0 };

  self->source = 0;
  if (!self->able || !wants_title (self->conversation) || !myna_generator_get_model_name (generator))
    {
      finish (self);
      return G_SOURCE_REMOVE;
    }
  for (guint i = 0; i < 2; i++)
    g_ptr_array_add (messages, g_object_ref (peek_message (self->conversation, i)));
  myna_chat_settings_resolve (myna_conversation_get_settings (self->conversation), &sampling, &system_prompt);
  myna_prompt_read_async (self->store, messages, 0, system_prompt, myna_generator_get_context_length (generator), 0,
                          self->cancellable, prompt_read_cb, request_new (self));

  return G_SOURCE_REMOVE;
}

/* ---- Watching --------------------------------------------------------------------------------------------------- */

/* Anything that is asked goes first. */
static void
untitled_busy_cb (MynaConversation *conversation, GParamSpec *pspec, MynaTitler *self)
{
  cancel (self);
}

static void
busy_cb (MynaConversation *conversation, GParamSpec *pspec, MynaTitler *self)
{
  cancel (self);
  if (myna_conversation_get_busy (conversation) || !wants_title (conversation))
    return;
  self->conversation = g_object_ref (conversation);
  self->store = g_object_ref (myna_conversation_get_store (conversation));
  self->cancellable = g_cancellable_new ();
  self->source = g_timeout_add (self->delay, begin_cb, self);
}

void
myna_titler_watch (MynaTitler *self, MynaConversation *conversation, gboolean titled)
{
  g_return_if_fail (MYNA_IS_TITLER (self));
  g_return_if_fail (MYNA_IS_CONVERSATION (conversation));

  g_signal_connect_object (conversation, "notify::busy", titled ? G_CALLBACK (busy_cb) : G_CALLBACK (untitled_busy_cb), self,
                           0);
}

void
myna_titler_set_able (MynaTitler *self, gboolean able)
{
  g_return_if_fail (MYNA_IS_TITLER (self));

  self->able = able;
  if (!able)
    cancel (self);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_titler_dispose (GObject *object)
{
  cancel (MYNA_TITLER (object));

  G_OBJECT_CLASS (myna_titler_parent_class)->dispose (object);
}

static void
myna_titler_finalize (GObject *object)
{
  g_string_free (MYNA_TITLER (object)->reply, TRUE);

  G_OBJECT_CLASS (myna_titler_parent_class)->finalize (object);
}

static void
myna_titler_class_init (MynaTitlerClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_titler_dispose;
  G_OBJECT_CLASS (klass)->finalize = myna_titler_finalize;
}

static void
myna_titler_init (MynaTitler *self)
{
  self->able = TRUE;
  self->reply = g_string_new (NULL);
}

MynaTitler *
myna_titler_new (guint delay)
{
  MynaTitler *self = g_object_new (MYNA_TYPE_TITLER, NULL);

  self->delay = delay;

  return self;
}
