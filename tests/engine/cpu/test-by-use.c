/* test-by-use.c: members of a stack that become memory when they are multiplied, and are given up where memory is short
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "check.h"
#include "cpu/matrix.h"

#define N    6
#define ROWS 1024
#define COLS 256

static float *x, *expected, *y;

/* Each member times x. */
static void
multiply (const GlmMatrix *stack, const int *members, int n, float *out, GlmScratch *scratch, GlmPool *pool)
{
  GlmProduct products[N];
  GlmError error = { 0 };

  for (int i = 0; i < n; i++)
    products[i] = (GlmProduct){ .matrix = stack, .member = members[i], .y = out + members[i] * ROWS, .ldy = ROWS };
  REQUIRE (glm_matmul_many (products, n, x, COLS, 1, pool, scratch, &error), "%s", error.message);
}

static void
check_members (const int *members, int n, const char *what)
{
  for (int i = 0; i < n; i++)
    CHECK (memcmp (y + members[i] * ROWS, expected + members[i] * ROWS, ROWS * sizeof *y) == 0, "%s: member %d", what,
           members[i]);
}

static void *
make_blocks (void)
{
  const GlmTypeTraits *traits = glm_type_traits (GLM_TYPE_Q4_0);
  float *values = malloc (N * ROWS * COLS * sizeof *values);
  void *blocks = malloc (N * ROWS * COLS / 32 * 18);
  uint32_t state = 1;

  REQUIRE (values && blocks, "no memory");
  for (int i = 0; i < N * ROWS * COLS; i++)
    values[i] = (float) ((state = state * 1664525u + 1013904223u) >> 8) / 8388608 - 1;
  traits->quantise (values, blocks, N * ROWS * COLS);
  memcpy (x, values, COLS * sizeof *x);
  free (values);
  return blocks;
}

static void
test_limit (const void *blocks, GlmScratch *scratch, GlmPool *pool)
{
  static const int all[] = { 0, 1, 2, 3, 4, 5 }, some[] = { 1, 4 }, others[] = { 0, 5 };
  GlmMatrix *stack;
  size_t member;
  GlmError error = { 0 };

  REQUIRE (glm_matrix_new_by_use (GLM_TYPE_Q4_0, N, ROWS, COLS, blocks, false, &stack, &error), "%s", error.message);
  member = glm_matrix_bytes (stack) / N;
  CHECK (glm_matrix_bytes_by_use () == 0 && !glm_matrix_is_packed (stack), "nothing is packed, and the data is still needed");
  multiply (stack, some, 2, y, scratch, pool);
  check_members (some, 2, "first use");
  CHECK (glm_matrix_bytes_by_use () / member == 2, "%zu bytes after two of %zu", glm_matrix_bytes_by_use (), member);
  multiply (stack, some, 2, y, scratch, pool);
  check_members (some, 2, "used again");

  /* Room for three: of what is not held, the oldest go. */
  glm_matrix_limit_by_use (3 * member + member / 2);
  multiply (stack, others, 2, y, scratch, pool);
  check_members (others, 2, "others");
  CHECK (glm_matrix_bytes_by_use () <= 3 * member + member / 2, "%zu bytes", glm_matrix_bytes_by_use ());
  for (int round = 0; round < 3; round++)
    for (int i = 0; i < N; i++)
      {
        memset (y, 0, N * ROWS * sizeof *y);
        multiply (stack, &all[i], 1, y, scratch, pool);
        check_members (&all[i], 1, "packed again");
        CHECK (glm_matrix_bytes_by_use () <= 3 * member + member / 2, "%zu bytes", glm_matrix_bytes_by_use ());
      }
  /* What one call needs is there, whatever the limit. */
  multiply (stack, all, N, y, scratch, pool);
  check_members (all, N, "all at once");
  glm_matrix_free (stack);
  CHECK (glm_matrix_bytes_by_use () == 0, "freed");
  glm_matrix_limit_by_use (SIZE_MAX);
}

int
main (void)
{
  GlmMatrix *whole;
  GlmScratch *scratch;
  GlmPool *pool;
  GlmError error = { 0 };
  static const int all[] = { 0, 1, 2, 3, 4, 5 };
  void *blocks;

  x = malloc (COLS * sizeof *x);
  y = calloc (N * ROWS, sizeof *y);
  expected = calloc (N * ROWS, sizeof *expected);
  REQUIRE (x && y && expected, "no memory");
  blocks = make_blocks ();
  REQUIRE (glm_scratch_new (&scratch, &error) && glm_pool_new (2, &pool, &error), "%s", error.message);
  REQUIRE (glm_matrix_new_stack (GLM_TYPE_Q4_0, N, ROWS, COLS, blocks, pool, &whole, &error), "%s", error.message);
  multiply (whole, all, N, expected, scratch, pool);
  if (glm_matrix_is_packed (whole))
    test_limit (blocks, scratch, pool);
  else
    printf ("this processor multiplies what lies in the file\n");
  CHECK (expected[0] != 0, "the products are all zero");
  glm_matrix_free (whole);
  glm_scratch_free (scratch);
  glm_pool_free (pool);
  free (blocks);
  free (x);
  free (y);
  free (expected);
  return check_exit ();
}
