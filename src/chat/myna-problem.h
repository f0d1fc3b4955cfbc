/* myna-problem.h: errors of the engine, the store and the system, in plain words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* An error whose message is in plain words already, and translated. */
#define MYNA_PROBLEM (myna_problem_quark ())
GQuark myna_problem_quark (void);
typedef enum
{
  MYNA_PROBLEM_REFUSED,
} MynaProblem;
/* details: what a library said; NULL: nothing. */
GError *myna_problem_new (const char *words, const char *details) G_GNUC_WARN_UNUSED_RESULT;

/* What happened and what can be done, one or two translated sentences; the caller frees. */
char *myna_problem_describe (const GError *error) G_GNUC_WARN_UNUSED_RESULT;
/* The exact words of libraries, for who wants to know; NULL: they say nothing more. */
const char *myna_problem_get_details (const GError *error);
/* Whether the model, here or at a server, would refuse the same again as too long. */
gboolean myna_problem_is_too_long (const GError *error);

G_END_DECLS
