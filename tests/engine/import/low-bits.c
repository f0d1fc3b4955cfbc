/* low-bits.c: see low-bits.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "low-bits.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "file/gguf-writer.h"
#include "file/model-file.h"
#include "quant/blocks.h"

#define MAX_TENSORS 256

/* ---- Blocks ----------------------------------------------------------------------------------------------------- */

/* The value of largest magnitude, with its sign. */
static float
extreme (const float *x, int n)
{
  float result = 0;

  for (int i = 0; i < n; i++)
    if (fabsf (x[i]) > fabsf (result))
      result = x[i];
  return result;
}

/* x / step, rounded; 0 where there is no step. */
static int
nearest (float x, float step, int low, int high)
{
  int q = step != 0 ? (int) lrintf (x / step) : 0;

  return q < low ? low : q > high ? high : q;
}

static uint16_t
to_half (float *value)
{
  uint16_t h = glm_f32_to_f16 (*value);

  *value = glm_f16_to_f32 (h);
  return h;
}

/* 32 values to nibbles, indexes of the table. */
static void
write_iq4 (const float *x, float step, uint8_t qs[16])
{
  memset (qs, 0, 16);
  for (int i = 0; i < 32; i++)
    {
      float value = step != 0 ? x[i] / step : 0;
      int best = 0;

      for (int q = 1; q < 16; q++)
        if (fabsf (value - (float) glm_iq4_values[q]) < fabsf (value - (float) glm_iq4_values[best]))
          best = q;
      qs[i % 16] |= (uint8_t) (best << (i / 16 * 4));
    }
}

static void
write_iq4_nl (const float *x, GlmBlockIQ4_NL *block)
{
  float d = extreme (x, 32) / -127;

  block->d = to_half (&d);
  write_iq4 (x, d, block->qs);
}

static void
write_iq4_xs (const float *x, GlmBlockIQ4_XS *block)
{
  float steps[8], d;

  for (int j = 0; j < 8; j++)
    steps[j] = extreme (x + 32 * j, 32) / -127;
  d = extreme (steps, 8) / -32;
  memset (block, 0, sizeof *block);
  block->d = to_half (&d);
  for (int j = 0; j < 8; j++)
    {
      int scale = nearest (steps[j], d, -32, 31);

      block->scales_l[j / 2] |= (uint8_t) (((scale + 32) & 15) << (j % 2 * 4));
      block->scales_h |= (uint16_t) ((scale + 32) >> 4 << (2 * j));
      write_iq4 (x + 32 * j, d * (float) scale, block->qs + 16 * j);
    }
}

static void
write_q3_k (const float *x, GlmBlockQ3_K *block)
{
  float steps[16], d;

  for (int j = 0; j < 16; j++)
    steps[j] = extreme (x + 16 * j, 16) / -4;
  d = extreme (steps, 16) / -32;
  memset (block, 0, sizeof *block);
  block->d = to_half (&d);
  for (int j = 0; j < 16; j++)
    {
      int scale = nearest (steps[j], d, -32, 31);

      block->scales[j % 8] |= (uint8_t) (((scale + 32) & 15) << (j / 8 * 4));
      block->scales[8 + j % 4] |= (uint8_t) ((scale + 32) >> 4 << (j / 4 * 2));
      for (int i = 16 * j; i < 16 * j + 16; i++)
        {
          int q = nearest (x[i], d * (float) scale, -4, 3) + 4;

          block->qs[i / 128 * 32 + i % 32] |= (uint8_t) ((q & 3) << (i % 128 / 32 * 2));
          block->hmask[i % 32] |= (uint8_t) (q >> 2 << (i / 32));
        }
    }
}

static void
write_q2_k (const float *x, GlmBlockQ2_K *block)
{
  float steps[16], lows[16], d = 0, dmin = 0;

  for (int j = 0; j < 16; j++)
    {
      float low = 0, high = 0;

      for (int i = 16 * j; i < 16 * j + 16; i++)
        {
          low = fminf (low, x[i]);
          high = fmaxf (high, x[i]);
        }
      steps[j] = (high - low) / 3;
      lows[j] = -low;
      d = fmaxf (d, steps[j] / 15);
      dmin = fmaxf (dmin, lows[j] / 15);
    }
  memset (block, 0, sizeof *block);
  block->d = to_half (&d);
  block->dmin = to_half (&dmin);
  for (int j = 0; j < 16; j++)
    {
      int scale = nearest (steps[j], d, 0, 15), min = nearest (lows[j], dmin, 0, 15);

      block->scales[j] = (uint8_t) (scale | min << 4);
      for (int i = 16 * j; i < 16 * j + 16; i++)
        block->qs[i / 128 * 32 + i % 32] |=
            (uint8_t) (nearest (x[i] + dmin * (float) min, d * (float) scale, 0, 3) << (i % 128 / 32 * 2));
    }
}

void
low_bits_quantise (GlmType type, const float *x, void *blocks, int64_t n)
{
  const GlmTypeTraits *traits = glm_type_traits (type);
  uint8_t *block = blocks;

  for (; n > 0; n -= traits->block_size, x += traits->block_size, block += traits->block_bytes)
    switch (type)
      {
      case GLM_TYPE_IQ4_NL: write_iq4_nl (x, (GlmBlockIQ4_NL *) block); break;
      case GLM_TYPE_IQ4_XS: write_iq4_xs (x, (GlmBlockIQ4_XS *) block); break;
      case GLM_TYPE_Q3_K: write_q3_k (x, (GlmBlockQ3_K *) block); break;
      case GLM_TYPE_Q2_K: write_q2_k (x, (GlmBlockQ2_K *) block); break;
      default: REQUIRE (false, "no type of low-bits.c: %s", traits->name);
      }
}

/* ---- Files ------------------------------------------------------------------------------------------------------ */

/* The tensor's values in the type of `target`, malloc'ed. */
static void *
requantised (const GlmTensor *source, const GlmGgufTensor *target)
{
  int64_t n = source->ne[0] * source->ne[1];
  float *x = malloc ((size_t) n * sizeof *x);
  void *blocks = malloc (target->n_bytes);

  glm_type_traits (source->type)->dequantise (source->data, x, n);
  low_bits_quantise (target->type, x, blocks, n);
  free (x);
  return blocks;
}

void
low_bits_write_model (const char *source, const char *target, GlmType type)
{
  GlmGgufTensor tensors[MAX_TENSORS];
  GlmModelFile *file;
  GlmGgufWriter *writer;
  GlmError error = { 0 };
  size_t n;

  REQUIRE (glm_model_file_open (source, &file, &error), "%s", error.message);
  n = glm_model_file_n_tensors (file);
  REQUIRE (n <= MAX_TENSORS, "%zu tensors", n);
  for (size_t i = 0; i < n; i++)
    {
      const GlmTensor *tensor = glm_model_file_tensor_at (file, i);
      const GlmTypeTraits *traits = glm_type_traits (tensor->n_dims < 2 ? tensor->type : type);

      if (tensor->ne[0] % traits->block_size != 0)
        traits = glm_type_traits (GLM_TYPE_IQ4_NL);
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
      void *blocks = tensors[i].type != tensor->type ? requantised (tensor, &tensors[i]) : NULL;

      REQUIRE (glm_gguf_writer_write (writer, blocks ? blocks : tensor->data, tensors[i].n_bytes, &error)
                   && glm_gguf_writer_end_tensor (writer, &error),
               "%s", error.message);
      free (blocks);
    }
  REQUIRE (glm_gguf_writer_commit (writer, &error), "%s", error.message);
  glm_gguf_writer_free (writer);
  glm_model_file_free (file);
}
