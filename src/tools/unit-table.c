/* unit-table.c: units of measurement, exactly
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Factors are what the units are defined by, or fractions that follow from it; what was never defined exactly is not here.
 * Names that mean different things in different places are an error that lists them.
 */
#include "tools/unit-table.h"

#include <string.h>

#define MAX_TEXT     200
#define MAX_EXPONENT 12
#define MAX_FACTORS  16

typedef struct
{
  const char *names;  /* between |; the first is the symbol */
  const char *factor; /* to the base unit: a fraction or decimals */
  signed char dims[TOOL_N_DIMENSIONS];
  signed char pi;
  char prefixes; /* 'd': decimal ones; 'b': binary ones too */
  const char *offset;
  const char *note;
} Row;

#define LENGTH \
  {            \
    1          \
  }
#define AREA \
  {          \
    2        \
  }
#define VOLUME \
  {            \
    3          \
  }
#define MASS \
  {          \
    0, 1     \
  }
#define TIME \
  {          \
    0, 0, 1  \
  }
#define SPEED \
  {           \
    1, 0, -1  \
  }
#define TEMPERATURE \
  {                 \
    0, 0, 0, 1      \
  }
#define ENERGY \
  {            \
    2, 1, -2   \
  }
#define POWER \
  {           \
    2, 1, -3  \
  }
#define FORCE \
  {           \
    1, 1, -2  \
  }
#define PRESSURE \
  {              \
    -1, 1, -2    \
  }
#define ANGLE     \
  {               \
    0, 0, 0, 0, 1 \
  }
#define DATA         \
  {                  \
    0, 0, 0, 0, 0, 1 \
  }
#define FREQUENCY \
  {               \
    0, 0, -1      \
  }

