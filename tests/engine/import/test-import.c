/* test-import.c: every family from every source format to GGUF, and a reply from the result
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The sources and, beside each, the values that its import must hold come from make-checkpoints.py, which writes all
 * formats by itself.
 */
#include <dirent.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"
#include "import/import.h"
#include "file/json-file.h"
#include "file/model-file.h"

static char folder[512];

/* folder/name; the last 1024 of them stay valid. */
static const char *
path_in (const char *name)
{
  static char *paths[1024];
  static int n;
  size_t size = strlen (folder) + strlen (name) + 2;

  if (n == 1024)
    n = 0;
  free (paths[n]);
  paths[n] = malloc (size);
  snprintf (paths[n], size, "%s/%s", folder, name);
  return paths[n++];
}

static const char *
member (const GlmJsonValue *object, const char *key)
{
  const char *value = NULL;

  glm_json_get_string (object, key, &value);
  return value;
}

/* ---- Values ----------------------------------------------------------------------------------------------------- */

static int64_t
n_values (const GlmTensor *tensor)
{
  return tensor->ne[0] * tensor->ne[1] * tensor->ne[2] * tensor->ne[3];
}

/* Largest difference of the two tensors' values, in units of the expected one's largest value. */
static double
difference (const GlmTensor *got, const GlmTensor *expected)
{
  int64_t n = n_values (expected);
  float *a = malloc ((size_t) n * sizeof *a), *b = malloc ((size_t) n * sizeof *b);
  double largest = 0, difference = 0;

  glm_type_traits (got->type)->dequantise (got->data, a, n);
  glm_type_traits (expected->type)->dequantise (expected->data, b, n);
  for (int64_t i = 0; i < n; i++)
    {
      largest = fmax (largest, fabs ((double) b[i]));
      difference = fmax (difference, fabs ((double) a[i] - (double) b[i]));
    }
  free (a);
  free (b);
  return difference / largest;
}

/* Same tensors, same shapes; values within the bound of each tensor's type. */
static void
check_tensors (const char *what, const char *target, const char *reference, double bound)
{
  GlmModelFile *got = NULL, *expected = NULL;
  GlmError error = { 0 };

  REQUIRE (glm_model_file_open (target, &got, &error), "%s: %s", what, error.message);
  REQUIRE (glm_model_file_open (reference, &expected, &error), "%s", error.message);
  CHECK (glm_model_file_n_tensors (got) == glm_model_file_n_tensors (expected), "%s: %zu tensors, expected %zu", what,
         glm_model_file_n_tensors (got), glm_model_file_n_tensors (expected));
  for (size_t i = 0; i < glm_model_file_n_tensors (expected); i++)
    {
      const GlmTensor *e = glm_model_file_tensor_at (expected, i), *g = glm_model_file_tensor (got, e->name);
      bool half = g && g->type == GLM_TYPE_F16;
      double d;

      CHECK (g && memcmp (g->ne, e->ne, sizeof g->ne) == 0, "%s: %s is missing or has another shape", what, e->name);
      if (!g)
        continue;
      d = difference (g, e);
      /* What the import computes may round the other way. */
      if (strstr (reference, "projection") && strstr (e->name, "attn_prefix"))
        CHECK (d <= 0x1p-10, "%s: %s differs by %g", what, e->name, d);
      else
        CHECK (d <= (half && bound > 0         ? 0x1p-11
                     : g->type == GLM_TYPE_F32 ? 0
                                               : bound),
               "%s: %s (%s) differs by %g", what, e->name, glm_type_traits (g->type)->name, d);
    }
  glm_model_file_free (got);
  glm_model_file_free (expected);
}

/* ---- A reply ---------------------------------------------------------------------------------------------------- */

