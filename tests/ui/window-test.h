/* window-test.h: for tests in a window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>
#include <string.h>

#define TEST_LIMIT_SECONDS 100

static inline gboolean
test_time_is_up_cb (gpointer user_data)
{
  g_error ("The condition never came true");

  return G_SOURCE_REMOVE;
}

/* Runs the main loop until the condition holds. */
#define wait_until(condition)                                                            \
  G_STMT_START                                                                           \
  {                                                                                      \
    guint limit_ = g_timeout_add_seconds (TEST_LIMIT_SECONDS, test_time_is_up_cb, NULL); \
    while (!(condition))                                                                 \
      g_main_context_iteration (NULL, TRUE);                                             \
    g_source_remove (limit_);                                                            \
  }                                                                                      \
  G_STMT_END

/* Whether the widget shows this text somewhere. */
static inline gboolean
test_has_label (GtkWidget *widget, const char *text)
{
  if (GTK_IS_LABEL (widget) && gtk_widget_get_visible (widget) && g_str_equal (gtk_label_get_text (GTK_LABEL (widget)), text))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    {
      if (test_has_label (child, text))
        return TRUE;
    }

  return FALSE;
}

/* Whether the widget shows this text as part of some label, entry or text. */
static inline gboolean
test_finds_text (GtkWidget *widget, const char *text)
{
  g_autofree char *own = NULL;

  if (!gtk_widget_get_visible (widget))
    return FALSE;
  if (GTK_IS_LABEL (widget))
    own = g_strdup (gtk_label_get_text (GTK_LABEL (widget)));
  else if (GTK_IS_EDITABLE (widget))
    own = g_strdup (gtk_editable_get_text (GTK_EDITABLE (widget)));
  else if (GTK_IS_TEXT_VIEW (widget))
    {
      GtkTextIter start, end;

      gtk_text_buffer_get_bounds (gtk_text_view_get_buffer (GTK_TEXT_VIEW (widget)), &start, &end);
      own = gtk_text_iter_get_text (&start, &end);
    }
  if (own && strstr (own, text))
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    {
      if (test_finds_text (child, text))
        return TRUE;
    }
  return FALSE;
}
