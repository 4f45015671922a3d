import { describe, expect, test } from 'vitest';
import { displayName, initials, isTyped, splitForEliding, stemLength } from './name';

describe('displayName', () => {
  test.each([
    ['plain name.pdf', 'plain name.pdf'],
    ['Łódź, zażółć gęślą jaźń.docx', 'Łódź, zażółć gęślą jaźń.docx'],
    ['議事録.pdf', '議事録.pdf'],
    ['تقرير.pdf', 'تقرير.pdf'],
    ['👩‍⚖️ hearing.ics', '👩‍⚖️ hearing.ics'],
    ['👨‍👩‍👧 family.jpg', '👨‍👩‍👧 family.jpg'],
    ['می‌خواهم.txt', 'می‌خواهم.txt'],
    ['क्‍ष.txt', 'क्‍ष.txt'],
  ])('leaves %j as it is', (name, shown) => expect(displayName(name)).toBe(shown));

  test.each([
    ['invoice\u202Efdp.exe', 'invoice‹U+202E›fdp.exe'],
    ['a\u2066b\u2069', 'a‹U+2066›b‹U+2069›'],
    ['\u200Fmark', '‹U+200F›mark'],
    ['zero\u200Bwidth', 'zero‹U+200B›width'],
    ['in\u00ADvoice', 'in‹U+00AD›voice'],
    ['join\u200Der', 'join‹U+200D›er'],
    ['non\u200Cjoiner', 'non‹U+200C›joiner'],
    ['\uFEFFbom', '‹U+FEFF›bom'],
    ['line\nbreak', 'line‹U+000A›break'],
    ['bell\u0007', 'bell‹U+0007›'],
    ['c1\u0085', 'c1‹U+0085›'],
    ['sep\u2028\u2029', 'sep‹U+2028›‹U+2029›'],
    ['tag\u{E0041}', 'tag‹U+E0041›'],
    ['lone\uD800', 'lone‹U+D800›'],
    ['blank\u3164', 'blank‹U+3164›'],
    [' lead', '‹U+0020›lead'],
    ['trail ', 'trail‹U+0020›'],
    ['wide\u3000space', 'wide‹U+3000›space'],
    ['', ''],
  ])('makes what hides in %j visible', (name, shown) => expect(displayName(name)).toBe(shown));

  test('shows nothing that could reorder or hide, whatever comes in', () => {
    for (let code = 0; code <= 0x10ffff; code += code < 0x3000 ? 1 : 97) {
      const shown = displayName(`a${String.fromCodePoint(code)}b`);
      expect(/[\p{Cc}\p{Zl}\p{Zp}\u200B\u200E\u200F\u202A-\u202E\u2066-\u2069]/u.test(shown)).toBe(false);
    }
  });
});

test('a long name keeps its end in sight, and loses nothing', () => {
  const name = 'Minutes of the extraordinary general meeting (final).docx';
  const { start, end } = splitForEliding(name);
  expect(end).toMatch(/\.docx$/);
  expect(start + end).toBe(name);
  for (const whole of ['short.pdf', 'A folder with a long name', 'No. 7 of the minutes of the board']) {
    expect(splitForEliding(whole)).toEqual({ start: whole, end: '' });
  }
});

test('splitting never cuts a letter in two', () => {
  const { start, end } = splitForEliding('👩👩👩👩👩👩👩👩👩👩👩👩👩👩👩👩👩👩👩👩.jpg');
  expect([...(start + end)].length).toBe(24);
  expect(end.codePointAt(0)).toBe('👩'.codePointAt(0));
});

test.each([
  ['report.pdf', 6],
  ['.hidden', 7],
  ['none', 4],
  ['a.tar.gz', 5],
])('a rename of %s selects %i characters', (name, length) => expect(stemLength(name)).toBe(length));

test.each([
  ['Ada Novak', 'AN'],
  ['Bao', 'B'],
  ['Anna Maria van Dyk', 'AD'],
  ['\u202Eevil', 'E'],
  ['', '?'],
  ['王小明', '王'],
])('%j has the initials %s', (name, letters) => expect(initials(name)).toBe(letters));

describe('isTyped', () => {
  test.each([
    ['dana reyes', 'Dana Reyes'],
    ['  Dana   Reyes ', 'Dana Reyes'],
    ['Lo\u0301dz', 'L\u00F3dz'],
    ['in‹U+202E›voice', 'in\u202Evoice'],
  ])('%j is %j', (typed, name) => expect(isTyped(typed, name)).toBe(true));

  test.each([
    ['', 'Dana Reyes'],
    ['Dana', 'Dana Reyes'],
    ['invoice', 'in\u202Evoice'],
  ])('%j is not %j', (typed, name) => expect(isTyped(typed, name)).toBe(false));
});
