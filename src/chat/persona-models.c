/* persona-models.c: the models from which a persona's is chosen
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/persona-models.h"

guint
myna_persona_models_list (MynaModelLibrary *models, const char *wanted, GStrv *ret_titles, GStrv *ret_paths)
{
  GListModel *entries = myna_model_library_get_entries (models);
  MynaModelEntry *chosen = wanted ? myna_model_library_find_like (models, wanted) : NULL;
  g_autoptr (GStrvBuilder) titles = g_strv_builder_new (), paths = g_strv_builder_new ();
  guint n = g_list_model_get_n_items (entries), selected = 0;

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (MynaModelEntry) entry = g_list_model_get_item (entries, i);

      g_strv_builder_add (titles, myna_model_entry_get_title (entry));
      g_strv_builder_add (paths, myna_model_entry_get_path (entry));
      if (entry == chosen)
        selected = i + 1;
    }
  if (wanted && !chosen)
    {
      g_autofree char *base = g_filename_display_basename (wanted);

      g_strv_builder_add (titles, base);
      g_strv_builder_add (paths, wanted);
      selected = n + 1;
    }
  *ret_titles = g_strv_builder_end (titles);
  *ret_paths = g_strv_builder_end (paths);
  return selected;
}
