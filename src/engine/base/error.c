/* error.c: filling a GlmError
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/tame.h"

/* Drops a UTF-8 sequence that the end of the buffer cut in two. */
static void
trim_partial_character (char *text)
{
  size_t n = strlen (text), start = n;

  while (start > 0 && n - start < 4 && ((unsigned char) text[start - 1] & 0xC0) == 0x80)
    start--;
  if (start == 0)
    return;

  unsigned char lead = (unsigned char) text[start - 1];
  size_t expected = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;

  if (lead >= 0xC0 && n - (start - 1) < expected)
    text[start - 1] = '\0';
}

static void
set_message (GlmError *error, GlmErrorCode code, const char *format, va_list args)
{
  error->code = code;
  vsnprintf (error->message, sizeof error->message, format, args);
  trim_partial_character (error->message);
  error->message[glm_tame (error->message, strlen (error->message))] = '\0';
}

bool
glm_error_set (GlmError *error, GlmErrorCode code, const char *format, ...)
{
  if (error)
    {
      va_list args;

      va_start (args, format);
      set_message (error, code, format, args);
      va_end (args);
      glm_error_set_fault (error, GLM_FAULT_NONE, NULL, 0);
    }
  return false;
}

bool
glm_error_set_fault (GlmError *error, GlmFault fault, const char *subject, size_t subject_bytes)
{
  size_t n = 0;

  if (!error)
    return false;
  error->fault = fault;
  for (; subject && n < subject_bytes && n + 1 < sizeof error->subject; n++)
    error->subject[n] = (unsigned char) subject[n] < 0x20 || subject[n] == 0x7F ? '?' : subject[n];
  error->subject[n] = '\0';
  trim_partial_character (error->subject);
  return false;
}

static GlmErrorCode
code_from_errno (int errnum)
{
  switch (errnum)
    {
    case ENOENT: return GLM_ERROR_NOT_FOUND;
    case ENOMEM: return GLM_ERROR_NO_MEMORY;
    case ENOSPC:
    case EDQUOT: return GLM_ERROR_NO_SPACE;
    default: return GLM_ERROR_IO;
    }
}

bool
glm_error_set_errno (GlmError *error, int errnum, const char *format, ...)
{
  if (error)
    {
      va_list args;
      char buffer[128];
      const char *reason = strerror_r (errnum, buffer, sizeof buffer); /* GNU's: returns the text */
      size_t n;

      va_start (args, format);
      set_message (error, code_from_errno (errnum), format, args);
      va_end (args);

      n = strlen (error->message);
      snprintf (error->message + n, sizeof error->message - n, ": %s", reason);
      trim_partial_character (error->message);
      glm_error_set_fault (error, GLM_FAULT_NONE, NULL, 0);
    }
  return false;
}

bool
glm_error_prefix (GlmError *error, const char *format, ...)
{
  if (error)
    {
      char old[sizeof error->message];
      va_list args;
      size_t n;

      memcpy (old, error->message, sizeof old);
      va_start (args, format);
      set_message (error, error->code, format, args);
      va_end (args);
      n = strlen (error->message);
      snprintf (error->message + n, sizeof error->message - n, ": %s", old);
      trim_partial_character (error->message);
    }
  return false;
}
