/* cli-gpu.c: graphics cards: what there is, and whether it computes rightly
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "cli/cli.h"

static const char *
kind_name (GlmGpuKind kind)
{
  switch (kind)
    {
    case GLM_GPU_DISCRETE: return "discrete";
    case GLM_GPU_INTEGRATED: return "integrated: shares the computer's memory, hardly faster than the processor at replies";
    case GLM_GPU_PROCESSOR: return "a program that poses as a card: for tests";
    case GLM_GPU_OTHER: break;
    }
  return "of a kind that is not known";
}

static void
print_field (const char *name, const char *text)
{
  printf ("  %-9s ", name);
  cli_print_text (stdout, text, strlen (text));
  putchar ('\n');
}

static void
print_device (const GlmGpuInfo *info)
{
  char text[640];

  cli_print_text (stdout, info->name, strlen (info->name));
  putchar ('\n');
  print_field ("kind", kind_name (info->kind));
  print_field ("driver", info->driver);
  snprintf (text, sizeof text, "%s, subgroups of %d, byte products %s", info->version, info->subgroup,
            info->has_dot ? "yes" : "no");
  print_field ("Vulkan", text);
  snprintf (text, sizeof text, "%.1f GiB, %.1f free", (double) info->memory_bytes / (1 << 30),
            (double) info->free_bytes / (1 << 30));
  print_field ("memory", text);
  print_field ("UUID", info->uuid);
  if (info->reason[0])
    print_field ("not used", info->reason);
}

static void
print_json_field (const char *name, const char *text)
{
  printf ("\"%s\": ", name);
  cli_print_json_string (text, strlen (text));
  fputs (", ", stdout);
}

static int
list_devices (const CliOptions *options)
{
  GlmGpuInfo *infos;
  size_t n;
  GlmError error = { 0 };

  if (!glm_gpu_list (&infos, &n, &error))
    return cli_fail (&error);
  for (size_t i = 0; i < n; i++)
    if (options->json)
      {
        putchar ('{');
        print_json_field ("name", infos[i].name);
        print_json_field ("kind", kind_name (infos[i].kind));
        print_json_field ("driver", infos[i].driver);
        print_json_field ("vulkan", infos[i].version);
        print_json_field ("uuid", infos[i].uuid);
        print_json_field ("not_used", infos[i].reason);
        printf ("\"memory\": %zu, \"free\": %zu}\n", infos[i].memory_bytes, infos[i].free_bytes);
      }
    else
      print_device (&infos[i]);
  free (infos);
  return CLI_OK;
}

typedef struct
{
  int n, n_failed;
  bool all; /* lines that passed too */
} Tests;

static void
print_test (const char *line, bool passed, void *user_data)
{
  Tests *tests = user_data;

  tests->n++;
  tests->n_failed += !passed;
  if (tests->all || !passed)
    printf ("%s  %s\n", passed ? "ok  " : "FAIL", line);
  fflush (stdout);
}

static int
test_device (const char *name, bool all)
{
  Tests tests = { .all = all };
  GlmError error = { 0 };
  bool ok = glm_gpu_test (name, print_test, &tests, &error);

  printf ("%d tests, %d failed\n", tests.n, tests.n_failed);
  return ok ? CLI_OK : cli_fail (&error);
}

/* What a person can paste into a bug: nothing of it is about them. */
static int
report (const CliOptions *options)
{
  struct utsname system;
  GlmGpuInfo *infos;
  size_t n;
  int status = CLI_OK;
  GlmError error = { 0 };

  printf ("Myna %s\n", MYNA_VERSION);
  if (uname (&system) == 0)
    printf ("%s %s %s\n", system.sysname, system.release, system.machine);
  if (!glm_gpu_list (&infos, &n, &error))
    return cli_fail (&error);
  for (size_t i = 0; i < n; i++)
    {
      putchar ('\n');
      print_device (&infos[i]);
      if (!infos[i].reason[0] && infos[i].kind != GLM_GPU_PROCESSOR && test_device (infos[i].uuid, false) != CLI_OK)
        status = CLI_FAILED;
    }
  free (infos);
  return status;
}

int
cli_gpu (const CliOptions *options)
{
  const char *what = options->n_args > 0 ? options->args[0] : "list";

  if (strcmp (what, "list") == 0)
    return list_devices (options);
  if (strcmp (what, "test") == 0)
    return test_device (options->device ? options->device : "auto", true);
  if (strcmp (what, "report") == 0)
    return report (options);
  if (strcmp (what, "retry") == 0)
    {
      char *folder = cli_device_folder ();

      glm_gpu_forgive (folder);
      g_free (folder);
      return CLI_OK;
    }
  return cli_usage ("gpu does list, test, report or retry, not “%s”", what);
}
