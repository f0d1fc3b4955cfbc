/* myna-cards.h: the graphics cards of this computer, and which of them computes (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Off until the person chooses one.  Another program, myna-cards, asks the drivers: they may take seconds, or crash.
 */
#pragma once

#include "chat/myna-model-library.h"

G_BEGIN_DECLS

#define MYNA_TYPE_CARDS (myna_cards_get_type ())
G_DECLARE_FINAL_TYPE (MynaCards, myna_cards, MYNA, CARDS, GObject)

/* What there is to say of the card. */
typedef enum
{
  MYNA_CARD_FINE,
  MYNA_CARD_OFFERED, /* none is used, and a good one is there */
  MYNA_CARD_CRASHED, /* the program ended while it used the card for the first time */
  MYNA_CARD_LOST,    /* it failed, and the processor has gone on */
  MYNA_CARD_UNUSED,  /* it cannot be used with the model that is loaded */
} MynaCardTrouble;

/* Signals "changed": the list or the choice; "trouble": what myna_cards_get_trouble() says. */
MynaCards *myna_cards_new (GSettings *settings, MynaModelLibrary *models) G_GNUC_WARN_UNUSED_RESULT;
/* Asks anew which cards there are, and how much of their memory is free; "changed" follows. */
void myna_cards_look (MynaCards *self);

/* What can be chosen, in words: the processor, and cards; the caller frees.  A card that was chosen is among them, even if it is not
 * there. */
char **myna_cards_dup_choices (MynaCards *self) G_GNUC_WARN_UNUSED_RESULT;
guint myna_cards_get_chosen (MynaCards *self);
/* Holds for the next reply; the model is loaded again for it. */
void myna_cards_choose (MynaCards *self, guint choice);
/* A sentence or two about the choice: what the default model needs there.  The caller frees. */
char *myna_cards_describe (MynaCards *self) G_GNUC_WARN_UNUSED_RESULT;

/* ret_name: the card's; ret_details: exact, not translated, or NULL.  Valid until the next signal. */
MynaCardTrouble myna_cards_get_trouble (MynaCards *self, const char **ret_name, GlmErrorCode *ret_code,
                                        const char **ret_details);
/* What the person wants done about it: "again", "off", or "use" the card that is offered. */
void myna_cards_act (MynaCards *self, const char *what);
/* The program ends as it should, perhaps while a card is at work for the first time: that is not blamed on the card. */
void myna_cards_close (MynaCards *self);
/* For tests: cards are offered to models of so many bytes and more. */
void myna_cards_set_offer_bytes (MynaCards *self, guint64 n_bytes);

G_END_DECLS