static void
check_reply (const char *what, const char *target, const char *family)
{
  const GlmTurn turn = { "user", "hello 你好", NULL };
  const GlmSampling greedy = { .temperature = 0, .top_p = 1, .repetition_penalty = 1, .max_tokens = 6 };
  GlmModel *model = NULL;
  GlmSession *session = NULL;
  GlmPrompt prompt = { 0 };
  GlmTokens reply = { 0 };
  GlmResult result;
  GlmError error = { 0 };

  CHECK (glm_model_open (target, NULL, &model, &error), "%s: %s", what, error.message);
  if (!model)
    return;
  CHECK (strcmp (glm_model_info (model)->family, family) == 0, "%s: the family is %s, expected %s", what,
         glm_model_info (model)->family, family);
  CHECK (glm_model_fit (model, &turn, 1, NULL, NULL, &prompt, &error), "%s: %s", what, error.message);
  CHECK (glm_session_new (model, NULL, &session, &error), "%s: %s", what, error.message);
  CHECK (session && glm_generate (session, &prompt, &greedy, NULL, &reply, &result, &error), "%s: %s", what, error.message);
  CHECK (!session || result.n_generated > 0, "%s: no reply", what);
  glm_prompt_clear (&prompt);
  glm_tokens_clear (&reply);
  glm_session_free (session);
  glm_model_free (model);
}

static void
test_entry (const GlmJsonValue *entry)
{
  static const struct
  {
    GlmImportType type;
    double bound;
  } types[] = {
    { GLM_IMPORT_F32, 0 },     { GLM_IMPORT_F16, 0x1p-11 }, { GLM_IMPORT_Q8_0, 0.005 }, { GLM_IMPORT_Q5_1, 0.05 },
    { GLM_IMPORT_Q5_0, 0.08 }, { GLM_IMPORT_Q4_1, 0.1 },    { GLM_IMPORT_Q4_0, 0.15 },  { GLM_IMPORT_Q4_K_M, 0.15 },
  };
  const char *name = member (entry, "source"), *family = member (entry, "family"), *prefix = member (entry, "prefix");
  const char *target = path_in ("out.gguf"), *reference = path_in (member (entry, "reference"));
  bool official_int4 = strstr (name, "-int4"), official_int8 = strstr (name, "-int8");
  GlmImportOptions options = { .mode = GLM_IMPORT_REPLACE_EXISTING, .prefix_path = prefix ? path_in (prefix) : NULL };
  GlmImportInfo info = { 0 };
  GlmError error = { 0 };
  struct stat status;

  CHECK (glm_import (path_in (name), target, &options, &error), "%s: %s", name, error.message);
  check_tensors (name, target, reference, 0);
  check_reply (name, target, family);
  CHECK (glm_import_probe (path_in (name), &options, &info, &error), "%s: %s", name, error.message);
  CHECK (strcmp (info.family, family) == 0, "%s: probed as %s", name, info.family);
  CHECK (stat (target, &status) == 0 && (uint64_t) status.st_size == info.target_bytes[GLM_IMPORT_KEEP],
         "%s: %lld bytes, announced were %llu", name, (long long) status.st_size,
         (unsigned long long) info.target_bytes[GLM_IMPORT_KEEP]);
  for (size_t i = 0; i < sizeof types / sizeof *types && !strstr (name, "-old"); i++)
    {
      bool exact = (official_int4 && (types[i].type == GLM_IMPORT_Q4_0 || types[i].type == GLM_IMPORT_Q8_0))
                   || (official_int8 && types[i].type == GLM_IMPORT_Q8_0);

      options.type = types[i].type;
      CHECK (glm_import (path_in (name), target, &options, &error), "%s as %s: %s", name, glm_import_type_name (types[i].type),
             error.message);
      /* Only the blocks of the official checkpoints are integers: the embedding is compared with the bound. */
      check_tensors (name, target, reference, exact ? 0.15 : types[i].bound);
      check_reply (name, target, family);
    }
}

/* INT4 as Q4_0 and Q8_0, INT8 as Q8_0: every value of every block as the original computes it. */
static void
test_exact_integers (const char *name, GlmImportType type)
{
  GlmImportOptions options = { .type = type, .mode = GLM_IMPORT_REPLACE_EXISTING };
  GlmModelFile *got = NULL, *expected = NULL;
  GlmError error = { 0 };
  char reference[128];
  int n_blocks = 0;

  snprintf (reference, sizeof reference, "%s.reference.gguf", name);
  REQUIRE (glm_import (path_in (name), path_in ("out.gguf"), &options, &error), "%s", error.message);
  REQUIRE (glm_model_file_open (path_in ("out.gguf"), &got, &error), "%s", error.message);
  REQUIRE (glm_model_file_open (path_in (reference), &expected, &error), "%s", error.message);
  for (size_t i = 0; i < glm_model_file_n_tensors (expected); i++)
    {
      const GlmTensor *e = glm_model_file_tensor_at (expected, i), *g = glm_model_file_tensor (got, e->name);

      if (!g || strncmp (e->name, "blk.", 4) != 0 || e->n_dims != 2)
        continue;
      CHECK (difference (g, e) == 0, "%s as %s: %s is not exact", name, glm_import_type_name (type), e->name);
      CHECK (g->type == (type == GLM_IMPORT_Q4_0 ? GLM_TYPE_Q4_0 : GLM_TYPE_Q8_0), "%s: %s", e->name,
             glm_type_traits (g->type)->name);
      n_blocks++;
    }
  CHECK (n_blocks >= 8, "%d matrices", n_blocks);
  glm_model_file_free (got);
  glm_model_file_free (expected);
}

