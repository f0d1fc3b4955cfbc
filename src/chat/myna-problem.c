/* myna-problem.c: errors of the engine, the store and the system, in plain words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-problem.h"

#include <glib/gi18n.h>

#include "chat/myna-remote-error.h"
#include "engine/actor/glm-actor.h"
#include "storage/storage.h"

typedef struct
{
  char *details;
} MynaProblemPrivate;

static void
myna_problem_private_init (MynaProblemPrivate *problem)
{
}

static void
myna_problem_private_copy (const MynaProblemPrivate *source, MynaProblemPrivate *copy)
{
  copy->details = g_strdup (source->details);
}

static void
myna_problem_private_clear (MynaProblemPrivate *problem)
{
  g_free (problem->details);
}

G_DEFINE_EXTENDED_ERROR (MynaProblem, myna_problem)

GError *
myna_problem_new (const char *words, const char *details)
{
  GError *error = g_error_new_literal (MYNA_PROBLEM, MYNA_PROBLEM_REFUSED, words);

  myna_problem_get_private (error)->details = g_strdup (details);
  return error;
}

static const char *
describe_engine_error (int code)
{
  switch ((GlmErrorCode) code)
    {
    case GLM_ERROR_NOT_FOUND: return _ ("The model’s file is missing. Choose another model.");
    case GLM_ERROR_IO: return _ ("The model’s file could not be read. It may have changed while in use. Load it again.");
    case GLM_ERROR_NO_SPACE: return _ ("The disk is full. Free some space and try again.");
    case GLM_ERROR_BAD_FILE: return _ ("The model’s file is damaged. Download it again or choose another model.");
    case GLM_ERROR_UNSUPPORTED: return _ ("Myna cannot run this model. Choose another one.");
    case GLM_ERROR_NO_MEMORY: return _ ("Not enough memory. Close other apps or choose a smaller model.");
    case GLM_ERROR_CONTEXT_FULL: return _ ("This message is too long for the model. Shorten it or remove an attachment.");
    case GLM_ERROR_ARGUMENT: return _ ("No model is loaded. Choose a model and try again.");
    case GLM_ERROR_CANCELLED: return _ ("Stopped.");
    case GLM_ERROR_DEVICE_LOST: /* sessions go on without it */
    case GLM_ERROR_NONE: break;
    }
  return _ ("The reply could not be generated.");
}

static const char *
describe_store_error (int code)
{
  switch ((StoreErrorCode) code)
    {
    case STORE_ERROR_READ_ONLY: return _ ("Chats cannot be saved because their folder is read-only.");
    case STORE_ERROR_FULL: return _ ("This could not be saved because the disk is full. Free some space and try again.");
    case STORE_ERROR_NEWER_VERSION:
      return _ ("Your chats were saved by a newer version of Myna. This version can only show them.");
    case STORE_ERROR_BUSY: return _ ("Another program is using your chats. Try again in a moment.");
    case STORE_ERROR_NOT_FOUND: return _ ("This chat no longer exists.");
    case STORE_ERROR_CORRUPT:
    case STORE_ERROR_NOT_A_DATABASE: return _ ("The chat data is damaged.");
    case STORE_ERROR_INVALID:
    case STORE_ERROR_FAILED: break;
    }
  return _ ("This could not be saved.");
}

/* What GLib says of files is made of errno, and half of it stays English. */
static const char *
describe_io_error (int code)
{
  switch ((GIOErrorEnum) code)
    {
    case G_IO_ERROR_NOT_FOUND:
    case G_IO_ERROR_NOT_DIRECTORY:
    case G_IO_ERROR_NOT_MOUNTED: return _ ("The file or its folder no longer exists.");
    case G_IO_ERROR_PERMISSION_DENIED: return _ ("Myna is not allowed to use this file or folder. Check its permissions.");
    case G_IO_ERROR_READ_ONLY: return _ ("This location is read-only. Make it writable, or choose another one.");
    case G_IO_ERROR_NO_SPACE: return _ ("The disk is full. Free some space and try again.");
    case G_IO_ERROR_IS_DIRECTORY:
    case G_IO_ERROR_NOT_REGULAR_FILE: return _ ("This is not a file, but a folder or a device.");
    case G_IO_ERROR_FILENAME_TOO_LONG: return _ ("The name is too long. Choose a shorter one.");
    case G_IO_ERROR_ADDRESS_IN_USE: return _ ("Another program is using this address.");
    default: return _ ("The file could not be read or written. Check its disk and try again.");
    }
}