static const Row rows[] = {
  { "|m|meter|meters|metre|metres|米|公尺|", "1", LENGTH, 0, 'd' },
  { "|公里|千米|", "1000", LENGTH },
  { "|里|市里|", "500", LENGTH },
  { "|丈|", "10/3", LENGTH },
  { "|尺|市尺|", "1/3", LENGTH },
  { "|寸|市寸|", "1/30", LENGTH },
  { "|厘米|公分|", "0.01", LENGTH },
  { "|毫米|", "0.001", LENGTH },
  { "|micron|microns|", "0.000001", LENGTH },
  { "|Å|angstrom|angstroms|", "0.0000000001", LENGTH },
  { "|in|inch|inches|\"|英寸|", "0.0254", LENGTH },
  { "|ft|foot|feet|'|英尺|", "0.3048", LENGTH },
  { "|yd|yard|yards|码|", "0.9144", LENGTH },
  { "|mi|mile|miles|英里|", "1609.344", LENGTH },
  { "|nmi|nautical_mile|nautical_miles|海里|", "1852", LENGTH },
  { "|fathom|fathoms|", "1.8288", LENGTH },
  { "|chain|chains|", "20.1168", LENGTH },
  { "|furlong|furlongs|", "201.168", LENGTH },
  { "|thou|", "0.0000254", LENGTH },
  { "|au|astronomical_unit|astronomical_units|", "149597870700", LENGTH },
  { "|ly|light_year|light_years|光年|", "9460730472580800", LENGTH },
  { "|pc|parsec|parsecs|", "96939420213600000", LENGTH, -1, 'd' },

  { "|ha|hectare|hectares|公顷|", "10000", AREA },
  { "|are|ares|", "100", AREA },
  { "|acre|acres|英亩|", "4046.8564224", AREA },
  { "|亩|市亩|mu|", "2000/3", AREA },
  { "|sqft|", "0.09290304", AREA },
  { "|sqm|平方米|", "1", AREA },
  { "|平方公里|", "1000000", AREA },
  { "|barn|barns|", "1/10000000000000000000000000000", AREA },

  { "|L|l|liter|liters|litre|litres|升|公升|", "0.001", VOLUME, 0, 'd' },
  { "|cc|", "0.000001", VOLUME },
  { "|毫升|", "0.000001", VOLUME },
  { "|立方米|", "1", VOLUME },
  { "|gal|gallon|gallons|us_gallon|us_gallons|加仑|", "0.003785411784", VOLUME, .note = "the US gallon" },
  { "|imp_gal|imperial_gallon|imperial_gallons|uk_gallon|", "0.00454609", VOLUME },
  { "|qt|quart|quarts|", "0.000946352946", VOLUME, .note = "the US quart" },
  { "|pt|pint|pints|us_pint|", "0.000473176473", VOLUME, .note = "the US pint" },
  { "|imperial_pint|imperial_pints|uk_pint|", "0.00056826125", VOLUME },
  { "|cup|cups|us_cup|", "0.0002365882365", VOLUME, .note = "the US cup" },
  { "|fl_oz|floz|fluid_ounce|fluid_ounces|", "0.0000295735295625", VOLUME, .note = "the US fluid ounce" },
  { "|tbsp|tablespoon|tablespoons|", "0.00001478676478125", VOLUME, .note = "the US tablespoon" },
  { "|tsp|teaspoon|teaspoons|", "0.00000492892159375", VOLUME, .note = "the US teaspoon" },
  { "|bbl|barrel|barrels|", "0.158987294928", VOLUME, .note = "the barrel of oil" },
  { "|bushel|bushels|", "0.03523907016688", VOLUME, .note = "the US bushel" },

  { "|g|gram|grams|gramme|grammes|克|公克|", "0.001", MASS, 0, 'd' },
  { "|公斤|千克|", "1", MASS },
  { "|斤|市斤|", "0.5", MASS },
  { "|两|市两|", "0.05", MASS },
  { "|钱|", "0.005", MASS },
  { "|t|tonne|tonnes|metric_ton|metric_tons|吨|公吨|", "1000", MASS, 0, 'd' },
  { "|lb|lbs|pound|pounds|磅|", "0.45359237", MASS },
  { "|oz|ounce|ounces|盎司|", "0.028349523125", MASS },
  { "|st|stone|stones|", "6.35029318", MASS },
  { "|gr|grain|grains|", "0.00006479891", MASS },
  { "|ozt|troy_ounce|troy_ounces|", "0.0311034768", MASS },
  { "|ct|carat|carats|克拉|", "0.0002", MASS },
  { "|short_ton|short_tons|us_ton|", "907.18474", MASS },
  { "|long_ton|long_tons|", "1016.0469088", MASS },
  { "|quintal|quintals|", "100", MASS },

  { "|s|sec|second|seconds|秒|", "1", TIME, 0, 'd' },
  { "|min|minute|minutes|分钟|", "60", TIME },
  { "|h|hr|hrs|hour|hours|小时|", "3600", TIME },
  { "|刻|", "900", TIME },
  { "|d|day|days|天|日|", "86400", TIME },
  { "|wk|week|weeks|周|星期|", "604800", TIME },
  { "|fortnight|fortnights|", "1209600", TIME },
  { "|mo|month|months|", "2629800", TIME, .note = "a month of 30.4375 days" },
  { "|a|yr|year|years|年|", "31557600", TIME, .note = "a year of 365.25 days" },
  { "|decade|decades|", "315576000", TIME, .note = "a year of 365.25 days" },
  { "|century|centuries|世纪|", "3155760000", TIME, .note = "a year of 365.25 days" },

  { "|mph|", "0.44704", SPEED },
  { "|kph|kmh|kmph|", "5/18", SPEED },
  { "|mps|", "1", SPEED },
  { "|fps|", "0.3048", SPEED },
  { "|kn|kt|knot|knots|节|", "463/900", SPEED },
  { "|c|speed_of_light|光速|", "299792458", SPEED },

  { "|K|kelvin|kelvins|开尔文|", "1", TEMPERATURE, 0, 'd' },
  { "|°C|C|degC|celsius|degree_celsius|degrees_celsius|centigrade|℃|摄氏度|", "1", TEMPERATURE, .offset = "273.15" },
  { "|°F|F|degF|fahrenheit|degree_fahrenheit|degrees_fahrenheit|℉|华氏度|", "5/9", TEMPERATURE, .offset = "45967/180" },
  { "|°R|degR|rankine|", "5/9", TEMPERATURE },

  { "|J|joule|joules|焦耳|焦|", "1", ENERGY, 0, 'd' },
  { "|cal|calorie|calories|卡|", "4.184", ENERGY, 0, 'd', .note = "the thermochemical calorie of 4.184 J" },
  { "|Cal|大卡|千卡|", "4184", ENERGY, .note = "the thermochemical calorie of 4.184 J" },
  { "|Wh|watt_hour|watt_hours|瓦时|", "3600", ENERGY, 0, 'd' },
  { "|度|千瓦时|", "3600000", ENERGY },
  { "|eV|electronvolt|electronvolts|", "801088317/5000000000000000000000000000", ENERGY, 0, 'd' },
  { "|erg|ergs|", "0.0000001", ENERGY },
  { "|BTU|Btu|btu|", "1055.05585262", ENERGY, .note = "the international BTU of 1055.05585262 J" },
  { "|ft_lb|foot_pound|foot_pounds|", "1.3558179483314004", ENERGY },
  { "|W|watt|watts|瓦|瓦特|", "1", POWER, 0, 'd' },
  { "|hp|horsepower|", "745.69987158227022", POWER, .note = "the mechanical horsepower" },
  { "|PS|metric_horsepower|马力|", "735.49875", POWER, .note = "the metric horsepower" },

  { "|N|newton|newtons|牛顿|牛|", "1", FORCE, 0, 'd' },
  { "|dyn|dyne|dynes|", "0.00001", FORCE },
  { "|lbf|pound_force|", "4.4482216152605", FORCE },
  { "|kgf|kilogram_force|", "9.80665", FORCE },

  { "|Pa|pascal|pascals|帕|帕斯卡|", "1", PRESSURE, 0, 'd' },
  { "|bar|bars|巴|", "100000", PRESSURE, 0, 'd' },
  { "|atm|atmosphere|atmospheres|大气压|", "101325", PRESSURE },
  { "|psi|", "44482216152605/6451600000", PRESSURE },
  { "|Torr|torr|", "20265/152", PRESSURE },
  { "|mmHg|毫米汞柱|", "133.322387415", PRESSURE },
  { "|inHg|", "3386.388640341", PRESSURE },

  { "|rad|radian|radians|弧度|", "1", ANGLE, 0, 'd' },
  { "|deg|°|degree|degrees|", "1/180", ANGLE, 1 },
  { "|arcmin|arcminute|arcminutes|′|角分|", "1/10800", ANGLE, 1 },
  { "|arcsec|arcsecond|arcseconds|″|角秒|", "1/648000", ANGLE, 1 },
  { "|gon|grad|gradian|gradians|", "1/200", ANGLE, 1 },
  { "|turn|turns|rev|revolution|revolutions|圈|", "2", ANGLE, 1 },

  { "|bit|bits|b|比特|", "1", DATA, 0, 'b' },
  { "|B|byte|bytes|字节|", "8", DATA, 0, 'b' },
  { "|nibble|nibbles|", "4", DATA },

  { "|Hz|hertz|赫兹|赫|", "1", FREQUENCY, 0, 'd' },
  { "|rpm|", "1/30", { 0, 0, -1, 0, 1 }, 1 },
};

