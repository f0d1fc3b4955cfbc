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
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaCodeTheme, myna_code_theme, G_TYPE_OBJECT)

void
myna_code_theme_set_name (MynaCodeTheme *self, const char *name)
{
  g_return_if_fail (MYNA_IS_CODE_THEME (self));

  for (guint i = 0; i < G_N_ELEMENTS (themes); i++)
    if (i != self->chosen && g_str_equal (themes[i].name, name))
      {
        self->chosen = i;
        g_signal_emit (self, signals[CHANGED], 0);
        return;
      }
}

static void
myna_code_theme_class_init (MynaCodeThemeClass *klass)
{
  signals[CHANGED] = g_signal_new ("changed", MYNA_TYPE_CODE_THEME, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
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
