/* finish.glsl: where a product's sum goes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
void
finish (Floats y, Floats bias, bool has_bias, uint at, uint row, bool adds, float scale, float sum)
{
  if (has_bias)
    sum += bias.at[row];
  y.at[at] = adds ? y.at[at] + scale * sum : sum;
}
