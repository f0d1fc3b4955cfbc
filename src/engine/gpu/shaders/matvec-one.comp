/* matvec-one.comp: y[row] = Σ w[row] · x of one token, of weights in 4 or 8 bits
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * THREADS lanes a row, WIDTH rows a workgroup.  A lane has the same blocks of every row, so that its activations stay in registers;
 * and a workgroup goes from row to row, with the next one's weights under way, so that memory never waits for sums.
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_arithmetic : require
#extension GL_KHR_shader_subgroup_basic : require
#include "common.glsl"
#include "dot.glsl"

layout (local_size_x_id = 0, local_size_y_id = 1) in;
layout (constant_id = 0) const uint THREADS = 64;
layout (constant_id = 1) const uint WIDTH = 2;
layout (constant_id = 4) const uint DEPTH = 2; /* blocks of a lane: all of a row's together */

layout (push_constant) uniform Push
{
  Uints4 quants;
  Halves scales, mins;
  Ints4 x;
  Floats2 x_scales;
  Floats bias, y, parts;
  uint rows, blocks, ldy, tokens, has_bias, adds;
  float scale;
  uint span;
} p;

#include "block.glsl"

shared float partial[2][WIDTH][THREADS / 8];

/* What is under way. */
uvec4 ahead[DEPTH][2];
float ahead_scales[DEPTH];

/* The last row again for those beyond it. */
void
load (uint lane, uint row)
{
  [[unroll]] for (uint k = 0; k < DEPTH; k++)
    {
      uint i = min (row, p.rows - 1) * p.blocks + min (lane + k * THREADS, p.blocks - 1);

      ahead[k][0] = p.quants.at[i * WORDS];
      if (BITS == 8)
        ahead[k][1] = p.quants.at[i * WORDS + 1];
      ahead_scales[k] = float (p.scales.at[SUB16 != 0 ? 2 * i : i]);
    }
}

void
main ()
{
  uint lane = gl_LocalInvocationID.x, team = gl_LocalInvocationID.y, step = gl_NumWorkGroups.x * WIDTH, turn = 0;
  ivec4 low[DEPTH], high[DEPTH];
  vec2 scales[DEPTH];

  load (lane, gl_WorkGroupID.x * WIDTH + team);
  [[unroll]] for (uint k = 0; k < DEPTH; k++)
    {
      uint b = min (lane + k * THREADS, p.blocks - 1);

      low[k] = p.x.at[b];
      high[k] = p.x.at[p.blocks + b];
      scales[k] = lane + k * THREADS < p.blocks ? p.x_scales.at[b] : vec2 (0);
    }
  for (uint first = gl_WorkGroupID.x * WIDTH; first < p.rows; first += step, turn ^= 1)
    {
      uint row = first + team;
      uvec4 w[DEPTH][2];
      float d[DEPTH], sum = 0, bias = 0, before = 0;

      [[unroll]] for (uint k = 0; k < DEPTH; k++)
        {
          w[k] = ahead[k];
          d[k] = ahead_scales[k];
        }
      load (lane, row + step);
      /* What comes behind the sum is under way, too: all of the workgroup would wait for it. */
      if (lane == 0 && row < p.rows)
        {
          bias = p.has_bias != 0 ? p.bias.at[row] : 0;
          before = p.adds != 0 ? p.y.at[row] : 0;
        }
      [[unroll]] for (uint k = 0; k < DEPTH; k++)
        sum += multiply (w[k], min (row, p.rows - 1) * p.blocks + min (lane + k * THREADS, p.blocks - 1), low[k],
                         high[k], scales[k], d[k]);
      sum = subgroupAdd (sum);
      if (gl_SubgroupSize < THREADS)
        {
          if (lane % gl_SubgroupSize == 0)
            partial[turn][team][lane / gl_SubgroupSize] = sum;
          barrier ();
          if (lane == 0)
            for (uint i = 1; i < THREADS / gl_SubgroupSize; i++)
              sum += partial[turn][team][i];
        }
      if (lane == 0 && row < p.rows)
        p.y.at[row] = p.adds != 0 ? before + p.scale * (sum + bias) : sum + bias;
    }
}
