#!/usr/bin/env python3
# make-unicode-tables.py: writes unicode-tables.h, the letters and numbers of Unicode as ranges
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: make-unicode-tables.py > unicode-tables.h
import sys, unicodedata


def ranges(initial):
    result = []
    for code in range(0x110000):
        if unicodedata.category(chr(code))[0] != initial:
            continue
        if result and result[-1][1] == code - 1:
            result[-1][1] = code
        else:
            result.append([code, code])
    return result


def table(name, initial):
    rows = ranges(initial)
    print(f'/* \\p{{{initial}}} */')
    print(f'static const GlmUnicodeRange {name}[{len(rows)}] = {{')
    for i in range(0, len(rows), 6):
        print('  ' + ' '.join(f'{{ 0x{a:04X}, 0x{b:04X} }},' for a, b in rows[i:i + 6]))
    print('};')


print(f'''/* unicode-tables.h: the letters and numbers of Unicode {unicodedata.unidata_version} as ranges
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Written by make-unicode-tables.py; do not edit.
 */
#ifndef GLM_UNICODE_TABLES_H
#define GLM_UNICODE_TABLES_H

#include "base/unicode.h"

/* clang-format off */''')
table('glm_unicode_letters', 'L')
print()
table('glm_unicode_numbers', 'N')
print('/* clang-format on */\n\n#endif')
