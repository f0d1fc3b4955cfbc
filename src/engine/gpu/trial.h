/* trial.h: dispatches on small data of the host's, which looks at what they put out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Outputs begin as no numbers, and what lies behind each buffer must stay as it was.  Errors are ‖y − expected‖ / ‖expected‖.
 */
#ifndef GLM_GPU_TRIAL_H
#define GLM_GPU_TRIAL_H

#include "gpu/dispatch.h"

typedef struct
{
  GlmRecord record; /* takes the dispatches; with `noting` nothing is run or reported */
  GlmGpuTestFunc line;
  void *user_data;
  int n_failed;

  /* Its own. */
  GlmGpuBuffer arena; /* which card and host see */
  size_t used;
  size_t guards[64];
  int n_guards;
  VkCommandPool pool;
  VkFence fence;
  uint64_t seed;
  double wrong, right;
} GlmTrial;

/* Activations as products read them: [row][2][blocks][16] bytes with [row][blocks][2] floats, or [row][width] halves. */
typedef struct
{
  GlmGpuForm form;
  void *q; /* NULL: as floats alone */
  float *scales;
} GlmTrialQuants;

/* On failure glm_trial_clear() copes. */
bool glm_trial_new (GlmGpu *gpu, GlmGpuTestFunc line, void *user_data, GlmTrial *ret_trial, GlmError *error);
void glm_trial_clear (GlmTrial *t);

/* A new case: what was taken for the last one is gone. */
bool glm_trial_begin (GlmTrial *t);
/* n bytes that the card sees, all ones: no numbers. */
void *glm_trial_take (GlmTrial *t, size_t n);
float *glm_trial_take_random (GlmTrial *t, int64_t n);
GlmTrialQuants glm_trial_take_quants (GlmTrial *t, GlmGpuForm form, int64_t n_rows, int64_t width);
/* Where the card sees them; NULL: nowhere. */
uint64_t glm_trial_address (const GlmTrial *t, const void *p);
double glm_trial_quant (const GlmTrialQuants *x, int64_t row, int64_t width, int64_t c);
/* Uniform in [−1, 1). */
float glm_trial_random (GlmTrial *t);
/* Runs what was recorded. */
bool glm_trial_run (GlmTrial *t);

void glm_trial_compare (GlmTrial *t, double expected, double value);
/* Says whether the error of all that was compared since the last report is within the bound; the format's text is what it was. */
void glm_trial_report (GlmTrial *t, double bound, const char *format, ...) __attribute__ ((format (printf, 3, 4)));
/* The same of a register's other form, against the floats that it came from. */
void glm_trial_report_quants (GlmTrial *t, const char *what, const GlmTrialQuants *q, const float *x, int64_t ld,
                              int64_t n_rows, int64_t width);

#endif
