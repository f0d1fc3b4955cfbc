/* myna-cards.c: the graphics cards of this computer, and which of them computes (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-cards.h"

#include <glib/gi18n.h>
#include <string.h>

#include "chat/myna-model-need.h"
#include "text/text-helper.h"

/* Drivers of several cards, at a busy start. */
#define LOOK_SECONDS 60
/* Smaller models are fast without. */
#define OFFER_BYTES (G_GUINT64_CONSTANT (1) << 30)

typedef struct
{
  char *uuid;
  char *name;
  GlmGpuKind kind;
  guint64 memory, available;
} Card;

struct _MynaCards
{
  GObject parent_instance;

  GSettings *settings;
  MynaModelLibrary *models;
  GPtrArray *list;     /* Card: those that can be chosen */
  GSubprocess *helper; /* that looks; NULL: none */
  guint timeout;       /* of the helper */
  gboolean looked;     /* the list is what is there */
  gboolean is_blamed;  /* the program ended while it used a card, before this run */
  gboolean may_offer;  /* … and a good one is to be offered then */
  char *offered;       /* its UUID */
  guint64 offer_bytes;
  char *uuid, *name; /* of the one that is chosen; "": the processor */
};

G_DEFINE_FINAL_TYPE (MynaCards, myna_cards, G_TYPE_OBJECT)

enum
{
  SIGNAL_CHANGED,
  SIGNAL_TROUBLE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
card_free (gpointer data)
{
  Card *card = data;

  g_free (card->uuid);
  g_free (card->name);
  g_free (card);
}

static const Card *
find_card (MynaCards *self, const char *uuid)
{
  for (guint i = 0; i < self->list->len; i++)
    if (g_str_equal (((Card *) g_ptr_array_index (self->list, i))->uuid, uuid))
      return g_ptr_array_index (self->list, i);
  return NULL;
}

/* ---- Looking ---------------------------------------------------------------------------------------------------- */

static gboolean
parse_kind (const char *word, GlmGpuKind *ret_kind)
{
  static const char *words[] = {
    [GLM_GPU_DISCRETE] = "discrete",
    [GLM_GPU_INTEGRATED] = "integrated",
    [GLM_GPU_OTHER] = "other",
    [GLM_GPU_PROCESSOR] = "processor",
  };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (words[i], word))
      {
        *ret_kind = (GlmGpuKind) i;
        return TRUE;
      }
  return FALSE;
}

/* Processors that pose as cards are for tests. */
static gboolean
can_be_chosen (GlmGpuKind kind, const char *reason)
{
  return !*reason && (kind != GLM_GPU_PROCESSOR || g_getenv ("MYNA_TEST_GPU"));
}

/* See myna-cards.c of the helper. */
static void
read_line (MynaCards *self, const char *line)
{
  g_auto (GStrv) fields = g_strsplit (line, "\t", 7);
  Card card = { 0 };

  if (g_strv_length (fields) != 7 || strlen (fields[0]) != 32 || !parse_kind (fields[1], &card.kind)
      || !g_ascii_string_to_unsigned (fields[2], 10, 0, G_MAXINT64, &card.memory, NULL)
      || !g_ascii_string_to_unsigned (fields[3], 10, 0, G_MAXINT64, &card.available, NULL)
      || !can_be_chosen (card.kind, fields[5]) || find_card (self, fields[0]))
    return;
  card.uuid = g_strdup (fields[0]);
  card.name = g_utf8_make_valid (fields[6], -1);
  g_ptr_array_add (self->list, g_memdup2 (&card, sizeof card));
}

static gboolean
get_need (MynaCards *self, MynaModelNeed *need, const char **ret_title)
{
  const char *path = myna_model_library_get_default_path (self->models);
  MynaModelEntry *entry = path ? myna_model_library_find (self->models, path) : NULL;

  if (!entry || !myna_model_need_of_entry (need, entry, (int) g_settings_get_uint (self->settings, "context-length")))
    return FALSE;
  *ret_title = myna_model_entry_get_title (entry);
  return TRUE;
}

