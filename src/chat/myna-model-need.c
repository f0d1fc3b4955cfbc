/* myna-model-need.c: the memory that a model needs, beside what there is, in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-model-need.h"

#include <glib/gi18n.h>

#include "chat/myna-memory.h"

/* What a disk must be said to read where it could not be measured: to find out whether it could run at all. */
#define ANY_SPEED 1.0

MynaModelVerdict
myna_memory_get_verdict (guint64 needed, guint64 available)
{
  if (available == 0)
    return MYNA_VERDICT_UNKNOWN;
  if (needed > available)
    return MYNA_VERDICT_TOO_LARGE;

  return needed > available / 5 * 4 ? MYNA_VERDICT_TIGHT : MYNA_VERDICT_FITS;
}

void
myna_model_need_init (MynaModelNeed *need, const GlmModelInfo *info, int context_length, guint64 available, double disk_speed)
{
  *need = (MynaModelNeed){ .available = available };
  glm_model_memory_need (info, myna_model_info_get_context (info, context_length), &need->parts);
  need->total = need->parts.weights + need->parts.experts + need->parts.cache + need->parts.scratch;
  need->verdict = myna_memory_get_verdict (need->total, available);
  if (need->verdict != MYNA_VERDICT_TOO_LARGE || glm_model_disk_speed (info, &need->parts, available, ANY_SPEED) <= 0)
    return;
  need->verdict = MYNA_VERDICT_FROM_DISK;
  need->rate = glm_model_disk_speed (info, &need->parts, available, disk_speed);
}

gboolean
myna_model_need_of_entry (MynaModelNeed *need, MynaModelEntry *entry, int context_length)
{
  const GlmModelInfo *info = entry ? myna_model_entry_get_info (entry) : NULL;

  if (!info)
    return FALSE;
  myna_model_need_init (need, info, context_length, myna_memory_available (), myna_model_entry_get_disk_speed (entry));
  if (need->verdict == MYNA_VERDICT_FROM_DISK)
    myna_model_entry_measure_disk (entry);
  return TRUE;
}

gboolean
myna_model_need_is_too_much (const MynaModelNeed *need)
{
  return need->verdict >= MYNA_VERDICT_FROM_DISK;
}

/* "3", "0.4" */
static char *
describe_rate (double rate)
{
  return rate < 0.95 ? g_strdup_printf ("%.1f", MAX (rate, 0.1)) : g_strdup_printf ("%.0f", rate);
}

/* What follows the bare numbers. */
static char *
describe_disk (const MynaModelNeed *need)
{
  g_autofree char *rate = describe_rate (need->rate);

  if (need->rate <= 0)
    return g_strdup (_ ("It would run from the disk, and slowly."));
  /* Translators: %s is a number such as 3 or 0.4 */
  return g_strdup_printf (_ ("It would run from the disk, at about %s tokens per second."), rate);
}

char *
myna_model_need_describe (const MynaModelNeed *need)
{
  g_autofree char *total = g_format_size (need->total);
  g_autofree char *available = g_format_size (need->available);
  g_autofree char *numbers = NULL;
  g_autofree char *disk = NULL;

  switch (need->verdict)
    {
    case MYNA_VERDICT_FITS: return g_strdup_printf (_ ("Needs about %s of memory (%s available)"), total, available);
    case MYNA_VERDICT_TIGHT:
      return g_strdup_printf (_ ("Needs about %s of memory (%s available). Other apps may become slow."), total, available);
    case MYNA_VERDICT_TOO_LARGE:
      return g_strdup_printf (_ ("Needs about %s of memory, but only %s is available"), total, available);
    case MYNA_VERDICT_FROM_DISK:
      numbers = g_strdup_printf (_ ("Needs about %s of memory, but only %s is available"), total, available);
      disk = describe_disk (need);
      /* Translators: two sentences; the first comes without its full stop */
      return g_strdup_printf (_ ("%s. %s"), numbers, disk);
    case MYNA_VERDICT_UNKNOWN:
    default: return g_strdup_printf (_ ("Needs about %s of memory"), total);
    }
}

char *
myna_model_need_dup_warning (MynaModelEntry *entry, GSettings *settings)
{
  MynaModelNeed need;

  if (!g_settings_get_boolean (settings, "memory-guard")
      || !myna_model_need_of_entry (&need, entry, (int) g_settings_get_uint (settings, "context-length"))
      || !myna_model_need_is_too_much (&need))
    return NULL;
  return myna_model_need_describe (&need);
}

char *
myna_model_need_describe_parts (const MynaModelNeed *need)
{
  g_autofree char *weights = g_format_size (need->parts.weights);
  g_autofree char *experts = g_format_size (need->parts.experts);
  g_autofree char *cache = g_format_size (need->parts.cache);
  g_autofree char *scratch = g_format_size (need->parts.scratch);

  if (need->parts.experts > 0)
    /* Translators: four amounts of memory, which add up to what a model needs; of "experts" parts can be read again when they
     * are used */
    return g_strdup_printf (_ ("Always in memory %s, experts as they are used %s, context %s, buffers %s"), weights, experts,
                            cache, scratch);
  /* Translators: three amounts of memory, which add up to what a model needs */
  return g_strdup_printf (_ ("Model %s, context %s, buffers %s"), weights, cache, scratch);
}

/* ---- This computer ---------------------------------------------------------------------------------------------- */

char *
myna_computer_describe (void)
{
  unsigned flags = glm_cpu_flags ();
  g_autofree char *memory = g_format_size (myna_memory_available ());
  const char *set = flags & GLM_CPU_VNNI512   ? "AVX-512 VNNI"
                    : flags & GLM_CPU_AVX512  ? "AVX-512"
                    : flags & GLM_CPU_AVXVNNI ? "AVX-VNNI"
                    : flags & GLM_CPU_AVX2    ? "AVX2"
                    : flags & GLM_CPU_I8MM    ? "NEON i8mm"
                    : flags & GLM_CPU_DOTPROD ? "NEON dotprod"
                    : flags & GLM_CPU_NEON    ? "NEON"
                                              : "SSE";

  /* Translators: cores of the processor, its best instruction set (AVX2 …), free memory */
  return g_strdup_printf (ngettext ("%d core with %s, %s of memory available", "%d cores with %s, %s of memory available",
                                    glm_cpu_count ()),
                          glm_cpu_count (), set, memory);
}
