/* attachment-list.h: the attachments of a message that is being written, as chips in lines
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#include "chat/myna-attachment.h"

G_BEGIN_DECLS

#define MYNA_TYPE_ATTACHMENT_LIST (myna_attachment_list_get_type ())
G_DECLARE_FINAL_TYPE (MynaAttachmentList, myna_attachment_list, MYNA, ATTACHMENT_LIST, GtkWidget)

/* Visible where it has attachments.  Signal "removed" (): the person took one away. */
GtkWidget *myna_attachment_list_new (void);
guint myna_attachment_list_get_n (MynaAttachmentList *self);
/* n_pages 0: it has none; type: as myna-read says, or NULL.  FALSE: with it they would be more than one message can carry; then it is not added. */
gboolean myna_attachment_list_add (MynaAttachmentList *self, const char *name, const char *text, guint n_pages,
                                   const char *type);
/* As StoreMessage keeps them; NULL: none. */
char *myna_attachment_list_to_json (MynaAttachmentList *self) G_GNUC_WARN_UNUSED_RESULT;
/* Enough of them to be counted; NULL: none. */
char *myna_attachment_list_to_short_json (MynaAttachmentList *self) G_GNUC_WARN_UNUSED_RESULT;
/* Takes them out, an array of MynaAttachment or NULL; and puts such an array, which is taken, behind those that are there. */
GPtrArray *myna_attachment_list_take (MynaAttachmentList *self) G_GNUC_WARN_UNUSED_RESULT;
void myna_attachment_list_give (MynaAttachmentList *self, GPtrArray *attachments);
void myna_attachment_list_clear (MynaAttachmentList *self);
/* Marks the chips: together with the text they are too long for the model. */
void myna_attachment_list_set_warning (MynaAttachmentList *self, gboolean warning);

G_END_DECLS
