/* myna-catalogue.c: the models that can be had: what they are, where they are, and what this computer would make of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/myna-catalogue.h"

#include <glib/gi18n.h>
#include <json-glib/json-glib.h>
#include <string.h>

#include "chat/myna-bandwidth.h"
#include "chat/myna-problem.h"
#include "remote/wire/remote-address.h"

#define MAX_BYTES  (4u << 20)
#define MAX_MODELS 500
#define MAX_SITES  16
#define MAX_FILES  64

struct _MynaCatalogue
{
  char *date;
  GPtrArray *sites;  /* MynaCatalogueSite */
  GPtrArray *models; /* MynaCatalogueModel */
};

static void
site_free (gpointer data)
{
  MynaCatalogueSite *site = data;

  g_free (site->id);
  g_free (site->name);
  g_free (site->form);
  g_free (site->page);
  g_free (site->list);
  g_free (site->file);
  g_strfreev (site->hosts);
  g_free (site);
}

static void
model_free (gpointer data)
{
  MynaCatalogueModel *model = data;

  g_free (model->id);
  g_free (model->name);
  g_free (model->good_at);
  g_free (model->license);
  g_strfreev (model->files);
  g_strfreev (model->repositories);
  g_free (model);
}

static void
catalogue_clear (gpointer data)
{
  MynaCatalogue *self = data;

  g_ptr_array_unref (self->sites);
  g_ptr_array_unref (self->models);
  g_free (self->date);
}

MynaCatalogue *
myna_catalogue_ref (MynaCatalogue *self)
{
  return g_rc_box_acquire (self);
}

void
myna_catalogue_unref (MynaCatalogue *self)
{
  g_rc_box_release_full (self, catalogue_clear);
}

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

static char **
read_texts (JsonArray *array)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; array && i < MIN (json_array_get_length (array), MAX_FILES); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        g_strv_builder_add (builder, json_node_get_string (node));
    }
  return g_strv_builder_end (builder);
}

/* A name that is one wherever it is used: of a file, in an address, on the screen. */
static gboolean
is_name (const char *text, const char *more)
{
  if (!text || !*text || strlen (text) > 200)
    return FALSE;
  for (const char *at = text; *at; at++)
    if (!g_ascii_isalnum (*at) && !strchr (more, *at))
      return FALSE;
  return *text != '.' && *text != '/' && !strstr (text, "..") && !strstr (text, "//");
}

static gboolean
is_address (const char *text)
{
  return text && strstr (text, "{repository}") && remote_address_check (text) == REMOTE_PROBLEM_NONE;
}

static MynaCatalogueSite *
read_site (JsonObject *object)
{
  MynaCatalogueSite *site;

  if (!is_name (text_json_string (object, "id"), "-") || !text_json_string (object, "name")
      || !text_json_string (object, "form"))
    return NULL;
  /* What stands between braces is no part of an address. */
  site = g_new0 (MynaCatalogueSite, 1);
  site->id = g_strdup (text_json_string (object, "id"));
  site->name = g_strdup (text_json_string (object, "name"));
  site->form = g_strdup (text_json_string (object, "form"));
  site->page = g_strdup (text_json_string (object, "page"));
  site->list = g_strdup (text_json_string (object, "list"));
  site->file = g_strdup (text_json_string (object, "file"));
  site->hosts = read_texts (text_json_array (object, "hosts"));
  if (is_address (site->page) && is_address (site->list) && is_address (site->file) && strstr (site->file, "{path}"))
    return site;
  site_free (site);
  return NULL;
}

/* In the person's language, or else in English. */
static char *
dup_words (JsonObject *words)
{
  const char *const *languages = g_get_language_names ();

  for (; words && *languages; languages++)
    if (text_json_string (words, *languages))
      return g_strdup (text_json_string (words, *languages));
  return g_strdup (text_json_string (words, "en") ? text_json_string (words, "en") : "");
}

static int
get_number (JsonObject *object, const char *name)
{
  gint64 number = remote_json_int (object, name);

  return number >= 0 && number <= G_MAXINT / 2 ? (int) number : 0;
}

