/* norm.comp: RMSNorm or LayerNorm of a row, or of each of its heads, and the result to int8 as well; a workgroup a row
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_arithmetic : require
#extension GL_KHR_shader_subgroup_basic : require
#include "common.glsl"
#include "quantise.glsl"

#define LANES 256

layout (local_size_x = LANES) in;
layout (constant_id = 0) const uint LAYER = 0; /* with mean and bias */
layout (constant_id = 1) const uint QUANT = 1; /* one head alone */

layout (push_constant) uniform Push
{
  Floats4 x, y, weight, bias;
  Uints q;
  Floats2 scales;
  uint ldx, ldy, at, width; /* floats */
  float eps;
} p;

shared float parts[LANES / 8];

float
sum_all (float x)
{
  float sum = 0;

  x = subgroupAdd (x);
  barrier ();
  if (subgroupElect ())
    parts[gl_SubgroupID] = x;
  barrier ();
  for (uint i = 0; i < gl_NumSubgroups; i++)
    sum += parts[i];
  return sum;
}

void
main ()
{
  uint lane = gl_LocalInvocationID.x, row = gl_WorkGroupID.y, n = p.width / 4;
  uint head = (p.at + gl_WorkGroupID.x * p.width) / 4, x0 = row * (p.ldx / 4) + head, y0 = row * (p.ldy / 4) + head;
  float mean = 0, squares = 0, scale;

  if (LAYER != 0)
    {
      float sum = 0;

      for (uint i = lane; i < n; i += LANES)
        sum += dot (p.x.at[x0 + i], vec4 (1));
      mean = sum_all (sum) / float (p.width);
    }
  for (uint i = lane; i < n; i += LANES)
    {
      vec4 x = p.x.at[x0 + i] - mean;

      squares += dot (x, x);
    }
  scale = 1 / sqrt (sum_all (squares) / float (p.width) + p.eps);
  for (uint i = lane; i < n; i += LANES)
    {
      vec4 y = (p.x.at[x0 + i] - mean) * scale * p.weight.at[i];

      if (LAYER != 0)
        y += p.bias.at[i];
      p.y.at[y0 + i] = y;
      if (QUANT != 0)
        quantise (p.q, p.scales, row, p.width / 32, i, y);
    }
}
