/* test-quant.c: the tensor types
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Dequantising is compared with golden blocks that ggml's own Python package expanded, those from MXFP4 on its C functions;
 * quantising with blocks published in chatglm.cpp's tests, and by the error that a round trip may have.
 */
#include "quant/blocks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int n_failed, n_checks;

static void
check (bool condition, const char *what, const char *detail)
{
  n_checks++;
  if (condition)
    return;
  n_failed++;
  printf ("FAILED: %s: %s\n", what, detail);
}

static float
random_normal (uint64_t *state)
{
  double sum = 0;

  for (int i = 0; i < 12; i++)
    {
      *state = *state * 6364136223846793005u + 1442695040888963407u;
      sum += (double) (*state >> 11) * 0x1p-53;
    }
  return (float) (sum - 6);
}

/* ---- Sixteen-bit floats ----------------------------------------------------------------------------------------- */

static void
test_halves (void)
{
  /* clang-format off */
  static const struct { float f; uint16_t h; } cases[] = {
    { 0.0f, 0x0000 },       { -0.0f, 0x8000 },      { 1.0f, 0x3c00 },       { -2.0f, 0xc000 },
    { 65504.0f, 0x7bff },   { 65519.9f, 0x7bff },   { 65520.0f, 0x7c00 },   { 1e30f, 0x7c00 },
    { 0x1p-14f, 0x0400 },   { 0x1p-24f, 0x0001 },   { 0x1p-25f, 0x0000 },   { 0x1.8p-25f, 0x0001 },
    { 0x1.8p-24f, 0x0002 }, { 0x1.002p0f, 0x3c00 }, { 0x1.006p0f, 0x3c02 }, { 0.1f, 0x2e66 },
    { INFINITY, 0x7c00 },   { -INFINITY, 0xfc00 },
  };
  /* clang-format on */
  char detail[64];

  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    {
      snprintf (detail, sizeof detail, "%a gives %04x", (double) cases[i].f, glm_f32_to_f16 (cases[i].f));
      check (glm_f32_to_f16 (cases[i].f) == cases[i].h, "rounding to half", detail);
    }
  for (unsigned h = 0; h < 0x10000; h++)
    {
      float f = glm_f16_to_f32 ((uint16_t) h);
      bool nan = (h & 0x7c00) == 0x7c00 && (h & 0x3ff) != 0;

      snprintf (detail, sizeof detail, "%04x", h);
      check (nan ? isnan (f) && isnan (glm_f16_to_f32 (glm_f32_to_f16 (f))) : glm_f32_to_f16 (f) == h, "half and back", detail);
      f = glm_bf16_to_f32 ((uint16_t) h);
      check (isnan (f) ? isnan (glm_bf16_to_f32 (glm_f32_to_bf16 (f))) : glm_f32_to_bf16 (f) == h, "bfloat16 and back", detail);
    }
  check (glm_f32_to_bf16 (0x1.01p0f) == 0x3f80 && glm_f32_to_bf16 (0x1.03p0f) == 0x3f82, "bfloat16", "ties to even");
}

/* ---- Golden blocks ---------------------------------------------------------------------------------------------- */

static bool
read_hex (FILE *file, uint8_t *bytes, int n)
{
  for (int i = 0; i < n; i++)
    {
      unsigned value;

      if (fscanf (file, "%2x", &value) != 1)
        return false;
      bytes[i] = (uint8_t) value;
    }
  return true;
}

static void
test_golden_dequantise (const char *path)
{
  FILE *file = fopen (path, "r");
  char name[16];
  int n_bytes, n, n_types = 0;

  check (file != NULL, "opening", path);
  if (file == NULL)
    return;
  while (fscanf (file, "%15s %d %d", name, &n_bytes, &n) == 3)
    {
      const GlmTypeTraits *traits = glm_type_traits_by_name (name);
      uint8_t bytes[512];
      float values[256], worst = 0;

      check (traits != NULL && n_bytes <= 512 && n <= 256 && read_hex (file, bytes, n_bytes), "golden record", name);
      if (traits == NULL)
        break;
      check (n_bytes == n / traits->block_size * traits->block_bytes, "block size", name);
      traits->dequantise (bytes, values, n);
      for (int i = 0; i < n; i++)
        {
          float expected, miss;

          if (fscanf (file, "%f", &expected) != 1)
            check (false, "golden record", name);
          miss = fabsf (values[i] - expected) / (fabsf (expected) + 1e-6f);
          worst = miss > worst ? miss : worst;
        }
      check (worst < 2e-6f, "dequantising", name);
      n_types++;
    }
  fclose (file);
  check (n_types == 20, "golden file", "20 types");
}

/* ---- Codebooks -------------------------------------------------------------------------------------------------- */

static uint8_t
next_byte (uint32_t *state)
{
  *state = *state * 1664525u + 1013904223u;
  return (uint8_t) (*state >> 24);
}

