/* test-before.c: session files and packed files that version 0.1.0 made, before the folders of the engine were sorted
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * test-before FOLDER tests the files of the folder; test-before FOLDER --make made them, linked against that version.  The
 * models are made anew each time, in integers and exact floats: they are the same on every machine.
 */
#include <stddef.h>

#include "file/gguf-writer.h"
#include "gguf-build.h"
#include "import/pack.h"
#include "quant/blocks.h"
#include "session-check.h"

static const char *folder;

static const char *
path_of (const char *name)
{
  static char path[4096];

  snprintf (path, sizeof path, "%s/%s", folder, name);
  return path;
}

/* ---- Sessions --------------------------------------------------------------------------------------------------- */

#define N_MORE 9 /* tokens of what is asked next */

typedef struct
{
  const char *name;
  TinyModel tiny;
  int cache; /* bytes of a key's or value's element */
  int n;     /* tokens */
} Saved;

#define SMALL(arch_, type_, seed_)                                                                                        \
  {                                                                                                                       \
    .arch = arch_, .n_layers = 2, .n_embd = 64, .n_ff = 96, .n_heads = 4, .n_kv_heads = 2, .head_dim = 16, .n_vocab = 96, \
    .n_context = 2048, .type = type_, .seed = seed_                                                                       \
  }

static const Saved saved[] = {
  { "single.kv", SMALL ("chatglm", GLM_TYPE_F32, 71), 4, 24 },
  { "half.kv", SMALL ("glm4", GLM_TYPE_F16, 72), 2, 24 },
  { "bytes.kv", SMALL ("chatglm", GLM_TYPE_F32, 73), 1, 264 }, /* more than a chunk */
  { "bidirectional.kv", SMALL ("chatglm1", GLM_TYPE_F32, 74), 4, 24 },
};

static GlmModel *
open_saved (const Saved *s, int32_t *ids)
{
  TinyModel tiny = s->tiny;
  GlmModel *model;

  if (strcmp (tiny.arch, "chatglm1") == 0)
    tiny.n_heads = tiny.n_kv_heads;
  model = open_tiny (&tiny);
  model->params.kv_element_bytes = s->cache;
  model->plan->kv = glm_kv_shape (&model->params);
  fill_ids (&tiny, ids, s->n, tiny.seed);
  for (int i = s->n; i < s->n + N_MORE; i++)
    ids[i] = 8 + i % 50;
  return model;
}

/* The question that comes next is all that has to be evaluated, and the answer is what it would be without the file. */
static void
test_session (const Saved *s)
{
  int32_t ids[300];
  GlmModel *model = open_saved (s, ids);
  GlmSession *session = open_session (model);
  float *expected = fresh_logits (model, ids, s->n + N_MORE);
  GlmError error = { 0 };

  CHECK (glm_session_restore (session, path_of (s->name), NULL, 0, &error), "%s: %s", s->name, error.message);
  CHECK (glm_session_n_tokens (session) == (size_t) s->n, "%s: %zu tokens", s->name, glm_session_n_tokens (session));
  sync_ids (session, ids, s->n + N_MORE);
  CHECK (session->n_kept == (size_t) s->n, "%s: kept %zu", s->name, session->n_kept);
  check_same (session, expected, s->cache == 1 ? 5e-3 : 1e-3, s->name);
  free (expected);
  glm_session_free (session);
  glm_model_free (model);
}

static void
make_session (const Saved *s)
{
  int32_t ids[300];
  GlmModel *model = open_saved (s, ids);
  GlmSession *session = open_session (model);
  GlmError error = { 0 };

  sync_ids (session, ids, s->n);
  REQUIRE (glm_session_save (session, path_of (s->name), &error), "%s", error.message);
  glm_session_free (session);
  glm_model_free (model);
}

/* ---- A packed file ---------------------------------------------------------------------------------------------- */

#define PACKED       "packed.gguf"
#define MAX_TENSORS  64
#define HALF(power_) ((uint16_t) ((15 + (power_)) << 10))

