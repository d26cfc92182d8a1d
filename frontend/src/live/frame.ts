/** HTML that a cell made, in a frame that can reach nothing: no script, no network, no page. */

/** The script of frame-inside.ts, and its hash: the build puts both here. */
declare const INSIDE: string;
declare const INSIDE_HASH: string;

/** Pixels that a frame may be high. */
const TALLEST = 20_000;

/** The theme's colours, by which a ladder and a table in the frame are drawn. */
const COLOURS = "ink quiet accent line alarm raised wsl-client wsl-server".split(" ").map((it) => `--${it}`);

const STYLE = `
body{margin:0;color:var(--ink);overflow-wrap:anywhere}
body>:first-child{margin-top:0}body>:last-child{margin-bottom:0}
a{color:var(--accent)}img,svg{max-width:100%}
table{border-collapse:collapse;font-size:.9em}th,td{padding:.3em .7em;border-bottom:1px solid var(--line);text-align:left}
th,td:not(:last-child){overflow-wrap:normal}
pre,code,samp{font-family:ui-monospace,SFMono-Regular,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace}
pre{overflow:auto}`;

/** Frames with the HTML that each shows, for a change of the theme. */
const shown = new Map<HTMLIFrameElement, string>();

/** Return a frame that shows some HTML, as high as that is. */
export function framed(html: string, title: string): HTMLIFrameElement {
  const frame = document.createElement("iframe");
  // Scripts are allowed to the frame, but by its policy to ours alone, which says its height.
  frame.setAttribute("sandbox", "allow-scripts allow-popups allow-popups-to-escape-sandbox");
  frame.title = title;
  frame.srcdoc = written(html);
  shown.set(frame, html);
  return frame;
}

function written(html: string): string {
  const style = getComputedStyle(document.body);
  const { fontSize } = getComputedStyle(document.querySelector(".md-typeset") ?? document.body);
  const colours = COLOURS.map((name) => `${name}:${style.getPropertyValue(name)}`).join(";");
  const root = `color-scheme:${style.colorScheme};font:${fontSize} ${style.fontFamily};${colours}`;
  const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src '${INSIDE_HASH}'`;
  return `<!doctype html><html lang="en"><head>
<meta http-equiv="Content-Security-Policy" content="${policy}">
<script>${INSIDE}</script><style>:root{${root}}${STYLE}</style></head><body>${html}</body></html>`;
}

window.addEventListener("message", ({ source, data }: MessageEvent<unknown>) => {
  for (const frame of shown.keys()) {
    if (!frame.isConnected) shown.delete(frame);
    if (frame.contentWindow !== source || !frame.isConnected) continue;
    const height = Object(data).height as unknown;
    if (typeof height === "number" && height >= 0) frame.style.height = `${Math.min(Math.ceil(height), TALLEST)}px`;
  }
});

new MutationObserver(() => {
  for (const [frame, html] of shown) {
    if (frame.isConnected) frame.srcdoc = written(html);
    else shown.delete(frame);
  }
}).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });
