/* storage.h: the public interface of Myna's history
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A Store is one SQLite database.  All statements run on the store's own thread, which owns the only connection that
 * writes and checkpoints; the functions here never block and call back on the caller's main context.  Requests of one
 * store run in the order in which they were made, so a read sees every write requested before it.
 *
 * What a person did (a sent message, a rename, a deletion) and finished replies are synced to the disk before the
 * callback (synchronous = FULL); the partial text of a running reply is flushed without a sync.
 *
 * Conversations are trees of messages: parent_id is the message before, 0 for the first ones; a message's siblings are its
 * alternatives.  head_id names the leaf of the branch that is shown.  Ids are positive; 0 is "none".  Times are
 * milliseconds since 1970, UTC.  The raw text of the model is the truth and is never changed by the store.
 *
 * Each part of a reply is a message of its own, as in the prompt: user → assistant (text) → assistant (call) → observation →
 * assistant.
 */
#ifndef STORE_STORAGE_H
#define STORE_STORAGE_H

#include <gio/gio.h>

G_BEGIN_DECLS

#define STORE_ERROR (store_error_quark ())
GQuark store_error_quark (void);

typedef enum
{
  STORE_ERROR_FAILED,
  STORE_ERROR_NEWER_VERSION, /* the database was written by a newer Myna: opened read-only */
  STORE_ERROR_READ_ONLY,     /* folder or file cannot be written */
  STORE_ERROR_FULL,          /* no space left */
  STORE_ERROR_CORRUPT,       /* damaged; the original file is kept, see store_get_recovery() */
  STORE_ERROR_BUSY,          /* another program holds the database */
  STORE_ERROR_NOT_FOUND,     /* no such row */
  STORE_ERROR_NOT_A_DATABASE,
  STORE_ERROR_INVALID, /* bad argument or bad file to import */
} StoreErrorCode;

/* ---- Records ---------------------------------------------------------------------------------------------------- */

/* clang-format off */
typedef enum { STORE_ROLE_SYSTEM, STORE_ROLE_USER, STORE_ROLE_ASSISTANT, STORE_ROLE_OBSERVATION } StoreRole;
/* clang-format on */

typedef enum
{
  STORE_STATE_COMPLETE,
  STORE_STATE_GENERATING,  /* only while this process writes it; becomes INTERRUPTED at the next start */
  STORE_STATE_INTERRUPTED, /* crash, kill, power */
  STORE_STATE_STOPPED,     /* by the person */
  STORE_STATE_LENGTH,      /* token limit or context full */
  STORE_STATE_FAILED,      /* the engine gave an error */
} StoreState;

typedef struct
{
  gint64 id;
  char *title;            /* never NULL; "" = untitled */
  gboolean title_by_user; /* renamed by hand: automatic titles leave it alone */
  gint64 created_at;
  gint64 updated_at; /* last message or change: the sort key */
  gint64 deleted_at; /* 0: not in the bin */
  gboolean pinned;
  gboolean archived;
  gint64 folder_id; /* 0: none */
  gint64 head_id;   /* leaf of the branch shown */
  char *model;      /* path or id of the model chosen for it; NULL: the default */
  char *settings;   /* JSON of per-conversation settings; NULL: defaults */
  char *draft;      /* unsent text of the composer; NULL: none */
} StoreConversation;

typedef enum
{
  STORE_CALL_ASKED,   /* the model asked; nothing was run yet */
  STORE_CALL_RUNNING, /* only while this process runs it; becomes LOST at the next start */
  STORE_CALL_DONE,
  STORE_CALL_FAILED,
  STORE_CALL_REFUSED, /* by the person */
  STORE_CALL_STOPPED, /* by the person, while it ran */
  STORE_CALL_LOST,    /* crash, kill, power: what it did is not known */
  STORE_CALL_NOT_RUN, /* unreadable, unknown, or a repetition */
} StoreCallState;

typedef enum
{
  STORE_ALLOWED_BY_NOBODY,
  STORE_ALLOWED_BY_PERSON,
  STORE_ALLOWED_BY_CHAT_RULE, /* a rule of this conversation */
  STORE_ALLOWED_BY_RULE,
  STORE_ALLOWED_BY_CLASS, /* tools of its kind need not ask */
} StoreAllowedBy;

/* Something that a call made. */
typedef struct
{
  char *name;        /* of a file, without folders; "": a picture; never NULL */
  int width, height; /* of a picture, in pixels; 0: a file */
  GBytes *data;      /* the picture as a PNG; NULL: it was too much to keep */
} StoreMade;

