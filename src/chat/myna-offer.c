/* myna-offer.c: a model of the catalogue: what this computer would make of it, and its download
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The site's list says how large its files are and what their hashes are; then one file comes after the other.  What is kept of
 * all this is the files and the parts of files: they say by themselves how far it is.
 */
#include "chat/myna-offer.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "chat/myna-problem.h"
#include "chat/myna-remote-error.h"

/* Bytes that stay free on the disk, for chats and for other programs. */
#define RESERVE     ((gint64) 512 << 20)
#define RATE_US     (5 * G_USEC_PER_SEC)
#define PART_SUFFIX ".part"

typedef struct
{
  char *path; /* on the disk */
  char *sha256;
  gint64 size, come; /* size 0: not known yet */
} File;

struct _MynaOffer
{
  GObject parent_instance;

  MynaCatalogue *catalogue;
  const MynaCatalogueModel *model;
  const MynaCatalogueSite *site; /* it comes from */
  char *folder;
  MynaOfferState state;
  MynaFit fit;
  gboolean is_recommended;
  GError *error;

  GArray *files; /* File */
  guint current;
  MynaRemoteLink *link;
  guint64 asked; /* 0: nothing is */
  guint wait;    /* seconds */

  gint64 mark_time, mark_bytes; /* since when the speed is measured */
  double rate;                  /* bytes a second; 0: not known */
};

enum
{
  PROP_0,
  PROP_STATE,
  PROP_PROGRESS,
  PROP_FIT,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (MynaOffer, myna_offer, G_TYPE_OBJECT)

static void fetch (MynaOffer *self);

/* ---- What lies on the disk -------------------------------------------------------------------------------------- */

static File *
get_file (MynaOffer *self, guint i)
{
  return &g_array_index (self->files, File, i);
}

static void
file_clear (gpointer data)
{
  File *file = data;

  g_free (file->path);
  g_free (file->sha256);
}

/* The parts of files; with is_discarded they are deleted. */
static gboolean
find_parts (MynaOffer *self, gboolean is_discarded)
{
  g_autoptr (GDir) dir = g_dir_open (self->folder, 0, NULL);
  gboolean found = FALSE;
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (self->folder, name, NULL);

      if (!g_str_has_suffix (name, PART_SUFFIX))
        continue;
      found = TRUE;
      if (is_discarded)
        g_unlink (path);
    }
  return found;
}

static gboolean
is_here (MynaOffer *self)
{
  for (guint i = 0; i < self->files->len; i++)
    if (!g_file_test (get_file (self, i)->path, G_FILE_TEST_IS_REGULAR))
      return FALSE;
  return TRUE;
}

static MynaOfferState
look (MynaOffer *self)
{
  if (is_here (self))
    return MYNA_OFFER_DONE;
  return find_parts (self, FALSE) || g_file_test (get_file (self, 0)->path, G_FILE_TEST_IS_REGULAR) ? MYNA_OFFER_PAUSED
                                                                                                    : MYNA_OFFER_NONE;
}

/* ---- State ------------------------------------------------------------------------------------------------------ */

static void
set_state (MynaOffer *self, MynaOfferState state)
{
  if (state == self->state)
    return;
  self->state = state;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
}

static void
count (MynaOffer *self, gint64 *ret_come, gint64 *ret_size)
{
  *ret_come = *ret_size = 0;
  for (guint i = 0; i < self->files->len; i++)
    {
      *ret_come += get_file (self, i)->come;
      *ret_size += get_file (self, i)->size;
    }
}

double
myna_offer_get_progress (MynaOffer *self)
{
  gint64 come, size;

  count (self, &come, &size);
  return self->state == MYNA_OFFER_DONE ? 1 : size > 0 ? CLAMP (come / (double) size, 0, 1) : 0;
}

