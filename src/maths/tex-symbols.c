/* tex-symbols.c: commands that stand for one symbol, and the alphabets
 *
 * Names are those of TeX, LaTeX and amssymb; code points and classes follow unicode-math.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "maths/tex.h"

#include <string.h>

typedef struct
{
  const char *name;
  gunichar c;
} Symbol;

/* clang-format off */
static const Symbol ordinary[] = {
  { "alpha", 0x3B1 }, { "beta", 0x3B2 }, { "gamma", 0x3B3 }, { "delta", 0x3B4 }, { "epsilon", 0x3F5 },
  { "varepsilon", 0x3B5 }, { "zeta", 0x3B6 }, { "eta", 0x3B7 }, { "theta", 0x3B8 }, { "vartheta", 0x3D1 },
  { "iota", 0x3B9 }, { "kappa", 0x3BA }, { "varkappa", 0x3F0 }, { "lambda", 0x3BB }, { "mu", 0x3BC }, { "nu", 0x3BD },
  { "xi", 0x3BE }, { "omicron", 0x3BF }, { "pi", 0x3C0 }, { "varpi", 0x3D6 }, { "rho", 0x3C1 }, { "varrho", 0x3F1 },
  { "sigma", 0x3C3 }, { "varsigma", 0x3C2 }, { "tau", 0x3C4 }, { "upsilon", 0x3C5 }, { "phi", 0x3D5 },
  { "varphi", 0x3C6 }, { "chi", 0x3C7 }, { "psi", 0x3C8 }, { "omega", 0x3C9 }, { "Gamma", 0x393 }, { "Delta", 0x394 },
  { "Theta", 0x398 }, { "Lambda", 0x39B }, { "Xi", 0x39E }, { "Pi", 0x3A0 }, { "Sigma", 0x3A3 }, { "Upsilon", 0x3A5 },
  { "Phi", 0x3A6 }, { "Psi", 0x3A8 }, { "Omega", 0x3A9 },
  { "infty", 0x221E }, { "partial", 0x2202 }, { "nabla", 0x2207 }, { "hbar", 0x210F }, { "hslash", 0x210F },
  { "ell", 0x2113 }, { "Re", 0x211C }, { "Im", 0x2111 }, { "wp", 0x2118 }, { "aleph", 0x2135 }, { "beth", 0x2136 },
  { "forall", 0x2200 }, { "exists", 0x2203 }, { "nexists", 0x2204 }, { "emptyset", 0x2205 }, { "varnothing", 0x2205 },
  { "neg", 0xAC }, { "lnot", 0xAC }, { "top", 0x22A4 }, { "bot", 0x22A5 }, { "angle", 0x2220 }, { "measuredangle", 0x2221 },
  { "triangle", 0x25B3 }, { "square", 0x25A1 }, { "Box", 0x25A1 }, { "blacksquare", 0x25A0 }, { "Diamond", 0x25C7 },
  { "prime", 0x2032 }, { "backprime", 0x2035 }, { "degree", 0xB0 }, { "imath", 0x131 }, { "jmath", 0x237 },
  { "ldots", 0x2026 }, { "dots", 0x2026 }, { "cdots", 0x22EF }, { "vdots", 0x22EE }, { "ddots", 0x22F1 },
  { "dotsc", 0x2026 }, { "dotsb", 0x22EF }, { "dotsm", 0x22EF }, { "dotsi", 0x22EF }, { "surd", 0x221A },
  { "flat", 0x266D }, { "natural", 0x266E }, { "sharp", 0x266F }, { "clubsuit", 0x2663 }, { "diamondsuit", 0x2662 },
  { "heartsuit", 0x2661 }, { "spadesuit", 0x2660 }, { "checkmark", 0x2713 }, { "S", 0xA7 }, { "P", 0xB6 },
  { "copyright", 0xA9 }, { "pounds", 0xA3 }, { "yen", 0xA5 }, { "euro", 0x20AC }, { "complement", 0x2201 },
  { "star", 0x22C6 }, { "bigstar", 0x2605 }, { "dagger", 0x2020 }, { "ddagger", 0x2021 }, { "backslash", 0x5C },
  { "$", '$' }, { "%", '%' }, { "#", '#' }, { "&", '&' }, { "_", '_' }, { "lq", 0x2018 }, { "rq", 0x2019 },
  { "therefore", 0x2234 }, { "because", 0x2235 }, { "eth", 0xF0 }, { "mho", 0x2127 },
};
/* clang-format on */