/* What is wrong with a model's file.  NULL: nothing that has words of its own. */
static char *
describe_fault (GlmFault fault, const char *subject)
{
  switch (fault)
    {
    case GLM_FAULT_CUT_SHORT: return g_strdup (_ ("This file is incomplete. Download it again."));
    case GLM_FAULT_LFS_POINTER:
      return g_strdup (_ ("This is a Git LFS pointer, a placeholder for the file. Download the file itself."));
    case GLM_FAULT_WEB_PAGE: return g_strdup (_ ("This is a web page that was saved instead of the file. Download it again."));
    case GLM_FAULT_OTHER_FILE:
      if (g_str_equal (subject, "safetensors"))
        return g_strdup (_ ("This is one file of a model. Import the whole folder instead."));
      if (g_str_equal (subject, "folder"))
        return g_strdup (
            _ ("There is no model to import in this folder. Choose a GGUF file; or to ask about the files in the folder, "
               "attach it to a chat."));
      if (*subject)
        /* Translators: %s is a kind of file: PDF, ZIP … */
        return g_strdup_printf (_ ("This is a %s file, not a model. Choose a GGUF file."), subject);
      return g_strdup (_ ("This is not a model. Choose a GGUF file."));
    case GLM_FAULT_TYPE:
      /* Translators: %s is the name of a type of quantization: IQ4_KSS, NVFP4 … */
      return g_strdup_printf (
          _ ("This model is quantized as %s, which Myna cannot read. Choose another variant, such as Q4_K_M."), subject);
    case GLM_FAULT_ARCH:
      /* Translators: %s is the name of a family of models, as its file says it: llama, qwen3 … */
      return g_strdup_printf (_ ("This is a model of the family “%s”. Myna only runs GLM models."), subject);
    case GLM_FAULT_ADAPTER:
      return g_strdup (_ ("This file is an adapter, which only adds to a model. Choose the model itself."));
    case GLM_FAULT_PART:
      if (*subject)
        return g_strdup_printf (_ ("“%s” is missing. Put all files of the model into one folder."), subject);
      return g_strdup (
          _ ("This is one part of a model, but the others cannot be found by its name. Give it its original name."));
    case GLM_FAULT_TOKENIZER: return g_strdup (_ ("This file has no tokenizer. Choose another variant of the model."));
    case GLM_FAULT_NONE:
    default: return NULL;
    }
}

char *
myna_problem_describe (const GError *error)
{
  const char *subject;
  GlmFault fault;
  char *text;

  g_return_val_if_fail (error != NULL, NULL);

  fault = glm_engine_error_get_fault (error, &subject);
  text = describe_fault (fault, subject);
  if (text)
    return text;
  if (error->domain == GLM_ENGINE_ERROR)
    return g_strdup (describe_engine_error (error->code));
  if (error->domain == STORE_ERROR)
    return g_strdup (describe_store_error (error->code));
  if (error->domain == G_IO_ERROR)
    return g_strdup (describe_io_error (error->code));
  if (error->domain == G_FILE_ERROR)
    return g_strdup (describe_io_error ((int) g_io_error_from_file_error (error->code)));
  return g_strdup (error->message);
}

const char *
myna_problem_get_details (const GError *error)
{
  g_autofree char *words = NULL;

  if (error->domain == MYNA_PROBLEM)
    return myna_problem_get_private (error)->details;
  words = myna_problem_describe (error);
  return g_str_equal (words, error->message) ? NULL : error->message;
}

gboolean
myna_problem_is_too_long (const GError *error)
{
  return g_error_matches (error, GLM_ENGINE_ERROR, GLM_ERROR_CONTEXT_FULL)
         || g_error_matches (error, MYNA_REMOTE_ERROR, REMOTE_PROBLEM_CONTEXT)
         || g_error_matches (error, MYNA_REMOTE_ERROR, REMOTE_PROBLEM_TOO_LARGE);
}
