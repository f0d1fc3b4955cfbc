/* test-lazy-digest.c: a file's digest, computed while somebody looks
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <glib/gstdio.h>

#include "chat/lazy-digest.h"

#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" /* of no bytes: FIPS 180-4 */

static void
changed_cb (gpointer n_changes)
{
  ++*(guint *) n_changes;
}

/* It is told of; one that is not wanted any more, or whose owner is gone, is not. */
static void
test_digest (void)
{
  g_autofree char *folder = g_dir_make_tmp ("myna-digest-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "empty", NULL);
  guint n_changes = 0, n_other = 0, n_expected;
  MynaLazyDigest *digest = myna_lazy_digest_new (path, changed_cb, &n_changes);
  MynaLazyDigest *other = myna_lazy_digest_new (path, changed_cb, &n_other);

  g_assert_true (g_file_set_contents (path, "", 0, NULL));
  g_assert_cmpstr (myna_lazy_digest_describe (digest), ==, "");
  myna_lazy_digest_set_wanted (digest, TRUE);
  g_assert_cmpstr (myna_lazy_digest_describe (digest), ==, "Computing…");
  myna_lazy_digest_set_wanted (digest, FALSE);
  myna_lazy_digest_set_wanted (other, TRUE);
  myna_lazy_digest_free (other);
  n_expected = n_changes + 2;
  myna_lazy_digest_set_wanted (digest, TRUE);
  while (!myna_lazy_digest_get (digest))
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (n_changes, >=, n_expected);
  g_assert_cmpuint (n_other, ==, 1);
  g_assert_cmpstr (myna_lazy_digest_get (digest), ==, EMPTY);
  g_assert_cmpstr (myna_lazy_digest_describe (digest), ==, EMPTY);
  myna_lazy_digest_free (digest);
  g_remove (path);
  g_rmdir (folder);
}

/* Why there is none is said in its place. */
static void
test_missing (void)
{
  guint n_changes = 0;
  MynaLazyDigest *digest = myna_lazy_digest_new ("/there/is/none", changed_cb, &n_changes);

  myna_lazy_digest_set_wanted (digest, TRUE);
  while (n_changes < 2)
    g_main_context_iteration (NULL, TRUE);
  g_assert_null (myna_lazy_digest_get (digest));
  g_assert_cmpstr (myna_lazy_digest_describe (digest), ==, "The file or its folder no longer exists.");
  myna_lazy_digest_free (digest);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, G_TEST_OPTION_ISOLATE_DIRS, NULL);
  g_test_add_func ("/lazy-digest/digest", test_digest);
  g_test_add_func ("/lazy-digest/missing", test_missing);
  return g_test_run ();
}
