/* read.comp: how fast a shader reads a card's memory: a lane adds up every n-th sixteen bytes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#version 460
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_control_flow_attributes : require

#define AHEAD 8 /* loads under way */

layout (local_size_x = 256) in;
layout (buffer_reference, std430, buffer_reference_align = 16) readonly buffer Uints4 { uvec4 at[]; };
layout (buffer_reference, std430, buffer_reference_align = 4) writeonly buffer Uints { uint at[]; };

layout (push_constant) uniform Push
{
  Uints4 from;
  Uints to;
  uint n; /* sixteen bytes each: a multiple of lanes · AHEAD */
} p;

void
main ()
{
  uint step = gl_NumWorkGroups.x * 256;
  uvec4 sum = uvec4 (0);

  for (uint first = gl_GlobalInvocationID.x; first < p.n; first += AHEAD * step)
    [[unroll]] for (uint k = 0; k < AHEAD; k++)
      sum += p.from.at[first + k * step];
  /* Never, but no compiler knows. */
  if (sum == uvec4 (0x9e3779b9u))
    p.to.at[0] = sum.x;
}