/* Of a model with experts these stay with the processor. */
static guint64
get_card_need (const MynaModelNeed *need)
{
  return need->total - need->parts.experts;
}

/* The discrete one with the most memory, if the default model is large, has no experts and fits: once, whatever becomes of it. */
static void
offer (MynaCards *self)
{
  const Card *best = NULL;
  const char *title;
  MynaModelNeed need;

  if (!self->may_offer || *self->uuid || !get_need (self, &need, &title) || need.parts.experts > 0)
    return;
  self->may_offer = FALSE;
  for (guint i = 0; i < self->list->len; i++)
    {
      const Card *card = g_ptr_array_index (self->list, i);

      if (card->kind == GLM_GPU_DISCRETE && card->available >= need.total && (!best || card->memory > best->memory))
        best = card;
    }
  if (!best)
    return;
  g_settings_set_boolean (self->settings, "graphics-card-offered", TRUE);
  self->offered = g_strdup (best->uuid);
  g_signal_emit (self, signals[SIGNAL_TROUBLE], 0);
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaCards) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  const char *data;
  gsize n_bytes = 0;

  g_clear_handle_id (&self->timeout, g_source_remove);
  g_clear_object (&self->helper);
  g_ptr_array_set_size (self->list, 0);
  self->looked = TRUE;
  if (!g_subprocess_communicate_finish (G_SUBPROCESS (source), result, &bytes, NULL, &error))
    g_debug ("No graphics cards: %s", error->message);
  data = bytes ? g_bytes_get_data (bytes, &n_bytes) : NULL;
  /* The data of no bytes is NULL. */
  text = g_strndup (n_bytes > 0 ? data : "", n_bytes);
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i]; i++)
    read_line (self, lines[i]);
  offer (self);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static gboolean
give_up_cb (gpointer user_data)
{
  MynaCards *self = user_data;

  self->timeout = 0;
  g_subprocess_force_exit (self->helper);
  return G_SOURCE_REMOVE;
}

void
myna_cards_look (MynaCards *self)
{
  g_autofree char *program = text_dup_helper ("myna-cards");
  g_autoptr (GError) error = NULL;

  g_return_if_fail (MYNA_IS_CARDS (self));

  if (self->helper)
    return;
  self->helper = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, program, NULL);
  if (!self->helper)
    {
      g_debug ("No graphics cards: %s", error->message);
      self->looked = TRUE;
      g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
      return;
    }
  self->timeout = g_timeout_add_seconds (LOOK_SECONDS, give_up_cb, self);
  g_subprocess_communicate_async (self->helper, NULL, NULL, looked_cb, g_object_ref (self));
}

/* ---- Choosing --------------------------------------------------------------------------------------------------- */

/* "NVIDIA GeForce RTX 3060 (12.9 GB, 11.2 GB free)" */
static char *
describe_card (const Card *card)
{
  g_autofree char *memory = g_format_size (card->memory);
  g_autofree char *available = g_format_size (card->available);

  /* Translators: a graphics card, its memory, and how much of it is free */
  return g_strdup_printf (_ ("%s (%s, %s free)"), card->name, memory, available);
}

char **
myna_cards_dup_choices (MynaCards *self)
{
  GPtrArray *words = g_ptr_array_new ();

  g_ptr_array_add (words, g_strdup (C_ ("computes", "Processor")));
  for (guint i = 0; i < self->list->len; i++)
    g_ptr_array_add (words, describe_card (g_ptr_array_index (self->list, i)));
  if (*self->uuid && !find_card (self, self->uuid))
    /* Translators: a graphics card that was chosen, but is not in the computer now */
    g_ptr_array_add (words, self->looked ? g_strdup_printf (_ ("%s (not found)"), self->name) : g_strdup (self->name));
  g_ptr_array_add (words, NULL);
  return (char **) g_ptr_array_free (words, FALSE);
}