/* clang-format off */
static const Symbol binary[] = {
  { "pm", 0xB1 }, { "mp", 0x2213 }, { "times", 0xD7 }, { "div", 0xF7 }, { "cdot", 0x22C5 }, { "ast", 0x2217 },
  { "circ", 0x2218 }, { "bullet", 0x2219 }, { "oplus", 0x2295 }, { "ominus", 0x2296 }, { "otimes", 0x2297 },
  { "oslash", 0x2298 }, { "odot", 0x2299 }, { "cap", 0x2229 }, { "cup", 0x222A }, { "uplus", 0x228E }, { "sqcap", 0x2293 },
  { "sqcup", 0x2294 }, { "vee", 0x2228 }, { "lor", 0x2228 }, { "wedge", 0x2227 }, { "land", 0x2227 },
  { "setminus", 0x2216 }, { "smallsetminus", 0x2216 }, { "wr", 0x2240 }, { "amalg", 0x2A3F }, { "diamond", 0x22C4 },
  { "bigtriangleup", 0x25B3 }, { "bigtriangledown", 0x25BD }, { "triangleleft", 0x25C1 }, { "triangleright", 0x25B7 },
  { "lhd", 0x22B2 }, { "rhd", 0x22B3 }, { "boxplus", 0x229E }, { "boxtimes", 0x22A0 }, { "ltimes", 0x22C9 },
  { "rtimes", 0x22CA }, { "veebar", 0x22BB }, { "barwedge", 0x22BC }, { "dotplus", 0x2214 },
};
/* clang-format on */

/* clang-format off */
static const Symbol relations[] = {
  { "le", 0x2264 }, { "leq", 0x2264 }, { "ge", 0x2265 }, { "geq", 0x2265 }, { "ne", 0x2260 }, { "neq", 0x2260 },
  { "leqslant", 0x2A7D }, { "geqslant", 0x2A7E }, { "ll", 0x226A }, { "gg", 0x226B }, { "lt", '<' }, { "gt", '>' },
  { "equiv", 0x2261 }, { "sim", 0x223C }, { "simeq", 0x2243 }, { "approx", 0x2248 }, { "cong", 0x2245 },
  { "propto", 0x221D }, { "asymp", 0x224D }, { "doteq", 0x2250 }, { "triangleq", 0x225C }, { "coloneqq", 0x2254 },
  { "in", 0x2208 }, { "notin", 0x2209 }, { "ni", 0x220B }, { "subset", 0x2282 }, { "supset", 0x2283 },
  { "subseteq", 0x2286 }, { "supseteq", 0x2287 }, { "subsetneq", 0x228A }, { "supsetneq", 0x228B }, { "nsubseteq", 0x2288 },
  { "sqsubseteq", 0x2291 }, { "sqsupseteq", 0x2292 }, { "prec", 0x227A }, { "succ", 0x227B }, { "preceq", 0x2AAF },
  { "succeq", 0x2AB0 }, { "mid", 0x2223 }, { "nmid", 0x2224 }, { "parallel", 0x2225 }, { "nparallel", 0x2226 },
  { "perp", 0x27C2 }, { "vdash", 0x22A2 }, { "dashv", 0x22A3 }, { "models", 0x22A8 }, { "vDash", 0x22A8 },
  { "to", 0x2192 }, { "rightarrow", 0x2192 }, { "leftarrow", 0x2190 }, { "gets", 0x2190 }, { "leftrightarrow", 0x2194 },
  { "Rightarrow", 0x21D2 }, { "Leftarrow", 0x21D0 }, { "Leftrightarrow", 0x21D4 }, { "longrightarrow", 0x27F6 },
  { "longleftarrow", 0x27F5 }, { "longleftrightarrow", 0x27F7 }, { "Longrightarrow", 0x27F9 }, { "Longleftarrow", 0x27F8 },
  { "Longleftrightarrow", 0x27FA }, { "implies", 0x27F9 }, { "impliedby", 0x27F8 }, { "iff", 0x27FA },
  { "mapsto", 0x21A6 }, { "longmapsto", 0x27FC }, { "hookrightarrow", 0x21AA }, { "hookleftarrow", 0x21A9 },
  { "uparrow", 0x2191 }, { "downarrow", 0x2193 }, { "updownarrow", 0x2195 }, { "Uparrow", 0x21D1 },
  { "Downarrow", 0x21D3 }, { "nearrow", 0x2197 }, { "searrow", 0x2198 }, { "swarrow", 0x2199 }, { "nwarrow", 0x2196 },
  { "rightharpoonup", 0x21C0 }, { "rightharpoondown", 0x21C1 }, { "leftharpoonup", 0x21BC }, { "leftharpoondown", 0x21BD },
  { "rightleftharpoons", 0x21CC }, { "leftrightharpoons", 0x21CB }, { "rightleftarrows", 0x21C4 },
  { "rightrightarrows", 0x21C9 }, { "leadsto", 0x21DD }, { "rightsquigarrow", 0x21DD }, { "lesssim", 0x2272 },
  { "gtrsim", 0x2273 }, { "lessgtr", 0x2276 }, { "approxeq", 0x224A }, { "thicksim", 0x223C }, { "bowtie", 0x22C8 },
  { "frown", 0x2322 }, { "smile", 0x2323 }, { "colon", ':' }, { "nleq", 0x2270 }, { "ngeq", 0x2271 }, { "nless", 0x226E },
  { "ngtr", 0x226F }, { "nrightarrow", 0x219B }, { "nleftarrow", 0x219A }, { "blacktriangleright", 0x25B6 },
};
/* clang-format on */

