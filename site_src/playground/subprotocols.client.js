const offer = (...protocols) =>
  new Promise((resolve) => {
    const ws = new WebSocket("ws://127.0.0.1:8000/", protocols);
    ws.onopen = () => console.log(protocols, "agreed on", ws.protocol || "none");
    ws.onerror = () => console.log(protocols, "failed: none of them came back");
    ws.onclose = resolve;
  });

await offer("chat.v1", "chat.v2");
await offer("chat.v1");
await offer();
await offer("chat.v3");
