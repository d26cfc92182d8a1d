/** Event handler attributes (`onopen` and the like) of an object, as HTML has them. */

type Handler = (this: EventTarget, event: Event) => unknown;

interface Known {
  handler: Handler;
  readonly listener: (event: Event) => void;
}

/** The handlers of one object: each has the place among its listeners that it was given. */
export class Handlers {
  readonly #target: EventTarget;
  readonly #known = new Map<string, Known>();

  constructor(target: EventTarget) {
    this.#target = target;
  }

  get(type: string): Handler | null {
    return this.#known.get(type)?.handler ?? null;
  }

  /** Set a handler; what is no function removes it. */
  set(type: string, value: unknown): void {
    const known = this.#known.get(type);
    if (typeof value !== "function") {
      if (known) this.#target.removeEventListener(type, known.listener);
      this.#known.delete(type);
    } else if (known) {
      known.handler = value as Handler;
    } else {
      this.#add(type, value as Handler);
    }
  }

  #add(type: string, handler: Handler): void {
    const added: Known = {
      handler,
      listener: (event) => {
        if (added.handler.call(this.#target, event) === false) event.preventDefault();
      },
    };
    this.#known.set(type, added);
    this.#target.addEventListener(type, added.listener);
  }
}

/** Give a class the attributes for events, which its instances' handlers keep. */
export function defineHandlers<T extends object>(
  prototype: T,
  types: readonly string[],
  handlersOf: (instance: T) => Handlers,
): void {
  for (const type of types)
    Object.defineProperty(prototype, `on${type}`, {
      configurable: true,
      enumerable: true,
      get(this: T) {
        return handlersOf(this).get(type);
      },
      set(this: T, value: unknown) {
        handlersOf(this).set(type, value);
      },
    });
}
