/* conversation-view-fixture.c: a transcript in a window, for its tests
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "conversation-view-fixture.h"

#include <adwaita.h>

#include "composer/composer.h"
#include "transcript/myna-conversation-view.h"

GtkWidget *
find_named (GtkWidget *widget, const char *css_name)
{
  if (g_str_equal (gtk_widget_get_css_name (widget), css_name))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = gtk_widget_get_child_visible (child) ? find_named (child, css_name) : NULL;

      if (found)
        return found;
    }
  return NULL;
}

void
settle (View *v)
{
  GdkFrameClock *clock = gtk_widget_get_frame_clock (v->window);
  gint64 end = gdk_frame_clock_get_frame_counter (clock) + 5;

  while (gdk_frame_clock_get_frame_counter (clock) < end)
    {
      gtk_widget_queue_draw (v->canvas);
      g_main_context_iteration (NULL, TRUE);
    }
}

void
view_set_up (View *v, gconstpointer data)
{
  fixture_setup (&v->base, data);
  v->view = myna_conversation_view_new ();
  v->canvas = find_named (v->view, "chatcanvas");
  v->window = adw_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (v->window), 700, 600);
  adw_window_set_content (ADW_WINDOW (v->window), v->view);
  g_object_set (gtk_settings_get_default (), "gtk-enable-animations", FALSE, NULL);
  gtk_window_present (GTK_WINDOW (v->window));
  myna_conversation_view_set_conversation (MYNA_CONVERSATION_VIEW (v->view), v->base.conversation);
}

/* The canvas is on a page of a stack that is not the visible one while the conversation is empty. */
void
exchange (View *v, const char *question, const char *answer)
{
  fixture_exchange (&v->base, question, answer);
  if (!v->canvas)
    wait_for ((v->canvas = find_named (v->view, "chatcanvas")));
  settle (v);
}

void
view_tear_down (View *v, gconstpointer data)
{
  gtk_window_destroy (GTK_WINDOW (v->window));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  fixture_teardown (&v->base, data);
}

void
press_send (View *v)
{
  myna_composer_send (MYNA_COMPOSER (find_named (v->view, "composer")));
}