/* A block of random bytes under a factor that is one of four. */
static void
random_block (const GlmTypeTraits *traits, uint32_t *state, uint8_t *block)
{
  static const float factors[] = { 0.01f, 0.0371f, -0.0023f, 0.00061f };
  uint16_t d;

  for (int i = 0; i < traits->block_bytes; i++)
    block[i] = next_byte (state);
  d = glm_f32_to_f16 (factors[next_byte (state) % 4]);
  if (traits->type == GLM_TYPE_MXFP4)
    block[0] = (uint8_t) (110 + block[0] % 16);
  else if (traits->type != GLM_TYPE_IQ1_M)
    memcpy (block, &d, sizeof d);
  else
    for (int i = 0; i < 4; i++)
      {
        GlmBlockIQ1_M *iq1_m = (GlmBlockIQ1_M *) block;

        iq1_m->scales[i] = (uint16_t) ((iq1_m->scales[i] & 0x0fff) | (d >> (4 * i) & 15) << 12);
      }
}

/* 512 blocks, which have nearly every entry of each codebook: a hash of the values that ggml's functions make of them. */
static void
test_codebooks (void)
{
  static const struct
  {
    GlmType type;
    uint64_t hash;
  } golden[] = {
    { GLM_TYPE_MXFP4, 0x1552f9cea7f5f8ac },   { GLM_TYPE_IQ1_S, 0x445037b66e2bd986 },  { GLM_TYPE_IQ1_M, 0xb91ff429e12d6183 },
    { GLM_TYPE_IQ2_XXS, 0x23ca02e8ef0ef46e }, { GLM_TYPE_IQ2_XS, 0x497dea856aa54850 }, { GLM_TYPE_IQ2_S, 0xb21eb7681e5ca7d0 },
    { GLM_TYPE_IQ3_XXS, 0xad1948de18347ed9 }, { GLM_TYPE_IQ3_S, 0x617a715190b2c46c },
  };

  for (size_t t = 0; t < sizeof golden / sizeof golden[0]; t++)
    {
      const GlmTypeTraits *traits = glm_type_traits (golden[t].type);
      uint32_t state = 11;
      uint64_t hash = 0xcbf29ce484222325;

      for (int b = 0; b < 512; b++)
        {
          _Alignas(8) uint8_t block[128];
          float values[256];

          random_block (traits, &state, block);
          traits->dequantise (block, values, traits->block_size);
          for (size_t i = 0; i < (size_t) traits->block_size * sizeof *values; i++)
            hash = (hash ^ ((const uint8_t *) values)[i]) * 0x100000001b3;
        }
      check (hash == golden[t].hash, "codebook", traits->name);
    }
}

/* The smallest and the largest exponents of MXFP4 are no special numbers. */
static void
test_exponents (void)
{
  check (glm_mxfp4_scale (0) == 0x1p-128f && glm_mxfp4_scale (1) == 0x1p-127f && glm_mxfp4_scale (128) == 1
             && glm_mxfp4_scale (255) == 0x1p127f,
         "MXFP4", "exponents");
}

/* Reads the numbers of a JSON array (of arrays) that follows "key". */
static int
read_array (const char *json, const char *key, double *values, int max)
{
  const char *p = strstr (json, key);
  int n = 0, depth = 0;

  if (p == NULL || (p = strchr (p, '[')) == NULL)
    return 0;
  for (; *p != '\0'; p++)
    {
      if (*p == '[')
        depth++;
      else if (*p == ']' && --depth == 0)
        break;
      else if (*p == '-' || (*p >= '0' && *p <= '9'))
        {
          char *end;

          if (n == max)
            return -1;
          values[n++] = strtod (p, &end);
          p = end - 1;
        }
    }
  return n;
}

/* Published blocks: where the reference's rounding of a tie differs, a level may be off by one. */
static void
test_golden_quantise (const char *shared)
{
  static const char *const types[] = { "Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1" };
  static const char *const keys[] = { "\"q8_0\"", "\"q4_0\"", "\"q4_1\"", "\"q5_0\"", "\"q5_1\"" };
  char path[4096];
  char *json = calloc (1, 1 << 20);
  double numbers[512];
  float x[256], decoded[256], expected[256];
  FILE *file;

  snprintf (path, sizeof path, "%s/glm/vectors/ggml_quant_vectors.json", shared);
  file = fopen (path, "r");
  if (file == NULL || fread (json, 1, (1 << 20) - 1, file) == 0)
    {
      printf ("no %s: published blocks not compared\n", path);
      free (json);
      return;
    }
  fclose (file);
  check (read_array (json, "weight_f32_2x128", numbers, 512) == 256, "vectors", "weights");
  for (int i = 0; i < 256; i++)
    x[i] = (float) numbers[i];

  for (int t = 0; t < 5; t++)
    {
      const GlmTypeTraits *traits = glm_type_traits_by_name (types[t]);
      int n_bytes = 8 * traits->block_bytes, n_different = 0;
      uint8_t ours[512], theirs[512];

      check (read_array (json, keys[t], numbers, 512) == n_bytes, "vectors", types[t]);
      for (int i = 0; i < n_bytes; i++)
        theirs[i] = (uint8_t) (int) numbers[i];
      traits->quantise (x, ours, 256);
      traits->dequantise (ours, decoded, 256);
      traits->dequantise (theirs, expected, 256);
      for (int i = 0; i < n_bytes; i++)
        n_different += ours[i] != theirs[i];
      printf ("%s: %d of %d bytes differ from the published blocks\n", types[t], n_different, n_bytes);
      check (n_different <= n_bytes / 50, "published blocks", types[t]);
      for (int b = 0; b < 8; b++)
        check (memcmp (ours + b * traits->block_bytes, theirs + b * traits->block_bytes, 2) == 0, "published scale", types[t]);
    }
  free (json);
}

