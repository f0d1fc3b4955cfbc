/* remote-address.c: the addresses of servers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "remote/wire/remote-address.h"

#include <string.h>

#define MAX_BYTES 2048

gboolean
remote_address_is_private (GInetAddress *address)
{
  const guint8 *bytes = g_inet_address_to_bytes (address);

  if (g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV6)
    {
      static const guint8 mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
      g_autoptr (GInetAddress) inner = NULL;

      if (memcmp (bytes, mapped, sizeof mapped) != 0)
        return g_inet_address_get_is_loopback (address) || g_inet_address_get_is_link_local (address)
               || (bytes[0] & 0xfe) == 0xfc; /* unique local */
      inner = g_inet_address_new_from_bytes (bytes + sizeof mapped, G_SOCKET_FAMILY_IPV4);
      return remote_address_is_private (inner);
    }
  return g_inet_address_get_is_loopback (address) || g_inet_address_get_is_link_local (address)
         || g_inet_address_get_is_site_local (address)
         || (bytes[0] == 100 && (bytes[1] & 0xc0) == 64); /* shared by carriers and VPNs */
}

/* What stands there is an address of the internet, and not a name that must be looked up. */
static gboolean
is_public (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return address && !remote_address_is_private (address);
}

/* A host that is taken for one of this computer or network where nothing else is said. */
static gboolean
is_near (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  if (address)
    return remote_address_is_private (address);
  return g_ascii_strcasecmp (host, "localhost") == 0 || g_str_has_suffix (host, ".localhost")
         || g_str_has_suffix (host, ".local");
}

/* The URI, with a scheme. */
static GUri *
parse (const char *text)
{
  const GUriFlags flags = G_URI_FLAGS_ENCODED | G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_SCHEME_NORMALIZE;
  g_autofree char *guess = NULL;
  GUri *uri;

  if (strstr (text, "://"))
    return g_uri_parse (text, flags, NULL);
  guess = g_strconcat ("https://", text, NULL);
  uri = g_uri_parse (guess, flags, NULL);
  if (!uri || !g_uri_get_host (uri) || !is_near (g_uri_get_host (uri)))
    return uri;
  g_uri_unref (uri);
  g_free (guess);
  guess = g_strconcat ("http://", text, NULL);
  return g_uri_parse (guess, flags, NULL);
}

/* The host in ASCII (punycode), so that no name looks like another.  NULL: not a host. */
static char *
dup_ascii_host (const char *host)
{
  g_autofree char *ascii = host && *host ? g_hostname_to_ascii (host) : NULL;

  for (const char *at = ascii; at && *at; at++)
    if (!g_ascii_isalnum (*at) && !strchr ("-._:", *at))
      return NULL;
  return g_steal_pointer (&ascii);
}

static char *
normalize_path (const char *given)
{
  g_autofree char *path = g_strdup (given);

  while (*path && path[strlen (path) - 1] == '/')
    path[strlen (path) - 1] = '\0';
  /* The address of one of its functions, as it stands in manuals. */
  if (g_str_has_suffix (path, "/chat/completions"))
    path[strlen (path) - strlen ("/chat/completions")] = '\0';
  else if (g_str_has_suffix (path, "/models"))
    path[strlen (path) - strlen ("/models")] = '\0';
  return *path ? g_steal_pointer (&path) : g_strdup ("/v1");
}

char *
remote_address_normalize (const char *text, RemoteProblem *ret_problem)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text)), *path = NULL, *host = NULL;
  g_autoptr (GUri) uri = strlen (stripped) <= MAX_BYTES ? parse (stripped) : NULL;
  g_autoptr (GUri) made = NULL;
  gboolean plain;

  *ret_problem = REMOTE_PROBLEM_ADDRESS;
  host = uri ? dup_ascii_host (g_uri_get_host (uri)) : NULL;
  if (!host || g_uri_get_query (uri) || g_uri_get_fragment (uri) || g_uri_get_userinfo (uri) || g_uri_get_port (uri) == 0)
    return NULL;
  plain = g_str_equal (g_uri_get_scheme (uri), "http");
  if (!plain && !g_str_equal (g_uri_get_scheme (uri), "https"))
    return NULL;
  if (plain && is_public (host))
    {
      *ret_problem = REMOTE_PROBLEM_INSECURE;
      return NULL;
    }
  path = normalize_path (g_uri_get_path (uri));
  made = g_uri_build (G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE, g_uri_get_scheme (uri), NULL, host,
                      g_uri_get_port (uri), path, NULL, NULL);
  *ret_problem = REMOTE_PROBLEM_NONE;
  return g_uri_to_string (made);
}

