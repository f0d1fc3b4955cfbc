/* myna-model-finder.c: models that other programs have on this computer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Ollama keeps files under their hashes, and says in manifests which of them is what; the caches of Hugging Face have links to such
 * files.  All others keep files by their names.  Only headers are read.
 */
#include "chat/myna-model-finder.h"

#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "remote/wire/remote-wire.h"

#define MAX_DEPTH    10
#define MAX_LOOKED   50000 /* files and folders */
#define MAX_FOUND    200
#define MAX_MANIFEST (1u << 20)
#define OLLAMA_MODEL "application/vnd.ollama.image.model"

typedef struct
{
  GPtrArray *found;
  GHashTable *known; /* paths behind all links */
  GCancellable *cancellable;
  guint n_looked;
} Search;

static void
found_free (gpointer data)
{
  MynaFoundModel *found = data;

  g_free (found->path);
  g_free (found->place);
  g_free (found->name);
  g_free (found);
}

static gboolean
is_over (Search *search)
{
  return g_cancellable_is_cancelled (search->cancellable) || search->n_looked >= MAX_LOOKED || search->found->len >= MAX_FOUND;
}

/* name: NULL: as its header says. */
static void
try_file (Search *search, const char *path, const char *place, const char *name)
{
  g_autofree char *real = g_canonicalize_filename (path, NULL);
  char *resolved = realpath (real, NULL);
  GlmModelInfo info;
  GlmError error = { 0 };
  MynaFoundModel *found;

  if (!resolved || !g_hash_table_add (search->known, g_strdup (resolved)) || !glm_model_probe (path, &info, &error))
    {
      free (resolved);
      return;
    }
  free (resolved);
  found = g_new0 (MynaFoundModel, 1);
  found->path = g_strdup (path);
  found->place = g_strdup (place);
  found->name = g_strdup (name ? name : info.name);
  found->bytes = info.file_bytes;
  g_ptr_array_add (search->found, found);
}

/* ---- Files by their names --------------------------------------------------------------------------------------- */

static void
look_into (Search *search, const char *folder, const char *place, guint depth)
{
  g_autoptr (GDir) dir = depth < MAX_DEPTH ? g_dir_open (folder, 0, NULL) : NULL;
  const char *name;

  while (dir && !is_over (search) && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      search->n_looked++;
      /* Links to folders could lead in circles, or out. */
      if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        look_into (search, path, place, depth + 1);
      else if (g_str_has_suffix (name, ".gguf") && g_file_test (path, G_FILE_TEST_IS_REGULAR))
        try_file (search, path, place, NULL);
    }
}

/* ---- Ollama ----------------------------------------------------------------------------------------------------- */

/* "sha256:0123…" as the name of the file: NULL, where it is none. */
static char *
dup_blob_name (const char *digest)
{
  const char *hash = digest && g_str_has_prefix (digest, "sha256:") ? digest + strlen ("sha256:") : "";

  return strlen (hash) == 64 && strspn (hash, "0123456789abcdef") == 64 ? g_strconcat ("sha256-", hash, NULL) : NULL;
}

static void
read_manifest (Search *search, const char *root, const char *path)
{
  g_autofree char *json = NULL, *folder = g_path_get_dirname (path);
  g_autofree char *model = g_path_get_basename (folder), *tag = g_path_get_basename (path);
  g_autofree char *name = g_strdup_printf ("%s:%s", model, tag);
  g_autoptr (JsonObject) manifest = NULL;
  JsonArray *layers;
  gsize n;

  if (!g_file_get_contents (path, &json, &n, NULL) || n > MAX_MANIFEST)
    return;
  manifest = remote_json_parse (json, n);
  layers = text_json_array (manifest, "layers");
  for (guint i = 0; layers && i < json_array_get_length (layers); i++)
    {
      JsonObject *layer = text_json_element (layers, i);
      g_autofree char *blob = dup_blob_name (text_json_string (layer, "digest"));
      g_autofree char *file = blob ? g_build_filename (root, "blobs", blob, NULL) : NULL;

      if (file && g_strcmp0 (text_json_string (layer, "mediaType"), OLLAMA_MODEL) == 0)
        try_file (search, file, "Ollama", name);
    }
}

static void
look_at_manifests (Search *search, const char *root, const char *folder, guint depth)
{
  g_autoptr (GDir) dir = depth < MAX_DEPTH ? g_dir_open (folder, 0, NULL) : NULL;
  const char *name;

  while (dir && !is_over (search) && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      search->n_looked++;
      if (g_file_test (path, G_FILE_TEST_IS_SYMLINK))
        continue;
      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        look_at_manifests (search, root, path, depth + 1);
      else
        read_manifest (search, root, path);
    }
}

static void
look_at_ollama (Search *search, const char *root)
{
  g_autofree char *manifests = g_build_filename (root, "manifests", NULL);

  look_at_manifests (search, root, manifests, 0);
}

/* ---- Places ----------------------------------------------------------------------------------------------------- */

static void
look_everywhere (Search *search)
{
  /* Below the home folder; "" and a variable: where the variable says. */
  static const struct
  {
    const char *place, *folder, *variable;
  } places[] = {
    { "LM Studio", ".lmstudio/models", NULL },
    { "LM Studio", ".cache/lm-studio/models", NULL },
    { "Jan", ".local/share/Jan/data", NULL },
    { "Jan", ".config/Jan/data", NULL },
    { "Jan", "jan", NULL },
    { "GPT4All", ".local/share/nomic.ai/GPT4All", NULL },
    { "llama.cpp", ".cache/llama.cpp", "LLAMA_CACHE" },
    { "Hugging Face", ".cache/huggingface/hub", "HF_HUB_CACHE" },
    { "ModelScope", ".cache/modelscope/hub", "MODELSCOPE_CACHE" },
  };
  g_autofree char *ollama = g_build_filename (g_get_home_dir (), ".ollama", "models", NULL);
  const char *own = g_getenv ("OLLAMA_MODELS");

  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *folder = g_build_filename (g_get_home_dir (), places[i].folder, NULL);
      const char *moved = places[i].variable ? g_getenv (places[i].variable) : NULL;

      look_into (search, moved && g_path_is_absolute (moved) ? moved : folder, places[i].place, 0);
    }
  look_at_ollama (search, own && g_path_is_absolute (own) ? own : ollama);
  look_at_ollama (search, "/usr/share/ollama/.ollama/models");
}

static void
find_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  Search search = { g_ptr_array_new_with_free_func (found_free), g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL),
                    cancellable, 0 };

  look_everywhere (&search);
  g_hash_table_unref (search.known);
  g_task_return_pointer (task, search.found, (GDestroyNotify) g_ptr_array_unref);
}

void
myna_model_finder_async (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_run_in_thread (task, find_thread);
}

GPtrArray *
myna_model_finder_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