/* ---- Round trips ------------------------------------------------------------------------------------------------ */

/* Relative root mean square error that a type may have on normally distributed values: a few per cent over what its
 * number of levels allows. */
static void
test_round_trip (void)
{
  /* clang-format off */
  static const struct { GlmType type; float bound; } bounds[] = {
    { GLM_TYPE_F32, 0 },        { GLM_TYPE_F16, 3e-4f },    { GLM_TYPE_BF16, 2.5e-3f }, { GLM_TYPE_Q4_0, 0.095f },
    { GLM_TYPE_Q4_1, 0.085f },  { GLM_TYPE_Q5_0, 0.045f },  { GLM_TYPE_Q5_1, 0.042f },  { GLM_TYPE_Q8_0, 0.006f },
    { GLM_TYPE_Q4_K, 0.078f },  { GLM_TYPE_Q5_K, 0.039f },  { GLM_TYPE_Q6_K, 0.021f },
  };
  /* clang-format on */
  enum
  {
    N = 256 * 64
  };
  static float x[N], y[N];
  static uint8_t blocks[N * 4];
  uint64_t state = 42;

  for (int i = 0; i < N; i++)
    x[i] = random_normal (&state) * 0.02f;
  for (size_t t = 0; t < sizeof bounds / sizeof bounds[0]; t++)
    {
      const GlmTypeTraits *traits = glm_type_traits (bounds[t].type);
      double error = 0, power = 0;
      float rms;

      traits->quantise (x, blocks, N);
      traits->dequantise (blocks, y, N);
      for (int i = 0; i < N; i++)
        {
          error += (double) (y[i] - x[i]) * (y[i] - x[i]);
          power += (double) x[i] * x[i];
        }
      rms = (float) sqrt (error / power);
      printf ("%-5s relative error %.5f\n", traits->name, (double) rms);
      check (rms <= bounds[t].bound, "round trip", traits->name);
    }
}

/* Blocks that are all zero, all equal, or hold one large value must come back finite and close. */
static void
test_degenerate_blocks (void)
{
  static const float levels[] = { 0, 1, -1, 3e-8f, 1000 };
  float x[256], y[256];
  uint8_t block[1024];

  for (int id = 0; id < 64; id++)
    {
      const GlmTypeTraits *traits = glm_type_traits ((uint32_t) id);

      if (traits == NULL || traits->quantise == NULL)
        continue;
      for (size_t l = 0; l < sizeof levels / sizeof levels[0]; l++)
        for (int spike = 0; spike < 2; spike++)
          {
            float tolerance = fabsf (levels[l]) * (spike != 0 ? 0.13f : 0.04f) + 1e-6f;
            bool good = true;

            for (int i = 0; i < 256; i++)
              x[i] = spike == 0 || i % 32 == 7 ? levels[l] : 0;
            traits->quantise (x, block, 256);
            traits->dequantise (block, y, 256);
            for (int i = 0; i < 256; i++)
              good = good && isfinite (y[i]) && fabsf (y[i] - x[i]) <= tolerance;
            check (good, "degenerate blocks", traits->name);
          }
    }
}

int
main (int argc, char **argv)
{
  const char *shared = getenv ("MYNA_SHARED");

  check (glm_type_traits (4) == NULL && glm_type_traits (UINT32_MAX) == NULL, "traits", "unknown ids");
  check (glm_type_traits_by_name ("q4_k") == glm_type_traits (GLM_TYPE_Q4_K), "traits", "names in any case");
  check (glm_type_traits_by_name ("Q9") == NULL, "traits", "unknown names");
  test_halves ();
  test_golden_dequantise (argc > 1 ? argv[1] : "quant-golden.txt");
  test_codebooks ();
  test_exponents ();
  if (shared != NULL)
    test_golden_quantise (shared);
  test_round_trip ();
  test_degenerate_blocks ();
  printf ("%d checks, %d failed\n", n_checks, n_failed);
  return n_failed == 0 ? 0 : 1;
}
