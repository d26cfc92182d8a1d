const { origin, href, host } = location;
const open = (address) => new Promise((resolve) => {
  const ws = new WebSocket(address);
  ws.onopen = () => { console.log(ws.url); ws.close(); };
  ws.onclose = resolve;
});
await open(origin.replace("http", "ws") + "/echo/origin?a=1");
await open(href.replace("http", "ws") + "echo/href");
await open(`wss://${host}/echo/host`);
await open("echo/relative");
console.log("end");
