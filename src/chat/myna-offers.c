/* myna-offers.c: the models that can be had, for Welcome and Models, and the two downloads that run at a time
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-offers.h"

#include <glib/gi18n.h>

#include "chat/myna-bandwidth.h"
#include "chat/myna-memory.h"
#include "chat/myna-problem.h"
#include "chat/myna-remote-error.h"

#define MAX_RUNNING 2

struct _MynaOffers
{
  GObject parent_instance;

  MynaModelLibrary *models;
  GSettings *settings;
  MynaCatalogue *catalogue;
  GPtrArray *offers;
  MynaRemoteLink *link; /* a process of its own: what it writes keeps no chat waiting */
  GCancellable *cancellable;
  gboolean is_measuring;
  double bandwidth; /* 0: not measured */
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MynaOffers, myna_offers, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static GType
get_item_type (GListModel *list)
{
  return MYNA_TYPE_OFFER;
}

static guint
get_n_items (GListModel *list)
{
  return MYNA_OFFERS (list)->offers->len;
}

static gpointer
get_item (GListModel *list, guint position)
{
  MynaOffers *self = MYNA_OFFERS (list);

  return position < self->offers->len ? g_object_ref (g_ptr_array_index (self->offers, position)) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

/* ---- This computer ---------------------------------------------------------------------------------------------- */

/* The recommended one stands first. */
static void
judge (MynaOffers *self)
{
  const MynaComputer computer = { .memory = myna_memory_available (), .bandwidth = self->bandwidth };
  const MynaCatalogueModel *best = self->bandwidth > 0 ? myna_catalogue_recommend (self->catalogue, &computer) : NULL;

  for (guint i = 0; i < self->offers->len; i++)
    {
      MynaOffer *offer = g_ptr_array_index (self->offers, i);

      myna_offer_judge (offer, &computer, best && myna_offer_get_model (offer) == best);
    }
  for (guint i = 1; i < self->offers->len; i++)
    {
      if (!myna_offer_is_recommended (g_ptr_array_index (self->offers, i)))
        continue;
      g_ptr_array_insert (self->offers, 0, g_ptr_array_steal_index (self->offers, i));
      g_list_model_items_changed (G_LIST_MODEL (self), i, 1, 0);
      g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, 1);
      break;
    }
}

static void
measured_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaOffers) self = user_data;

  self->bandwidth = myna_bandwidth_measure_finish (result);
  if (!g_cancellable_is_cancelled (self->cancellable))
    judge (self);
}

void
myna_offers_measure (MynaOffers *self)
{
  if (self->is_measuring)
    return;
  self->is_measuring = TRUE;
  myna_bandwidth_measure_async (self->cancellable, measured_cb, g_object_ref (self));
}

/* ---- Downloads -------------------------------------------------------------------------------------------------- */

gboolean
myna_offers_can_download (void)
{
  return myna_remote_link_is_there () && myna_remote_is_permitted ();
}

char *
myna_offers_dup_word (void)
{
  if (myna_offers_can_download ())
    return g_strdup (_ ("Models are downloaded only when you press Download, and only from the site that you choose."));
  if (myna_remote_get_permit (TRUE))
    /* Translators: %s is a command */
    return g_strdup_printf (
        _ ("Open its page and download it in the browser. When the download has finished, drop the file here or "
           "choose it.\nThis command would allow Myna to download by itself:\n%s"),
        myna_remote_get_permit (TRUE));
  return g_strdup (
      _ ("Open its page and download it in the browser. When the download has finished, drop the file here or choose it."));
}

/* Where the person wants files to come from; kept in the settings. */
static const MynaCatalogueSite *
get_site (MynaOffers *self, MynaOffer *offer)
{
  g_autofree char *id = g_settings_get_string (self->settings, "download-site");

  return myna_catalogue_choose_site (self->catalogue, myna_offer_get_model (offer), id);
}

char *
myna_offers_make_page (MynaOffers *self, MynaOffer *offer)
{
  return myna_catalogue_make_page (self->catalogue, myna_offer_get_model (offer), get_site (self, offer));
}

static void
run_next (MynaOffers *self)
{
  guint n_running = 0;

  for (guint i = 0; i < self->offers->len; i++)
    {
      MynaOffer *offer = g_ptr_array_index (self->offers, i);

      n_running += myna_offer_is_active (offer) && myna_offer_get_state (offer) != MYNA_OFFER_QUEUED;
    }
  for (guint i = 0; i < self->offers->len && n_running < MAX_RUNNING; i++)
    {
      MynaOffer *offer = g_ptr_array_index (self->offers, i);

      if (myna_offer_get_state (offer) != MYNA_OFFER_QUEUED)
        continue;
      n_running++;
      myna_offer_run (offer, self->link, get_site (self, offer));
    }
}

typedef struct
{
  MynaOffers *offers; /* a reference */
  char *path;
} Adding;

