const encode = (it) => {
  if (!(it.data instanceof ArrayBuffer)) return it;
  const text = Array.from(new Uint8Array(it.data), (byte) => String.fromCharCode(byte)).join("");
  return { ...it, data: { base64: btoa(text) } };
};
const decode = (it) => {
  if (it.data?.base64 === undefined) return it;
  return { ...it, data: Uint8Array.from(atob(it.data.base64), (c) => c.charCodeAt(0)).buffer };
};
window.begin = (base) => new Promise((resolve) => {
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.src = "client.html";
  frame.onload = () => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => fromFrame(encode(data));
    window.toFrame = (message) => port1.postMessage(decode(message));
    frame.contentWindow.postMessage({ base }, "*", [port2]);
    resolve();
  };
  document.body.append(frame);
});
