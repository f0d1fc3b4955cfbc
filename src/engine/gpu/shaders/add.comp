/* add.comp: y += scale · x
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

layout (local_size_x = 64) in;

layout (push_constant) uniform Push
{
  Floats x, y;
  uint ldx, ldy, width;
  float scale;
} p;

void
main ()
{
  uint i = gl_GlobalInvocationID.x, row = gl_WorkGroupID.y;

  if (i < p.width)
    p.y.at[row * p.ldy + i] += p.scale * p.x.at[row * p.ldx + i];
}
