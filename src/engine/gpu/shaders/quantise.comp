/* quantise.comp: a register's rows to int8 in blocks of 32
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "quantise.glsl"

layout (local_size_x = 64) in;

layout (push_constant) uniform Push
{
  Floats4 x;
  Uints q;
  Floats2 scales;
  uint ld, width; /* floats */
} p;

void
main ()
{
  uint i = gl_GlobalInvocationID.x, row = gl_WorkGroupID.y;

  if (i < p.width / 4)
    quantise (p.q, p.scales, row, p.width / 32, i, p.x.at[row * (p.ld / 4) + i]);
}
