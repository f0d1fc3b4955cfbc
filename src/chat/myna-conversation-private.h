/* myna-conversation-private.h: shared by the files that implement MynaConversation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 *   myna-conversation.c         the object: list model, properties
 *   myna-conversation-load.c    reading the branch and the texts, the draft
 *   myna-conversation-send.c    questions: store, queue
 *   myna-conversation-reply.c   replies: generate, stop, continue, again
 *   myna-conversation-session.c where the evaluated state is kept
 *   myna-conversation-branch.c  edit, alternatives, delete, marks
 */
#pragma once

#include "chat/myna-conversation.h"
#include "chat/myna-message-private.h"

G_BEGIN_DECLS

/* The reply that is being written; one at a time. */
typedef struct
{
  MynaMessage *message;      /* owned; NULL: none */
  guint64 serial;            /* counts replies, so that what belongs to an earlier one is recognised */
  guint64 request_id;        /* the generator's; 0: not asked yet */
  GCancellable *cancellable; /* of the planning before the request */
  gboolean adding;           /* its row is being added to the store */
  gboolean ended;
  gboolean stopping;
  gboolean thinks;    /* a thought is open in its text */
  guint flush_source; /* the text is written every FLUSH_MS */
  gint64 read_from;   /* monotonic µs: when the prompt's evaluation began */
  MynaPromptProgress progress;
  gsize rate_tokens; /* written so far, in rate_seconds */
  double rate_seconds;
  /* A continued reply adds its figures to these. */
  int n_tokens_before;
  double seconds_before;
} MynaReply;

struct _MynaConversation
{
  GObject parent_instance;

  StoreDb *store;
  MynaGenerator *generator;
  GCancellable *cancellable; /* cancelled when the object goes */

  gint64 id;
  gint64 created_at; /* 0: not known */
  char *title;
  gboolean title_by_user;
  char *draft;
  gboolean draft_known; /* it was read once: what the store says does not matter any more */
  guint draft_source;
  gboolean loading;
  char *error;
  char *model;
  char *settings;
  GlmSampling *sampling; /* NULL: the model's */
  char *system;
  char *session_path; /* NULL: the evaluated state is not kept */
  MynaActivity activity;

  GPtrArray *items; /* MynaMessage: the branch, then the queued ones */
  guint n_queued;
  GHashTable *pending_texts; /* MynaMessage → itself: its text was asked for */
  guint n_loaded;            /* messages with text, roughly: decides when to look for ones to forget */

  MynaReply reply;
  gint64 context_start_id; /* first message given to the model; 0: the first */
  int context_used;

  gint64 deleted_id; /* hidden, deleted when delete_source fires */
  guint delete_source;
};

/* myna-conversation.c */
void myna_conversation_set_activity (MynaConversation *self, MynaActivity activity);
void myna_conversation_set_id (MynaConversation *self, gint64 id);
void myna_conversation_set_title (MynaConversation *self, const char *title);
/* Emits "prepare". */
void myna_conversation_prepare (MynaConversation *self);
void myna_conversation_take_record (MynaConversation *self, const StoreConversation *record);
void myna_conversation_set_context (MynaConversation *self, gint64 start_id, int used);
/* Messages of the branch (not the queued ones). */
guint myna_conversation_n_branch (MynaConversation *self);
MynaMessage *myna_conversation_peek (MynaConversation *self, guint position);
void myna_conversation_insert (MynaConversation *self, guint position, MynaMessage *message);
/* Takes n messages out of the list. */
void myna_conversation_remove (MynaConversation *self, guint position, guint n);

/* myna-conversation-load.c */
/* Title, draft, model and settings. */
void myna_conversation_read_record (MynaConversation *self);
/* Reads the shown branch again and keeps the messages that stay. */
void myna_conversation_reload (MynaConversation *self);
/* The draft in the store also holds the queued messages, so that quitting loses none. */
void myna_conversation_save_draft (MynaConversation *self);
void myna_conversation_leave_draft (MynaConversation *self);
void myna_conversation_take_draft (MynaConversation *self, const char *kept);

/* myna-conversation-send.c */
MynaMessage *myna_conversation_new_message (MynaConversation *self, StoreRole role, StoreState state,
                                            const char *text) G_GNUC_WARN_UNUSED_RESULT;
/* Id of the last stored one of the first n messages: what the next message answers. */
gint64 myna_conversation_last_id (MynaConversation *self, guint n);
/* Stores a question and answers it.  The message is in the list already. */
void myna_conversation_submit (MynaConversation *self, MynaMessage *message);
void myna_conversation_send_next (MynaConversation *self);

/* myna-conversation-reply.c */
/* Answers the last question of the branch, or goes on with a reply that ended early. */
void myna_conversation_start_reply (MynaConversation *self, MynaMessage *continued);
void myna_conversation_abandon_reply (MynaConversation *self);

/* myna-conversation-branch.c */
void myna_conversation_commit_delete (MynaConversation *self);

G_END_DECLS
