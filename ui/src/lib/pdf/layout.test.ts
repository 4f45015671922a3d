import { expect, test } from 'vitest';
import { bounded, current, layOut, lengthOf, near, widthOf } from './layout';

const A4 = { width: 794, height: 1123 };
const SLIDE = { width: 1280, height: 720 };
const CARD = { width: 100, height: 60 };

test('pages are as wide as there is room, up to what is read with ease, and small ones stay small', () => {
  const widths = (room: number, zoom = 1) =>
    layOut([A4, SLIDE, CARD], room, zoom).map((place) => place.width);
  expect(widths(2000)).toEqual([900, 900, 200]);
  expect(widths(600)).toEqual([552, 552, 200]);
  expect(widths(600, 2)).toEqual([1104, 1104, 400]);
  expect(widths(0)).toEqual([1, 1, 1]);
});

test('pages stand beneath each other and keep their shape', () => {
  const [first, second] = layOut([A4, SLIDE], 2000, 1);
  expect(first).toEqual({ number: 1, top: 24, width: 900, height: 1273 });
  expect(second).toEqual({ number: 2, top: 24 + 1273 + 16, width: 900, height: 506 });
});

test('the whole has a margin around it, and is never less than the room', () => {
  const places = layOut([A4], 600, 2);
  expect(widthOf(places, 600)).toBe(1104 + 48);
  expect(widthOf(layOut([A4], 600, 1), 600)).toBe(600);
  expect(lengthOf(places)).toBe(24 + 1561 + 24);
  expect(lengthOf([])).toBe(0);
});

test('only what is near is drawn, wherever somebody is among very many', () => {
  const places = layOut(new Array(5000).fill(SLIDE), 2000, 1);
  const numbers = (from: number) => near(places, from, 600).map((place) => place.number);
  expect(numbers(0)).toEqual([1, 2, 3]);
  expect(numbers(100 * 522)).toEqual([99, 100, 101, 102, 103]);
  expect(numbers(lengthOf(places) - 600)).toEqual([4998, 4999, 5000]);
  expect(near([], 0, 600)).toEqual([]);
});

test('the page that is counted is the one in the middle', () => {
  const places = layOut([SLIDE, SLIDE, SLIDE], 2000, 1);
  expect(current(places, 0, 600)).toBe(1);
  expect(current(places, 250, 600)).toBe(2);
  expect(current(places, 99_999, 600)).toBe(3);
  expect(current([], 0, 600)).toBe(1);
});

test('there is an end to larger and to smaller', () => {
  expect([bounded(0), bounded(1.25), bounded(99)]).toEqual([0.5, 1.25, 4]);
});
