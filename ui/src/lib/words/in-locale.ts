/** What every language says with the same functions: numbers, dates and lists, in the marks of a locale. */
import { displayName } from '$lib/format/name';
import { count } from '$lib/format/numbers';

/** The person's own variant of a language, as Austrian German; `usual` where they name none. */
export function ownLocale(language: string, usual: string): string {
  const tags = typeof navigator === 'undefined' ? [] : navigator.languages;
  return tags.find((tag) => tag.toLowerCase().startsWith(`${language}-`)) ?? usual;
}

export const firstName = (name: string): string => displayName(name).split(' ')[0] ?? displayName(name);

export function inLocale(locale: string) {
  const dates = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(locale, options);
    return (moment: Date | number) => format.format(moment);
  };
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  const listOf = (parts: string[]) => list.format(parts);
  const clockTime = dates({ hour: '2-digit', minute: '2-digit' });
  const calendarDay = dates({ day: 'numeric', month: 'short', year: 'numeric' });
  return {
    n: (value: number) => count(value, locale),
    plural: (value: number, one: string, many: string) =>
      `${count(value, locale)} ${value === 1 ? one : many}`,
    clockTime,
    calendarDay,
    dayAndMonth: dates({ day: 'numeric', month: 'short' }),
    fullDate: dates({ dateStyle: 'full', timeStyle: 'short' }),
    dateAndTime: (moment: number) => `${calendarDay(moment)}, ${clockTime(moment)}`,
    listOf,
    namesOf: (names: string[]) => listOf(names.map((name) => displayName(name))),
  };
}