gboolean
remote_address_is_plain (const char *address)
{
  return g_str_has_prefix (address, "http:");
}

char *
remote_address_dup_host (const char *address)
{
  g_autoptr (GUri) uri = g_uri_parse (address, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE, NULL);
  const char *host = uri ? g_uri_get_host (uri) : NULL;
  gboolean is_v6;
  int port;

  if (!host)
    return g_strdup (address);
  port = g_uri_get_port (uri);
  is_v6 = strchr (host, ':') != NULL;
  if (port <= 0 || port == (remote_address_is_plain (address) ? 80 : 443))
    return g_strdup (host);
  return g_strdup_printf (is_v6 ? "[%s]:%d" : "%s:%d", host, port);
}

static int
get_port (GUri *uri)
{
  int port = g_uri_get_port (uri);

  return port > 0 ? port : g_str_equal (g_uri_get_scheme (uri), "http") ? 80 : 443;
}

gboolean
remote_address_is_same_origin (const char *one, const char *other)
{
  g_autoptr (GUri) a = g_uri_parse (one, G_URI_FLAGS_ENCODED, NULL), b = g_uri_parse (other, G_URI_FLAGS_ENCODED, NULL);

  return a && b && g_uri_get_host (a) && g_uri_get_host (b) && g_str_equal (g_uri_get_scheme (a), g_uri_get_scheme (b))
         && g_ascii_strcasecmp (g_uri_get_host (a), g_uri_get_host (b)) == 0 && get_port (a) == get_port (b);
}

RemoteProblem
remote_address_check (const char *address)
{
  g_autoptr (GUri) uri =
      strlen (address) <= MAX_BYTES ? g_uri_parse (address, G_URI_FLAGS_ENCODED | G_URI_FLAGS_HAS_PASSWORD, NULL) : NULL;
  const char *host = uri ? g_uri_get_host (uri) : NULL;
  g_autofree char *ascii = dup_ascii_host (host);

  if (!ascii || g_uri_get_userinfo (uri) || g_uri_get_port (uri) == 0)
    return REMOTE_PROBLEM_ADDRESS;
  if (g_str_has_prefix (address, "https:"))
    return REMOTE_PROBLEM_NONE;
  if (!remote_address_is_plain (address))
    return REMOTE_PROBLEM_ADDRESS;
  return is_public (host) ? REMOTE_PROBLEM_INSECURE : REMOTE_PROBLEM_NONE;
}

static gboolean
is_of_domain (const char *host, const char *domain)
{
  gsize n = strlen (host), n_domain = strlen (domain);

  return n_domain > 0 && n >= n_domain && g_ascii_strcasecmp (host + n - n_domain, domain) == 0
         && (n == n_domain || host[n - n_domain - 1] == '.');
}

gboolean
remote_address_is_of (const char *address, const char *other, const char *const *hosts)
{
  g_autoptr (GUri) uri = g_uri_parse (address, G_URI_FLAGS_ENCODED, NULL),
                   from = g_uri_parse (other, G_URI_FLAGS_ENCODED, NULL);

  if (!uri || !from || remote_address_check (address) || !g_str_equal (g_uri_get_scheme (uri), g_uri_get_scheme (from)))
    return FALSE;
  for (; hosts && *hosts; hosts++)
    if (is_of_domain (g_uri_get_host (uri), *hosts))
      return TRUE;
  return FALSE;
}
