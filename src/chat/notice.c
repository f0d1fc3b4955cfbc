/* notice.c: a lasting problem, in words, with what the person can do about it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/notice.h"

#include <glib/gi18n.h>

#include "chat/myna-model-need.h"
#include "chat/myna-problem.h"

/* Takes title, body and a floating target. */
static MynaNotice *
new_notice (char *title, char *body, const char *details, const char *button, const char *action, GVariant *target)
{
  MynaNotice *self = g_new0 (MynaNotice, 1);

  self->title = title;
  self->body = body;
  self->details = g_strdup (details);
  self->button = button;
  self->action = action;
  self->target = target ? g_variant_ref_sink (target) : NULL;
  return self;
}

void
myna_notice_free (MynaNotice *self)
{
  if (!self)
    return;
  g_free (self->title);
  g_free (self->body);
  g_free (self->details);
  g_clear_pointer (&self->target, g_variant_unref);
  g_clear_pointer (&self->refused, g_variant_unref);
  g_free (self);
}

/* ---- The history ------------------------------------------------------------------------------------------------ */

/* What was lost comes first. */
static char *
describe_recovery (const StoreRecovery *recovery)
{
  GString *text = g_string_new (NULL);

  if (recovery->n_lost > 0)
    g_string_append_printf (text, ngettext ("%u message was lost.", "%u messages were lost.", recovery->n_lost),
                            recovery->n_lost);
  else
    g_string_append (text, _ ("No messages were lost."));
  if (recovery->n_cut > 0)
    {
      g_string_append_c (text, ' ');
      g_string_append_printf (text,
                              ngettext ("Only the beginning of %u message is left.",
                                        "Only the beginning of %u messages is left.", recovery->n_cut),
                              recovery->n_cut);
    }
  g_string_append_c (text, ' ');
  g_string_append_printf (text, _ ("The damaged file was kept as %s."), recovery->path);

  return g_string_free (text, FALSE);
}

MynaNotice *
myna_notice_of_store (MynaCore *core)
{
  const GError *error = myna_core_get_store_error (core);
  StoreDb *store = myna_core_get_store (core);
  gboolean can_read = store && store_is_read_only (store);

  if (error)
    {
      g_autofree char *words = myna_problem_describe (error);

      /* Translators: %s is a sentence that says why chats cannot be saved */
      return new_notice (g_strdup (can_read ? _ ("Your chats can only be read") : _ ("Your chats could not be opened")),
                         g_strdup_printf (can_read ? _ ("%s You can still use a temporary chat.") : "%s", words),
                         error->message, _ ("Try Again"), "app.reopen-history", NULL);
    }
  if (!store || !store_get_recovery (store))
    return NULL;
  return new_notice (g_strdup (_ ("Your chats were damaged and have been repaired")),
                     describe_recovery (store_get_recovery (store)), NULL, NULL, NULL, NULL);
}

/* ---- A chat's model --------------------------------------------------------------------------------------------- */

/* A file that is gone or wrong stays so: another model helps.  What the computer lacks may change. */
static gboolean
helps_to_try_again (const GError *error)
{
  return error->domain != GLM_ENGINE_ERROR || error->code == GLM_ERROR_NO_MEMORY || error->code == GLM_ERROR_IO
         || error->code == GLM_ERROR_NO_SPACE;
}

static MynaNotice *
new_of_failed (MynaModelLibrary *models, const MynaFailedModel *failed)
{
  g_autofree char *name = myna_model_library_describe (models, failed->path);
  gboolean again = helps_to_try_again (failed->error);

  return new_notice (g_strdup_printf (_ ("“%s” could not be loaded"), name), myna_problem_describe (failed->error),
                     failed->error->message, again ? _ ("Try Again") : _ ("Choose a Model"),
                     again ? "win.load-model" : "win.choose-model", again ? g_variant_new_string (failed->path) : NULL);
}

static MynaNotice *
new_of_crashed (MynaModelLibrary *models, const char *path)
{
  g_autofree char *name = myna_model_library_describe (models, path);

  return new_notice (g_strdup_printf (_ ("Myna quit unexpectedly while loading “%s”"), name),
                     g_strdup (_ ("It was not loaded again because it may need more memory than this computer has.")), path,
                     _ ("Load Anyway"), "win.load-model", g_variant_new_string (path));
}

