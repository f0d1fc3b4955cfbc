/* myna-model-finder.h: models that other programs have on this computer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Looks into the folders of LM Studio, Jan, GPT4All, llama.cpp and Ollama, and into the caches of Hugging Face and ModelScope; nowhere
 * else, and no further than a number of files.  What is found stays where it is.
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char *path;
  char *place; /* whose it is: "Ollama" */
  char *name;
  guint64 bytes;
} MynaFoundModel;

void myna_model_finder_async (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data);
/* The models that Myna can run, of MynaFoundModel.  NULL: it was canceled. */
GPtrArray *myna_model_finder_finish (GAsyncResult *result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
