/* myna-offer.h: a model of the catalogue: what this computer would make of it, and its download
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-catalogue.h"
#include "chat/myna-remote-link.h"

G_BEGIN_DECLS

#define MYNA_TYPE_OFFER (myna_offer_get_type ())
G_DECLARE_FINAL_TYPE (MynaOffer, myna_offer, MYNA, OFFER, GObject)

typedef enum
{
  MYNA_OFFER_NONE,     /* nothing of it is here */
  MYNA_OFFER_QUEUED,   /* waits until others have come */
  MYNA_OFFER_ASKING,   /* for the sizes and hashes of its files */
  MYNA_OFFER_CHECKING, /* what came of it before */
  MYNA_OFFER_RUNNING,
  MYNA_OFFER_WAITING, /* the connection was lost, and is tried again */
  MYNA_OFFER_PAUSED,  /* a part is here */
  MYNA_OFFER_DONE,    /* it is here */
} MynaOfferState;

/* Properties, notified: "state" (int), "progress" (double, of all its files), "fit" (the verdict, or what stands below it).
 * folder: where its files go, in a folder of their own. */
MynaOffer *myna_offer_new (MynaCatalogue *catalogue, const MynaCatalogueModel *model,
                           const char *folder) G_GNUC_WARN_UNUSED_RESULT;
const MynaCatalogueModel *myna_offer_get_model (MynaOffer *self);
MynaOfferState myna_offer_get_state (MynaOffer *self);
double myna_offer_get_progress (MynaOffer *self);
/* Whether something of it is under way. */
gboolean myna_offer_is_active (MynaOffer *self);
/* Why it did not come, until it is begun again; NULL: nothing went wrong. */
const GError *myna_offer_get_error (MynaOffer *self);
/* What it is and what it needs, with the verdict; or how its download goes.  The caller frees. */
char *myna_offer_describe (MynaOffer *self) G_GNUC_WARN_UNUSED_RESULT;
/* Path of its first file, which may not exist yet. */
const char *myna_offer_get_path (MynaOffer *self);

/* Its file is here, and cannot be used: in words. */
void myna_offer_set_problem (MynaOffer *self, const char *words);

/* The verdict for this computer. */
void myna_offer_judge (MynaOffer *self, const MynaComputer *computer, gboolean is_recommended);
gboolean myna_offer_is_recommended (MynaOffer *self);

/* Waits for its turn. */
void myna_offer_queue (MynaOffer *self);
/* Its turn: NONE or PAUSED again before it is DONE: something went wrong. */
void myna_offer_run (MynaOffer *self, MynaRemoteLink *link, const MynaCatalogueSite *site);
/* What has come stays. */
void myna_offer_pause (MynaOffer *self);
/* … and goes. */
void myna_offer_discard (MynaOffer *self);

G_END_DECLS
