/** A frame's console: each line goes to the page around it as well. */

import { LEVELS, type Level } from "./messages.ts";

/** Have `tell` hear each line, and what nobody caught. */
export function watchConsole(tell: (level: Level, text: string) => void): void {
  for (const level of LEVELS) {
    const own = console[level].bind(console);
    console[level] = (...parts: unknown[]) => {
      own(...parts);
      tell(level, parts.map(shown).join(" "));
    };
  }
  // A script that does not parse fails where it is put into the page.
  addEventListener("error", ({ message }) => tell("error", message.replace(/Failed to execute .* on 'Element': /, "")));
  addEventListener("unhandledrejection", ({ reason }) => tell("error", `Uncaught (in promise) ${shown(reason)}`));
}

/** Return a value as a line has it. */
export function shown(value: unknown): string {
  if (typeof value === "object" && value !== null && isPlain(value)) {
    try {
      return JSON.stringify(value);
    } catch {
      // It refers to itself, or has a number that JSON does not know.
    }
  }
  try {
    return String(value);
  } catch {
    return typeof value;
  }
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}
