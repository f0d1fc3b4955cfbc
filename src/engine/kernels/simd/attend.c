/* attend.c: attention of a group of query heads over cached keys and values, on vectors of any instruction set
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Multi-query models share one row of K and V between 8 or 16 heads.  Scores: the queries are turned so that a vector
 * holds one component of LANES heads; a key's component is then one broadcast and one multiply-add for all of them, and
 * no sum across a vector is needed.  Latents are shared by more heads than there are lanes, and are longer: there a vector
 * holds one component of LANES keys, and each head adds a multiple of it.  Values: rows of V become float once for all
 * heads, and HEADS heads at a time keep their outputs in registers.
 */
#include "kernels/simd/simd.h"

#define UNROLL           _Pragma ("GCC unroll 20")

#define LINE             32                      /* halves of a cache line */
#define MAX_DIM          256                     /* of a head whose queries are turned */
#define KEYS             (LANES < 8 ? 8 : LANES) /* keys at a time: as many sums as multiply-adds are under way */
#define MIN_TURNED_HEADS (LANES / 2 + 1)         /* fewer leave most lanes idle: plain dot products are as fast */

/* ---- Scores ----------------------------------------------------------------------------------------------------- */

static void
halves_to_floats (float *y, const uint16_t *x, int64_t n)
{
  int64_t i = 0;

  for (; i + LANES <= n; i += LANES)
    v_store (y + i, v_load_half (x + i));
  if (i < n)
    v_store_part (y + i, v_load_half_part (x + i, (int) (n - i)), (int) (n - i));
}

/* What comes next in rows, n elements of each: they are too far apart for the processor to see a pattern. */
static inline void
expect_rows (const uint16_t *rows, int64_t ld, int n_rows, int64_t n)
{
  for (int j = 0; j < n_rows; j++)
    for (int64_t c = 0; c < n; c += LINE)
      __builtin_prefetch (rows + j * ld + c);
}

/* s[i, j] for one key row and few heads. */
static void
score_by_dots (float *s, int64_t lds, const float *q, int64_t ldq, int n_q, const uint16_t *k, int64_t d)
{
  for (int h = 0; h < n_q; h++)
    {
      Vec sum = v_zero (), sum2 = v_zero ();
      int64_t i = 0;

      for (; i + 2 * LANES <= d; i += 2 * LANES)
        {
          sum = v_fma (v_load (q + h * ldq + i), v_load_half (k + i), sum);
          sum2 = v_fma (v_load (q + h * ldq + i + LANES), v_load_half (k + i + LANES), sum2);
        }
      for (; i < d; i += LANES)
        {
          int left = d - i < LANES ? (int) (d - i) : LANES;

          if (left == LANES)
            sum = v_fma (v_load (q + h * ldq + i), v_load_half (k + i), sum);
          else
            sum = v_fma (v_load_part (q + h * ldq + i, left), v_load_half_part (k + i, left), sum);
        }
      s[h * lds] = v_sum (v_add (sum, sum2));
    }
}

/* s[h, j] of KEYS keys (as float, MAX_DIM apart) and LANES heads (turned, [d, LANES]); n_q ≤ LANES and n ≤ KEYS of them
 * are stored. */
static inline void
score_block (float *s, int64_t lds, const float *turned, const float *keys, int64_t d, int n_q, int n)
{
  Vec sum[KEYS];

  UNROLL for (int j = 0; j < KEYS; j++) sum[j] = v_zero ();
  for (int64_t c = 0; c < d; c++)
    {
      Vec q = v_load (turned + c * LANES);

      UNROLL for (int j = 0; j < KEYS; j++) sum[j] = v_fma (q, v_set (keys[j * MAX_DIM + c]), sum[j]);
    }
  UNROLL for (int j = 0; j < KEYS; j += LANES) v_transpose (sum + j);
  for (int h = 0; h < n_q; h++)
    for (int j = 0; j < n; j += LANES)
      if (n - j >= LANES)
        v_store (s + h * lds + j, sum[j + h]);
      else
        v_store_part (s + h * lds + j, sum[j + h], n - j);
}