/* ---- What goes wrong -------------------------------------------------------------------------------------------- */

static int
n_files_like (const char *part)
{
  DIR *dir = opendir (folder);
  struct dirent *entry;
  int n = 0;

  while ((entry = readdir (dir)))
    n += strstr (entry->d_name, part) != NULL;
  closedir (dir);
  return n;
}

static void
cancel_soon (double fraction, void *user_data)
{
  if (fraction > 0.3)
    glm_cancel_set (user_data);
}

static void
check_refused (const char *source, const char *target, const GlmImportOptions *options, GlmErrorCode code, const char *part)
{
  GlmError error = { 0 };

  CHECK (!glm_import (source, target, options, &error), "%s was imported", source);
  CHECK (error.code == code && strstr (error.message, part), "code %d, \"%s\"; expected %d and \"%s\"", error.code,
         error.message, code, part);
  CHECK (n_files_like (".myna.part") == 0, "an unfinished file was left behind");
}

/* What exactly is wrong, for people. */
static void
check_fault (const char *source, GlmFault fault, const char *subject)
{
  GlmError error = { 0 };

  CHECK (!glm_import (source, path_in ("refused.gguf"), NULL, &error), "%s was imported", source);
  CHECK (error.fault == fault && strcmp (error.subject, subject) == 0, "fault %d of \"%s\"", error.fault, error.subject);
}

static void
write_text (const char *path, const char *text)
{
  FILE *file = fopen (path, "wb");

  fputs (text, file);
  fclose (file);
}

static void
test_refusals (void)
{
  GlmCancel cancel = { false };
  GlmImportOptions options = { .progress = cancel_soon, .progress_data = &cancel, .cancel = &cancel };
  GlmImportOptions family = { .family = "ChatGLM9" };
  const char *target = path_in ("refused.gguf");
  struct rlimit limit = { 100000, RLIM_INFINITY }, old;

  check_refused (path_in ("v3-torch"), target, &options, GLM_ERROR_CANCELLED, "cancelled");
  CHECK (access (target, F_OK) != 0, "a cancelled import left a file");
  check_refused (path_in ("not-there"), target, NULL, GLM_ERROR_NOT_FOUND, "not-there");
  check_refused (path_in ("v3-torch"), path_in ("no-such-folder/x.gguf"), NULL, GLM_ERROR_NOT_FOUND, "x.gguf");
  write_text (target, "mine");
  check_refused (path_in ("v3-torch"), target, NULL, GLM_ERROR_ARGUMENT, "exists already");
  unlink (target);
  check_refused (path_in ("v3-torch"), target, &family, GLM_ERROR_ARGUMENT, "ChatGLM9");
  /* A disk that becomes full while writing, played by the limit on a file's size. */
  signal (SIGXFSZ, SIG_IGN);
  getrlimit (RLIMIT_FSIZE, &old);
  limit.rlim_max = old.rlim_max;
  setrlimit (RLIMIT_FSIZE, &limit);
  check_refused (path_in ("v3-torch"), target, NULL, GLM_ERROR_IO, "refused.gguf");
  setrlimit (RLIMIT_FSIZE, &old);
  CHECK (access (target, F_OK) != 0, "a failed import left a file");
}

