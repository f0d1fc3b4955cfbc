/* attend.glsl: how a tile of query vectors, (row, head of the group) counted through, divides the columns
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#define CHUNK 64

/* Columns that a vector sees. */
uint
visible (Run run, uint vector, uint group)
{
  return max (run.first + vector / group + 1, run.n_context);
}

/* Columns that the tile of so many queries from vector0 on needs, and those of each part. */
uint
span_of (Run run, uint vector0, uint queries, uint n_vectors, uint group, uint n_splits, out uint needed)
{
  needed = visible (run, min (vector0 + queries, n_vectors) - 1, group);
  return ((needed + CHUNK - 1) / CHUNK + n_splits - 1) / n_splits * CHUNK;
}
