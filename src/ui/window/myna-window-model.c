/* myna-window-model.c: the models that a chat can have, and what is the matter with its own
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "window/myna-window-private.h"

#include <glib/gi18n.h>

#include "chat/myna-model-need.h"
#include "chat/myna-problem.h"
#include "base/ui-compat.h"

void
myna_window_restore_model (MynaWindow *self, const char *path)
{
  g_autofree char *replaced = g_steal_pointer (&self->replaced_model);

  if (replaced && self->conversation && g_strcmp0 (myna_conversation_get_model (self->conversation), path) == 0)
    myna_conversation_set_model (self->conversation, *replaced ? replaced : NULL);
}

/* A file that is gone or wrong stays so: another model helps.  What the computer lacks may change. */
static gboolean
helps_to_try_again (const GError *error)
{
  return error->domain != GLM_ENGINE_ERROR || error->code == GLM_ERROR_NO_MEMORY || error->code == GLM_ERROR_IO
         || error->code == GLM_ERROR_NO_SPACE;
}

static void
show_failed_model (MynaWindow *self)
{
  g_autofree char *name = myna_model_library_describe (myna_core_get_models (self->core), self->failed_model);
  g_autofree char *title = g_strdup_printf (_ ("“%s” could not be loaded"), name);
  g_autofree char *body = myna_problem_describe (self->load_error);
  gboolean again = helps_to_try_again (self->load_error);

  myna_banner_show (MYNA_BANNER (self->model_banner), title, body, self->load_error->message,
                    again ? _ ("Try Again") : _ ("Choose a Model"), again ? "win.load-model" : "win.choose-model",
                    again ? g_variant_new_string (self->failed_model) : NULL);
}

static void
show_crashed_model (MynaWindow *self, const char *path)
{
  g_autofree char *name = myna_model_library_describe (myna_core_get_models (self->core), path);
  g_autofree char *title = g_strdup_printf (_ ("Myna quit unexpectedly while loading “%s”"), name);

  myna_banner_show (MYNA_BANNER (self->model_banner), title,
                    _ ("It was not loaded again because it may need more memory than this computer has."), path,
                    _ ("Load Anyway"), "win.load-model", g_variant_new_string (path));
}

/* Whether the person should know, before it is loaded or while it is, that a model is larger than the memory that is free. */
static gboolean
show_large_model (MynaWindow *self, const char *path)
{
  MynaModelLibrary *models = myna_core_get_models (self->core);
  const char *loading = myna_model_library_get_loading_path (models);
  g_autofree char *name = NULL, *title = NULL, *body = NULL;
  MynaModelNeed need;

  if (!g_settings_get_boolean (self->settings, "memory-guard")
      || g_strcmp0 (path, glm_actor_get_model_path (myna_model_library_get_actor (models))) == 0
      || !myna_model_need_of_entry (&need, myna_model_library_find (models, path),
                                    (int) g_settings_get_uint (self->settings, "context-length"))
      || !myna_model_need_is_too_much (&need))
    return FALSE;
  name = myna_model_library_describe (models, path);
  title = g_strdup_printf (_ ("“%s” is larger than the free memory"), name);
  body = myna_model_need_describe (&need);
  if (g_strcmp0 (loading, path) == 0)
    myna_banner_show (MYNA_BANNER (self->model_banner), title, body, NULL, _ ("Cancel Loading"), "win.cancel-load", NULL);
  else
    myna_banner_show (MYNA_BANNER (self->model_banner), title, body, NULL, _ ("Choose a Model"), "win.choose-model", NULL);
  return TRUE;
}

/* What is the matter with the model of the chat that is shown: chats of other models have nothing to do with it. */
void
myna_window_update_model_banner (MynaWindow *self)
{
  MynaModelLibrary *models = myna_core_get_models (self->core);
  const char *chosen = self->conversation ? myna_conversation_get_model (self->conversation) : NULL;
  const char *crashed = myna_model_library_get_crashed_path (models);

  if (myna_remote_server_is_path (chosen))
    {
      myna_banner_hide (MYNA_BANNER (self->model_banner));
      return;
    }
  if (!chosen)
    chosen = myna_model_library_get_default_path (models);
  if (g_strcmp0 (self->failed_model, glm_actor_get_model_path (myna_model_library_get_actor (models))) == 0)
    g_clear_pointer (&self->failed_model, g_free);
  if (!myna_model_library_get_default_path (models))
    myna_banner_show (MYNA_BANNER (self->model_banner), _ ("No Model Available"),
                      _ ("The starter model is missing. Add a model or reinstall Myna."), NULL, _ ("Add a Model"), "app.models",
                      NULL);
  else if (crashed && g_strcmp0 (chosen, crashed) == 0)
    show_crashed_model (self, crashed);
  else if (self->failed_model
           && (g_strcmp0 (chosen, self->failed_model) == 0 || (self->failed_in && self->failed_in == self->conversation)))
    show_failed_model (self);
  else if (!show_large_model (self, chosen))
    myna_banner_hide (MYNA_BANNER (self->model_banner));
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

/* The reply that failed for want of the answer, in the chat that is shown. */
static void
send_again (MynaWindow *self, MynaRemoteServer *server)
{
  guint n = self->conversation ? g_list_model_get_n_items (G_LIST_MODEL (self->conversation)) : 0;
  g_autoptr (MynaMessage) message = n > 0 ? g_list_model_get_item (G_LIST_MODEL (self->conversation), n - 1) : NULL;
  const char *model;

  if (message && myna_message_get_state (message) == STORE_STATE_FAILED
      && myna_remote_servers_find_by_path (myna_core_get_servers (self->core), myna_conversation_get_model (self->conversation),
                                           &model)
             == server)
    myna_conversation_retry (self->conversation, message);
}

static void
server_answered_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Question *question = user_data;

  if (myna_ask_finish (result))
    {
      myna_remote_server_allow (question->server, question->sends);
      myna_remote_servers_save (myna_core_get_servers (question->window->core), question->server);
      send_again (question->window, question->server);
    }
  g_object_unref (question->window);
  g_object_unref (question->server);
  g_free (question);
}

