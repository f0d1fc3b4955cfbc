/* myna-application.h: runs the program: opens the history, makes the windows, tells of replies that ended
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

#include "chat/myna-core.h"

G_BEGIN_DECLS

#define MYNA_TYPE_APPLICATION (myna_application_get_type ())
G_DECLARE_FINAL_TYPE (MynaApplication, myna_application, MYNA, APPLICATION, AdwApplication)

MynaApplication *myna_application_new (void);
/* What its windows work with; NULL before it is registered. */
MynaCore *myna_application_get_core (MynaApplication *self);

G_END_DECLS
