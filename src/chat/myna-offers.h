/* myna-offers.h: the models that can be had, for Welcome and Models, and the two downloads that run at a time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-model-library.h"
#include "chat/myna-offer.h"

G_BEGIN_DECLS

#define MYNA_TYPE_OFFERS (myna_offers_get_type ())
G_DECLARE_FINAL_TYPE (MynaOffers, myna_offers, MYNA, OFFERS, GObject)

/* Implements GListModel of MynaOffer, in the catalogue's order but for the recommended one, which is the first.
 * Signal "needs-import" (const char *path): what has come is of another program's form. */
MynaOffers *myna_offers_new (MynaModelLibrary *models, GSettings *settings) G_GNUC_WARN_UNUSED_RESULT;
MynaCatalogue *myna_offers_get_catalogue (MynaOffers *self);
/* Takes a newer list in the place of the one that is there; now, unless something is under way, else at the next start. */
gboolean myna_offers_replace (MynaOffers *self, GFile *file, GError **error);
/* Measures this computer, once, and judges by it; the offers tell of it. */
void myna_offers_measure (MynaOffers *self);
/* Whether Myna can download: it was built to, and in a sandbox it has the network. */
gboolean myna_offers_can_download (void);
/* What is said above their list: whether it can is the first thing to know.  The caller frees. */
char *myna_offers_dup_word (void) G_GNUC_WARN_UNUSED_RESULT;
/* The address of its page there; the caller frees. */
char *myna_offers_make_page (MynaOffers *self, MynaOffer *offer) G_GNUC_WARN_UNUSED_RESULT;
/* Adds a file that is there to the library; see begin. */
void myna_offers_add (MynaOffers *self, const char *path);
/* Begins it, or goes on; or its import, where it is here.  When it is there it is added to the library; where the person has only the starter model, who begins a
 * download waits for it: it is loaded, and new chats use it. */
void myna_offers_begin (MynaOffers *self, MynaOffer *offer);

G_END_DECLS
