/* palette.c: what can be opened and done, found by typing a part of its name (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * All titles are looked through for each letter: 10,000 of them take a few milliseconds.
 */
#include "chat/palette.h"

#include <glib/gi18n.h>
#include <string.h>

#include "chat/myna-personas.h"
#include "text/text-match.h"

#define N_FIRST_CHATS 8 /* shown before anything is typed */

struct _MynaPalette
{
  GPtrArray *items;        /* MynaPaletteItem, of one kind after the other */
  MynaPaletteItem *search; /* for what was typed last; NULL: none */
};

/* Actions that need no message to act on, and that can be undone or left again. */
static const struct
{
  const char *title;
  const char *action;
} actions[] = {
  { N_ ("New Chat"), "win.new-chat" },
  { N_ ("Temporary Chat"), "win.temporary-chat" },
  { N_ ("Quick Question"), "app.quick-question" },
  { N_ ("Search All Chats"), "win.search-history" },
  { N_ ("Find in This Chat"), "win.find" },
  { N_ ("Rename This Chat"), "win.rename-current" },
  { N_ ("Chat Settings"), "win.chat-settings" },
  { N_ ("Choose the Model for This Chat"), "win.choose-model" },
  { N_ ("Models"), "app.models" },
  { N_ ("Export This Chat"), "win.export-current" },
  { N_ ("Print This Chat"), "win.print-current" },
  { N_ ("Delete This Chat"), "win.delete-current" },
  { N_ ("Import Chats"), "win.import-chats" },
  { N_ ("Export All Chats"), "win.export-all" },
  { N_ ("Backups"), "win.show-backups" },
  { N_ ("Archive"), "win.show-archive" },
  { N_ ("Trash"), "win.show-bin" },
  { N_ ("Show or Hide the Chats"), "win.toggle-sidebar" },
  { N_ ("Larger Text"), "win.text-larger" },
  { N_ ("Smaller Text"), "win.text-smaller" },
  { N_ ("Normal Text Size"), "win.text-normal" },
  { N_ ("Preferences"), "app.preferences" },
  { N_ ("Keyboard Shortcuts"), "win.show-help-overlay" },
  { N_ ("Help"), "app.help" },
  { N_ ("Quit"), "app.quit" },
};

const char *
myna_palette_kind_get_name (MynaPaletteKind kind)
{
  switch (kind)
    {
    case MYNA_PALETTE_CHAT: return C_ ("palette", "Chat");
    case MYNA_PALETTE_PERSONA: return C_ ("palette", "Persona");
    case MYNA_PALETTE_MODEL: return C_ ("palette", "Model");
    case MYNA_PALETTE_ACTION:
    default: return C_ ("palette", "Action");
    }
}

/* ---- Items ------------------------------------------------------------------------------------------------------ */

static void
item_free (gpointer data)
{
  MynaPaletteItem *item = data;

  g_free (item->title);
  g_clear_pointer (&item->target, g_variant_unref);
  g_free (item);
}

static MynaPaletteItem *
item_new (MynaPaletteKind kind, const char *title, const char *action, GVariant *target)
{
  MynaPaletteItem *item = g_new (MynaPaletteItem, 1);

  *item = (MynaPaletteItem){ kind, g_strdup (title), action, target ? g_variant_ref_sink (target) : NULL };
  return item;
}

static void
add (MynaPalette *self, MynaPaletteKind kind, const char *title, const char *action, GVariant *target)
{
  g_ptr_array_add (self->items, item_new (kind, title, action, target));
}

void
myna_palette_add_chats (MynaPalette *self, GPtrArray *conversations)
{
  for (guint i = 0; i < conversations->len; i++)
    {
      const StoreConversation *conversation = g_ptr_array_index (conversations, i);

      add (self, MYNA_PALETTE_CHAT, *conversation->title ? conversation->title : _ ("Untitled chat"), "app.open-chat",
           g_variant_new_int64 (conversation->id));
    }
}

static void
add_personas (MynaPalette *self)
{
  GListModel *personas = myna_personas_get_list (myna_personas_get_default ());

  for (guint i = 0; i < g_list_model_get_n_items (personas); i++)
    {
      g_autoptr (MynaPersona) persona = g_list_model_get_item (personas, i);

      add (self, MYNA_PALETTE_PERSONA, myna_persona_get_name (persona), "win.use-persona",
           g_variant_new_string (myna_persona_get_name (persona)));
    }
}

static void
add_models (MynaPalette *self, MynaModelLibrary *models)
{
  GListModel *entries = myna_model_library_get_entries (models);

  for (guint i = 0; i < g_list_model_get_n_items (entries); i++)
    {
      g_autoptr (MynaModelEntry) entry = g_list_model_get_item (entries, i);

      if (myna_model_entry_get_status (entry) == MYNA_MODEL_READABLE)
        add (self, MYNA_PALETTE_MODEL, myna_model_entry_get_title (entry), "win.try-model",
             g_variant_new_string (myna_model_entry_get_path (entry)));
    }
}

