/* maths-text.h: words inside formulas, set by Pango
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <pango/pango.h>

#include "maths/maths.h"

G_BEGIN_DECLS

/* Formulas look a little small beside a sans-serif of the same size. */
#define MYNA_MATHS_SCALE 1.14

/* For `source` with its delimiters at the font size of the text around it (px).  `context` must outlive the formula. */
MynaMaths *myna_maths_new_with_pango (const char *source, MynaMathsStyle style, double font_size, PangoContext *context);

G_END_DECLS
