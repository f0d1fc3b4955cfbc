/* myna-conversation.h: conducts one conversation: store and engine meet here, and only here (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-reply.h"

G_BEGIN_DECLS

#define MYNA_TYPE_CONVERSATION (myna_conversation_get_type ())
G_DECLARE_FINAL_TYPE (MynaConversation, myna_conversation, MYNA, CONVERSATION, GObject)

/* Implements GListModel of MynaMessage: the branch that is shown, then the messages that wait to be sent.
 *
 * Properties, all notified: "id" (0 until the first message is sent: an empty conversation leaves nothing in the history),
 * "title", "busy" (a reply is being prepared or written), "activity", "loading", "error" (why it could not be read),
 * "draft", "model", "settings", "context-start", "context-used".
 *
 * Signal "replied" (MynaMessage *reply): a reply was finished by the model (not stopped, not failed). */

/* What happens now. */
typedef enum
{
  MYNA_ACTIVITY_IDLE,
  MYNA_ACTIVITY_LOADING, /* the branch is read; what is sent waits */
  MYNA_ACTIVITY_WAITING, /* asked; the engine loads its model or writes another reply */
  MYNA_ACTIVITY_READING, /* the prompt is evaluated: see the progress */
  MYNA_ACTIVITY_WRITING,
  MYNA_ACTIVITY_CALLING, /* a tool runs, or is about to: see the reply */
  MYNA_ACTIVITY_ASKING,  /* the person is asked something: see the reply */
  MYNA_ACTIVITY_STOPPING,
} MynaActivity;

/* A new, empty conversation (id 0), or one from the history, which loads by itself.  Returns a reference to the live object
 * where there is one already: a reply goes on being written while the window shows another conversation. */
MynaConversation *myna_conversation_new (StoreDb *store, MynaGenerator *generator, gint64 id) G_GNUC_WARN_UNUSED_RESULT;
/* Before the program ends: what is being written in any conversation of the store is finished as interrupted. */
void myna_conversation_finish_all (StoreDb *store);

gint64 myna_conversation_get_id (MynaConversation *self);
const char *myna_conversation_get_title (MynaConversation *self);
gboolean myna_conversation_get_busy (MynaConversation *self);
gboolean myna_conversation_get_loading (MynaConversation *self);
const char *myna_conversation_get_error (MynaConversation *self);
MynaActivity myna_conversation_get_activity (MynaConversation *self);
/* The reply that is being written, or was last; NULL: none.  While ASKING, its question is answered by myna_reply_allow() and
 * myna_reply_deny().  Sending a message instead denies. */
MynaReply *myna_conversation_get_reply (MynaConversation *self);
/* Meaningful while READING. */
void myna_conversation_get_progress (MynaConversation *self, MynaPromptProgress *ret_progress);
/* Tokens a second of the reply that is being written; 0: not known yet. */
double myna_conversation_get_rate (MynaConversation *self);
/* Tokens of the conversation that the model held after the last reply, and how many it can hold (0: not known). */
void myna_conversation_get_context (MynaConversation *self, int *ret_used, int *ret_length);
/* Position of the first message that the model was given with the last question; those before were left out. */
guint myna_conversation_get_context_start (MynaConversation *self);
/* What makes its replies, with its model. */
MynaGenerator *myna_conversation_get_generator (MynaConversation *self);
/* Position of the message with this id, or G_MAXUINT where the branch has none. */
guint myna_conversation_find_id (MynaConversation *self, gint64 id);
/* Position of a message, or GTK_INVALID_LIST_POSITION (G_MAXUINT). */
guint myna_conversation_find (MynaConversation *self, MynaMessage *message);

/* Path of the model chosen for this conversation, or NULL for the default; its settings as JSON, or NULL.  Kept in the store
 * once the conversation is there. */
const char *myna_conversation_get_model (MynaConversation *self);
void myna_conversation_set_model (MynaConversation *self, const char *model);
const char *myna_conversation_get_settings (MynaConversation *self);
void myna_conversation_set_settings (MynaConversation *self, const char *settings);

/* What its replies are made with; what it points to is the conversation's. */
void myna_conversation_get_recipe (MynaConversation *self, MynaRecipe *ret_recipe);
StoreDb *myna_conversation_get_store (MynaConversation *self);
/* Text of the composer not sent yet; kept in the store. */
const char *myna_conversation_get_draft (MynaConversation *self);
void myna_conversation_set_draft (MynaConversation *self, const char *draft);
/* Puts the text, if it is any, behind what was written so far. */
void myna_conversation_add_to_draft (MynaConversation *self, const char *text);

/* Sends a message.  While a reply is written it is queued behind it, shown as such, and sent when the reply has ended.
 * attachments: JSON as StoreMessage keeps it, or NULL. */
void myna_conversation_send (MynaConversation *self, const char *text);
void myna_conversation_send_full (MynaConversation *self, const char *text, const char *attachments);
/* Takes a queued message back; the caller may put its text into the composer. */
void myna_conversation_unqueue (MynaConversation *self, MynaMessage *message);
/* Ends the reply that is being written, and keeps what was written. */
void myna_conversation_stop (MynaConversation *self);
/* Whether the message (a reply, or a question without one) can be answered (again), and does it.  The earlier answer stays as
 * an alternative. */
gboolean myna_conversation_can_regenerate (MynaConversation *self, MynaMessage *message);
void myna_conversation_regenerate (MynaConversation *self, MynaMessage *message);
/* The same by another model, for this reply alone: a path, or NULL for the conversation's. */
void myna_conversation_regenerate_with (MynaConversation *self, MynaMessage *message, const char *model);
/* Whether the reply ended early and is the last message, and goes on with it.  One that ended after a call goes on with what
 * the call waits for: asking, or the model's next words; a call that may have been run is never run again. */
gboolean myna_conversation_can_continue (MynaConversation *self, MynaMessage *message);
void myna_conversation_continue (MynaConversation *self, MynaMessage *message);
/* Tries again what failed for this message: saving it, or answering. */
void myna_conversation_retry (MynaConversation *self, MynaMessage *message);
/* Tries again what could not be saved at the end of the conversation, and its draft. */
void myna_conversation_save_again (MynaConversation *self);
/* Asks a question differently: a new alternative of it, with an own branch below.  attachments: as for sending. */
void myna_conversation_edit (MynaConversation *self, MynaMessage *message, const char *text, const char *attachments);
/* Whether the call of this message can be run again, and does it, without asking: an alternative of it, with these arguments (JSON;
 * NULL: as they are) and an own branch below. */
gboolean myna_conversation_can_run_again (MynaConversation *self, MynaMessage *message);
void myna_conversation_run_again (MynaConversation *self, MynaMessage *message, const char *arguments);
/* Shows the alternative before (-1) or after (+1) this message and the branch below it. */
void myna_conversation_switch (MynaConversation *self, MynaMessage *message, int step);
/* Shows the branch with this message, one that is not in the list now (a search's hit). */
void myna_conversation_reveal (MynaConversation *self, gint64 message_id);
/* Hides the message and all below it; they are deleted for good some seconds later unless taken back. */
void myna_conversation_delete (MynaConversation *self, MynaMessage *message);
void myna_conversation_undo_delete (MynaConversation *self);
void myna_conversation_set_mark (MynaConversation *self, MynaMessage *message, int mark);

/* The texts of these messages are needed (the rows near the viewport); those far away may be forgotten. */
void myna_conversation_load_range (MynaConversation *self, guint first, guint last);

G_END_DECLS
