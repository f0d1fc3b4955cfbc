/* speaker.c: reads a text aloud, by the desktop's speech-dispatcher (no widgets)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * libspeechd waits for the daemon's answers, and for the daemon itself, which it starts: so it is only called by a thread of its
 * own.  That gets what is to be done in a queue, where a newer text replaces the older ones.  The library calls back in a thread
 * of its own, too, when a piece was read.
 */
#include "chat/speaker.h"

#include <glib/gi18n.h>
#include <string.h>

#include "chat/flatpak-info.h"
#include "chat/speech-parts.h"

#ifdef MYNA_HAS_SPEECH
#include <libspeechd.h>
#endif

struct _MynaSpeaker
{
  GObject parent_instance;

  gconstpointer owner;
  GAsyncQueue *jobs; /* Job; of the thread from then on */
  gint serial;       /* of the newest job, atomic: what is older is not said any more */
};

enum
{
  PROP_0,
  PROP_OWNER,
  N_PROPS
};

enum
{
  SIGNAL_FAILED,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaSpeaker, myna_speaker, G_TYPE_OBJECT)

gboolean
myna_speaker_is_built (void)
{
#ifdef MYNA_HAS_SPEECH
  return TRUE;
#else
  return FALSE;
#endif
}

gboolean
myna_speaker_is_offered (void)
{
  return myna_speaker_is_built () || myna_flatpak_get_info ();
}

char *
myna_speaker_describe_failure (const char *why)
{
  if (!myna_speaker_is_built ())
    return g_strdup (
        _ ("A Flatpak cannot reach the voices of your system. Install Myna as a package of your system to have replies "
           "read aloud."));
  return g_strconcat (_ ("Speech Dispatcher does not answer. Check that it is installed, with a voice."), *why ? "\n\n" : "",
                      why, NULL);
}

static void
set_owner (MynaSpeaker *self, gconstpointer owner)
{
  if (self->owner == owner)
    return;
  self->owner = owner;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_OWNER]);
}

#ifdef MYNA_HAS_SPEECH

/* ---- The thread ------------------------------------------------------------------------------------------------- */

typedef struct
{
  gint serial;
  GPtrArray *parts; /* MynaSpeechPart; NULL: be silent */
} Job;

static gint last_message;  /* the piece after whose end nothing is left to be read; atomic */
static gint ended_message; /* the newest that was read; atomic */
static gint last_serial;   /* of whose job it is */

typedef struct
{
  gint serial;
  char *problem; /* NULL: it was read to its end */
} Ended;

static gboolean
ended_cb (gpointer user_data)
{
  Ended *ended = user_data;
  MynaSpeaker *self = myna_speaker_get_default ();

  if (ended->serial == g_atomic_int_get (&self->serial) && self->owner)
    {
      set_owner (self, NULL);
      if (ended->problem)
        g_signal_emit (self, signals[SIGNAL_FAILED], 0, ended->problem);
    }
  g_free (ended->problem);
  g_free (ended);
  return G_SOURCE_REMOVE;
}

static void
tell_end (gint serial, const char *problem)
{
  Ended *ended = g_new (Ended, 1);

  *ended = (Ended){ serial, g_strdup (problem) };
  g_idle_add (ended_cb, ended);
}

/* In the library's thread. */
static void
end_cb (size_t message, size_t client, SPDNotificationType state)
{
  g_atomic_int_set (&ended_message, (gint) message);
  if (message == (size_t) g_atomic_int_get (&last_message))
    tell_end (g_atomic_int_get (&last_serial), NULL);
}

static SPDConnection *
open_connection (char **ret_problem)
{
  SPDConnection *connection = spd_open2 ("myna", "main", NULL, SPD_MODE_THREADED, NULL, 1, ret_problem);

  if (!connection)
    return NULL;
  connection->callback_end = connection->callback_cancel = end_cb;
  spd_set_notification_on (connection, SPD_END);
  return connection;
}

