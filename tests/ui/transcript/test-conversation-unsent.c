/* test-conversation-unsent.c: what is written and not sent, before there is a conversation and from one to another
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <adwaita.h>
#include <string.h>

#include "conversation-view-fixture.h"
#include "composer/composer.h"
#include "transcript/chat-canvas.h"
#include "transcript/myna-conversation-view.h"
#include "window-test.h"

static void
begin_cb (guint *n_begun)
{
  (*n_begun)++;
}

static char *
composer_text (View *v)
{
  return myna_composer_get_text (MYNA_COMPOSER (find_named (v->view, "composer")));
}

/* A store that opens slowly: what is written and sent before is neither lost nor refused. */
static void
test_too_early (View *v, gconstpointer data)
{
  MynaConversationView *view = MYNA_CONVERSATION_VIEW (v->view);
  MynaComposer *composer = MYNA_COMPOSER (find_named (v->view, "composer"));
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (myna_composer_get_text_view (composer));
  g_autofree char *kept = NULL, *left = NULL, *shown = NULL;
  guint n_begun = 0;

  g_signal_connect_swapped (view, "begin", G_CALLBACK (begin_cb), &n_begun);
  myna_conversation_view_set_conversation (view, NULL);
  gtk_text_buffer_set_text (buffer, "only written", -1);
  myna_conversation_view_set_conversation (view, v->base.conversation);
  kept = composer_text (v);
  g_assert_cmpstr (kept, ==, "only written");
  g_assert_cmpuint (fixture_n_items (&v->base), ==, 0);
  g_assert_cmpuint (n_begun, ==, 0);

  myna_conversation_view_set_conversation (view, NULL);
  gtk_text_buffer_set_text (buffer, "sent", -1);
  myna_composer_attach_text (composer, "notes.txt", "three lines");
  press_send (v);
  g_assert_cmpuint (n_begun, ==, 1);
  myna_conversation_view_set_conversation (view, v->base.conversation);
  left = composer_text (v);
  g_assert_cmpstr (left, ==, "only written"); /* was not what was sent */
  shown = fixture_shown (&v->base);
  g_assert_cmpstr (shown, ==, "u:sent");
  g_assert_nonnull (strstr (myna_message_get_record (fixture_item (&v->base, 0))->attachments, "three lines"));
  fixture_requested (&v->base);
  fake_generator_end (v->base.engine, GLM_STOP_END);
  fixture_idle (&v->base);
}

static char *
stored_draft (View *v, gint64 id)
{
  g_autoptr (StoreConversation) record = test_get_conversation (v->base.db, id);

  return g_strdup (record->draft);
}

/* Goes to another chat and back, as a new start of the program would: the store has not said yet what it has. */
static void
reopen (View *v, gint64 id)
{
  MynaConversationView *view = MYNA_CONVERSATION_VIEW (v->view);

  myna_conversation_view_set_conversation (view, NULL);
  fixture_settle (&v->base);
  g_assert_finalize_object (v->base.conversation);
  v->base.conversation = myna_conversation_new (v->base.db, MYNA_GENERATOR (v->base.engine), id);
  myna_conversation_view_set_conversation (view, v->base.conversation);
}

/* Who writes before the chat's own draft was read loses neither. */
static void
test_late_draft (View *v, gconstpointer data)
{
  MynaComposer *composer = MYNA_COMPOSER (find_named (v->view, "composer"));
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (myna_composer_get_text_view (composer));
  g_autofree char *both = NULL, *stored = NULL, *sent = NULL, *appended = NULL;
  gint64 id;

  exchange (v, "q", "a");
  id = myna_conversation_get_id (v->base.conversation);
  test_do (v->base.db, store_set_draft_async, id, "kept");

  reopen (v, id);
  gtk_text_buffer_insert_at_cursor (buffer, "typ", -1);
  wait_for (gtk_text_buffer_get_char_count (buffer) > 3);
  gtk_text_buffer_insert_at_cursor (buffer, "ed", -1);
  both = composer_text (v);
  g_assert_cmpstr (both, ==, "kept\n\ntyped");
  reopen (v, id);
  wait_for (gtk_text_buffer_get_char_count (buffer) > 0);
  stored = stored_draft (v, id);
  g_assert_cmpstr (stored, ==, "kept\n\ntyped");

  /* A question that is sent so early is asked, and the draft comes after it. */
  reopen (v, id);
  gtk_text_buffer_set_text (buffer, "early", -1);
  press_send (v);
  fixture_requested (&v->base);
  fake_generator_say (v->base.engine, "b");
  fake_generator_end (v->base.engine, GLM_STOP_END);
  fixture_idle (&v->base);
  wait_for (gtk_text_buffer_get_char_count (buffer) > 0);
  sent = composer_text (v);
  g_assert_cmpstr (sent, ==, "kept\n\ntyped");
  g_assert_cmpuint (fixture_n_items (&v->base), ==, 4);

  /* The program ends before the store has answered. */
  reopen (v, id);
  gtk_text_buffer_set_text (buffer, "late", -1);
  myna_conversation_finish_all (v->base.db);
  appended = stored_draft (v, id);
  g_assert_cmpstr (appended, ==, "kept\n\ntyped\n\nlate");
}

