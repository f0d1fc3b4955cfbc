/* myna-problem.h: errors of the engine and the store, in plain words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* What happened and what can be done, one or two translated sentences; the caller frees. */
char *myna_problem_describe (const GError *error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether the model, here or at a server, would refuse the same again as too long. */
gboolean myna_problem_is_too_long (const GError *error);

G_END_DECLS
