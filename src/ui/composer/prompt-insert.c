/* prompt-insert.c: a prompt whose gaps are filled, in the place of what is being written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What another program copied has to be asked for: the text is put in when the answers are there.
 */
#include "composer/prompt-insert.h"

#include "chat/prompts.h"

typedef struct
{
  GtkTextView *view; /* owned */
  GCancellable *cancellable;
  char *prompt;
  char *clipboard;
  char *selection;
} Insertion;

static void
insertion_free (Insertion *insertion)
{
  g_object_unref (insertion->view);
  g_object_unref (insertion->cancellable);
  g_free (insertion->prompt);
  g_free (insertion->clipboard);
  g_free (insertion->selection);
  g_free (insertion);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Insertion, insertion_free)

/* What was written meanwhile stays, behind it. */
static void
insert (Insertion *insertion)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (insertion->view);
  guint cursor;
  g_autofree char *text = myna_prompt_fill (insertion->prompt, insertion->clipboard, insertion->selection, &cursor);
  GtkTextIter at;

  gtk_text_buffer_begin_user_action (buffer);
  gtk_text_buffer_get_start_iter (buffer, &at);
  gtk_text_buffer_insert (buffer, &at, text, -1);
  gtk_text_buffer_end_user_action (buffer);
  gtk_text_buffer_get_iter_at_offset (buffer, &at, (int) cursor);
  gtk_text_buffer_place_cursor (buffer, &at);
  gtk_text_view_scroll_mark_onscreen (insertion->view, gtk_text_buffer_get_insert (buffer));
  gtk_widget_grab_focus (GTK_WIDGET (insertion->view));
}

static void
selection_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Insertion) insertion = user_data;

  insertion->selection = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
  if (!g_cancellable_is_cancelled (insertion->cancellable))
    insert (insertion);
}

static void
read_selection (Insertion *insertion)
{
  if (myna_prompt_has_gap (insertion->prompt, "selection"))
    {
      gdk_clipboard_read_text_async (gtk_widget_get_primary_clipboard (GTK_WIDGET (insertion->view)), insertion->cancellable,
                                     selection_cb, insertion);
      return;
    }
  insert (insertion);
  insertion_free (insertion);
}

static void
clipboard_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Insertion *insertion = user_data;

  insertion->clipboard = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
  if (g_cancellable_is_cancelled (insertion->cancellable))
    insertion_free (insertion);
  else
    read_selection (insertion);
}

void
myna_prompt_insert (GtkTextView *view, const char *prompt, GCancellable *cancellable)
{
  Insertion *insertion = g_new0 (Insertion, 1);

  insertion->view = g_object_ref (view);
  insertion->cancellable = g_object_ref (cancellable);
  insertion->prompt = g_strdup (prompt);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (view), "", -1);
  if (myna_prompt_has_gap (prompt, "clipboard"))
    gdk_clipboard_read_text_async (gtk_widget_get_clipboard (GTK_WIDGET (view)), cancellable, clipboard_cb, insertion);
  else
    read_selection (insertion);
}