MynaPalette *
myna_palette_new (MynaModelLibrary *models)
{
  MynaPalette *self = g_new0 (MynaPalette, 1);

  self->items = g_ptr_array_new_with_free_func (item_free);
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    add (self, MYNA_PALETTE_ACTION, _ (actions[i].title), actions[i].action, NULL);
  add_personas (self);
  if (models)
    add_models (self, models);
  return self;
}

void
myna_palette_free (MynaPalette *self)
{
  g_ptr_array_unref (self->items);
  g_clear_pointer (&self->search, item_free);
  g_free (self);
}

/* ---- Finding ---------------------------------------------------------------------------------------------------- */

enum
{
  AT_START,
  AT_WORDS,
  INSIDE,
  N_RANKS
};

typedef struct
{
  guint32 terms; /* a bit for each that occurs */
  gboolean at_start;
} Places;

static void
found_cb (gpointer user_data, guint term, guint start, guint end)
{
  Places *places = user_data;

  places->terms |= 1u << term;
  places->at_start |= term == 0 && start == 0;
}

static TextMatch *
new_match (const char *text)
{
  TextMatch *match = text_match_new ();
  const char *term;
  gsize n_bytes;

  while (strlen (text) <= TEXT_MATCH_MAX_BYTES && text_query_next (&text, &term, &n_bytes))
    text_match_add (match, term, n_bytes);
  return match;
}

/* Looks for all terms in the item's title: AT_START, AT_WORDS, or N_RANKS where one is missing. */
static int
look (TextMatch *match, const MynaPaletteItem *item, gboolean words)
{
  const guint32 all = (guint32) ((G_GUINT64_CONSTANT (1) << text_match_get_n_terms (match)) - 1);
  Places places = { 0 };

  text_match_find (match, item->title, strlen (item->title), words, found_cb, &places);
  return places.terms != all ? N_RANKS : places.at_start ? AT_START : AT_WORDS;
}

static void
append_first (MynaPalette *self, GPtrArray *found)
{
  guint n_chats = 0;

  for (guint i = 0; i < self->items->len && found->len < MYNA_PALETTE_MAX_FOUND; i++)
    {
      MynaPaletteItem *item = g_ptr_array_index (self->items, i);

      if (item->kind == MYNA_PALETTE_CHAT && n_chats++ < N_FIRST_CHATS)
        g_ptr_array_insert (found, (int) n_chats - 1, item);
      else if (item->kind == MYNA_PALETTE_ACTION)
        g_ptr_array_add (found, item);
    }
}

/* What is not in a title may be in a message. */
static MynaPaletteItem *
search_item (MynaPalette *self, const char *text)
{
  g_autofree char *words = g_strstrip (g_strdup (text));
  /* Translators: %s is what was typed */
  g_autofree char *title = g_strdup_printf (_ ("Search All Chats for “%s”"), words);

  g_clear_pointer (&self->search, item_free);
  self->search = item_new (MYNA_PALETTE_ACTION, title, "app.search", g_variant_new_string (words));
  return self->search;
}

GPtrArray *
myna_palette_find (MynaPalette *self, const char *text)
{
  g_autoptr (TextMatch) match = new_match (text);
  GPtrArray *found = g_ptr_array_new ();
  g_autoptr (GPtrArray) at_start = g_ptr_array_new ();
  g_autoptr (GPtrArray) at_words = g_ptr_array_new ();
  g_autoptr (GPtrArray) inside = g_ptr_array_new ();
  GPtrArray *ranks[N_RANKS] = { at_start, at_words, inside };

  if (text_match_get_n_terms (match) == 0)
    {
      if (!*text || g_ascii_isspace (*text))
        append_first (self, found);
      return found;
    }
  for (guint i = 0; i < self->items->len && ranks[AT_START]->len < MYNA_PALETTE_MAX_FOUND; i++)
    {
      MynaPaletteItem *item = g_ptr_array_index (self->items, i);
      int rank = look (match, item, TRUE);

      if (rank == N_RANKS && look (match, item, FALSE) != N_RANKS)
        rank = INSIDE;
      if (rank != N_RANKS && ranks[rank]->len < MYNA_PALETTE_MAX_FOUND)
        g_ptr_array_add (ranks[rank], item);
    }
  for (guint rank = 0; rank < N_RANKS; rank++)
    for (guint i = 0; i < ranks[rank]->len && found->len < MYNA_PALETTE_MAX_FOUND - 1; i++)
      g_ptr_array_add (found, g_ptr_array_index (ranks[rank], i));
  g_ptr_array_add (found, search_item (self, text));
  return found;
}