static const Symbol opening[] = {
  { "langle", 0x27E8 }, { "lceil", 0x2308 }, { "lfloor", 0x230A }, { "{", '{' },         { "lbrace", '{' },
  { "lbrack", '[' },    { "lvert", '|' },    { "lVert", 0x2016 },  { "lgroup", 0x27EE }, { "llbracket", 0x27E6 },
};

static const Symbol closing[] = {
  { "rangle", 0x27E9 }, { "rceil", 0x2309 }, { "rfloor", 0x230B }, { "}", '}' },         { "rbrace", '}' },
  { "rbrack", ']' },    { "rvert", '|' },    { "rVert", 0x2016 },  { "rgroup", 0x27EF }, { "rrbracket", 0x27E7 },
};

static const Symbol fences[] = { { "|", 0x2016 }, { "Vert", 0x2016 }, { "vert", '|' } };

static const Symbol operators_with_limits[] = {
  { "sum", 0x2211 },       { "prod", 0x220F },    { "coprod", 0x2210 },   { "bigcap", 0x22C2 },
  { "bigcup", 0x22C3 },    { "bigvee", 0x22C1 },  { "bigwedge", 0x22C0 }, { "bigoplus", 0x2A01 },
  { "bigotimes", 0x2A02 }, { "bigodot", 0x2A00 }, { "biguplus", 0x2A04 }, { "bigsqcup", 0x2A06 },
};

static const Symbol integrals[] = {
  { "int", 0x222B }, { "iint", 0x222C }, { "iiint", 0x222D }, { "oint", 0x222E }, { "oiint", 0x222F }, { "oiiint", 0x2230 },
};

static const Symbol accents[] = {
  { "hat", 0x302 },   { "widehat", 0x302 }, { "bar", 0x304 },    { "tilde", 0x303 },    { "widetilde", 0x303 },
  { "dot", 0x307 },   { "ddot", 0x308 },    { "dddot", 0x20DB }, { "vec", 0x20D7 },     { "check", 0x30C },
  { "breve", 0x306 }, { "acute", 0x301 },   { "grave", 0x300 },  { "mathring", 0x30A },
};

