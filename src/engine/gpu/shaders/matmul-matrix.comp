/* matmul-matrix.comp: matmul.comp with cooperative matrices: products in half precision, sums in single
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A tile of BM rows × BN tokens by eight subgroups of 32 lanes, SUBS of them along the rows.  Two blocks of 32 columns at a time
 * become halves in shared memory, the activations from the same bytes that dot products take, while the next two are being
 * loaded.  What lies beyond the last row, token or block is computed from the last, or from nothing, and not kept.
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require
#include "common.glsl"
#include "finish.glsl"

#define LANES 256
#define PITCH 9 /* units of eight halves: two blocks, and one against bank conflicts */
#define MINS_EIGHT 1
#define MINS_PLANE 2

layout (local_size_x = LANES) in;
layout (constant_id = 0) const uint BM = 128;
layout (constant_id = 1) const uint BN = 128;
layout (constant_id = 2) const uint SUBS = 4;
layout (constant_id = 5) const uint BITS = 4;
layout (constant_id = 6) const uint MINS = 0;
layout (constant_id = 7) const uint SUB16 = 0;

const uint CM = BM / SUBS / 16, CN = BN / (LANES / 32 / SUBS) / 16;
/* Blocks of both that a lane loads; small tiles leave lanes over. */
const uint N_W = (2 * BM + LANES - 1) / LANES, N_X = (2 * BN + LANES - 1) / LANES;
const bool ALL_W = 2 * BM >= LANES, ALL_X = 2 * BN >= LANES;

layout (push_constant) uniform Push
{
  Uints4 quants;
  Halves scales, mins;
  Uints4 x;
  Floats2 x_scales;
  Floats bias, y;
  uint rows, blocks, ldy, tokens, has_bias, adds;
  float scale;
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

uvec4 w[N_W][2], x[N_X][2];
float16_t d[N_W][2], m[N_W], s[N_X];

void
load (uint lane, uint row0, uint token0, uint b0)
{
  uint b = min (b0 + lane % 2, p.blocks - 1);
  bool has_block = b0 + lane % 2 < p.blocks;

  if (ALL_W || lane < 2 * BM)
    [[unroll]] for (uint i = 0; i < N_W; i++)
      {
        uint at = min (row0 + (lane + i * LANES) / 2, p.rows - 1) * p.blocks + b;

        w[i][0] = p.quants.at[BITS == 4 ? at : 2 * at];
        if (BITS != 4)
          w[i][1] = p.quants.at[2 * at + 1];
        d[i][0] = p.scales.at[SUB16 != 0 ? 2 * at : at];
        d[i][1] = SUB16 != 0 ? p.scales.at[2 * at + 1] : d[i][0];
        m[i] = MINS == MINS_PLANE ? p.mins.at[at] : float16_t (0);
      }
  if (ALL_X || lane < 2 * BN)
    [[unroll]] for (uint i = 0; i < N_X; i++)
      {
        uint token = min (token0 + (lane + i * LANES) / 2, p.tokens - 1);

        x[i][0] = p.x.at[(token * 2) * p.blocks + b];
        x[i][1] = p.x.at[(token * 2 + 1) * p.blocks + b];
        /* A byte times it must stay below the largest half. */
        s[i] = has_block ? float16_t (min (p.x_scales.at[token * p.blocks + b].x, 500.0)) : float16_t (0);
      }
}

void
put_weights (uint lane, uint i)
{
  uint at = (lane + i * LANES) / 2 * PITCH + lane % 2 * 4;

  [[unroll]] for (uint part = 0; part < 2; part++)
    {
      uvec4 bytes = BITS == 4 ? (w[i][0] >> (4 * part)) & 0x0f0f0f0fu : w[i][part] ^ 0x80808080u;
      float16_t offset = float16_t (BITS != 4 ? 1152 : MINS == MINS_EIGHT ? 1032 : 1024);

      ws[at + 2 * part]
          = uvec4 (halves_of (bytes.x, offset, d[i][part], m[i]), halves_of (bytes.y, offset, d[i][part], m[i]));
      ws[at + 2 * part + 1]
          = uvec4 (halves_of (bytes.z, offset, d[i][part], m[i]), halves_of (bytes.w, offset, d[i][part], m[i]));
    }
}

void
put_tokens (uint lane, uint i)
{
  uint at = (lane + i * LANES) / 2 * PITCH + lane % 2 * 4;
  const float16_t offset = float16_t (1152), zero = float16_t (0);

  [[unroll]] for (uint part = 0; part < 2; part++)
    {
      uvec4 bytes = x[i][part] ^ 0x80808080u;

      xs[at + 2 * part] = uvec4 (halves_of (bytes.x, offset, s[i], zero), halves_of (bytes.y, offset, s[i], zero));
      xs[at + 2 * part + 1] = uvec4 (halves_of (bytes.z, offset, s[i], zero), halves_of (bytes.w, offset, s[i], zero));
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

  load (lane, row0, token0, 0);
  for (uint b = 0; b < p.blocks; b += 2)
    {
      barrier ();
      if (ALL_W || lane < 2 * BM)
        [[unroll]] for (uint i = 0; i < N_W; i++)
          put_weights (lane, i);
      if (ALL_X || lane < 2 * BN)
        [[unroll]] for (uint i = 0; i < N_X; i++)
          put_tokens (lane, i);
      barrier ();
      if (b + 2 < p.blocks)
        load (lane, row0, token0, b + 2);
      [[unroll]] for (uint k = 0; k < 8; k += 2)
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

  /* Each subgroup has a place for a matrix, which its lanes take to where it belongs: a token of half the rows each. */
  [[unroll]] for (uint i = 0; i < CM; i++)
    [[unroll]] for (uint j = 0; j < CN; j++)
      {
        uint l = gl_SubgroupInvocationID, token = token0 + (sub_n * CN + j) * 16 + l / 2;
        uint row = row0 + (sub_m * CM + i) * 16 + l % 2 * 8, at = gl_SubgroupID * 64;

        barrier ();
        coopMatStore (sums[i][j], ws, at, 4, gl_CooperativeMatrixLayoutColumnMajor);
        barrier ();
        [[unroll]] for (uint k = 0; k < 8; k++)
          if (token < p.tokens && row + k < p.rows)
            finish (p.y, p.bias, p.has_bias != 0, token * p.ldy + row + k, row + k, p.adds != 0, p.scale,
                    uintBitsToFloat (ws[at + l / 2 * 4 + l % 2 * 2 + k / 4][k % 4]));
      }
}
