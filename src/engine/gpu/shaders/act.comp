/* act.comp: SwiGLU or GELU in place, and the result in the form that a product reads
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "quantise.glsl"

layout (local_size_x = 64) in;
layout (constant_id = 0) const uint GELU = 0;
layout (constant_id = 1) const uint FORM = FORM_BYTES;

layout (push_constant) uniform Push
{
  Floats4 x;
  Uints q;
  Floats2 scales;
  uint ld, width; /* floats; SwiGLU: of each half */
} p;

void
main ()
{
  uint i = gl_GlobalInvocationID.x, row = gl_WorkGroupID.y, at = row * (p.ld / 4) + i;
  vec4 x, y;

  if (i >= p.width / 4)
    return;
  x = p.x.at[at];
  if (GELU != 0)
    {
      /* tanh of large numbers overflows on some cards. */
      vec4 t = clamp (0.79788456080286535588 * x * (1 + 0.044715 * x * x), -15, 15);

      y = 0.5 * x * (1 + tanh (t));
    }
  else
    y = x / (1 + exp (-x)) * p.x.at[at + p.width / 4];
  p.x.at[at] = y;
  put (FORM, p.q, p.scales, row, p.width / 32, i, y);
}
