/* wait-until.h: waiting for what the actor posts to the main loop
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef WAIT_UNTIL_H
#define WAIT_UNTIL_H

#include <glib.h>

/* Waits at most ten minutes: machines are shared, and sanitizers slow. */
#define WAIT_UNTIL(condition)                                           \
  do                                                                    \
    {                                                                   \
      gint64 deadline = g_get_monotonic_time () + 600 * G_USEC_PER_SEC; \
      while (!(condition))                                              \
        {                                                               \
          g_assert_cmpint (g_get_monotonic_time (), <, deadline);       \
          if (!g_main_context_iteration (NULL, FALSE))                  \
            g_usleep (1000);                                            \
        }                                                               \
    }                                                                   \
  while (0)

#endif
