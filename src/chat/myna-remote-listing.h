/* myna-remote-listing.h: which models a server has, asked before it is added
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-remote-servers.h"

G_BEGIN_DECLS

typedef struct
{
  char *id;
  int context; /* tokens; 0: the server does not say */
} MynaRemoteListed;

typedef struct MynaRemoteListing MynaRemoteListing;

/* models: of MynaRemoteListed; NULL with an error for people where the server gives none. */
typedef void (*MynaRemoteListingFunc) (GPtrArray *models, const GError *error, gpointer user_data);

MynaRemoteListing *myna_remote_listing_new (MynaRemoteServers *servers, MynaRemoteListingFunc func,
                                            gpointer user_data) G_GNUC_WARN_UNUSED_RESULT;
/* Calls nothing any more. */
void myna_remote_listing_free (MynaRemoteListing *self);
/* Asks the server at the address, as it was typed, with the key; "": it needs none.  The function is called later.  Returns the
 * address as it is kept, which the caller frees; NULL: it is none. */
char *myna_remote_listing_ask (MynaRemoteListing *self, const char *typed, const char *key, GError **error);

G_END_DECLS
