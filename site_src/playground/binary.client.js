const ws = new WebSocket("ws://127.0.0.1:8000/");
ws.binaryType = "arraybuffer"; // else data is a Blob
ws.onopen = () => ws.send(Uint8Array.of(255, 128, 64, 0));
ws.onmessage = ({ data }) => {
  console.log(new Uint8Array(data).join(" "));
  ws.send("text");
};
ws.onclose = ({ code }) => console.log("close", code);
