/* text-helper.h: where Myna's own helper programs are: myna-cards, myna-guard, myna-read, myna-remote
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef TEXT_HELPER_H
#define TEXT_HELPER_H

#include <glib.h>

G_BEGIN_DECLS

/* The path of the helper program of this name, whether it is there or not.  It is installed in one folder; where MYNA_LIBEXEC_DIR is
 * set, as by the build and by tests, it is in one of the folders of that list, and nowhere else.  The caller frees. */
char *text_dup_helper (const char *name) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

#endif
