/** Sizes, rates, durations and dates for people. Language decides the marks, the clock comes from outside. */

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const;

/** Decimal units, three digits at most: 96 kB, 1.2 MB. */
export function size(bytes: number, locale: string): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  const format = new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: UNITS[unit] ?? 'byte',
    unitDisplay: unit === 0 ? 'long' : 'short',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(value);
}

export function count(value: number, locale: string): string {
  return new Intl.NumberFormat(locale).format(value);
}

export type Day = { kind: 'today' | 'yesterday' | 'thisYear' | 'earlier'; date: Date };

/** Which words a moment deserves, seen from now in local time. */
export function dayOf(moment: number, now: number): Day {
  const date = new Date(moment);
  const today = new Date(now);
  const days = Math.round((startOfDay(today) - startOfDay(date)) / 86_400_000);
  if (days === 0) return { kind: 'today', date };
  if (days === 1) return { kind: 'yesterday', date };
  return { kind: date.getFullYear() === today.getFullYear() ? 'thisYear' : 'earlier', date };
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

export type Span = {
  value: number;
  unit: 'second' | 'minute' | 'hour' | 'day' | 'month' | 'year' | 'century';
};

const SPANS: [Span['unit'], number][] = [
  ['century', 3_155_760_000],
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
];

/** A duration in its largest fitting unit, rounded to a whole number. */
export function span(seconds: number): Span {
  for (const [unit, length] of SPANS) {
    if (seconds >= length * 0.95) return { value: Math.max(1, Math.round(seconds / length)), unit };
  }
  return { value: Math.max(1, Math.round(seconds)), unit: 'second' };
}