/* A tool that the model wants to be run: beside the message that asks, whose text is what the model wrote. */
typedef struct
{
  StoreCallState state;
  StoreAllowedBy allowed_by;
  gboolean edited;    /* the arguments are not the model's any more */
  gint64 started_at;  /* 0: not yet */
  gint64 finished_at; /* 0: not yet */
  char *metadata;     /* the line after <|assistant|>, for the prompt; never NULL */
  char *tool;         /* "calculate", "files/read_text_file"; never NULL */
  char *arguments;    /* JSON as it was run; NULL: unreadable */
  char *result;       /* all of it; the observation's text is what the model got.  NULL: none.  Where it was not run, why, in
                       * a word: one of GLM_REPLY_BAD's, or "repeated", or "Error: …" */
  GPtrArray *made;    /* StoreMade, not changed any more; written where it is not NULL, read by store_list_made_async() alone */
} StoreCall;

/* A piece of a document, some paragraphs long. */
typedef struct
{
  gint64 id;
  gint64 message_id; /* the question that it was given to; 0: not asked for */
  gint64 document_id;
  guint number;  /* it was given as [number]; 0: it was not */
  guint ordinal; /* of the document's passages, from 0 */
  guint page;    /* that it begins on; 0: the document has none */
  char *sha256;  /* of the document's text; NULL: not read */
  char *name;    /* of the document; never NULL */
  char *heading; /* of the section; never NULL */
  char *text;    /* never NULL; "": not read */
} StorePassage;

typedef struct
{
  gint64 id;
  gint64 conversation_id;
  gint64 parent_id;
  StoreRole role;
  StoreState state;
  char *text; /* raw; never NULL */
  char
      *attachments; /* JSON array of { "name", "text" } and, where they are known, "pages": a number, "type": as myna-read says,
                      * "use": "whole" or "passages"; all of them strings.  NULL: none.  Where it is not whole, "text" is the
                      * beginning of one of "bytes" bytes, and "document" says which; that can be written, too */
  GPtrArray *given; /* StorePassage: what a question's model was given of documents, by number; NULL: nothing, or not read */
  char *model;      /* display name of the model that wrote it; NULL for people's messages */
  StoreCall *call;  /* of an assistant's message; NULL: it asks for nothing */
  gint64 created_at;
  gint64 finished_at; /* 0: not yet */
  int n_prompt_tokens;
  int n_tokens;
  double first_token_seconds;
  double seconds; /* time spent generating */
  int mark;       /* −1 bad, 0 none, 1 good */
  /* Filled when read as part of a branch: this is alternative number sibling_index (from 0) of n_siblings. */
  int sibling_index;
  int n_siblings;
  int n_bytes; /* length of the text, also where the text itself was not read; set by the store */
} StoreMessage;

typedef struct
{
  gint64 id;
  char *name;
  gint64 parent_id; /* 0: at the top; folders are nested once */
  gint64 created_at;
} StoreFolder;

StoreMade *store_made_new (const char *name, int width, int height, GBytes *data);
void store_made_free (StoreMade *made);
/* An empty array that owns what it is given. */
GPtrArray *store_made_list_new (void);
StoreCall *store_call_new (void);
StoreCall *store_call_copy (const StoreCall *call);
void store_call_free (StoreCall *call);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreCall, store_call_free)

#define STORE_TYPE_CONVERSATION (store_conversation_get_type ())
#define STORE_TYPE_MESSAGE      (store_message_get_type ())
GType store_conversation_get_type (void); /* boxed */
GType store_message_get_type (void);      /* boxed */
StoreConversation *store_conversation_new (void);
StoreConversation *store_conversation_copy (const StoreConversation *conversation);
void store_conversation_free (StoreConversation *conversation);
StoreMessage *store_message_new (void);
StoreMessage *store_message_copy (const StoreMessage *message);
void store_message_free (StoreMessage *message);
/* A name that may come from a file or a model, as it is shown: valid UTF-8 on one line, at most 4 KiB, without characters that
 * turn the direction of text.  All names that the store reads are so. */
char *store_tame_name (const char *name);
/* Who speaks, for people to read: the person, the model by its name, or what else there is.  Translated; lives as long as
 * the message. */
const char *store_message_get_speaker (const StoreMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreConversation, store_conversation_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreMessage, store_message_free)

