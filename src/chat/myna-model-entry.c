/* myna-model-entry.c: one model file and what its header says (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-model-entry.h"

#include <glib/gi18n.h>

#include "chat/myna-disk.h"
#include "chat/myna-problem.h"
#include "storage/storage.h"
#include "engine/actor/engine-error.h"

#define DEFAULT_CONTEXT 8192 /* as in glm_session_new() */

struct _MynaModelEntry
{
  GObject parent_instance;

  char *path;
  char *name;
  char *own_name;
  char *title;
  MynaModelStatus status;
  GError *error;
  GlmModelInfo info;
  double disk_speed;     /* 0: not known */
  gboolean is_measuring; /* or it was measured */
};

enum
{
  PROP_0,
  PROP_TITLE,
  PROP_STATUS,
  PROP_DISK_SPEED,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (MynaModelEntry, myna_model_entry, G_TYPE_OBJECT)

/* ---- Reading the header ----------------------------------------------------------------------------------------- */

typedef struct
{
  GlmModelInfo info;
  GlmError error;
} Probe;

static void
probe_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Probe *probe = g_new0 (Probe, 1);

  /* What the command line can run with token ids alone is no model to chat with. */
  if (glm_model_probe (task_data, &probe->info, &probe->error) && !*probe->info.family)
    probe->error =
        (GlmError){ .code = GLM_ERROR_UNSUPPORTED, .message = "the file has no tokenizer", .fault = GLM_FAULT_TOKENIZER };
  g_task_return_pointer (task, probe, g_free);
}

static void
update_title (MynaModelEntry *self)
{
  g_autofree char *base = NULL;
  char *before = self->title;

  if (self->name)
    {
      self->title = store_tame_name (self->name);
    }
  else if (self->own_name)
    {
      self->title = store_tame_name (self->own_name);
    }
  else if (self->status == MYNA_MODEL_READABLE && *self->info.name)
    {
      self->title = store_tame_name (self->info.name);
    }
  else
    {
      base = g_filename_display_basename (self->path);
      if (g_str_has_suffix (base, ".gguf"))
        base[strlen (base) - strlen (".gguf")] = '\0';
      self->title = store_tame_name (base);
    }
  if (g_strcmp0 (before, self->title) != 0)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
  g_free (before);
}

static void
take_probe (MynaModelEntry *self, const Probe *probe)
{
  g_clear_error (&self->error);
  if (probe->error.code == GLM_ERROR_NONE)
    {
      self->info = probe->info;
      self->status = MYNA_MODEL_READABLE;
    }
  else
    {
      self->error = glm_engine_error_new (&probe->error);
      self->status = probe->error.code == GLM_ERROR_NOT_FOUND && probe->error.fault == GLM_FAULT_NONE ? MYNA_MODEL_MISSING
                                                                                                      : MYNA_MODEL_BROKEN;
    }
  update_title (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
}

static void
probed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Probe *probe = g_task_propagate_pointer (G_TASK (result), NULL);

  take_probe (MYNA_MODEL_ENTRY (source), probe);
}