static void
read_shape (MynaCatalogueModel *model, JsonObject *shape)
{
  GlmModelInfo *info = &model->info;

  info->n_layers = get_number (shape, "layers");
  info->n_embd = get_number (shape, "hidden");
  info->n_ff = get_number (shape, "ff");
  info->n_heads = get_number (shape, "heads");
  info->n_kv_heads = get_number (shape, "kv_heads");
  info->head_dim = get_number (shape, "head_dim");
  info->n_rot = get_number (shape, "rot");
  info->n_vocab = get_number (shape, "vocab");
  info->n_dense = get_number (shape, "dense");
  info->n_experts = get_number (shape, "experts");
  info->n_used_experts = get_number (shape, "used");
  info->n_ff_expert = get_number (shape, "ff_expert");
  info->n_ff_shared = get_number (shape, "ff_shared");
  info->q_rank = get_number (shape, "q_rank");
  info->kv_rank = get_number (shape, "kv_rank");
  info->value_dim = get_number (shape, "value_dim");
  /* Keys and values in half precision; latent attention keeps one row for both. */
  info->kv_bytes_per_token = info->kv_rank ? (size_t) info->n_layers * (size_t) (info->kv_rank + info->n_rot) * 2
                                           : (size_t) info->n_layers * (size_t) info->n_kv_heads * (size_t) info->head_dim * 4;
}

static void
read_info (MynaCatalogueModel *model, JsonObject *object)
{
  GlmModelInfo *info = &model->info;

  g_strlcpy (info->name, model->name, sizeof info->name);
  g_strlcpy (info->family, text_json_string (object, "family") ? text_json_string (object, "family") : "", sizeof info->family);
  g_strlcpy (info->arch, text_json_string (object, "arch") ? text_json_string (object, "arch") : "", sizeof info->arch);
  g_strlcpy (info->quantisation, text_json_string (object, "quantization") ? text_json_string (object, "quantization") : "",
             sizeof info->quantisation);
  info->context_length = get_number (object, "context");
  info->n_params = (guint64) MAX (remote_json_int (object, "parameters"), 0);
  info->n_active_params = (guint64) MAX (remote_json_int (object, "active"), 0);
  info->file_bytes = info->weight_bytes = model->bytes;
  info->expert_bytes = (size_t) CLAMP (remote_json_int (object, "expert_bytes"), 0, (gint64) model->bytes);
  read_shape (model, text_json_object (object, "shape"));
}

static char **
read_places (MynaCatalogue *self, JsonObject *places)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < self->sites->len; i++)
    {
      const MynaCatalogueSite *site = g_ptr_array_index (self->sites, i);
      const char *repository = text_json_string (places, site->id);

      g_strv_builder_add (builder, is_name (repository, "-_./") ? repository : "");
    }
  return g_strv_builder_end (builder);
}

static gboolean
is_sound (MynaCatalogue *self, const MynaCatalogueModel *model)
{
  for (char **file = model->files; *file; file++)
    if (!is_name (*file, "-_./"))
      return FALSE;
  return is_name (model->id, "-_.") && model->name && *model->name && *model->files && model->bytes > 0
         && model->bytes < G_MAXINT64 / 4 && model->info.context_length > 0 && model->info.n_layers > 0
         && model->info.kv_bytes_per_token > 0 && myna_catalogue_choose_site (self, model, "");
}

static MynaCatalogueModel *
read_model (MynaCatalogue *self, JsonObject *object)
{
  MynaCatalogueModel *model = g_new0 (MynaCatalogueModel, 1);

  model->id = g_strdup (text_json_string (object, "id"));
  model->name = g_strdup (text_json_string (object, "name"));
  model->license = g_strdup (text_json_string (object, "license"));
  model->good_at = dup_words (text_json_object (object, "good_at"));
  model->bytes = (guint64) MAX (remote_json_int (object, "bytes"), 0);
  model->token_bytes = (guint64) MAX (remote_json_int (object, "token_bytes"), 0);
  if (model->token_bytes == 0)
    model->token_bytes = model->bytes;
  model->rank = get_number (object, "rank");
  model->imported = json_object_has_member (object, "imported");
  model->files = read_texts (text_json_array (object, "files"));
  model->repositories = read_places (self, text_json_object (object, "places"));
  if (model->id && model->name)
    read_info (model, object);
  if (model->id && model->name && is_sound (self, model))
    return model;
  model_free (model);
  return NULL;
}

static gboolean
read_all (MynaCatalogue *self, JsonObject *root)
{
  JsonArray *sites = text_json_array (root, "sites"), *models = text_json_array (root, "models");

  for (guint i = 0; sites && i < MIN (json_array_get_length (sites), MAX_SITES); i++)
    {
      MynaCatalogueSite *site = text_json_element (sites, i) ? read_site (text_json_element (sites, i)) : NULL;

      if (!site)
        return FALSE;
      g_ptr_array_add (self->sites, site);
    }
  for (guint i = 0; models && i < MIN (json_array_get_length (models), MAX_MODELS); i++)
    {
      MynaCatalogueModel *model = text_json_element (models, i) ? read_model (self, text_json_element (models, i)) : NULL;

      if (!model)
        return FALSE;
      g_ptr_array_add (self->models, model);
    }
  return self->models->len > 0;
}

