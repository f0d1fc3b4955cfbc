/* myna-window-model.c: the models that a chat can have, and what is the matter with its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "window/myna-window-private.h"

#include <glib/gi18n.h>

#include "chat/models-menu.h"
#include "chat/notice.h"
#include "chat/remote-server-words.h"
#include "base/ui-compat.h"

void
myna_window_restore_model (MynaWindow *self, const char *path)
{
  g_autofree char *replaced = g_steal_pointer (&self->replaced_model);

  if (replaced && self->conversation && g_strcmp0 (myna_conversation_get_model (self->conversation), path) == 0)
    myna_conversation_set_model (self->conversation, *replaced ? replaced : NULL);
}

static void
show_notice (GtkWidget *banner, const MynaNotice *notice)
{
  if (notice)
    myna_banner_show (MYNA_BANNER (banner), notice->title, notice->body, notice->details, notice->button, notice->action,
                      notice->target);
  else
    myna_banner_hide (MYNA_BANNER (banner));
  if (notice && notice->refusal)
    myna_banner_add_button (MYNA_BANNER (banner), notice->refusal, notice->refused);
}

void
myna_window_update_card_banner (MynaWindow *self)
{
  g_autoptr (MynaNotice) notice = myna_notice_of_card (myna_core_get_cards (self->core));

  show_notice (self->card_banner, notice);
}

void
myna_window_update_model_banner (MynaWindow *self)
{
  GlmActor *actor = myna_model_library_get_actor (myna_core_get_models (self->core));
  MynaFailedModel failed;
  g_autoptr (MynaNotice) notice = NULL;

  if (g_strcmp0 (self->failed_model, glm_actor_get_model_path (actor)) == 0)
    g_clear_pointer (&self->failed_model, g_free);
  failed = (MynaFailedModel){ self->failed_model, self->load_error, self->failed_in };
  notice = myna_notice_of_model (self->core, self->conversation, self->failed_model ? &failed : NULL);
  show_notice (self->model_banner, notice);
}

void
myna_window_update_store_banner (MynaWindow *self)
{
  g_autoptr (MynaNotice) notice = myna_notice_of_store (self->core);

  show_notice (self->store_banner, notice);
}

void
myna_window_show_load_failure (MynaWindow *self, const char *path, GError *error)
{
  g_free (self->failed_model);
  self->failed_model = g_strdup (path);
  g_clear_error (&self->load_error);
  self->load_error = g_error_copy (error);
  self->failed_in = self->replaced_model ? self->conversation : NULL;
  myna_window_restore_model (self, path);
  myna_window_update_model_banner (self);
}

/* ---- Servers ---------------------------------------------------------------------------------------------------- */

typedef struct
{
  MynaWindow *window;
  MynaRemoteServer *server;
  guint sends;
} Question;

static void
server_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Question *question = user_data;

  if (myna_ask_finish (result))
    {
      myna_remote_server_allow (question->server, question->sends);
      myna_remote_servers_save (myna_core_get_servers (question->window->core), question->server);
      myna_core_ask_server_again (question->window->core, question->window->conversation, question->server);
    }
  g_object_unref (question->window);
  g_object_unref (question->server);
  g_free (question);
}

void
myna_window_ask_server (MynaWindow *self, MynaRemoteServer *server, guint sends)
{
  g_autofree char *heading = NULL;
  g_autofree char *body = myna_remote_server_describe_sends (sends);
  Question *question;

  /* Each window hears of it; one asks. */
  if (!gtk_window_is_active (GTK_WINDOW (self)) && self->conversation && !myna_conversation_get_busy (self->conversation))
    return;
  question = g_new (Question, 1);
  *question = (Question){ g_object_ref (self), g_object_ref (server), sends };
  heading = g_strdup_printf (_ ("Send to “%s”?"), myna_remote_server_get_name (server));
  myna_ask_async (GTK_WINDOW (self), MYNA_QUESTION_PLAIN, heading, body, _ ("_Send"), server_answered_cb, question);
}

/* ---- The menu of models ----------------------------------------------------------------------------------------- */

void
myna_window_fill_model_menu_cb (GtkMenuButton *button, gpointer user_data)
{
  MynaWindow *self = user_data;
  g_autoptr (GMenuModel) menu =
      myna_models_menu_new_choice (myna_core_get_models (self->core), myna_core_get_servers (self->core));

  gtk_menu_button_set_menu_model (button, menu);
}
