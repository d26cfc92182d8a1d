/** Inside the frame of a client: gives it a console and a WebSocket, and runs it.

    The frame's page, client.html, is shown in a sandbox without an origin of its own. */

import { watchConsole } from "./client/console.ts";
import { watchForms } from "./client/forms.ts";
import type { FromFrame, ToFrame } from "./client/messages.ts";
import { socketsOver } from "./client/socket.ts";

function colour(scheme: string): void {
  document.querySelector("meta[name=color-scheme]")?.setAttribute("content", scheme);
}

function show(source: string): void {
  if (source.trimStart().startsWith("<")) {
    document.body.append(document.createRange().createContextualFragment(source));
    return;
  }
  const script = document.createElement("script");
  script.type = "module";
  script.textContent = source;
  document.body.append(script);
}

function begin(port: MessagePort, base: string): void {
  const post = (message: FromFrame): void => port.postMessage(message);
  watchConsole((level, text) => post({ type: "console", level, text }));
  watchForms();
  const end = (): void => post({ type: "ended" });
  // A script that does not parse never begins.
  addEventListener("error", end);
  addEventListener("scriptbegun", () => removeEventListener("error", end));
  addEventListener("scriptended", end);
  const sockets = socketsOver(post, base, location.href);
  Object.defineProperty(window, "WebSocket", { configurable: true, writable: true, value: sockets.WebSocket });
  port.onmessage = ({ data }: MessageEvent<ToFrame>) => {
    if (data.type === "show") show(data.source);
    else if (data.type === "scheme") colour(data.scheme);
    else sockets.hear(data);
  };
}

function hear({ source, data, ports }: MessageEvent<{ readonly base: string }>): void {
  const [port] = ports;
  // Whoever shows this page with the site's origin is not to run scripts in that.
  if (source !== parent || self.origin !== "null" || !port) return;
  removeEventListener("message", hear);
  begin(port, data.base);
}

addEventListener("message", hear);