typedef struct
{
  const char *symbol, *name;
  int power; /* of 10, or of 1024 */
  gboolean is_binary;
} Prefix;

static const Prefix prefixes[] = {
  { "da", "deca", 1 },       { "h", "hecto", 2 },       { "k", "kilo", 3 },        { "M", "mega", 6 },
  { "G", "giga", 9 },        { "T", "tera", 12 },       { "P", "peta", 15 },       { "E", "exa", 18 },
  { "d", "deci", -1 },       { "c", "centi", -2 },      { "m", "milli", -3 },      { "µ", "micro", -6 },
  { "μ", "micro", -6 },      { "u", "micro", -6 },      { "n", "nano", -9 },       { "p", "pico", -12 },
  { "f", "femto", -15 },     { "Ki", "kibi", 1, TRUE }, { "Mi", "mebi", 2, TRUE }, { "Gi", "gibi", 3, TRUE },
  { "Ti", "tebi", 4, TRUE }, { "Pi", "pebi", 5, TRUE }, { "K", "kilo", 3 },
};

/* What means different things to different people. */
static const struct
{
  const char *name, *choices;
} ambiguous[] = {
  { "ton", "tonne, short_ton, long_ton" },
  { "tons", "tonne, short_ton, long_ton" },
  { "billion", "a number" },
  { "分", "分钟, arcmin" },
};

void
tool_unit_init (ToolUnit *self)
{
  memset (self, 0, sizeof *self);
  mpq_init (self->factor);
  mpq_init (self->offset);
  mpq_set_ui (self->factor, 1, 1);
  self->notes = g_string_new (NULL);
}

void
tool_unit_clear (ToolUnit *self)
{
  mpq_clear (self->factor);
  mpq_clear (self->offset);
  g_string_free (self->notes, TRUE);
}

/* ---- Finding one ------------------------------------------------------------------------------------------------ */

