const ws = new WebSocket("ws://127.0.0.1:8000/");
ws.onmessage = ({ data }) => console.log("message", data);
ws.onerror = () => console.log("error");
ws.onclose = ({ code, wasClean }) => console.log("close", code, "clean:", wasClean);
