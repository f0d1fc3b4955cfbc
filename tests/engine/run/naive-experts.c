/* naive-experts.c: the forward pass of models with experts and of latent attention; see naive-forward.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Written from the published description, token by token, without a table of operations: keys and values of latent attention are
 * expanded, experts are chosen by sorting, and every token multiplies by its experts alone.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "naive-forward.h"

typedef struct
{
  const TinyModel *tiny;
  int n; /* tokens */
  bool is_flash;
  char prefix[32]; /* of the layer */
} Pass;

static double *
rows (int n, int width)
{
  double *data = calloc ((size_t) n * (size_t) width + 1, sizeof *data);

  if (!data)
    abort ();
  return data;
}

static float *
tensor (const Pass *pass, const char *name, size_t n, float scale, float offset)
{
  char full[96];
  float *result = malloc (n * sizeof *result);

  if (!result)
    abort ();
  snprintf (full, sizeof full, "%s%s", pass->prefix, name);
  tiny_model_values (pass->tiny, full, scale, offset, result, n);
  return result;
}

/* y = W x */
static void
multiply (const float *w, const double *x, int n_rows, int n_cols, double *y)
{
  for (int r = 0; r < n_rows; r++)
    {
      y[r] = 0;
      for (int c = 0; c < n_cols; c++)
        y[r] += (double) w[(size_t) r * (size_t) n_cols + (size_t) c] * x[c];
    }
}

/* Of all tokens: [n, rows], malloc'ed. */
static double *
linear (const Pass *pass, const char *base, const double *in, int n_rows, int n_cols, bool bias)
{
  char name[64];
  float *w, *b = NULL;
  double *out = rows (pass->n, n_rows);

  snprintf (name, sizeof name, "%s.weight", base);
  w = tensor (pass, name, (size_t) n_rows * (size_t) n_cols, (strcmp (base, "output") == 0 ? 4 : 2) / sqrtf ((float) n_cols),
              0);
  snprintf (name, sizeof name, "%s.bias", base);
  if (bias)
    b = tensor (pass, name, (size_t) n_rows, 0.3f, 0);
  for (int t = 0; t < pass->n; t++)
    {
      multiply (w, in + t * n_cols, n_rows, n_cols, out + t * n_rows);
      for (int r = 0; b && r < n_rows; r++)
        out[t * n_rows + r] += b[r];
    }
  free (w);
  free (b);
  return out;
}

/* Each run of d values, `step` apart, `count` of them from `in` on; in place where out is in. */
static void
normalise (const Pass *pass, const char *base, const double *in, double *out, int d, int step, int count)
{
  char name[64];
  float *w;

  snprintf (name, sizeof name, "%s.weight", base);
  w = tensor (pass, name, (size_t) d, 0.3f, 1);
  for (int k = 0; k < count; k++)
    {
      double square = 0;

      for (int i = 0; i < d; i++)
        square += in[k * step + i] * in[k * step + i] / d;
      for (int i = 0; i < d; i++)
        out[k * step + i] = in[k * step + i] / sqrt (square + (double) 1e-5f) * w[i];
    }
  free (w);
}

/* The first n_rot of the values at `head`: pairs of neighbors, or of the two halves. */
static void
rotate (double *head, int n_rot, int position, bool half_split)
{
  for (int i = 0; i < n_rot / 2; i++)
    {
      double angle = position * pow (10000, -2.0 * i / n_rot), c = cos (angle), s = sin (angle);
      double *a = half_split ? &head[i] : &head[2 * i], *b = half_split ? &head[i + n_rot / 2] : &head[2 * i + 1], x = *a;

      *a = x * c - *b * s;
      *b = *b * c + x * s;
    }
}

