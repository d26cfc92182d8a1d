"""What readers type into the search box, and the sections that answer it."""

HANDSHAKE = "chapters/handshake/#"
ECHO = "chapters/echo/#"
CLOSING = "chapters/closing/#"
SCRIPTS = "chapters/scripts-in-a-notebook/#"
HANDLER = "chapters/handler-api/#"
DRAFTS = "chapters/drafts/#"
VIEWS = "chapters/views/#"
PROVIDERS = "chapters/providers-and-sessions/#"
CONCURRENCY = "chapters/concurrency/#"
CHAT = "chapters/chat/#"
PAGE = "chapters/chat-page/#"
ORIGINS = "chapters/origins/#"
REJECTING = "chapters/rejecting/#"
TOKENS = "chapters/tokens/#"
CODES = "chapters/close-codes/#"
LEAVING = "chapters/leaving-a-page/#"
TERM = "glossary/#"
ROUTES = "reference/application/#"

QUESTIONS: dict[str, list[str]] = {
    "403 forbidden websocket handshake": [
        f"{DRAFTS}close-before-accept-the-client-sees-403",
        f"{REJECTING}what-does-the-client-see-when-i-close-before-accept",
        f"{VIEWS}a-page-from-another-site-403",
    ],
    "1006 abnormal closure": [f"{TERM}1006", f"{CLOSING}the-client-vanishes"],
    "websocket closes after handler returns": [
        f"{CLOSING}a-handler-that-returns",
        f"{DRAFTS}a-handler-that-returns-and-one-that-raises",
    ],
    "exception in handler closes with 1011": [
        f"{CLOSING}a-handler-that-raises",
        f"{DRAFTS}a-handler-that-returns-and-one-that-raises",
        f"{VIEWS}a-view-that-raises-1011",
    ],
    "message too big 1009": [f"{ECHO}too-long-and-not-text"],
    "max message size": [f"{ECHO}too-long-and-not-text", f"{ROUTES}RouteOptions"],
    "keepalive ping timeout 1011": [
        f"{CODES}why-is-a-healthy-client-closed-with-1011",
        f"{DRAFTS}a-handler-that-never-reads",
    ],
    "send token in header from browser javascript": [
        f"{TOKENS}which-tokens-can-a-browser-send",
        f"{TOKENS}a-token-in-a-header",
    ],
    "jwt authentication websocket query parameter": [
        f"{TOKENS}a-token-in-the-query-string"
    ],
    "how do I authenticate a websocket": [
        f"{TOKENS}which-tokens-can-a-browser-send",
        f"{TOKENS}a-token-in-the-first-message",
        f"{TOKENS}a-token-in-a-header",
    ],
    "return 401 from websocket": [
        f"{REJECTING}a-status-headers-and-a-body-of-your-own",
        f"{REJECTING}exercise-401-or-403",
    ],
    "custom close code not received by client": [
        f"{REJECTING}why-does-my-close-code-not-arrive"
    ],
    "cross-site websocket hijacking": [
        f"{ORIGINS}cookies-and-the-page-that-you-did-not-write",
        f"{ORIGINS}check-the-origin",
        f"{HANDSHAKE}what-the-handshake-does-not-stop",
    ],
    "cors allowed origins": [
        f"{ORIGINS}check-the-origin",
        f"{ORIGINS}does-cors-apply",
    ],
    "dns rebinding": [f"{ORIGINS}an-attackers-name-for-your-server-hosts"],
    "allow subdomains as origin": [
        f"{ORIGINS}exercise-and-all-its-subdomains",
        f"{ORIGINS}which-origins-are-the-same",
    ],
    "X-Forwarded-Host origin refused behind proxy": [
        f"{ORIGINS}my-page-is-refused-behind-a-proxy-trust_forwarded_host",
        "chapters/tls/#why-is-every-page-refused-behind-the-proxy",
        f"{ROUTES}hosts-origins-and-proxies",
    ],
    "token expires while connected": [
        f"{TOKENS}what-if-the-token-expires-or-the-user-logs-out"
    ],
    "guess token brute force": [
        f"{TOKENS}does-a-time-out-stop-a-client-that-guesses",
        f"{TOKENS}a-token-in-a-header",
    ],
    "one-time ticket": [
        f"{TOKENS}exercise-a-ticket-for-one-connection",
        f"{TOKENS}a-token-in-the-query-string",
    ],
    "broadcast to all clients in a room": [
        f"{CHAT}a-room-that-does-not-break",
        "reference/rooms/#Room.broadcast",
        "reference/rooms/#Rooms.broadcast",
    ],
    "slow client blocks broadcast": [
        f"{CHAT}one-client-that-stops-reading",
        f"{CHAT}with-and-without-a-stalled-client",
    ],
    "receive_json invalid json": [
        f"{VIEWS}messages-as-text-bytes-or-json",
        f"{CHAT}json-that-is-not-an-object",
        "reference/connection/#WebSocket.receive_json",
    ],
    "how to catch WebSocketDisconnect": [
        f"{VIEWS}the-end-of-the-loop-and-websocketdisconnect",
        f"{CODES}websocketdisconnect-and-which-codes-are-silent",
        "reference/connection/#WebSocketDisconnect",
    ],
    "detect that the client disconnected": [
        f"{CLOSING}the-client-vanishes",
        f"{DRAFTS}draft-6-the-end-is-remembered",
        f"{HANDLER}what-you-can-rely-on-to-the-end",
        f"{VIEWS}the-end-of-the-loop-and-websocketdisconnect",
    ],
    "path parameters types": [
        f"{VIEWS}parameters-from-the-path-and-the-query",
        f"{HANDLER}matches-what-the-path-says",
        f"{ROUTES}path-patterns",
    ],
    "get query params from url": [
        f"{VIEWS}the-request-url-headers-query_params",
        f"{VIEWS}parameters-from-the-path-and-the-query",
        "reference/connection/#QueryParams",
    ],
    "dependency injection Depends": [
        f"{PROVIDERS}providers-values-by-name",
        f"{PAGE}providers",
    ],
    "include_router prefix": [
        f"{VIEWS}routers-under-a-prefix",
        f"{ROUTES}Router.include_router",
        f"{ROUTES}Application.include_router",
    ],
    "test a websocket without a server": ["reference/testing/#connect"],
    "subprotocol negotiation": [
        f"{HANDLER}subprotocols-and-headers-of-the-answer",
        f"{TERM}subprotocol",
    ],
    "loop stops on empty message": [
        f"{ECHO}an-empty-message-is-a-message",
        f"{DRAFTS}draft-4-an-empty-message-is-a-message",
    ],
    "which close codes can I use": [
        f"{CODES}who-owns-which-codes",
        f"{CLOSING}codes-that-may-not-be-sent",
        f"{CODES}the-whole-table",
    ],
    "close code 1001 going away tab closed": [
        f"{LEAVING}what-does-a-page-send-when-its-user-leaves"
    ],
    "server restart shutdown 1012": [
        f"{CLOSING}a-server-that-goes-down",
        f"{CODES}codes-that-the-server-sends-by-itself",
    ],
    "xss chat message": [f"{PAGE}a-message-that-is-a-script"],
    "rate limit flood": [f"{PAGE}exercise-a-flood", f"{ROUTES}RouteOptions"],
    "serve html page and websocket from same app": [
        f"{PAGE}a-page-served-by-the-same-application"
    ],
    "session middleware": [f"{PROVIDERS}the-session-if-there-is-one"],
    "view must be async def": [f"{VIEWS}a-view-has-to-be-async"],
    "run uvicorn in jupyter": [
        f"{SCRIPTS}uvicornrun-fails-all-the-same",
        f"{SCRIPTS}a-server-as-a-task-and-why-not",
        f"{SCRIPTS}a-server-and-a-script",
    ],
    "nest_asyncio": [f"{SCRIPTS}nest_asyncio-and-its-successor"],
    "bfcache back button": [
        f"{LEAVING}the-page-that-is-left-and-may-come-back",
        f"{LEAVING}the-whole-thing-say-goodbye-and-come-back",
    ],
    "samesite cookie": [f"{ORIGINS}why-did-samesitestrict-not-help"],
    "404 no such route": [f"{VIEWS}no-route-404"],
    "400 bad request missing key": [f"{HANDSHAKE}five-requests-that-are-no-handshake"],
    "how is Sec-WebSocket-Accept calculated": [
        f"{HANDSHAKE}sec-websocket-accept",
        f"{TERM}sec-websocket-accept",
    ],
    "what is in scope": [f"{HANDSHAKE}the-scope", f"{TERM}scope"],
    "binary frames bytes": [
        f"{ECHO}binary",
        f"{DRAFTS}draft-3-the-type-follows-the-frame",
        f"{VIEWS}messages-as-text-bytes-or-json",
    ],
    "share a database connection between handlers": [
        f"{HANDLER}info-what-the-handlers-share",
        f"{PROVIDERS}is-a-value-of-scope-app-shared-with-everybody",
    ],
    "order of messages in concurrent broadcasts": [f"{CHAT}two-messages-two-orders"],
    "memory leak rooms never removed": [f"{CHAT}rooms-and-histories-without-an-end"],
    "websocket messages arrive all at once": [
        f"{CONCURRENCY}the-messages-arrive-all-at-once-at-the-end",
        "troubleshooting/#messages-arrive-all-at-once-at-the-end",
    ],
    "blocking call freezes all connections": [
        f"{CONCURRENCY}one-timesleep-and-nobody-gets-an-answer"
    ],
    "fragmented message": [f"{ECHO}a-message-is-not-a-frame", f"{TERM}fragmentation"],
    "close called twice": [
        f"{VIEWS}async-with-ws-and-closing-twice",
        f"{DRAFTS}draft-7-close-harmless-after-the-end",
    ],
    "code 1005 no status": [f"{TERM}1005", f"{CLOSING}no-code-at-all"],
    "websocket ping pong heartbeat": [
        f"{TERM}ping",
        f"{TERM}keepalive",
        f"{CODES}why-is-a-healthy-client-closed-with-1011",
    ],
    "fastapi ConnectionManager": [f"{CHAT}a-room-that-does-not-break"],
    "client certificate authorization header browser": [
        f"{TOKENS}which-tokens-can-a-browser-send",
        f"{TOKENS}a-token-in-a-header",
        f"{REJECTING}a-status-headers-and-a-body-of-your-own",
    ],
    "cookie sent automatically to websocket": [
        f"{ORIGINS}cookies-and-the-page-that-you-did-not-write",
        f"{ORIGINS}why-did-samesitestrict-not-help",
        f"{TOKENS}which-tokens-can-a-browser-send",
    ],
    "onclose event.code 1006 javascript": [
        f"{REJECTING}what-does-a-page-see-of-all-that",
        f"{LEAVING}a-page-closes",
        f"{LEAVING}what-does-the-close-event-say",
    ],
    "4401 close code": [
        f"{REJECTING}why-does-my-close-code-not-arrive",
        f"{REJECTING}what-does-a-page-see-of-all-that",
        f"{REJECTING}what-does-the-client-see-when-i-close-before-accept",
    ],
    "load history when joining a chat": [
        f"{CHAT}joining-before-accept",
        f"{CHAT}a-member-who-joins-during-a-broadcast",
        f"{CHAT}rooms-and-histories-without-an-end",
        "reference/rooms/#Room.history",
    ],
    "user is typing indicator": [f"{CHAT}exercise-someone-is-typing"],
    "optional query parameter default": [
        f"{VIEWS}parameters-from-the-path-and-the-query"
    ],
    "invalid parameter what does the client see": [
        f"{VIEWS}a-bad-value-is-refused-before-the-accept"
    ],
    "lifespan startup event": [
        f"{TERM}lifespan",
        f"{HANDLER}info-what-the-handlers-share",
        f"{ROUTES}Application.on_startup",
        f"{ROUTES}Application.startup",
        f"{HANDSHAKE}one-callable-three-kinds-of-scope",
    ],
    "gather two clients asyncio": [f"{SCRIPTS}exercise-two-clients-at-once"],
    "send blocks forever": [
        f"{CHAT}one-client-that-stops-reading",
        f"{TERM}back-pressure",
    ],
    "masking xor": [f"{TERM}masking"],
    "order of routes first match": [f"{HANDLER}the-first-route-that-fits-wins"],
    "websocket over http2": [f"{TERM}upgrade-request"],
    "sending None raises TypeError": [
        f"{DRAFTS}draft-5-typeerror-for-what-is-no-message",
        f"{HANDLER}what-you-can-rely-on-to-the-end",
        f"{VIEWS}messages-as-text-bytes-or-json",
    ],
    "graceful shutdown": [
        f"{CLOSING}a-server-that-goes-down",
        "reference/lab/#Server.stop",
        f"{ROUTES}Application.shutdown",
    ],
    "which ASGI servers support reject with body": [
        f"{REJECTING}where-the-server-has-no-denial-response",
        f"{REJECTING}a-status-headers-and-a-body-of-your-own",
        f"{TERM}denial-response",
    ],
    "datetime in url path": [
        f"{ROUTES}path-patterns",
        f"{HANDLER}matches-what-the-path-says",
    ],
}
"""Questions and symptoms."""

