/* attend-matrix.comp: attend.comp for prompts, with cooperative matrices: products in half precision, sums in single
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Four subgroups of 32 lanes, sixteen query vectors each.  A chunk of keys lies in shared memory, then the same columns' values,
 * while the next are being loaded.  Nobody knows which lane has which element of a matrix, so the scores go through shared
 * memory, where two lanes a query soften them; and the rows of the sums are scaled by a matrix with a row's factor in each of
 * its columns.
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#extension GL_KHR_shader_subgroup_shuffle : require
#extension GL_KHR_shader_subgroup_vote : require
#include "common.glsl"
#include "attend.glsl"

#define LANES 128
#define QUERIES (LANES / 2)
#define NEVER -1e30
#define WIDE 17 /* of a query's scores, in fours of floats: those of a chunk, and one against bank conflicts */
#define FACTORS 8 /* where the factors lie in them: the weights before are halves */

layout (local_size_x = LANES) in;
layout (constant_id = 0) const uint D = 128;
layout (constant_id = 1) const uint GROUP = 16;
layout (constant_id = 2) const uint KV = KV_F16;

layout (push_constant) uniform Push
{
  Floats4 q;                  /* [row][head][D] */
  uvec2 keys, values;         /* [head][column][D] */
  Floats key_scales, value_scales;
  Floats4 outs;               /* [split][row][head][D]: not divided by the sums */
  Floats2 sums;               /* [split][row][head]: largest score, sum of exponentials */
  Run run;
  uint ldq, n_columns, n_rows;
  float scale;
} p;

/* Eights of a row of keys or values, with one against bank conflicts; and those that a lane loads of a chunk. */
const uint PITCH = D / 8 + 1, N = CHUNK * D / 8 / LANES, TILES = D / 16;

shared uvec4 rows[CHUNK * PITCH];
shared uvec4 scores[QUERIES * WIDE];

uvec4 ahead[N];

uvec2
to_halves (vec4 x)
{
  return uvec2 (packHalf2x16 (x.xy), packHalf2x16 (x.zw));
}

vec4
to_floats (uint bytes)
{
  int word = int (bytes);

  return vec4 (bitfieldExtract (word, 0, 8), bitfieldExtract (word, 8, 8), bitfieldExtract (word, 16, 8),
               bitfieldExtract (word, 24, 8));
}

/* Columns from `first` on; the last again for those beyond it. */
void
load (uvec2 from, Floats scales, uint head, uint first, uint end)
{
  [[unroll]] for (uint i = 0; i < N; i++)
    {
      uint at = gl_LocalInvocationID.x + i * LANES, c = at % (D / 8);
      uint row = head * p.n_columns + min (first + at / (D / 8), end - 1);

      if (KV == KV_F16)
        ahead[i] = Uints4 (from).at[row * (D / 8) + c];
      else
        {
          uvec2 bytes = Uints2 (from).at[row * (D / 8) + c];
          float scale = scales.at[row * ((D + 31) / 32) + c / 4];

          ahead[i] = uvec4 (to_halves (scale * to_floats (bytes.x)), to_halves (scale * to_floats (bytes.y)));
        }
    }
}

void
put_rows ()
{
  barrier ();
  [[unroll]] for (uint i = 0; i < N; i++)
    {
      uint at = gl_LocalInvocationID.x + i * LANES;

      rows[at / (D / 8) * PITCH + at % (D / 8)] = ahead[i];
    }
  barrier ();
}

float top = NEVER, total = 0;

/* Half a query a lane: scores become weights, in halves.  Whether any row's sums shrink. */
bool
soften (uint query, uint part, uint first, uint limit)
{
  vec4 s[8];
  float most = top, sum = 0, factor;

  [[unroll]] for (uint i = 0; i < 8; i++)
    {
      s[i] = uintBitsToFloat (scores[query * WIDE + part * 8 + i]);
      [[unroll]] for (uint k = 0; k < 4; k++)
        s[i][k] = first + part * 32 + i * 4 + k < limit ? s[i][k] : NEVER;
      most = max (most, max (max (s[i].x, s[i].y), max (s[i].z, s[i].w)));
    }
  most = max (most, subgroupShuffleXor (most, 1));
  factor = exp (top - most);
  [[unroll]] for (uint i = 0; i < 8; i++)
    {
      [[unroll]] for (uint k = 0; k < 4; k++)
        s[i][k] = s[i][k] > NEVER ? exp (s[i][k] - most) : 0;
      sum += s[i].x + s[i].y + s[i].z + s[i].w;
    }
  sum += subgroupShuffleXor (sum, 1);
  total = total * factor + sum;
  top = most;
  subgroupBarrier ();
  [[unroll]] for (uint i = 0; i < 4; i++)
    scores[query * WIDE + part * 4 + i] = uvec4 (to_halves (s[2 * i]), to_halves (s[2 * i + 1]));
  [[unroll]] for (uint i = 0; i < 2; i++)
    scores[query * WIDE + FACTORS + part * 2 + i] = floatBitsToUint (vec4 (factor));
  subgroupBarrier ();
  return subgroupAny (factor != 1);
}