/* name, limits above and below in display style */
/* clang-format off */
static const struct { const char *name, *text; gboolean limits; } functions[] = {
  { "sin", "sin", FALSE },     { "cos", "cos", FALSE },     { "tan", "tan", FALSE },       { "cot", "cot", FALSE },
  { "sec", "sec", FALSE },     { "csc", "csc", FALSE },     { "arcsin", "arcsin", FALSE }, { "arccos", "arccos", FALSE },
  { "arctan", "arctan", FALSE }, { "sinh", "sinh", FALSE }, { "cosh", "cosh", FALSE },     { "tanh", "tanh", FALSE },
  { "coth", "coth", FALSE },   { "log", "log", FALSE },     { "ln", "ln", FALSE },         { "lg", "lg", FALSE },
  { "exp", "exp", FALSE },     { "arg", "arg", FALSE },     { "deg", "deg", FALSE },       { "dim", "dim", FALSE },
  { "hom", "hom", FALSE },     { "ker", "ker", FALSE },     { "lim", "lim", TRUE },        { "max", "max", TRUE },
  { "min", "min", TRUE },      { "sup", "sup", TRUE },      { "inf", "inf", TRUE },        { "det", "det", TRUE },
  { "gcd", "gcd", TRUE },      { "Pr", "Pr", TRUE },        { "limsup", "lim sup", TRUE }, { "liminf", "lim inf", TRUE },
  { "argmax", "arg max", TRUE }, { "argmin", "arg min", TRUE }, { "sgn", "sgn", FALSE },   { "tr", "tr", FALSE },
  { "rank", "rank", FALSE },   { "span", "span", FALSE },   { "lcm", "lcm", TRUE },        { "mod", "mod", FALSE },
};
/* clang-format on */

static gunichar
find_in (const Symbol *table, gsize n, const char *name)
{
  for (gsize i = 0; i < n; i++)
    if (strcmp (table[i].name, name) == 0)
      return table[i].c;
  return 0;
}

