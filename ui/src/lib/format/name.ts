/**
 * Names come from other people. What a name would hide or reorder is shown as a visible escape, so that
 * `invoice‹U+202E›fdp.exe` looks like what it is. Joiners are kept where scripts and emoji need them.
 */

const LEFT = '‹';
const RIGHT = '›';

/** Controls, line and paragraph separators, bidi controls, invisible fillers, tags, lone surrogates, private use. */
const ALWAYS =
  /[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\u2800\u3164\uFEFF\uFFA0\uFFF9-\uFFFB]|[\u{1BCA0}-\u{1BCA3}\u{1D173}-\u{1D17A}\u{E0000}-\u{E0FFF}]/u;

const SPACE = /\p{Zs}/u;
const JOINS_WORDS =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Nko}]|[\u0900-\u0DFF\u1000-\u109F\u1780-\u17FF]/u;
const EMOJI = /\p{Extended_Pictographic}|[\u{1F3FB}-\u{1F3FF}\uFE0F]/u;

/** A name as it may be shown. */
export function displayName(name: string): string {
  const marks = [...name];
  let shown = '';
  for (const [at, mark] of marks.entries()) {
    shown += isPlain(mark, marks[at - 1], marks[at + 1]) ? mark : escaped(mark);
  }
  return shown;
}

function isPlain(mark: string, before: string | undefined, after: string | undefined): boolean {
  if (mark === '\u200C' || mark === '\u200D') return joins(before, after);
  if (mark === '\uFE0E' || mark === '\uFE0F') return before !== undefined && !ALWAYS.test(before);
  if (ALWAYS.test(mark)) return false;
  if (!SPACE.test(mark)) return true;
  // A plain space between words; any other space, or one at an end, could pass for nothing.
  return mark === ' ' ? before !== undefined && after !== undefined : mark === '\u00A0' || mark === '\u202F';
}

/** Joiners are part of spelling between letters of some scripts, and of emoji. */
function joins(before: string | undefined, after: string | undefined): boolean {
  if (before === undefined || after === undefined) return false;
  return (JOINS_WORDS.test(before) && JOINS_WORDS.test(after)) || (EMOJI.test(before) && EMOJI.test(after));
}

function escaped(mark: string): string {
  const code = (mark.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return `${LEFT}U+${code}${RIGHT}`;
}

/** Words of several lines as they may be shown; lines stay lines. */
export function displayText(text: string): string {
  return text
    .split('\n')
    .map((line) => displayName(line.replace(/^ +| +$/g, '')))
    .join('\n');
}

/** Whether a name was typed, as it is or as it is shown; capitals do not matter. */
export function isTyped(typed: string, name: string): boolean {
  return [name, displayName(name)].map(folded).includes(folded(typed));
}

const folded = (name: string) => name.normalize('NFC').trim().replace(/\s+/gu, ' ').toLocaleLowerCase();

/** Splits a long name so that its extension, which tells what kind of file it is, stays in sight. */
export function splitForEliding(shown: string): { start: string; end: string } {
  const marks = [...shown];
  const dot = marks.lastIndexOf('.');
  const tail = marks.length - dot;
  if (dot < 8 || tail > 8) return { start: shown, end: '' };
  return { start: marks.slice(0, dot - 3).join(''), end: marks.slice(dot - 3).join('') };
}

/** The part of a name which a rename selects: all but the extension. */
export function stemLength(name: string): number {
  const dot = name.lastIndexOf('.');
  return dot > 0 ? dot : name.length;
}

/** Two letters for a round badge. */
export function initials(name: string): string {
  const words = displayName(name)
    .replace(/‹U\+[0-9A-F]+›/g, ' ')
    .split(/\s+/u)
    .filter((word) => /^\p{L}/u.test(word));
  const first = words[0];
  const last = words.length > 1 ? words[words.length - 1] : undefined;
  return (
    [first, last]
      .map((word) => (word === undefined ? '' : ([...word][0] ?? '')))
      .join('')
      .toLocaleUpperCase() || '?'
  );
}
