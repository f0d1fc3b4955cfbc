/* naive-forward.c: see naive-forward.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "naive-forward.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct
{
  const TinyModel *tiny;
  bool first, sandwich;
  int n;                 /* tokens */
  int n_context, origin; /* chatglm1 */
  int q, kv;
  double *x, *norm, *qkv, *heads, *ff, *out;
} Naive;

static float *
values (const Naive *naive, const char *prefix, const char *name, size_t n, float scale, float offset)
{
  char full[96];
  float *result = malloc (n * sizeof *result);

  if (!result)
    abort ();
  snprintf (full, sizeof full, "%s%s", prefix, name);
  tiny_model_values (naive->tiny, full, scale, offset, result, n);
  return result;
}

static void
linear (const Naive *naive, const char *prefix, const char *base, const double *in, int ld_in, int rows, int cols, bool bias,
        double *out, int ld_out)
{
  char name[64];
  float *w, *b = NULL;

  snprintf (name, sizeof name, "%s.weight", base);
  w = values (naive, prefix, name, (size_t) rows * (size_t) cols, (strcmp (base, "output") == 0 ? 4 : 2) / sqrtf ((float) cols),
              0);
  snprintf (name, sizeof name, "%s.bias", base);
  if (bias)
    b = values (naive, prefix, name, (size_t) rows, 0.3f, 0);
  for (int t = 0; t < naive->n; t++)
    for (int r = 0; r < rows; r++)
      {
        double sum = b ? b[r] : 0;

        for (int c = 0; c < cols; c++)
          sum += (double) w[r * cols + c] * in[t * ld_in + c];
        out[t * ld_out + r] = sum;
      }
  free (w);
  free (b);
}

static void
normalise (const Naive *naive, const char *prefix, const char *base, const double *in, double *out)
{
  int d = naive->tiny->n_embd;
  char name[64];
  float *w, *b = NULL;

  snprintf (name, sizeof name, "%s.weight", base);
  w = values (naive, prefix, name, (size_t) d, 0.3f, 1);
  snprintf (name, sizeof name, "%s.bias", base);
  if (naive->first)
    b = values (naive, prefix, name, (size_t) d, 0.2f, 0);
  for (int t = 0; t < naive->n; t++)
    {
      const double *x = in + t * d;
      double mean = 0, square = 0;

      for (int i = 0; i < d && naive->first; i++)
        mean += x[i] / d;
      for (int i = 0; i < d; i++)
        square += (x[i] - mean) * (x[i] - mean) / d;
      for (int i = 0; i < d; i++)
        out[t * d + i] = (x[i] - mean) / sqrt (square + (double) 1e-5f) * w[i] + (b ? b[i] : 0);
    }
  free (w);
  free (b);
}

/* HF's _compute_yarn_parameters, transcribed. */
static double
frequency (const Naive *naive, int i, int dim, double *magnitude)
{
  double base = 10000, plain = 1 / pow (base, 2.0 * i / dim), factor = naive->tiny->yarn_factor;
  double original = naive->tiny->n_context / 4, low, high, ramp;

  *magnitude = 1;
  if (factor == 0)
    return plain;
  low = floor (dim * log (original / (32 * 2 * M_PI)) / (2 * log (base)));
  high = ceil (dim * log (original / (1 * 2 * M_PI)) / (2 * log (base)));
  low = low > 0 ? low : 0;
  high = high < dim - 1 ? high : dim - 1;
  if (low == high)
    high += 0.001;
  ramp = (i - low) / (high - low);
  ramp = ramp < 0 ? 0 : ramp > 1 ? 1 : ramp;
  *magnitude = 0.1 * log (factor) + 1;
  return plain / factor * ramp + plain * (1 - ramp);
}

static void
rotate (const Naive *naive, double *head, int t)
{
  int dim = naive->tiny->head_dim / 2, n_pairs = dim / 2;
  bool inside = t < naive->n_context;

  for (int axis = 0; axis < (naive->first ? 2 : 1); axis++)
    for (int i = 0; i < n_pairs; i++)
      {
        int position = !naive->first ? t : axis == 0 ? (inside ? t : naive->origin) : (inside ? 0 : t - naive->n_context + 1);
        double magnitude, angle = position * frequency (naive, i, dim, &magnitude);
        double *a = naive->first ? &head[axis * dim + i] : &head[2 * i];
        double *b = naive->first ? &head[axis * dim + i + n_pairs] : &head[2 * i + 1];
        double c = cos (angle) * magnitude, s = sin (angle) * magnitude, x = *a, y = *b;

        *a = x * c - y * s;
        *b = y * c + x * s;
      }
}

