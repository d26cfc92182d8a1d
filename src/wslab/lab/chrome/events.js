// Reports what happens to every WebSocket of a page, in the page's own order.
// Before the page's scripts run, `WebSocket` becomes a subclass of the browser's.
(() => {
  let sockets = 0;
  const text = (data) =>
    typeof data === "string" ? data
    : data instanceof Blob ? `Blob of ${data.size} bytes`
    : [...new Uint8Array(data)].map((b) => b.toString(16).padStart(2, "0")).join(" ");

  window.WebSocket = class WebSocket extends window.WebSocket {
    constructor(url, ...protocols) {
      super(url, ...protocols);
      const report = { socket: ++sockets, url: this.url };
      const on = (kind, details) =>
        this.addEventListener(kind, (event) =>
          wslabReport({ ...report, kind, ...details(event) }));
      on("open", () => ({ protocol: this.protocol }));
      on("message", (event) => ({ data: text(event.data).slice(0, 2000) }));
      on("error", () => ({}));
      on("close", ({ code, reason, wasClean }) => ({ code, reason, wasClean }));
    }
  };
})();
