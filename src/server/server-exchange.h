/* server-exchange.h: one completion, from the body of its request to the last byte of its answer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SERVER_EXCHANGE_H
#define SERVER_EXCHANGE_H

#include <libsoup/soup.h>

#include "server/server-engine.h"
#include "server/server-request.h"

G_BEGIN_DECLS

typedef struct ServerExchange ServerExchange;

/* Takes the request; engine and connection must outlive the exchange.  The message is answered when the engine is done, and
 * then, or when the client has gone and the engine has stopped, `ended` is called and the exchange is freed. */
ServerExchange *server_exchange_start (SoupServerMessage *message, ServerRequest *request, const ServerModel *model,
                                       const ServerEngineFuncs *funcs, gpointer engine,
                                       void (*ended) (ServerExchange *exchange, gpointer user_data), gpointer user_data);
/* The message that it answers. */
SoupServerMessage *server_exchange_get_message (const ServerExchange *exchange);
/* The client has gone. */
void server_exchange_leave (ServerExchange *exchange);
/* The person wants it to stop. */
void server_exchange_stop (ServerExchange *exchange);

/* The server goes away: nothing is written any more, `ended` is not called, and the engine's end frees the exchange. */
void server_exchange_abandon (ServerExchange *exchange);

G_END_DECLS

#endif