/* out = softmax (q · k / sqrt (d)) · v over the tokens up to t.  Keys and values are ld apart. */
static void
attend (const double *q, const double *k, const double *v, int ld_k, int ld_v, int d, int d_v, int t, double *out)
{
  double *shares = rows (1, t + 1), max = -INFINITY, sum = 0;

  for (int j = 0; j <= t; j++)
    {
      for (int i = 0; i < d; i++)
        shares[j] += q[i] * k[j * ld_k + i] / sqrt (d);
      max = fmax (max, shares[j]);
    }
  for (int j = 0; j <= t; j++)
    sum += shares[j] = exp (shares[j] - max);
  memset (out, 0, (size_t) d_v * sizeof *out);
  for (int j = 0; j <= t; j++)
    for (int i = 0; i < d_v; i++)
      out[i] += shares[j] / sum * v[j * ld_v + i];
  free (shares);
}

/* ---- Attention -------------------------------------------------------------------------------------------------- */

static double *
attention (const Pass *pass, const double *norm)
{
  const TinyModel *tiny = pass->tiny;
  int d = tiny->head_dim, q_width = tiny->n_heads * d, kv_width = tiny->n_kv_heads * d,
      group = tiny->n_heads / tiny->n_kv_heads;
  double *q = linear (pass, "attn_q", norm, q_width, tiny->n_embd, !tiny->no_bias);
  double *k = linear (pass, "attn_k", norm, kv_width, tiny->n_embd, !tiny->no_bias);
  double *v = linear (pass, "attn_v", norm, kv_width, tiny->n_embd, !tiny->no_bias), *out = rows (pass->n, q_width), *result;

  if (tiny->head_norms)
    {
      normalise (pass, "attn_q_norm", q, q, d, d, pass->n * tiny->n_heads);
      normalise (pass, "attn_k_norm", k, k, d, d, pass->n * tiny->n_kv_heads);
    }
  for (int t = 0; t < pass->n; t++)
    {
      for (int head = 0; head < tiny->n_heads; head++)
        rotate (q + t * q_width + head * d, d / 2, t, true);
      for (int head = 0; head < tiny->n_kv_heads; head++)
        rotate (k + t * kv_width + head * d, d / 2, t, true);
    }
  for (int t = 0; t < pass->n; t++)
    for (int head = 0; head < tiny->n_heads; head++)
      attend (q + t * q_width + head * d, k + head / group * d, v + head / group * d, kv_width, kv_width, d, d, t,
              out + t * q_width + head * d);
  result = linear (pass, "attn_output", out, tiny->n_embd, q_width, false);
  free (q);
  free (k);
  free (v);
  free (out);
  return result;
}

/* Keys [n, d] and values [n, value_dim] of one head from the latents; the turned part of a key is the same for all heads. */
static void
expand_head (const Pass *pass, const double *low, int head, const float *k_b, const float *v_b, double *k, double *v)
{
  const TinyModel *tiny = pass->tiny;
  int rank = tiny->kv_rank, n_rot = tiny->n_rot, plain = tiny->head_dim - n_rot;

  for (int t = 0; t < pass->n; t++)
    {
      const double *latent = low + t * (rank + n_rot);

      /* attn_k_b is transposed: rank × plain. */
      for (int i = 0; i < plain; i++)
        {
          k[t * tiny->head_dim + i] = 0;
          for (int r = 0; r < rank; r++)
            k[t * tiny->head_dim + i] += (double) k_b[(head * rank + r) * plain + i] * latent[r];
        }
      memcpy (k + t * tiny->head_dim + plain, latent + rank, (size_t) n_rot * sizeof *k);
      multiply (v_b + (size_t) (head * tiny->value_dim * rank), latent, tiny->value_dim, rank, v + t * tiny->value_dim);
    }
}

