/* matvec.comp: y[t][row] = Σ w[row] · x[t], for one token or a few, of weights in 4 or 8 bits
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A team of THREADS lanes takes ROWS rows and walks along their blocks; each lane has a block of its own, so that a step
 * reads one contiguous run of each row.  DEPTH steps are loaded before the first is multiplied, so that enough bytes are
 * under way where rows are few.  WIDTH teams make a workgroup only to fill it.
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_arithmetic : require
#include "common.glsl"
#include "dot.glsl"
#include "finish.glsl"

layout (local_size_x_id = 0, local_size_y_id = 1) in;
layout (constant_id = 0) const uint THREADS = 64;
layout (constant_id = 1) const uint WIDTH = 2;
layout (constant_id = 2) const uint ROWS = 1;
layout (constant_id = 3) const uint TOKENS = 1;
layout (constant_id = 4) const uint DEPTH = 1;

layout (push_constant) uniform Push
{
  Uints4 quants;
  Halves scales, mins;
  Ints4 x;
  Floats2 x_scales;
  Floats bias, y, parts;
  uint rows, blocks, ldy, tokens, has_bias, adds;
  float scale;
  uint span; /* blocks of a part */
} p;

#include "block.glsl"

shared float partial[WIDTH][THREADS / 8][ROWS * TOKENS];

void
main ()
{
  uint lane = gl_LocalInvocationID.x, team = gl_LocalInvocationID.y;
  uint row0 = (gl_WorkGroupID.x * WIDTH + team) * ROWS, token0 = gl_WorkGroupID.y * TOKENS;
  float sums[TOKENS][ROWS];

  [[unroll]] for (uint t = 0; t < TOKENS; t++)
    [[unroll]] for (uint r = 0; r < ROWS; r++)
      sums[t][r] = 0;

  for (uint first = lane; first < p.blocks; first += THREADS * DEPTH)
    {
      uvec4 w[DEPTH][ROWS][2];
      float d[DEPTH][ROWS];

      [[unroll]] for (uint k = 0; k < DEPTH; k++)
        [[unroll]] for (uint r = 0; r < ROWS; r++)
          {
            uint b = first + k * THREADS, i = min (row0 + r, p.rows - 1) * p.blocks + min (b, p.blocks - 1);

            w[k][r][0] = p.quants.at[i * WORDS];
            if (BITS == 8)
              w[k][r][1] = p.quants.at[i * WORDS + 1];
            d[k][r] = float (p.scales.at[SUB16 != 0 ? 2 * i : i]);
          }
      [[unroll]] for (uint k = 0; k < DEPTH; k++)
        [[unroll]] for (uint t = 0; t < TOKENS; t++)
          {
            uint b = min (first + k * THREADS, p.blocks - 1), token = min (token0 + t, p.tokens - 1);
            ivec4 low = p.x.at[token * 2 * p.blocks + b], high = p.x.at[(token * 2 + 1) * p.blocks + b];
            vec2 scale = p.x_scales.at[token * p.blocks + b];

            if (first + k * THREADS < p.blocks)
              [[unroll]] for (uint r = 0; r < ROWS; r++)
                sums[t][r] += multiply (w[k][r], min (row0 + r, p.rows - 1) * p.blocks + b, low, high, scale, d[k][r]);
          }
    }

  [[unroll]] for (uint t = 0; t < TOKENS; t++)
    [[unroll]] for (uint r = 0; r < ROWS; r++)
      sums[t][r] = subgroupAdd (sums[t][r]);
  if (gl_SubgroupSize < THREADS)
    {
      uint n = THREADS / gl_SubgroupSize;

      if (lane % gl_SubgroupSize == 0)
        [[unroll]] for (uint t = 0; t < TOKENS; t++)
          [[unroll]] for (uint r = 0; r < ROWS; r++)
            partial[team][lane / gl_SubgroupSize][t * ROWS + r] = sums[t][r];
      barrier ();
      if (lane == 0)
        [[unroll]] for (uint t = 0; t < TOKENS; t++)
          [[unroll]] for (uint r = 0; r < ROWS; r++)
            for (uint i = 1; i < n; i++)
              sums[t][r] += partial[team][i][t * ROWS + r];
    }
  if (lane == 0)
    [[unroll]] for (uint t = 0; t < TOKENS; t++)
      [[unroll]] for (uint r = 0; r < ROWS; r++)
        if (row0 + r < p.rows && token0 + t < p.tokens)
          finish (p.y, p.bias, p.has_bias != 0, (token0 + t) * p.ldy + row0 + r, row0 + r, p.adds != 0, p.scale, sums[t][r]);
}
