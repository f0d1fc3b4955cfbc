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
layout (constant_id = 2) const uint WIDTH = 128; /* of a head */

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

shared float values[WIDTH]; /* of the head */

uvec2
plus (uvec2 address, uint n_elements, uint bytes)
{
  uint high, low, carry;

  umulExtended (n_elements, bytes, high, low);
  low = uaddCarry (address.x, low, carry);
  return uvec2 (low, address.y + high + carry);
}

/* A pair, on its way from memory to where it is stored from. */
void
turn (uint x0, uint row, uint axis, uint i)
{
  uint angle = (row * p.axes + axis) * p.n_pairs + i, a = axis * 2 * p.n_pairs + (HALF != 0 ? i : 2 * i);
  uint b = a + (HALF != 0 ? p.n_pairs : 1);
  float c = p.cosines.at[angle], s = p.sines.at[angle], u = p.x.at[x0 + a], v = p.x.at[x0 + b];

  values[a] = p.x.at[x0 + a] = u * c - v * s;
  values[b] = p.x.at[x0 + b] = v * c + u * s;
}

/* A block of 32 as the processor quantises it (cpu/attention.c). */
void
store_block (uint block, Uints to, Floats to_scale, Uints fresh, Floats fresh_scale)
{
  uint first = 32 * block, n = min (32, WIDTH - first);
  float top = 0, inverse;

  for (uint i = 0; i < n; i++)
    top = max (top, abs (values[first + i]));
  inverse = top > 0 ? 127 / top : 0;
  for (uint w = 0; w < n / 4; w++)
    {
      uint word = 0;

      for (uint i = 0; i < 4; i++)
        word |= uint (int (roundEven (values[first + 4 * w + i] * inverse)) & 255) << 8 * i;
      to.at[first / 4 + w] = word;
      fresh.at[first / 4 + w] = word;
    }
  to_scale.at[block] = top / 127;
  fresh_scale.at[block] = top / 127;
}

void
store (uint lane, uint row, uint slot)
{
  uint stream = slot / p.n_kv, head = slot % p.n_kv, n = gl_NumWorkGroups.y;
  uint element = KV == KV_F32 ? 4 : KV == KV_F16 ? 2 : 1, n_blocks = (WIDTH + 31) / 32;
  uint row_bytes = WIDTH * element, scale_bytes = KV == KV_I8 ? 4 * n_blocks : 0;
  uint index = head * p.n_columns + p.run.first + row;
  uvec2 to = plus (p.rows[stream], index, row_bytes), part = plus (p.fresh, slot * n, row_bytes + scale_bytes);
  uvec2 fresh = plus (part, row, row_bytes);

  if (KV == KV_I8)
    {
      uvec2 to_scale = plus (p.scales[stream], index, scale_bytes), fresh_scale = plus (plus (part, n, row_bytes), row, scale_bytes);

      for (uint b = lane; b < n_blocks; b += LANES)
        store_block (b, Uints (to), Floats (to_scale), Uints (fresh), Floats (fresh_scale));
    }
  else
    for (uint i = lane; i < WIDTH; i += LANES)
      if (KV == KV_F32)
        {
          Floats (to).at[i] = values[i];
          Floats (fresh).at[i] = values[i];
        }
      else
        {
          Halves (to).at[i] = float16_t (values[i]);
          Halves (fresh).at[i] = float16_t (values[i]);
        }
}

void
main ()
{
  uint lane = gl_LocalInvocationID.x, head = gl_WorkGroupID.x, row = gl_WorkGroupID.y, x0 = row * p.ld + head * WIDTH;
  uint n_pairs = head < p.n_turned ? p.axes * p.n_pairs : 0;

  for (uint i = lane; i < n_pairs; i += LANES)
    turn (x0, row, i / p.n_pairs, i % p.n_pairs);
  if (head < p.first_stored)
    return;
  for (uint i = lane + 2 * n_pairs; i < WIDTH; i += LANES)
    values[i] = p.x.at[x0 + i];
  barrier ();
  store (lane, row, head - p.first_stored);
}
