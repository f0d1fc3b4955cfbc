/* quantise.glsl: eight lanes with four values each put a block of activations into its places, in the form that a product reads
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#extension GL_KHR_shader_subgroup_shuffle : require

/* GlmGpuForm */
#define FORM_FLOATS 0 /* no other than the floats */
#define FORM_BYTES 1
#define FORM_HALVES 2

/* Over the eight lanes of a block, which no subgroup is narrower than; clustered operations are not everywhere. */
void
quantise (Uints q, Floats2 scales, uint token, uint n_blocks, uint quarter, vec4 x)
{
  vec4 size = abs (x);
  float top = max (max (size.x, size.y), max (size.z, size.w)), d;
  ivec4 v;
  int sum;
  uint b = quarter / 8, plane = quarter % 8 / 4;

  for (uint k = 1; k < 8; k *= 2)
    top = max (top, subgroupShuffleXor (top, k));
  d = top / 127;
  v = ivec4 (roundEven (top > 0 ? x * (127 / top) : vec4 (0)));
  sum = v.x + v.y + v.z + v.w;
  for (uint k = 1; k < 8; k *= 2)
    sum += subgroupShuffleXor (sum, k);
  q.at[((token * 2 + plane) * n_blocks + b) * 4 + quarter % 4]
    = uint (v.x & 255) | uint (v.y & 255) << 8 | uint (v.z & 255) << 16 | uint (v.w) << 24;
  if (quarter % 8 == 0)
    scales.at[token * n_blocks + b] = vec2 (d, d * float (sum));
}

/* The largest half for what is larger. */
void
put (uint form, Uints q, Floats2 scales, uint token, uint n_blocks, uint quarter, vec4 x)
{
  if (form == FORM_BYTES)
    quantise (q, scales, token, n_blocks, quarter, x);
  if (form == FORM_HALVES)
    {
      x = clamp (x, -65504, 65504);
      Uints2 (uvec2 (q)).at[token * n_blocks * 8 + quarter] = uvec2 (packHalf2x16 (x.xy), packHalf2x16 (x.zw));
    }
}
