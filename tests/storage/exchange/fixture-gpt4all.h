/* fixture-gpt4all.h: a chat as GPT4All writes it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef FIXTURE_GPT4ALL_H
#define FIXTURE_GPT4ALL_H

#include <glib.h>

G_BEGIN_DECLS

/* "Llama 对话", answered by Llama-3: 你好 😀 / Hello. */
GByteArray *fixture_gpt4all_new (int version);

G_END_DECLS

#endif