static MynaCatalogue *
catalogue_new (void)
{
  MynaCatalogue *self = g_rc_box_new0 (MynaCatalogue);

  self->date = g_strdup ("");
  self->sites = g_ptr_array_new_with_free_func (site_free);
  self->models = g_ptr_array_new_with_free_func (model_free);
  return self;
}

MynaCatalogue *
myna_catalogue_parse (const char *json, gsize n_bytes, GError **error)
{
  g_autoptr (MynaCatalogue) self = catalogue_new ();
  g_autoptr (JsonObject) root = n_bytes <= MAX_BYTES ? remote_json_parse (json, n_bytes) : NULL;
  const char *date = text_json_string (root, "date");

  if (g_strcmp0 (text_json_string (root, "format"), "myna-catalogue") == 0 && remote_json_int (root, "version") == 1
      && is_name (date, "-") && read_all (self, root))
    {
      g_free (self->date);
      self->date = g_strdup (date);
      return g_steal_pointer (&self);
    }
  g_set_error_literal (error, MYNA_PROBLEM, MYNA_PROBLEM_REFUSED, _ ("This is not a list of models for this version of Myna."));
  return NULL;
}

/* ---- Files ------------------------------------------------------------------------------------------------------ */

static char *
make_own_path (void)
{
  return g_build_filename (g_get_user_data_dir (), MYNA_APP_ID, "catalogue.json", NULL);
}

static MynaCatalogue *
read_file (const char *path)
{
  g_autofree char *json = NULL;
  gsize n;

  return g_file_get_contents (path, &json, &n, NULL) ? myna_catalogue_parse (json, n, NULL) : NULL;
}

MynaCatalogue *
myna_catalogue_load (void)
{
  const char *folder = g_getenv ("MYNA_DATA_DIR");
  g_autofree char *path = g_build_filename (folder ? folder : MYNA_PKGDATADIR, "models", "catalogue.json", NULL);
  g_autofree char *own_path = make_own_path ();
  g_autoptr (MynaCatalogue) installed = read_file (path), own = read_file (own_path);

  if (own && (!installed || strcmp (own->date, installed->date) > 0))
    return g_steal_pointer (&own);
  return installed ? g_steal_pointer (&installed) : catalogue_new ();
}

gboolean
myna_catalogue_replace (GFile *file, GError **error)
{
  g_autofree char *json = NULL, *path = make_own_path (), *folder = g_path_get_dirname (path);
  g_autoptr (MynaCatalogue) now = myna_catalogue_load ();
  g_autoptr (MynaCatalogue) newer = NULL;
  gsize n;

  if (!g_file_load_contents (file, NULL, &json, &n, NULL, error))
    return FALSE;
  newer = myna_catalogue_parse (json, n, error);
  if (!newer)
    return FALSE;
  if (strcmp (newer->date, now->date) <= 0)
    {
      g_set_error (error, MYNA_PROBLEM, MYNA_PROBLEM_REFUSED, _ ("The list of %s is not newer than the one of %s."),
                   newer->date, now->date);
      return FALSE;
    }
  g_mkdir_with_parents (folder, 0700);
  return g_file_set_contents (path, json, (gssize) n, error);
}

/* ---- Finding ---------------------------------------------------------------------------------------------------- */

const char *
myna_catalogue_get_date (MynaCatalogue *self)
{
  return self->date;
}

guint
myna_catalogue_get_n_models (MynaCatalogue *self)
{
  return self->models->len;
}

const MynaCatalogueModel *
myna_catalogue_get_model (MynaCatalogue *self, guint i)
{
  return g_ptr_array_index (self->models, i);
}

const MynaCatalogueModel *
myna_catalogue_find (MynaCatalogue *self, const char *id)
{
  for (guint i = 0; i < self->models->len; i++)
    if (g_str_equal (myna_catalogue_get_model (self, i)->id, id))
      return myna_catalogue_get_model (self, i);
  return NULL;
}

guint
myna_catalogue_get_n_sites (MynaCatalogue *self)
{
  return self->sites->len;
}

const MynaCatalogueSite *
myna_catalogue_get_site (MynaCatalogue *self, guint i)
{
  return g_ptr_array_index (self->sites, i);
}

const MynaCatalogueSite *
myna_catalogue_choose_site (MynaCatalogue *self, const MynaCatalogueModel *model, const char *id)
{
  const MynaCatalogueSite *found = NULL;

  for (guint i = 0; i < self->sites->len; i++)
    {
      const MynaCatalogueSite *site = g_ptr_array_index (self->sites, i);

      if (*model->repositories[i] && (!found || g_strcmp0 (site->id, id) == 0))
        found = site;
    }
  return found;
}

