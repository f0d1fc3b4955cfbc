/* bench-sandbox.c: what the sandbox costs, and whether anything outlives the program
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sandbox-child.h"

#define N_STARTS 15
#define N_CELLS  500
#define N_KILLS  100

static int
compare (gconstpointer a, gconstpointer b)
{
  double difference = *(const double *) a - *(const double *) b;

  return difference < 0 ? -1 : difference > 0;
}

static void
print_times (const char *what, double *times, guint n)
{
  qsort (times, n, sizeof *times, compare);
  printf ("%-34s median %8.2f ms, %.2f to %.2f, %u times\n", what, 1000 * times[n / 2], 1000 * times[0], 1000 * times[n - 1],
          n);
  fflush (stdout);
}

static double
now (void)
{
  return g_get_monotonic_time () / (double) G_USEC_PER_SEC;
}

static ToolSandbox *
start (void)
{
  g_autoptr (GError) error = NULL;
  ToolSandbox *sandbox = sandbox_start (NULL, &error);

  if (sandbox)
    return sandbox;
  printf ("There is no sandbox here: %s\n", error->message);
  exit (77);
}

static double
time_cell (ToolSandbox *sandbox, const char *code)
{
  double began = now ();

  tool_cell_free (sandbox_run (sandbox, code));
  return now () - began;
}

static void
time_starts (void)
{
  double starts[N_STARTS], stops[N_STARTS];

  for (guint i = 0; i < N_STARTS; i++)
    {
      double began = now ();
      g_autoptr (ToolSandbox) sandbox = start ();
      g_autoptr (GHashTable) processes = sandbox_processes (getpid ());

      starts[i] = now () - began;
      began = now ();
      tool_sandbox_end (sandbox);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      sandbox_wait_gone (processes);
      stops[i] = now () - began;
    }
  print_times ("start until ready", starts, N_STARTS);
  print_times ("Stop until gone", stops, N_STARTS);
}

static void
time_cells (void)
{
  static const char *const codes[] = { "import numpy", "import matplotlib.pyplot as plt", "plt.plot([1, 4, 9]); plt.show()",
                                       "plt.plot([1, 4, 9]); plt.show()" };
  g_autoptr (ToolSandbox) sandbox = start ();
  double cells[N_CELLS];

  for (guint i = 0; i < N_CELLS; i++)
    cells[i] = time_cell (sandbox, "x = 1");
  print_times ("an empty cell, there and back", cells, N_CELLS);
  if (!tool_sandbox_has_module (sandbox, "matplotlib"))
    {
      puts ("matplotlib is not installed");
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    printf ("%-34s %15.0f ms\n", codes[i], 1000 * time_cell (sandbox, codes[i]));
}

static gboolean
kill_parents (void)
{
  double times[N_KILLS];
  guint n_gone = 0, n_processes = 0, n;

  for (guint i = 0; i < N_KILLS; i++)
    {
      n_gone += sandbox_child_kill (&n, &times[i]);
      n_processes += n;
    }
  print_times ("the program killed, until all is gone", times, N_KILLS);
  printf ("nothing left after kill -9: %u of %u (%.1f processes each)\n", n_gone, N_KILLS, n_processes / (double) N_KILLS);
  return n_gone == N_KILLS;
}

int
main (int argc, char **argv)
{
  if (argc > 1 && g_str_equal (argv[1], "--hold"))
    return sandbox_child_main ();
  time_starts ();
  time_cells ();
  return kill_parents () ? 0 : 1;
}
