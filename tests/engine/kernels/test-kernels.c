/* test-kernels.c: every kernel of every instruction set against its reference, and how fast it is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Usage: test-kernels [--bench [MASK]]
 */
#include "test-kernels.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static int n_checks, n_failed;

/* ---- Tools ------------------------------------------------------------------------------------------------------ */

#define PATTERN 0xa5

static size_t
mapped_bytes (size_t n_bytes)
{
  size_t page = (size_t) sysconf (_SC_PAGESIZE);

  return (n_bytes + 64 + page - 1) / page * page + page;
}

void *
guarded_new (size_t n_bytes)
{
  size_t page = (size_t) sysconf (_SC_PAGESIZE), mapped = mapped_bytes (n_bytes);
  uint8_t *base = mmap (NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (base == MAP_FAILED)
    abort ();
  memset (base, PATTERN, mapped - page);
  if (mprotect (base + mapped - page, page, PROT_NONE) != 0)
    abort ();
  return base + mapped - page - n_bytes;
}

void
guarded_free (void *data, size_t n_bytes)
{
  size_t page = (size_t) sysconf (_SC_PAGESIZE), mapped = mapped_bytes (n_bytes);
  uint8_t *base = (uint8_t *) data + n_bytes + page - mapped;
  bool good = true;

  for (uint8_t *p = base; p < (uint8_t *) data; p++)
    good = good && *p == PATTERN;
  check (good, "memory in front of a buffer was written to");
  munmap (base, mapped);
}

static uint64_t
random_bits (void)
{
  static uint64_t state = 88172645463325252u;

  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

float
random_uniform (void)
{
  return (float) ((double) (random_bits () >> 11) * 0x1p-52 - 1);
}

unsigned
random_below (unsigned n)
{
  return (unsigned) (random_bits () >> 33) % n;
}

void
random_floats (float *x, int64_t n, int kind)
{
  for (int64_t i = 0; i < n; i++)
    switch (kind)
      {
      case 0: x[i] = random_uniform (); break;
      case 1: x[i] = random_uniform () * powf (10, 17 * random_uniform () - 13); break;
      case 2: x[i] = random_below (2) != 0 ? 3.5f : -3.5f; break;
      default: x[i] = random_below (20) == 0 ? random_uniform () : 0; break;
      }
}

void
check (bool condition, const char *format, ...)
{
  va_list args;

  n_checks++;
  if (condition)
    return;
  if (++n_failed > 30)
    return;
  printf ("FAILED: ");
  va_start (args, format);
  vprintf (format, args);
  va_end (args);
  printf ("\n");
}

static double
now (void)
{
  struct timespec t;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &t); /* whatever else the processor does */
  return (double) t.tv_sec + (double) t.tv_nsec * 1e-9;
}

double
best_seconds (void (*call) (void *data), void *data)
{
  double best = INFINITY;
  int n = 1;

  for (int round = 0; round < 7; round++)
    {
      double begin = now (), seconds;

      for (int i = 0; i < n; i++)
        call (data);
      seconds = now () - begin;
      if (seconds < 2e-3)
        {
          n *= seconds < 2e-4 ? 8 : 2;
          round--;
          continue;
        }
      best = fmin (best, seconds / n);
    }
  return best;
}

/* ---- All masks -------------------------------------------------------------------------------------------------- */

int
main (int argc, char **argv)
{
#ifdef __aarch64__
  static const char *const names[] = { "c", "neon", "dotprod", "i8mm", "all" };
#else
  static const char *const names[] = { "c", "sse", "avx2", "avxvnni", "avx512", "vnni512", "all" };
#endif
  bool bench = argc > 1 && strcmp (argv[1], "--bench") == 0;
  unsigned tested = UINT32_MAX;
  const GlmKernels *ref;

  glm_cpu_set_mask (0);
  ref = glm_kernels ();
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    {
      unsigned mask;

      glm_cpu_mask_parse (names[i], &mask);
      glm_cpu_set_mask (mask);
      if (glm_cpu_flags () == tested) /* this processor has nothing that the mask before did not allow */
        continue;
      tested = glm_cpu_flags ();
      if (bench && (argc <= 2 || strcmp (argv[2], names[i]) == 0))
        {
          bench_vector_kernels (names[i], glm_kernels ());
          bench_packed_kernels (names[i], glm_kernels ());
        }
      if (bench)
        continue;
      test_vector_kernels (names[i], ref, glm_kernels ());
      test_i8_kernels (names[i], ref, glm_kernels ());
      test_latent_kernels (names[i], ref, glm_kernels ());
      test_packed_kernels (names[i], ref, glm_kernels ());
      test_matrices (names[i]);
      printf ("%-8s flags 0x%03x, %d checks so far, %d failed\n", names[i], tested, n_checks, n_failed);
    }
  return n_failed == 0 ? 0 : 1;
}
