/* fake-generator.c: a generator that says what the test wants, when it wants
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fake-generator.h"

#include <string.h>

typedef struct
{
  guint64 id;
  GlmRequestFuncs funcs;
  gpointer user_data;
  GDestroyNotify destroy;
  GlmPlanned planned;
  gboolean begun;
  gsize n_prompt, n_generated;
} Request;

struct _FakeGenerator
{
  GObject parent_instance;

  GQueue requests;
  Request *ahead; /* what it reads ahead, or NULL … */
  char *ahead_prompt;
  guint n_ahead; /* … so often it was asked to */
  Request *late; /* the last cancelled one, kept for fake_generator_say_late() */
  guint64 last_id;
  char *prompt;
  char *settings;
  char *model;
  guint n_planned, n_answers;
  gboolean no_thoughts;
  char *tools;
  GlmModelInfo info;
  int context_length;
};

static void fake_generator_iface_init (MynaGeneratorInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (FakeGenerator, fake_generator, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MYNA_TYPE_GENERATOR, fake_generator_iface_init))

static void
request_free (Request *request)
{
  if (!request)
    return;
  if (request->destroy)
    request->destroy (request->user_data);
  g_free (request);
}

/* As glm_model_fit() chooses, with bytes for tokens: *ret_n are those of the turns from the result on. */
static gsize
fit (const GlmTurn *turns, gsize n_turns, int length, gsize *ret_n)
{
  gsize first = 0, system = 0, n = 0;

  if (n_turns > 0 && g_str_equal (turns[0].role, "system"))
    system = strlen (turns[0].content);
  for (gsize i = 0; i < n_turns; i++)
    n += strlen (turns[i].content);
  *ret_n = n;
  if (length <= 0 || n * 8 <= (gsize) length * 7)
    return 0;
  n = system;
  for (gsize i = n_turns; i > (system ? 1 : 0); i--)
    {
      n += strlen (turns[i - 1].content);
      if (!g_str_equal (turns[i - 1].role, "user") || (first && n * 10 > (gsize) length * 6))
        continue;
      first = i - 1;
      *ret_n = n;
    }
  return first;
}

static gsize
count_tools (const GlmToolSet *tools)
{
  gsize n = 0;

  for (gsize i = 0; tools && i < tools->n_tools; i++)
    n += strlen (tools->tools[i].name) + strlen (tools->tools[i].description) + strlen (tools->tools[i].schema);
  return n;
}

/* A prompt that is not to be answered. */
static gboolean
plan_cb (gpointer user_data)
{
  Request *request = user_data;
  const GlmResult result = { .n_prompt = request->n_prompt };

  request->funcs.planned (&request->planned, request->user_data);
  request->funcs.ended (&result, NULL, request->user_data);
  return G_SOURCE_REMOVE;
}

static guint64
plan (FakeGenerator *self, const GlmRequest *asked, const GlmRequestFuncs *funcs, gpointer user_data, GDestroyNotify destroy)
{
  Request *request = g_new0 (Request, 1);

  fit (asked->turns, asked->n_turns, self->context_length, &request->n_prompt);
  request->n_prompt += count_tools (asked->fit.tools);
  request->id = ++self->last_id;
  request->funcs = *funcs;
  request->user_data = user_data;
  request->destroy = destroy;
  request->planned = (GlmPlanned){ 0, request->n_prompt, self->context_length };
  self->n_planned++;
  g_idle_add_full (G_PRIORITY_DEFAULT, plan_cb, request, (GDestroyNotify) request_free);
  return request->id;
}

static void
note_tools (FakeGenerator *self, const GlmToolSet *tools)
{
  GString *names = g_string_new (NULL);

  for (gsize i = 0; tools && i < tools->n_tools; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? "," : "", tools->tools[i].name);
  if (tools && tools->interpreter)
    g_string_append_printf (names, "%s(programs)", names->len > 0 ? "," : "");
  g_free (self->tools);
  self->tools = g_string_free (names, FALSE);
}

/* As for fake_generator_get_prompt(). */
static char *
write_turns (const GlmRequest *asked, gsize first)
{
  GString *prompt = g_string_new (NULL);

  for (gsize i = 0; i < asked->n_turns; i++)
    if (i >= first || g_str_equal (asked->turns[i].role, "system"))
      g_string_append_printf (prompt, "%s%s%s%s%s:%s", prompt->len ? "|" : "", asked->turns[i].role,
                              asked->turns[i].metadata ? "=" : "", asked->turns[i].metadata ? asked->turns[i].metadata : "",
                              asked->turns[i].arguments ? asked->turns[i].arguments : "", asked->turns[i].content);
  if (asked->reply)
    g_string_append_printf (prompt, "+%s", asked->reply);
  return g_string_free (prompt, FALSE);
}