void
myna_model_entry_refresh (MynaModelEntry *self)
{
  g_autoptr (GTask) task = NULL;

  g_return_if_fail (MYNA_IS_MODEL_ENTRY (self));

  task = g_task_new (self, NULL, probed_cb, NULL);
  g_task_set_task_data (task, g_strdup (self->path), g_free);
  g_task_run_in_thread (task, probe_thread);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_model_entry_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaModelEntry *self = MYNA_MODEL_ENTRY (object);

  switch (prop_id)
    {
    case PROP_TITLE: g_value_set_string (value, self->title); break;
    case PROP_STATUS: g_value_set_int (value, self->status); break;
    case PROP_DISK_SPEED: g_value_set_double (value, self->disk_speed); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_model_entry_finalize (GObject *object)
{
  MynaModelEntry *self = MYNA_MODEL_ENTRY (object);

  g_free (self->path);
  g_free (self->name);
  g_free (self->own_name);
  g_free (self->title);
  g_clear_error (&self->error);

  G_OBJECT_CLASS (myna_model_entry_parent_class)->finalize (object);
}

static void
myna_model_entry_class_init (MynaModelEntryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = myna_model_entry_get_property;
  object_class->finalize = myna_model_entry_finalize;

  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, "", flags);
  properties[PROP_STATUS] = g_param_spec_int ("status", NULL, NULL, 0, MYNA_MODEL_BROKEN, 0, flags);
  properties[PROP_DISK_SPEED] = g_param_spec_double ("disk-speed", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
myna_model_entry_init (MynaModelEntry *self)
{
}

static MynaModelEntry *
new_entry (const char *path, const char *name, const char *own_name)
{
  MynaModelEntry *self = g_object_new (MYNA_TYPE_MODEL_ENTRY, NULL);

  self->path = g_strdup (path);
  self->name = name && *name ? g_strdup (name) : NULL;
  self->own_name = g_strdup (own_name);
  update_title (self);

  return self;
}

MynaModelEntry *
myna_model_entry_new (const char *path, const char *name, const char *own_name)
{
  MynaModelEntry *self = new_entry (path, name, own_name);

  myna_model_entry_refresh (self);

  return self;
}

void
myna_model_entry_open_async (const char *path, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, NULL, callback, user_data);

  g_task_set_task_data (task, g_strdup (path), g_free);
  g_task_run_in_thread (task, probe_thread);
}

MynaModelEntry *
myna_model_entry_open_finish (GAsyncResult *result, GError **error)
{
  g_autofree Probe *probe = g_task_propagate_pointer (G_TASK (result), NULL);
  MynaModelEntry *self;

  if (probe->error.code != GLM_ERROR_NONE)
    {
      g_propagate_error (error, glm_engine_error_new (&probe->error));
      return NULL;
    }
  self = new_entry (g_task_get_task_data (G_TASK (result)), NULL, NULL);
  take_probe (self, probe);

  return self;
}

const char *
myna_model_entry_get_path (MynaModelEntry *self)
{
  g_return_val_if_fail (MYNA_IS_MODEL_ENTRY (self), NULL);

  return self->path;
}

const char *
myna_model_entry_get_name (MynaModelEntry *self)
{
  g_return_val_if_fail (MYNA_IS_MODEL_ENTRY (self), NULL);

  return self->name;
}

void
myna_model_entry_set_name (MynaModelEntry *self, const char *name)
{
  g_return_if_fail (MYNA_IS_MODEL_ENTRY (self));

  g_free (self->name);
  self->name = name && *name ? g_strdup (name) : NULL;
  update_title (self);
}

const char *
myna_model_entry_get_title (MynaModelEntry *self)
{
  g_return_val_if_fail (MYNA_IS_MODEL_ENTRY (self), NULL);

  return self->title;
}

MynaModelStatus
myna_model_entry_get_status (MynaModelEntry *self)
{
  g_return_val_if_fail (MYNA_IS_MODEL_ENTRY (self), MYNA_MODEL_BROKEN);

  return self->status;
}

const GError *
myna_model_entry_get_error (MynaModelEntry *self)
{
  g_return_val_if_fail (MYNA_IS_MODEL_ENTRY (self), NULL);

  return self->error;
}

const GlmModelInfo *
myna_model_entry_get_info (MynaModelEntry *self)
{
  g_return_val_if_fail (MYNA_IS_MODEL_ENTRY (self), NULL);

  return self->status == MYNA_MODEL_READABLE ? &self->info : NULL;
}

/* ---- The disk ---------------------------------------------------------------------------------------------------- */

static void
measured_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaModelEntry) self = user_data;

  self->disk_speed = myna_disk_measure_finish (result);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DISK_SPEED]);
}

void
myna_model_entry_measure_disk (MynaModelEntry *self)
{
  g_return_if_fail (MYNA_IS_MODEL_ENTRY (self));

  if (self->is_measuring)
    return;
  self->is_measuring = TRUE;
  myna_disk_measure_async (self->path, NULL, measured_cb, g_object_ref (self));
}

double
myna_model_entry_get_disk_speed (MynaModelEntry *self)
{
  g_return_val_if_fail (MYNA_IS_MODEL_ENTRY (self), 0);

  return self->disk_speed;
}

/* ---- What the header means -------------------------------------------------------------------------------------- */

