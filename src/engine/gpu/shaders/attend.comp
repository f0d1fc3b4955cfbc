/* attend.comp: attention of a batch's rows over a range of the cached columns, for a key/value head and the queries that share it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A workgroup takes QUERIES query vectors, (row, head of the group) counted through, and every n_splits-th part of the columns
 * that the last of them sees, in chunks with a running maximum and sum (Milakov and Gimelshein, 2018; Dao et al., 2022).
 * attend-merge.comp puts the parts together.  Keys and values are read once for all the vectors.
 *
 * LATENT: values are the first part of the keys' rows, and the queries' last part lies elsewhere.
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_shuffle : require
#include "common.glsl"
#include "attend.glsl"

/* Rows of latents are long: so many queries of them find room. */
#ifdef LATENT
#define LANES 64
#define QUERIES 8
#else
#define LANES 128
#define QUERIES 16
#endif
#define SCORED (QUERIES * CHUNK / LANES) /* queries of a lane's column */
#define NEVER -1e30
#define AHEAD 8 /* loads under way before the first is used */
#define NOWHERE 0xffffffffu

layout (local_size_x = LANES) in;
layout (constant_id = 0) const uint D = 128;
layout (constant_id = 1) const uint GROUP = 16;
layout (constant_id = 2) const uint KV = KV_F16;
layout (constant_id = 3) const uint V = 128; /* of a row of values; LATENT: of D */

layout (push_constant) uniform Push
{
  Floats4 q;                  /* [row][head][D]; LATENT: [row][head][V] */
  uvec2 keys, values;         /* [head][column][D] */
  Floats key_scales, value_scales;
  Floats outs;                /* [split][row][head][V]: not divided by the sums */
  Floats2 sums;               /* [split][row][head]: largest score, sum of exponentials */
  Run run;
  uint ldq, n_columns, n_rows;
  float scale;
#ifdef LATENT
  Floats4 tails; /* [row][head][tail_width], of which the first D - V */
  uint ld_tails, tail_width;
#endif
} p;

const uint PER_LANE = (V + LANES - 1) / LANES;

/* In fours, so that a read of shared memory brings four values. */
shared vec4 qs[QUERIES * D / 4];     /* [query][D / 4] */
shared vec4 ps[CHUNK * QUERIES / 4]; /* [column][query] */
shared vec4 factors[QUERIES / 4];
shared float tops[QUERIES];
shared float totals[QUERIES];
shared uint places[QUERIES];

vec4
load (uvec2 rows, Floats scales, uint row, uint c)
{
  uint at = row * (D / 4) + c / 4;

  if (KV == KV_F32)
    return Floats4 (rows).at[at];
  if (KV == KV_F16)
    {
      uvec2 pairs = Uints2 (rows).at[at];

      return vec4 (unpackHalf2x16 (pairs.x), unpackHalf2x16 (pairs.y));
    }
  int word = int (Uints (rows).at[at]);

  return scales.at[row * ((D + 31) / 32) + c / 32]
         * vec4 (bitfieldExtract (word, 0, 8), bitfieldExtract (word, 8, 8), bitfieldExtract (word, 16, 8),
                 bitfieldExtract (word, 24, 8));
}

/* Four elements of a query. */
vec4
load_query (uint row, uint head, uint c)
{
#ifdef LATENT
  if (c >= V / 4)
    return p.tails.at[row * (p.ld_tails / 4) + head * (p.tail_width / 4) + c - V / 4];
  return p.q.at[row * (p.ldq / 4) + head * (V / 4) + c];
#else
  return p.q.at[row * (p.ldq / 4) + head * (D / 4) + c];
#endif
}

/* One element of the values. */
float
load_value (uint row, uint c)
{
  if (KV == KV_F32)
    return Floats (p.values).at[row * D + c];
  if (KV == KV_F16)
    return float (Halves (p.values).at[row * D + c]);
  return p.value_scales.at[row * ((D + 31) / 32) + c / 32]
         * float (bitfieldExtract (int (Uints (p.values).at[(row * D + c) / 4]), int (8 * (c % 4)), 8));
}

void
score (uint lane, uint head, uint vector0, uint first, uint end)
{
  uint column = lane % CHUNK, query0 = lane / CHUNK * SCORED, row = head * p.n_columns + min (first + column, end - 1);
  float scores[SCORED];

  [[unroll]] for (uint i = 0; i < SCORED; i++)
    scores[i] = 0;
  for (uint c0 = 0; c0 < D; c0 += 4 * AHEAD)
    {
      vec4 k[AHEAD];

      [[unroll]] for (uint n = 0; n < AHEAD; n++)
        k[n] = load (p.keys, p.key_scales, row, min (c0 + 4 * n, D - 4));
      [[unroll]] for (uint n = 0; n < AHEAD; n++)
        if (c0 + 4 * n < D)
          [[unroll]] for (uint i = 0; i < SCORED; i++)
            scores[i] += dot (k[n], qs[((query0 + i) * D + c0) / 4 + n]);
    }
  [[unroll]] for (uint i = 0; i < SCORED; i++)
    if (first + column >= min (end, visible (p.run, vector0 + query0 + i, GROUP)))
      scores[i] = NEVER;
  [[unroll]] for (uint i = 0; i < SCORED; i += 4)
    ps[(column * QUERIES + query0 + i) / 4] = vec4 (scores[i], scores[i + 1], scores[i + 2], scores[i + 3]);
}

