/* myna-attachment.h: files that belong to a question
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A message keeps its attachments as the JSON text [{"name": …, "text": …, "pages": …, "type": …, "use": …}, …]
 * (StoreMessage.attachments); the last three only where they are known.  Of a long text that is in the history there is only the
 * beginning, and "bytes" and "document".
 */
#pragma once

#include "storage/storage.h"

G_BEGIN_DECLS

/* Most that one file, and all files of one message, may hold: as much as one document may have.  A model is given passages of it; the
 * limit is what a message's texts take of the memory, some times over, while it is stored or shown. */
#define MYNA_ATTACHMENT_MAX_BYTES (50 << 20)
#define MYNA_ATTACHMENTS_MAX      64

typedef struct
{
  char *name;
  char *text;
  char *type;     /* as myna-read says; NULL: not known */
  char *document; /* the one in the history that text is only the beginning of; NULL: text is all of it */
  gsize n_bytes;  /* of the whole text where it was read from JSON */
  guint n_pages;  /* 0: it has none, or they are not known */
  StoreUse use;
} MynaAttachment;

MynaAttachment *myna_attachment_new (const char *name, const char *text) G_GNUC_WARN_UNUSED_RESULT;
void myna_attachment_free (MynaAttachment *attachment);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaAttachment, myna_attachment_free)

/* "12 pages · 34 kB", for the person. */
char *myna_attachment_describe (const MynaAttachment *attachment) G_GNUC_WARN_UNUSED_RESULT;

/* Bytes of the whole text. */
gsize myna_attachment_get_size (const MynaAttachment *attachment);
/* Its name for programs in the sandbox: "report.pdf.md" if the text was extracted from the file. */
char *myna_attachment_dup_file_name (const char *name) G_GNUC_WARN_UNUSED_RESULT;

/* attachments: array of MynaAttachment; NULL where it is empty. */
char *myna_attachments_to_json (GPtrArray *attachments) G_GNUC_WARN_UNUSED_RESULT;
/* Enough of them to be counted: a text that is longer than any model is given at once is cut.  Quick, for every letter that is typed. */
char *myna_attachments_to_short_json (GPtrArray *attachments) G_GNUC_WARN_UNUSED_RESULT;
/* Array of MynaAttachment that owns them; empty for NULL.  What is not as above ends the list; nothing else is kept of it. */
GPtrArray *myna_attachments_from_json (const char *json) G_GNUC_WARN_UNUSED_RESULT;
/* The same with the beginnings of the texts, which no whole text is copied for: what is shown while one waits. */
GPtrArray *myna_attachments_list (const char *json) G_GNUC_WARN_UNUSED_RESULT;
/* Names and sizes of them, a line each, for the person. */
char *myna_attachments_describe (const char *json) G_GNUC_WARN_UNUSED_RESULT;
/* The text as the model is given it: each file under its name, or that passages of it follow; the passages that it was given
 * (StoreMessage.given), by number; how to cite them; then the question.  as_files: it has programs that read them, so that it is
 * told where they are and how they begin. */
char *myna_attachments_prepend (const char *json, GPtrArray *given, const char *text,
                                gboolean as_files) G_GNUC_WARN_UNUSED_RESULT;
/* The part of that for a question without attachments of its own: the passages, StorePassage. */
char *myna_passages_quote (GPtrArray *given) G_GNUC_WARN_UNUSED_RESULT;
/* How much of documents a question to a model with this context (0: not known) is given, where the prompt begins with the message
 * prompt_from (0: not known). */
StoreGive myna_attachments_plan (int context_length, gint64 message_id, gint64 prompt_from);
/* Whether such a model is given passages of them. */
gboolean myna_attachments_are_long (const char *json, int context_length);
/* Whether passages of usual length fit such a model. */
gboolean myna_passages_fit (int context_length);
/* What a question that is not sent yet will have of its attachments at most, as text to be counted. */
char *myna_attachments_foresee (const char *json, const char *text, int context_length,
                                gboolean as_files) G_GNUC_WARN_UNUSED_RESULT;
/* "report.pdf, page 3, Results": where a passage stands, for people. */
char *myna_passage_describe (const StorePassage *passage) G_GNUC_WARN_UNUSED_RESULT;
/* The same of all (StorePassage) from this one, each in a line with its number: "[2] Report.pdf, page 3".  The caller frees. */
char *myna_passages_describe (GPtrArray *passages, guint first) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
