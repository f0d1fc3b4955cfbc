/* chat-search.c: searches through all conversations, as the person types
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Each letter asks the store anew; it ends the search before.  Where words found nothing, letters inside of words are
 * looked for too.
 */
#include "chat/chat-search.h"

#include "chat/message-parts.h"

#define MAX_HITS 60

struct _MynaChatSearch
{
  GObject parent_instance;

  StoreDb *store;
  GCancellable *cancellable;
  char *text;
  char *where;
  char *when;
  gboolean anywhere; /* the search that runs looks inside of words */
};

enum
{
  PROP_0,
  PROP_WHERE,
  PROP_WHEN,
  N_PROPS
};

enum
{
  SIGNAL_FOUND,
  N_SIGNALS
};

static GParamSpec *properties[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (MynaChatSearch, myna_chat_search, G_TYPE_OBJECT)

/* ---- Searching -------------------------------------------------------------------------------------------------- */

static void search (MynaChatSearch *self, gboolean anywhere);

typedef struct
{
  MynaChatSearch *self;
  GCancellable *cancellable;
} Asked;

static void
asked_free (Asked *asked)
{
  g_object_unref (asked->self);
  g_object_unref (asked->cancellable);
  g_free (asked);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Asked, asked_free)

static void
found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Asked) asked = user_data;
  MynaChatSearch *self = asked->self;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) hits = store_finish_list (STORE_DB (source), result, &error);

  /* Also where the store could not search: its problem is told elsewhere, and what stood here stays.  What was found before something
   * else was searched for is nothing any more. */
  if (!hits || g_cancellable_is_cancelled (asked->cancellable))
    return;
  if (hits->len == 0 && !self->anywhere)
    search (self, TRUE);
  else
    g_signal_emit (self, signals[SIGNAL_FOUND], 0, hits);
}

static gint64
get_earliest (MynaChatSearch *self)
{
  static const struct
  {
    const char *when;
    int days;
  } spans[] = { { "day", 1 }, { "week", 7 }, { "month", 31 }, { "year", 366 } };

  for (guint i = 0; i < G_N_ELEMENTS (spans); i++)
    {
      if (g_str_equal (self->when, spans[i].when))
        return g_get_real_time () / 1000 - spans[i].days * G_GINT64_CONSTANT (86400000);
    }

  return 0;
}

static void
search (MynaChatSearch *self, gboolean anywhere)
{
  StoreSearch query = STORE_SEARCH_INIT;
  Asked *asked;

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (!self->store || !*self->text)
    return;
  self->cancellable = g_cancellable_new ();
  self->anywhere = anywhere;
  query.text = self->text;
  query.limit = MAX_HITS;
  query.after = get_earliest (self);
  query.anywhere = anywhere;
  query.thoughts = myna_part_is_searched (STORE_PART_THOUGHT);
  if (g_str_equal (self->where, "me"))
    query.role = STORE_ROLE_USER;
  else if (g_str_equal (self->where, "replies"))
    query.role = STORE_ROLE_ASSISTANT;
  asked = g_new (Asked, 1);
  *asked = (Asked){ g_object_ref (self), g_object_ref (self->cancellable) };
  store_search_async (self->store, &query, self->cancellable, found_cb, asked);
}

void
myna_chat_search_set_store (MynaChatSearch *self, StoreDb *store)
{
  g_return_if_fail (MYNA_IS_CHAT_SEARCH (self));

  g_set_object (&self->store, store);
  search (self, FALSE);
}

void
myna_chat_search_set_text (MynaChatSearch *self, const char *text)
{
  g_return_if_fail (MYNA_IS_CHAT_SEARCH (self));

  g_free (self->text);
  self->text = g_strstrip (g_strdup (text));
  search (self, FALSE);
}

const char *
myna_chat_search_get_text (MynaChatSearch *self)
{
  g_return_val_if_fail (MYNA_IS_CHAT_SEARCH (self), "");

  return self->text;
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_chat_search_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  MynaChatSearch *self = MYNA_CHAT_SEARCH (object);

  switch (prop_id)
    {
    case PROP_WHERE: g_value_set_string (value, self->where); break;
    case PROP_WHEN: g_value_set_string (value, self->when); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
myna_chat_search_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  MynaChatSearch *self = MYNA_CHAT_SEARCH (object);

  switch (prop_id)
    {
    case PROP_WHERE:
      g_free (self->where);
      self->where = g_value_dup_string (value);
      break;
    case PROP_WHEN:
      g_free (self->when);
      self->when = g_value_dup_string (value);
      break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
  if (self->text)
    search (self, FALSE);
}

static void
myna_chat_search_dispose (GObject *object)
{
  MynaChatSearch *self = MYNA_CHAT_SEARCH (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->store);

  G_OBJECT_CLASS (myna_chat_search_parent_class)->dispose (object);
}

static void
myna_chat_search_finalize (GObject *object)
{
  MynaChatSearch *self = MYNA_CHAT_SEARCH (object);

  g_free (self->text);
  g_free (self->where);
  g_free (self->when);

  G_OBJECT_CLASS (myna_chat_search_parent_class)->finalize (object);
}

static void
myna_chat_search_class_init (MynaChatSearchClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS;

  object_class->get_property = myna_chat_search_get_property;
  object_class->set_property = myna_chat_search_set_property;
  object_class->dispose = myna_chat_search_dispose;
  object_class->finalize = myna_chat_search_finalize;

  properties[PROP_WHERE] = g_param_spec_string ("where", NULL, NULL, "any", flags);
  properties[PROP_WHEN] = g_param_spec_string ("when", NULL, NULL, "any", flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[SIGNAL_FOUND] =
      g_signal_new ("found", MYNA_TYPE_CHAT_SEARCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_PTR_ARRAY);
}

static void
myna_chat_search_init (MynaChatSearch *self)
{
  self->text = g_strdup ("");
}

MynaChatSearch *
myna_chat_search_new (void)
{
  return g_object_new (MYNA_TYPE_CHAT_SEARCH, NULL);
}
