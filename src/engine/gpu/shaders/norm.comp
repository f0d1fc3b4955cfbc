/* norm.comp: RMSNorm or LayerNorm of a row, or of each of its heads, also in the form that a product reads; a workgroup a row
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_arithmetic : require
#extension GL_KHR_shader_subgroup_basic : require
#include "common.glsl"
#include "quantise.glsl"

layout (local_size_x_id = 3) in;
layout (constant_id = 0) const uint LAYER = 0; /* with mean and bias */
layout (constant_id = 1) const uint FORM = FORM_BYTES; /* one head alone */
layout (constant_id = 2) const uint N = 4;     /* fours of values that a lane has */
layout (constant_id = 3) const uint LANES = 256;

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
  vec4 x[N], weight[N];

  [[unroll]] for (uint k = 0; k < N; k++)
    {
      uint i = lane + k * LANES;

      x[k] = i < n ? p.x.at[x0 + i] : vec4 (0);
      weight[k] = p.weight.at[min (i, n - 1)];
    }
  if (LAYER != 0)
    {
      float sum = 0;

      [[unroll]] for (uint k = 0; k < N; k++)
        sum += dot (x[k], vec4 (1));
      mean = sum_all (sum) / float (p.width);
    }
  [[unroll]] for (uint k = 0; k < N; k++)
    if (lane + k * LANES < n)
      {
        x[k] -= mean;
        squares += dot (x[k], x[k]);
      }
  scale = 1 / sqrt (sum_all (squares) / float (p.width) + p.eps);
  [[unroll]] for (uint k = 0; k < N; k++)
    {
      uint i = lane + k * LANES;
      vec4 y = x[k] * scale * weight[k];

      if (i >= n)
        break;
      if (LAYER != 0)
        y += p.bias.at[i];
      p.y.at[y0 + i] = y;
      put (FORM, p.q, p.scales, row, p.width / 32, i, y);
    }
}
