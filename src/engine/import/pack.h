/* pack.h: a model file whose weights lie as the kernels want them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A packed file is a GGUF file with the same keys and tensors, in which the quantised matrices are panels (quant/packed.h).
 * The engine maps it and begins: nothing is converted, nothing is copied, and the memory can be given back and read
 * again.  It is for this program alone and for one version of the layout; the file it was made from remains the truth.
 */
#ifndef GLM_PACK_H
#define GLM_PACK_H

#include "engine.h"
#include "file/output-file.h"

typedef struct
{
  GlmOutputMode mode;
  int n_threads;            /* 0: glm_cpu_count () */
  GlmProgressFunc progress; /* may be NULL */
  void *progress_data;
  const GlmCancel *cancel; /* may be NULL */
} GlmPackOptions;

/* Writes `target` from the GGUF file `source`.  On failure there is no target. */
bool glm_pack (const char *source, const char *target, const GlmPackOptions *options, GlmError *error);

#endif
