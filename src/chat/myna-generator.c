/* myna-generator.c: what a conversation needs of an engine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-generator.h"

G_DEFINE_INTERFACE (MynaGenerator, myna_generator, G_TYPE_OBJECT)

static void
myna_generator_default_init (MynaGeneratorInterface *iface)
{
  g_signal_new ("context-length-changed", MYNA_TYPE_GENERATOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

void
myna_recipe_copy (MynaRecipe *self, const MynaRecipe *other)
{
  *self = *other;
  self->store = g_object_ref (other->store);
  self->python = myna_python_hold (other->python);
  self->model = g_strdup (other->model);
  self->settings = g_strdup (other->settings);
}

void
myna_recipe_clear (MynaRecipe *self)
{
  g_clear_object (&self->store);
  g_clear_object (&self->python);
  g_clear_pointer ((char **) &self->model, g_free);
  g_clear_pointer ((char **) &self->settings, g_free);
}

guint64
myna_generator_generate (MynaGenerator *self, const MynaRecipe *recipe, const GlmRequest *request, const GlmRequestFuncs *funcs,
                         gpointer user_data, GDestroyNotify destroy)
{
  g_return_val_if_fail (MYNA_IS_GENERATOR (self), 0);

  return MYNA_GENERATOR_GET_IFACE (self)->generate (self, recipe, request, funcs, user_data, destroy);
}

guint64
myna_generator_read_ahead (MynaGenerator *self, const MynaRecipe *recipe, const GlmRequest *request,
                           const GlmRequestFuncs *funcs, gpointer user_data, GDestroyNotify destroy)
{
  MynaGeneratorInterface *iface;
  guint64 id;

  g_return_val_if_fail (MYNA_IS_GENERATOR (self), 0);

  iface = MYNA_GENERATOR_GET_IFACE (self);
  id = iface->read_ahead ? iface->read_ahead (self, recipe, request, funcs, user_data, destroy) : 0;
  if (!id)
    destroy (user_data);
  return id;
}

void
myna_generator_cancel (MynaGenerator *self, guint64 request_id)
{
  g_return_if_fail (MYNA_IS_GENERATOR (self));

  MYNA_GENERATOR_GET_IFACE (self)->cancel (self, request_id);
}

void
myna_generator_answer (MynaGenerator *self, guint64 request_id)
{
  g_return_if_fail (MYNA_IS_GENERATOR (self));

  MYNA_GENERATOR_GET_IFACE (self)->answer (self, request_id);
}

int
myna_generator_get_context_length (MynaGenerator *self)
{
  g_return_val_if_fail (MYNA_IS_GENERATOR (self), 0);

  return MYNA_GENERATOR_GET_IFACE (self)->get_context_length (self);
}

const char *
myna_generator_get_model_name (MynaGenerator *self)
{
  g_return_val_if_fail (MYNA_IS_GENERATOR (self), NULL);

  return MYNA_GENERATOR_GET_IFACE (self)->get_model_name (self);
}

const GlmModelInfo *
myna_generator_get_model_info (MynaGenerator *self)
{
  MynaGeneratorInterface *iface;

  g_return_val_if_fail (MYNA_IS_GENERATOR (self), NULL);

  iface = MYNA_GENERATOR_GET_IFACE (self);
  return iface->get_model_info ? iface->get_model_info (self) : NULL;
}

const GlmModelInfo *
myna_generator_find_model_info (MynaGenerator *self, const char *path)
{
  g_return_val_if_fail (MYNA_IS_GENERATOR (self), NULL);

  return MYNA_GENERATOR_GET_IFACE (self)->find_model_info (self, path);
}

void
myna_generator_count_tools_async (MynaGenerator *self, const char *path, const GlmToolSet *tools, GCancellable *cancellable,
                                  GAsyncReadyCallback callback, gpointer user_data)
{
  g_return_if_fail (MYNA_IS_GENERATOR (self));

  MYNA_GENERATOR_GET_IFACE (self)->count_tools_async (self, path, tools, cancellable, callback, user_data);
}

MynaGenerator *
myna_generator_find (MynaGenerator *self, const char *path)
{
  MynaGeneratorInterface *iface;

  g_return_val_if_fail (MYNA_IS_GENERATOR (self), NULL);

  iface = MYNA_GENERATOR_GET_IFACE (self);
  return iface->find ? iface->find (self, path) : self;
}

gboolean
myna_generator_count_tools_finish (MynaGenerator *self, GAsyncResult *result, gsize *ret_n_tokens, GError **error)
{
  gssize n = g_task_propagate_int (G_TASK (result), error);

  *ret_n_tokens = n > 0 ? (gsize) n : 0;
  return n >= 0;
}