static void
measure_rate (MynaOffer *self)
{
  gint64 now = g_get_monotonic_time (), come, size;

  count (self, &come, &size);
  if (self->mark_time == 0 || come < self->mark_bytes)
    {
      self->mark_time = now;
      self->mark_bytes = come;
    }
  else if (now - self->mark_time > RATE_US || (self->rate <= 0 && now - self->mark_time > G_USEC_PER_SEC))
    {
      double rate = (double) (come - self->mark_bytes) * G_USEC_PER_SEC / (double) (now - self->mark_time);

      self->rate = self->rate > 0 ? (self->rate + rate) / 2 : rate;
      self->mark_time = now;
      self->mark_bytes = come;
    }
}

/* It ends here for now. */
static void
stop (MynaOffer *self, GError *error)
{
  self->asked = 0;
  g_clear_error (&self->error);
  self->error = error;
  g_clear_object (&self->link);
  set_state (self, look (self));
}

/* ---- Errors ----------------------------------------------------------------------------------------------------- */

/* Where they are others than those of chats; %s is the site's name. */
static const char *
get_words (RemoteProblem problem)
{
  switch (problem)
    {
    case REMOTE_PROBLEM_UNAUTHORIZED:
    case REMOTE_PROBLEM_FORBIDDEN: return N_ ("“%s” requires signing in for this file. Open its page in the browser.");
    case REMOTE_PROBLEM_NOT_FOUND:
      return N_ ("“%s” does not have this file any more. Open its page, or choose another source.");
    case REMOTE_PROBLEM_DISK_FULL: return N_ ("There is not enough space on the disk. What was downloaded so far is kept.");
    case REMOTE_PROBLEM_DISK: return N_ ("The file cannot be written. Check the disk and its permissions.");
    case REMOTE_PROBLEM_TAKEN: return N_ ("There is already a file with this name, or another Myna is downloading it.");
    case REMOTE_PROBLEM_HASH:
      return N_ (
          "The downloaded file is not the one that “%s” describes, and was deleted. Try again, or choose another source.");
    case REMOTE_PROBLEM_CUT_OFF:
    case REMOTE_PROBLEM_STALLED: return N_ ("The connection to “%s” was lost. What was downloaded so far is kept.");
    case REMOTE_PROBLEM_REDIRECT: return N_ ("“%s” redirects to an unknown site. Open its page in the browser.");
    case REMOTE_PROBLEM_FORM: return N_ ("The response of “%s” could not be understood. Open its page in the browser.");
    default: return NULL;
    }
}

static GError *
make_error (MynaOffer *self, RemoteProblem problem)
{
  const char *words = get_words (problem);
  g_autofree char *text = words ? g_strdup_printf (_ (words), self->site->name) : NULL;

  return text ? g_error_new_literal (MYNA_REMOTE_ERROR, (int) problem, text)
              : myna_remote_error_new (problem, self->site->name);
}

static void
take_error (MynaOffer *self, JsonObject *event)
{
  RemoteProblem problem = remote_problem_from_name (text_json_string (event, "code"));

  stop (self, problem == REMOTE_PROBLEM_CANCELLED ? NULL : make_error (self, problem));
}

/* ---- One file after the other ----------------------------------------------------------------------------------- */

static void
take_progress (MynaOffer *self, gint64 bytes, MynaOfferState state)
{
  File *file = get_file (self, self->current);

  file->come = CLAMP (bytes, 0, file->size);
  measure_rate (self);
  set_state (self, state);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PROGRESS]);
}