/* "1/3" or "0.3048" */
static void
set_fraction (mpq_ptr q, const char *text)
{
  const char *slash = strchr (text, '/');
  ToolNumber number;
  mpq_t below;

  tool_number_init (&number);
  tool_number_parse (&number, text, NULL, NULL);
  mpq_set (q, number.exact);
  if (slash)
    {
      tool_number_parse (&number, slash + 1, NULL, NULL);
      mpq_init (below);
      mpq_set (below, number.exact);
      mpq_div (q, q, below);
      mpq_clear (below);
    }
  tool_number_clear (&number);
}

static gboolean
has_name (const Row *row, const char *name)
{
  g_autofree char *between = g_strconcat ("|", name, "|", NULL);

  return *name && !strchr (name, '|') && strstr (row->names, between);
}

static const Row *
find_row (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (has_name (&rows[i], name))
      return &rows[i];
  return NULL;
}

/* A prefix of the symbol goes with symbols, that is the first name; its long form with the others. */
static const Row *
find_prefixed (const char *name, const Prefix **ret_prefix)
{
  for (gsize i = 0; i < G_N_ELEMENTS (prefixes); i++)
    {
      const Prefix *prefix = &prefixes[i];
      const Row *row;
      gboolean is_long = g_str_has_prefix (name, prefix->name);
      const char *rest;

      if (!is_long && !g_str_has_prefix (name, prefix->symbol))
        continue;
      rest = name + strlen (is_long ? prefix->name : prefix->symbol);
      row = find_row (rest);
      if (!row || !row->prefixes || (row->prefixes != 'b' && (prefix->is_binary || *prefix->symbol == 'K')))
        continue;
      /* Symbols have at most three letters. */
      if (is_long ? strlen (rest) < 3 : strlen (rest) > 3)
        continue;
      *ret_prefix = prefix;
      return row;
    }
  return NULL;
}

static void
add_prefix (mpq_ptr factor, const Prefix *prefix)
{
  mpz_t power;

  mpz_init (power);
  mpz_ui_pow_ui (power, prefix->is_binary ? 1024 : 10, ABS (prefix->power));
  if (prefix->power > 0)
    mpz_mul (mpq_numref (factor), mpq_numref (factor), power);
  else
    mpz_mul (mpq_denref (factor), mpq_denref (factor), power);
  mpq_canonicalize (factor);
  mpz_clear (power);
}

static gboolean
fail (GError **error, const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (ambiguous); i++)
    if (g_str_equal (ambiguous[i].name, name))
      {
        g_set_error (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "“%s” is not clear: %s", name, ambiguous[i].choices);
        return FALSE;
      }
  g_set_error (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "There is no unit “%s” here", name);
  return FALSE;
}

/* Looks for the exact name, then for it in lower case, as in "Meters" and "KM/H". */
static const Row *
find_unit (const char *name, const Prefix **ret_prefix)
{
  static const struct
  {
    const char *upper, *unit;
  } shouted[] = { { "KM", "km" }, { "KG", "kg" }, { "CM", "cm" }, { "MM", "mm" }, { "ML", "ml" }, { "KWH", "kWh" } };
  g_autofree char *lower = g_ascii_strdown (name, -1);
  const Row *row = find_row (name);

  *ret_prefix = NULL;
  if (row || (row = find_prefixed (name, ret_prefix)))
    return row;
  for (gsize i = 0; i < G_N_ELEMENTS (shouted); i++)
    if (g_ascii_strcasecmp (shouted[i].upper, name) == 0)
      return find_prefixed (shouted[i].unit, ret_prefix);
  return (row = find_row (lower)) || strlen (lower) < 5 ? row : find_prefixed (lower, ret_prefix);
}

/* self = self · unit^power */
static gboolean
multiply (ToolUnit *self, const char *name, int power, guint n_factors, GError **error)
{
  const Prefix *prefix;
  const Row *row = find_unit (name, &prefix);
  mpq_t factor;

  if (!row)
    return fail (error, name);
  mpq_init (factor);
  set_fraction (factor, row->factor);
  if (prefix)
    add_prefix (factor, prefix);
  for (int i = 0; i < ABS (power); i++)
    if (power > 0)
      mpq_mul (self->factor, self->factor, factor);
    else
      mpq_div (self->factor, self->factor, factor);
  mpq_clear (factor);
  self->pi += row->pi * power;
  for (guint i = 0; i < TOOL_N_DIMENSIONS; i++)
    self->dims[i] += row->dims[i] * power;
  /* Beside others, a degree is a difference of temperatures. */
  self->has_offset = row->offset && n_factors == 0 && power == 1;
  if (self->has_offset)
    set_fraction (self->offset, row->offset);
  if (row->note && !strstr (self->notes->str, row->note))
    g_string_append_printf (self->notes, "%s%s", self->notes->len ? ", " : "", row->note);
  return TRUE;
}

