/* oracle.c: what one input may take: a tenth of a second of the processor, and 64 MiB
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * FUZZ_SCALE is how much slower and larger this build is (meson.build).
 */
#include "fuzz.h"

#include <sys/resource.h>
#include <time.h>

#define MAX_MS  (100.0 * FUZZ_SCALE)
#define MAX_MIB (64.0 * FUZZ_SCALE)

static double
get_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static double
get_mib (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return (double) usage.ru_maxrss / 1024;
}

/* A busy machine is slow now and then: an input that is slow is so three times.  The first one makes what all share. */
int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static double mib;

  for (int i = 0;; i++)
    {
      double start = get_ms (), ms;

      fuzz_input (data, size);
      ms = get_ms () - start;
      if (ms <= MAX_MS)
        break;
      if (i == 2)
        fail ("%zu bytes take %.0f ms", size, ms);
    }
  if (mib > 0 && get_mib () - mib > MAX_MIB)
    fail ("%zu bytes take %.0f MiB", size, get_mib () - mib);
  mib = get_mib ();
  return 0;
}
