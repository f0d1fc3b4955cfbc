/* block.glsl: a block of weights times one of activations, for shaders whose push constants `p` name both
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
const uint WORDS = BITS / 4; /* of 16 bytes, a block */

/* A block's part of a product: quants q, of row-block i, with activations. */
float
multiply (uvec4 q[2], uint i, ivec4 low, ivec4 high, vec2 scale, float d)
{
  int a = 0, b = 0;
  float sum;

  if (BITS == 4)
    [[unroll]] for (uint n = 0; n < 4; n++)
      {
        a += dot4 (q[0][n] & 0x0f0f0f0fu, low[n]);
        b += dot4 (q[0][n] >> 4 & 0x0f0f0f0fu, high[n]);
      }
  else
    [[unroll]] for (uint n = 0; n < 4; n++)
      {
        a += dot4 (q[0][n], low[n]);
        b += dot4 (q[1][n], high[n]);
      }
  if (SUB16 != 0)
    sum = scale.x * (d * float (a) + float (p.scales.at[2 * i + 1]) * float (b));
  else
    sum = d * (scale.x * float (a + b) - (MINS == MINS_EIGHT ? 8 * scale.y : 0));
  if (MINS == MINS_PLANE)
    sum += float (p.mins.at[i]) * scale.y;
  return sum;
}