static void
file_event_cb (JsonObject *event, const char *name, gpointer user_data)
{
  MynaOffer *self = user_data;

  /* It was paused, and that is told by now. */
  if ((guint64) remote_json_int (event, "id") != self->asked)
    return;
  if (g_str_equal (name, "progress"))
    take_progress (self, remote_json_int (event, "bytes"), MYNA_OFFER_RUNNING);
  else if (g_str_equal (name, "checking"))
    take_progress (self, get_file (self, self->current)->come, MYNA_OFFER_CHECKING);
  else if (g_str_equal (name, "retry"))
    {
      self->wait = (guint) CLAMP (remote_json_int (event, "seconds"), 0, G_MAXINT);
      self->rate = 0;
      if (self->wait > 0)
        set_state (self, MYNA_OFFER_WAITING);
    }
  else if (g_str_equal (name, "end"))
    {
      get_file (self, self->current)->come = get_file (self, self->current)->size;
      self->current++;
      fetch (self);
    }
  else if (g_str_equal (name, "error"))
    take_error (self, event);
}

static void
fetch (MynaOffer *self)
{
  g_autoptr (JsonObject) asked = NULL;
  g_autofree char *address = NULL;
  JsonArray *hosts;
  File *file;

  if (self->current == self->files->len)
    {
      stop (self, NULL);
      return;
    }
  file = get_file (self, self->current);
  address = myna_catalogue_make_file (self->catalogue, self->model, self->site, self->model->files[self->current]);
  asked = json_object_new ();
  json_object_set_string_member (asked, "op", "download");
  json_object_set_string_member (asked, "address", address);
  json_object_set_string_member (asked, "path", file->path);
  json_object_set_string_member (asked, "sha256", file->sha256);
  json_object_set_int_member (asked, "size", file->size);
  json_object_set_int_member (asked, "reserve", RESERVE);
  hosts = json_array_new ();
  for (char **host = self->site->hosts; *host; host++)
    json_array_add_string_element (hosts, *host);
  json_object_set_array_member (asked, "hosts", hosts);
  self->asked = myna_remote_link_ask (self->link, asked, file_event_cb, g_object_ref (self), g_object_unref);
}

/* What the site says of a file: FALSE, where it does not say enough. */
static gboolean
take_file (MynaOffer *self, guint i, JsonArray *list)
{
  for (guint j = 0; list && j < json_array_get_length (list); j++)
    {
      JsonObject *one = text_json_element (list, j);
      const char *sha256 = text_json_string (one, "sha256");

      if (g_strcmp0 (text_json_string (one, "path"), self->model->files[i]) != 0)
        continue;
      g_free (get_file (self, i)->sha256);
      get_file (self, i)->sha256 = g_strdup (sha256);
      get_file (self, i)->size = remote_json_int (one, "size");
      return sha256 && *sha256 && remote_json_int (one, "size") > 0;
    }
  return FALSE;
}

static void
list_event_cb (JsonObject *event, const char *name, gpointer user_data)
{
  MynaOffer *self = user_data;

  if ((guint64) remote_json_int (event, "id") != self->asked)
    return;
  if (g_str_equal (name, "error"))
    {
      take_error (self, event);
      return;
    }
  if (!g_str_equal (name, "files"))
    return;
  for (guint i = 0; i < self->files->len; i++)
    if (!take_file (self, i, text_json_array (event, "files")))
      {
        stop (self, make_error (self, REMOTE_PROBLEM_NOT_FOUND));
        return;
      }
  self->current = 0;
  if (g_mkdir_with_parents (self->folder, 0700) != 0)
    stop (self, make_error (self, REMOTE_PROBLEM_DISK));
  else
    fetch (self);
}

void
myna_offer_run (MynaOffer *self, MynaRemoteLink *link, const MynaCatalogueSite *site)
{
  g_autoptr (JsonObject) asked = json_object_new ();
  g_autofree char *address = myna_catalogue_make_list (self->catalogue, self->model, site);

  self->site = site;
  self->mark_time = 0;
  self->rate = 0;
  g_set_object (&self->link, link);
  json_object_set_string_member (asked, "op", "files");
  json_object_set_string_member (asked, "address", address);
  json_object_set_string_member (asked, "form", site->form);
  self->asked = myna_remote_link_ask (link, asked, list_event_cb, g_object_ref (self), g_object_unref);
  set_state (self, MYNA_OFFER_ASKING);
}

