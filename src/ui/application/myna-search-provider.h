/* myna-search-provider.h: the conversations in the desktop's own search (org.gnome.Shell.SearchProvider2)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "application/myna-application.h"

G_BEGIN_DECLS

typedef struct _MynaSearchProvider MynaSearchProvider;

/* Answers on `connection` at `object_path`, until it is freed.  The application, which owns it, stays alive for a moment
 * after each call.  NULL and error where the path is taken. */
MynaSearchProvider *myna_search_provider_new (MynaApplication *application, GDBusConnection *connection,
                                              const char *object_path, GError **error);
void myna_search_provider_free (MynaSearchProvider *self);

G_END_DECLS
