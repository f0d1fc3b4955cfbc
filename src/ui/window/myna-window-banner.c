/* myna-window-banner.c: what the window says of a history or a model that cannot be used
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gi18n.h>

#include "chat/myna-problem.h"
#include "window/myna-window-private.h"

/* What was lost comes first. */
static char *
describe_recovery (const StoreRecovery *recovery)
{
  GString *text = g_string_new (NULL);

  if (recovery->n_lost > 0)
    g_string_append_printf (text, ngettext ("%u message is lost.", "%u messages are lost.", recovery->n_lost),
                            recovery->n_lost);
  else
    g_string_append (text, _ ("No message is known to be lost."));
  if (recovery->n_cut > 0)
    {
      g_string_append_c (text, ' ');
      g_string_append_printf (text,
                              ngettext ("Of %u message only the beginning is left.",
                                        "Of %u messages only the beginning is left.", recovery->n_cut),
                              recovery->n_cut);
    }
  g_string_append_c (text, ' ');
  g_string_append_printf (text, _ ("The damaged file was kept as %s."), recovery->path);

  return g_string_free (text, FALSE);
}

void
myna_window_update_store_banner (MynaWindow *self)
{
  const GError *error = myna_core_get_store_error (self->core);
  StoreDb *store = myna_core_get_store (self->core);
  g_autofree char *body = NULL;

  if (error)
    {
      body = myna_problem_describe (error);
      myna_banner_show (MYNA_BANNER (self->store_banner),
                        store && store_is_read_only (store) ? _ ("Your chats can be read, but nothing new is saved")
                                                            : _ ("Your chats could not be opened"),
                        body, error->message, _ ("Try again"), "app.reopen-history", NULL);
    }
  else if (store && store_get_recovery (store))
    {
      body = describe_recovery (store_get_recovery (store));
      myna_banner_show (MYNA_BANNER (self->store_banner), _ ("Your chats were damaged and have been repaired"), body, NULL,
                        NULL, NULL, NULL);
    }
  else
    {
      myna_banner_hide (MYNA_BANNER (self->store_banner));
    }
}

void
myna_window_show_store_failure (MynaWindow *self, GError *error)
{
  g_autofree char *body = myna_problem_describe (error);

  myna_banner_show (MYNA_BANNER (self->store_banner), _ ("Something could not be saved"), body, error->message, NULL, NULL,
                    NULL);
}

void
myna_window_restore_model (MynaWindow *self, const char *path)
{
  g_autofree char *replaced = g_steal_pointer (&self->replaced_model);

  if (replaced && self->conversation && g_strcmp0 (myna_conversation_get_model (self->conversation), path) == 0)
    myna_conversation_set_model (self->conversation, *replaced ? replaced : NULL);
}

void
myna_window_show_load_failure (MynaWindow *self, const char *path, GError *error)
{
  MynaModelLibrary *models = myna_core_get_models (self->core);
  g_autofree char *name = myna_model_library_describe (models, path);
  g_autofree char *title = g_strdup_printf (_ ("“%s” could not be loaded"), name);
  g_autofree char *body = myna_problem_describe (error);

  myna_window_restore_model (self, path);
  myna_banner_show (MYNA_BANNER (self->model_banner), title, body, error->message, _ ("Try again"), "win.load-model",
                    g_variant_new_string (path));
}

void
myna_window_check_model (MynaWindow *self)
{
  MynaModelLibrary *models = myna_core_get_models (self->core);
  const char *crashed = myna_model_library_get_crashed_path (models);
  g_autofree char *name = NULL;
  g_autofree char *title = NULL;

  if (!myna_model_library_get_default_path (models))
    {
      myna_banner_show (MYNA_BANNER (self->model_banner), _ ("There is no model to answer you"),
                        _ ("The starter model is missing from this installation. Add a model, or install Myna again."), NULL,
                        NULL, NULL, NULL);
    }
  else if (crashed)
    {
      name = myna_model_library_describe (models, crashed);
      title = g_strdup_printf (_ ("Myna ended unexpectedly while loading “%s”"), name);
      myna_banner_show (MYNA_BANNER (self->model_banner), title,
                        _ ("So it was not loaded again. It may need more memory than this computer has."), crashed,
                        _ ("Load it anyway"), "win.load-model", g_variant_new_string (crashed));
    }
}