/* Whether the person should know, before it is loaded or while it is, that a model is larger than the memory that is free. */
static MynaNotice *
new_of_large (MynaCore *core, const char *path)
{
  MynaModelLibrary *models = myna_core_get_models (core);
  GSettings *settings = myna_core_get_settings (core);
  gboolean loading = g_strcmp0 (myna_model_library_get_loading_path (models), path) == 0;
  g_autofree char *name = NULL, *warning = NULL;

  if (g_strcmp0 (path, glm_actor_get_model_path (myna_model_library_get_actor (models))) == 0)
    return NULL;
  warning = myna_model_need_dup_warning (myna_model_library_find (models, path), settings);
  if (!warning)
    return NULL;
  name = myna_model_library_describe (models, path);
  return new_notice (g_strdup_printf (_ ("“%s” is larger than the free memory"), name), g_steal_pointer (&warning), NULL,
                     loading ? _ ("Cancel Loading") : _ ("Choose a Model"), loading ? "win.cancel-load" : "win.choose-model",
                     NULL);
}

MynaNotice *
myna_notice_of_model (MynaCore *core, MynaConversation *conversation, const MynaFailedModel *failed)
{
  MynaModelLibrary *models = myna_core_get_models (core);
  const char *chosen = conversation ? myna_conversation_get_model (conversation) : NULL;
  const char *crashed = myna_model_library_get_crashed_path (models);

  if (myna_remote_server_is_path (chosen))
    return NULL;
  if (!chosen)
    chosen = myna_model_library_get_default_path (models);
  if (!myna_model_library_get_default_path (models))
    return new_notice (g_strdup (_ ("No Model Available")),
                       g_strdup (_ ("The starter model is missing. Add a model or reinstall Myna.")), NULL, _ ("Add a Model"),
                       "app.models", NULL);
  if (crashed && g_strcmp0 (chosen, crashed) == 0)
    return new_of_crashed (models, crashed);
  if (failed
      && (g_strcmp0 (chosen, failed->path) == 0 || (failed->conversation && failed->conversation == (gpointer) conversation)))
    return new_of_failed (models, failed);
  return new_of_large (core, chosen);
}

/* ---- The graphics card ------------------------------------------------------------------------------------------ */

static MynaNotice *
new_of_card (char *title, const char *body, const char *details, const char *button, const char *what)
{
  return new_notice (title, g_strdup (body), details, button, "app.card", g_variant_new_string (what));
}

static const char *
describe_unused (GlmErrorCode code)
{
  switch (code)
    {
    case GLM_ERROR_NO_MEMORY:
      return _ ("Too little of its memory is free for this model. Replies are written by the processor.");
    case GLM_ERROR_NOT_FOUND: return _ ("It was not found. Replies are written by the processor.");
    default: return _ ("It cannot run this model. Replies are written by the processor.");
    }
}

MynaNotice *
myna_notice_of_card (MynaCards *cards)
{
  const char *name, *details;
  GlmErrorCode code;
  MynaNotice *notice;

  switch (myna_cards_get_trouble (cards, &name, &code, &details))
    {
    case MYNA_CARD_OFFERED:
      /* Translators: %s is the name of a graphics card */
      return new_of_card (g_strdup_printf (_ ("“%s” can write replies faster"), name),
                          _ ("The graphics card has enough memory for this model. You can change this in Preferences."), NULL,
                          _ ("Use It"), "use");
    case MYNA_CARD_CRASHED:
      notice = new_of_card (g_strdup (_ ("Myna closed while it used the graphics card")),
                            _ ("The card is not used for now. Replies are written by the processor."), details, _ ("Try Again"),
                            "again");
      notice->refusal = _ ("Keep Off");
      notice->refused = g_variant_ref_sink (g_variant_new_string ("off"));
      return notice;
    case MYNA_CARD_LOST:
      return new_of_card (g_strdup (_ ("The graphics card failed")),
                          _ ("The processor went on with the reply. Nothing was lost."), details, _ ("Try Again"), "again");
    case MYNA_CARD_UNUSED:
      return new_of_card (g_strdup_printf (_ ("“%s” is not used"), name), describe_unused (code), details, _ ("Try Again"),
                          "again");
    case MYNA_CARD_FINE:
    default: return NULL;
    }
}
