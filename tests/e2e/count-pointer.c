/* count-pointer.c: preloaded into the program by a test: counts how often the X server is asked where the pointer is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * $MYNA_POINTER_COUNT: a file that gets a byte for each time.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static void
count (void)
{
  const char *path = getenv ("MYNA_POINTER_COUNT");
  int fd = path ? open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;

  if (fd < 0)
    return;
  if (write (fd, ".", 1) != 1)
    _exit (1);
  close (fd);
}

/* As XInput2.h and Xlib.h declare them; pointers and numbers alone. */
int XIQueryPointer (void *display, int device, unsigned long window, unsigned long *root, unsigned long *child, double *root_x,
                    double *root_y, double *x, double *y, void *buttons, void *modifiers, void *group);

int
XIQueryPointer (void *display, int device, unsigned long window, unsigned long *root, unsigned long *child, double *root_x,
                double *root_y, double *x, double *y, void *buttons, void *modifiers, void *group)
{
  __typeof__ (&XIQueryPointer) real = (__typeof__ (&XIQueryPointer)) dlsym (RTLD_NEXT, "XIQueryPointer");

  count ();
  return real (display, device, window, root, child, root_x, root_y, x, y, buttons, modifiers, group);
}

int XQueryPointer (void *display, unsigned long window, unsigned long *root, unsigned long *child, int *root_x, int *root_y,
                   int *x, int *y, unsigned int *mask);

int
XQueryPointer (void *display, unsigned long window, unsigned long *root, unsigned long *child, int *root_x, int *root_y, int *x,
               int *y, unsigned int *mask)
{
  __typeof__ (&XQueryPointer) real = (__typeof__ (&XQueryPointer)) dlsym (RTLD_NEXT, "XQueryPointer");

  count ();
  return real (display, window, root, child, root_x, root_y, x, y, mask);
}