guint
myna_cards_get_chosen (MynaCards *self)
{
  if (!*self->uuid)
    return 0;
  for (guint i = 0; i < self->list->len; i++)
    if (g_str_equal (((Card *) g_ptr_array_index (self->list, i))->uuid, self->uuid))
      return i + 1;
  return self->list->len + 1;
}

static void
choose (MynaCards *self, const char *uuid, const char *name)
{
  g_autofree char *folder = glm_actor_dup_device_folder ();

  g_clear_pointer (&self->offered, g_free);
  /* Choosing a card again means trying it again, whatever happened before. */
  glm_gpu_forgive (folder);
  self->is_blamed = FALSE;
  g_settings_set (self->settings, "graphics-card", "(ss)", uuid, name);
  myna_model_library_reload (self->models);
  g_signal_emit (self, signals[SIGNAL_TROUBLE], 0);
}

void
myna_cards_choose (MynaCards *self, guint choice)
{
  g_return_if_fail (MYNA_IS_CARDS (self));

  if (choice == myna_cards_get_chosen (self) || choice > self->list->len)
    return;
  if (choice == 0)
    choose (self, "", "");
  else
    {
      const Card *card = g_ptr_array_index (self->list, choice - 1);

      choose (self, card->uuid, card->name);
    }
}

/* What the model needs, beside what is there. */
static char *
describe_need (MynaCards *self, const Card *card)
{
  g_autofree char *needed = NULL, *available = g_format_size (card->available);
  const GlmModelInfo *info = glm_actor_get_model_info (myna_model_library_get_actor (self->models));
  const char *title;
  MynaModelNeed need;

  if (!get_need (self, &need, &title))
    return NULL;
  needed = g_format_size (get_card_need (&need));
  /* What it holds of this model already counts as free. */
  if (get_card_need (&need) > card->available && !(info && *info->device && info->device_layers == info->n_layers))
    /* Translators: a model's name, and two amounts of memory */
    return g_strdup_printf (_ ("“%s” needs about %s there, but only %s is free. The processor computes what does not fit."),
                            title, needed, available);
  if (need.parts.experts > 0)
    /* Translators: a model's name, and an amount of memory */
    return g_strdup_printf (_ ("“%s” needs about %s of memory there. The processor computes its experts."), title, needed);
  /* Translators: a model's name, and an amount of memory */
  return g_strdup_printf (_ ("“%s” needs about %s of memory there."), title, needed);
}

char *
myna_cards_describe (MynaCards *self)
{
  const Card *card = *self->uuid ? find_card (self, self->uuid) : NULL;
  g_autofree char *need = card ? describe_need (self, card) : NULL;

  if (!self->looked)
    return g_strdup (_ ("Looking for graphics cards…"));
  if (!card && *self->uuid)
    return g_strdup (_ ("It was not found. Replies are written by the processor."));
  if (!card)
    return g_strdup (self->list->len > 0 ? _ ("A graphics card can write replies faster")
                                         : _ ("No graphics card was found that can be used"));
  if (card->kind != GLM_GPU_INTEGRATED)
    return g_steal_pointer (&need);
  if (!need)
    return g_strdup (_ ("Shares the computer’s memory. Not faster for replies"));
  /* Translators: two sentences; the first comes without its full stop */
  return g_strdup_printf (_ ("%s. %s"), _ ("Shares the computer’s memory. Not faster for replies"), need);
}

/* ---- Trouble ---------------------------------------------------------------------------------------------------- */

MynaCardTrouble
myna_cards_get_trouble (MynaCards *self, const char **ret_name, GlmErrorCode *ret_code, const char **ret_details)
{
  GlmActor *actor = myna_model_library_get_actor (self->models);
  const GlmModelInfo *info = glm_actor_get_model_info (actor);
  const Card *offered = self->offered ? find_card (self, self->offered) : NULL;
  g_autofree char *folder = glm_actor_dup_device_folder ();

  *ret_name = offered ? offered->name : self->name;
  *ret_code = GLM_ERROR_NONE;
  *ret_details = NULL;
  if (offered)
    return MYNA_CARD_OFFERED;
  if (!*self->uuid || !info)
    return MYNA_CARD_FINE;
  *ret_details = *info->device_problem ? info->device_problem : glm_actor_get_device_problem (actor);
  *ret_code = info->device_code;
  if (*info->device_problem)
    return info->device_code == GLM_ERROR_UNSUPPORTED && glm_gpu_is_blamed (folder) ? MYNA_CARD_CRASHED : MYNA_CARD_UNUSED;
  return *ret_details ? MYNA_CARD_LOST : MYNA_CARD_FINE;
}