/* Eight lanes a query. */
void
soften (uint lane)
{
  uint query = lane / 8, at = lane % 8 * (QUERIES / 4) + query / 4, k = query % 4;
  float before = tops[query], top = before, sum = 0, factor;

  [[unroll]] for (uint i = 0; i < CHUNK / 8; i++)
    top = max (top, ps[at + 8 * i * (QUERIES / 4)][k]);
  [[unroll]] for (uint n = 1; n < 8; n *= 2)
    top = max (top, subgroupShuffleXor (top, n));
  [[unroll]] for (uint i = 0; i < CHUNK / 8; i++)
    {
      float s = ps[at + 8 * i * (QUERIES / 4)][k], e = s > NEVER ? exp (s - top) : 0;

      ps[at + 8 * i * (QUERIES / 4)][k] = e;
      sum += e;
    }
  [[unroll]] for (uint n = 1; n < 8; n *= 2)
    sum += subgroupShuffleXor (sum, n);
  barrier ();
  if (lane % 8 == 0)
    {
      factor = exp (before - top);
      factors[query / 4][k] = factor;
      tops[query] = top;
      totals[query] = totals[query] * factor + sum;
    }
}

void
main ()
{
  uint lane = gl_LocalInvocationID.x, split = gl_WorkGroupID.x, head = gl_WorkGroupID.y, vector0 = gl_WorkGroupID.z * QUERIES;
  uint n_vectors = p.n_rows * GROUP, n_heads = gl_NumWorkGroups.y * GROUP;
  uint needed, span = span_of (p.run, vector0, QUERIES, n_vectors, GROUP, gl_NumWorkGroups.x, needed);
  uint begin = split * span, end = min (begin + span, needed);
  vec4 sums[PER_LANE][QUERIES / 4];

  for (uint i = lane; i < QUERIES * D / 4; i += LANES)
    {
      uint vector = min (vector0 + i / (D / 4), n_vectors - 1);

      qs[i] = p.scale * load_query (vector / GROUP, head * GROUP + vector % GROUP, i % (D / 4));
    }
  if (lane < QUERIES)
    {
      tops[lane] = NEVER;
      totals[lane] = 0;
    }
  [[unroll]] for (uint k = 0; k < PER_LANE; k++)
    [[unroll]] for (uint i = 0; i < QUERIES / 4; i++)
      sums[k][i] = vec4 (0);
  barrier ();

  for (uint first = begin; first < end; first += CHUNK)
    {
      score (lane, head, vector0, first, end);
      barrier ();
      soften (lane);
      barrier ();
      [[unroll]] for (uint k = 0; k < PER_LANE; k++)
        {
          uint c = min (lane + k * LANES, V - 1), n = min (CHUNK, end - first), row = head * p.n_columns + first;

          [[unroll]] for (uint i = 0; i < QUERIES / 4; i++)
            sums[k][i] *= factors[i];
          for (uint j = 0; j < n; j += 2 * AHEAD)
            {
              float v[2 * AHEAD];

              /* Columns beyond the last weigh nothing. */
              [[unroll]] for (uint m = 0; m < 2 * AHEAD; m++)
                v[m] = load_value (row + min (j + m, n - 1), c);
              [[unroll]] for (uint m = 0; m < 2 * AHEAD; m++)
                [[unroll]] for (uint i = 0; i < QUERIES / 4; i++)
                  sums[k][i] += ps[(j + m) * (QUERIES / 4) + i] * v[m];
            }
        }
      barrier ();
    }

  /* Where the queries' rows lie is found once: a token's workgroups wait for their code more than for anything else. */
  if (lane < QUERIES)
    {
      uint vector = vector0 + lane;

      places[lane] = vector < n_vectors
                         ? (split * p.n_rows + vector / GROUP) * n_heads + head * GROUP + vector % GROUP
                         : NOWHERE;
      if (vector < n_vectors)
        p.sums.at[places[lane]] = vec2 (tops[lane], totals[lane]);
    }
  barrier ();
  [[unroll]] for (uint i = 0; i < QUERIES; i++)
    [[unroll]] for (uint k = 0; k < PER_LANE; k++)
      if (places[i] != NOWHERE && lane + k * LANES < V)
        p.outs.at[places[i] * V + lane + k * LANES] = sums[k][i / 4][i % 4];
}
