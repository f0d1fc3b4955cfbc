/* model-adding.c: files that a person adds to the models, one after the other or several at once
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/model-adding.h"

#include <glib/gi18n.h>

#include "chat/myna-folder.h"
#include "chat/myna-problem.h"

struct _MynaModelAdding
{
  GObject parent_instance;

  MynaModelLibrary *library;
  GPtrArray *refused; /* of Refused */
  guint n_adding;     /* files that are being looked at */
  guint next_number;  /* of a file */
};

enum
{
  ADDED,
  REFUSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaModelAdding, myna_model_adding, G_TYPE_OBJECT)

/* A file that could not be added, and why: in plain words, and in the engine's. */
typedef struct
{
  guint number; /* in the order in which they were added, whichever was looked at first */
  char *name;
  char *reason;
  char *details;
} Refused;

static void
refused_free (gpointer data)
{
  Refused *refused = data;

  g_free (refused->name);
  g_free (refused->reason);
  g_free (refused->details);
  g_free (refused);
}

typedef struct
{
  MynaModelAdding *owner; /* owned */
  guint number;
  char *path;
} File;

static void
add_refused (MynaModelAdding *self, Refused *refused)
{
  guint i = self->refused->len;

  while (i > 0 && ((Refused *) self->refused->pdata[i - 1])->number > refused->number)
    i--;
  g_ptr_array_insert (self->refused, (int) i, refused);
}

static void
added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  File *file = user_data;
  g_autoptr (MynaModelAdding) self = file->owner;
  g_autofree char *path = file->path;
  guint number = file->number;
  g_autoptr (GError) error = NULL;
  MynaModelEntry *entry = myna_model_library_add_finish (MYNA_MODEL_LIBRARY (source), result, &error);

  g_free (file);
  self->n_adding--;
  if (entry)
    {
      g_signal_emit (self, signals[ADDED], 0, entry);
    }
  else
    {
      Refused *refused = g_new (Refused, 1);

      *refused =
          (Refused){ number, g_filename_display_basename (path), myna_problem_describe (error), g_strdup (error->message) };
      add_refused (self, refused);
      g_signal_emit (self, signals[REFUSED], 0);
    }
}

static GPtrArray *
dup_models (const char *path)
{
  g_autoptr (GFile) file = g_file_new_for_path (path);

  return g_file_test (path, G_FILE_TEST_IS_DIR) ? myna_folder_dup_models (file) : NULL;
}

void
myna_model_adding_add (MynaModelAdding *self, const char *path)
{
  g_autoptr (GPtrArray) models = dup_models (path);
  File *file;

  g_return_if_fail (MYNA_IS_MODEL_ADDING (self));

  for (guint i = 0; models && i < models->len; i++)
    myna_model_adding_add (self, g_file_peek_path (models->pdata[i]));
  if (models)
    return;
  file = g_new (File, 1);
  if (self->n_adding == 0)
    g_ptr_array_set_size (self->refused, 0);
  *file = (File){ g_object_ref (self), self->next_number++, g_strdup (path) };
  self->n_adding++;
  myna_model_library_add_async (self->library, path, added_cb, file);
}

gboolean
myna_model_adding_has_refused (MynaModelAdding *self)
{
  g_return_val_if_fail (MYNA_IS_MODEL_ADDING (self), FALSE);

  return self->n_adding > 0 && self->refused->len > 0;
}

char *
myna_model_adding_dup_title (MynaModelAdding *self)
{
  guint n = self->refused->len;

  g_return_val_if_fail (n > 0, NULL);

  if (n == 1)
    return g_strdup_printf (_ ("“%s” was not added"), ((Refused *) self->refused->pdata[0])->name);
  return g_strdup_printf (ngettext ("%u file was not added", "%u files were not added", n), n);
}

/* One file: its reason.  Several: each with its name. */
char *
myna_model_adding_dup_reasons (MynaModelAdding *self, char **ret_details)
{
  GString *reasons = g_string_new (NULL), *details = g_string_new (NULL);

  for (guint i = 0; i < self->refused->len; i++)
    {
      const Refused *refused = g_ptr_array_index (self->refused, i);

      if (i > 0)
        g_string_append_c (reasons, '\n');
      if (self->refused->len > 1)
        /* Translators: a file, and what is wrong with it: "model.gguf: This file is incomplete." */
        g_string_append_printf (reasons, C_ ("file", "%s: %s"), refused->name, refused->reason);
      else
        g_string_append (reasons, refused->reason);
      g_string_append_printf (details, "%s%s", i > 0 ? "\n" : "", refused->details);
    }
  *ret_details = g_string_free (details, FALSE);
  return g_string_free (reasons, FALSE);
}

gboolean
myna_model_needs_import (const char *path)
{
  g_autoptr (GPtrArray) models = dup_models (path);

  return !models && (g_file_test (path, G_FILE_TEST_IS_DIR) || g_str_has_suffix (path, ".bin"));
}

static void
myna_model_adding_finalize (GObject *object)
{
  MynaModelAdding *self = MYNA_MODEL_ADDING (object);

  g_object_unref (self->library);
  g_ptr_array_unref (self->refused);
  G_OBJECT_CLASS (myna_model_adding_parent_class)->finalize (object);
}

static void
myna_model_adding_class_init (MynaModelAddingClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_model_adding_finalize;
  signals[ADDED] = g_signal_new ("added", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                                 MYNA_TYPE_MODEL_ENTRY);
  signals[REFUSED] =
      g_signal_new ("refused", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
myna_model_adding_init (MynaModelAdding *self)
{
  self->refused = g_ptr_array_new_with_free_func (refused_free);
}

MynaModelAdding *
myna_model_adding_new (MynaModelLibrary *library)
{
  MynaModelAdding *self = g_object_new (MYNA_TYPE_MODEL_ADDING, NULL);

  self->library = g_object_ref (library);
  return self;
}