/* The directory's own mistakes: what is said names the file and the thing. */
static void
test_bad_directories (void)
{
  const char *target = path_in ("refused.gguf");
  char command[4096];

  mkdir (path_in ("bad"), 0755);
  check_fault (path_in ("bad"), GLM_FAULT_OTHER_FILE, "folder");
  write_text (path_in ("bad/pytorch_model.bin"), "");
  check_fault (path_in ("bad"), GLM_FAULT_PART, "config.json");
  remove (path_in ("bad/pytorch_model.bin"));
  write_text (path_in ("bad/config.json"), "{\"model_type\": \"llama\"}");
  check_refused (path_in ("bad"), target, NULL, GLM_ERROR_NOT_FOUND, "model.safetensors");
  snprintf (command, sizeof command, "cp %s/v3-f32/* %s/bad/", folder, folder);
  CHECK (system (command) == 0, "cp");
  write_text (path_in ("bad/config.json"), "{\"model_type\": \"llama\"}");
  check_refused (path_in ("bad"), target, NULL, GLM_ERROR_UNSUPPORTED, "llama");
  write_text (path_in ("bad/config.json"), "{\"model_type\": \"chatglm\", \"multi_query_attention\": true}");
  check_refused (path_in ("bad"), target, NULL, GLM_ERROR_BAD_FILE, "padded_vocab_size");
  write_text (path_in ("bad/config.json"), "{\"model_type\": \"chatglm\",,}");
  check_refused (path_in ("bad"), target, NULL, GLM_ERROR_BAD_FILE, "config.json");
  snprintf (command, sizeof command, "sed 's/\"num_layers\": 2/\"num_layers\": 1/' %s/v3-f32/config.json > %s/bad/config.json",
            folder, folder);
  CHECK (system (command) == 0, "sed");
  check_refused (path_in ("bad"), target, NULL, GLM_ERROR_UNSUPPORTED, "layers.1.");
  snprintf (command, sizeof command, "sed 's/\"num_layers\": 2/\"num_layers\": 3/' %s/v3-f32/config.json > %s/bad/config.json",
            folder, folder);
  CHECK (system (command) == 0, "sed");
  check_refused (path_in ("bad"), target, NULL, GLM_ERROR_BAD_FILE, "layers.2.input_layernorm.weight is missing");
  snprintf (command, sizeof command,
            "sed 's/\"ffn_hidden_size\": 96/\"ffn_hidden_size\": 80/' %s/v3-f32/config.json > "
            "%s/bad/config.json",
            folder, folder);
  CHECK (system (command) == 0, "sed");
  check_refused (path_in ("bad"), target, NULL, GLM_ERROR_BAD_FILE, "dense_h_to_4h");
  snprintf (command, sizeof command, "cp %s/v3-f32/config.json %s/bad/ && rm %s/bad/tokenizer.model", folder, folder, folder);
  CHECK (system (command) == 0, "cp");
  check_refused (path_in ("bad"), target, NULL, GLM_ERROR_NOT_FOUND, "tokenizer");
  write_text (path_in ("bad/model.safetensors.index.json"), "{\"weight_map\": {\"a\": \"../v3-f32/model.safetensors\"}}");
  check_refused (path_in ("bad"), target, NULL, GLM_ERROR_BAD_FILE, "weight_map");
}

/* ---- Nothing is left out ---------------------------------------------------------------------------------------- */

/* Puts `new` in the place of the first `old` behind the text `after`; both have one length. */
static void
patch_file (const char *path, const char *after, const char *old, const char *new, size_t n)
{
  FILE *file = fopen (path, "r+b");
  char *bytes, *at;
  long size;

  REQUIRE (file != NULL, "%s", path);
  fseek (file, 0, SEEK_END);
  size = ftell (file);
  rewind (file);
  bytes = malloc ((size_t) size);
  REQUIRE (fread (bytes, 1, (size_t) size, file) == (size_t) size, "%s", path);
  at = memmem (bytes, (size_t) size, after, strlen (after));
  at = at ? memmem (at, (size_t) (bytes + size - at), old, n) : NULL;
  REQUIRE (at != NULL, "%s: there is no %s behind %s", path, old, after);
  memcpy (at, new, n);
  rewind (file);
  REQUIRE (fwrite (bytes, 1, (size_t) size, file) == (size_t) size && fclose (file) == 0, "%s", path);
  free (bytes);
}

/* folder/typed: a copy of a source. */
static void
copy_source (const char *name)
{
  char command[2048];

  snprintf (command, sizeof command, "rm -rf %s/typed && cp -r %s/%s %s/typed", folder, folder, name, folder);
  CHECK (system (command) == 0, "cp");
}

