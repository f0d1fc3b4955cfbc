/* part.glsl: where the sum of a part of the columns goes: a product of few tiles is done in parts, so that a card has enough to do
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A part is a layer of workgroups.  matmul-sum.comp adds them up, [part][token][row].
 */
#include "finish.glsl"

#define FIRST_BLOCK (gl_WorkGroupID.z * p.span)
#define END_BLOCK min (FIRST_BLOCK + p.span, p.blocks)

#define FINISH(token, row, sum)                                                                                             \
  if (gl_NumWorkGroups.z > 1)                                                                                               \
    p.parts.at[(gl_WorkGroupID.z * p.tokens + (token)) * p.rows + (row)] = sum;                                             \
  else                                                                                                                      \
    finish (p.y, p.bias, p.has_bias != 0, (token) * p.ldy + (row), row, p.adds != 0, p.scale, sum)