static Request *
request_new (FakeGenerator *self, const GlmRequestFuncs *funcs, gpointer user_data, GDestroyNotify destroy)
{
  Request *request = g_new0 (Request, 1);

  request->id = ++self->last_id;
  request->funcs = *funcs;
  request->user_data = user_data;
  request->destroy = destroy;
  return request;
}

static guint64
read_ahead (MynaGenerator *generator, const MynaRecipe *recipe, const GlmRequest *asked, const GlmRequestFuncs *funcs,
            gpointer user_data, GDestroyNotify destroy)
{
  FakeGenerator *self = FAKE_GENERATOR (generator);

  g_assert_null (self->ahead);
  g_free (self->ahead_prompt);
  self->ahead_prompt = write_turns (asked, 0);
  self->ahead = request_new (self, funcs, user_data, destroy);
  self->n_ahead++;
  return self->ahead->id;
}

static guint64
generate (MynaGenerator *generator, const MynaRecipe *recipe, const GlmRequest *asked, const GlmRequestFuncs *funcs,
          gpointer user_data, GDestroyNotify destroy)
{
  FakeGenerator *self = FAKE_GENERATOR (generator);
  Request *request;
  gsize first;

  if (asked->only_plan)
    return plan (self, asked, funcs, user_data, destroy);
  request = request_new (self, funcs, user_data, destroy);
  first = fit (asked->turns, asked->n_turns, self->context_length, &request->n_prompt);

  g_free (self->model);
  self->model = g_strdup (recipe ? recipe->model : NULL);
  self->no_thoughts = asked->fit.no_thoughts;
  note_tools (self, asked->fit.tools);
  g_free (self->prompt);
  self->prompt = write_turns (asked, first);
  g_free (self->settings);
  self->settings = g_strdup (recipe ? recipe->settings : NULL);
  request->planned = (GlmPlanned){ first, request->n_prompt, self->context_length };
  g_queue_push_tail (&self->requests, request);
  return request->id;
}

/* The request that is spoken for, which has been told what was taken. */
static Request *
begin (FakeGenerator *self)
{
  Request *request = g_queue_peek_head (&self->requests);

  if (request && !request->begun && request->funcs.planned)
    request->funcs.planned (&request->planned, request->user_data);
  request->begun = TRUE;
  return request;
}

static void
finish (FakeGenerator *self, GlmStopReason reason, const GError *error)
{
  Request *request = g_queue_pop_head (&self->requests);
  GlmResult result = {
    .reason = reason,
    .stop_id = -1,
    .n_prompt = request->n_prompt,
    .n_generated = request->n_generated,
    .first_token_seconds = 0.25,
    .generate_seconds = 0.5,
  };

  request->funcs.ended (error ? NULL : &result, error, request->user_data);
  if (reason == GLM_STOP_CANCELLED && !error)
    {
      g_clear_pointer (&self->late, request_free);
      self->late = request;
    }
  else
    request_free (request);
}

static gboolean
cancelled_cb (gpointer user_data)
{
  FakeGenerator *self = user_data;

  if (!g_queue_is_empty (&self->requests))
    finish (self, GLM_STOP_CANCELLED, NULL);
  return G_SOURCE_REMOVE;
}

static gboolean
end_ahead_cb (gpointer user_data)
{
  fake_generator_end_ahead (user_data, GLM_STOP_CANCELLED);
  return G_SOURCE_REMOVE;
}

/* Like the real one: the end comes later, from the main loop. */
static void
cancel (MynaGenerator *generator, guint64 request_id)
{
  FakeGenerator *self = FAKE_GENERATOR (generator);

  if (self->ahead && self->ahead->id == request_id)
    g_idle_add_full (G_PRIORITY_DEFAULT, end_ahead_cb, g_object_ref (self), g_object_unref);
  for (GList *l = self->requests.head; l; l = l->next)
    if (((Request *) l->data)->id == request_id)
      {
        g_idle_add_full (G_PRIORITY_DEFAULT, cancelled_cb, g_object_ref (self), g_object_unref);
        return;
      }
}

static void
answer (MynaGenerator *generator, guint64 request_id)
{
  FAKE_GENERATOR (generator)->n_answers++;
}

static int
get_context_length (MynaGenerator *generator)
{
  return FAKE_GENERATOR (generator)->context_length;
}

static const char *
get_model_name (MynaGenerator *generator)
{
  return "Parrot";
}

static const GlmModelInfo *
get_model_info (MynaGenerator *generator)
{
  return &FAKE_GENERATOR (generator)->info;
}

static const GlmModelInfo *
find_model_info (MynaGenerator *generator, const char *path)
{
  return &FAKE_GENERATOR (generator)->info;
}

