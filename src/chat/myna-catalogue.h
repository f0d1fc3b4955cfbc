/* myna-catalogue.h: the models that can be had: what they are, where they are, and what this computer would make of them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The list is a file, data/models/catalogue.json; the person can open a newer one, which takes its place.
 */
#pragma once

#include "chat/myna-model-need.h"

G_BEGIN_DECLS

/* Where files are: Hugging Face, its mirror, ModelScope.  In the addresses stand {repository} and {path}. */
typedef struct
{
  char *id, *name, *form; /* of its lists: see remote-wire.h */
  char *page, *list, *file;
  char **hosts; /* that it may send us to */
} MynaCatalogueSite;

typedef struct
{
  char *id, *name;
  char *good_at; /* in the person's language */
  char *license;
  GlmModelInfo info;   /* as far as it is known before there is a file */
  guint64 bytes;       /* about, of all its files */
  guint64 token_bytes; /* of them, what each token reads */
  int rank;            /* the better its answers, the higher */
  gboolean imported;   /* its file is of another program's form */
  char **files;        /* paths in the repository; the first is the one that is opened */
  char **repositories; /* for each site; NULL where it has none: "" */
} MynaCatalogueModel;

typedef struct _MynaCatalogue MynaCatalogue;

/* NULL: the text is none, or not sound. */
MynaCatalogue *myna_catalogue_parse (const char *json, gsize n_bytes, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The newer one of that which comes with Myna and that which the person opened.  Never NULL: it may be empty. */
MynaCatalogue *myna_catalogue_load (void) G_GNUC_WARN_UNUSED_RESULT;
/* Keeps a copy of a file that is a newer list. */
gboolean myna_catalogue_replace (GFile *file, GError **error);
MynaCatalogue *myna_catalogue_ref (MynaCatalogue *self);
void myna_catalogue_unref (MynaCatalogue *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MynaCatalogue, myna_catalogue_unref)
/* "2026-11-30" */
const char *myna_catalogue_get_date (MynaCatalogue *self);
guint myna_catalogue_get_n_models (MynaCatalogue *self);
const MynaCatalogueModel *myna_catalogue_get_model (MynaCatalogue *self, guint i);
const MynaCatalogueModel *myna_catalogue_find (MynaCatalogue *self, const char *id);
guint myna_catalogue_get_n_sites (MynaCatalogue *self);
const MynaCatalogueSite *myna_catalogue_get_site (MynaCatalogue *self, guint i);
/* The site with this id if it has the model, else the first that does. */
const MynaCatalogueSite *myna_catalogue_choose_site (MynaCatalogue *self, const MynaCatalogueModel *model, const char *id);
/* Addresses of the model's page, the list of its files, and one of them; the caller frees. */
char *myna_catalogue_make_page (MynaCatalogue *self, const MynaCatalogueModel *model, const MynaCatalogueSite *site);
char *myna_catalogue_make_list (MynaCatalogue *self, const MynaCatalogueModel *model, const MynaCatalogueSite *site);
char *myna_catalogue_make_file (MynaCatalogue *self, const MynaCatalogueModel *model, const MynaCatalogueSite *site,
                                const char *path);

/* ---- This computer ---------------------------------------------------------------------------------------------- */

typedef struct
{
  guint64 memory;    /* bytes that are free; 0: not known */
  double bandwidth;  /* bytes a second of the memory; 0: not measured */
  double disk_speed; /* … of the disk; 0: not measured */
} MynaComputer;

typedef enum
{
  MYNA_RUNS_UNKNOWN, /* it fits, and nothing is known of its speed */
  MYNA_RUNS_WELL,
  MYNA_RUNS_SLOWLY,
  MYNA_RUNS_FROM_DISK,
  MYNA_RUNS_NOT,
} MynaRuns;

typedef struct
{
  MynaRuns runs;
  guint64 needed;
  guint64 lacking; /* bytes */
  double rate;     /* tokens a second to expect; 0: not known */
} MynaFit;

void myna_catalogue_judge (const MynaCatalogueModel *model, const MynaComputer *computer, MynaFit *ret_fit);
/* "Fits, about 14 tokens a second"; the caller frees. */
char *myna_fit_describe (const MynaFit *fit) G_GNUC_WARN_UNUSED_RESULT;
/* The best that runs well; else the fastest that fits; NULL: none does. */
const MynaCatalogueModel *myna_catalogue_recommend (MynaCatalogue *self, const MynaComputer *computer);

G_END_DECLS
