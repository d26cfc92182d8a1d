// What a client may try; ELSEWHERE is an address that answers.
const attempts = {
  fetch: () => fetch(ELSEWHERE),
  "fetch from the site": () => fetch("client.js"),
  beacon: async () => {
    navigator.sendBeacon(ELSEWHERE, "x"); // Chromium says true, and sends nothing
    throw new Error("the server knows");
  },
  module: () => import(ELSEWHERE),
  picture: () => new Promise((done, fail) =>
    Object.assign(new Image(), { onload: done, onerror: fail, src: ELSEWHERE })),
  worker: () => new Promise((done, fail) =>
    Object.assign(new Worker("data:text/javascript,postMessage(0)"), {
      onmessage: done,
      onerror: fail,
    })),
  "page around": async () => parent.document.body,
  cookies: async () => document.cookie,
  storage: async () => localStorage,
  window: async () => open(ELSEWHERE) ?? Promise.reject(),
  "socket of another frame": () => new Promise((done, fail) => {
    const { contentWindow } = document.body.appendChild(document.createElement("iframe"));
    const socket = new contentWindow.WebSocket(ELSEWHERE.replace("http", "ws"));
    Object.assign(socket, { onopen: done, onerror: fail });
  }),
};
for (const [name, attempt] of Object.entries(attempts)) {
  await attempt().then(() => console.log(name, "reached"), () => console.log(name, "refused"));
}
console.log("end");
location.href = ELSEWHERE;
