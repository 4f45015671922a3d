import { describe, expect, test } from 'vitest';
import type { Copy, KeyWay, Recoverability } from '$lib/backend';
import { computers, fewCopies, fewWays, isThin } from './loss';

const HERE: Copy = { kind: 'thisComputer', name: '' };
const NODE: Copy = { kind: 'pinningNode', name: 'valise.acme.example' };
const NODE_HERE: Copy = { kind: 'pinningNodeHere', name: '' };
const WAY: KeyWay = { kind: 'kits', name: '' };

const found = (change: Partial<Recoverability>): Recoverability => ({
  folder: 'f',
  entry: null,
  name: 'x',
  ways: [WAY, WAY],
  kitsNeedCatalog: false,
  copies: [HERE, NODE],
  files: 1,
  thin: [],
  thinFiles: 0,
  ...change,
});

test.each([
  [[], 0],
  [[HERE], 1],
  [[NODE], 1],
  [[HERE, NODE], 2],
  [[HERE, NODE_HERE], 1],
  [[NODE_HERE], 1],
  [[HERE, NODE, NODE_HERE], 2],
])('%j are so many computers: %i', (copies, many) => expect(computers(copies)).toBe(many));

describe('what is thin', () => {
  test('two ways and two computers are not', () => expect(isThin(found({}))).toBe(false));
  test('one way is, and none', () => {
    expect(fewWays(found({ ways: [WAY] }))).toBe(true);
    expect(fewWays(found({ ways: [] }))).toBe(true);
  });
  test('one computer is, also where it is twice on it', () => {
    expect(fewCopies(found({ copies: [HERE, NODE_HERE] }))).toBe(true);
    expect(fewCopies(found({ thinFiles: 3 }))).toBe(true);
  });
  test('a folder without files has no bytes to lose', () => {
    expect(isThin(found({ files: 0, copies: [] }))).toBe(false);
  });
});
