/* quantise.comp: a register's rows in the form that a product reads
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "quantise.glsl"

layout (local_size_x = 64) in;
layout (constant_id = 0) const uint FORM = FORM_BYTES;

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
    put (FORM, p.q, p.scales, row, p.width / 32, i, p.x.at[row * (p.ld / 4) + i]);
}