ASKED: dict[str, list[str]] = {
    "send a websocket message from an http endpoint": [
        "chapters/push/#the-whole-thing-one-endpoint-that-sends-and-receives-at-once",
        "chapters/push/#from-a-background-task-of-the-application",
        "chapters/push/#to-one-user-with-several-tabs",
        "chapters/http-and-websocket/#the-whole-thing-one-port-a-page-an-api-and-two-sockets",
    ],
    "BackgroundTasks in a websocket endpoint": [
        "chapters/fastapi/#do-backgroundtasks-run-on-a-websocket",
        "chapters/push/#from-a-background-task-of-the-application",
    ],
    "receive and send at the same time in one endpoint": [
        "chapters/push/#the-whole-thing-one-endpoint-that-sends-and-receives-at-once",
        "chapters/push/#why-cant-i-push-from-the-loop-that-receives",
    ],
    "broadcast with multiple uvicorn workers": [
        "chapters/several-processes/#why-do-half-of-my-clients-hear-nothing",
        "chapters/several-processes/#the-whole-thing-two-workers-one-room",
    ],
    "websocket closes after 60 seconds behind nginx": [
        "chapters/proxies/#why-is-it-closed-after-60-seconds-with-1006",
    ],
    "404 behind nginx": [
        "chapters/proxies/#why-400-404-or-426-behind-nginx",
    ],
    "TestClient hangs on receive_json": [
        "chapters/testing/#why-does-my-test-hang",
        "chapters/testing/#a-test-that-cant-hang",
    ],
    "reload hangs with an open websocket": [
        "chapters/shutdown/#does-reload-tell-the-clients",
        "chapters/shutdown/#what-hangs-in-spite-of-the-time-out",
        "chapters/shutdown/#-timeout-graceful-shutdown",
        "chapters/shutdown/#waiting-for-background-tasks-to-complete",
    ],
    "OAuth2PasswordBearer with websocket": [
        "chapters/fastapi/#missing-1-required-positional-argument-request-does-dependshttpbearer-work",
    ],
    "no exception when sending to a disconnected client": [
        "chapters/keepalive/#why-does-send-succeed-though-the-client-is-gone",
    ],
    "wifi lost and disconnect is not detected": [
        "chapters/keepalive/#fin-rst-or-nothing-at-all",
        "chapters/keepalive/#how-long-does-it-take-by-default",
        "chapters/python-clients/#the-connection-is-lost-and-nothing-happens",
    ],
    "raise HTTPException in a websocket": [
        "chapters/fastapi/#what-does-the-client-see-when-i-raise",
    ],
    "group_send message not received": [
        "chapters/channels-groups/#why-does-my-group-message-not-arrive",
    ],
    "reconnect automatically in python": [
        "chapters/python-clients/#a-client-that-reconnects-and-resumes",
        "chapters/python-clients/#what-does-async-for-ws-in-connect-retry",
    ],
    "reconnect exponential backoff javascript": [
        "chapters/browser-clients/#back-off-in-a-page",
        "chapters/browser-clients/#a-page-that-reconnects-and-resumes",
    ],
    "database pool exhausted by websocket dependency": [
        "chapters/fastapi/#why-does-my-websocket-use-up-the-database-pool",
    ],
    "middleware not called for websocket": [
        "chapters/starlette/#why-does-my-middleware-not-see-websockets-and-corsmiddleware",
    ],
    "real client ip behind a proxy": [
        "chapters/tls/#whose-address-does-the-application-see",
    ],
    "send websocket message from celery": [
        "chapters/several-processes/#how-do-i-send-a-message-from-a-script-a-cron-job-or-a-celery-task",
    ],
    "validate messages with pydantic": [
        "chapters/fastapi/#how-do-i-validate-a-message-and-keep-the-connection",
    ],
    "server sent events or websocket": [
        "chapters/one-way/#which-one-do-i-choose",
    ],
    "upload a file with progress": [
        "chapters/binary/#how-does-a-page-upload-a-file-and-show-its-progress",
        "chapters/binary/#the-whole-thing-an-upload-in-chunks",
    ],
    "limit connections per user": [
        "chapters/limits/#exercise-two-for-each-user",
        "chapters/limits/#does-limit-concurrency-limit-websockets",
    ],
    "wss does not work ssl": [
        "troubleshooting/#ssl-wrong_version_number-wrong-version-number",
        "chapters/tls/#wss-does-not-connect",
    ],
    "permessage-deflate memory": [
        "chapters/limits/#what-does-compression-cost-and-what-does-it-save",
    ],
    "connect to socket.io with a plain websocket client": [
        "chapters/socketio/#can-my-websocket-client-connect-to-a-socketio-server",
    ],
    "extra headers python websockets connect": [
        "chapters/send-and-receive/#headers-tokens-and-cookies",
    ],
    "send from another thread": [
        "chapters/push/#from-another-thread",
    ],
    "deploy without disconnecting clients": [
        "chapters/shutdown/#a-restart-that-clients-survive",
    ],
    "log every websocket message": [
        "chapters/seeing-it/#every-frame-log-level-debug",
        "chapters/seeing-it/#a-log-of-your-own-on-any-server",
    ],
    "command line websocket client": [
        "chapters/seeing-it/#a-client-for-the-command-line-and-a-browser",
    ],
    "websocket in APIRouter with prefix 403": [
        "chapters/first-hour/#a-prefix-a-mount-a-slash",
        "chapters/starlette/#a-prefix-a-router-a-mounted-application",
    ],
    "daphne or uvicorn for channels": [
        "chapters/channels-production/#what-is-different-on-daphne",
    ],
    "too many open files": [
        "chapters/limits/#socketaccept-out-of-system-resource-too-many-open-files",
    ],
    "websocket works only after clearing cookies": [
        "chapters/limits/#the-handshake-hangs-for-some-users-only-their-cookies-are-too-long",
        "troubleshooting/#the-handshake-hangs-for-some-users-until-they-clear-their-cookies",
    ],
    "notify one user in several tabs": [
        "chapters/push/#to-one-user-with-several-tabs",
    ],
    "dependency with yield cleanup websocket": [
        "chapters/fastapi/#when-does-a-dependency-with-yield-clean-up",
    ],
    "startup of a mounted sub application is not called": [
        "chapters/http-and-websocket/#why-does-the-startup-of-the-other-application-not-run",
        "chapters/http-and-websocket/#mounted-in-fastapi-or-starlette",
    ],
    "docker stop takes 10 seconds": [
        "chapters/shutdown/#how-long-has-a-container",
    ],
    "lost messages after reconnect": [
        "chapters/python-clients/#resume-without-loss-and-without-doubles",
        "chapters/python-clients/#what-about-the-messages-that-i-sent-before-it-broke",
        "chapters/browser-clients/#a-page-that-reconnects-and-resumes",
    ],
}
"""What people ask in issues and forums of FastAPI, Starlette, uvicorn, Channels and
websockets, in their words."""

