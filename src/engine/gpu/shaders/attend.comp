/* attend.comp: attention of a batch's rows over a range of the cached columns, for a key/value head and the queries that share it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A workgroup takes QUERIES query vectors, (row, head of the group) counted through, and every n_splits-th part of the columns
 * that the last of them sees, in chunks with a running maximum and sum (Milakov and Gimelshein, 2018; Dao et al., 2022).
 * attend-merge.comp puts the parts together.  Keys and values are read once for all the vectors, a chunk of both at a time and
 * before the first is used, since memory is far; they pass through shared memory, STAGE columns at a time.
 *
 * LATENT: values are the first part of the keys' rows, and the queries' last part lies elsewhere.  Rows are too long to be staged.
 */
#version 460
#extension GL_GOOGLE_include_directive : require
#extension GL_KHR_shader_subgroup_shuffle : require
#include "common.glsl"
#include "attend.glsl"

/* Rows of latents are long: so many queries of them find room. */
#ifdef LATENT
#define QUERIES 8
#else
#define QUERIES 16
#endif
#define NEVER -1e30
#define AHEAD 8 /* rows' fours at hand before the first is used */
#define NOWHERE 0xffffffffu

/* Loops that need not be are not unrolled: drivers take long for it. */

layout (local_size_x_id = 5) in;
layout (constant_id = 0) const uint D = 128;
layout (constant_id = 1) const uint GROUP = 16;
layout (constant_id = 2) const uint KV = KV_F16;
layout (constant_id = 3) const uint V = 128;   /* of a row of values; LATENT: of D */
layout (constant_id = 4) const uint TEAMS = 4; /* lanes with the same four values, which share the queries: fours of them */
layout (constant_id = 5) const uint LANES = 128;

layout (push_constant) uniform Push
{
  Floats4 q;                  /* [row][head][D]; LATENT: [row][head][V] */
  uvec2 keys, values;         /* [head][column][D] */
  Floats key_scales, value_scales;
  Floats4 outs;               /* [split][row][head][V]: not divided by the sums */
  Floats2 sums;               /* [split][row][head]: largest score, sum of exponentials */
  Run run;
  uint ldq, n_columns, n_rows;
  float scale;
#ifdef LATENT
  Floats4 tails; /* [row][head][tail_width], of which the first D - V */
  uint ld_tails, tail_width;
#endif
} p;

const uint FOURS = D / 4, QUERY_FOURS = (QUERIES * FOURS + LANES - 1) / LANES;
const uint PER_LANE = (V / 4 + LANES - 1) / LANES, OF_TEAM = QUERIES / TEAMS;
#ifdef LATENT
const uint STAGE = CHUNK;
#else
const uint STAGE = D <= 64 ? CHUNK : D <= 128 ? 32 : 8;
#endif
const uint SCORED = QUERIES * STAGE / LANES; /* queries of a lane's column */

/* In fours, so that a read of shared memory brings four values. */
shared vec4 qs[QUERIES * FOURS];
shared vec4 ps[CHUNK * QUERIES / 4]; /* [column][query] */
shared vec4 factors[QUERIES / 4];
shared float tops[QUERIES];
shared float totals[QUERIES];
shared uint places[QUERIES];

/* Four elements of a row as memory has them. */
uvec4
load_raw (uvec2 rows, Floats scales, uint row, uint c)
{
  uint at = row * FOURS + c;

  if (KV == KV_F32)
    return Uints4 (rows).at[at];
  if (KV == KV_F16)
    return uvec4 (Uints2 (rows).at[at], 0, 0);
  return uvec4 (Uints (rows).at[at], floatBitsToUint (scales.at[row * ((D + 31) / 32) + c / 8]), 0, 0);
}

vec4
unpack (uvec4 raw)
{
  int word = int (raw.x);

  if (KV == KV_F32)
    return uintBitsToFloat (raw);
  if (KV == KV_F16)
    return vec4 (unpackHalf2x16 (raw.x), unpackHalf2x16 (raw.y));
  return uintBitsToFloat (raw.y)
         * vec4 (bitfieldExtract (word, 0, 8), bitfieldExtract (word, 8, 8), bitfieldExtract (word, 16, 8),
                 bitfieldExtract (word, 24, 8));
}

/* Four elements of a query. */
vec4
load_query (uint row, uint head, uint c)
{
#ifdef LATENT
  if (c >= V / 4)
    return p.tails.at[row * (p.ld_tails / 4) + head * (p.tail_width / 4) + c - V / 4];
  return p.q.at[row * (p.ldq / 4) + head * (V / 4) + c];
#else
  return p.q.at[row * (p.ldq / 4) + head * FOURS + c];
#endif
}

/* ---- The rows of a chunk ---------------------------------------------------------------------------------------- */

/* n columns from row `chunk` on; those behind them are the last again.  fetch_…() begins to load them, and stage_…() makes STAGE of
 * them ready for key() and value(), which give four elements. */
