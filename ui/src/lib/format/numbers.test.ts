import { expect, test } from 'vitest';
import { fileKind } from './kinds';
import { dayOf, size, span } from './numbers';
import { level, strength } from './password';

test.each([
  [0, '0 bytes'],
  [1, '1 byte'],
  [999, '999 bytes'],
  [1000, '1.0 kB'],
  [96_000, '96 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [1_240_000, '1.2 MB'],
  [9_960_000, '10 MB'],
  [3_000_000_000_000, '3.0 TB'],
  [8e18, '8,000 PB'],
])('%i bytes read %s', (bytes, text) => expect(size(bytes, 'en-GB')).toBe(text));

test('days are those of the calendar', () => {
  const now = new Date(2026, 10, 14, 0, 5).getTime();
  const on = (...date: [number, number, number, number]) => dayOf(new Date(...date).getTime(), now).kind;
  expect(on(2026, 10, 14, 0)).toBe('today');
  expect(on(2026, 10, 13, 23)).toBe('yesterday');
  expect(on(2026, 10, 12, 23)).toBe('thisYear');
  expect(on(2025, 10, 14, 12)).toBe('earlier');
});

test.each([
  [0.2, { value: 1, unit: 'second' }],
  [59, { value: 1, unit: 'minute' }],
  [90, { value: 2, unit: 'minute' }],
  [5400, { value: 2, unit: 'hour' }],
  [86_400 * 400, { value: 1, unit: 'year' }],
  [1e12, { value: 317, unit: 'century' }],
])('%f seconds are about %o', (seconds, found) => expect(span(seconds)).toEqual(found));

test('kinds follow the name, then the media type', () => {
  const of = (name: string, mediaType = '', kind: 'file' | 'directory' = 'file') =>
    fileKind({ name, mediaType, kind });
  expect(of('a.PDF')).toBe('pdf');
  expect(of('x', 'image/png')).toBe('image');
  expect(of('x.unknown', 'text/plain')).toBe('document');
  expect(of('x.pdf', '', 'directory')).toBe('directory');
  expect(of('.pdf')).toBe('other');
});

test('a password is weak or strong in time, and own names count as guessed', async () => {
  expect((await strength('password1', [])).level).toBe(0);
  expect((await strength('violet ladder marble seven', [])).level).toBe(4);
  const name = await strength('adelheidnowakowska', ['adelheidnowakowska']);
  expect(name.level).toBe(0);
  expect(level(60 * 86_400)).toBe(2);
});
