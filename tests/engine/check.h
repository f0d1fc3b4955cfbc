/* check.h: the little that the engine's tests need
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * CHECK() counts and reports failures and goes on; check_exit() is the program's exit status.
 */
#ifndef MYNA_TEST_CHECK_H
#define MYNA_TEST_CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK_SKIP 77

/* One of each for all files of a test (weak), and for all threads (atomic). */
__attribute__ ((weak)) _Atomic int check_n_failed;
__attribute__ ((weak)) _Atomic int check_n_done;

#define CHECK(condition, ...)                                              \
  do                                                                       \
    {                                                                      \
      check_n_done++;                                                      \
      if (!(condition) && check_n_failed++ < 40)                           \
        {                                                                  \
          fprintf (stderr, "%s:%d: %s: ", __FILE__, __LINE__, #condition); \
          fprintf (stderr, __VA_ARGS__);                                   \
          fputc ('\n', stderr);                                            \
        }                                                                  \
    }                                                                      \
  while (0)

/* For what must succeed if anything else is to make sense. */
#define REQUIRE(condition, ...)       \
  do                                  \
    {                                 \
      CHECK (condition, __VA_ARGS__); \
      if (check_n_failed > 0)         \
        exit (1);                     \
    }                                 \
  while (0)

static inline int
check_exit (void)
{
  printf ("%d checks, %d failed\n", check_n_done, check_n_failed);
  return check_n_failed > 0 || check_n_done == 0;
}

/* A file of tests/starter. */
static inline const char *
starter_path (const char *rest)
{
  static char path[1024];

  snprintf (path, sizeof path, "%s/%s", getenv ("MYNA_STARTER"), rest);
  return path;
}

/* $MYNA_SHARED/rest; exits as skipped where there is no such folder. */
static inline const char *
shared_path (const char *rest)
{
  static char path[4][1024];
  static int next;
  const char *base = getenv ("MYNA_SHARED");
  char *result = path[next++ % 4];
  FILE *file;

  snprintf (result, sizeof path[0], "%s/%s", base ? base : "../shared", rest);
  file = fopen (result, "rb");
  if (!file)
    {
      printf ("SKIP: %s is not there\n", result);
      exit (CHECK_SKIP);
    }
  fclose (file);
  return result;
}

#endif
