/** What lets another computer in, as it is typed or pasted: a code, or a whole link with the code and an address. */

const LINK = /valise:\/\/pair\/([^@\s/?#]+)(?:@(\S+))?/i;

export type Typed = { code: string; catalog: string | null };

/** Reads a link wherever it stands in the text; none when there is none. */
export function readLink(text: string): Typed | null {
  const found = LINK.exec(text);
  if (found === null) return null;
  return { code: inGroups(found[1] ?? ''), catalog: found[2] ?? null };
}

export function isPairing(link: string): boolean {
  return LINK.test(link);
}

/** Groups of four, as they stand on the other screen. */
export function inGroups(code: string): string {
  return (code.toUpperCase().match(/[^\s-]/g) ?? []).join('').replace(/(.{4})(?=.)/g, '$1 ');
}
