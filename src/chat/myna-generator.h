/* myna-generator.h: what a conversation needs of an engine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The core implements it; tests have a generator that says what they want.
 */
#pragma once

#include "chat/myna-python.h"
#include "engine/actor/glm-actor.h"
#include "storage/storage.h"

G_BEGIN_DECLS

#define MYNA_TYPE_GENERATOR (myna_generator_get_type ())
G_DECLARE_INTERFACE (MynaGenerator, myna_generator, MYNA, GENERATOR, GObject)

/* What a conversation wants its replies made with.  The generator looks up what that is. */
typedef struct
{
  const char *model;    /* path; NULL: the default */
  const char *settings; /* the conversation's, as JSON; NULL: none */
  /* Together the conversation whose evaluated state is used and kept; id or created_at 0: none. */
  StoreDb *store;
  gint64 id, created_at;
  MynaPython *python;       /* NULL: not in this mode */
  gboolean has_attachments; /* among what the model reads */
} MynaRecipe;

/* Owns what it points to, until it is cleared. */
void myna_recipe_copy (MynaRecipe *self, const MynaRecipe *other);
void myna_recipe_clear (MynaRecipe *self);

/* The contracts of the functions of the same names in glm-actor.h. */
struct _MynaGeneratorInterface
{
  GTypeInterface parent;

  guint64 (*generate) (MynaGenerator *self, const MynaRecipe *recipe, const GlmRequest *request, const GlmRequestFuncs *funcs,
                       gpointer user_data, GDestroyNotify destroy);
  void (*cancel) (MynaGenerator *self, guint64 request_id);
  void (*answer) (MynaGenerator *self, guint64 request_id);
  int (*get_context_length) (MynaGenerator *self);
  const char *(*get_model_name) (MynaGenerator *self);
  const GlmModelInfo *(*get_model_info) (MynaGenerator *self); /* NULL: nothing is known of any model */
  const GlmModelInfo *(*find_model_info) (MynaGenerator *self, const char *path);
  void (*count_tools_async) (MynaGenerator *self, const char *path, const GlmToolSet *tools, GCancellable *cancellable,
                             GAsyncReadyCallback callback, gpointer user_data);
  MynaGenerator *(*find) (MynaGenerator *self, const char *path); /* NULL: it makes replies with any model */
  guint64 (*read_ahead) (MynaGenerator *self, const MynaRecipe *recipe, const GlmRequest *request, const GlmRequestFuncs *funcs,
                         gpointer user_data, GDestroyNotify destroy); /* NULL: it never does */
};

/* The request has turns, begun reply and fit; the recipe says the model, the sampling and the session's file.  recipe NULL:
 * the model that is loaded, the request's sampling, and no file. */
guint64 myna_generator_generate (MynaGenerator *self, const MynaRecipe *recipe, const GlmRequest *request,
                                 const GlmRequestFuncs *funcs, gpointer user_data, GDestroyNotify destroy);
/* See GlmRequest.is_ahead.  0: nothing is done, and user_data is destroyed: the model is not loaded as the recipe has it, or it is not
 * on this computer. */
guint64 myna_generator_read_ahead (MynaGenerator *self, const MynaRecipe *recipe, const GlmRequest *request,
                                   const GlmRequestFuncs *funcs, gpointer user_data, GDestroyNotify destroy);
void myna_generator_cancel (MynaGenerator *self, guint64 request_id);
void myna_generator_answer (MynaGenerator *self, guint64 request_id);
/* Tokens the model can hold, or 0 where none is loaded.  The signal "context-length-changed" tells when it is another. */
int myna_generator_get_context_length (MynaGenerator *self);
/* Display name of the model, or NULL where none is loaded. */
const char *myna_generator_get_model_name (MynaGenerator *self);
/* What is loaded, or NULL; valid until another model is. */
const GlmModelInfo *myna_generator_get_model_info (MynaGenerator *self);
/* What is known of a model, which need not be loaded: a path, or NULL for the default.  NULL: nothing; else valid until the models
 * change. */
const GlmModelInfo *myna_generator_find_model_info (MynaGenerator *self, const char *path);
/* By how many tokens these tools lengthen a prompt for the model with this path, or the default.  G_IO_ERROR_NOT_FOUND: another
 * model is loaded, or none. */
void myna_generator_count_tools_async (MynaGenerator *self, const char *path, const GlmToolSet *tools,
                                       GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* What makes replies with the model of this path (NULL: the default): itself, or another one, which lives as long as it does. */
MynaGenerator *myna_generator_find (MynaGenerator *self, const char *path);
gboolean myna_generator_count_tools_finish (MynaGenerator *self, GAsyncResult *result, gsize *ret_n_tokens, GError **error);

G_END_DECLS
