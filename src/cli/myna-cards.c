/* myna-cards.c: myna-cards, the helper that lists graphics cards for the window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Drivers that are only asked what they have may take seconds, or crash: not in the window's process.  A line a card: UUID, kind,
 * bytes of memory, bytes of it that are free, driver, why it cannot be used (or nothing), name; between them tabs.
 */
#include <stdio.h>
#include <stdlib.h>

#include "engine/engine.h"

static const char *
kind_word (GlmGpuKind kind)
{
  switch (kind)
    {
    case GLM_GPU_DISCRETE: return "discrete";
    case GLM_GPU_INTEGRATED: return "integrated";
    case GLM_GPU_PROCESSOR: return "processor";
    case GLM_GPU_OTHER: break;
    }
  return "other";
}

/* What a driver says, on one line. */
static void
print (const char *text, char end)
{
  for (; *text; text++)
    putchar ((unsigned char) *text < ' ' ? ' ' : *text);
  putchar (end);
}

int
main (void)
{
  GlmGpuInfo *infos;
  size_t n;
  GlmError error = { 0 };

  if (!glm_gpu_list (&infos, &n, &error))
    {
      fprintf (stderr, "%s\n", error.message);
      return 1;
    }
  for (size_t i = 0; i < n; i++)
    {
      printf ("%s\t%s\t%zu\t%zu\t", infos[i].uuid, kind_word (infos[i].kind), infos[i].memory_bytes, infos[i].free_bytes);
      print (infos[i].driver, '\t');
      print (infos[i].reason, '\t');
      print (infos[i].name, '\n');
    }
  free (infos);
  return fflush (stdout) == 0 ? 0 : 1;
}
