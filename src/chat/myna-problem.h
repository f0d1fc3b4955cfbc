/* myna-problem.h: errors of the engine and the store, in plain words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What happened and what can be done, one or two translated sentences; the caller frees. */
char *myna_problem_describe (const GError *error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
