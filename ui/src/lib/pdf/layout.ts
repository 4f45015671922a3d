/** Where pages lie that stand beneath each other, all as wide as there is room: numbers in, numbers out. */
import type { Size } from './trouble';

/** Pixels of the page in a point of the file. */
export const POINT = 96 / 72;
/** Wider than this nobody reads, unless they say so. */
const WIDEST = 900;
/** Small pages are not blown up: so many times their size on paper. */
const LARGEST = 2;
const GAP = 16;
/** Around all of them. */
const MARGIN = 24;
const LEAST = 0.5;
const MOST = 4;

export type Place = { number: number; top: number; width: number; height: number };

export const bounded = (zoom: number): number => Math.min(MOST, Math.max(LEAST, zoom));

/** The pages from the first to the last; their sizes on paper, the room, and how much larger than fitting. */
export function layOut(sizes: readonly Size[], room: number, zoom: number): Place[] {
  let top = MARGIN;
  return sizes.map((size, at) => {
    const fitting = Math.min(room - 2 * MARGIN, WIDEST, size.width * LARGEST);
    const width = Math.max(1, Math.round(fitting * zoom));
    const height = Math.max(1, Math.round((width * size.height) / size.width));
    const place = { number: at + 1, top, width, height };
    top += height + GAP;
    return place;
  });
}

export function lengthOf(places: readonly Place[]): number {
  const last = places.at(-1);
  return last === undefined ? 0 : last.top + last.height + MARGIN;
}

/** All of them beside the room around them; never less than the room. */
export const widthOf = (places: readonly Place[], room: number): number =>
  places.reduce((widest, place) => Math.max(widest, place.width + 2 * MARGIN), room);

/** Those that can be seen, and a screen before and behind. */
export function near(places: readonly Place[], from: number, screen: number): Place[] {
  const first = find(places, from - screen);
  let end = first;
  while (end < places.length && (places[end]?.top ?? 0) < from + 2 * screen) end += 1;
  return places.slice(first, end);
}

/** The page that is looked at: the one in the middle of the screen. */
export function current(places: readonly Place[], from: number, screen: number): number {
  return places[find(places, from + screen / 2)]?.number ?? 1;
}

/** The first page that ends behind this height; the last, where none does. */
function find(places: readonly Place[], height: number): number {
  let [low, high] = [0, places.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    const place = places[middle];
    if (place !== undefined && place.top + place.height <= height) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low);
}