/* A type of blocks: where its halves stand, and the powers of two from which their sizes go up to the next. */
typedef struct
{
  GlmType type;
  size_t d_at, m_at; /* m_at 0: there is none */
  uint16_t d, m;
} BlockKind;

#define D(name_, d_)                                                 \
  {                                                                  \
    GLM_TYPE_##name_, offsetof (GlmBlock##name_, d), 0, HALF (d_), 0 \
  }
#define DM(name_, d_, m_, h)                                                                      \
  {                                                                                               \
    GLM_TYPE_##name_, offsetof (GlmBlock##name_, d), offsetof (GlmBlock##name_, m_), HALF (d_), h \
  }

/* The rows of all matrices but ffn_down are short: 32. */
static const BlockKind up[] = { D (Q4_0, -5), DM (Q4_1, -5, m, 0x8000 | HALF (-2)), D (IQ4_NL, -9) };
static const BlockKind attention[] = { D (Q5_0, -6), DM (Q5_1, -6, m, 0x8000 | HALF (-2)), D (Q8_0, -9) };
static const BlockKind down[] = { DM (Q4_K, -12, dmin, HALF (-9)),
                                  DM (Q5_K, -13, dmin, HALF (-9)),
                                  D (Q6_K, -14),
                                  DM (Q2_K, -7, dmin, HALF (-7)),
                                  D (Q3_K, -9),
                                  D (IQ4_XS, -14) };

/* NULL: stays as it is. */
static const BlockKind *
kind_of (const GlmTensor *tensor)
{
  int layer;

  if (tensor->n_dims != 2 || strcmp (tensor->name, "token_embd.weight") == 0)
    return NULL;
  if (sscanf (tensor->name, "blk.%d.", &layer) != 1)
    return &attention[2];
  if (strstr (tensor->name, "ffn_down"))
    return &down[layer % 6];
  return strstr (tensor->name, "ffn_up") ? &up[layer % 3] : &attention[layer % 3];
}

static void
fill_blocks (const BlockKind *kind, unsigned char *blocks, size_t n_bytes, uint32_t *state)
{
  size_t block_bytes = (size_t) glm_type_traits (kind->type)->block_bytes;
  uint16_t half;

  for (size_t i = 0; i < n_bytes; i++)
    {
      *state = *state * 1664525u + 1013904223u;
      blocks[i] = (unsigned char) (*state >> 24);
    }
  for (size_t i = 0; i < n_bytes; i += block_bytes)
    {
      half = (uint16_t) (kind->d | blocks[i + kind->d_at]);
      memcpy (blocks + i + kind->d_at, &half, sizeof half);
      half = (uint16_t) (kind->m | blocks[i + kind->m_at]);
      if (kind->m_at > 0)
        memcpy (blocks + i + kind->m_at, &half, sizeof half);
    }
}

