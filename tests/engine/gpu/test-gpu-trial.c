/* test-gpu-trial.c: what the self-test of shaders runs in finds what is wrong
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <math.h>

#include "gpu-device.h"
#include "gpu/self-test.h"
#include "gpu/trial.h"

typedef struct
{
  char line[160];
  int n_passed, n_failed;
} Lines;

static void
note_line (const char *line, bool passed, void *user_data)
{
  Lines *lines = user_data;

  snprintf (lines->line, sizeof lines->line, "%s", line);
  ++*(passed ? &lines->n_passed : &lines->n_failed);
}

/* Doubles 64 numbers on the card. */
static float *
record_doubling (GlmTrial *t, const float **ret_x)
{
  float *x, *y;

  REQUIRE (glm_trial_begin (t), "%s", t->record.error->message);
  x = glm_trial_take_random (t, 64);
  y = glm_trial_take (t, 64 * sizeof *y);
  CHECK (isnan (y[0]) && isnan (y[63]), "an output is a number before it is written");
  memcpy (y, x, 64 * sizeof *y);
  GlmAddPush push = { glm_trial_address (t, x), glm_trial_address (t, y), 64, 64, 64, 1 };
  REQUIRE (glm_record_add (&t->record, &push, 1) && glm_trial_run (t), "%s", t->record.error->message);
  *ret_x = x;
  return y;
}

static void
test_reports (GlmGpu *gpu)
{
  GlmTrial t;
  Lines lines = { "" };
  GlmError error = { 0 };
  const float *x;
  float *y;

  REQUIRE (glm_trial_new (gpu, note_line, &lines, &t, &error), "%s", error.message);
  y = record_doubling (&t, &x);
  for (int i = 0; i < 64; i++)
    glm_trial_compare (&t, 2 * x[i], y[i]);
  glm_trial_report (&t, 1e-6, "%s", "right");
  CHECK (lines.n_passed == 1 && strstr (lines.line, "right: error"), "%s", lines.line);
  glm_trial_compare (&t, 2 * x[0], y[0] + 1);
  glm_trial_report (&t, 1e-6, "%s", "wrong");
  CHECK (lines.n_failed == 1 && t.n_failed == 1 && strstr (lines.line, "wrong: error"), "%s", lines.line);
  glm_trial_compare (&t, 1, NAN);
  glm_trial_report (&t, 1, "%s", "no number");
  CHECK (lines.n_failed == 2, "%s", lines.line);
  glm_trial_report (&t, 1e-6, "%s", "nothing of what came earlier");
  CHECK (lines.n_passed == 2, "%s", lines.line);
  y[64] = 0;
  glm_trial_report (&t, 1, "%s", "beyond");
  CHECK (lines.n_failed == 3 && strstr (lines.line, "beyond its buffers"), "%s", lines.line);
  glm_trial_clear (&t);
}

static VKAPI_ATTR void VKAPI_CALL
no_dispatch (VkCommandBuffer commands, uint32_t x, uint32_t y, uint32_t z)
{
}

/* A driver under which shaders do nothing passes not one of the tests. */
static void
test_nothing_done (GlmGpu *gpu)
{
  Lines lines = { "" };
  GlmError error = { 0 };

  gpu->vk.CmdDispatch = no_dispatch;
  CHECK (!glm_gpu_test_device (gpu, note_line, &lines, &error) && error.code == GLM_ERROR_UNSUPPORTED, "%s", error.message);
  CHECK (lines.n_passed == 0 && lines.n_failed > 40, "%d passed, as %s", lines.n_passed, lines.line);
}

int
main (void)
{
  GlmGpu *gpu;
  GlmError error = { 0 };

  REQUIRE (glm_gpu_open_device (test_device (), &gpu, &error), "%s", error.message);
  test_reports (gpu);
  test_nothing_done (gpu);
  glm_gpu_free (gpu);
  return check_exit ();
}