gunichar
myna_tex_symbol_find (const char *name, MynaAtom *ret_atom, MynaLimits *ret_limits)
{
  static const struct
  {
    const Symbol *table;
    gsize n;
    MynaAtom atom;
    MynaLimits limits;
  } tables[] = {
    { ordinary, G_N_ELEMENTS (ordinary), MYNA_ATOM_ORDINARY, MYNA_LIMITS_NONE },
    { binary, G_N_ELEMENTS (binary), MYNA_ATOM_BINARY, MYNA_LIMITS_NONE },
    { relations, G_N_ELEMENTS (relations), MYNA_ATOM_RELATION, MYNA_LIMITS_NONE },
    { opening, G_N_ELEMENTS (opening), MYNA_ATOM_OPEN, MYNA_LIMITS_NONE },
    { closing, G_N_ELEMENTS (closing), MYNA_ATOM_CLOSE, MYNA_LIMITS_NONE },
    { fences, G_N_ELEMENTS (fences), MYNA_ATOM_ORDINARY, MYNA_LIMITS_NONE },
    { operators_with_limits, G_N_ELEMENTS (operators_with_limits), MYNA_ATOM_OPERATOR, MYNA_LIMITS_IN_DISPLAY },
    { integrals, G_N_ELEMENTS (integrals), MYNA_ATOM_OPERATOR, MYNA_LIMITS_NONE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    {
      gunichar c = find_in (tables[i].table, tables[i].n, name);

      if (c)
        {
          *ret_atom = tables[i].atom;
          *ret_limits = tables[i].limits;
          return c;
        }
    }
  return 0;
}

const char *
myna_tex_function_find (const char *name, MynaLimits *ret_limits)
{
  for (gsize i = 0; i < G_N_ELEMENTS (functions); i++)
    if (strcmp (functions[i].name, name) == 0)
      {
        *ret_limits = functions[i].limits ? MYNA_LIMITS_IN_DISPLAY : MYNA_LIMITS_NONE;
        return functions[i].text;
      }
  return NULL;
}

gunichar
myna_tex_accent_find (const char *name)
{
  return find_in (accents, G_N_ELEMENTS (accents), name);
}

/* Letters that Unicode had before it got the alphabets around them (Letterlike Symbols). */
static gunichar
exception (gunichar c, MynaAlphabet alphabet)
{
  /* clang-format off */
  static const struct { MynaAlphabet alphabet; char letter; gunichar c; } exceptions[] = {
    { MYNA_ALPHABET_ITALIC, 'h', 0x210E },       { MYNA_ALPHABET_BLACKBOARD, 'C', 0x2102 },
    { MYNA_ALPHABET_BLACKBOARD, 'H', 0x210D },   { MYNA_ALPHABET_BLACKBOARD, 'N', 0x2115 },
    { MYNA_ALPHABET_BLACKBOARD, 'P', 0x2119 },   { MYNA_ALPHABET_BLACKBOARD, 'Q', 0x211A },
    { MYNA_ALPHABET_BLACKBOARD, 'R', 0x211D },   { MYNA_ALPHABET_BLACKBOARD, 'Z', 0x2124 },
    { MYNA_ALPHABET_CALLIGRAPHIC, 'B', 0x212C }, { MYNA_ALPHABET_CALLIGRAPHIC, 'E', 0x2130 },
    { MYNA_ALPHABET_CALLIGRAPHIC, 'F', 0x2131 }, { MYNA_ALPHABET_CALLIGRAPHIC, 'H', 0x210B },
    { MYNA_ALPHABET_CALLIGRAPHIC, 'I', 0x2110 }, { MYNA_ALPHABET_CALLIGRAPHIC, 'L', 0x2112 },
    { MYNA_ALPHABET_CALLIGRAPHIC, 'M', 0x2133 }, { MYNA_ALPHABET_CALLIGRAPHIC, 'R', 0x211B },
    { MYNA_ALPHABET_CALLIGRAPHIC, 'e', 0x212F }, { MYNA_ALPHABET_CALLIGRAPHIC, 'g', 0x210A },
    { MYNA_ALPHABET_CALLIGRAPHIC, 'o', 0x2134 }, { MYNA_ALPHABET_FRAKTUR, 'C', 0x212D },
    { MYNA_ALPHABET_FRAKTUR, 'H', 0x210C },      { MYNA_ALPHABET_FRAKTUR, 'I', 0x2111 },
    { MYNA_ALPHABET_FRAKTUR, 'R', 0x211C },      { MYNA_ALPHABET_FRAKTUR, 'Z', 0x2128 },
  };
  /* clang-format on */

  for (gsize i = 0; i < G_N_ELEMENTS (exceptions); i++)
    if (exceptions[i].alphabet == alphabet && (gunichar) exceptions[i].letter == c)
      return exceptions[i].c;
  return 0;
}

gunichar
myna_tex_letter (gunichar c, MynaAlphabet alphabet)
{
  /* first capital, first digit (0: stays plain), first Greek capital and small letter (0: stay plain) */
  /* clang-format off */
  static const struct { gunichar capital, digit, greek_capital, greek_small; } blocks[] = {
    [MYNA_ALPHABET_ITALIC]       = { 0x1D434, 0, 0, 0x1D6FC },
    [MYNA_ALPHABET_ROMAN]        = { 0, 0, 0, 0 },
    [MYNA_ALPHABET_BOLD]         = { 0x1D400, 0x1D7CE, 0x1D6A8, 0x1D6C2 },
    [MYNA_ALPHABET_BOLD_ITALIC]  = { 0x1D468, 0x1D7CE, 0x1D71C, 0x1D736 },
    [MYNA_ALPHABET_BLACKBOARD]   = { 0x1D538, 0x1D7D8, 0, 0 },
    [MYNA_ALPHABET_CALLIGRAPHIC] = { 0x1D49C, 0, 0, 0 },
    [MYNA_ALPHABET_FRAKTUR]      = { 0x1D504, 0, 0, 0 },
    [MYNA_ALPHABET_SANS]         = { 0x1D5A0, 0x1D7E2, 0, 0 },
    [MYNA_ALPHABET_MONOSPACE]    = { 0x1D670, 0x1D7F6, 0, 0 },
  };
  /* clang-format on */
  gunichar special = exception (c, alphabet);

  if (special)
    return special;
  if (c >= 'A' && c <= 'Z' && blocks[alphabet].capital)
    return blocks[alphabet].capital + (c - 'A');
  if (c >= 'a' && c <= 'z' && blocks[alphabet].capital)
    return blocks[alphabet].capital + 26 + (c - 'a');
  if (c >= '0' && c <= '9' && blocks[alphabet].digit)
    return blocks[alphabet].digit + (c - '0');
  if (c >= 0x391 && c <= 0x3A9 && blocks[alphabet].greek_capital)
    return blocks[alphabet].greek_capital + (c - 0x391);
  if (c >= 0x3B1 && c <= 0x3C9 && blocks[alphabet].greek_small)
    return blocks[alphabet].greek_small + (c - 0x3B1);
  /* the variant letters behind each small alphabet: ∂ ϵ ϑ ϰ ϕ ϱ ϖ */
  if (blocks[alphabet].greek_small)
    {
      static const gunichar variants[] = { 0x2202, 0x3F5, 0x3D1, 0x3F0, 0x3D5, 0x3F1, 0x3D6 };

      for (gsize i = 0; i < G_N_ELEMENTS (variants); i++)
        if (variants[i] == c)
          return blocks[alphabet].greek_small + 25 + i;
    }
  return c;
}