static double *
latent_attention (const Pass *pass, const double *norm)
{
  const TinyModel *tiny = pass->tiny;
  int d = tiny->head_dim, rank = tiny->kv_rank, n_rot = tiny->n_rot, plain = d - n_rot, width = tiny->n_heads * tiny->value_dim;
  double *q_low = linear (pass, "attn_q_a", norm, tiny->q_rank, tiny->n_embd, false), *q;
  double *low = linear (pass, "attn_kv_a_mqa", norm, rank + n_rot, tiny->n_embd, false);
  double *k = rows (pass->n, d), *v = rows (pass->n, tiny->value_dim), *out = rows (pass->n, width), *result;
  float *k_b = tensor (pass, "attn_k_b.weight", (size_t) (tiny->n_heads * rank * plain), 2 / sqrtf ((float) plain), 0);
  float *v_b = tensor (pass, "attn_v_b.weight", (size_t) (width * rank), 2 / sqrtf ((float) rank), 0);

  normalise (pass, "attn_q_a_norm", q_low, q_low, tiny->q_rank, tiny->q_rank, pass->n);
  normalise (pass, "attn_kv_a_norm", low, low, rank, rank + n_rot, pass->n);
  q = linear (pass, "attn_q_b", q_low, tiny->n_heads * d, tiny->q_rank, false);
  for (int t = 0; t < pass->n; t++)
    {
      rotate (low + t * (rank + n_rot) + rank, n_rot, t, false);
      for (int head = 0; head < tiny->n_heads; head++)
        rotate (q + (t * tiny->n_heads + head) * d + plain, n_rot, t, false);
    }
  for (int head = 0; head < tiny->n_heads; head++)
    {
      expand_head (pass, low, head, k_b, v_b, k, v);
      for (int t = 0; t < pass->n; t++)
        attend (q + (t * tiny->n_heads + head) * d, k, v, d, tiny->value_dim, d, tiny->value_dim, t,
                out + t * width + head * tiny->value_dim);
    }
  result = linear (pass, "attn_output", out, tiny->n_embd, width, false);
  free (q_low);
  free (low);
  free (k);
  free (v);
  free (out);
  free (k_b);
  free (v_b);
  free (q);
  return result;
}

/* ---- Experts ---------------------------------------------------------------------------------------------------- */

/* out += weight · down (silu (gate x) · up x) */
static void
add_swiglu (const float *gate, const float *up, const float *down, int d, int f, const double *x, double weight, double *out)
{
  double *g = rows (1, f), *u = rows (1, f), *y = rows (1, d);

  multiply (gate, x, f, d, g);
  multiply (up, x, f, d, u);
  for (int i = 0; i < f; i++)
    g[i] = g[i] / (1 + exp (-g[i])) * u[i];
  multiply (down, g, d, f, y);
  for (int i = 0; i < d; i++)
    out[i] += weight * y[i];
  free (g);
  free (u);
  free (y);
}

/* How many of the n values are larger than that of i, or as large and before it. */
static int
rank_of (const double *values, int n, int i)
{
  int rank = 0;

  for (int j = 0; j < n; j++)
    rank += values[j] > values[i] || (values[j] == values[i] && j < i);
  return rank;
}

/* The weight of each expert, 0 for those that are not chosen. */
static void
choose (const TinyModel *tiny, const double *scores, const float *bias, double *weights)
{
  int n = tiny->n_experts, n_groups = tiny->n_groups > 0 ? tiny->n_groups : 1, size = n / n_groups;
  int n_groups_used = tiny->n_groups_used > 0 ? tiny->n_groups_used : 1;
  double *choice = rows (1, n), *groups = rows (1, n_groups), sum = 0;

  for (int i = 0; i < n; i++)
    {
      weights[i] = 1 / (1 + exp (-scores[i]));
      choice[i] = weights[i] + bias[i];
    }
  for (int g = 0; g < n_groups; g++)
    for (int i = 0; i < size; i++)
      if (rank_of (choice + g * size, size, i) < 2)
        groups[g] += choice[g * size + i];
  for (int i = 0; i < n; i++)
    if (rank_of (groups, n_groups, i / size) >= n_groups_used)
      choice[i] = -INFINITY;
  for (int i = 0; i < n; i++)
    {
      if (rank_of (choice, n, i) >= tiny->n_used)
        weights[i] = 0;
      sum += weights[i];
    }
  for (int i = 0; i < n; i++)
    weights[i] *= (double) tiny->route_scale / sum;
  free (choice);
  free (groups);
}

static float *
matrices (const Pass *pass, const char *base, int n, int n_rows, int n_cols)
{
  char name[64];

  snprintf (name, sizeof name, "%s.weight", base);
  return tensor (pass, name, (size_t) n * (size_t) n_rows * (size_t) n_cols, 2 / sqrtf ((float) n_cols), 0);
}

