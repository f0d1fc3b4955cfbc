/* cli-memory.c: the memory a model is said to need, beside what it takes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The model is loaded and its whole context evaluated, once as a prompt and at the end token by token, as a long
 * conversation does it.  What the process held before is not the model's, and neither is what is mapped of the program and its
 * libraries: how much of a file comes with a page of it depends on what the system has in its cache.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "engine/base/error.h"

#define SINGLE_TOKENS 4 /* at the end, one by one */
#define MIB           1048576.0

/* A line of /proc/self/status in bytes; 0 if there is none. */
static size_t
read_status (const char *key)
{
  FILE *file = fopen ("/proc/self/status", "re");
  char line[128];
  size_t kib = 0;

  while (file && fgets (line, sizeof line, file))
    if (strncmp (line, key, strlen (key)) == 0 && line[strlen (key)] == ':')
      kib = strtoul (line + strlen (key) + 1, NULL, 10);
  if (file)
    fclose (file);
  return kib * 1024;
}

/* What is mapped of the program and its libraries, in bytes. */
static size_t
read_libraries (void)
{
  FILE *file = fopen ("/proc/self/smaps", "re");
  char line[4096], program[2048] = { 0 };
  bool is_library = false;
  size_t kib = 0, rss;

  if (readlink ("/proc/self/exe", program, sizeof program - 1) < 0)
    program[0] = '\0';
  while (file && fgets (line, sizeof line, file))
    if (sscanf (line, "Rss: %zu kB", &rss) == 1)
      kib += is_library ? rss : 0;
    else if (line[strcspn (line, " :")] == ' ') /* a mapping; what is said of one has a colon */
      is_library = strstr (line, ".so") || (*program && strstr (line, program));
  if (file)
    fclose (file);
  return kib * 1024;
}

static bool
fill_context (GlmSession *session, int n_vocab, GlmError *error)
{
  size_t n = (size_t) glm_session_context_length (session);
  int32_t *ids = malloc (n * sizeof *ids);
  size_t begin = n > SINGLE_TOKENS ? n - SINGLE_TOKENS : n;
  bool ok = ids || glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for %zu tokens", n);

  for (size_t i = 0; ok && i < n; i++)
    ids[i] = (int32_t) ((i * 7919 + 11) % (size_t) n_vocab);
  for (size_t i = begin; ok && i <= n; i++)
    ok = glm_session_sync (session, ids, i, NULL, NULL, NULL, error);
  free (ids);
  return ok;
}

static void
print_result (const CliOptions *options, int context, const GlmMemoryNeed *need, size_t measured)
{
  size_t sum = need->weights + need->experts + need->cache + need->scratch;
  double error = 100 * ((double) sum / (double) measured - 1);

  if (options->json)
    {
      printf (
          "{\"context\": %d, \"weights\": %zu, \"experts\": %zu, \"cache\": %zu, \"scratch\": %zu, \"estimated\": %zu, \"measured\": %zu, "
          "\"error_percent\": %.2f}\n",
          context, need->weights, need->experts, need->cache, need->scratch, sum, measured, error);
      return;
    }
  printf ("context      %8d tokens\n", context);
  printf ("weights      %8.1f MiB\n", (double) need->weights / MIB);
  if (need->experts > 0)
    printf ("experts      %8.1f MiB\n", (double) need->experts / MIB);
  printf ("cache        %8.1f MiB\n", (double) need->cache / MIB);
  printf ("scratch      %8.1f MiB\n", (double) need->scratch / MIB);
  printf ("estimated    %8.1f MiB\n", (double) sum / MIB);
  printf ("measured     %8.1f MiB\n", (double) measured / MIB);
  printf ("difference   %+8.1f %%\n", error);
}

int
cli_memory (const CliOptions *options)
{
  GlmModel *model = NULL;
  GlmSession *session = NULL;
  GlmModelInfo info;
  GlmMemoryNeed need;
  GlmError error = { 0 };
  size_t before = read_status ("VmRSS"), libraries = read_libraries ();
  bool ok;

  if (before == 0)
    return cli_usage ("this system does not tell how much memory a program takes");
  ok = glm_model_probe (options->model, &info, &error) && cli_open_session (options, &model, &session, &error)
       && fill_context (session, info.n_vocab, &error);
  if (ok)
    {
      int context = glm_session_context_length (session);

      glm_model_memory_need (&info, context, &need);
      print_result (options, context, &need, read_status ("VmHWM") - before - (read_libraries () - libraries));
    }
  glm_session_free (session);
  glm_model_free (model);
  return ok ? CLI_OK : cli_fail (&error);
}
