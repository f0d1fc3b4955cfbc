/* attend-merge.comp: the parts of attention to rows of outputs, also in the form that a product reads; a workgroup a head of a row
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * D / 4 lanes have the row's values, four each; teams of so many take every n-th part.
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "quantise.glsl"
#include "attend.glsl"

#define LANES 256
#define MAX_SPLITS 64

layout (local_size_x = LANES) in;
layout (constant_id = 0) const uint D = 128;
layout (constant_id = 1) const uint FORM = FORM_BYTES;
layout (constant_id = 2) const uint QUERIES = 16; /* of a workgroup that made the parts */

layout (push_constant) uniform Push
{
  Floats4 outs;
  Floats2 sums;
  Floats4 y;
  Uints q;
  Floats2 scales;
  Run run;
  uint n_splits, ldy, group;
} p;

const uint WIDTH = D / 4, TEAMS = LANES / WIDTH;

shared float tops[MAX_SPLITS];
shared float weights[MAX_SPLITS];
shared vec4 parts[LANES];

/* The parts that hold columns. */
uint
count_parts (uint row, uint head)
{
  uint vector = row * p.group + head % p.group, needed;
  uint span = span_of (p.run, vector / QUERIES * QUERIES, QUERIES, gl_NumWorkGroups.y * p.group, p.group, p.n_splits, needed);

  return (needed + span - 1) / span;
}

void
main ()
{
  uint lane = gl_LocalInvocationID.x, head = gl_WorkGroupID.x, row = gl_WorkGroupID.y, n_heads = gl_NumWorkGroups.x;
  uint at = row * n_heads + head, step = gl_NumWorkGroups.y * n_heads, n = count_parts (row, head);
  uint team = lane / WIDTH, c = lane % WIDTH;
  float top = -1e30, sum = 0;
  vec4 y = vec4 (0);
  vec2 part = lane < n ? p.sums.at[at + lane * step] : vec2 (-1e30, 0);

  if (lane < n)
    tops[lane] = part.y > 0 ? part.x : -1e30;
  barrier ();
  for (uint i = 0; i < n; i++)
    top = max (top, tops[i]);
  if (lane < n)
    weights[lane] = part.y > 0 ? exp (part.x - top) : 0;
  barrier ();
  if (lane < n)
    tops[lane] = weights[lane] * part.y;
  if (team < TEAMS)
    for (uint i = team; i < n; i += TEAMS)
      if (weights[i] > 0)
        y += weights[i] * p.outs.at[(at + i * step) * WIDTH + c];
  parts[lane] = y;
  barrier ();
  if (lane >= WIDTH)
    return;
  for (uint i = 0; i < n; i++)
    sum += tops[i];
  for (uint i = 1; i < min (TEAMS, n); i++)
    y += parts[i * WIDTH + lane];
  y /= sum;
  p.y.at[row * (p.ldy / 4) + head * WIDTH + lane] = y;
  put (FORM, p.q, p.scales, row, n_heads * D / 32, head * WIDTH + lane, y);
}
