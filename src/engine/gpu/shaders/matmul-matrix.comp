/* matmul-matrix.comp: matmul.comp with cooperative matrices: products in half precision, sums in single
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A tile of BM rows × BN tokens by eight subgroups of 32 lanes, SUBS of them along the rows.  STEP blocks of 32 columns at a time
 * become halves in shared memory, where activations are halves already, while the next are being loaded.  What lies beyond the
 * last row, token or block is computed from the last, or from nothing, and not kept.
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#include "common.glsl"
#include "part.glsl"

#define LANES 256
#define STEP 2 /* blocks at a time */
#define PITCH (4 * STEP + 1) /* units of eight halves, and one against bank conflicts */
#define MINS_EIGHT 1
#define MINS_PLANE 2

layout (local_size_x = LANES) in;
layout (constant_id = 0) const uint BM = 128;
layout (constant_id = 1) const uint BN = 128;
layout (constant_id = 2) const uint SUBS = 4;
layout (constant_id = 3) const uint FOURS = 0; /* rows come in fours, aligned */
layout (constant_id = 5) const uint BITS = 4;
layout (constant_id = 6) const uint MINS = 0;
layout (constant_id = 7) const uint SUB16 = 0;

const uint CM = BM / SUBS / 16, CN = BN / (LANES / 32 / SUBS) / 16;
/* Blocks of weights and eights of activations that a lane loads; small tiles leave lanes over. */
const uint N_W = (STEP * BM + LANES - 1) / LANES, N_X = (4 * STEP * BN + LANES - 1) / LANES;
const bool ALL_W = STEP * BM >= LANES, ALL_X = 4 * STEP * BN >= LANES;

layout (push_constant) uniform Push
{
  Uints4 quants;
  Halves scales, mins;
  Uints4 x; /* halves */
  Floats2 x_scales;
  Floats bias, y, parts;
  uint rows, blocks, ldy, tokens, has_bias, adds;
  float scale;
  uint span; /* blocks of a part */
} p;

shared uvec4 ws[BM * PITCH];
shared uvec4 xs[BN * PITCH];

/* Four unsigned bytes as halves, times a and plus b: 1024 + byte is a half with the byte in its lowest bits. */
uvec2
halves_of (uint bytes, float16_t offset, float16_t a, float16_t b)
{
  f16vec2 even = (unpackFloat2x16 (bytes & 0x00ff00ffu | 0x64006400u) - offset) * a + b;
  f16vec2 odd = (unpackFloat2x16 (bytes >> 8 & 0x00ff00ffu | 0x64006400u) - offset) * a + b;

  return uvec2 (packFloat2x16 (f16vec2 (even.x, odd.x)), packFloat2x16 (f16vec2 (even.y, odd.y)));
}

/* FINISH for four rows. */
void
finish_fours (uint token, uint row, vec4 sum)
{
  uint at = (token * p.ldy + row) / 4;

  if (gl_NumWorkGroups.z > 1)
    Floats4 (uvec2 (p.parts)).at[((gl_WorkGroupID.z * p.tokens + token) * p.rows + row) / 4] = sum;
  else
    {
      if (p.has_bias != 0)
        sum += Floats4 (uvec2 (p.bias)).at[row / 4];
      if (p.adds != 0)
        sum = Floats4 (uvec2 (p.y)).at[at] + p.scale * sum;
      Floats4 (uvec2 (p.y)).at[at] = sum;
    }
}

/* As few as the type needs: what is not there leaves registers for another workgroup beside this one. */
const uint WORDS = BITS / 4, SCALES = SUB16 != 0 ? 2 : 1;

uvec4 w[N_W][WORDS], x[N_X];
float16_t d[N_W][SCALES], m[MINS == MINS_PLANE ? N_W : 1];

void
load (uint lane, uint row0, uint token0, uint b0)
{
  uint b = min (b0 + lane % STEP, p.blocks - 1), eight = b0 * 4 + lane % (4 * STEP);

  if (ALL_W || lane < STEP * BM)
    [[unroll]] for (uint i = 0; i < N_W; i++)
      {
        uint at = min (row0 + (lane + i * LANES) / STEP, p.rows - 1) * p.blocks + b;

        [[unroll]] for (uint k = 0; k < WORDS; k++)
          w[i][k] = p.quants.at[at * WORDS + k];
        [[unroll]] for (uint k = 0; k < SCALES; k++)
          d[i][k] = p.scales.at[at * SCALES + k];
        if (MINS == MINS_PLANE)
          m[i] = p.mins.at[at];
      }
  if (ALL_X || lane < 4 * STEP * BN)
    [[unroll]] for (uint i = 0; i < N_X; i++)
      {
        uint token = min (token0 + (lane + i * LANES) / (4 * STEP), p.tokens - 1);

        x[i] = eight < 4 * p.blocks ? p.x.at[token * p.blocks * 4 + eight] : uvec4 (0);
      }
}