THREADS: dict[str, list[str]] = {
    (
        "fastapi websocket only one client receives the broadcast, "
        "active_connections.remove ValueError list.remove(x): x not in list"
    ): [
        "chapters/starlette/#websocketdisconnect-in-a-broadcast-who-speaks-is-thrown-out",
        "chapters/chat/#a-room-that-does-not-break",
    ],
    "websockets.exceptions.InvalidMessage: did not receive a valid HTTP response": [
        "chapters/first-hour/#http-where-a-websocket-should-be-and-the-reverse",
        "troubleshooting/#did-not-receive-a-valid-http-response",
    ],
    (
        "how to run two async functions send and receive loop while also "
        "checking a database in fastapi websocket"
    ): [
        "chapters/push/#the-whole-thing-one-endpoint-that-sends-and-receives-at-once",
    ],
    (
        "uncaught exception in application closes the websocket with 1000 "
        "instead of 1011"
    ): [
        "chapters/closing/#a-handler-that-raises",
        "chapters/close-codes/#where-implementations-differ",
    ],
    "send data from a thread in hypercorn": [
        "chapters/push/#from-another-thread",
    ],
    (
        "websocket disconnects 2 seconds after connecting with error code "
        "1011 django channels"
    ): [
        "chapters/channels-production/#1011-from-a-consumer-exception-inside-application",
        "chapters/channels/#my-consumer-raised-what-does-the-client-see",
    ],
    (
        "cannot call recv while another coroutine is already running recv or "
        "recv_streaming"
    ): [
        "chapters/send-and-receive/#concurrencyerror-cannot-call-recv-while-another-coroutine-is-already-running-recv",
        "troubleshooting/#cannot-call-recv-while-another-coroutine-is-already-running-recv-or-recv_streaming",
    ],
    "how to cancel websocket.recv() cleanly when the task should stop": [
        "chapters/send-and-receive/#a-time-out-around-recv-that-loses-nothing",
        "chapters/push/#is-a-message-lost-when-i-cancel-a-receive",
    ],
    "Task exception was never retrieved ConnectionClosedOK code = 1000": [
        "chapters/push/#asynciowait-first_completed-and-the-bug-that-nobody-hears-of",
    ],
    "handler should be prepared for CancelledError when the server is closed": [
        "chapters/shutdown/#-timeout-graceful-shutdown",
        "chapters/shutdown/#sigterm-from-the-first-line-to-the-last",
        "chapters/shutdown/#exercise-a-feed-that-lets-its-server-end",
    ],
    "how to disable ws_ping_interval and ws_ping_timeout in uvicorn": [
        "chapters/limits/#which-option-of-uvicorn-does-what",
        "chapters/keepalive/#the-whole-thing-uvicorn-closes-a-client-that-answers-no-ping",
        "chapters/keepalive/#who-sends-pings-and-can-the-application",
    ],
    "what does uvicorn --ws-max-queue do": [
        "chapters/limits/#a-flood-of-messages-ws-max-queue-and-who-holds-it-up",
        "chapters/limits/#which-option-of-uvicorn-does-what",
    ],
    "Websocket endpoint must be async, plain def function as websocket route": [
        "chapters/concurrency/#is-a-plain-def-endpoint-run-in-a-thread",
        "chapters/views/#a-view-has-to-be-async",
    ],
    "TestClient websocket startup event not triggered": [
        "chapters/testing/#state-object-has-no-attribute-the-lifespan-did-not-run",
    ],
    (
        "send() after client disconnected raises RuntimeError, should be "
        "WebSocketDisconnect"
    ): [
        "chapters/starlette/#unexpected-asgi-message-websocketsend-after-sending-websocketclose",
        "chapters/starlette/#seven-mistakes-and-what-each-of-them-says",
        "chapters/starlette/#websocketdisconnect-in-a-broadcast-who-speaks-is-thrown-out",
        "chapters/keepalive/#why-does-send-succeed-though-the-client-is-gone",
    ],
    "AWS ALB idle timeout websocket 60 seconds": [
        "chapters/proxies/#why-is-it-closed-after-60-seconds-with-1006",
        "troubleshooting/#1006-after-60-seconds-without-a-message",
    ],
    "are sticky sessions needed for websockets behind a load balancer": [
        "chapters/several-processes/#do-sticky-sessions-help",
    ],
    "authenticate websocket with session cookie instead of token": [
        "chapters/tokens/#a-cookie",
        "chapters/providers-and-sessions/#the-session-if-there-is-one",
    ],
    "re-authenticate when the session expires during an open websocket": [
        "chapters/tokens/#what-if-the-token-expires-or-the-user-logs-out",
    ],
    "slow clients cause memory growth on the server, bufferedAmount, send queue": [
        "chapters/chat/#one-client-that-stops-reading",
        "chapters/binary/#a-download-where-does-send-wait-for-a-slow-client",
        "chapters/chat/#a-room-that-does-not-break",
        "chapters/binary/#what-if-the-page-does-not-wait-for-answers",
    ],
    "socket stuck in CONNECTING, onopen never fires and no error": [
        "chapters/limits/#socketaccept-out-of-system-resource-too-many-open-files",
        "chapters/limits/#the-handshake-hangs-for-some-users-only-their-cookies-are-too-long",
    ],
    (
        "how to debug websocket frames in browser devtools or from command "
        "line wscat websocat"
    ): [
        "chapters/seeing-it/#a-client-for-the-command-line-and-a-browser",
    ],
    "websocket vs http overhead per message, when should I use websocket": [
        "chapters/one-way/#what-is-on-the-wire-beside-a-websocket",
        "chapters/one-way/#which-one-do-i-choose",
    ],
    "nginx worker_connections are not enough for websockets, too many open files": [
        "chapters/limits/#socketaccept-out-of-system-resource-too-many-open-files",
    ],
    "ghost connections: server believes the client is alive but nobody is there": [
        "chapters/keepalive/#the-whole-thing-uvicorn-closes-a-client-that-answers-no-ping",
        "chapters/keepalive/#a-heartbeat-of-the-applications-own",
        "chapters/closing/#the-client-vanishes",
        "chapters/keepalive/#fin-rst-or-nothing-at-all",
    ],
    "zero downtime nginx reload drops websockets": [
        "chapters/proxies/#what-does-a-reload-do-to-open-connections",
    ],
    "cloudflare websocket drops after 100 seconds of inactivity": [
        "chapters/proxies/#why-is-it-closed-after-60-seconds-with-1006",
    ],
    'AuthMiddlewareStack scope["user"] is AnonymousUser': [
        "chapters/channels/#scopeuser-cookies-and-allowedhostsoriginvalidator",
    ],
    (
        "subscribe to an external websocket feed in lifespan and forward it "
        "to my clients"
    ): [
        "chapters/push/#from-a-background-task-of-the-application",
        "chapters/push/#from-another-process",
    ],
    "Firefox can't establish a connection to the server at ws://": [
        "chapters/rejecting/#what-does-a-page-see-of-all-that",
        "chapters/first-hour/#http-where-a-websocket-should-be-and-the-reverse",
    ],
    "pass path parameter and room name to websocket endpoint /ws/{room_id}": [
        "chapters/views/#parameters-from-the-path-and-the-query",
    ],
    "network adapter going down does not disconnect the websocket": [
        "chapters/keepalive/#the-whole-thing-uvicorn-closes-a-client-that-answers-no-ping",
        "chapters/closing/#the-client-vanishes",
        "chapters/keepalive/#fin-rst-or-nothing-at-all",
        "chapters/python-clients/#the-connection-is-lost-and-nothing-happens",
        "chapters/keepalive/#does-tcp-keepalive-find-it",
        "chapters/browser-clients/#should-i-use-the-offline-and-online-events",
    ],
    "can't detect disconnection of a wifi device esp8266": [
        "chapters/keepalive/#the-whole-thing-uvicorn-closes-a-client-that-answers-no-ping",
        "chapters/closing/#the-client-vanishes",
        "chapters/keepalive/#fin-rst-or-nothing-at-all",
        "chapters/keepalive/#a-heartbeat-of-the-applications-own",
    ],
    (
        "client with heartbeat that only receives is never told that the "
        "connection is closed"
    ): [
        "chapters/python-clients/#the-connection-is-lost-and-nothing-happens",
    ],
    "server does not register that the Safari tab was closed or reloaded": [
        "chapters/leaving-a-page/#what-does-a-page-send-when-its-user-leaves",
    ],
    "websocket.application_state is CONNECTED although the page was refreshed": [
        "chapters/starlette/#seven-mistakes-and-what-each-of-them-says",
        "chapters/push/#a-handler-that-only-pushes-has-to-receive-too",
        "chapters/keepalive/#why-does-send-succeed-though-the-client-is-gone",
        "chapters/closing/#the-client-vanishes",
    ],
    "disconnect inactive connections to save resources": [
        "chapters/keepalive/#the-whole-thing-uvicorn-closes-a-client-that-answers-no-ping",
        "chapters/keepalive/#a-heartbeat-of-the-applications-own",
        "chapters/keepalive/#how-long-does-it-take-by-default",
    ],
    "chat with multiple rooms, list of users in each room": [
        "chapters/chat/#a-room-that-does-not-break",
        "chapters/chat/#the-chat-again",
        "chapters/chat-page/#the-view",
        "chapters/push/#to-one-user-with-several-tabs",
    ],
    "notify a user in another worker process with redis pub/sub": [
        "chapters/several-processes/#the-whole-thing-two-workers-one-room",
        "chapters/several-processes/#why-do-half-of-my-clients-hear-nothing",
        "chapters/several-processes/#how-do-i-send-a-message-from-a-script-a-cron-job-or-a-celery-task",
        "chapters/several-processes/#isnt-redis-pubsub-enough",
        "chapters/push/#from-another-process",
    ],
    "only members may join a room, permission check before accept": [
        "chapters/chat/#joining-before-accept",
        "chapters/rejecting/#the-whole-thing-a-status-of-your-own-before-accept",
        "chapters/rejecting/#what-does-the-client-see-when-i-close-before-accept",
    ],
    "nginx location /ws with daphne and gunicorn for http": [
        "chapters/proxies/#the-configuration-that-works",
    ],
    "server side push when a database row changes, update other users' tabs": [
        "chapters/push/#from-a-background-task-of-the-application",
        "chapters/push/#the-whole-thing-one-endpoint-that-sends-and-receives-at-once",
        "chapters/push/#to-one-user-with-several-tabs",
    ],
    "connection closes within seconds with code 1005": [
        "chapters/closing/#no-code-at-all",
        "glossary/#1005",
    ],
    "reconnect after the connection was lost in python, while True loop": [
        "chapters/python-clients/#a-client-that-reconnects-and-resumes",
        "chapters/python-clients/#what-does-async-for-ws-in-connect-retry",
    ],
    "got an unexpected keyword argument": [
        "troubleshooting/#got-an-unexpected-keyword-argument-extra_headers-or-additional_headers",
        "chapters/send-and-receive/#headers-tokens-and-cookies",
    ],
    "infinite connect reconnect loop after network goes down": [
        "chapters/python-clients/#why-does-it-reconnect-in-a-tight-loop",
        "chapters/python-clients/#how-long-should-i-wait-back-off-and-jitter",
    ],
    "difference between onerror and onclose": [
        "chapters/leaving-a-page/#what-does-the-close-event-say",
        "chapters/rejecting/#what-does-a-page-see-of-all-that",
        "chapters/browser-clients/#what-does-a-page-know-about-the-end",
    ],
    "Close received after close / connection is already closed when sending": [
        "chapters/starlette/#unexpected-asgi-message-websocketsend-after-sending-websocketclose",
        "chapters/starlette/#seven-mistakes-and-what-each-of-them-says",
        "troubleshooting/#cannot-call-send-once-a-close-message-has-been-sent",
        "chapters/views/#async-with-ws-and-closing-twice",
        "chapters/browser-clients/#sent-too-early-sent-too-late",
        "troubleshooting/#websocket-is-already-in-closing-or-closed-state",
    ],
    "consumer does not receive messages after redis was restarted": [
        "chapters/several-processes/#redis-restarts-are-my-clients-disconnected",
        "chapters/channels-groups/#why-does-my-group-message-not-arrive",
    ],
    "group_send drops messages, gaps in sequence numbers": [
        "chapters/channels-groups/#why-does-my-group-message-not-arrive",
    ],
    "how can a client notice that it missed messages": [
        "chapters/python-clients/#resume-without-loss-and-without-doubles",
        "chapters/browser-clients/#a-page-that-reconnects-and-resumes",
    ],
    "skip ssl certificate verification in websocket client": [
        "chapters/tls/#wss-does-not-connect",
    ],
    "validate every message and rate limit, websocket security best practices": [
        "chapters/limits/#the-whole-thing-size-rate-connections",
        "chapters/chat-page/#what-a-message-is",
    ],
    "who closes first, what does code 1001 going away mean": [
        "chapters/leaving-a-page/#what-does-a-page-send-when-its-user-leaves",
        "chapters/closing/#a-server-that-goes-down",
        "chapters/close-codes/#the-whole-table",
        "chapters/seeing-it/#the-clients-half-of-the-story",
    ],
    "Handshake status 200 OK websocket._exceptions.WebSocketBadStatusException": [
        "chapters/first-hour/#http-where-a-websocket-should-be-and-the-reverse",
    ],
    "Error during WebSocket handshake: Unexpected response code: 200": [
        "chapters/first-hour/#http-where-a-websocket-should-be-and-the-reverse",
    ],
    "TrustedHostMiddleware invalid host websocket": [
        "chapters/starlette/#a-prefix-a-router-a-mounted-application",
    ],
    "fastapi websocket endpoint on a different subdomain or host": [
        "chapters/starlette/#a-prefix-a-router-a-mounted-application",
    ],
    (
        "websocket works on localhost but not from another computer or phone "
        "in the network"
    ): [
        "chapters/first-hour/#refused-from-another-computer-a-phone-or-a-container",
    ],
    "custom middleware for all channels consumers": [
        "chapters/channels-groups/#a-middleware-of-your-own",
    ],
    "django.core.exceptions.AppRegistryNotReady: Apps aren't loaded yet. asgi.py": [
        "chapters/channels/#appregistrynotready-apps-arent-loaded-yet",
    ],
}
"""What people asked in other threads, written here before anybody looked for it."""

