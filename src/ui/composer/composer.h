/* composer.h: where the person writes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-conversation.h"
#include "chat/myna-model-library.h"
#include "composer/send-key.h"

G_BEGIN_DECLS

#define MYNA_TYPE_COMPOSER (myna_composer_get_type ())
G_DECLARE_FINAL_TYPE (MynaComposer, myna_composer, MYNA, COMPOSER, GtkWidget)

/* Signals:
 *   send (const char *text, const char *attachments)   attachments: JSON or NULL; the owner calls clear() when it took them
 *   stop ()
 *   changed ()                                         by the person: the text or the attachments
 *   history (int step)                                 Up (-1) or Down (+1) where they cannot mean the cursor
 *   scroll (GtkScrollType type)                        Page Up and the like, meant for the transcript
 *   persona (MynaPersona *persona)                     chosen by typing "/" and its name
 */
GtkWidget *myna_composer_new (void);
char *myna_composer_get_text (MynaComposer *self) G_GNUC_WARN_UNUSED_RESULT;
void myna_composer_set_text (MynaComposer *self, const char *text);
/* The same, as a question that was asked before: Up and Down go on to others. */
void myna_composer_recall (MynaComposer *self, const char *text);
/* Inserts the text at the beginning; the cursor stays where it is in the rest. */
void myna_composer_prepend (MynaComposer *self, const char *text);
/* Without text, attachments and anything of an input method. */
gboolean myna_composer_is_empty (MynaComposer *self);
/* Empties it after its contents were taken; cannot be undone into them by accident. */
void myna_composer_clear (MynaComposer *self);
/* As the button does: emits "send" where there is something. */
void myna_composer_send (MynaComposer *self);
/* Puts the text before the cursor, as a block of its own. */
void myna_composer_insert_block (MynaComposer *self, const char *text);
/* The same as a quotation; what is too long for that is attached. */
void myna_composer_quote (MynaComposer *self, const char *text);
/* Escape does not stop a reply: it is meant for the window. */
void myna_composer_let_escape (MynaComposer *self);
/* Whether a reply is being written: Stop takes Send's place while there is nothing to send. */
void myna_composer_set_busy (MynaComposer *self, gboolean busy);
/* Puts a widget beside the button that attaches files; it is the composer's. */
void myna_composer_add_control (MynaComposer *self, GtkWidget *widget);
/* The conversation whose tools are chosen here; NULL: none. */
void myna_composer_set_conversation (MynaComposer *self, MynaConversation *conversation);
/* The available models, including the starter model. */
void myna_composer_set_library (MynaComposer *self, MynaModelLibrary *library);
/* Share of the model's context in use, 0 to 1; negative hides the gauge. */
void myna_composer_set_context (MynaComposer *self, int used, int length);
/* Adds files as attachments: read, checked and shown as chips; what cannot be is told below the text. */
void myna_composer_attach_files (MynaComposer *self, GSList *files);
void myna_composer_attach_text (MynaComposer *self, const char *name, const char *text);
/* Takes the attachments out; NULL: none.  give() puts them back. */
GPtrArray *myna_composer_take_attachments (MynaComposer *self) G_GNUC_WARN_UNUSED_RESULT;
void myna_composer_give_attachments (MynaComposer *self, GPtrArray *attachments);
/* Whether a file that was chosen is being read. */
gboolean myna_composer_is_reading (MynaComposer *self);
/* The files that are not read yet leave it, too: an array of GFile, or NULL. */
GPtrArray *myna_composer_take_files (MynaComposer *self) G_GNUC_WARN_UNUSED_RESULT;
gboolean myna_composer_has_attachments (MynaComposer *self);
/* As much of them as is needed to count them: see myna_attachments_to_short_json(). */
char *myna_composer_dup_attachments (MynaComposer *self) G_GNUC_WARN_UNUSED_RESULT;
/* What there is to say of the message's length, as myna_length_describe() does; NULL: nothing. */
void myna_composer_set_length (MynaComposer *self, const char *text, gboolean is_too_long);
GtkTextView *myna_composer_get_text_view (MynaComposer *self);

/* Announces the text to screen readers without moving the focus. */
void myna_composer_announce (MynaComposer *self, const char *text);

G_END_DECLS
