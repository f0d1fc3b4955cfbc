/* rope.comp: turns heads by their positions, and stores those of keys and values; a workgroup a head of a row
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Stored rows go to the card's copy of the cache, and once more, for the host, to `fresh`: for each layer, stream and head
 * the batch's rows and then their scales, as glm_kv_cache_write() takes them.
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"

#define LANES 64

layout (local_size_x = LANES) in;
layout (constant_id = 0) const uint KV = KV_F16;
layout (constant_id = 1) const uint HALF = 0; /* pairs are (i, i + n_pairs) */

layout (push_constant) uniform Push
{
  Floats x;
  Floats cosines, sines;     /* [row][axis][n_pairs] */
  uvec2 rows[2];             /* addresses of keys and values: [head][column][width] */
  uvec2 scales[2];
  uvec2 fresh;               /* of this layer */
  Run run;
  uint ld, width, n_turned;  /* heads from the first on */
  uint first_stored, n_kv;   /* heads: keys, then values */
  uint n_columns, n_pairs, axes;
} p;

uvec2
plus (uvec2 address, uint n_elements, uint bytes)
{
  uint high, low, carry;

  umulExtended (n_elements, bytes, high, low);
  low = uaddCarry (address.x, low, carry);
  return uvec2 (low, address.y + high + carry);
}

void
turn (uint x0, uint row, uint axis, uint i)
{
  uint angle = (row * p.axes + axis) * p.n_pairs + i, a = x0 + axis * 2 * p.n_pairs + (HALF != 0 ? i : 2 * i);
  uint b = a + (HALF != 0 ? p.n_pairs : 1);
  float c = p.cosines.at[angle], s = p.sines.at[angle], u = p.x.at[a], v = p.x.at[b];

  p.x.at[a] = u * c - v * s;
  p.x.at[b] = v * c + u * s;
}

/* A block of 32 as the processor quantises it (cpu/attention.c). */
void
store_block (uint x0, uint block, Uints to, Floats to_scale, Uints fresh, Floats fresh_scale)
{
  uint first = 32 * block, n = min (32, p.width - first);
  float top = 0, inverse;

  for (uint i = 0; i < n; i++)
    top = max (top, abs (p.x.at[x0 + first + i]));
  inverse = top > 0 ? 127 / top : 0;
  for (uint w = 0; w < n / 4; w++)
    {
      uint word = 0;

      for (uint i = 0; i < 4; i++)
        word |= uint (int (roundEven (p.x.at[x0 + first + 4 * w + i] * inverse)) & 255) << 8 * i;
      to.at[first / 4 + w] = word;
      fresh.at[first / 4 + w] = word;
    }
  to_scale.at[block] = top / 127;
  fresh_scale.at[block] = top / 127;
}

void
store (uint lane, uint row, uint x0, uint slot)
{
  uint stream = slot / p.n_kv, head = slot % p.n_kv, n = gl_NumWorkGroups.y;
  uint element = KV == KV_F32 ? 4 : KV == KV_F16 ? 2 : 1, n_blocks = (p.width + 31) / 32;
  uint row_bytes = p.width * element, scale_bytes = KV == KV_I8 ? 4 * n_blocks : 0;
  uint index = head * p.n_columns + p.run.first + row;
  uvec2 to = plus (p.rows[stream], index, row_bytes), part = plus (p.fresh, slot * n, row_bytes + scale_bytes);
  uvec2 fresh = plus (part, row, row_bytes);

  if (KV == KV_I8)
    {
      uvec2 to_scale = plus (p.scales[stream], index, scale_bytes), fresh_scale = plus (plus (part, n, row_bytes), row, scale_bytes);

      for (uint b = lane; b < n_blocks; b += LANES)
        store_block (x0, b, Uints (to), Floats (to_scale), Uints (fresh), Floats (fresh_scale));
    }
  else
    for (uint i = lane; i < p.width; i += LANES)
      if (KV == KV_F32)
        {
          Floats (to).at[i] = p.x.at[x0 + i];
          Floats (fresh).at[i] = p.x.at[x0 + i];
        }
      else
        {
          Halves (to).at[i] = float16_t (p.x.at[x0 + i]);
          Halves (fresh).at[i] = float16_t (p.x.at[x0 + i]);
        }
}

void
main ()
{
  uint lane = gl_LocalInvocationID.x, head = gl_WorkGroupID.x, row = gl_WorkGroupID.y, x0 = row * p.ld + head * p.width;

  if (head < p.n_turned)
    for (uint i = lane; i < p.axes * p.n_pairs; i += LANES)
      turn (x0, row, i / p.n_pairs, i % p.n_pairs);
  memoryBarrierBuffer ();
  barrier ();
  if (head >= p.first_stored)
    store (lane, row, x0, head - p.first_stored);
}
