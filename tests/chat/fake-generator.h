/* fake-generator.h: a generator that says what the test wants, when it wants
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-generator.h"

G_BEGIN_DECLS

#define FAKE_TYPE_GENERATOR (fake_generator_get_type ())
G_DECLARE_FINAL_TYPE (FakeGenerator, fake_generator, FAKE, GENERATOR, GObject)

FakeGenerator *fake_generator_new (void);

/* Requests that were not ended yet, oldest first; the functions below speak for the oldest. */
guint fake_generator_n_requests (FakeGenerator *self);
/* The prompt of the latest request, as "role:content|role=metadata:content|…"; with "+text" where a reply is continued. */
const char *fake_generator_get_prompt (FakeGenerator *self);
/* The model of its recipe; NULL: the default. */
const char *fake_generator_get_model (FakeGenerator *self);
/* How many prompts were only to be planned: those end by themselves. */
guint fake_generator_n_planned (FakeGenerator *self);
/* The settings of its recipe. */
const char *fake_generator_get_settings (FakeGenerator *self);
/* Names of the tools that it offers, with commas between; "(programs)" is the interpreter. */
const char *fake_generator_get_tools (FakeGenerator *self);
/* How often it was told to end a thought and answer. */
guint fake_generator_n_answers (FakeGenerator *self);
/* Whether the latest request wants no thoughts. */
gboolean fake_generator_get_no_thoughts (FakeGenerator *self);
/* What it says of its model: one that calls tools, of no family. */
GlmModelInfo *fake_generator_edit_info (FakeGenerator *self);
void fake_generator_say (FakeGenerator *self, const char *piece);
/* A piece of another kind than text. */
void fake_generator_write (FakeGenerator *self, GlmReplyKind kind, const char *piece);
void fake_generator_read (FakeGenerator *self, gsize n_done, gsize n_total);
void fake_generator_end (FakeGenerator *self, GlmStopReason reason);
void fake_generator_fail (FakeGenerator *self, GlmErrorCode code);
/* How often it was asked to read ahead, whether it does now, and the prompt of the latest time. */
guint fake_generator_n_ahead (FakeGenerator *self);
gboolean fake_generator_reads_ahead (FakeGenerator *self);
const char *fake_generator_get_ahead (FakeGenerator *self);
void fake_generator_end_ahead (FakeGenerator *self, GlmStopReason reason);
/* Tokens of a prompt are its bytes.  0: no limit. */
void fake_generator_set_context_length (FakeGenerator *self, int length);
/* Pieces that arrive after a request was cancelled, as a careless engine might send them. */
void fake_generator_say_late (FakeGenerator *self, const char *piece);
/* Drops what was kept for that. */
void fake_generator_forget (FakeGenerator *self);

G_END_DECLS
