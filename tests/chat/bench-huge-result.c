/* bench-huge-result.c: how long the window's thread is away while a tool gives 100 MB
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Prints the longest that one turn of the main loop took, by the processor time of the thread and by the clock, which other
 * programs stretch.
 */
#include <string.h>
#include <time.h>

#include "conversation-fixture.h"
#include "tools/tool.h"

#define N_RUNS       10
#define RESULT_BYTES (100 << 20)

static char *
compute (JsonObject *arguments, GDateTime *now, GCancellable *cancellable, GError **error)
{
  return g_strnfill (RESULT_BYTES, 'x');
}

static const Tool huge = {
  .name = "huge", .description = "", .schema = "{}", .class = TOOL_CLASS_PURE, .seconds = 60, .compute = compute
};

static double
read_clock (clockid_t clock)
{
  struct timespec now;

  clock_gettime (clock, &now);
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

typedef struct
{
  double cpu, wall; /* ms of the longest turn */
} Gap;

/* One turn of the loop. */
static void
turn (Gap *gap)
{
  double cpu = read_clock (CLOCK_THREAD_CPUTIME_ID), wall, after;

  /* What waits for other threads is no gap: a turn begins when there is something to do. */
  if (!g_main_context_pending (NULL))
    {
      g_usleep (100);
      return;
    }
  wall = read_clock (CLOCK_MONOTONIC);
  g_main_context_iteration (NULL, FALSE);
  after = read_clock (CLOCK_THREAD_CPUTIME_ID) - cpu;
  gap->cpu = MAX (gap->cpu, after);
  gap->wall = MAX (gap->wall, read_clock (CLOCK_MONOTONIC) - wall);
}

int
main (void)
{
  Gap gap = { 0 };
  gsize kept = 0, told = 0;

  tool_add (&huge);
  for (guint run = 0; run < N_RUNS; run++)
    {
      Fixture f = { 0 };
      const StoreCall *call;

      fixture_setup (&f, NULL);
      myna_conversation_set_settings (f.conversation, "{\"tools\":[\"huge\",\"read_more\"]}");
      myna_conversation_send (f.conversation, "q");
      fixture_requested (&f);
      fake_generator_write (f.engine, GLM_REPLY_CALL, "huge");
      fake_generator_write (f.engine, GLM_REPLY_CALLED, "{}");
      fake_generator_end (f.engine, GLM_STOP_CALL);
      while (fake_generator_n_requests (f.engine) == 0)
        turn (&gap);
      fake_generator_say (f.engine, "a");
      fake_generator_end (f.engine, GLM_STOP_END);
      while (myna_conversation_get_busy (f.conversation))
        turn (&gap);
      call = myna_message_get_record (fixture_item (&f, 1))->call;
      kept = MAX (kept, strlen (call->result));
      told = MAX (told, (gsize) g_utf8_strlen (myna_message_get_text (fixture_item (&f, 2)), -1));
      fixture_teardown (&f, NULL);
    }
  g_print ("a result of %d bytes, %d times: %zu bytes kept, %zu characters to the model\n", RESULT_BYTES, N_RUNS, kept, told);
  g_print ("longest turn of the main loop: %.1f ms of processor time, %.1f ms by the clock\n", gap.cpu, gap.wall);
  return 0;
}