static char *
fill_in (MynaCatalogue *self, const MynaCatalogueModel *model, const MynaCatalogueSite *site, const char *address,
         const char *path)
{
  g_autoptr (GString) text = g_string_new (address);
  guint i = 0;

  g_ptr_array_find (self->sites, site, &i);
  g_string_replace (text, "{repository}", model->repositories[i], 0);
  g_string_replace (text, "{path}", path, 0);
  return g_strdup (text->str);
}

char *
myna_catalogue_make_page (MynaCatalogue *self, const MynaCatalogueModel *model, const MynaCatalogueSite *site)
{
  return fill_in (self, model, site, site->page, "");
}

char *
myna_catalogue_make_list (MynaCatalogue *self, const MynaCatalogueModel *model, const MynaCatalogueSite *site)
{
  return fill_in (self, model, site, site->list, "");
}

char *
myna_catalogue_make_file (MynaCatalogue *self, const MynaCatalogueModel *model, const MynaCatalogueSite *site, const char *path)
{
  return fill_in (self, model, site, site->file, path);
}

/* ---- This computer ---------------------------------------------------------------------------------------------- */

#define SLOW 4.0 /* tokens a second, below which one waits for words */

void
myna_catalogue_judge (const MynaCatalogueModel *model, const MynaComputer *computer, MynaFit *ret_fit)
{
  MynaModelNeed need;

  myna_model_need_init (&need, &model->info, 0, computer->memory, computer->disk_speed);
  *ret_fit = (MynaFit){ .needed = need.total, .rate = myna_bandwidth_to_rate (computer->bandwidth, model->token_bytes) };
  switch (need.verdict)
    {
    case MYNA_VERDICT_TOO_LARGE:
    case MYNA_VERDICT_FROM_DISK:
      ret_fit->lacking = need.total - computer->memory;
      ret_fit->runs = need.verdict == MYNA_VERDICT_TOO_LARGE ? MYNA_RUNS_NOT : MYNA_RUNS_FROM_DISK;
      ret_fit->rate = ret_fit->rate > 0 ? MIN (ret_fit->rate, need.rate) : need.rate;
      break;
    case MYNA_VERDICT_UNKNOWN:
    case MYNA_VERDICT_FITS:
    case MYNA_VERDICT_TIGHT:
    default:
      ret_fit->runs = ret_fit->rate <= 0 ? MYNA_RUNS_UNKNOWN : ret_fit->rate < SLOW ? MYNA_RUNS_SLOWLY : MYNA_RUNS_WELL;
      break;
    }
}

char *
myna_fit_describe (const MynaFit *fit)
{
  g_autofree char *needed = g_format_size (fit->needed), *lacking = g_format_size (fit->lacking);
  const guint rate = (guint) MAX (fit->rate + 0.5, 1);

  switch (fit->runs)
    {
    /* Translators: a token is about a word, or one or two Chinese characters */
    case MYNA_RUNS_WELL:
      return g_strdup_printf (ngettext ("Fits, about %u token a second", "Fits, about %u tokens a second", rate), rate);
    case MYNA_RUNS_SLOWLY:
      return g_strdup_printf (ngettext ("Slow: about %u token a second", "Slow: about %u tokens a second", rate), rate);
    case MYNA_RUNS_FROM_DISK:
      /* Translators: %s is an amount of memory */
      return g_strdup_printf (_ ("Slow: lacks %s of memory and reads from the disk"), lacking);
    case MYNA_RUNS_NOT: return g_strdup_printf (_ ("Needs %s more memory"), lacking);
    case MYNA_RUNS_UNKNOWN:
    default: return g_strdup_printf (_ ("Needs %s of memory"), needed);
    }
}

const MynaCatalogueModel *
myna_catalogue_recommend (MynaCatalogue *self, const MynaComputer *computer)
{
  const MynaCatalogueModel *best = NULL, *fastest = NULL;
  double rate = 0;

  for (guint i = 0; i < self->models->len; i++)
    {
      const MynaCatalogueModel *model = g_ptr_array_index (self->models, i);
      MynaFit fit;

      myna_catalogue_judge (model, computer, &fit);
      if (model->imported || fit.runs > MYNA_RUNS_SLOWLY)
        continue;
      if (fit.runs == MYNA_RUNS_WELL && (!best || model->rank > best->rank))
        best = model;
      if (fit.rate > rate)
        fastest = model;
      rate = MAX (rate, fit.rate);
    }
  return best ? best : fastest;
}