/* ---- Products --------------------------------------------------------------------------------------------------- */

static int
find_superscript (gunichar c)
{
  static const char digits[] = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻";
  const char *at = g_utf8_strchr (digits, -1, c);

  return at ? (int) g_utf8_pointer_to_offset (digits, at) : -1;
}

/* "m²" → "m^2", "square feet" → "feet^2", "kilometers per hour" → "kilometers/hour". */
static char *
normalize (const char *text)
{
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean in_superscript = FALSE;

  for (const char *p = text; *p; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      int digit = find_superscript (c);

      if (digit >= 0)
        g_string_append_printf (out, "%s%c", in_superscript ? "" : "^", digit < 10 ? '0' + digit : '-');
      else if (c == 0x00b7 || c == 0x22c5 || c == 0x00d7)
        g_string_append_c (out, '*');
      else if (c == 0x2212)
        g_string_append_c (out, '-');
      else if (c >= 0xff01 && c <= 0xff5e)
        g_string_append_c (out, (char) (c - 0xfee0));
      else if (c == '\t' || c == 0x00a0 || c == 0x3000)
        g_string_append_c (out, ' ');
      else
        g_string_append_unichar (out, c);
      in_superscript = digit >= 0;
    }
  g_string_replace (out, "**", "^", 0);
  g_string_replace (out, " per ", "/", 0);
  return g_strdup (g_strstrip (out->str));
}

/* The name at *p, and what stands before it: "square", "cubic". */
static char *
take_name (const char **p, int *ret_power)
{
  static const struct
  {
    const char *word;
    int power;
  } words[] = { { "square ", 2 }, { "sq ", 2 }, { "sq. ", 2 }, { "cubic ", 3 }, { "cu ", 3 } };
  const char *start;

  *ret_power = 1;
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strncasecmp (*p, words[i].word, strlen (words[i].word)) == 0)
      {
        *p += strlen (words[i].word);
        *ret_power = words[i].power;
        break;
      }
  start = *p;
  while (**p && !strchr (" */^()0123456789+-", **p))
    *p = g_utf8_next_char (*p);
  return g_strndup (start, *p - start);
}

/* "^2", "2" behind a name, or nothing: 1.  0: wrong. */
static int
take_exponent (const char **p)
{
  gboolean is_marked = **p == '^';
  const char *start = *p + is_marked;
  char *end;
  gint64 value;

  if (!is_marked && !g_ascii_isdigit (*start))
    return 1;
  value = g_ascii_strtoll (start, &end, 10);
  *p = end;
  return end == start || ABS (value) > MAX_EXPONENT ? 0 : (int) value;
}

/* In "m/s/s" and "J/kg/K" each / divides by the one name behind it. */
static gboolean
parse_product (ToolUnit *self, const char *text, GError **error)
{
  const char *p = text;
  int sign = 1;

  for (guint n = 0;; n++)
    {
      g_autofree char *name = NULL;
      int power, exponent;

      while (*p == ' ')
        p++;
      name = take_name (&p, &power);
      exponent = take_exponent (&p);
      if (!*name || exponent == 0 || n == MAX_FACTORS)
        {
          g_set_error (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "“%s” is not a unit such as km/h or kg*m^2/s^2", text);
          return FALSE;
        }
      if (!multiply (self, name, sign * power * exponent, n, error))
        return FALSE;
      while (*p == ' ')
        p++;
      if (!*p)
        return TRUE;
      sign = *p == '/' ? -1 : 1;
      if (*p == '/' || *p == '*')
        p++;
    }
}

gboolean
tool_unit_parse (ToolUnit *self, const char *text, GError **error)
{
  g_autofree char *normal = NULL;
  g_autofree char *joined = NULL;
  const Prefix *prefix;

  if (strlen (text) > MAX_TEXT)
    {
      g_set_error_literal (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "The unit is too long");
      return FALSE;
    }
  normal = normalize (text);
  /* "nautical miles" is one name. */
  joined = g_strdelimit (g_strdup (normal), " ", '_');
  if (*joined && find_unit (joined, &prefix))
    return multiply (self, joined, 1, 0, error);
  return parse_product (self, normal, error);
}