char *
myna_model_describe_size (guint64 n_params)
{
  if (n_params >= 1000000000)
    /* Translators: the number of a model's parameters in billions (10⁹) */
    return g_strdup_printf (_ ("%.1f billion parameters"), (double) n_params / 1e9);
  if (n_params >= 10000000)
    /* Translators: the number of a model's parameters in millions (10⁶) */
    return g_strdup_printf (_ ("%.0f million parameters"), (double) n_params / 1e6);

  /* Translators: the number of a model's parameters in millions (10⁶), here less than ten of them */
  return g_strdup_printf (_ ("%.2g million parameters"), (double) n_params / 1e6);
}

char *
myna_model_info_describe_size (const GlmModelInfo *info)
{
  g_autofree char *all = myna_model_describe_size (info->n_params);

  if (info->n_experts == 0)
    return g_steal_pointer (&all);
  if (info->n_active_params >= 1000000000)
    /* Translators: "29.9 billion parameters", and how many billions (10⁹) of them are used for each token */
    return g_strdup_printf (_ ("%s, %.1f billion active"), all, (double) info->n_active_params / 1e9);
  /* Translators: "89 million parameters", and how many millions (10⁶) of them are used for each token */
  return g_strdup_printf (_ ("%s, %.2g million active"), all, (double) info->n_active_params / 1e6);
}

char *
myna_model_info_describe (const GlmModelInfo *info)
{
  g_autofree char *size = g_format_size (info->file_bytes);
  g_autofree char *params = myna_model_info_describe_size (info);

  return g_strdup_printf ("%s · %s · %s · %s", info->family, params, info->quantisation, size);
}

char *
myna_model_info_describe_license (const GlmModelInfo *info)
{
  /* The weights' licenses as published with them. */
  static const struct
  {
    const char *family;
    const char *text;
  } licenses[] = {
    { "ChatGLM", N_ ("Its publisher’s own: free for research, for commercial use after registration") },
    { "ChatGLM2", N_ ("Its publisher’s own: free for research, for commercial use after registration") },
    { "ChatGLM3", N_ ("Its publisher’s own: free for research, for commercial use after registration") },
    { "GLM-4", N_ ("glm-4: free for research, for commercial use after registration") },
    { "GLM-4-0414", "MIT" },
    { "GLM-Z1", "MIT" },
  };

  /* Also of a copy, whose family is not its publisher's. */
  if (g_str_equal (info->name, "myna-fledgling"))
    return g_strdup (_ ("CC BY-SA 4.0 (comes with Myna)"));
  if (*info->license)
    /* Translators: %s is the name of a license */
    return g_strdup_printf (_ ("%s (according to the file)"), info->license);
  for (guint i = 0; i < G_N_ELEMENTS (licenses); i++)
    {
      if (g_str_equal (licenses[i].family, info->family))
        /* Translators: a description of a license, and the name of a family of models */
        return g_strdup_printf (_ ("%s (usual for %s; not stated in the file)"), _ (licenses[i].text), info->family);
    }

  return g_strdup (_ ("Unknown. Check the model’s page"));
}

int
myna_model_info_get_context (const GlmModelInfo *info, int wanted)
{
  int limit = info->context_length > 0 ? info->context_length : DEFAULT_CONTEXT;

  return MIN (limit, wanted > 0 ? wanted : DEFAULT_CONTEXT);
}

char *
myna_model_info_describe_context (const GlmModelInfo *info, int wanted)
{
  int used = myna_model_info_get_context (info, wanted);

  if (used < info->context_length)
    return g_strdup_printf (_ ("%'d tokens (%'d in use)"), info->context_length, used);
  return g_strdup_printf (_ ("%'d tokens"), used);
}

char *
myna_model_entry_describe (MynaModelEntry *self)
{
  g_return_val_if_fail (MYNA_IS_MODEL_ENTRY (self), NULL);

  switch (self->status)
    {
    case MYNA_MODEL_READING: return g_strdup (_ ("Reading the file…"));
    case MYNA_MODEL_MISSING: return g_strdup (_ ("File not found. It may have been moved, or its disk is not connected."));
    case MYNA_MODEL_BROKEN: return myna_problem_describe (self->error);
    case MYNA_MODEL_READABLE:
    default: return myna_model_info_describe (myna_model_entry_get_info (self));
    }
}
