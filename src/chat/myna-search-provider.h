/* myna-search-provider.h: the conversations in the desktop's own search (org.gnome.Shell.SearchProvider2)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "chat/myna-core.h"

G_BEGIN_DECLS

typedef struct _MynaSearchProvider MynaSearchProvider;

/* Opens the history where one is kept; user_data: the application.  FALSE: there is none yet. */
typedef gboolean (*MynaOpenHistoryFunc) (gpointer user_data);

/* Answers on `connection` at `object_path`, until it is freed.  The application, which owns it, stays alive for a moment
 * after each call, and has the actions "open-message" and "search".  NULL and error where the path is taken. */
MynaSearchProvider *myna_search_provider_new (GApplication *application, MynaOpenHistoryFunc open_history,
                                              GDBusConnection *connection, const char *object_path, GError **error);
/* Before the first call. */
void myna_search_provider_set_core (MynaSearchProvider *self, MynaCore *core);
void myna_search_provider_free (MynaSearchProvider *self);

G_END_DECLS
