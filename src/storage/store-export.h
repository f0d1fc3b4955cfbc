/* store-export.h: what the writers of the formats share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_EXPORT_H
#define STORE_EXPORT_H

#include "store-private.h"

G_BEGIN_DECLS

/* A conversation with all that belongs to it. */
typedef struct
{
  StoreConversation *row;
  char *origin;
  GPtrArray *messages; /* of StoreMessage, by id: parents first */
} StoreWhole;

StoreWhole *store_whole_new (void);
void store_whole_free (StoreWhole *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (StoreWhole, store_whole_free)

/* Reads it; NOT_FOUND. */
StoreWhole *store_whole_load (StoreConnection *connection, gint64 id, GError **error);
/* The messages of the branch that is shown, first to last; owned by self. */
GPtrArray *store_whole_list_branch (StoreWhole *self);

/* One format.  Each function appends to `out`. */
typedef struct
{
  void (*begin) (GString *out, StoreConnection *connection);
  void (*conversation) (GString *out, StoreWhole *whole, gboolean is_first, StoreRenderFunc render, gpointer render_data);
  void (*end) (GString *out);
} StoreWriter;

extern const StoreWriter store_markdown_writer;
extern const StoreWriter store_text_writer;
extern const StoreWriter store_html_writer;
extern const StoreWriter store_json_writer;

/* "22 November 2026, 14:03" in the person's language. */
char *store_format_time (gint64 time);

/* Names used in JSON; "" where there is none.  From a name: −1 where it is unknown. */
const char *store_role_name (StoreRole role);
int store_role_from_name (const char *name);
const char *store_state_name (StoreState state);
int store_state_from_name (const char *name);

G_END_DECLS

#endif