/* A model of six layers with every type that has packed panels. */
static const char *
write_original (void)
{
  static unsigned char blocks[1 << 16];
  const char *source = test_temp_path ("plain.gguf"), *target = test_temp_path ("original.gguf");
  TinyModel tiny = SMALL ("chatglm", GLM_TYPE_F32, 75);
  GlmGgufTensor tensors[MAX_TENSORS];
  GlmModelFile *file;
  GlmGgufWriter *writer;
  GlmError error = { 0 };
  uint32_t state = 76;
  size_t n;

  tiny.n_layers = 6;
  tiny.n_embd = tiny.n_vocab = 32;
  tiny.n_ff = 256;
  tiny.n_heads = 2;
  tiny.n_kv_heads = 1;
  tiny_model_write (&tiny, source);
  REQUIRE (glm_model_file_open (source, &file, &error), "%s", error.message);
  n = glm_model_file_n_tensors (file);
  REQUIRE (n <= MAX_TENSORS, "%zu tensors", n);
  for (size_t i = 0; i < n; i++)
    {
      const GlmTensor *tensor = glm_model_file_tensor_at (file, i);
      const GlmTypeTraits *traits = glm_type_traits (kind_of (tensor) ? kind_of (tensor)->type : tensor->type);

      tensors[i] = (GlmGgufTensor){ tensor->name, traits->type, tensor->n_dims, { 0 }, 0 };
      memcpy (tensors[i].ne, tensor->ne, sizeof tensor->ne);
      tensors[i].n_bytes = (size_t) (tensor->ne[0] * tensor->ne[1] / traits->block_size * traits->block_bytes);
    }
  REQUIRE (glm_gguf_writer_open (target, GLM_OUTPUT_REPLACE_EXISTING, glm_model_file_metadata (file), tensors, n, &writer,
                                 &error),
           "%s", error.message);
  for (size_t i = 0; i < n; i++)
    {
      const GlmTensor *tensor = glm_model_file_tensor_at (file, i);
      const BlockKind *kind = kind_of (tensor);

      REQUIRE (tensors[i].n_bytes <= sizeof blocks, "%s", tensor->name);
      if (kind)
        fill_blocks (kind, blocks, tensors[i].n_bytes, &state);
      REQUIRE (glm_gguf_writer_write (writer, kind ? blocks : tensor->data, tensors[i].n_bytes, &error)
                   && glm_gguf_writer_end_tensor (writer, &error),
               "%s", error.message);
    }
  REQUIRE (glm_gguf_writer_commit (writer, &error), "%s", error.message);
  glm_gguf_writer_free (writer);
  glm_model_file_free (file);
  return target;
}

static void
pack (const char *original, const char *target)
{
  GlmPackOptions options = { GLM_OUTPUT_REPLACE_EXISTING, 1 };
  GlmError error = { 0 };

  REQUIRE (glm_pack (original, target, &options, &error), "%s", error.message);
}

static float *
logits_of (const char *path, int *ret_n_vocab)
{
  static const int32_t ids[] = { 9, 31, 8, 17, 25, 12, 30, 10, 11, 29, 16, 22, 23, 19, 28, 27, 14 };
  GlmModelOptions options = { .n_threads = 1 };
  GlmModel *model;
  GlmError error = { 0 };
  float *logits;

  REQUIRE (glm_model_open (path, &options, &model, &error), "%s: %s", path, error.message);
  *ret_n_vocab = glm_model_info (model)->n_vocab;
  logits = fresh_logits (model, ids, sizeof ids / sizeof ids[0]);
  glm_model_free (model);
  return logits;
}

/* It is the same model as the original packed today. */
static void
test_packed (const char *original, const char *packed)
{
  int n, n_before;
  float *expected = logits_of (packed, &n), *logits = logits_of (path_of (PACKED), &n_before);
  float *plain = logits_of (original, &n);

  CHECK (n_before == n && memcmp (expected, logits, (size_t) n * sizeof *logits) == 0, "other logits");
  CHECK (memcmp (expected, plain, (size_t) n * sizeof *logits) == 0, "other logits than the original");
  for (int i = 0; i < n; i++)
    CHECK (logits[i] - logits[i] == 0, "logit %d is no number", i);
  free (expected);
  free (logits);
  free (plain);
}

int
main (int argc, char *argv[])
{
  static const char *const masks[] = { "all", "avx2", "c" };
  const char *original = write_original (), *packed = test_temp_path ("packed-now.gguf");

  REQUIRE (argc > 1, "test-before FOLDER [--make]");
  folder = argv[1];
  if (argc > 2)
    {
      for (size_t i = 0; i < sizeof saved / sizeof saved[0]; i++)
        make_session (&saved[i]);
      pack (original, path_of (PACKED));
      return 0;
    }
  pack (original, packed);
  for (size_t m = 0; m < sizeof masks / sizeof masks[0]; m++)
    {
      unsigned mask;

      REQUIRE (glm_cpu_mask_parse (masks[m], &mask), "%s", masks[m]);
      glm_cpu_set_mask (mask);
      for (size_t i = 0; i < sizeof saved / sizeof saved[0]; i++)
        test_session (&saved[i]);
      test_packed (original, packed);
    }
  return check_exit ();
}
