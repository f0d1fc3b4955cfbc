/* persona-models.h: the models from which a persona's is chosen
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-model-library.h"

G_BEGIN_DECLS

/* The entries' titles and the models' paths, without the first entry, which is no model.  wanted: the persona's model, or NULL; one
 * that is not on the list any more stays the persona's until another is chosen, and is the last entry.  Returns the entry that is
 * chosen, 0: the first.  The caller owns both lists. */
guint myna_persona_models_list (MynaModelLibrary *models, const char *wanted, GStrv *ret_titles, GStrv *ret_paths);

G_END_DECLS
