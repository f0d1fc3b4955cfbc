/* bench-texts.c: what hostile texts cost with the cmark-gfm that is here
 *
 *   bench-texts [KIBIBYTES]
 *
 * A line a text: processor time of the main thread when it is opened and in the longest of the updates in which its end is
 * written, of the other thread that parses all of it, and memory at most.  Each text has a process of its own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <cmark-gfm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hostile-texts.h"
#include "markup/markdown.h"

#define N_UPDATES 20

typedef struct
{
  double open_ms, update_ms, thread_ms, mib;
  guint n_blocks;
} Cost;

static double
get_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static double
get_mib (void)
{
  struct rusage usage;

  getrusage (RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024.0;
}

/* As the window does it: it goes on with what the thread made of the text. */
static Cost
measure (const char *text)
{
  g_autoptr (MynaMarkdown) opened = myna_markdown_new (), whole = NULL;
  gsize length = strlen (text);
  double start_mib = get_mib (), start = get_ms ();
  Cost cost = { 0 };

  myna_markdown_set_text (opened, text);
  cost.open_ms = get_ms () - start;
  g_clear_pointer (&opened, myna_markdown_free);

  whole = myna_markdown_new ();
  for (guint i = 0; i <= N_UPDATES; i++)
    {
      g_autofree char *prefix = g_strndup (text, length - MIN (length, 4 * (N_UPDATES - i)));
      double ms;

      start = get_ms ();
      if (i > 0 && !myna_markdown_fits (whole, prefix))
        {
          cost.update_ms = MAX (cost.update_ms, get_ms () - start);
          continue;
        }
      if (i > 0)
        myna_markdown_set_text (whole, prefix);
      else
        myna_markdown_set_whole_text (whole, prefix, NULL, NULL);
      ms = get_ms () - start;
      if (i > 0)
        cost.update_ms = MAX (cost.update_ms, ms);
      else
        cost.thread_ms = ms;
    }
  cost.n_blocks = myna_markdown_get_blocks (whole)->len;
  cost.mib = get_mib () - start_mib;
  return cost;
}

static gboolean
measure_apart (const char *text, Cost *ret_cost)
{
  int ends[2], status = 0;
  gboolean done;
  pid_t child;

  if (pipe (ends) != 0 || (child = fork ()) < 0)
    g_error ("no process");
  if (child == 0)
    {
      Cost cost;

      alarm (60);
      cost = measure (text);
      _exit (write (ends[1], &cost, sizeof cost) == sizeof cost ? 0 : 1);
    }
  close (ends[1]);
  done = read (ends[0], ret_cost, sizeof *ret_cost) == sizeof *ret_cost;
  close (ends[0]);
  waitpid (child, &status, 0);
  return done && status == 0;
}

/* Without what a terminal would not print. */
static char *
get_name (const HostileText *text)
{
  g_autofree char *whole = g_strdup_printf ("%.24s%s…%.24s", text->before, text->middle, text->after);
  g_autofree char *valid = g_utf8_make_valid (whole, -1);
  GString *name = g_string_new (NULL);

  for (const char *at = valid; *at; at = g_utf8_next_char (at))
    if (*at == '\n')
      g_string_append (name, "\\n");
    else if (g_unichar_isprint (g_utf8_get_char (at)))
      g_string_append_unichar (name, g_utf8_get_char (at));
    else
      g_string_append_printf (name, "\\u%04x", g_utf8_get_char (at));
  return g_string_free (name, FALSE);
}

int
main (int argc, char **argv)
{
  gsize length = (argc > 1 ? MAX (1, atoi (argv[1])) : 1024) * (gsize) 1024;
  double max_open = 0, max_update = 0, max_thread = 0, max_mib = 0;
  guint n_failed = 0;

  printf ("cmark-gfm %s, %u texts of %zu KiB\n", cmark_version_string (), n_hostile_texts, length / 1024);
  printf ("%-44s %9s %9s %9s %7s %7s\n", "text", "open ms", "update ms", "thread ms", "MiB", "blocks");
  for (guint i = 0; i < n_hostile_texts; i++)
    {
      g_autofree char *raw = hostile_text_make (&hostile_texts[i], length), *text = g_utf8_make_valid (raw, -1);
      g_autofree char *name = get_name (&hostile_texts[i]);
      Cost cost;

      if (!measure_apart (text, &cost))
        {
          printf ("%-44s did not end\n", name);
          n_failed++;
          continue;
        }
      printf ("%-44s %9.1f %9.1f %9.1f %7.1f %7u\n", name, cost.open_ms, cost.update_ms, cost.thread_ms, cost.mib,
              cost.n_blocks);
      fflush (stdout);
      max_open = MAX (max_open, cost.open_ms);
      max_update = MAX (max_update, cost.update_ms);
      max_thread = MAX (max_thread, cost.thread_ms);
      max_mib = MAX (max_mib, cost.mib);
    }
  printf ("%-44s %9.1f %9.1f %9.1f %7.1f\n", "at most", max_open, max_update, max_thread, max_mib);
  return n_failed > 0;
}
