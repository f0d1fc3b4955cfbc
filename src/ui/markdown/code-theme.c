/* code-theme.c: the colors of code: one pair of style schemes, light and dark
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Only schemes whose colors can be read on the background of a code block, in both styles.
 */
#include "markdown/code-theme.h"

#include <adwaita.h>

static const struct
{
  const char *name;
  const char *light; /* names of GtkSourceView's schemes */
  const char *dark;
} themes[] = {
  { "adwaita", "Adwaita", "Adwaita-dark" },
  { "classic", "classic", "classic-dark" },
  { "kate", "kate", "kate-dark" },
  { "none", NULL, NULL },
};

struct _MynaCodeTheme
{
  GObject parent_instance;

  guint chosen; /* index into themes */
};

enum
{
  PROP_0,
  PROP_NAME,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (MynaCodeTheme, myna_code_theme, G_TYPE_OBJECT)

static void
myna_code_theme_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_NAME)
    g_value_set_string (value, themes[MYNA_CODE_THEME (object)->chosen].name);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

/* A name that is not known changes nothing. */
static void
set_name (MynaCodeTheme *self, const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (themes); i++)
    if (i != self->chosen && g_strcmp0 (themes[i].name, name) == 0)
      {
        self->chosen = i;
        g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NAME]);
        return;
      }
}

static void
myna_code_theme_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_NAME)
    set_name (MYNA_CODE_THEME (object), g_value_get_string (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
myna_code_theme_class_init (MynaCodeThemeClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = myna_code_theme_get_property;
  object_class->set_property = myna_code_theme_set_property;
  properties[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, themes[0].name,
                                               G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
myna_code_theme_init (MynaCodeTheme *self)
{
}

MynaCodeTheme *
myna_code_theme_get_default (void)
{
  static MynaCodeTheme *theme;

  if (!theme)
    theme = g_object_new (MYNA_TYPE_CODE_THEME, NULL);
  return theme;
}

GtkSourceStyleScheme *
myna_code_theme_get_scheme (MynaCodeTheme *self)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  const char *name = dark ? themes[self->chosen].dark : themes[self->chosen].light;

  g_return_val_if_fail (MYNA_IS_CODE_THEME (self), NULL);

  return name ? gtk_source_style_scheme_manager_get_scheme (gtk_source_style_scheme_manager_get_default (), name) : NULL;
}
