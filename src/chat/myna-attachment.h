/* myna-attachment.h: files that belong to a question
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A message keeps its attachments as the JSON text [{"name": …, "text": …, "pages": …}, …] (StoreMessage.attachments);
 * "pages" only where there are, a number in a string.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Most that one file, and all files of one message, may hold. */
#define MYNA_ATTACHMENT_MAX_BYTES (1 << 20)
#define MYNA_ATTACHMENTS_MAX      16

typedef struct
{
  char *name;
  char *text;
  guint n_pages; /* 0: it has none, or they are not known */
} MynaAttachment;

MynaAttachment *myna_attachment_new (const char *name, const char *text) G_GNUC_WARN_UNUSED_RESULT;
void myna_attachment_free (MynaAttachment *attachment);

/* "12 pages · 34 kB", for the person. */
char *myna_attachment_describe (const MynaAttachment *attachment) G_GNUC_WARN_UNUSED_RESULT;

/* What a program finds it as: "report.pdf.md" where the text is not what stands in the file, but what was read of it. */
char *myna_attachment_dup_file_name (const char *name) G_GNUC_WARN_UNUSED_RESULT;

/* attachments: array of MynaAttachment; NULL where it is empty. */
char *myna_attachments_to_json (GPtrArray *attachments) G_GNUC_WARN_UNUSED_RESULT;
/* Array of MynaAttachment that owns them; empty for NULL.  What is not as above ends the list; nothing else is kept of it. */
GPtrArray *myna_attachments_from_json (const char *json) G_GNUC_WARN_UNUSED_RESULT;
/* The text as the model is given it: each file under its name, then the question.  as_files: it has programs that read them, so
 * that it is told where they are and how they begin. */
char *myna_attachments_prepend (const char *json, const char *text, gboolean as_files) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
