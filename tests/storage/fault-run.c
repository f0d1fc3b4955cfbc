/* fault-run.c: the long version of the fault tests, with numbers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * usage: fault-run [N_KILLS [N_POWER_CUTS [N_ERRORS]]]          (1000 1000 1000)
 *
 * Each round starts a process that writes at full speed and reports what was acknowledged, lets it die or fail, opens the
 * database as Myna would, checks all of it and looks for everything that was acknowledged.  A new database is begun now and
 * then, so that young and old ones are hit.  Exit status 0: nothing acknowledged was lost and nothing was damaged.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fault-child.h"
#include "store-test.h"

#define ROUNDS_A_DATABASE 100

static GRand *rng;

typedef struct
{
  guint n_rounds, n_acknowledged, n_errors, n_faults, n_lost;
} Counts;

static void
add_counts (Counts *counts, FaultRun *run)
{
  counts->n_acknowledged += run->n_acknowledged;
  counts->n_errors += run->n_errors;
  counts->n_faults += run->n_faults;
  counts->n_lost += run->n_lost;
}

static void
print_counts (const char *what, const Counts *counts)
{
  g_print ("%-24s %6u rounds %8u acknowledged %6u lost %6u faults made %6u errors told\n", what, counts->n_rounds,
           counts->n_acknowledged, counts->n_lost, counts->n_faults, counts->n_errors);
}

static void
kill_round (FaultRun *run)
{
  fault_run_child (run, g_rand_int (rng), FAULT_NONE, 0, 0, 0, g_rand_int_range (rng, 1000, 150000));
}

static void
power_round (FaultRun *run)
{
  fault_run_child (run, g_rand_int (rng), FAULT_POWER, g_rand_int_range (rng, 1, 1500), 1, 600, 0);
}

static void
error_round (FaultRun *run)
{
  Fault fault = g_rand_int_range (rng, FAULT_FULL, FAULT_READ_ONLY);

  fault_run_child (run, g_rand_int (rng), fault, g_rand_int_range (rng, 1, 400), g_rand_int_range (rng, 1, 30), 80, 0);
}

static guint
run_rounds (const char *what, void (*round) (FaultRun *run), int n)
{
  Counts counts = { 0 };

  for (int done = 0; done < n; )
    {
      char *folder = test_folder_new ();
      g_autofree char *path = g_build_filename (folder, "chats.db", NULL);
      FaultRun *run = fault_run_new (path);

      for (int i = 0; i < ROUNDS_A_DATABASE && done < n; i++, done++)
        {
          round (run);
          fault_run_verify (run);
          counts.n_rounds++;
        }
      add_counts (&counts, run);
      fault_run_free (run);
      test_folder_remove (folder);
    }
  print_counts (what, &counts);
  return counts.n_lost;
}

int
main (int argc, char **argv)
{
  int n[3] = { 1000, 1000, 1000 };
  guint32 seed = g_random_int ();
  guint n_lost = 0;

  fault_child_check_arguments (argc, argv);
  for (int i = 1; i < argc && i <= 3; i++)
    n[i - 1] = atoi (argv[i]);
  rng = g_rand_new_with_seed (seed);
  g_print ("seed %u\n", seed);
  n_lost += run_rounds ("kill -9", kill_round, n[0]);
  n_lost += run_rounds ("power cut", power_round, n[1]);
  n_lost += run_rounds ("full disk and I/O errors", error_round, n[2]);
  g_rand_free (rng);
  return n_lost > 0;
}