void
main ()
{
  uint lane = gl_SubgroupInvocationID, base = gl_SubgroupID * 16 * WIDE, query = gl_SubgroupID * 16 + lane / 2;
  uint split = gl_WorkGroupID.x, head = gl_WorkGroupID.y, vector0 = gl_WorkGroupID.z * QUERIES;
  uint n_vectors = p.n_rows * GROUP, n_heads = gl_NumWorkGroups.y * GROUP, needed;
  uint span = span_of (p.run, vector0, QUERIES, n_vectors, GROUP, gl_NumWorkGroups.x, needed);
  uint begin = split * span, end = min (begin + span, needed), sees = visible (p.run, vector0 + query, GROUP);
  coopmat<float16_t, gl_ScopeSubgroup, 16, 16, gl_MatrixUseA> q[TILES];
  coopmat<float, gl_ScopeSubgroup, 16, 16, gl_MatrixUseAccumulator> sums[TILES];

  if (begin < end)
    load (p.keys, p.key_scales, head, begin, end);
  for (uint i = gl_LocalInvocationID.x; i < QUERIES * D / 4; i += LANES)
    {
      uint vector = min (vector0 + i / (D / 4), n_vectors - 1), c = i % (D / 4);
      vec4 x = p.scale * p.q.at[vector / GROUP * (p.ldq / 4) + (head * GROUP + vector % GROUP) * (D / 4) + c];
      uvec2 halves = to_halves (x);

      scores[i / (D / 4) * WIDE + c / 2][c % 2 * 2] = halves.x;
      scores[i / (D / 4) * WIDE + c / 2][c % 2 * 2 + 1] = halves.y;
    }
  barrier ();
  [[unroll]] for (uint k = 0; k < TILES; k++)
    {
      coopMatLoad (q[k], scores, base + k * 2, WIDE, gl_CooperativeMatrixLayoutRowMajor);
      sums[k] = coopmat<float, gl_ScopeSubgroup, 16, 16, gl_MatrixUseAccumulator> (0.0);
    }

  for (uint first = begin; first < end; first += CHUNK)
    {
      bool shrinks;

      put_rows ();
      load (p.values, p.value_scales, head, first, end);
      [[dont_unroll]] for (uint n = 0; n < CHUNK / 16; n++)
        {
          coopmat<float, gl_ScopeSubgroup, 16, 16, gl_MatrixUseAccumulator> s
            = coopmat<float, gl_ScopeSubgroup, 16, 16, gl_MatrixUseAccumulator> (0.0);

          [[unroll]] for (uint k = 0; k < TILES; k++)
            {
              coopmat<float16_t, gl_ScopeSubgroup, 16, 16, gl_MatrixUseB> c;

              coopMatLoad (c, rows, n * 16 * PITCH + k * 2, PITCH, gl_CooperativeMatrixLayoutColumnMajor);
              s = coopMatMulAdd (q[k], c, s);
            }
          coopMatStore (s, scores, base + n * 4, WIDE, gl_CooperativeMatrixLayoutRowMajor);
        }
      subgroupBarrier ();
      shrinks = soften (query, lane % 2, first, min (end, sees));
      if (shrinks)
        {
          coopmat<float, gl_ScopeSubgroup, 16, 16, gl_MatrixUseAccumulator> factors;

          coopMatLoad (factors, scores, base + FACTORS, WIDE, gl_CooperativeMatrixLayoutRowMajor);
          [[unroll]] for (uint k = 0; k < TILES; k++)
            sums[k] *= factors;
        }
      put_rows ();
      if (first + CHUNK < end)
        load (p.keys, p.key_scales, head, first + CHUNK, end);
      [[dont_unroll]] for (uint n = 0; n < CHUNK / 16; n++)
        {
          coopmat<float16_t, gl_ScopeSubgroup, 16, 16, gl_MatrixUseA> w;

          coopMatLoad (w, scores, base + n * 2, WIDE, gl_CooperativeMatrixLayoutRowMajor);
          [[unroll]] for (uint k = 0; k < TILES; k++)
            {
              coopmat<float16_t, gl_ScopeSubgroup, 16, 16, gl_MatrixUseB> c;

              coopMatLoad (c, rows, n * 16 * PITCH + k * 2, PITCH, gl_CooperativeMatrixLayoutRowMajor);
              sums[k] = coopMatMulAdd (w, c, sums[k]);
            }
        }
    }

  /* Four matrices side by side at a time, from where lanes take them to their rows. */
  [[unroll]] for (uint k0 = 0; k0 < TILES; k0 += 4)
    {
      subgroupBarrier ();
      [[unroll]] for (uint k = k0; k < min (k0 + 4, TILES); k++)
        coopMatStore (sums[k], scores, base + (k - k0) * 4, WIDE, gl_CooperativeMatrixLayoutRowMajor);
      subgroupBarrier ();
      [[unroll]] for (uint i = 0; i < 8; i++)
        {
          uint vector = vector0 + gl_SubgroupID * 16 + i * 2 + lane / 16, c = k0 * 4 + lane % 16;
          uint at = (split * p.n_rows + vector / GROUP) * n_heads + head * GROUP + vector % GROUP;

          if (vector < n_vectors && c < D / 4)
            p.outs.at[at * (D / 4) + c] = uintBitsToFloat (scores[base + (i * 2 + lane / 16) * WIDE + lane % 16]);
        }
    }
  if (lane % 2 == 0 && vector0 + query < n_vectors)
    {
      uint vector = vector0 + query;

      p.sums.at[(split * p.n_rows + vector / GROUP) * n_heads + head * GROUP + vector % GROUP] = vec2 (top, total);
    }
}