void
myna_window_ask_server (MynaWindow *self, MynaRemoteServer *server, guint sends)
{
  g_autofree char *heading = NULL;
  g_autoptr (GString) body = g_string_new (NULL);
  Question *question;

  /* Each window hears of it; one asks. */
  if (!gtk_window_is_active (GTK_WINDOW (self)) && self->conversation && !myna_conversation_get_busy (self->conversation))
    return;
  question = g_new (Question, 1);
  *question = (Question){ g_object_ref (self), g_object_ref (server), sends };
  heading = g_strdup_printf (_ ("Send to “%s”?"), myna_remote_server_get_name (server));
  if (sends & MYNA_SENDS_TEMPORARY)
    g_string_append (body, _ ("This is a temporary chat. Myna does not keep it, but the server may."));
  if (sends & MYNA_SENDS_ATTACHMENTS)
    g_string_append_printf (body, "%s%s", body->len ? "\n\n" : "",
                            _ ("The chat contains attached files, which are sent, too."));
  if (sends & MYNA_SENDS_RESULTS)
    g_string_append_printf (body, "%s%s", body->len ? "\n\n" : "",
                            _ ("What tools have found out on this computer is sent, too."));
  g_string_append_printf (body, "\n\n%s", _ ("You will not be asked about this again for this server."));
  myna_ask_async (GTK_WINDOW (self), MYNA_QUESTION_PLAIN, heading, body->str, _ ("_Send"), server_answered_cb, question);
}

/* ---- The menu of models ----------------------------------------------------------------------------------------- */

static void
append_model (GMenu *menu, const char *label, const char *path)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, "win.try-model", "s", path);
  g_menu_append_item (menu, item);
}

static void
append_servers (MynaWindow *self, GMenu *menu)
{
  GListModel *servers = G_LIST_MODEL (myna_core_get_servers (self->core));

  for (guint i = 0; myna_remote_link_is_there () && i < g_list_model_get_n_items (servers); i++)
    {
      g_autoptr (MynaRemoteServer) server = g_list_model_get_item (servers, i);
      const char *const *names = myna_remote_server_get_models (server);
      g_autoptr (GMenu) section = g_menu_new ();

      for (; *names; names++)
        {
          g_autofree char *path = myna_remote_server_make_path (server, *names);

          append_model (section, *names, path);
        }
      g_menu_append_section (menu, myna_remote_server_get_name (server), G_MENU_MODEL (section));
    }
}

void
myna_window_fill_model_menu_cb (GtkMenuButton *button, gpointer user_data)
{
  MynaWindow *self = user_data;
  GListModel *entries = myna_model_library_get_entries (myna_core_get_models (self->core));
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenu) models = g_menu_new ();
  g_autoptr (GMenu) more = g_menu_new ();

  append_model (models, _ ("Default Model"), "");
  for (guint i = 0; i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr (MynaModelEntry) entry = g_list_model_get_item (entries, i);

      if (myna_model_entry_get_status (entry) == MYNA_MODEL_READABLE)
        append_model (models, myna_model_entry_get_title (entry), myna_model_entry_get_path (entry));
    }
  g_menu_append_section (menu, _ ("Model for This Chat"), G_MENU_MODEL (models));
  append_servers (self, menu);
  if (myna_model_library_get_loading_path (myna_core_get_models (self->core)))
    g_menu_append (more, _ ("_Cancel Loading"), "win.cancel-load");
  g_menu_append (more, _ ("_Models…"), "app.models");
  g_menu_append_section (menu, NULL, G_MENU_MODEL (more));
  gtk_menu_button_set_menu_model (button, G_MENU_MODEL (menu));
}