void
myna_offer_queue (MynaOffer *self)
{
  if (myna_offer_is_active (self) || self->state == MYNA_OFFER_DONE)
    return;
  g_clear_error (&self->error);
  set_state (self, MYNA_OFFER_QUEUED);
}

void
myna_offer_pause (MynaOffer *self)
{
  if (!myna_offer_is_active (self))
    return;
  if (self->link && self->asked)
    myna_remote_link_cancel (self->link, self->asked);
  stop (self, NULL);
}

void
myna_offer_discard (MynaOffer *self)
{
  myna_offer_pause (self);
  if (self->state == MYNA_OFFER_DONE)
    return;
  find_parts (self, TRUE);
  for (guint i = 0; i < self->files->len; i++)
    {
      g_unlink (get_file (self, i)->path);
      get_file (self, i)->come = 0;
    }
  g_rmdir (self->folder);
  g_clear_error (&self->error);
  set_state (self, MYNA_OFFER_NONE);
}

/* ---- Words ------------------------------------------------------------------------------------------------------ */

static char *
describe_left (MynaOffer *self, gint64 left)
{
  const double seconds = self->rate > 0 ? (double) left / self->rate : 0;
  const int minutes = (int) MIN (seconds / 60 + 0.5, 60 * 1000);

  if (seconds <= 0)
    return NULL;
  if (seconds < 90)
    return g_strdup_printf (ngettext ("about %d second left", "about %d seconds left", (int) seconds), (int) seconds);
  if (minutes < 100)
    return g_strdup_printf (ngettext ("about %d minute left", "about %d minutes left", minutes), minutes);
  return g_strdup_printf (ngettext ("about %d hour left", "about %d hours left", (minutes + 30) / 60), (minutes + 30) / 60);
}

/* "1.2 GB of 6.2 GB · 12 MB/s · about 7 minutes left" */
static char *
describe_progress (MynaOffer *self)
{
  gint64 come, size;
  g_autofree char *come_text = NULL, *size_text = NULL, *rate = NULL, *left = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  count (self, &come, &size);
  come_text = g_format_size ((guint64) come);
  size_text = g_format_size ((guint64) size);
  /* Translators: two sizes, of what has come of a download and of all of it */
  g_string_printf (text, _ ("%s of %s"), come_text, size_text);
  left = describe_left (self, size - come);
  if (self->rate > 0)
    {
      rate = g_format_size ((guint64) self->rate);
      /* Translators: %s is a size, such as 12 MB, that comes in a second */
      g_string_append (text, " · ");
      g_string_append_printf (text, _ ("%s/s"), rate);
    }
  if (left)
    g_string_append_printf (text, " · %s", left);
  return g_strdup (text->str);
}

/* "6.2 GB · MIT · Fits, about 14 tokens a second" below what it is good at. */
static char *
describe_model (MynaOffer *self)
{
  g_autofree char *size = g_format_size (self->model->bytes), *fit = myna_fit_describe (&self->fit);
  g_autofree char *context = g_strdup_printf (_ ("%'d tokens of context"), self->model->info.context_length);
  const char *license = self->model->license ? self->model->license : _ ("license on its page");

  return g_strdup_printf ("%s\n%s\n%s · %s · %s", self->model->good_at, fit, size, context, license);
}

