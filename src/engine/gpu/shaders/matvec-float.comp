/* matvec-float.comp: y[t][row] = Σ w[row] · x[t], of weights in single or half precision; activations in single
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_arithmetic : require
#include "common.glsl"
#include "finish.glsl"

layout (local_size_x_id = 0, local_size_y_id = 1) in;
layout (constant_id = 0) const uint THREADS = 64;
layout (constant_id = 1) const uint WIDTH = 2;
layout (constant_id = 2) const uint TOKENS = 1;
layout (constant_id = 3) const uint SINGLE = 0;

layout (push_constant) uniform Push
{
  uvec2 weights;
  Floats4 x;
  Floats bias, y;
  uint rows, cols, ldx, ldy, tokens, has_bias, adds;
  float scale;
} p;

shared float partial[WIDTH][THREADS / 8][TOKENS];

vec4
load (uint i)
{
  uvec2 pairs;

  if (SINGLE != 0)
    return Floats4 (p.weights).at[i];
  pairs = Uints2 (p.weights).at[i];
  return vec4 (unpackHalf2x16 (pairs.x), unpackHalf2x16 (pairs.y));
}

void
main ()
{
  uint lane = gl_LocalInvocationID.x, team = gl_LocalInvocationID.y, n = p.cols / 4;
  uint row = gl_WorkGroupID.x * WIDTH + team, token0 = gl_WorkGroupID.y * TOKENS;
  float sums[TOKENS];

  [[unroll]] for (uint t = 0; t < TOKENS; t++)
    sums[t] = 0;
  for (uint c = lane; c < n; c += THREADS)
    {
      vec4 w = load (min (row, p.rows - 1) * n + c);

      [[unroll]] for (uint t = 0; t < TOKENS; t++)
        sums[t] += dot (w, p.x.at[min (token0 + t, p.tokens - 1) * (p.ldx / 4) + c]);
    }
  [[unroll]] for (uint t = 0; t < TOKENS; t++)
    sums[t] = subgroupAdd (sums[t]);
  if (gl_SubgroupSize < THREADS)
    {
      if (lane % gl_SubgroupSize == 0)
        [[unroll]] for (uint t = 0; t < TOKENS; t++)
          partial[team][lane / gl_SubgroupSize][t] = sums[t];
      barrier ();
      if (lane == 0)
        [[unroll]] for (uint t = 0; t < TOKENS; t++)
          for (uint i = 1; i < THREADS / gl_SubgroupSize; i++)
            sums[t] += partial[team][i][t];
    }
  if (lane == 0 && row < p.rows)
    [[unroll]] for (uint t = 0; t < TOKENS; t++)
      if (token0 + t < p.tokens)
        finish (p.y, p.bias, p.has_bias != 0, (token0 + t) * p.ldy + row, row, p.adds != 0, p.scale, sums[t]);
}