/* FALSE: the daemon does not answer any more. */
static gboolean
say_parts (MynaSpeaker *self, SPDConnection *connection, const Job *job)
{
  g_atomic_int_set (&last_message, -1);
  g_atomic_int_set (&last_serial, job->serial);
  for (guint i = 0; i < job->parts->len && job->serial == g_atomic_int_get (&self->serial); i++)
    {
      const MynaSpeechPart *part = g_ptr_array_index (job->parts, i);
      int message;

      if (spd_set_language (connection, part->language) != 0)
        return FALSE;
      message = spd_say (connection, SPD_MESSAGE, part->text);
      if (message < 0)
        return FALSE;
      if (i + 1 < job->parts->len)
        continue;
      g_atomic_int_set (&last_message, message);
      /* It may have been short. */
      if (g_atomic_int_get (&ended_message) >= message)
        tell_end (job->serial, NULL);
    }
  return TRUE;
}

/* A daemon that was ended since is started again, once. */
static void
do_job (MynaSpeaker *self, SPDConnection **connection, const Job *job)
{
  char *problem = NULL;

  for (guint attempt = 0; attempt < 2; attempt++)
    {
      if (!*connection && job->parts)
        *connection = open_connection (&problem);
      if (!*connection)
        break;
      if (spd_cancel (*connection) == 0 && (!job->parts || say_parts (self, *connection, job)))
        return;
      spd_close (*connection);
      *connection = NULL;
    }
  if (job->parts)
    tell_end (job->serial, problem ? problem : "");
  free (problem);
}

static gpointer
speak_thread (gpointer user_data)
{
  MynaSpeaker *self = user_data;
  SPDConnection *connection = NULL;

  for (;;)
    {
      Job *job = g_async_queue_pop (self->jobs);

      if (job->serial == g_atomic_int_get (&self->serial))
        do_job (self, &connection, job);
      if (job->parts)
        g_ptr_array_unref (job->parts);
      g_free (job);
    }
  return NULL;
}

static void
push (MynaSpeaker *self, GPtrArray *parts)
{
  Job *job = g_new (Job, 1);

  if (!self->jobs)
    {
      self->jobs = g_async_queue_new ();
      g_thread_unref (g_thread_new ("myna-speech", speak_thread, self));
    }
  *job = (Job){ g_atomic_int_add (&self->serial, 1) + 1, parts };
  g_async_queue_push (self->jobs, job);
}

#else

static void
push (MynaSpeaker *self, GPtrArray *parts)
{
  if (parts)
    g_ptr_array_unref (parts);
}

#endif

/* ---- What is asked of it ---------------------------------------------------------------------------------------- */

void
myna_speaker_say (MynaSpeaker *self, gconstpointer owner, const char *text)
{
  GPtrArray *parts;

  g_return_if_fail (MYNA_IS_SPEAKER (self) && owner);

  if (!myna_speaker_is_built ())
    {
      g_signal_emit (self, signals[SIGNAL_FAILED], 0, "");
      return;
    }
  parts = myna_speech_split (text, myna_speech_get_other_language ());
  if (parts->len == 0)
    {
      g_ptr_array_unref (parts);
      myna_speaker_stop (self);
      return;
    }
  push (self, parts);
  set_owner (self, owner);
}

void
myna_speaker_stop (MynaSpeaker *self)
{
  g_return_if_fail (MYNA_IS_SPEAKER (self));

  if (self->owner)
    push (self, NULL);
  set_owner (self, NULL);
}

gconstpointer
myna_speaker_get_owner (MynaSpeaker *self)
{
  g_return_val_if_fail (MYNA_IS_SPEAKER (self), NULL);

  return self->owner;
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_speaker_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  if (prop_id == PROP_OWNER)
    g_value_set_pointer (value, (gpointer) MYNA_SPEAKER (object)->owner);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
}

static void
myna_speaker_class_init (MynaSpeakerClass *klass)
{
  G_OBJECT_CLASS (klass)->get_property = myna_speaker_get_property;
  properties[PROP_OWNER] = g_param_spec_pointer ("owner", NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);
  signals[SIGNAL_FAILED] =
      g_signal_new ("failed", MYNA_TYPE_SPEAKER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
myna_speaker_init (MynaSpeaker *self)
{
}

/* For good: its thread may be waiting for the daemon when the program ends. */
MynaSpeaker *
myna_speaker_get_default (void)
{
  static MynaSpeaker *speaker;

  if (!speaker)
    speaker = g_object_new (MYNA_TYPE_SPEAKER, NULL);
  return speaker;
}