/* turned [d rounded up, LANES] = q [n_q, d] with rows as columns; what is beyond q is 0. */
static void
turn (float *turned, const float *q, int64_t ldq, int n_q, int64_t d)
{
  for (int64_t c = 0; c < d; c += LANES)
    {
      int left = d - c < LANES ? (int) (d - c) : LANES;
      Vec v[LANES];

      for (int h = 0; h < LANES; h++)
        v[h] = h >= n_q ? v_zero () : left == LANES ? v_load (q + h * ldq + c) : v_load_part (q + h * ldq + c, left);
      v_transpose (v);
      for (int i = 0; i < LANES; i++)
        v_store (turned + (c + i) * LANES, v[i]);
    }
}

/* At most LANES heads over all keys. */
static void
score_turned (float *s, int64_t lds, const float *q, int64_t ldq, int n_q, const uint16_t *k, int64_t ldk, int n_k, int64_t d)
{
  _Alignas(64) float turned[MAX_DIM * LANES], keys[KEYS * MAX_DIM];

  turn (turned, q, ldq, n_q, d);
  for (int begin = 0; begin < n_k; begin += KEYS)
    {
      int n = n_k - begin < KEYS ? n_k - begin : KEYS;

      for (int j = 0; j < KEYS; j++)
        if (j < n)
          halves_to_floats (keys + j * MAX_DIM, k + (begin + j) * ldk, d);
        else
          memset (keys + j * MAX_DIM, 0, sizeof (float) * (size_t) d);
      score_block (s + begin, lds, turned, keys, d, n_q, n);
    }
}

/* ---- Scores of long keys ---------------------------------------------------------------------------------------- */

#define PANEL        128 /* components at a time: those of LANES keys and of the queries stay in the L1 cache */
#define MAX_TOGETHER 20  /* heads that turned keys serve: GLM-4.7-Flash has 20 */
#define GROUP        (LANES == 8 ? 10 : 20) /* … whose sums stay in registers together … */
#define SPARED       4                      /* … and what is left goes by so many, or one by one */

/* panel [n, LANES] = n components of LANES keys, n a multiple of LANES. */
static void
turn_all_keys (float *panel, const uint16_t *k, int64_t ldk, int64_t n)
{
  for (int64_t c = 0; c < n; c += LANES)
    {
      Vec v[LANES];

      UNROLL for (int j = 0; j < LANES; j++) v[j] = v_load_half (k + j * ldk + c);
      v_transpose (v);
      UNROLL for (int i = 0; i < LANES; i++) v_store (panel + (c + i) * LANES, v[i]);
    }
}

/* The same of n_k ≤ LANES keys and any number of components; what is beyond the keys is 0. */
static void
turn_keys (float *panel, const uint16_t *k, int64_t ldk, int n_k, int64_t n)
{
  if (n_k == LANES && n % LANES == 0)
    {
      turn_all_keys (panel, k, ldk, n);
      return;
    }
  for (int64_t c = 0; c < n; c += LANES)
    {
      int left = n - c < LANES ? (int) (n - c) : LANES;
      Vec v[LANES];

      for (int j = 0; j < LANES; j++)
        v[j] = j >= n_k ? v_zero () : left == LANES ? v_load_half (k + j * ldk + c) : v_load_half_part (k + j * ldk + c, left);
      v_transpose (v);
      for (int i = 0; i < left; i++)
        v_store (panel + (c + i) * LANES, v[i]);
    }
}

/* s[h, 0 … n_k − 1] += q_h · panel for n_heads, a constant; q has rows of PANEL.  What a sum is does not depend on how many
 * heads there are. */
static inline __attribute__ ((always_inline)) void
add_panel (int n_heads, float *s, int64_t lds, const float *q, const float *panel, int n_k, int64_t n)
{
  Vec sum[GROUP];

  UNROLL for (int h = 0; h < n_heads; h++) sum[h] = n_k == LANES ? v_load (s + h * lds) : v_load_part (s + h * lds, n_k);
  for (int64_t c = 0; c < n; c++)
    {
      Vec key = v_load (panel + c * LANES);

      UNROLL for (int h = 0; h < n_heads; h++) sum[h] = v_fma (v_set (q[h * PANEL + c]), key, sum[h]);
    }
  UNROLL for (int h = 0; h < n_heads; h++) if (n_k == LANES) v_store (s + h * lds, sum[h]);
  else v_store_part (s + h * lds, sum[h], n_k);
}

