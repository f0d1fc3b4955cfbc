/* store-terms.h: what a question asks for, as a query of the full-text index
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef STORE_TERMS_H
#define STORE_TERMS_H

#include <glib.h>

G_BEGIN_DECLS

/* The significant words of a question, any of which may occur: an FTS5 query of quoted phrases joined by OR, so that nothing a
 * person types is syntax; "" where there are none.  Words of alphabets count by their beginnings, too; runs of Chinese as pairs of
 * characters.  Stop words of English and Chinese are left out. */
char *store_terms_query (const char *question) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

#endif
