/** Joins what a cell prints: a loop that prints must not drown the page in messages. */

import { type FromWorker, joined } from "./messages.ts";

/** Milliseconds that a write may wait for the next one. */
const WAIT = 20;

/** Writes that wait for nothing in that time: Python may go on without an end, and no timer runs while it does. */
const AT_ONCE = 16;

type Output = FromWorker & { type: "output" };

/** Passes messages on, neighbouring writes to one stream as one. */
export class Streams {
  readonly #post: (message: FromWorker) => void;
  #first: Output | undefined;
  #texts: string[] = [];
  #since = -Infinity;
  #passed = 0;

  constructor(post: (message: FromWorker) => void) {
    this.#post = post;
  }

  pass(message: FromWorker): void {
    if (!isWrite(message) || !this.#continues(message)) this.flush();
    if (!isWrite(message)) return this.#post(message);
    const now = performance.now();
    if (now - this.#since > WAIT) {
      this.flush();
      this.#since = now;
      this.#passed = 0;
    }
    if (this.#passed < AT_ONCE) {
      this.#passed += 1;
      return this.#post(message);
    }
    this.#texts.push(joined(message.output.text));
    if (!this.#first) {
      this.#first = message;
      setTimeout(() => this.flush(), WAIT);
    }
  }

  flush(): void {
    const first = this.#first;
    if (!first || !isWrite(first)) return;
    this.#post({ ...first, output: { ...first.output, text: this.#texts.join("") } });
    this.#first = undefined;
    this.#texts = [];
  }

  #continues(message: Write): boolean {
    const first = this.#first;
    return !first || (first.run === message.run && isWrite(first) && first.output.name === message.output.name);
  }
}

type Write = Output & { output: { output_type: "stream" } };

function isWrite(message: FromWorker): message is Write {
  return message.type === "output" && message.output.output_type === "stream";
}