/* s += q · k for n components and at most MAX_TOGETHER heads.  A copy of the queries lies where offsets are constants, or the
 * addresses of 20 rows would not fit the registers. */
static void
score_panel (const GlmAttendBlock *keys, int64_t c, int64_t n, const float *q, int64_t ldq, int n_heads, float *s, int64_t lds)
{
  const uint16_t *k = keys->rows;
  _Alignas(64) float panel[PANEL * LANES], queries[MAX_TOGETHER * PANEL];

  for (int h = 0; h < n_heads; h++)
    memcpy (queries + h * PANEL, q + h * ldq + c, sizeof (float) * (size_t) n);
  for (int j = 0; j < keys->n; j += LANES)
    {
      int n_k = keys->n - j < LANES ? keys->n - j : LANES, h = 0;

      expect_rows (k + (j + LANES) * keys->ld + c, keys->ld, LANES, n);
      turn_keys (panel, k + j * keys->ld + c, keys->ld, n_k, n);
      for (; h + GROUP <= n_heads; h += GROUP)
        add_panel (GROUP, s + h * lds + j, lds, queries + h * PANEL, panel, n_k, n);
      for (; h + SPARED <= n_heads; h += SPARED)
        add_panel (SPARED, s + h * lds + j, lds, queries + h * PANEL, panel, n_k, n);
      for (; h < n_heads; h++)
        add_panel (1, s + h * lds + j, lds, queries + h * PANEL, panel, n_k, n);
    }
}

static void
score_long_keys (const GlmAttendBlock *keys, const float *q, int64_t ldq, float *s, int64_t lds)
{
  for (int h = 0; h < keys->n_q; h++)
    memset (s + h * lds, 0, sizeof (float) * (size_t) keys->n);
  for (int64_t c = 0; c < keys->d; c += PANEL)
    for (int h = 0; h < keys->n_q; h += MAX_TOGETHER)
      score_panel (keys, c, keys->d - c < PANEL ? keys->d - c : PANEL, q + h * ldq, ldq,
                   keys->n_q - h < MAX_TOGETHER ? keys->n_q - h : MAX_TOGETHER, s + h * lds, lds);
}

static void
attend_scores (const GlmAttendBlock *keys, const float *q, int64_t ldq, float *s, int64_t lds)
{
  const uint16_t *k = keys->rows;
  int64_t ldk = keys->ld, d = keys->d;
  int h = 0, n_q = keys->n_q, n_k = keys->n;

  if (d > MAX_DIM)
    {
      score_long_keys (keys, q, ldq, s, lds);
      return;
    }
  for (; n_q - h >= MIN_TURNED_HEADS; h += LANES < n_q - h ? LANES : n_q - h)
    score_turned (s + h * lds, lds, q + h * ldq, ldq, LANES < n_q - h ? LANES : n_q - h, k, ldk, n_k, d);
  if (h < n_q)
    for (int j = 0; j < n_k; j++)
      score_by_dots (s + h * lds + j, lds, q + h * ldq, ldq, n_q - h, k + j * ldk, d);
}

/* ---- Values ----------------------------------------------------------------------------------------------------- */

#define MAX_SUMS   (LANES == 8 ? 8 : 16) /* vectors that stay in registers: AVX2 has 16 registers, the others 32 */
#define MAX_VALUES 4096                  /* floats of V at a time */

/* o[h, cols · LANES] += Σ_j p[h, j] · values[j], h < heads; heads and cols are constants, their product ≤ MAX_SUMS. */
static inline __attribute__ ((always_inline)) void
add_values (int heads, int cols, float *o, int64_t ldo, const float *p, int64_t ldp, const float *values, int64_t ldv, int n)
{
  Vec sum[MAX_SUMS];

  UNROLL for (int i = 0; i < heads * cols; i++) sum[i] = v_load (o + i / cols * ldo + i % cols * LANES);
  for (int j = 0; j < n; j++)
    {
      Vec factor[8];

      UNROLL for (int h = 0; h < heads; h++) factor[h] = v_set (p[h * ldp + j]);
      UNROLL for (int c = 0; c < cols; c++)
      {
        Vec v = v_load (values + j * ldv + c * LANES);

        UNROLL for (int h = 0; h < heads; h++) sum[h * cols + c] = v_fma (factor[h], v, sum[h * cols + c]);
      }
    }
  UNROLL for (int i = 0; i < heads * cols; i++) v_store (o + i / cols * ldo + i % cols * LANES, sum[i]);
}

