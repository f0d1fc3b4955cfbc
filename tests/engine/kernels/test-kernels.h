/* test-kernels.h: what the kernel tests share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TEST_KERNELS_H
#define TEST_KERNELS_H

#include "kernels/kernels.h"

/* Memory that ends at an unreadable page, so that one byte too many is a crash, with a pattern in front of it. */
void *guarded_new (size_t n_bytes);
/* Frees it; fails the test if the pattern was written to. */
void guarded_free (void *data, size_t n_bytes);

float random_uniform (void); /* [−1, 1) */
unsigned random_below (unsigned n);
/* kind 0: uniform; 1: magnitudes from 1e−30 to 1e4; 2: all at ±the same; 3: mostly zeros. */
void random_floats (float *x, int64_t n, int kind);

/* Weights of a type.  kind 0: quantised random values, where the engine can; 1: random bytes; 2: all levels and scales at their
 * ends; 3: zeros with random levels. */
void random_weights (const GlmTypeTraits *traits, uint8_t *data, int64_t n_values, int kind);

void check (bool condition, const char *format, ...) __attribute__ ((format (printf, 2, 3)));

/* Runs the call until it has taken long enough, several times; returns the least seconds a call. */
double best_seconds (void (*call) (void *data), void *data);

/* name: of the CPU mask; new: the table under it; ref: the C references. */
void test_vector_kernels (const char *name, const GlmKernels *ref, const GlmKernels *new_kernels);
void bench_vector_kernels (const char *name, const GlmKernels *kernels);
void test_i8_kernels (const char *name, const GlmKernels *ref, const GlmKernels *new_kernels);
void test_latent_kernels (const char *name, const GlmKernels *ref, const GlmKernels *new_kernels);
void test_packed_kernels (const char *name, const GlmKernels *ref, const GlmKernels *new_kernels);
void bench_packed_kernels (const char *name, const GlmKernels *kernels);
/* Under the mask that is set. */
void test_matrices (const char *name);

#endif
