/* test-model-finder.c: models that other programs have on this computer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "chat/myna-model-finder.h"

#define HASH "sha256-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* Below the home folder of the test; the caller frees. */
static char *
make_path (const char *name)
{
  char *path = g_build_filename (g_get_home_dir (), name, NULL);
  g_autofree char *folder = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  return path;
}

static char *
put (const char *name, const char *text)
{
  g_autofree char *starter = g_build_filename (g_getenv ("MYNA_DATA_DIR"), "models", "myna-fledgling-q8_0.gguf", NULL);
  char *path = make_path (name);
  g_autoptr (GFile) from = g_file_new_for_path (starter), to = g_file_new_for_path (path);
  g_autoptr (GError) error = NULL;

  if (text)
    g_file_set_contents (path, text, -1, &error);
  else
    g_file_copy (from, to, G_FILE_COPY_NONE, NULL, NULL, NULL, &error);
  g_assert_no_error (error);
  return path;
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static GPtrArray *
find (GCancellable *cancellable, GError **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  myna_model_finder_async (cancellable, found_cb, &result);
  while (!result)
    g_main_context_iteration (NULL, TRUE);
  return myna_model_finder_finish (result, error);
}

static void
test_find (void)
{
  g_autofree char *studio = put (".lmstudio/models/zai-org/x/model.gguf", NULL);
  g_autofree char *blob = put (".ollama/models/blobs/" HASH, NULL);
  g_autofree char *manifest =
      put (".ollama/models/manifests/registry.ollama.ai/library/glm4/9b",
           "{\"layers\": [{\"mediaType\": \"application/vnd.ollama.image.license\", \"digest\": \"sha256:00\"}, "
           "{\"mediaType\": \"application/vnd.ollama.image.model\", \"digest\": "
           "\"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\"}]}");
  g_autofree char *evil = put (".ollama/models/manifests/evil/x/y",
                               "{\"layers\": [{\"mediaType\": \"application/vnd.ollama.image.model\", \"digest\": "
                               "\"sha256:../../../../etc/passwd\"}, 5, null]}");
  g_autofree char *other = put ("jan/llamacpp/models/qwen/model.gguf", "GGUF no");
  g_autofree char *elsewhere = put ("Downloads/never.gguf", "never looked at");
  g_autofree char *again = make_path (".cache/huggingface/hub/models--zai-org--x/snapshots/1/model.gguf");
  g_autofree char *circle = make_path (".cache/huggingface/hub/circle");
  g_autofree char *hub = g_path_get_dirname (circle);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = NULL;

  /* The same file by another name, and a folder in itself. */
  g_assert_cmpint (symlink (studio, again), ==, 0);
  g_assert_cmpint (symlink (hub, circle), ==, 0);
  found = find (NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 2);
  for (guint i = 0; i < found->len; i++)
    {
      const MynaFoundModel *model = g_ptr_array_index (found, i);
      const gboolean is_ollama = g_str_equal (model->place, "Ollama");

      g_assert_cmpstr (model->path, ==, is_ollama ? blob : studio);
      g_assert_cmpstr (model->place, ==, is_ollama ? "Ollama" : "LM Studio");
      g_assert_cmpuint (model->bytes, >, 70000000);
      if (is_ollama)
        g_assert_cmpstr (model->name, ==, "glm4:9b");
    }
}

static void
test_nothing (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = find (NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 0);
  g_cancellable_cancel (cancellable);
  g_assert_null (find (cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_unsetenv ("OLLAMA_MODELS");
  g_unsetenv ("HF_HUB_CACHE");
  g_unsetenv ("LLAMA_CACHE");
  g_unsetenv ("MODELSCOPE_CACHE");
  g_test_add_func ("/model-finder/find", test_find);
  g_test_add_func ("/model-finder/nothing", test_nothing);
  return g_test_run ();
}