#ifdef LATENT
void fetch_keys (uint lane, uint chunk, uint n) {}
void fetch_values (uint lane, uint chunk, uint n) {}
void stage_keys (uint lane, uint part) {}
void stage_values (uint lane, uint part) {}

vec4
key (uint chunk, uint n, uint column, uint c)
{
  return unpack (load_raw (p.keys, p.key_scales, chunk + min (column, n - 1), c));
}

vec4
value (uint chunk, uint n, uint column, uint c)
{
  return unpack (load_raw (p.values, p.value_scales, chunk + min (column, n - 1), c));
}
#else
const uint PER_CHUNK = (CHUNK * FOURS + LANES - 1) / LANES;

uvec4 fetched_keys[PER_CHUNK], fetched_values[PER_CHUNK];
shared vec4 staged[STAGE * (FOURS + 1)];

void
fetch_keys (uint lane, uint chunk, uint n)
{
  [[unroll]] for (uint k = 0; k < PER_CHUNK; k++)
    {
      uint i = lane + k * LANES;

      fetched_keys[k] = load_raw (p.keys, p.key_scales, chunk + min (i / FOURS, n - 1), i % FOURS);
    }
}

void
fetch_values (uint lane, uint chunk, uint n)
{
  [[unroll]] for (uint k = 0; k < PER_CHUNK; k++)
    {
      uint i = lane + k * LANES;

      fetched_values[k] = load_raw (p.values, p.value_scales, chunk + min (i / FOURS, n - 1), i % FOURS);
    }
}

void
put (uint i, uint part, uvec4 raw)
{
  uint column = i / FOURS;

  if (column / STAGE == part)
    staged[column % STAGE * (FOURS + 1) + i % FOURS] = unpack (raw);
}

void
stage_keys (uint lane, uint part)
{
  barrier ();
  [[unroll]] for (uint k = 0; k < PER_CHUNK; k++)
    put (lane + k * LANES, part, fetched_keys[k]);
  barrier ();
}

void
stage_values (uint lane, uint part)
{
  barrier ();
  [[unroll]] for (uint k = 0; k < PER_CHUNK; k++)
    put (lane + k * LANES, part, fetched_values[k]);
  barrier ();
}

vec4
key (uint chunk, uint n, uint column, uint c)
{
  return staged[column % STAGE * (FOURS + 1) + c];
}

vec4
value (uint chunk, uint n, uint column, uint c)
{
  return staged[column % STAGE * (FOURS + 1) + c];
}
#endif

/* ---- Attention --------------------------------------------------------------------------------------------------- */

void
score (uint lane, uint chunk, uint n, uint part, uint vector0, uint first)
{
  uint column = part * STAGE + lane % STAGE, query0 = lane / STAGE * SCORED;
  float scores[SCORED];

  [[unroll]] for (uint i = 0; i < SCORED; i++)
    scores[i] = 0;
  [[dont_unroll]] for (uint c0 = 0; c0 < FOURS; c0 += AHEAD)
    {
      vec4 k[AHEAD];

      [[unroll]] for (uint m = 0; m < AHEAD; m++)
        k[m] = key (chunk, n, column, min (c0 + m, FOURS - 1));
      [[unroll]] for (uint m = 0; m < AHEAD; m++)
        if (c0 + m < FOURS)
          [[unroll]] for (uint i = 0; i < SCORED; i++)
            scores[i] += dot (k[m], qs[(query0 + i) * FOURS + c0 + m]);
    }
  [[unroll]] for (uint i = 0; i < SCORED; i++)
    if (column >= n || first + column >= visible (p.run, vector0 + query0 + i, GROUP))
      scores[i] = NEVER;
  [[unroll]] for (uint i = 0; i < SCORED; i++)
    ps[(column * QUERIES + query0 + i) / 4][(query0 + i) % 4] = scores[i];
}

/* Eight lanes a query; so many columns have scores, and the others weigh nothing. */
void
soften (uint lane, uint scored)
{
  uint query = lane / 8, at = lane % 8 * (QUERIES / 4) + query / 4, k = query % 4;
  float before = 0, top = 0, sum = 0;

  if (query < QUERIES)
    {
      before = top = tops[query];
      [[unroll]] for (uint i = 0; i < CHUNK / 8; i++)
        if (8 * i < scored)
          top = max (top, ps[at + 8 * i * (QUERIES / 4)][k]);
      [[unroll]] for (uint n = 1; n < 8; n *= 2)
        top = max (top, subgroupShuffleXor (top, n));
      [[unroll]] for (uint i = 0; i < CHUNK / 8; i++)
        {
          float s = 8 * i < scored ? ps[at + 8 * i * (QUERIES / 4)][k] : NEVER, e = s > NEVER ? exp (s - top) : 0;

          ps[at + 8 * i * (QUERIES / 4)][k] = e;
          sum += e;
        }
      [[unroll]] for (uint n = 1; n < 8; n *= 2)
        sum += subgroupShuffleXor (sum, n);
    }
  barrier ();
  if (query < QUERIES && lane % 8 == 0)
    {
      float factor = exp (before - top);

      factors[query / 4][k] = factor;
      tops[query] = top;
      totals[query] = totals[query] * factor + sum;
    }
}

