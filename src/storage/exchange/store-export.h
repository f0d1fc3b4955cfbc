/* store-export.h: what the writers of the formats share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_EXPORT_H
#define STORE_EXPORT_H

#include "exchange/store-whole.h"

G_BEGIN_DECLS

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

G_END_DECLS

#endif
