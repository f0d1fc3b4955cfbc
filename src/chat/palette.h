/* palette.h: what can be opened and done, found by typing a part of its name (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-model-library.h"
#include "storage/storage.h"

G_BEGIN_DECLS

#define MYNA_PALETTE_MAX_FOUND 50

typedef enum
{
  MYNA_PALETTE_ACTION,
  MYNA_PALETTE_CHAT,
  MYNA_PALETTE_PERSONA,
  MYNA_PALETTE_MODEL,
} MynaPaletteKind;

typedef struct
{
  MynaPaletteKind kind;
  char *title;
  const char *action; /* static; what choosing it does … */
  GVariant *target;   /* … with this, or NULL */
} MynaPaletteItem;

typedef struct _MynaPalette MynaPalette;

/* With the actions, the personas, and the models of the library. */
MynaPalette *myna_palette_new (MynaModelLibrary *models) G_GNUC_WARN_UNUSED_RESULT;
void myna_palette_free (MynaPalette *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaPalette, myna_palette_free)

/* The chats, an array of StoreConversation in their order. */
void myna_palette_add_chats (MynaPalette *self, GPtrArray *conversations);
/* The items in whose titles all words of the text occur, at most MYNA_PALETTE_MAX_FOUND, the best first: those that begin with it,
 * then those with its words at the beginning of words, then the others; and last one that searches in the messages.  "": the first
 * chats, and the actions.  The palette owns the items, the last one only until the next call; the caller frees the array. */
GPtrArray *myna_palette_find (MynaPalette *self, const char *text) G_GNUC_WARN_UNUSED_RESULT;
/* What a person calls this kind.  Static. */
const char *myna_palette_kind_get_name (MynaPaletteKind kind);

G_END_DECLS
