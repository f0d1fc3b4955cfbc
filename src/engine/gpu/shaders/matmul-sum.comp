/* matmul-sum.comp: the parts of a product, and what comes behind the sum
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "finish.glsl"

layout (local_size_x = 128) in;
layout (constant_id = 0) const uint PARTS = 2;

layout (push_constant) uniform Push
{
  Uints4 quants;
  Halves scales, mins;
  Uints4 x;
  Floats2 x_scales;
  Floats bias, y, parts;
  uint rows, blocks, ldy, tokens, has_bias, adds;
  float scale;
  uint span;
} p;

void
main ()
{
  uint row = gl_GlobalInvocationID.x, token = gl_WorkGroupID.y;
  float parts[PARTS], sum = 0;

  if (row >= p.rows)
    return;
  [[unroll]] for (uint i = 0; i < PARTS; i++)
    parts[i] = p.parts.at[(i * p.tokens + token) * p.rows + row];
  [[unroll]] for (uint i = 0; i < PARTS; i++)
    sum += parts[i];
  finish (p.y, p.bias, p.has_bias != 0, token * p.ldy + row, row, p.adds != 0, p.scale, sum);
}