void
myna_cards_act (MynaCards *self, const char *what)
{
  const Card *card;

  g_return_if_fail (MYNA_IS_CARDS (self));

  card = self->offered ? find_card (self, self->offered) : NULL;
  if (g_str_equal (what, "again"))
    {
      g_autofree char *uuid = g_strdup (self->uuid), *name = g_strdup (self->name);

      choose (self, uuid, name);
    }
  else if (g_str_equal (what, "off"))
    choose (self, "", "");
  else if (g_str_equal (what, "use") && card)
    choose (self, card->uuid, card->name);
}

void
myna_cards_close (MynaCards *self)
{
  g_autofree char *folder = glm_actor_dup_device_folder ();

  g_return_if_fail (MYNA_IS_CARDS (self));

  if (!self->is_blamed)
    glm_gpu_forgive (folder);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
setting_changed_cb (MynaCards *self)
{
  g_free (self->uuid);
  g_free (self->name);
  g_settings_get (self->settings, "graphics-card", "(ss)", &self->uuid, &self->name);
  g_signal_emit (self, signals[SIGNAL_CHANGED], 0);
}

static void
device_cb (MynaCards *self)
{
  g_signal_emit (self, signals[SIGNAL_TROUBLE], 0);
}

/* A model was loaded: whether a card would help it. */
static void
model_cb (MynaCards *self)
{
  const GlmModelInfo *info = glm_actor_get_model_info (myna_model_library_get_actor (self->models));

  device_cb (self);
  if (!info || *self->uuid || info->weight_bytes < self->offer_bytes
      || g_settings_get_boolean (self->settings, "graphics-card-offered"))
    return;
  self->may_offer = TRUE;
  myna_cards_look (self);
}

static void
myna_cards_finalize (GObject *object)
{
  MynaCards *self = MYNA_CARDS (object);

  g_clear_handle_id (&self->timeout, g_source_remove);
  g_ptr_array_unref (self->list);
  g_clear_object (&self->helper);
  g_object_unref (self->models);
  g_object_unref (self->settings);
  g_free (self->offered);
  g_free (self->uuid);
  g_free (self->name);

  G_OBJECT_CLASS (myna_cards_parent_class)->finalize (object);
}

static void
myna_cards_class_init (MynaCardsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_cards_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", MYNA_TYPE_CARDS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_TROUBLE] = g_signal_new ("trouble", MYNA_TYPE_CARDS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
myna_cards_init (MynaCards *self)
{
  self->list = g_ptr_array_new_with_free_func (card_free);
  self->offer_bytes = OFFER_BYTES;
}

void
myna_cards_set_offer_bytes (MynaCards *self, guint64 n_bytes)
{
  g_return_if_fail (MYNA_IS_CARDS (self));

  self->offer_bytes = n_bytes;
}

MynaCards *
myna_cards_new (GSettings *settings, MynaModelLibrary *models)
{
  MynaCards *self = g_object_new (MYNA_TYPE_CARDS, NULL);
  GlmActor *actor = myna_model_library_get_actor (models);
  g_autofree char *folder = glm_actor_dup_device_folder ();

  self->is_blamed = glm_gpu_is_blamed (folder);
  self->settings = g_object_ref (settings);
  self->models = g_object_ref (models);
  g_signal_connect_object (settings, "changed::graphics-card", G_CALLBACK (setting_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (actor, "notify::device-problem", G_CALLBACK (device_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (actor, "notify::model-path", G_CALLBACK (model_cb), self, G_CONNECT_SWAPPED);
  setting_changed_cb (self);

  return self;
}
