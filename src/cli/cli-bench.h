/* cli-bench.h: what bench asks of the machine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef GLM_CLI_BENCH_H
#define GLM_CLI_BENCH_H

#include "engine/engine.h"

/* Seconds of a clock that only goes forward. */
double cli_bench_now (void);

/* The best instruction set that the kernels use here. */
const char *cli_bench_instructions (void);

/* Fills the cache of the session's tokens with anything: what is measured does not depend on it. */
void cli_bench_fill (const GlmSession *session);

/* A thread that works like a window that is being scrolled.  NULL if there can be no thread. */
typedef struct CliBenchWindow CliBenchWindow;
CliBenchWindow *cli_bench_window_start (void);
/* Frees it.  Returns by how many seconds the latest hundredth of its frames was late. */
double cli_bench_window_stop (CliBenchWindow *window);

#endif