/* Attention of one head of one token over the prefix and the columns it sees. */
static void
attend_one (const Naive *naive, int t, int head, const float *prefix_k, const float *prefix_v)
{
  const TinyModel *tiny = naive->tiny;
  int d = tiny->head_dim, kv_head = head / (tiny->n_heads / tiny->n_kv_heads), width = naive->q + 2 * naive->kv;
  int n_seen = t < naive->n_context ? naive->n_context : t + 1, n = tiny->n_prefix + n_seen;
  const double *q = naive->qkv + t * width + head * d;
  double *scores = malloc ((size_t) n * sizeof *scores), max = -1e300, sum = 0, *out = naive->heads + t * naive->q + head * d;

  if (!scores)
    abort ();
  for (int j = 0; j < n; j++)
    {
      scores[j] = 0;
      for (int i = 0; i < d; i++)
        scores[j] += q[i]
                     * (j < tiny->n_prefix ? prefix_k[j * naive->kv + kv_head * d + i]
                                           : naive->qkv[(j - tiny->n_prefix) * width + naive->q + kv_head * d + i]);
      scores[j] /= sqrt (d);
      max = scores[j] > max ? scores[j] : max;
    }
  for (int j = 0; j < n; j++)
    sum += scores[j] = exp (scores[j] - max);
  memset (out, 0, (size_t) d * sizeof *out);
  for (int j = 0; j < n; j++)
    for (int i = 0; i < d; i++)
      out[i] += scores[j] / sum
                * (j < tiny->n_prefix ? prefix_v[j * naive->kv + kv_head * d + i]
                                      : naive->qkv[(j - tiny->n_prefix) * width + naive->q + naive->kv + kv_head * d + i]);
  free (scores);
}

static void
attend (const Naive *naive, const char *prefix)
{
  const TinyModel *tiny = naive->tiny;
  int width = naive->q + 2 * naive->kv;
  size_t n_prefix = (size_t) tiny->n_prefix * (size_t) naive->kv;
  float *k = values (naive, prefix, "attn_prefix_k.weight", n_prefix + 1, 1, 0);
  float *v = values (naive, prefix, "attn_prefix_v.weight", n_prefix + 1, 1, 0);

  /* The engine keeps the prefix in half precision, as P-Tuning checkpoints store it. */
  for (size_t i = 0; i < n_prefix; i++)
    {
      k[i] = glm_f16_to_f32 (glm_f32_to_f16 (k[i]));
      v[i] = glm_f16_to_f32 (glm_f32_to_f16 (v[i]));
    }
  for (int t = 0; t < naive->n; t++)
    for (int head = 0; head < tiny->n_heads + tiny->n_kv_heads; head++)
      rotate (naive, naive->qkv + t * width + head * tiny->head_dim, t);
  for (int t = 0; t < naive->n; t++)
    for (int head = 0; head < tiny->n_heads; head++)
      attend_one (naive, t, head, k, v);
  free (k);
  free (v);
}

static void
add_scaled (const Naive *naive, double *y, const double *x, double scale)
{
  for (int i = 0; i < naive->n * naive->tiny->n_embd; i++)
    y[i] += scale * x[i];
}

static void
project_qkv (const Naive *naive, const char *prefix)
{
  const TinyModel *tiny = naive->tiny;
  int width = naive->q + 2 * naive->kv, d = tiny->n_embd;
  bool bias = !tiny->no_bias;

  if (tiny->split_qkv)
    {
      linear (naive, prefix, "attn_q", naive->norm, d, naive->q, d, bias, naive->qkv, width);
      linear (naive, prefix, "attn_k", naive->norm, d, naive->kv, d, bias, naive->qkv + naive->q, width);
      linear (naive, prefix, "attn_v", naive->norm, d, naive->kv, d, bias, naive->qkv + naive->q + naive->kv, width);
    }
  else
    linear (naive, prefix, "attn_qkv", naive->norm, d, width, d, bias, naive->qkv, width);
}

