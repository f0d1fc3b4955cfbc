/* make-history.c: make-history FILE N: a history of N chats of 10 messages
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <stdlib.h>

#include "store-test.h"

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL); /* the filling is random */
  if (argc != 3)
    return 2;
  test_fill (argv[1], atoi (argv[2]));

  return 0;
}