#define STORE_TYPE_PASSAGE (store_passage_get_type ())
GType store_passage_get_type (void); /* boxed */
StorePassage *store_passage_new (void);
StorePassage *store_passage_copy (const StorePassage *passage);
void store_passage_free (StorePassage *passage);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StorePassage, store_passage_free)

#define STORE_TYPE_FOLDER (store_folder_get_type ())
GType store_folder_get_type (void); /* boxed */
StoreFolder *store_folder_copy (const StoreFolder *folder);
void store_folder_free (StoreFolder *folder);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreFolder, store_folder_free)

/* ---- The parts of a message ------------------------------------------------------------------------------------- */

typedef enum
{
  STORE_PART_TEXT,
  STORE_PART_THOUGHT, /* what stands between <think> and </think> at the beginning of an assistant's message */
  STORE_PART_CALL,    /* what the model wrote to have a tool run */
  STORE_PART_RESULT,  /* what a tool gave to the model: the whole text of an observation */
} StorePartKind;

typedef struct
{
  StorePartKind kind;
  const char *text; /* in the message's text; not terminated */
  gsize n_bytes;    /* may be 0 for a call and a result, which are always there */
} StorePart;

#define STORE_MAX_PARTS 2

/* Fills in the parts of a message's text in their order and returns how many there are.  All that shows, prints, finds,
 * copies or exports messages goes through this.  Blanks may stand before <think>; a thought that does not end is all there
 * is; one that is only blank is left out.  The prompt of some models opens the thought: then </think> at the beginning of a
 * line ends it.  call: the message's, or NULL. */
guint store_split_parts (StoreRole role, const char *text, const StoreCall *call, StorePart ret_parts[STORE_MAX_PARTS]);

/* ---- The store -------------------------------------------------------------------------------------------------- */

#define STORE_TYPE_DB (store_db_get_type ())
G_DECLARE_FINAL_TYPE (StoreDb, store_db, STORE, DB, GObject)

/* Signals (on the context that made the store; ids may be 0 = "many, reload"):
 *   conversation-changed (gint64 id, StoreConversation *row)
 *                                      added, changed, or moved to or from the bin.  The row as the change left it, which
 *                                      nobody need read again; later changes may be on their way.  NULL with id 0
 *   conversation-removed (gint64 id)   gone for good
 *   message-changed (gint64 conversation_id, gint64 message_id)
 *   folders-changed ()                 a folder was added, renamed, moved or removed
 *   failed (GError *)                  a write that nobody waits for did not succeed (disk full …)
 *   recovered ()                       a write succeeded again after one that failed
 */

/* Opens or creates the database (folders too), migrates it, turns generating replies into interrupted ones and running
 * calls into lost ones.
 * On STORE_ERROR_NEWER_VERSION, READ_ONLY, BUSY (another Myna writes it) and FULL the returned store still reads what can
 * be read, be it nothing: finish() returns the store AND sets the error, and every write fails with READ_ONLY.  Any other
 * error returns NULL. */
