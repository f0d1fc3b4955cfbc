/* myna-model-need.h: the memory that a model needs, beside what there is, in words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-model-entry.h"

G_BEGIN_DECLS

typedef enum
{
  MYNA_VERDICT_UNKNOWN,
  MYNA_VERDICT_FITS,
  MYNA_VERDICT_TIGHT,     /* more than four fifths of what is free */
  MYNA_VERDICT_FROM_DISK, /* too large, but of its experts only those that are used at the moment need be in memory */
  MYNA_VERDICT_TOO_LARGE,
} MynaModelVerdict;

typedef struct
{
  GlmMemoryNeed parts;
  guint64 total;
  guint64 available; /* 0: not known */
  MynaModelVerdict verdict;
  double rate; /* FROM_DISK: tokens a second to expect; 0: not known */
} MynaModelNeed;

/* Whether this many bytes fit in those that are free. */
MynaModelVerdict myna_memory_get_verdict (guint64 needed, guint64 available);
/* context_length: as it is wished for, 0: what suits the model.  disk_speed: bytes a second; 0: not known. */
void myna_model_need_init (MynaModelNeed *need, const GlmModelInfo *info, int context_length, guint64 available,
                           double disk_speed);
/* The same for the memory of now; the disk's speed is measured where that matters, and the entry tells when it is known.
 * FALSE: nothing is known of the model. */
gboolean myna_model_need_of_entry (MynaModelNeed *need, MynaModelEntry *entry, int context_length);
/* Whether the person is to be asked before it is loaded. */
gboolean myna_model_need_is_too_much (const MynaModelNeed *need);
/* A sentence or two.  The caller frees. */
char *myna_model_need_describe (const MynaModelNeed *need) G_GNUC_WARN_UNUSED_RESULT;
/* What the person is asked before the entry's model is loaded; NULL: nothing, as it fits, or as the settings ("memory-guard") want
 * no such question.  entry: NULL: nothing is known of the model.  The caller frees. */
char *myna_model_need_dup_warning (MynaModelEntry *entry, GSettings *settings) G_GNUC_WARN_UNUSED_RESULT;
/* What the sum consists of.  The caller frees. */
char *myna_model_need_describe_parts (const MynaModelNeed *need) G_GNUC_WARN_UNUSED_RESULT;

/* Processor and memory.  The caller frees. */
char *myna_computer_describe (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
