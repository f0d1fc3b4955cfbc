/* trial.c: see trial.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "gpu/trial.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ARENA   ((size_t) 32 << 20)
#define GUARD   256
#define PATTERN 0xA5

bool
glm_trial_new (GlmGpu *gpu, GlmGpuTestFunc line, void *user_data, GlmTrial *ret_trial, GlmError *error)
{
  *ret_trial = (GlmTrial){
    .record = { .gpu = gpu, .error = error }, .line = line, .user_data = user_data, .seed = UINT64_C (0x9e3779b97f4a7c15)
  };
  return glm_gpu_fence_new (gpu, &ret_trial->fence, error) && glm_gpu_pool_new (gpu, &ret_trial->pool, error)
         && glm_gpu_buffer_new (gpu, ARENA, GLM_GPU_READBACK, &ret_trial->arena, error);
}

void
glm_trial_clear (GlmTrial *t)
{
  GlmGpu *gpu = t->record.gpu;

  if (!gpu->hung)
    {
      gpu->vk.DeviceWaitIdle (gpu->device);
      gpu->vk.DestroyFence (gpu->device, t->fence, NULL);
      gpu->vk.DestroyCommandPool (gpu->device, t->pool, NULL);
    }
  glm_gpu_buffer_clear (gpu, &t->arena);
}

bool
glm_trial_begin (GlmTrial *t)
{
  t->used = 0;
  t->n_guards = 0;
  return t->record.noting || glm_gpu_commands_begin (t->record.gpu, t->pool, &t->record.commands, t->record.error);
}

/* A guard lies behind them. */
void *
glm_trial_take (GlmTrial *t, size_t n)
{
  unsigned char *p = (unsigned char *) t->arena.map + t->used;

  memset (p, 0xff, n);
  memset (p + n, PATTERN, GUARD);
  t->guards[t->n_guards++] = t->used + n;
  t->used += glm_gpu_align (n + GUARD);
  return p;
}

float *
glm_trial_take_random (GlmTrial *t, int64_t n)
{
  float *x = glm_trial_take (t, (size_t) n * sizeof *x);

  for (int64_t i = 0; i < n; i++)
    x[i] = glm_trial_random (t);
  return x;
}

uint64_t
glm_trial_address (const GlmTrial *t, const void *p)
{
  return p ? t->arena.address + (uint64_t) ((const unsigned char *) p - (const unsigned char *) t->arena.map) : 0;
}

float
glm_trial_random (GlmTrial *t)
{
  t->seed ^= t->seed << 13;
  t->seed ^= t->seed >> 7;
  t->seed ^= t->seed << 17;
  return (float) ((double) (t->seed >> 11) * 0x1p-52 - 1);
}

bool
glm_trial_run (GlmTrial *t)
{
  const GlmRecord *r = &t->record;

  if (r->noting)
    return true;
  glm_gpu_barrier_all (r->gpu, r->commands);
  return glm_gpu_commands_end (r->gpu, r->commands, r->error) && glm_gpu_submit (r->gpu, &r->commands, 1, t->fence, r->error)
         && glm_gpu_wait (r->gpu, t->fence, r->error);
}

void
glm_trial_compare (GlmTrial *t, double expected, double value)
{
  t->wrong += (expected - value) * (expected - value);
  t->right += expected * expected;
}

void
glm_trial_report (GlmTrial *t, double bound, const char *format, ...)
{
  double error = t->right > 0 ? sqrt (t->wrong / t->right) : sqrt (t->wrong);
  bool passed = error <= bound, whole = true;
  char what[96], text[160];
  va_list arguments;

  t->wrong = t->right = 0;
  if (t->record.noting)
    return;
  va_start (arguments, format);
  vsnprintf (what, sizeof what, format, arguments);
  va_end (arguments);
  for (int i = 0; i < t->n_guards; i++)
    for (int k = 0; k < GUARD; k++)
      whole = whole && ((unsigned char *) t->arena.map)[t->guards[i] + (size_t) k] == PATTERN;
  snprintf (text, sizeof text, "%s: error %.1e, at most %.0e%s", what, error, bound,
            whole ? "" : ", and wrote beyond its buffers");
  t->n_failed += !passed || !whole;
  t->line (text, passed && whole, t->user_data);
}

/* ---- Activations ------------------------------------------------------------------------------------------------ */

GlmTrialQuants
glm_trial_take_quants (GlmTrial *t, GlmGpuForm form, int64_t n_rows, int64_t width)
{
  size_t n = (size_t) (n_rows * width);

  if (form == GLM_GPU_FLOATS)
    return (GlmTrialQuants){ form, NULL, NULL };
  return (GlmTrialQuants){ form, glm_trial_take (t, form == GLM_GPU_HALVES ? 2 * n : n), glm_trial_take (t, n / 32 * 8) };
}

double
glm_trial_quant (const GlmTrialQuants *x, int64_t row, int64_t width, int64_t c)
{
  int64_t n_blocks = width / 32, b = c / 32;
  int8_t q;

  if (x->form == GLM_GPU_HALVES)
    return glm_f16_to_f32 (((const uint16_t *) x->q)[row * width + c]);
  q = ((const int8_t *) x->q)[((row * 2 + c % 32 / 16) * n_blocks + b) * 16 + c % 16];
  return (double) x->scales[(row * n_blocks + b) * 2] * q;
}

/* Half a step of each block's largest, or a half's last bit. */
void
glm_trial_report_quants (GlmTrial *t, const char *what, const GlmTrialQuants *q, const float *x, int64_t ld, int64_t n_rows,
                         int64_t width)
{
  bool halves = q->form == GLM_GPU_HALVES;

  if (!q->q)
    return;
  for (int64_t row = 0; row < n_rows; row++)
    for (int64_t c = 0; c < width; c++)
      glm_trial_compare (t, x[row * ld + c], glm_trial_quant (q, row, width, c));
  glm_trial_report (t, halves ? 5e-4 : 2e-2, "%s, in %s", what, halves ? "half precision" : "int8");
}