/* A SwiGLU whose tensors are called ffn_gate and so on with this suffix: of all tokens, or of the n experts that weights say. */
static void
feed_forward (const Pass *pass, const char *suffix, int n, int f, const double *in, const double *weights, double *out)
{
  int d = pass->tiny->n_embd;
  size_t size = (size_t) f * (size_t) d;
  char names[3][32];
  float *gate, *up, *down;

  snprintf (names[0], sizeof names[0], "ffn_gate%s", suffix);
  snprintf (names[1], sizeof names[1], "ffn_up%s", suffix);
  snprintf (names[2], sizeof names[2], "ffn_down%s", suffix);
  gate = matrices (pass, names[0], n, f, d);
  up = matrices (pass, names[1], n, f, d);
  down = matrices (pass, names[2], n, d, f);
  for (int t = 0; t < pass->n; t++)
    for (int e = 0; e < n; e++)
      if (!weights || weights[t * n + e] != 0)
        add_swiglu (gate + (size_t) e * size, up + (size_t) e * size, down + (size_t) e * size, d, f, in + t * d,
                    weights ? weights[t * n + e] : 1, out + t * d);
  free (gate);
  free (up);
  free (down);
}

static void
add_experts (const Pass *pass, const double *in, double *x)
{
  const TinyModel *tiny = pass->tiny;
  double *scores = linear (pass, "ffn_gate_inp", in, tiny->n_experts, tiny->n_embd, false);
  double *weights = rows (pass->n, tiny->n_experts);
  float *bias = tensor (pass, "exp_probs_b.bias", (size_t) tiny->n_experts, 0.3f, 1);

  for (int t = 0; t < pass->n; t++)
    choose (tiny, scores + t * tiny->n_experts, bias, weights + t * tiny->n_experts);
  feed_forward (pass, "_exps", tiny->n_experts, tiny->n_ff_expert, in, weights, x);
  if (tiny->n_shared > 0)
    feed_forward (pass, "_shexp", 1, tiny->n_shared * tiny->n_ff_expert, in, NULL, x);
  free (scores);
  free (weights);
  free (bias);
}

/* ---- The pass --------------------------------------------------------------------------------------------------- */

void
naive_forward_experts (const TinyModel *tiny, const int32_t *ids, int n, double *logits)
{
  Pass pass = { .tiny = tiny, .n = n, .is_flash = tiny->kv_rank > 0 };
  int d = tiny->n_embd;
  float *embedding = tensor (&pass, "token_embd.weight", (size_t) (tiny->n_vocab * d), 1, 0);
  double *x = rows (n, d), *norm = rows (n, d), *out;

  for (int t = 0; t < n; t++)
    for (int i = 0; i < d; i++)
      x[t * d + i] = embedding[ids[t] * d + i];
  for (int layer = 0; layer < tiny->n_layers; layer++)
    {
      snprintf (pass.prefix, sizeof pass.prefix, "blk.%d.", layer);
      normalise (&pass, "attn_norm", x, norm, d, d, n);
      out = pass.is_flash ? latent_attention (&pass, norm) : attention (&pass, norm);
      for (int i = 0; i < n * d; i++)
        x[i] += out[i];
      free (out);
      normalise (&pass, pass.is_flash ? "ffn_norm" : "post_attention_norm", x, norm, d, d, n);
      if (layer < tiny->n_dense)
        feed_forward (&pass, "", 1, tiny->n_ff, norm, NULL, x);
      else
        add_experts (&pass, norm, x);
    }
  pass.prefix[0] = '\0';
  normalise (&pass, "output_norm", x, norm, d, d, n);
  pass.n = 1;
  out = linear (&pass, "output", norm + (n - 1) * d, tiny->n_vocab, d, false);
  memcpy (logits, out, (size_t) tiny->n_vocab * sizeof *logits);
  free (embedding);
  free (x);
  free (norm);
  free (out);
}
