/* myna-bandwidth.c: how fast this computer reads its memory, which is what bounds the speed of a model
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-bandwidth.h"

#include "engine/engine.h"
#include "chat/myna-memory.h"

#define MEMORY_SHARE 8 /* no more than this part of what is free is read */
/* The share of that speed that decoding reaches, between 0.48 (AVX-512, 40 GB/s a core: bound by arithmetic) and 0.8 (older
 * processors, bound by memory); see the shares that myna-cli bench prints. */
#define EFFICIENCY 0.6

static void
cancelled_cb (GCancellable *cancellable, GlmCancel *cancel)
{
  glm_cancel_set (cancel);
}

static void
measure_thread (GTask *task, gpointer source, gpointer task_data, GCancellable *cancellable)
{
  guint64 available = myna_memory_available () / MEMORY_SHARE;
  GlmCancel cancel = { 0 };
  double *rate = g_new (double, 1);
  gulong handler = cancellable ? g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), &cancel, NULL) : 0;

  *rate = glm_cpu_bandwidth (0, available && available < 512u << 20 ? available : 0, &cancel);
  g_cancellable_disconnect (cancellable, handler);
  g_task_return_pointer (task, rate, g_free);
}

void
myna_bandwidth_measure_async (GCancellable *cancellable, GAsyncReadyCallback callback, gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_run_in_thread (task, measure_thread);
}

double
myna_bandwidth_measure_finish (GAsyncResult *result)
{
  g_autofree double *rate = g_task_propagate_pointer (G_TASK (result), NULL);

  return rate ? *rate : 0;
}

double
myna_bandwidth_to_rate (double bytes_per_second, guint64 weight_bytes)
{
  return weight_bytes ? EFFICIENCY * bytes_per_second / (double) weight_bytes : 0;
}