char *
myna_offer_describe (MynaOffer *self)
{
  g_autofree char *model = NULL;

  if (self->error)
    return g_strdup (self->error->message);
  switch (self->state)
    {
    case MYNA_OFFER_QUEUED: return g_strdup (_ ("Waits until others have come"));
    case MYNA_OFFER_ASKING: return g_strdup_printf (_ ("Asking “%s”…"), self->site->name);
    case MYNA_OFFER_CHECKING: return g_strdup (_ ("Checking what was downloaded already…"));
    case MYNA_OFFER_RUNNING: return describe_progress (self);
    case MYNA_OFFER_WAITING:
      return g_strdup_printf (ngettext ("No connection. Trying again in %u second", "No connection. Trying again in %u seconds",
                                        self->wait),
                              self->wait);
    case MYNA_OFFER_PAUSED:
      model = describe_model (self);
      return g_strdup_printf ("%s\n%s", _ ("A part of it is here already"), model);
    case MYNA_OFFER_NONE:
    case MYNA_OFFER_DONE:
    default: return describe_model (self);
    }
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_offer_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaOffer *self = MYNA_OFFER (object);

  switch (prop_id)
    {
    case PROP_STATE: g_value_set_int (value, self->state); break;
    case PROP_PROGRESS: g_value_set_double (value, myna_offer_get_progress (self)); break;
    case PROP_FIT: g_value_set_int (value, self->fit.runs); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_offer_finalize (GObject *object)
{
  MynaOffer *self = MYNA_OFFER (object);

  g_clear_object (&self->link);
  g_clear_error (&self->error);
  g_array_unref (self->files);
  myna_catalogue_unref (self->catalogue);
  g_free (self->folder);
  G_OBJECT_CLASS (myna_offer_parent_class)->finalize (object);
}

static void
myna_offer_class_init (MynaOfferClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  G_OBJECT_CLASS (klass)->get_property = myna_offer_get_property;
  G_OBJECT_CLASS (klass)->finalize = myna_offer_finalize;
  properties[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, 0, MYNA_OFFER_DONE, 0, flags);
  properties[PROP_PROGRESS] = g_param_spec_double ("progress", NULL, NULL, 0, 1, 0, flags);
  properties[PROP_FIT] = g_param_spec_int ("fit", NULL, NULL, 0, MYNA_RUNS_NOT, 0, flags);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);
}

static void
myna_offer_init (MynaOffer *self)
{
  self->files = g_array_new (FALSE, TRUE, sizeof (File));
  g_array_set_clear_func (self->files, file_clear);
}

MynaOffer *
myna_offer_new (MynaCatalogue *catalogue, const MynaCatalogueModel *model, const char *folder)
{
  MynaOffer *self = g_object_new (MYNA_TYPE_OFFER, NULL);

  self->catalogue = myna_catalogue_ref (catalogue);
  self->model = model;
  self->folder = g_build_filename (folder, model->id, NULL);
  for (char **name = model->files; *name; name++)
    {
      g_autofree char *base = g_path_get_basename (*name);
      File file = { .path = g_build_filename (self->folder, base, NULL) };

      g_array_append_val (self->files, file);
    }
  self->state = look (self);
  return self;
}

const MynaCatalogueModel *
myna_offer_get_model (MynaOffer *self)
{
  return self->model;
}

MynaOfferState
myna_offer_get_state (MynaOffer *self)
{
  return self->state;
}

gboolean
myna_offer_is_active (MynaOffer *self)
{
  return self->state >= MYNA_OFFER_QUEUED && self->state <= MYNA_OFFER_WAITING;
}

const GError *
myna_offer_get_error (MynaOffer *self)
{
  return self->error;
}

const char *
myna_offer_get_path (MynaOffer *self)
{
  return get_file (self, 0)->path;
}

void
myna_offer_judge (MynaOffer *self, const MynaComputer *computer, gboolean is_recommended)
{
  myna_catalogue_judge (self->model, computer, &self->fit);
  self->is_recommended = is_recommended;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FIT]);
}

gboolean
myna_offer_is_recommended (MynaOffer *self)
{
  return self->is_recommended;
}

void
myna_offer_set_problem (MynaOffer *self, const char *words)
{
  g_clear_error (&self->error);
  self->error = g_error_new_literal (MYNA_PROBLEM, MYNA_PROBLEM_REFUSED, words);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_FIT]);
}
