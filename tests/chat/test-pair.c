/* test-pair.c: what an answer needs lives until the answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat/pair.h"

#include <gio/gio.h>

static GObject *owner, *subject;

/* The subject ends first: it may be a part of its owner. */
static void
end_subject (gpointer data)
{
  g_assert_true (data == subject);
  g_assert_nonnull (owner);
  g_object_unref (data);
}

static void
test_keeps_both (void)
{
  MynaPair *pair;

  owner = G_OBJECT (g_cancellable_new ());
  subject = G_OBJECT (g_cancellable_new ());
  g_object_add_weak_pointer (owner, (gpointer *) &owner);
  g_object_add_weak_pointer (subject, (gpointer *) &subject);
  pair = myna_pair_new (owner, subject, end_subject);
  g_object_unref (owner);
  g_assert_true (pair->owner == owner);
  g_assert_true (pair->subject == subject);
  myna_pair_free (pair);
  g_assert_null (owner);
  g_assert_null (subject);
}

static void
test_texts (void)
{
  g_autoptr (GCancellable) object = g_cancellable_new ();
  g_autoptr (MynaPair) pair = myna_pair_new (object, g_strdup ("a text"), g_free);

  g_assert_cmpstr (pair->subject, ==, "a text");
  myna_pair_free (NULL);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pair/keeps-both", test_keeps_both);
  g_test_add_func ("/pair/texts", test_texts);
  return g_test_run ();
}
