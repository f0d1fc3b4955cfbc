/* card-timer.c: see card-timer.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "card-timer.h"

#include <time.h>

#include "check.h"

double
now_seconds (void)
{
  struct timespec t;

  clock_gettime (CLOCK_MONOTONIC, &t);
  return (double) t.tv_sec + 1e-9 * (double) t.tv_nsec;
}

int
compare_doubles (const void *a, const void *b)
{
  return (*(const double *) a > *(const double *) b) - (*(const double *) a < *(const double *) b);
}

double
median (double *values, int n)
{
  qsort (values, (size_t) n, sizeof *values, compare_doubles);
  return values[n / 2];
}

VkQueryPool
card_queries_new (GlmGpu *gpu, uint32_t n)
{
  VkQueryPoolCreateInfo info = { .sType = VK_STRUCTURE_TYPE_QUERY_POOL_CREATE_INFO,
                                 .queryType = VK_QUERY_TYPE_TIMESTAMP,
                                 .queryCount = n };
  VkQueryPool queries;

  REQUIRE (gpu->timestamp_bits > 0, "%s has no time stamps", gpu->info.name);
  REQUIRE (gpu->vk.CreateQueryPool (gpu->device, &info, NULL, &queries) == VK_SUCCESS, "no queries");
  return queries;
}

double
card_seconds_between (GlmGpu *gpu, VkQueryPool queries, uint32_t i)
{
  uint64_t times[2], mask = gpu->timestamp_bits < 64 ? (UINT64_C (1) << gpu->timestamp_bits) - 1 : UINT64_MAX;
  VkResult result = gpu->vk.GetQueryPoolResults (gpu->device, queries, i, 2, sizeof times, times, sizeof times[0],
                                                 VK_QUERY_RESULT_64_BIT | VK_QUERY_RESULT_WAIT_BIT);

  REQUIRE (result == VK_SUCCESS, "no time stamps: %d", (int) result);
  return (double) ((times[1] - times[0]) & mask) * gpu->timestamp_seconds;
}

CardTimer
card_timer_new (GlmGpu *gpu, int n_times, double warm_seconds)
{
  CardTimer timer = { .gpu = gpu, .n_times = n_times, .warm_seconds = warm_seconds };
  VkFenceCreateInfo fence = { .sType = VK_STRUCTURE_TYPE_FENCE_CREATE_INFO };
  GlmError error = { 0 };

  REQUIRE (glm_gpu_pool_new (gpu, &timer.pool, &error), "%s", error.message);
  REQUIRE (gpu->vk.CreateFence (gpu->device, &fence, NULL, &timer.fence) == VK_SUCCESS, "no fence");
  timer.queries = card_queries_new (gpu, 2);
  return timer;
}

void
card_timer_clear (CardTimer *timer)
{
  GlmGpu *gpu = timer->gpu;

  gpu->vk.DestroyQueryPool (gpu->device, timer->queries, NULL);
  gpu->vk.DestroyFence (gpu->device, timer->fence, NULL);
  gpu->vk.DestroyCommandPool (gpu->device, timer->pool, NULL);
}

GlmRecord
card_timer_begin (CardTimer *timer, GlmError *error)
{
  GlmGpu *gpu = timer->gpu;

  REQUIRE (glm_gpu_commands_begin (gpu, timer->pool, &timer->commands, error), "%s", error->message);
  gpu->vk.CmdResetQueryPool (timer->commands, timer->queries, 0, 2);
  gpu->vk.CmdWriteTimestamp (timer->commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, timer->queries, 0);
  return (GlmRecord){ .gpu = gpu, .commands = timer->commands, .error = error };
}

double
card_timer_run (CardTimer *timer)
{
  GlmGpu *gpu = timer->gpu;
  double values[5], start = now_seconds ();
  GlmError error = { 0 };
  int n = 0;

  gpu->vk.CmdWriteTimestamp (timer->commands, VK_PIPELINE_STAGE_BOTTOM_OF_PIPE_BIT, timer->queries, 1);
  REQUIRE (glm_gpu_commands_end (gpu, timer->commands, &error), "%s", error.message);
  while (n < timer->n_times)
    {
      bool is_warm = now_seconds () - start > timer->warm_seconds;

      REQUIRE (glm_gpu_submit (gpu, &timer->commands, 1, timer->fence, &error) && glm_gpu_wait (gpu, timer->fence, &error),
               "%s", error.message);
      values[n] = card_seconds_between (gpu, timer->queries, 0);
      n += is_warm;
    }
  return median (values, n);
}