/* A tensor of a type that is not read is not left out, be it one that a model can lack: the output matrix, a bias. */
static void
test_other_types (void)
{
  static const char *const names[] = { "transformer.output_layer.weight", "self_attention.query_key_value.bias",
                                       "mlp.dense_4h_to_h.weight" };
  static const char *const types[] = { "F64", "I64", "I16", "U32" };
  const char *target = path_in ("refused.gguf");
  GlmError error = { 0 };

  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    for (size_t k = 0; k < sizeof types / sizeof *types; k++)
      {
        copy_source ("v3-f32");
        patch_file (path_in ("typed/model.safetensors"), names[i], "F32", types[k], 3);
        check_refused (path_in ("typed"), target, NULL, GLM_ERROR_UNSUPPORTED, names[i]);
        check_refused (path_in ("typed"), target, NULL, GLM_ERROR_UNSUPPORTED, types[k]);
      }
  /* What nobody needs may have any type. */
  copy_source ("v3-f32");
  patch_file (path_in ("typed/model.safetensors"), "inv_freq", "F32", "F64", 3);
  CHECK (glm_import (path_in ("typed"), target, NULL, &error), "%s", error.message);
  unlink (target);
  copy_source ("v2-torch");
  patch_file (path_in ("typed/pytorch_model.bin"), "transformer.output_layer.weight", "HalfStorage", "LongStorage", 11);
  check_refused (path_in ("typed"), target, NULL, GLM_ERROR_UNSUPPORTED, "transformer.output_layer.weight");
  check_refused (path_in ("typed"), target, NULL, GLM_ERROR_UNSUPPORTED, "LongStorage");
  copy_source ("v2-torch");
  patch_file (path_in ("typed/pytorch_model.bin"), "inv_freq", "HalfStorage", "LongStorage", 11);
  CHECK (glm_import (path_in ("typed"), target, NULL, &error), "%s", error.message);
  unlink (target);
}

/* What would not open is not called a model, and is refused before the work where that can be known. */
static void
test_must_open (void)
{
  const char *target = path_in ("refused.gguf");
  GlmImportOptions replace = { .mode = GLM_IMPORT_REPLACE_EXISTING };
  GlmImportInfo info;
  GlmError error = { 0 };

  check_refused (path_in ("v3-torch.reference.gguf"), target, NULL, GLM_ERROR_UNSUPPORTED, "reference");
  REQUIRE (glm_import (path_in ("v3-torch"), path_in ("out.gguf"), &replace, &error), "%s", error.message);
  CHECK (glm_import (path_in ("out.gguf"), target, NULL, &error), "%s", error.message);
  unlink (target);
  check_refused (path_in ("out.gguf"), target, &(GlmImportOptions){ .family = "GLM-4" }, GLM_ERROR_UNSUPPORTED, "its family");
  check_refused (path_in ("out.gguf"), target, &(GlmImportOptions){ .tokenizer_path = "" }, GLM_ERROR_UNSUPPORTED,
                 "its tokenizer");
  patch_file (path_in ("out.gguf"), "GGUF", "output_norm.weight", "output_worm.weight", 18);
  check_refused (path_in ("out.gguf"), target, NULL, GLM_ERROR_BAD_FILE, "output_norm.weight is missing");
  CHECK (!glm_import_probe (path_in ("out.gguf"), NULL, &info, &error), "a file that does not open was probed");
  REQUIRE (glm_import (path_in ("v3-torch"), path_in ("out.gguf"), &replace, &error), "%s", error.message);
  patch_file (path_in ("out.gguf"), "GGUF", "blk.1.ffn_up.weight", "blk.2.ffn_up.weight", 19);
  check_refused (path_in ("out.gguf"), target, NULL, GLM_ERROR_BAD_FILE, "blk.1.ffn_up.weight is missing");
}

static uint64_t
id_of (const char *target, const char *key)
{
  GlmModelFile *file = NULL;
  GlmError error = { 0 };
  uint64_t id = UINT64_MAX;

  REQUIRE (glm_model_file_open (target, &file, &error), "%s", error.message);
  CHECK (glm_model_file_get_uint (file, key, &id), "%s is missing", key);
  glm_model_file_free (file);
  return id;
}

static void
check_id (const char *target, const char *key, uint64_t expected)
{
  uint64_t id = id_of (target, key);

  CHECK (id == expected, "%s is %llu, expected %llu", key, (unsigned long long) id, (unsigned long long) expected);
}

