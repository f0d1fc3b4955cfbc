/* lazy-digest.c: a file's digest, computed while somebody looks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/lazy-digest.h"

#include <glib/gi18n.h>

#include "chat/myna-digest.h"
#include "chat/myna-problem.h"

/* One that is being computed, which outlives who asked until it has stopped. */
typedef struct
{
  MynaLazyDigest *owner; /* NULL: nobody waits for it */
  GCancellable *cancellable;
} Work;

struct MynaLazyDigest
{
  char *path;
  MynaLazyDigestFunc changed;
  gpointer user_data;
  Work *work; /* NULL: it is not being computed */
  char *digest;
  char *text;
};

MynaLazyDigest *
myna_lazy_digest_new (const char *path, MynaLazyDigestFunc changed, gpointer user_data)
{
  MynaLazyDigest *self = g_new0 (MynaLazyDigest, 1);

  self->path = g_strdup (path);
  self->changed = changed;
  self->user_data = user_data;
  self->text = g_strdup ("");
  return self;
}

static void
stop (MynaLazyDigest *self)
{
  Work *work = g_steal_pointer (&self->work);

  if (!work)
    return;
  work->owner = NULL;
  g_cancellable_cancel (work->cancellable);
}

void
myna_lazy_digest_free (MynaLazyDigest *self)
{
  if (!self)
    return;
  stop (self);
  g_free (self->path);
  g_free (self->digest);
  g_free (self->text);
  g_free (self);
}

/* Takes the text. */
static void
set_text (MynaLazyDigest *self, char *text)
{
  g_free (self->text);
  self->text = text;
  self->changed (self->user_data);
}

static void
progress_cb (double fraction, gpointer user_data)
{
  Work *work = user_data;

  if (work->owner)
    set_text (work->owner, g_strdup_printf (_ ("Computing: %d%%"), (int) (100 * fraction)));
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Work *work = user_data;
  MynaLazyDigest *self = work->owner;
  g_autoptr (GError) error = NULL;
  g_autofree char *digest = myna_digest_finish (result, &error);

  g_object_unref (work->cancellable);
  g_free (work);
  if (!self)
    return;
  self->work = NULL;
  self->digest = g_steal_pointer (&digest);
  set_text (self, error ? myna_problem_describe (error) : g_strdup (self->digest));
}

void
myna_lazy_digest_set_wanted (MynaLazyDigest *self, gboolean wanted)
{
  if (!wanted)
    stop (self);
  if (!wanted || self->digest || self->work)
    return;
  self->work = g_new (Work, 1);
  *self->work = (Work){ self, g_cancellable_new () };
  myna_digest_async (self->path, self->work->cancellable, progress_cb, done_cb, self->work);
  set_text (self, g_strdup (_ ("Computing…")));
}

const char *
myna_lazy_digest_get (MynaLazyDigest *self)
{
  return self->digest;
}

const char *
myna_lazy_digest_describe (MynaLazyDigest *self)
{
  return self->text;
}
