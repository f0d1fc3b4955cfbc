/* test-thinking.c: the switch for thinking and the button that ends a thought, in a window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <adwaita.h>

#include "chat/myna-message-private.h"
#include "chat/myna-thinking.h"
#include "composer/composer.h"
#include "conversation-view-fixture.h"
#include "transcript/myna-conversation-view.h"

static GtkWidget *
controls (View *v)
{
  GtkWidget *found = find_named (v->view, "thinkingcontrols");

  g_assert_nonnull (found);
  return found;
}

static GtkWidget *
get_switch (View *v)
{
  return gtk_widget_get_first_child (controls (v));
}

static GtkWidget *
get_button (View *v)
{
  return gtk_widget_get_last_child (controls (v));
}

static void
count_key_cb (guint *n)
{
  (*n)++;
}

/* A real key with Control, wherever the keyboard is; returns when the window has seen it. */
static void
press (View *v, const char *key)
{
  GtkEventController *keys = gtk_event_controller_key_new ();
  const char *const command[] = { "xdotool", "key", key, NULL };
  g_autoptr (GError) error = NULL;
  guint n = 0;

  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-released", G_CALLBACK (count_key_cb), &n);
  gtk_widget_add_controller (v->window, keys);
  g_spawn_sync (NULL, (char **) command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  wait_for (n >= 2);
  gtk_widget_remove_controller (v->window, keys);
}

static void
set_up (View *v, gconstpointer data)
{
  view_set_up (v, data);
  fake_generator_edit_info (v->base.engine)->can_answer_at_once = data == NULL;
  myna_conversation_view_set_conversation (MYNA_CONVERSATION_VIEW (v->view), NULL);
  myna_conversation_view_set_conversation (MYNA_CONVERSATION_VIEW (v->view), v->base.conversation);
  gtk_widget_grab_focus (find_named (v->view, "composer"));
  wait_for (gtk_window_is_active (GTK_WINDOW (v->window)));
}

/* Models that do not think have no switch, and its key does nothing. */
static void
test_none (View *v, gconstpointer data)
{
  g_assert_false (gtk_widget_get_visible (get_switch (v)));
  g_assert_false (gtk_widget_get_visible (get_button (v)));
  press (v, "ctrl+t");
  exchange (v, "q", "a");
  g_assert_true (myna_conversation_get_thinking (v->base.conversation));
}

static void
test_switch (View *v, gconstpointer data)
{
  GtkWidget *button = get_switch (v);

  g_assert_true (gtk_widget_get_visible (button));
  g_assert_true (gtk_widget_get_focusable (button));
  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (button)));
  gtk_widget_activate (button);
  wait_for (!myna_conversation_get_thinking (v->base.conversation));
  exchange (v, "q", "a");
  g_assert_true (fake_generator_get_no_thoughts (v->base.engine));
  press (v, "ctrl+t");
  wait_for (myna_conversation_get_thinking (v->base.conversation));
  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (button)));
  /* Set elsewhere, it is shown. */
  myna_conversation_set_thinking (v->base.conversation, FALSE);
  g_assert_false (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (button)));
}

/* Another chat has its own. */
static void
test_chats (View *v, gconstpointer data)
{
  g_autoptr (MynaConversation) other = myna_conversation_new (v->base.db, MYNA_GENERATOR (v->base.engine), 0);

  myna_conversation_set_thinking (v->base.conversation, FALSE);
  myna_conversation_view_set_conversation (MYNA_CONVERSATION_VIEW (v->view), other);
  g_assert_true (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (get_switch (v))));
  myna_conversation_view_set_conversation (MYNA_CONVERSATION_VIEW (v->view), v->base.conversation);
  g_assert_false (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (get_switch (v))));
  g_assert_true (myna_conversation_get_thinking (other));
}

/* The button is there while a thought is written, by click and by key, and gives the keyboard back. */
static void
test_answer (View *v, gconstpointer data)
{
  myna_conversation_send (v->base.conversation, "q");
  fixture_requested (&v->base);
  g_assert_false (gtk_widget_get_visible (get_button (v)));
  press (v, "ctrl+j");
  fake_generator_write (v->base.engine, GLM_REPLY_THOUGHT, "First this. ");
  g_assert_true (gtk_widget_get_visible (get_button (v)));
  g_assert_cmpuint (fake_generator_n_answers (v->base.engine), ==, 0);
  press (v, "ctrl+j");
  wait_for (fake_generator_n_answers (v->base.engine) == 1);
  gtk_widget_grab_focus (get_button (v));
  gtk_widget_activate (get_button (v));
  wait_for (fake_generator_n_answers (v->base.engine) == 2);
  fake_generator_say (v->base.engine, "So");
  g_assert_false (gtk_widget_get_visible (get_button (v)));
  g_assert_true (gtk_widget_is_ancestor (gtk_root_get_focus (GTK_ROOT (v->window)), find_named (v->view, "composer")));
  fake_generator_end (v->base.engine, GLM_STOP_END);
  fixture_idle (&v->base);
  assert_shown (&v->base, "u:q|a:<think>First this. </think>So");
}

/* A chat that is left while its model thinks takes its button with it. */
static void
test_left (View *v, gconstpointer data)
{
  g_autoptr (MynaConversation) other = myna_conversation_new (v->base.db, MYNA_GENERATOR (v->base.engine), 0);

  myna_conversation_send (v->base.conversation, "q");
  fixture_requested (&v->base);
  fake_generator_write (v->base.engine, GLM_REPLY_THOUGHT, "First this. ");
  myna_conversation_view_set_conversation (MYNA_CONVERSATION_VIEW (v->view), other);
  g_assert_false (gtk_widget_get_visible (get_button (v)));
  fake_generator_write (v->base.engine, GLM_REPLY_THOUGHT, "Then that. ");
  g_assert_false (gtk_widget_get_visible (get_button (v)));
  myna_conversation_view_set_conversation (MYNA_CONVERSATION_VIEW (v->view), v->base.conversation);
  g_assert_true (gtk_widget_get_visible (get_button (v)));
  fake_generator_end (v->base.engine, GLM_STOP_END);
  fixture_idle (&v->base);
  g_assert_false (gtk_widget_get_visible (get_button (v)));
}

#define ADD(path, data, func) g_test_add ("/thinking/" path, View, data, set_up, func, view_tear_down)

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  ADD ("none", "none", test_none);
  ADD ("switch", NULL, test_switch);
  ADD ("chats", NULL, test_chats);
  ADD ("answer", NULL, test_answer);
  ADD ("left", NULL, test_left);

  return g_test_run ();
}
