/* gguf-build.h: writes the tiny GGUF files that the engine's tests run on
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef MYNA_TEST_GGUF_BUILD_H
#define MYNA_TEST_GGUF_BUILD_H

#include "engine.h"
#include "quant/quant.h"

typedef struct GgufBuild GgufBuild;

GgufBuild *gguf_build_new (const char *arch);
void gguf_build_free (GgufBuild *build);

/* Keys.  A key that begins with a dot gets the architecture's name in front. */
void gguf_build_string (GgufBuild *build, const char *key, const char *value);
void gguf_build_uint (GgufBuild *build, const char *key, uint32_t value);
void gguf_build_bool (GgufBuild *build, const char *key, bool value);
void gguf_build_float (GgufBuild *build, const char *key, float value);
void gguf_build_strings (GgufBuild *build, const char *key, const char *const *values, size_t n);
void gguf_build_floats (GgufBuild *build, const char *key, const float *values, size_t n);
void gguf_build_ints (GgufBuild *build, const char *key, const int32_t *values, size_t n);

/* A tensor of rows × cols (rows 0: a vector of cols) from floats, stored as the type. */
void gguf_build_tensor (GgufBuild *build, const char *name, GlmType type, int64_t rows, int64_t cols, const float *values);
/* n of them in one tensor of three dimensions. */
void gguf_build_stack (GgufBuild *build, const char *name, GlmType type, int64_t n_matrices, int64_t rows, int64_t cols,
                       const float *values);

/* Aborts on failure: tests cannot go on. */
void gguf_build_write (const GgufBuild *build, const char *path);

/* A path in a fresh folder below $TMPDIR, removed at exit. */
const char *test_temp_path (const char *name);

#endif
