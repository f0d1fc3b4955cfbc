/* card-timer.h: how long a card takes for what is recorded, by its own clock
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CARD_TIMER_H
#define CARD_TIMER_H

#include "gpu/dispatch.h"

/* Of one recording at a time.  What fails ends the program, here as in all these functions. */
typedef struct
{
  GlmGpu *gpu;
  int n_times;         /* that it is done: at most 5 */
  double warm_seconds; /* that it is done before, to wake the card */
  VkCommandPool pool;
  VkCommandBuffer commands;
  VkQueryPool queries;
  VkFence fence;
} CardTimer;

CardTimer card_timer_new (GlmGpu *gpu, int n_times, double warm_seconds);
void card_timer_clear (CardTimer *timer);
/* What is recorded from here to card_timer_run() is timed. */
GlmRecord card_timer_begin (CardTimer *timer, GlmError *error);
/* The median in seconds. */
double card_timer_run (CardTimer *timer);

/* n time stamps, and the seconds between the i-th and the next. */
VkQueryPool card_queries_new (GlmGpu *gpu, uint32_t n);
double card_seconds_between (GlmGpu *gpu, VkQueryPool queries, uint32_t i);

/* By the host's clock. */
double now_seconds (void);
/* Sorts them. */
double median (double *values, int n);
int compare_doubles (const void *a, const void *b);

#endif
