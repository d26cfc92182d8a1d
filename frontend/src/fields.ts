/** What the reader has chosen in a list is part of the page's address. */

/** Choose what the address says, if the list has it. */
export function remembered(field: HTMLSelectElement): void {
  const value = new URLSearchParams(location.search).get(field.name);
  if (value !== null && [...field.options].some((option) => option.value === value)) field.value = value;
}

/** Let the address say what is chosen, and leave in it what other lists say. */
export function remember(fields: readonly HTMLSelectElement[]): void {
  const query = new URLSearchParams(location.search);
  for (const field of fields) query.set(field.name, field.value);
  history.replaceState(null, "", `?${query}`);
}