MESSAGES: dict[str, list[str]] = {
    "RuntimeError: asyncio.run() cannot be called from a running event loop": [
        f"{SCRIPTS}a-server-and-a-script",
        f"{SCRIPTS}why-the-cell-fails",
    ],
    "ERROR:    ASGI callable returned without completing handshake.": [
        f"{REJECTING}what-if-the-handler-returns-or-raises",
        f"{REJECTING}a-status-headers-and-a-body-of-your-own",
    ],
    "Error during WebSocket handshake: Unexpected response code: 403": [
        f"{REJECTING}what-does-a-page-see-of-all-that"
    ],
    "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: "
    "invalid start byte": [f"{ECHO}too-long-and-not-text"],
    "frame with 1001 bytes exceeds limit of 1000 bytes": [
        f"{ECHO}too-long-and-not-text"
    ],
    "Error during WebSocket handshake: Sent non-empty 'Sec-WebSocket-Protocol' header "
    "but no response was received": [f"{TOKENS}a-token-in-a-subprotocol"],
    "HTTP Authentication failed; no valid credentials available": [
        f"{REJECTING}what-does-a-page-see-of-all-that"
    ],
    "ValueError: the client did not offer the subprotocol 'json', but 'csv'": [
        f"{HANDLER}subprotocols-and-headers-of-the-answer"
    ],
    "RuntimeError: there is no session: wrap the application in a session middleware, "
    'which sets scope["session"]': [f"{PROVIDERS}the-session-if-there-is-one"],
    "WebSocketStateError: cannot close: the application has closed the connection": [
        f"{VIEWS}async-with-ws-and-closing-twice"
    ],
    "WebSocketStateError: accept comes before everything else, but the connection is "
    "open": [f"{VIEWS}raw-events"],
    "1005 may not be sent as a close code: use 1000-1003, 1007-1014 or 3000-4999": [
        f"{CODES}the-library-checks-first"
    ],
    "a close reason has at most 123 bytes of UTF-8, this has 124": [
        f"{CODES}how-long-may-a-reason-be"
    ],
    "reject() comes before accept, but the handshake has been answered": [
        f"{REJECTING}after-accept-it-is-too-late"
    ],
    "TypeError: a message is str or bytes, not NoneType": [
        f"{DRAFTS}draft-5-typeerror-for-what-is-no-message"
    ],
}
"""Messages as they are pasted, each from the section that shows it."""