/* What was attached waits in its chat. */
static void
test_attachment_stays (View *v, gconstpointer data)
{
  MynaConversationView *view = MYNA_CONVERSATION_VIEW (v->view);
  MynaComposer *composer = MYNA_COMPOSER (find_named (v->view, "composer"));
  g_autoptr (MynaConversation) other = myna_conversation_new (v->base.db, MYNA_GENERATOR (v->base.engine), 0);

  exchange (v, "q", "a");
  myna_composer_attach_text (composer, "novel.txt", "Call me Ishmael.");
  myna_conversation_view_set_conversation (view, other);
  g_assert_true (myna_composer_is_empty (composer));
  myna_conversation_view_set_conversation (view, v->base.conversation);
  g_assert_false (myna_composer_is_empty (composer));
  press_send (v);
  g_assert_nonnull (strstr (myna_message_get_record (fixture_item (&v->base, 2))->attachments, "Ishmael"));
  fixture_requested (&v->base);
  fake_generator_end (v->base.engine, GLM_STOP_END);
  fixture_idle (&v->base);
  myna_conversation_view_set_conversation (view, other);
  myna_conversation_view_set_conversation (view, v->base.conversation);
  g_assert_true (myna_composer_is_empty (composer));
}

static GtkWidget *
question (View *v)
{
  return myna_chat_canvas_get_row (MYNA_CHAT_CANVAS (v->canvas), 0);
}

/* FALSE: there is none that can be pressed. */
static gboolean
press (GtkWidget *widget, const char *label)
{
  if (GTK_IS_BUTTON (widget) && g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), label) == 0)
    {
      if (!gtk_widget_is_sensitive (widget))
        return FALSE;
      g_signal_emit_by_name (widget, "clicked");
      return TRUE;
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child; child = gtk_widget_get_next_sibling (child))
    {
      if (press (child, label))
        return TRUE;
    }
  return FALSE;
}

/* What is edited has the keyboard. */
static GtkTextBuffer *
edit_question (View *v)
{
  GtkWidget *focus;

  g_assert_true (gtk_widget_activate_action (question (v), "message.edit", NULL));
  settle (v);
  focus = gtk_window_get_focus (GTK_WINDOW (v->window));
  g_assert_true (GTK_IS_TEXT_VIEW (focus) && gtk_widget_is_ancestor (focus, question (v)));
  return gtk_text_view_get_buffer (GTK_TEXT_VIEW (focus));
}

/* A question that is being edited waits in its chat; the program's end leaves it as the chat's draft. */
static void
test_edited_stays (View *v, gconstpointer data)
{
  MynaConversationView *view = MYNA_CONVERSATION_VIEW (v->view);
  g_autoptr (MynaConversation) other = myna_conversation_new (v->base.db, MYNA_GENERATOR (v->base.engine), 0);
  g_autofree char *stored = NULL, *written = NULL, *canceled = NULL;
  gint64 id;

  exchange (v, "q", "a");
  id = myna_conversation_get_id (v->base.conversation);
  gtk_text_buffer_set_text (edit_question (v), "q, better", -1);
  myna_conversation_view_set_conversation (view, other);
  myna_conversation_view_set_conversation (view, v->base.conversation);
  settle (v);
  g_assert_true (test_finds_text (question (v), "q, better"));

  reopen (v, id);
  stored = stored_draft (v, id);
  g_assert_cmpstr (stored, ==, "q, better");
  fixture_settle (&v->base);
  settle (v);
  g_assert_true (test_finds_text (question (v), "q, better"));
  written = composer_text (v);
  g_assert_cmpstr (written, ==, "");

  g_assert_true (press (question (v), "Cancel"));
  reopen (v, id);
  fixture_settle (&v->base);
  settle (v);
  canceled = stored_draft (v, id);
  g_assert_cmpstr (canceled, ==, NULL);
  g_assert_false (test_finds_text (question (v), "q, better"));
}

/* While a reply is written an edited question cannot be asked; it waits for that. */
static void
test_edited_while_busy (View *v, gconstpointer data)
{
  MynaComposer *composer = MYNA_COMPOSER (find_named (v->view, "composer"));
  g_autofree char *shown = NULL;

  exchange (v, "q", "a");
  gtk_text_buffer_set_text (edit_question (v), "q, better", -1);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (myna_composer_get_text_view (composer)), "another", -1);
  press_send (v);
  fixture_requested (&v->base);
  g_assert_false (press (question (v), "Send"));
  g_assert_true (test_finds_text (question (v), "q, better"));
  fake_generator_say (v->base.engine, "b");
  fake_generator_end (v->base.engine, GLM_STOP_END);
  fixture_idle (&v->base);
  g_assert_true (press (question (v), "Send"));
  fixture_requested (&v->base);
  fake_generator_say (v->base.engine, "c");
  fake_generator_end (v->base.engine, GLM_STOP_END);
  fixture_idle (&v->base);
  shown = fixture_shown (&v->base);
  g_assert_cmpstr (shown, ==, "u:q, better|a:c");
}

#define ADD(path, function) g_test_add ("/conversation-unsent/" path, View, NULL, view_set_up, function, view_tear_down)

int
main (int argc, char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  adw_init ();

  ADD ("too-early", test_too_early);
  ADD ("late-draft", test_late_draft);
  ADD ("attachment-stays", test_attachment_stays);
  ADD ("edited-stays", test_edited_stays);
  ADD ("edited-while-busy", test_edited_while_busy);
  return g_test_run ();
}
