const closed = (code) =>
  new Promise((resolve) => {
    const ws = new WebSocket(`ws://127.0.0.1:8000/${code}`);
    ws.onclose = resolve;
  });

for (const asked of [1000, 1001, 1011, 1012, 3000, 4999]) {
  const { code, reason, wasClean } = await closed(asked);
  console.log(`${asked}: ${code} "${reason}", ${wasClean ? "clean" : "not clean"}`);
}
