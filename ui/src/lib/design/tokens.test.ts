import { expect, test } from 'vitest';
import css from './tokens.css?raw';

const pairs = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name, light, dark]) => [name, { light: light ?? '', dark: dark ?? '' }],
  ),
);

function luminance(hex: string): number {
  const parts = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255);
  const [r = 0, g = 0, b = 0] = parts.map((part) =>
    part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

const GROUNDS = ['bg', 'panel', 'side', 'raised', 'hover', 'side-hover'];
const TEXTS: [string, string[]][] = [
  ['ink', [...GROUNDS, 'accent-soft', 'warn-soft', 'seal-soft', 'selection']],
  ['ink2', [...GROUNDS, 'accent-soft', 'seal-soft']],
  ['ink3', GROUNDS],
  ['accent', ['bg', 'panel', 'raised', 'accent-soft']],
  ['accent-ink', ['accent', 'accent-hover']],
  ['ok', ['bg', 'panel', 'hover', 'accent-soft']],
  ['warn', ['bg', 'panel', 'hover', 'accent-soft', 'warn-soft']],
  ['bad', ['bg', 'panel', 'hover', 'accent-soft']],
  ['bad-ink', ['bad', 'bad-hover']],
];

const cases = TEXTS.flatMap(([text, grounds]) =>
  grounds.flatMap((ground) => (['light', 'dark'] as const).map((theme) => [text, ground, theme] as const)),
);

test.each(cases)('%s on %s reads well, %s', (text, ground, theme) => {
  expect(contrast(pairs.get(text)?.[theme] ?? '', pairs.get(ground)?.[theme] ?? '')).toBeGreaterThanOrEqual(
    4.5,
  );
});

test.each(['light', 'dark'] as const)('focus and the frames of fields are seen, %s', (theme) => {
  for (const ground of ['bg', 'panel', 'side']) {
    expect(
      contrast(pairs.get('focus')?.[theme] ?? '', pairs.get(ground)?.[theme] ?? ''),
    ).toBeGreaterThanOrEqual(3);
  }
  expect(
    contrast(pairs.get('line-strong')?.[theme] ?? '', pairs.get('panel')?.[theme] ?? ''),
  ).toBeGreaterThanOrEqual(3);
});