/* Whole strips of cols · LANES columns, or halves of one.  */
static inline __attribute__ ((always_inline)) void
add_strip (int heads, int cols, float *o, int64_t ldo, const float *p, int64_t ldp, const float *values, int n, int n_q,
           bool half)
{
  int64_t ldv = cols * LANES;
  int h = 0;

  for (; half && h + 2 * heads <= n_q; h += 2 * heads)
    add_values (2 * heads, cols / 2, o + h * ldo, ldo, p + h * ldp, ldp, values, ldv, n);
  for (; half && h < n_q; h++)
    add_values (1, cols / 2, o + h * ldo, ldo, p + h * ldp, ldp, values, ldv, n);
  for (; h + heads <= n_q; h += heads)
    add_values (heads, cols, o + h * ldo, ldo, p + h * ldp, ldp, values, ldv, n);
  for (; h < n_q; h++)
    add_values (1, cols, o + h * ldo, ldo, p + h * ldp, ldp, values, ldv, n);
}

/* The same for one head and any number of columns. */
static void
add_values_slowly (float *o, const float *p, const float *values, int64_t ldv, int n, int64_t n_cols)
{
  for (int64_t c = 0; c < n_cols; c += LANES)
    {
      int left = n_cols - c < LANES ? (int) (n_cols - c) : LANES;
      Vec sum = left == LANES ? v_load (o + c) : v_load_part (o + c, left);

      for (int j = 0; j < n; j++)
        sum = v_fma (v_set (p[j]), v_load (values + j * ldv + c), sum);
      if (left == LANES)
        v_store (o + c, sum);
      else
        v_store_part (o + c, sum, left);
    }
}

/* By so many heads and strips of so many vectors; n_rows · strip ≤ MAX_VALUES. */
static inline __attribute__ ((always_inline)) void
add_block (int heads, int cols, int n_rows, const GlmAttendBlock *block, const float *p, int64_t ldp, float *o, int64_t ldo)
{
  const uint16_t *v = block->rows;
  int64_t ldv = block->ld, d = block->d, strip = cols * LANES;
  int n_q = block->n_q, n_k = block->n;
  _Alignas(64) float values[MAX_VALUES];

  for (int begin = 0; begin < n_k; begin += n_rows)
    for (int64_t col = 0; col < d; col += strip)
      {
        int n = n_k - begin < n_rows ? n_k - begin : n_rows;
        int64_t n_cols = d - col < strip ? d - col : strip;

        for (int j = 0; j < n; j++)
          halves_to_floats (values + j * strip, v + (begin + j) * ldv + col, n_cols);
        if (n_cols == strip || n_cols == strip / 2)
          add_strip (heads, cols, o + col, ldo, p + begin, ldp, values, n, n_q, n_cols == strip / 2);
        else
          for (int h = 0; h < n_q; h++)
            add_values_slowly (o + h * ldo + col, p + h * ldp + begin, values, strip, n, n_cols);
      }
}

/* Four heads by four vectors load fewer of them; one or two heads need wide strips to have as many sums under way. */
static void
attend_values (const GlmAttendBlock *block, const float *p, int64_t ldp, float *o, int64_t ldo)
{
  if (LANES == 16 && block->n_q >= 4)
    add_block (4, 4, 64, block, p, ldp, o, ldo);
  else
    add_block (2, MAX_SUMS / 2, 32, block, p, ldp, o, ldo);
}

void
SUFFIXED (glm_kernels_set_attend) (GlmKernels *kernels)
{
  kernels->attend_scores = attend_scores;
  kernels->attend_values = attend_values;
}