/* Bytes for tokens, as everywhere here. */
static void
count_tools_async (MynaGenerator *generator, const char *path, const GlmToolSet *tools, GCancellable *cancellable,
                   GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (generator, cancellable, callback, user_data);

  if (FAKE_GENERATOR (generator)->context_length > 0)
    g_task_return_int (task, (gssize) count_tools (tools));
  else
    g_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "The model is not loaded");
}

static void
fake_generator_iface_init (MynaGeneratorInterface *iface)
{
  iface->generate = generate;
  iface->cancel = cancel;
  iface->answer = answer;
  iface->read_ahead = read_ahead;
  iface->get_context_length = get_context_length;
  iface->get_model_name = get_model_name;
  iface->get_model_info = get_model_info;
  iface->find_model_info = find_model_info;
  iface->count_tools_async = count_tools_async;
}

static void
fake_generator_finalize (GObject *object)
{
  FakeGenerator *self = FAKE_GENERATOR (object);

  g_queue_clear_full (&self->requests, (GDestroyNotify) request_free);
  request_free (self->late);
  request_free (self->ahead);
  g_free (self->ahead_prompt);
  g_free (self->prompt);
  g_free (self->model);
  g_free (self->settings);
  g_free (self->tools);
  G_OBJECT_CLASS (fake_generator_parent_class)->finalize (object);
}

static void
fake_generator_class_init (FakeGeneratorClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fake_generator_finalize;
}

static void
fake_generator_init (FakeGenerator *self)
{
  g_queue_init (&self->requests);
  self->info.calling = GLM_CALLING_TRAINED;
}

FakeGenerator *
fake_generator_new (void)
{
  return g_object_new (FAKE_TYPE_GENERATOR, NULL);
}

guint
fake_generator_n_requests (FakeGenerator *self)
{
  return self->requests.length;
}

const char *
fake_generator_get_prompt (FakeGenerator *self)
{
  return self->prompt;
}

const char *
fake_generator_get_model (FakeGenerator *self)
{
  return self->model;
}

guint
fake_generator_n_planned (FakeGenerator *self)
{
  return self->n_planned;
}

const char *
fake_generator_get_settings (FakeGenerator *self)
{
  return self->settings;
}

const char *
fake_generator_get_tools (FakeGenerator *self)
{
  return self->tools ? self->tools : "";
}

guint
fake_generator_n_answers (FakeGenerator *self)
{
  return self->n_answers;
}

gboolean
fake_generator_get_no_thoughts (FakeGenerator *self)
{
  return self->no_thoughts;
}

GlmModelInfo *
fake_generator_edit_info (FakeGenerator *self)
{
  return &self->info;
}

void
fake_generator_write (FakeGenerator *self, GlmReplyKind kind, const char *piece)
{
  Request *request = begin (self);

  request->n_generated++;
  request->funcs.piece (kind, piece, request->user_data);
}

void
fake_generator_say (FakeGenerator *self, const char *piece)
{
  fake_generator_write (self, GLM_REPLY_TEXT, piece);
}

void
fake_generator_say_late (FakeGenerator *self, const char *piece)
{
  self->late->funcs.piece (GLM_REPLY_TEXT, piece, self->late->user_data);
}

void
fake_generator_read (FakeGenerator *self, gsize n_done, gsize n_total)
{
  Request *request = begin (self);

  request->funcs.prompt (n_done, n_total, request->user_data);
}

void
fake_generator_end (FakeGenerator *self, GlmStopReason reason)
{
  begin (self);
  finish (self, reason, NULL);
}

void
fake_generator_fail (FakeGenerator *self, GlmErrorCode code)
{
  g_autoptr (GError) error = g_error_new (GLM_ENGINE_ERROR, code, "the engine's words");

  finish (self, GLM_STOP_CANCELLED, error);
}

guint
fake_generator_n_ahead (FakeGenerator *self)
{
  return self->n_ahead;
}

gboolean
fake_generator_reads_ahead (FakeGenerator *self)
{
  return self->ahead != NULL;
}

const char *
fake_generator_get_ahead (FakeGenerator *self)
{
  return self->ahead_prompt;
}

void
fake_generator_end_ahead (FakeGenerator *self, GlmStopReason reason)
{
  Request *request = g_steal_pointer (&self->ahead);
  const GlmResult result = { .reason = reason, .stop_id = -1 };

  if (!request)
    return;
  request->funcs.ended (&result, NULL, request->user_data);
  request_free (request);
}

void
fake_generator_set_context_length (FakeGenerator *self, int length)
{
  self->context_length = length;
}

void
fake_generator_forget (FakeGenerator *self)
{
  g_clear_pointer (&self->late, request_free);
}