/* ChatGLM-6B without its tokenizer: config.json says what ends the part that is read in both directions. */
static void
test_without_tokenizer (void)
{
  const char *target = path_in ("bare.gguf");
  GlmImportOptions bare = { .tokenizer_path = "", .mode = GLM_IMPORT_REPLACE_EXISTING };
  GlmImportOptions whole = { .mode = GLM_IMPORT_REPLACE_EXISTING };
  uint64_t sop;
  GlmModel *model = NULL;
  GlmError error = { 0 };
  char command[2048];

  copy_source ("v1-torch");
  snprintf (command, sizeof command,
            "sed 's/\"bos_token_id\": 1,/\"bos_token_id\": 77, \"gmask_token_id\": 78, \"mask_token_id\": 79,/' "
            "%s/v1-torch/config.json > %s/typed/config.json",
            folder, folder);
  CHECK (system (command) == 0, "sed");
  REQUIRE (glm_import (path_in ("typed"), target, &bare, &error), "%s", error.message);
  check_id (target, "tokenizer.ggml.bos_token_id", 77);
  check_id (target, "chatglm1.gmask_token_id", 78);
  check_id (target, "chatglm1.mask_token_id", 79);
  CHECK (glm_model_open (target, NULL, &model, &error), "%s", error.message);
  glm_model_free (model);
  /* The old vocabulary begins with rows that are left out. */
  REQUIRE (glm_import (path_in ("v1-old"), target, &bare, &error), "%s", error.message);
  check_id (target, "tokenizer.ggml.bos_token_id", 130004);
  /* chatglm.cpp's file says it by its tokenizer alone. */
  REQUIRE (glm_import (path_in ("v1-cpp1-f16.bin"), target, &whole, &error), "%s", error.message);
  sop = id_of (target, "tokenizer.ggml.bos_token_id");
  REQUIRE (glm_import (path_in ("v1-cpp1-f16.bin"), target, &bare, &error), "%s", error.message);
  check_id (target, "tokenizer.ggml.bos_token_id", sop);
  snprintf (command, sizeof command, "sed 's/\"bos_token_id\": 1,//' %s/v1-torch/config.json > %s/typed/config.json", folder,
            folder);
  CHECK (system (command) == 0, "sed");
  unlink (target);
  check_refused (path_in ("typed"), target, &bare, GLM_ERROR_BAD_FILE, "bos_token_id");
}

/* torch.save() itself wrote this one; values are arange () / 8, of the int8 tensor arange () - 8. */
static void
test_torch_file (const char *fixtures)
{
  char command[2048];
  GlmImportOptions options = { .tokenizer_path = "" };
  GlmError error = { 0 };

  snprintf (command, sizeof command,
            "cp %s/torch/state_dict.bin %s/bad/pytorch_model.bin && cd %s/bad && "
            "rm -f model.safetensors*",
            fixtures, folder, folder);
  CHECK (system (command) == 0, "cp");
  /* It is read to its end, and then found to be no model. */
  CHECK (!glm_import (path_in ("bad"), path_in ("refused.gguf"), &options, &error), "imported");
  CHECK (strstr (error.message, "word_embeddings.weight is missing"), "%s", error.message);
}

int
main (int argc, char **argv)
{
  GlmJson *manifest = NULL;
  GlmError error = { 0 };
  const GlmJsonValue *root;

  REQUIRE (argc == 3, "usage: test-import FIXTURES FOLDER");
  snprintf (folder, sizeof folder, "%s", argv[2]);
  REQUIRE (glm_json_open (path_in ("manifest.json"), &manifest, &error), "%s", error.message);
  root = glm_json_root (manifest);
  CHECK (root->n >= 25, "%u sources", root->n);
  for (const GlmJsonValue *v = glm_json_first (root); v; v = glm_json_next (root, v))
    test_entry (v);
  test_exact_integers ("v1-int4", GLM_IMPORT_Q4_0);
  test_exact_integers ("v1-int4", GLM_IMPORT_Q8_0);
  test_exact_integers ("v1-int8", GLM_IMPORT_Q8_0);
  test_exact_integers ("v2-int4", GLM_IMPORT_Q4_0);
  test_exact_integers ("v2-int8", GLM_IMPORT_Q8_0);
  test_refusals ();
  test_bad_directories ();
  test_torch_file (argv[1]);
  test_other_types ();
  test_must_open ();
  test_without_tokenizer ();
  glm_json_free (manifest);
  return check_exit ();
}
