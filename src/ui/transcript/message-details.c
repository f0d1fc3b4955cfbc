/* message-details.c: when a message was written, by which model, and how fast
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "transcript/message-details.h"

#include <glib/gi18n.h>

#include "chat/message-words.h"

static void
add_detail (GtkWidget *grid, int *n_rows, const char *name, const char *value)
{
  GtkWidget *left = gtk_label_new (name), *right = gtk_label_new (value);

  gtk_label_set_xalign (GTK_LABEL (left), 0);
  gtk_label_set_xalign (GTK_LABEL (right), 1);
  gtk_widget_add_css_class (left, "dim-label");
  gtk_widget_add_css_class (right, "numeric");
  gtk_label_set_max_width_chars (GTK_LABEL (right), 28);
  gtk_label_set_ellipsize (GTK_LABEL (right), PANGO_ELLIPSIZE_MIDDLE);
  gtk_grid_attach (GTK_GRID (grid), left, 0, *n_rows, 1, 1);
  gtk_grid_attach (GTK_GRID (grid), right, 1, (*n_rows)++, 1, 1);
}

static void G_GNUC_PRINTF (4, 5) add_detail_printf (GtkWidget *grid, int *n_rows, const char *name, const char *format, ...)
{
  g_autofree char *value = NULL;
  va_list args;

  va_start (args, format);
  value = g_strdup_vprintf (format, args);
  va_end (args);
  add_detail (grid, n_rows, name, value);
}

GtkWidget *
myna_message_details_new (const StoreMessage *record)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (record->created_at / 1000);
  g_autofree char *date = time ? g_date_time_format (time, "%c") : g_strdup ("");
  GtkWidget *grid = gtk_grid_new ();
  int n = 0;

  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 18);
  add_detail (grid, &n, _ ("Generated"), date);
  if (record->role != STORE_ROLE_ASSISTANT)
    return grid;
  if (record->model)
    add_detail (grid, &n, _ ("Model"), record->model);
  if (record->n_prompt_tokens)
    add_detail_printf (grid, &n, _ ("Prompt tokens"), "%'d", record->n_prompt_tokens);
  if (record->n_tokens)
    add_detail_printf (grid, &n, _ ("Reply tokens"), "%'d", record->n_tokens);
  if (record->seconds > 0)
    add_detail_printf (grid, &n, _ ("Speed"), _ ("%.1f tokens/s"), record->n_tokens / record->seconds);
  if (record->first_token_seconds > 0)
    add_detail_printf (grid, &n, _ ("Time to first token"), _ ("%.2f s"), record->first_token_seconds);
  add_detail (grid, &n, _ ("Finish reason"), myna_message_describe_end (record->state));
  return grid;
}