void store_open_async (const char *path, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
StoreDb *store_open_finish (GAsyncResult *result, GError **error);
/* A store in memory that leaves nothing on the disk (temporary chats, tests). */
void store_open_memory_async (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* Finishes what was requested, checkpoints and closes; blocks.  Dropping the last reference does the same. */
void store_close (StoreDb *self);
gboolean store_is_read_only (StoreDb *self);

/* What became of a damaged database when it was opened. */
typedef struct
{
  char *path;          /* where the damaged original was kept */
  guint n_messages;    /* in the new one, all together */
  guint n_from_backup; /* of these, taken from the newest backup */
  guint n_cut;         /* of these, only the beginning could be read */
  guint n_lost;        /* known to have been there, and not found */
} StoreRecovery;

/* NULL: nothing had to be recovered. */
const StoreRecovery *store_get_recovery (StoreDb *self);

/* For each X_async there is one finish; a list is a GPtrArray with free function that the caller owns. */
gboolean store_finish (StoreDb *self, GAsyncResult *result, GError **error);        /* no value */
gint64 store_finish_id (StoreDb *self, GAsyncResult *result, GError **error);       /* 0 on error */
GPtrArray *store_finish_list (StoreDb *self, GAsyncResult *result, GError **error); /* NULL on error */

/* ---- Conversations ---------------------------------------------------------------------------------------------- */

/* clang-format off */
typedef enum { STORE_LIST_ACTIVE, STORE_LIST_ARCHIVED, STORE_LIST_DELETED } StoreListKind;
/* clang-format on */

/* → finish_list of StoreConversation: pinned first, then newest first; the bin by the time of deletion.  Lists leave out
 * settings and draft (NULL), so that 100,000 rows stay small. */
void store_list_conversations_async (StoreDb *self, StoreListKind kind, GCancellable *cancellable, GAsyncReadyCallback callback,
                                     gpointer user_data);
/* → finish_list with one StoreConversation, or STORE_ERROR_NOT_FOUND */
void store_get_conversation_async (StoreDb *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback,
                                   gpointer user_data);
/* → finish_id.  Takes title, model, settings, folder_id, pinned of the record; times are set now where 0. */
void store_add_conversation_async (StoreDb *self, const StoreConversation *conversation, GCancellable *cancellable,
                                   GAsyncReadyCallback callback, gpointer user_data);
/* → finish.  by_user FALSE: an automatic title, which leaves one alone that the person gave. */
void store_rename_async (StoreDb *self, gint64 id, const char *title, gboolean by_user, GCancellable *cancellable,
                         GAsyncReadyCallback callback, gpointer user_data);
void store_set_pinned_async (StoreDb *self, gint64 id, gboolean pinned, GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data);
void store_set_archived_async (StoreDb *self, gint64 id, gboolean archived, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data);
void store_set_folder_async (StoreDb *self, gint64 id, gint64 folder_id, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data);
void store_set_model_async (StoreDb *self, gint64 id, const char *model, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data);
void store_set_settings_async (StoreDb *self, gint64 id, const char *settings, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data);
void store_set_draft_async (StoreDb *self, gint64 id, const char *draft, GCancellable *cancellable,
                            GAsyncReadyCallback callback, gpointer user_data);
/* Puts the text behind the draft that is there, as a paragraph of its own. */
void store_append_draft_async (StoreDb *self, gint64 id, const char *text, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data);
void store_set_head_async (StoreDb *self, gint64 id, gint64 head_id, GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data);
/* To the bin and back (Undo); purge deletes for good, with secure_delete. */
void store_delete_async (StoreDb *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
void store_restore_async (StoreDb *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback,
                          gpointer user_data);
void store_purge_async (StoreDb *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);

/* After so many days in the bin, a chat is purged at the next idle time.  0: never; 30 until this is called.  The file
 * remembers it.  → finish */
void store_set_bin_days_async (StoreDb *self, guint days, GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer user_data);

/* ---- Folders ---------------------------------------------------------------------------------------------------- */

/* → finish_list of StoreFolder, by name */
void store_list_folders_async (StoreDb *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* → finish_id.  INVALID without a name or where parent_id lies in a folder itself. */
void store_add_folder_async (StoreDb *self, const char *name, gint64 parent_id, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data);
/* → finish */
void store_rename_folder_async (StoreDb *self, gint64 id, const char *name, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data);
void store_move_folder_async (StoreDb *self, gint64 id, gint64 parent_id, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data);
/* Its conversations move to the folder around it or to none, its folders to the top. */
void store_delete_folder_async (StoreDb *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user_data);

/* ---- Messages --------------------------------------------------------------------------------------------------- */

/* → finish_id.  Adds a message after message->parent_id (0: a first message), with its call if it has one, and makes it the
 * conversation's head.  INVALID where another than an assistant's has a call. */
void store_add_message_async (StoreDb *self, const StoreMessage *message, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data);
/* The same with a message that is the store's from then on: what is attached to one may have 50 MB. */
void store_take_message_async (StoreDb *self, StoreMessage *message, GCancellable *cancellable, GAsyncReadyCallback callback,
                               gpointer user_data);
/* The text of a running reply so far; not synced; nobody needs to wait (callback may be NULL).  INVALID unless the state
 * is GENERATING, so that a late flush cannot change a finished reply. */
void store_flush_message_async (StoreDb *self, gint64 id, const char *text, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data);
/* → finish.  Continue: an unfinished reply is GENERATING again, so that it can be flushed; its text stays. */
void store_resume_message_async (StoreDb *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback,
                                 gpointer user_data);
/* → finish.  Final text, state and figures of a reply, and its call as it is now (NULL: as it was); synced. */
void store_finish_message_async (StoreDb *self, const StoreMessage *message, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data);
void store_set_mark_async (StoreDb *self, gint64 id, int mark, GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data);
/* Deletes the message and all below it; the head moves to a sibling's branch or the parent. */
void store_delete_message_async (StoreDb *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback,
                                 gpointer user_data);

/* → finish_list of StoreMessage without texts (text = "", a call's arguments and result NULL), from the first to `leaf_id`
 * (0: the conversation's head). */
void store_list_branch_async (StoreDb *self, gint64 conversation_id, gint64 leaf_id, GCancellable *cancellable,
                              GAsyncReadyCallback callback, gpointer user_data);
/* No model is given more of a document whole than this, unless a person wants it so. */
#define STORE_LONG_DOCUMENT_BYTES (1 << 20)
/* → finish_list of whole StoreMessages with texts of documents that are longer; else as below. */
void store_get_whole_messages_async (StoreDb *self, const gint64 *ids, gsize n_ids, GCancellable *cancellable,
                                     GAsyncReadyCallback callback, gpointer user_data);
/* → finish_list of StoreMessages with all but these texts, in the order of the ids; ids that are gone are left out. */
void store_get_messages_async (StoreDb *self, const gint64 *ids, gsize n_ids, GCancellable *cancellable,
                               GAsyncReadyCallback callback, gpointer user_data);
/* → finish_list of StoreMessage without texts: the message's alternatives, itself included, oldest first. */
void store_list_siblings_async (StoreDb *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback,
                                gpointer user_data);
/* → finish_id: the leaf reached from `id` by always taking the newest child (where a branch switch should land). */
void store_newest_leaf_async (StoreDb *self, gint64 id, GCancellable *cancellable, GAsyncReadyCallback callback,
                              gpointer user_data);

/* → finish_id: the observation's.  In one step, so that neither is ever there without the other: the call of the assistant's
 * message call_id is as it is here, and the observation is added as by store_add_message_async().  Synced. */
void store_add_result_async (StoreDb *self, gint64 call_id, const StoreCall *call, const StoreMessage *observation,
                             GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* → finish.  The call of the message is as it is here; synced. */
void store_set_call_async (StoreDb *self, gint64 call_id, const StoreCall *call, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer user_data);
/* → finish_list of StoreMade: what the call of the message made, pictures first. */
void store_list_made_async (StoreDb *self, gint64 call_id, GCancellable *cancellable, GAsyncReadyCallback callback,
                            gpointer user_data);
/* → finish_list of whole StoreMessages with calls that ran or were refused, newest first, in all conversations that are not in
 * the bin: what a person looks through.  text: only those where it stands in the tool's name, the arguments or the result
 * (without regard to the case of ASCII letters); NULL: all. */
void store_list_calls_async (StoreDb *self, const char *text, guint limit, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data);

/* ---- What tools may do ------------------------------------------------------------------------------------------ */

/* clang-format off */
typedef enum { STORE_RULE_NONE, STORE_RULE_ALLOW, STORE_RULE_ASK } StoreRule;
/* clang-format on */

/* What a person decided for all calls of a tool, in one conversation or in all. */
typedef struct
{
  char *tool;
  gint64 conversation_id; /* 0: all */
  char *fingerprint;      /* of the tool as it was then */
  StoreRule rule;
  gint64 created_at; /* set by the store */
} StoreToolRule;

#define STORE_TYPE_TOOL_RULE (store_tool_rule_get_type ())
GType store_tool_rule_get_type (void); /* boxed */
StoreToolRule *store_tool_rule_copy (const StoreToolRule *rule);
void store_tool_rule_free (StoreToolRule *rule);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreToolRule, store_tool_rule_free)

/* → finish.  Replaces the rule for this tool and conversation; NONE removes it.  Synced. */
void store_set_tool_rule_async (StoreDb *self, const StoreToolRule *rule, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data);
/* → finish_list of StoreToolRule by tool: those of this conversation and those of all (0: only these; −1: every one). */
void store_list_tool_rules_async (StoreDb *self, gint64 conversation_id, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data);

/* ---- Documents -------------------------------------------------------------------------------------------------- */

/* What is attached to messages: the text once, however many messages have it, gone with the last of them. */

typedef enum
{
  STORE_USE_UNDECIDED, /* nobody asked a model yet; in histories of older versions: whole */
  STORE_USE_WHOLE,
  STORE_USE_PASSAGES, /* what suits each question */
} StoreUse;

typedef struct
{
  gint64 id; /* of the attachment */
  gint64 message_id;
  gint64 document_id;
  StoreUse use;
  guint n_pages; /* 0: it has none, or they are not known */
  gint64 n_bytes;
  char *type; /* as myna-read says; "": not known */
  char *name;
} StoreDocument;

#define STORE_TYPE_DOCUMENT (store_document_get_type ())
GType store_document_get_type (void); /* boxed */
StoreDocument *store_document_copy (const StoreDocument *document);
void store_document_free (StoreDocument *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreDocument, store_document_free)

/* → finish_list of StoreDocument: what is attached in the conversation, in its order; the same document once for each message. */
void store_list_documents_async (StoreDb *self, gint64 conversation_id, GCancellable *cancellable, GAsyncReadyCallback callback,
                                 gpointer user_data);
/* → finish_list of StorePassage with texts: a document's passages [first, first + n). */
void store_list_passages_async (StoreDb *self, gint64 document_id, guint first, guint n, GCancellable *cancellable,
                                GAsyncReadyCallback callback, gpointer user_data);
/* → finish_list of StorePassage without texts: all that was given in the conversation, by message and number. */
void store_list_given_async (StoreDb *self, gint64 conversation_id, GCancellable *cancellable, GAsyncReadyCallback callback,
                             gpointer user_data);

typedef struct
{
  gint64 message_id;   /* a question */
  gsize whole_bytes;   /* what is attached to it is given whole as far as this goes */
  gsize passage_bytes; /* of texts, for passages of all that is attached before it or to it */
  /* The prompt begins with this message: passages that it or those behind it have are not given again; 0: all are. */
  gint64 prompt_from;
  gboolean adds; /* it was decided, but the prompt begins later than was thought: what is missing now is added */
} StoreGive;

/* → finish_id: how many passages the model is given for the question, which is then in the history; what was decided
 * stays. */
void store_give_async (StoreDb *self, const StoreGive *request, GCancellable *cancellable, GAsyncReadyCallback callback,
                       gpointer user_data);
/* → finish_list of StorePassage with texts, by number: what a question of this text, with no document of its own, is going to be given
 * behind the message; a passage more each time, until it is all that the text needs.  Nothing is written.  The question that is asked
 * there is given the same, as far as its own words allow, until something else is foreseen. */
void store_foresee_async (StoreDb *self, const StoreGive *request, const char *text, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data);
/* → finish.  How the model reads what is attached, whatever fits; what it was given of it is forgotten. */
void store_set_use_async (StoreDb *self, gint64 attachment_id, StoreUse use, GCancellable *cancellable,
                          GAsyncReadyCallback callback, gpointer user_data);
/* → finish.  Takes it away from its message; what was given of it goes too. */
void store_remove_document_async (StoreDb *self, gint64 attachment_id, GCancellable *cancellable, GAsyncReadyCallback callback,
                                  gpointer user_data);

/* ---- Notes ------------------------------------------------------------------------------------------------------ */

/* A text that belongs to no conversation, such as what was written in a new chat and not sent.  NULL or "": there is none,
 * and what it was leaves the file at the next idle time.  Not synced.  → finish */
void store_set_note_async (StoreDb *self, const char *name, const char *text, GCancellable *cancellable,
                           GAsyncReadyCallback callback, gpointer user_data);
/* → finish_list of char *: the text, or nothing */
void store_get_note_async (StoreDb *self, const char *name, GCancellable *cancellable, GAsyncReadyCallback callback,
                           gpointer user_data);

/* ---- Backups ---------------------------------------------------------------------------------------------------- */

/* A copy of the whole history is made each day when nothing else is to do; the last seven are kept, in the folder "backups"
 * beside the database. */
typedef struct
{
  char *path;
  gint64 time; /* when it was made */
  gint64 n_bytes;
  guint n_conversations;
  guint n_messages;
  gint64 newest;       /* last change of a conversation in it; 0: none */
  gboolean is_damaged; /* cannot be read: the numbers are 0 */
} StoreBackup;

#define STORE_TYPE_BACKUP (store_backup_get_type ())
GType store_backup_get_type (void); /* boxed */
StoreBackup *store_backup_copy (const StoreBackup *backup);
void store_backup_free (StoreBackup *backup);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreBackup, store_backup_free)

/* → finish_list of StoreBackup, newest first */
void store_list_backups_async (StoreDb *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* → finish.  Makes today's, or makes it anew. */
void store_backup_async (StoreDb *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* → finish.  The history becomes that of the backup; what it was before is kept as a backup too.  Signals that everything
 * changed.  A file that is damaged, not ours or newer than this program is refused and nothing is changed. */
void store_restore_backup_async (StoreDb *self, const char *path, GCancellable *cancellable, GAsyncReadyCallback callback,
                                 gpointer user_data);

/* ---- Progress --------------------------------------------------------------------------------------------------- */

/* How far a long request is: the storage thread writes it, any thread may look. */
typedef struct _StoreProgress StoreProgress;

StoreProgress *store_progress_new (void);
StoreProgress *store_progress_ref (StoreProgress *self);
void store_progress_unref (StoreProgress *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreProgress, store_progress_unref)
/* FALSE: how much there is to do is not known, or not yet. */
gboolean store_progress_get (StoreProgress *self, gint64 *ret_done, gint64 *ret_total);

/* ---- Export and import ------------------------------------------------------------------------------------------ */

typedef enum
{
  STORE_FORMAT_MARKDOWN, /* the branch that is shown, as are text and HTML */
  STORE_FORMAT_JSON,     /* everything, all branches; can be imported; described in store-export-json.c */
  STORE_FORMAT_HTML,     /* one file that stands alone */
  STORE_FORMAT_TEXT,
} StoreFormat;

/* Markdown to HTML without a document around it; runs on the storage thread. */
typedef char *(*StoreRenderFunc) (const char *markdown, gpointer user_data);

typedef struct
{
  GFile *file; /* replaced when all is written */
  StoreFormat format;
  const gint64 *ids;      /* conversations */
  gsize n_ids;            /* 0: all that are not in the bin */
  StoreRenderFunc render; /* for HTML; NULL: the Markdown as it is */
  gpointer render_data;
  StoreProgress *progress; /* conversations; may be NULL */
} StoreExport;

/* → finish_id: how many conversations there were (may be 0 with no error). */
void store_export_async (StoreDb *self, const StoreExport *request, GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer user_data);

typedef enum
{
  STORE_IMPORT_NOTE_ROLE,      /* messages by a speaker who is not known: left out; name: the role */
  STORE_IMPORT_NOTE_PART,      /* parts of messages of a kind that is not known: left out; name: the kind */
  STORE_IMPORT_NOTE_MEMBER,    /* fields that are not known: left out; name: the field's */
  STORE_IMPORT_NOTE_HIDDEN,    /* messages that the other program does not show: left out */
  STORE_IMPORT_NOTE_EMPTY,     /* messages without text: left out */
  STORE_IMPORT_NOTE_MEDIUM,    /* pictures, voice and files, which are not in the file: named in the text; name: what it is */
  STORE_IMPORT_NOTE_MENDED,    /* characters that are none: replaced by U+FFFD */
  STORE_IMPORT_NOTE_NO_PARENT, /* messages that answer one which is not in the file: put at the top */
  STORE_IMPORT_NOTE_SHARED_ID, /* the conversation, or messages of it, have the id of another: taken all the same */
  STORE_IMPORT_NOTE_N,
} StoreImportNoteKind;

/* Something in a conversation that could not be taken as it was. */
typedef struct
{
  StoreImportNoteKind kind;
  char *name; /* never NULL; fit for a label */
  guint n;    /* how often */
} StoreImportNote;

#define STORE_TYPE_IMPORT_NOTE (store_import_note_get_type ())
GType store_import_note_get_type (void); /* boxed */
StoreImportNote *store_import_note_copy (const StoreImportNote *note);
void store_import_note_free (StoreImportNote *note);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreImportNote, store_import_note_free)

typedef enum
{
  STORE_IMPORT_NEW,
  STORE_IMPORT_GROWN,    /* in the history; went on since: what is new is added */
  STORE_IMPORT_KNOWN,    /* in the history, all of it */
  STORE_IMPORT_TRASHED,  /* the same, in the bin */
  STORE_IMPORT_REPEATED, /* has the id and the messages of another one in this file */
  STORE_IMPORT_EMPTY,    /* no message */
  STORE_IMPORT_REFUSED,  /* see problem */
} StoreImportState;

/* One conversation in a file to import. */
typedef struct
{
  const char *source; /* "Myna", "ChatGPT", "Claude", …: a proper name, or "" where it is not known; static */
  char *title;
  gint64 time;      /* 0: the file does not say */
  guint n_messages; /* in the file */
  guint n_new;      /* of these, would be added, or were */
  StoreImportState state;
  gboolean is_duplicate; /* nothing is added unless it is chosen; NEW and GROWN are not */
  char *problem;         /* REFUSED: why, in English; NULL otherwise */
  GPtrArray *notes;      /* of StoreImportNote */
} StoreImportEntry;

#define STORE_TYPE_IMPORT_ENTRY (store_import_entry_get_type ())
GType store_import_entry_get_type (void); /* boxed */
StoreImportEntry *store_import_entry_copy (const StoreImportEntry *entry);
void store_import_entry_free (StoreImportEntry *entry);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreImportEntry, store_import_entry_free)
/* Whether choosing it adds a copy of its own: KNOWN, TRASHED and REPEATED. */
gboolean store_import_entry_can_copy (const StoreImportEntry *entry);
/* The notes of all entries together, those of one kind and name as one; owned by the caller. */
GPtrArray *store_import_sum_notes (GPtrArray *entries);

/* → finish_list of StoreImportEntry, in the order of the file: each conversation that there is, also one that cannot be taken,
 * and what follows the last one that can.  Reads Myna's JSON, conversations.json of ChatGPT, Claude and DeepSeek, the chats of
 * llama.cpp's web interface, Open WebUI, LM Studio, Jan, SillyTavern, Cherry Studio, text-generation-webui, Alpaca and GPT4All,
 * and lists of turns or pairs (ShareGPT, OpenAI, ChatGLM); JSON or JSON Lines; UTF-8 or UTF-16.  INVALID with what is wrong
 * where no conversation can be read, be it that the file is none of these, of a kind that is named, or exceeds the limits
 * (2 GiB, 64 MiB a conversation, 100,000 messages a conversation, 100 levels).  progress (may be NULL): parts of the file,
 * whatever they are. */
void store_preview_import_async (StoreDb *self, GFile *file, StoreProgress *progress, GCancellable *cancellable,
                                 GAsyncReadyCallback callback, gpointer user_data);
/* → finish_list of StoreImportEntry: what became of each that was wanted.  indices: which of the preview's; n_indices = 0: all.
 * NEW and GROWN with n_new > 0 were added.  One that was chosen by its index and is in the history already is added as a copy;
 * where all are wanted, it is not.  What was added before an error or a cancellation stays, whole conversations only. */
void store_import_async (StoreDb *self, GFile *file, const guint *indices, gsize n_indices, StoreProgress *progress,
                         GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);

/* ---- Search ----------------------------------------------------------------------------------------------------- */

typedef struct
{
  guint start; /* bytes */
  guint end;
} StoreRange;

typedef struct
{
  gint64 conversation_id;
  gint64 message_id; /* 0: the title matches */
  StoreRole role;
  gint64 time;        /* of the message, or the conversation's last change */
  char *title;        /* the conversation's */
  char *snippet;      /* one line of the message around the first place; "" when the title matches */
  StoreRange *ranges; /* what to highlight in the snippet, or in the title when that matches */
  guint n_ranges;
  double score; /* relevance × recency, larger is better */
} StoreHit;

#define STORE_TYPE_HIT (store_hit_get_type ())
GType store_hit_get_type (void); /* boxed */
StoreHit *store_hit_copy (const StoreHit *hit);
void store_hit_free (StoreHit *hit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreHit, store_hit_free)

typedef struct
{
  const char *text;  /* terms; all must be in the message or in the title.  "…" keeps white space in a term */
  int role;          /* a StoreRole; −1: any, and titles */
  const char *model; /* display name of the model that wrote the message; NULL: any */
  gint64 after;      /* times of the message; 0: no limit */
  gint64 before;
  gint64 folder_id;       /* 0: anywhere; includes the folders in it */
  gint64 conversation_id; /* 0: all; else only the messages of this one */
  int limit;              /* 0: 100 */
  gboolean anywhere;      /* letters also inside of words; slow in a large history (seconds for a million messages,
                                 * without holding up anything else): for when the usual search found nothing */
  gboolean thoughts;      /* what models thought before they answered, too */
} StoreSearch;

#define STORE_SEARCH_INIT \
  {                       \
    .role = -1            \
  }

/* → finish_list of StoreHit, best first; not those in the bin.  Case, diacritics and full-width forms do not count.  Words
 * are found from their start.  Of more than 1,000 hits the newest 1,000 are ranked.  A new search ends the one before with
 * G_IO_ERROR_CANCELLED. */
void store_search_async (StoreDb *self, const StoreSearch *search, GCancellable *cancellable, GAsyncReadyCallback callback,
                         gpointer user_data);

G_END_DECLS

#endif