/* A lane's four elements of the values, times what its team's queries give each column. */
vec4 sums[PER_LANE][OF_TEAM];

void
accumulate (uint c, uint fours, uint chunk, uint n, uint part)
{
  [[dont_unroll]] for (uint j = part * STAGE; j < min ((part + 1) * STAGE, n); j += AHEAD)
    [[unroll]] for (uint k = 0; k < PER_LANE; k++)
      {
        vec4 v[AHEAD];

        /* Columns beyond the last weigh nothing. */
        [[unroll]] for (uint m = 0; m < AHEAD; m++)
          v[m] = value (chunk, n, j + m, min (c + k * LANES, V / 4 - 1));
        [[unroll]] for (uint m = 0; m < AHEAD; m++)
          [[unroll]] for (uint i = 0; i < OF_TEAM; i++)
            sums[k][i] += ps[(j + m) * (QUERIES / 4) + fours + i / 4][i % 4] * v[m];
      }
}

void
attend (uint lane, uint c, uint fours, uint vector0, uint begin, uint end)
{
  uint row0 = gl_WorkGroupID.y * p.n_columns;

  [[dont_unroll]] for (uint first = begin; first < end; first += CHUNK)
    {
      uint n = min (CHUNK, end - first), chunk = row0 + first, next = first + CHUNK, left = end - min (next, end);

      [[dont_unroll]] for (uint part = 0; part * STAGE < n; part++)
        {
          stage_keys (lane, part);
          score (lane, chunk, n, part, vector0, first);
        }
      if (left > 0)
        fetch_keys (lane, row0 + next, min (CHUNK, left));
      barrier ();
      soften (lane, (n + STAGE - 1) / STAGE * STAGE);
      barrier ();
      [[unroll]] for (uint k = 0; k < PER_LANE; k++)
        [[unroll]] for (uint i = 0; i < OF_TEAM; i++)
          sums[k][i] *= factors[fours + i / 4][i % 4];
      [[dont_unroll]] for (uint part = 0; part * STAGE < n; part++)
        {
          stage_values (lane, part);
          accumulate (c, fours, chunk, n, part);
        }
      if (left > 0)
        fetch_values (lane, row0 + next, min (CHUNK, left));
      barrier ();
    }
}

void
main ()
{
  uint lane = gl_LocalInvocationID.x, split = gl_WorkGroupID.x, head = gl_WorkGroupID.y, vector0 = gl_WorkGroupID.z * QUERIES;
  uint n_vectors = p.n_rows * GROUP, n_heads = gl_NumWorkGroups.y * GROUP;
  uint needed, span = span_of (p.run, vector0, QUERIES, n_vectors, GROUP, gl_NumWorkGroups.x, needed);
  uint begin = split * span, end = min (begin + span, needed);
  uint team = PER_LANE > 1 ? 0 : lane / (V / 4), c = lane - team * (V / 4), query0 = min (team, TEAMS - 1) * OF_TEAM;

  if (begin < end)
    {
      fetch_keys (lane, head * p.n_columns + begin, min (CHUNK, end - begin));
      fetch_values (lane, head * p.n_columns + begin, min (CHUNK, end - begin));
    }
  [[unroll]] for (uint k = 0; k < QUERY_FOURS; k++)
    {
      uint i = lane + k * LANES, vector = min (vector0 + i / FOURS, n_vectors - 1);

      if (i < QUERIES * FOURS)
        qs[i] = p.scale * load_query (vector / GROUP, head * GROUP + vector % GROUP, i % FOURS);
    }
  /* Where the queries' rows lie is found once: a token's workgroups wait for their code more than for anything else. */
  if (lane < QUERIES)
    {
      uint vector = vector0 + lane;

      tops[lane] = NEVER;
      totals[lane] = 0;
      places[lane] = vector < n_vectors
                         ? (split * p.n_rows + vector / GROUP) * n_heads + head * GROUP + vector % GROUP
                         : NOWHERE;
    }
  [[unroll]] for (uint k = 0; k < PER_LANE; k++)
    [[unroll]] for (uint i = 0; i < OF_TEAM; i++)
      sums[k][i] = vec4 (0);
  barrier ();
  attend (lane, c, query0 / 4, vector0, begin, end);

  if (lane < QUERIES && places[lane] != NOWHERE)
    p.sums.at[places[lane]] = vec2 (tops[lane], totals[lane]);
  [[unroll]] for (uint i = 0; i < OF_TEAM; i++)
    [[unroll]] for (uint k = 0; k < PER_LANE; k++)
      if (team < TEAMS && places[query0 + i] != NOWHERE && c + k * LANES < V / 4)
        p.outs.at[places[query0 + i] * (V / 4) + c + k * LANES] = sums[k][i];
}
