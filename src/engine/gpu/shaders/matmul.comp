/* matmul.comp: y[t][row] = Σ w[row] · x[t] for prompts, of weights in 4 or 8 bits, with int8 dot products
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A workgroup of 256 makes a tile of BM rows × BN tokens, a lane TM × TN of it; a block of 32 columns of both is unpacked
 * into shared memory at a time, while the next one's loads are under way.
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#include "common.glsl"
#include "dot.glsl"
#include "part.glsl"

#define TM 8
#define TN 4
#define PITCH 9 /* words: eight of a block, and one against bank conflicts */
#define BM (16 * TM)
#define BN 64

layout (local_size_x = 256) in;

layout (push_constant) uniform Push
{
  Uints4 quants;
  Halves scales, mins;
  Ints4 x;
  Floats2 x_scales;
  Floats bias, y, parts;
  uint rows, blocks, ldy, tokens, has_bias, adds;
  float scale;
  uint span; /* blocks of a part */
} p;

shared uint ws[BM * PITCH];
shared int xs[BN * PITCH];
shared vec2 wd[BM]; /* the scale, and the block's minimum or its second scale */
shared vec2 xd[BN];

/* What a lane is loading: half a block of a row, and of a token. */
uvec4 w;
ivec4 x;
vec2 d, scale;

void
load (uint row, uint token, uint part, uint b, bool has_token)
{
  uint i = row * p.blocks + b;

  w = p.quants.at[BITS == 4 ? i : 2 * i + part];
  d.x = float (p.scales.at[SUB16 != 0 ? 2 * i : i]);
  if (SUB16 != 0)
    d.y = float (p.scales.at[2 * i + 1]);
  else if (MINS == MINS_PLANE)
    d.y = float (p.mins.at[i]);
  else
    d.y = MINS == MINS_EIGHT ? -8 * d.x : 0;
  if (has_token)
    {
      x = p.x.at[(token * 2 + part) * p.blocks + b];
      scale = p.x_scales.at[token * p.blocks + b];
    }
}

void
put (uint lane, uint part, bool has_token)
{
  if (lane < 2 * BM)
    {
      [[unroll]] for (uint k = 0; k < 4; k++)
        ws[lane / 2 * PITCH + part * 4 + k] = BITS == 4 ? (part == 0 ? w[k] : w[k] >> 4) & 0x0f0f0f0fu : w[k];
      wd[lane / 2] = d;
    }
  if (has_token)
    {
      [[unroll]] for (uint k = 0; k < 4; k++)
        xs[lane / 2 * PITCH + part * 4 + k] = x[k];
      xd[lane / 2] = scale;
    }
}

void
main ()
{
  uint lane = gl_LocalInvocationID.x;
  uint row0 = gl_WorkGroupID.x * BM, token0 = gl_WorkGroupID.y * BN;
  /* A lane's rows and tokens lie BM / TM and BN / TN apart, so that neighbours read neighbouring words. */
  uint lane_row = lane % (BM / TM), lane_token = lane / (BM / TM), part = lane % 2;
  uint load_row = min (row0 + lane / 2, p.rows - 1), load_token = min (token0 + lane / 2, p.tokens - 1);
  bool has_token = lane < 2 * BN;
  float sums[TN][TM];

  [[unroll]] for (uint t = 0; t < TN; t++)
    [[unroll]] for (uint r = 0; r < TM; r++)
      sums[t][r] = 0;
  load (load_row, load_token, part, FIRST_BLOCK, has_token);
  for (uint b = FIRST_BLOCK; b < END_BLOCK; b++)
    {
      int products[SUB16 + 1][TN][TM];

      put (lane, part, has_token);
      barrier ();
      if (b + 1 < END_BLOCK)
        load (load_row, load_token, part, b + 1, has_token);
      [[unroll]] for (uint h = 0; h < SUB16 + 1; h++)
        [[unroll]] for (uint t = 0; t < TN; t++)
          [[unroll]] for (uint r = 0; r < TM; r++)
            products[h][t][r] = 0;
      [[unroll]] for (uint k = 0; k < 8; k++)
        {
          uint a[TM], h = SUB16 != 0 ? k / 4 : 0;

          [[unroll]] for (uint r = 0; r < TM; r++)
            a[r] = ws[(lane_row + r * (BM / TM)) * PITCH + k];
          [[unroll]] for (uint t = 0; t < TN; t++)
            {
              int c = xs[(lane_token + t * (BN / TN)) * PITCH + k];

              [[unroll]] for (uint r = 0; r < TM; r++)
                products[h][t][r] += dot4 (a[r], c);
            }
        }
      [[unroll]] for (uint t = 0; t < TN; t++)
        {
          vec2 s = xd[lane_token + t * (BN / TN)];

          [[unroll]] for (uint r = 0; r < TM; r++)
            {
              vec2 e = wd[lane_row + r * (BM / TM)];

              if (SUB16 != 0)
                sums[t][r] += s.x * (e.x * float (products[0][t][r]) + e.y * float (products[SUB16][t][r]));
              else
                sums[t][r] += e.x * s.x * float (products[0][t][r]) + e.y * s.y;
            }
        }
      barrier ();
    }
  [[unroll]] for (uint t = 0; t < TN; t++)
    [[unroll]] for (uint r = 0; r < TM; r++)
      {
        uint row = row0 + lane_row + r * (BM / TM), token = token0 + lane_token + t * (BN / TN);

        if (row < p.rows && token < p.tokens)
          {
            FINISH (token, row, sums[t][r]);
          }
      }
}
