/* attend-merge.comp: the parts of attention to rows of outputs, also in the form that a product reads; a workgroup a head of a row
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * D / 4 lanes have the row's values, four each; teams of so many take every n-th part.
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_arithmetic : require
#extension GL_KHR_shader_subgroup_basic : require
#include "common.glsl"
#include "quantise.glsl"

#define LANES 256 /* no fewer than parts */
#define AHEAD 8   /* parts of a team under way */

layout (local_size_x = LANES) in;
layout (constant_id = 0) const uint D = 128;
layout (constant_id = 1) const uint FORM = FORM_BYTES;

layout (push_constant) uniform Push
{
  Floats4 outs;
  Floats2 sums;
  Floats4 y;
  Uints q;
  Floats2 scales;
  uint n_splits, ldy;
} p;

const uint WIDTH = D / 4, TEAMS = LANES / WIDTH;

shared float tops[LANES / 8], totals[LANES / 8]; /* of subgroups */
shared float weights[LANES];
shared vec4 parts[LANES];

vec4 ahead[AHEAD];

/* A team's next parts from `first` on; those without columns are zeros. */
void
load (uint first, uint team, uint at, uint step, uint c)
{
  [[unroll]] for (uint k = 0; k < AHEAD; k++)
    {
      uint i = first + team + k * TEAMS;

      ahead[k] = i < p.n_splits && team < TEAMS ? p.outs.at[(at + i * step) * WIDTH + c] : vec4 (0);
    }
}

void
main ()
{
  uint lane = gl_LocalInvocationID.x, head = gl_WorkGroupID.x, row = gl_WorkGroupID.y, n_heads = gl_NumWorkGroups.x;
  uint at = row * n_heads + head, step = gl_NumWorkGroups.y * n_heads, team = lane / WIDTH, c = lane % WIDTH;
  vec2 part = lane < p.n_splits ? p.sums.at[at + lane * step] : vec2 (0);
  float top = part.y > 0 ? part.x : -1e30, sum = 0;
  vec4 y = vec4 (0);

  load (0, team, at, step, c);
  top = subgroupMax (top);
  if (subgroupElect ())
    tops[gl_SubgroupID] = top;
  barrier ();
  for (uint i = 0; i < gl_NumSubgroups; i++)
    top = max (top, tops[i]);
  weights[lane] = part.y > 0 ? exp (part.x - top) : 0;
  sum = subgroupAdd (weights[lane] * part.y);
  if (subgroupElect ())
    totals[gl_SubgroupID] = sum;
  barrier ();
  for (uint first = 0; first < p.n_splits; first += AHEAD * TEAMS)
    {
      if (first > 0)
        load (first, team, at, step, c);
      [[unroll]] for (uint k = 0; k < AHEAD; k++)
        y += weights[min (first + team + k * TEAMS, LANES - 1)] * ahead[k];
    }
  parts[lane] = y;
  barrier ();
  if (lane >= WIDTH)
    return;
  sum = 0;
  for (uint i = 0; i < gl_NumSubgroups; i++)
    sum += totals[i];
  for (uint i = 1; i < min (TEAMS, p.n_splits); i++)
    y += parts[i * WIDTH + lane];
  y /= sum;
  p.y.at[row * (p.ldy / 4) + head * WIDTH + lane] = y;
  put (FORM, p.q, p.scales, row, n_heads * D / 32, head * WIDTH + lane, y);
}
