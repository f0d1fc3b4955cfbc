/* persona-choice.c: the list from which it is chosen how replies are written
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/persona-choice.h"

#include <glib/gi18n.h>

struct MynaPersonaChoice
{
  MynaPersonas *personas;
  char *json; /* NULL: nothing is set */
  char *own;  /* the last settings that were no persona's; NULL: there were none */
};

MynaPersonaChoice *
myna_persona_choice_new (MynaPersonas *personas)
{
  MynaPersonaChoice *self = g_new0 (MynaPersonaChoice, 1);

  self->personas = personas;
  return self;
}

void
myna_persona_choice_free (MynaPersonaChoice *self)
{
  if (!self)
    return;
  g_free (self->json);
  g_free (self->own);
  g_free (self);
}

void
myna_persona_choice_set (MynaPersonaChoice *self, const char *json)
{
  char *copy = g_strdup (json);

  g_free (self->json);
  self->json = copy;
  if (!json || myna_personas_find (self->personas, json))
    return;
  g_free (self->own);
  self->own = g_strdup (self->json);
}

static guint
count_before_personas (MynaPersonaChoice *self)
{
  return self->own ? 2 : 1;
}

char **
myna_persona_choice_dup_names (MynaPersonaChoice *self)
{
  GListModel *list = myna_personas_get_list (self->personas);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  g_strv_builder_add (names, C_ ("persona", "None"));
  if (self->own)
    g_strv_builder_add (names, _ ("Custom Settings"));
  for (guint i = 0; i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (MynaPersona) persona = g_list_model_get_item (list, i);

      g_strv_builder_add (names, myna_persona_get_name (persona));
    }
  return g_strv_builder_end (names);
}

guint
myna_persona_choice_get_n (MynaPersonaChoice *self)
{
  return count_before_personas (self) + g_list_model_get_n_items (myna_personas_get_list (self->personas));
}

guint
myna_persona_choice_get_selected (MynaPersonaChoice *self)
{
  GListModel *list = myna_personas_get_list (self->personas);
  MynaPersona *persona = self->json ? myna_personas_find (self->personas, self->json) : NULL;

  if (!self->json)
    return 0;
  for (guint i = 0; persona && i < g_list_model_get_n_items (list); i++)
    {
      g_autoptr (MynaPersona) item = g_list_model_get_item (list, i);

      if (item == persona)
        return count_before_personas (self) + i;
    }
  return 1;
}

char *
myna_persona_choice_choose (MynaPersonaChoice *self, guint entry, MynaPersona **ret_persona)
{
  guint before = count_before_personas (self);

  *ret_persona = NULL;
  if (entry < before)
    return g_strdup (entry == 1 ? self->own : NULL);
  *ret_persona = g_list_model_get_item (myna_personas_get_list (self->personas), entry - before);
  return g_strdup (*ret_persona ? myna_persona_get_settings (*ret_persona) : NULL);
}