void
put_weights (uint lane, uint i)
{
  uint at = (lane + i * LANES) / STEP * PITCH + lane % STEP * 4;
  const float16_t offset = float16_t (BITS != 4 ? 1152 : MINS == MINS_EIGHT ? 1032 : 1024);
  const float16_t least = MINS == MINS_PLANE ? m[i] : float16_t (0);

  [[unroll]] for (uint part = 0; part < 2; part++)
    {
      uvec4 bytes = BITS == 4 ? (w[i][0] >> (4 * part)) & 0x0f0f0f0fu : w[i][part % WORDS] ^ 0x80808080u;
      float16_t scale = d[i][part % SCALES];

      ws[at + 2 * part] = uvec4 (halves_of (bytes.x, offset, scale, least), halves_of (bytes.y, offset, scale, least));
      ws[at + 2 * part + 1] = uvec4 (halves_of (bytes.z, offset, scale, least), halves_of (bytes.w, offset, scale, least));
    }
}

void
main ()
{
  uint lane = gl_LocalInvocationID.x;
  uint row0 = gl_WorkGroupID.x * BM, token0 = gl_WorkGroupID.y * BN;
  uint sub_m = gl_SubgroupID % SUBS, sub_n = gl_SubgroupID / SUBS;
  coopmat<float, gl_ScopeSubgroup, 16, 16, gl_MatrixUseAccumulator> sums[CM][CN];

  [[unroll]] for (uint i = 0; i < CM; i++)
    [[unroll]] for (uint j = 0; j < CN; j++)
      sums[i][j] = coopmat<float, gl_ScopeSubgroup, 16, 16, gl_MatrixUseAccumulator> (0.0);

  load (lane, row0, token0, FIRST_BLOCK);
  for (uint b = FIRST_BLOCK; b < END_BLOCK; b += STEP)
    {
      barrier ();
      if (ALL_W || lane < STEP * BM)
        [[unroll]] for (uint i = 0; i < N_W; i++)
          put_weights (lane, i);
      if (ALL_X || lane < 4 * STEP * BN)
        [[unroll]] for (uint i = 0; i < N_X; i++)
          xs[(lane + i * LANES) / (4 * STEP) * PITCH + lane % (4 * STEP)] = x[i];
      barrier ();
      if (b + STEP < END_BLOCK)
        load (lane, row0, token0, b + STEP);
      [[unroll]] for (uint k = 0; k < 4 * STEP; k += 2)
        {
          coopmat<float16_t, gl_ScopeSubgroup, 16, 16, gl_MatrixUseA> a[CM];

          [[unroll]] for (uint i = 0; i < CM; i++)
            coopMatLoad (a[i], ws, (sub_m * CM + i) * 16 * PITCH + k, PITCH, gl_CooperativeMatrixLayoutRowMajor);
          [[unroll]] for (uint j = 0; j < CN; j++)
            {
              coopmat<float16_t, gl_ScopeSubgroup, 16, 16, gl_MatrixUseB> c;

              coopMatLoad (c, xs, (sub_n * CN + j) * 16 * PITCH + k, PITCH, gl_CooperativeMatrixLayoutColumnMajor);
              [[unroll]] for (uint i = 0; i < CM; i++)
                sums[i][j] = coopMatMulAdd (a[i], c, sums[i][j]);
            }
        }
    }

  /* Each subgroup has a place for a matrix, from which its lanes take four rows of a token at a time. */
  barrier ();
  [[unroll]] for (uint i = 0; i < CM; i++)
    [[unroll]] for (uint j = 0; j < CN; j++)
      {
        subgroupBarrier ();
        coopMatStore (sums[i][j], ws, gl_SubgroupID * 64, 4, gl_CooperativeMatrixLayoutColumnMajor);
        subgroupBarrier ();
        [[unroll]] for (uint k = 0; k < 2; k++)
          {
            uint at = k * 32 + gl_SubgroupInvocationID, token = token0 + (sub_n * CN + j) * 16 + at / 4;
            uint row = row0 + (sub_m * CM + i) * 16 + at % 4 * 4;
            vec4 four = uintBitsToFloat (ws[gl_SubgroupID * 64 + at]);

            if (token >= p.tokens)
              continue;
            if (FOURS != 0)
              {
                if (row < p.rows)
                  finish_fours (token, row, four);
              }
            else
              [[unroll]] for (uint r = 0; r < 4; r++)
                if (row + r < p.rows)
                  {
                    FINISH (token, row + r, four[r]);
                  }
          }
      }
}
