/* window-test.h: for tests in a window
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

#define TEST_LIMIT_SECONDS 100

static inline gboolean
test_time_is_up_cb (gpointer user_data)
{
  g_error ("The condition never came true");

  return G_SOURCE_REMOVE;
}

/* Runs the main loop until the condition holds. */
#define wait_until(condition)                                                            \
  G_STMT_START {                                                                         \
    guint limit_ = g_timeout_add_seconds (TEST_LIMIT_SECONDS, test_time_is_up_cb, NULL); \
    while (!(condition))                                                                 \
      g_main_context_iteration (NULL, TRUE);                                             \
    g_source_remove (limit_);                                                            \
  } G_STMT_END
