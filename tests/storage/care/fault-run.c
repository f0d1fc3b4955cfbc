/* fault-run.c: the long version of the fault tests, with numbers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * usage: fault-run [N_KILLS [N_POWER_CUTS [N_ERRORS]]]          (1000 1000 1000)
 *
 * Each round starts a process that writes at full speed and reports what was acknowledged, lets it die or fail, opens the
 * database as Myna would, checks all of it and looks for everything that was acknowledged.  A new database is begun now and
 * then, so that young and old ones are hit.  Each fault is matched with the operation during which it happened: that told of
 * an error, or it succeeded, and then its result is looked for too.  Exit status 0: nothing acknowledged was lost, nothing was
 * damaged, every fault was told or survived.  Figures of a full run are in src/storage/NOTES.md.
 */
#include <stdio.h>
#include <stdlib.h>

#include "fault-child.h"
#include "store-test.h"

#define ROUNDS_A_DATABASE 100

static GRand *rng;

typedef struct
{
  guint n_rounds, n_acknowledged, n_errors, n_faults, n_survived, n_told, n_lost;
} Counts;

static void
add_counts (Counts *counts, FaultRun *run)
{
  counts->n_acknowledged += run->n_acknowledged;
  counts->n_errors += run->n_errors;
  counts->n_faults += run->n_faults;
  counts->n_survived += run->n_survived;
  counts->n_told += run->n_told;
  counts->n_lost += run->n_lost;
}

static void
print_counts (const char *what, const Counts *counts)
{
  g_print ("%-24s %5u rounds %8u acknowledged %5u lost %7u faults: %7u survived %6u told\n", what, counts->n_rounds,
           counts->n_acknowledged, counts->n_lost, counts->n_faults, counts->n_survived, counts->n_told);
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

/* The round's kind of fault; set by main(). */
static Fault fault_of_round;

static void
error_round (FaultRun *run)
{
  fault_run_child (run, g_rand_int (rng), fault_of_round, g_rand_int_range (rng, 1, 400), g_rand_int_range (rng, 1, 30), 80, 0);
}

static guint
run_rounds (const char *what, void (*round) (FaultRun *run), int n)
{
  Counts counts = { 0 };

  for (int done = 0; done < n;)
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
  /* Each fault was told, or what it hit was done all the same: verified like everything else that was acknowledged. */
  return counts.n_lost + (round == error_round && counts.n_survived + counts.n_told != counts.n_faults);
}

int
main (int argc, char **argv)
{
  static const struct
  {
    Fault fault;
    const char *name;
  } faults[] = {
    { FAULT_FULL, "disk full" },       { FAULT_WRITE, "I/O error, write" }, { FAULT_SYNC, "I/O error, sync" },
    { FAULT_READ, "I/O error, read" }, { FAULT_SHORT_READ, "short read" },
  };
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
  for (gsize i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      fault_of_round = faults[i].fault;
      n_lost += run_rounds (faults[i].name, error_round, n[2] / G_N_ELEMENTS (faults));
    }
  g_rand_free (rng);
  return n_lost > 0;
}