/* What has come cannot be run. */
static void
tell_problem (MynaOffers *self, const char *path, const GError *error)
{
  g_autofree char *words = myna_problem_describe (error);

  for (guint i = 0; i < self->offers->len; i++)
    if (g_strcmp0 (myna_offer_get_path (g_ptr_array_index (self->offers, i)), path) == 0)
      myna_offer_set_problem (g_ptr_array_index (self->offers, i), words);
}

static void
added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Adding *adding = user_data;
  g_autoptr (MynaOffers) self = adding->offers;
  g_autofree char *path = adding->path;
  g_autoptr (GError) error = NULL;
  MynaModelEntry *entry = myna_model_library_add_finish (MYNA_MODEL_LIBRARY (source), result, &error);

  g_free (adding);
  if (!entry)
    {
      tell_problem (self, path, error);
      return;
    }
  /* Another model was chosen meanwhile: do not switch to this one. */
  if (g_strcmp0 (myna_model_library_get_default_path (self->models), myna_model_library_get_starter_path (self->models)) != 0)
    return;
  myna_model_library_set_default (self->models, entry);
  myna_model_library_ensure (self->models, NULL, NULL);
}

void
myna_offers_add (MynaOffers *self, const char *path)
{
  Adding *adding = g_new (Adding, 1);

  *adding = (Adding){ g_object_ref (self), g_strdup (path) };
  myna_model_library_add_async (self->models, path, added_cb, adding);
}

static void
state_cb (MynaOffer *offer, GParamSpec *pspec, MynaOffers *self)
{
  if (myna_offer_get_state (offer) == MYNA_OFFER_DONE && myna_offer_get_model (offer)->imported)
    g_signal_emit_by_name (self, "needs-import", myna_offer_get_path (offer));
  else if (myna_offer_get_state (offer) == MYNA_OFFER_DONE)
    myna_offers_add (self, myna_offer_get_path (offer));
  run_next (self);
}

void
myna_offers_begin (MynaOffers *self, MynaOffer *offer)
{
  if (myna_offer_get_state (offer) == MYNA_OFFER_DONE && myna_offer_get_model (offer)->imported)
    g_signal_emit_by_name (self, "needs-import", myna_offer_get_path (offer));
  else
    myna_offer_queue (offer);
}

/* ---- The list --------------------------------------------------------------------------------------------------- */

static void
load (MynaOffers *self)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), MYNA_APP_ID, "models", NULL);

  self->catalogue = myna_catalogue_load ();
  for (guint i = 0; i < myna_catalogue_get_n_models (self->catalogue); i++)
    {
      MynaOffer *offer = myna_offer_new (self->catalogue, myna_catalogue_get_model (self->catalogue, i), folder);

      g_signal_connect_object (offer, "notify::state", G_CALLBACK (state_cb), self, 0);
      g_ptr_array_add (self->offers, offer);
    }
  judge (self);
}

gboolean
myna_offers_replace (MynaOffers *self, GFile *file, GError **error)
{
  const guint n = self->offers->len;

  if (!myna_catalogue_replace (file, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (myna_offer_is_active (g_ptr_array_index (self->offers, i)))
      return TRUE;
  g_ptr_array_set_size (self->offers, 0);
  g_clear_pointer (&self->catalogue, myna_catalogue_unref);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, n, 0);
  load (self);
  g_list_model_items_changed (G_LIST_MODEL (self), 0, 0, self->offers->len);
  return TRUE;
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_offers_dispose (GObject *object)
{
  MynaOffers *self = MYNA_OFFERS (object);

  g_cancellable_cancel (self->cancellable);
  if (self->link)
    g_object_run_dispose (G_OBJECT (self->link)); /* what it reads keeps it */
  g_clear_object (&self->link);
  g_ptr_array_set_size (self->offers, 0);
  G_OBJECT_CLASS (myna_offers_parent_class)->dispose (object);
}

static void
myna_offers_finalize (GObject *object)
{
  MynaOffers *self = MYNA_OFFERS (object);

  g_object_unref (self->cancellable);
  g_object_unref (self->models);
  g_object_unref (self->settings);
  g_ptr_array_unref (self->offers);
  myna_catalogue_unref (self->catalogue);
  G_OBJECT_CLASS (myna_offers_parent_class)->finalize (object);
}

static void
myna_offers_class_init (MynaOffersClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = myna_offers_dispose;
  G_OBJECT_CLASS (klass)->finalize = myna_offers_finalize;
  g_signal_new ("needs-import", MYNA_TYPE_OFFERS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
myna_offers_init (MynaOffers *self)
{
  self->offers = g_ptr_array_new_with_free_func (g_object_unref);
  self->link = myna_remote_link_new ();
  self->cancellable = g_cancellable_new ();
}

MynaOffers *
myna_offers_new (MynaModelLibrary *models, GSettings *settings)
{
  MynaOffers *self = g_object_new (MYNA_TYPE_OFFERS, NULL);

  self->models = g_object_ref (models);
  self->settings = g_object_ref (settings);
  load (self);
  return self;
}

MynaCatalogue *
myna_offers_get_catalogue (MynaOffers *self)
{
  return self->catalogue;
}
