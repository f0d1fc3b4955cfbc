/* slots.h: what was recorded for batches, by their numbers of rows
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Layers are command buffers, recorded once for each number of rows; what changes from run to run lies in the workspace.  A card
 * takes some microseconds from one to the next, so that layers of few rows share one.  How many of these go into one submission
 * follows from how long a layer took, so that none keeps the card from the desktop for long.
 */
#ifndef GLM_GPU_SLOTS_H
#define GLM_GPU_SLOTS_H

#include "gpu/workspace.h"

/* Of a submission, at most. */
#define GLM_GPU_SUBMISSION_SECONDS 8e-3
#define GLM_GPU_SLOTS              12

/* The commands of batches of n rows. */
typedef struct
{
  int64_t n, n_logits; /* n 0: nothing is recorded */
  uint64_t version;    /* of the workspace */
  /* [n_layers + 2]: what comes before the layers; they, `span` each; what comes behind.  Then [n_layers]: what of a layer is
   * done while the plan's rest does its own; none: nothing. */
  VkCommandBuffer *parts;
  int span, n_spans;
  int group;     /* of these in a submission */
  bool too_long; /* one of these */
  uint64_t last_used;
} GlmGpuSlot;

typedef struct
{
  VkCommandPool pool;
  VkQueryPool queries; /* none: the device has no clock */
  GlmGpuSlot list[GLM_GPU_SLOTS];
  uint64_t clock;
} GlmGpuSlots;

/* On failure glm_gpu_slots_clear() copes; nothing of them may be under way then. */
bool glm_gpu_slots_new (GlmGpu *gpu, GlmGpuSlots *slots, GlmError *error);
void glm_gpu_slots_clear (GlmGpu *gpu, GlmGpuSlots *slots);
/* Records it, in place of that which was not used for longest, if it is not there. */
bool glm_gpu_slots_find (GlmGpu *gpu, GlmGpuSlots *slots, const GlmGpuWorkspace *space, int64_t n, int64_t n_logits,
                         GlmGpuSlot **ret_slot, GlmError *error);
/* Groups the layers of the slot that was run last by what the first of n_layers took.  False: that is not known. */
bool glm_gpu_slots_adapt (GlmGpu *gpu, const GlmGpuSlots *slots, GlmGpuSlot *slot, int n_layers, double *ret_seconds);

/* How many layers of so many seconds go into one submission, so that the desktop gets its turn: at least one. */
int glm_gpu_layers_at_once (double layer_seconds, int n_layers);

#endif