static void
run_layer (const Naive *naive, int layer)
{
  const TinyModel *tiny = naive->tiny;
  int d = tiny->n_embd, f = tiny->n_ff;
  double alpha = sqrt (2 * 28);
  char prefix[32];

  snprintf (prefix, sizeof prefix, "blk.%d.", layer);
  normalise (naive, prefix, "attn_norm", naive->x, naive->norm);
  project_qkv (naive, prefix);
  attend (naive, prefix);
  linear (naive, prefix, "attn_output", naive->heads, naive->q, d, naive->q, naive->first, naive->out, d);
  if (naive->sandwich)
    normalise (naive, prefix, "post_attention_norm", naive->out, naive->out);
  if (naive->first)
    memset (naive->x, 0, (size_t) (naive->n * d) * sizeof *naive->x);
  add_scaled (naive, naive->x, naive->out, 1);
  if (naive->first)
    add_scaled (naive, naive->x, naive->norm, alpha);

  normalise (naive, prefix, "ffn_norm", naive->x, naive->norm);
  linear (naive, prefix, "ffn_up", naive->norm, d, naive->first ? f : 2 * f, d, naive->first, naive->ff, 2 * f);
  for (int t = 0; t < naive->n; t++)
    for (int i = 0; i < f; i++)
      {
        double *g = &naive->ff[t * 2 * f + i], v = *g;

        *g = naive->first ? 0.5 * v * (1 + tanh (0.7978845608028654 * (v + 0.044715 * v * v * v)))
                          : v / (1 + exp (-v)) * naive->ff[t * 2 * f + f + i];
      }
  linear (naive, prefix, "ffn_down", naive->ff, 2 * f, d, f, naive->first, naive->out, d);
  if (naive->sandwich)
    normalise (naive, prefix, "post_ffw_norm", naive->out, naive->out);
  if (naive->first)
    memset (naive->x, 0, (size_t) (naive->n * d) * sizeof *naive->x);
  add_scaled (naive, naive->x, naive->out, 1);
  if (naive->first)
    add_scaled (naive, naive->x, naive->norm, alpha);
}

static double *
rows (int n, int width)
{
  double *data = calloc ((size_t) n * (size_t) width, sizeof *data);

  if (!data)
    abort ();
  return data;
}

static void
find_context (Naive *naive, const int32_t *ids)
{
  int sop = -1;

  for (int t = 0; t < naive->n && sop < 0; t++)
    {
      if (ids[t] == TINY_SOP)
        sop = t;
      if (ids[t] == TINY_GMASK && naive->origin == 0)
        naive->origin = t;
    }
  naive->n_context = sop;
}

void
naive_forward (const TinyModel *tiny, const int32_t *ids, int n, double *logits)
{
  Naive naive = { .tiny = tiny, .n = n };
  int d = tiny->n_embd;
  float *embedding;

  if (tiny->n_used > 0)
    {
      naive_forward_experts (tiny, ids, n, logits);
      return;
    }
  naive.first = strcmp (tiny->arch, "chatglm1") == 0;
  naive.sandwich = strcmp (tiny->arch, "glm4") == 0;
  naive.q = tiny->n_heads * tiny->head_dim;
  naive.kv = tiny->n_kv_heads * tiny->head_dim;
  if (naive.first)
    find_context (&naive, ids);
  naive.x = rows (n, d);
  naive.norm = rows (n, d);
  naive.out = rows (n, d > tiny->n_vocab ? d : tiny->n_vocab);
  naive.qkv = rows (n, naive.q + 2 * naive.kv);
  naive.heads = rows (n, naive.q);
  naive.ff = rows (n, 2 * tiny->n_ff);

  embedding = values (&naive, "", "token_embd.weight", (size_t) tiny->n_vocab * (size_t) d, 1, 0);
  for (int t = 0; t < n; t++)
    for (int i = 0; i < d; i++)
      naive.x[t * d + i] = embedding[ids[t] * d + i];
  for (int layer = 0; layer < tiny->n_layers; layer++)
    run_layer (&naive, layer);
  normalise (&naive, "", "output_norm", naive.x, naive.norm);
  if (tiny->tied)
    for (int id = 0; id < tiny->n_vocab; id++)
      {
        logits[id] = 0;
        for (int i = 0; i < d; i++)
          logits[id] += embedding[id * d + i] * naive.norm[(n - 1) * d + i];
      }
  else
    {
      linear (&naive, "", "output", naive.norm, d, tiny->n_vocab, d, false, naive.out, tiny->n_vocab);
      memcpy (logits, naive.out + (size_t) (n - 1) * (size_t) tiny->n_vocab, (size_t) tiny->n_vocab * sizeof *logits);
    }
  free (embedding);
  free (naive.x);
  free (naive.norm);
  free (naive.out);
  free (naive.qkv);
  free (naive.heads);
  free (naive.ff);
}
