import { afterEach, describe, expect, test } from 'vitest';
import engine from '../../../../crates/engine/src/error.rs?raw';
import { Trouble } from '$lib/backend';
import { refusal } from '$lib/backend/mock';
import { inWords } from '$lib/stores/notices.svelte';
import { languageFor, speak } from '.';
import { de } from './de';
import { en } from './en';
import { inGerman } from './program.de';

type Said = (...args: unknown[]) => unknown;

/** Everything that can be said, by its place. */
function* leaves(part: unknown, path = ''): Generator<[string, unknown]> {
  if (typeof part !== 'object' || part === null) yield [path, part];
  else for (const [name, value] of Object.entries(part)) yield* leaves(value, `${path}.${name}`);
}

const english = new Map(leaves(en));
const german = new Map(leaves(de));

const NAME = 'Zoë';
const ARGUMENTS: unknown[] = [NAME, [NAME], 7, 1, true, null];

function* combinations(length: number): Generator<unknown[]> {
  if (length === 0) yield [];
  else for (const rest of combinations(length - 1)) for (const one of ARGUMENTS) yield [one, ...rest];
}

/** What it says, if it is a thing one can say it of. */
function attempt(says: Said, args: unknown[]): string | null {
  try {
    const said = says(...args);
    return typeof said === 'string' ? said : null;
  } catch {
    return null;
  }
}

describe('German', () => {
  test('says everything that English says, and nothing else', () => {
    const shape = (all: Map<string, unknown>) =>
      [...all].map(([path, value]) => `${path}: ${typeof value}`).sort();
    expect(shape(german)).toEqual(shape(english));
  });

  test('names what English names, and counts what English counts', () => {
    const lost: string[] = [];
    for (const [path, says] of english) {
      if (typeof says !== 'function' || path === '.trouble.told') continue;
      const says2 = german.get(path) as Said;
      for (const args of combinations(Math.min(says.length, 4))) {
        const one = attempt(says as Said, args);
        const other = attempt(says2, args);
        if (one === null) continue;
        const parts = [NAME, '7'].filter((part) => one.includes(part) && !other?.includes(part));
        if (parts.length > 0) lost.push(`${path}(${JSON.stringify(args)}): ${one} / ${other}`);
      }
    }
    expect(lost).toEqual([]);
  });

  test('is set as German is: its own quotation marks, no doubled spaces, nothing untranslated', () => {
    const same = new Set([
      'Valise',
      'Details',
      'Code',
      'Name',
      'Server',
      'online',
      'F2',
      '⏎',
      '↑ ↓',
      'Version',
      'Status',
      'Film',
      'Token',
    ]);
    for (const [path, text] of german) {
      if (typeof text !== 'string') continue;
      expect(text, path).not.toMatch(/"|  |^ | $/);
      expect((text.match(/„/g) ?? []).length, path).toBe((text.match(/“/g) ?? []).length);
      if (/[a-z]{3}/.test(text) && text === english.get(path)) expect(same, path).toContain(text);
    }
  });

  test('one and many', () => {
    expect(de.header.summary(4, 128)).toBe('4 Personen, 128 Dateien');
    expect(de.header.summary(1, 1)).toBe('Nur Sie, 1 Datei');
    expect(de.status.waiting(1)).toBe('1 Änderung wartet auf das Senden');
    expect(de.transfers.title('add', 41, 2, 'x')).toBe('Verschlüsselt 3 von 41 Dateien');
    expect(de.transfers.left(2)).toBe('noch 2 Sekunden');
    expect(de.did.trashed(['a.pdf'])).toBe('„a.pdf“ in den Papierkorb gelegt.');
    expect(de.helpers.waits(168)).toBe('Eine Woche');
    expect([0, 30, 365].map(de.folderKeys.everyDays)).toEqual(['Nie', 'Alle 30 Tage', 'Jedes Jahr']);
  });

  test('numbers, sizes, dates and lists as in German', () => {
    expect(de.count(100_000)).toBe('100.000');
    expect(de.size(8_900_000)).toMatch(/^8,9\sMB$/);
    expect(de.changed(Date.UTC(2026, 10, 14, 9, 12))).toBe('Heute, 09:12');
    expect(de.changed(Date.UTC(2026, 10, 3))).toBe('3. Nov.');
    expect(de.fullDate(Date.UTC(2026, 10, 14, 9, 12))).toMatch(/^Samstag, 14\. November 2026 (um )?09:12$/);
    expect(de.requests.approvedBy(['Ada', 'Bao', 'Chidi'])).toBe('Genehmigt von Ada, Bao und Chidi.');
    expect(de.password.holds(86_400 * 3, 1)).toContain('etwa 3 Tage');
  });
});

describe('which language', () => {
  test('is the first of the person’s own that there are words for', () => {
    expect(languageFor(['fr-FR', 'de-AT', 'en'])).toBe('de');
    expect(languageFor(['en-GB', 'de'])).toBe('en');
  });
});

describe('words of the program', () => {
  afterEach(() => speak('en'));

  const vague = refusal('notAllowed', {
    happened: 'Something quite new.',
    safe: 'All is well.',
    details: 'record 9b2e',
  });

  test('are told in English as they are', () => {
    expect(inWords(new Trouble(vague, true))).toMatchObject({
      text: 'Something quite new.',
      safe: 'All is well.',
      details: 'record 9b2e',
    });
  });

  test('are told in German where they are known, and by their code where not', () => {
    speak('de');
    const known = refusal('notAllowed', {
      happened: 'Only an owner of the folder can do this.',
      safe: 'Nothing was changed.',
    });
    expect(inWords(new Trouble(known, true))).toMatchObject({
      text: 'Das kann nur die Leitung des Ordners.',
      safe: 'Es wurde nichts geändert.',
    });
    const shown = inWords(new Trouble(vague, true));
    expect(shown.text).toBe('Ihre Rolle in diesem Ordner erlaubt das nicht.');
    expect(shown.details).toBe('Something quite new. All is well. record 9b2e');
  });

  test('what the window says itself is left alone', () => {
    speak('de');
    const own = refusal('offline', { happened: 'Eigene Worte.' });
    expect(inWords(new Trouble(own)).text).toBe('Eigene Worte.');
  });

  test('carry what they name', () => {
    expect(inGerman('Ada took over the folder “Board” from Bao and Chidi, whose account was closed.')).toBe(
      'Ada hat den Ordner „Board“ von Bao und Chidi übernommen; das Konto wurde geschlossen.',
    );
    expect(inGerman('The code is not complete: 12 of 28 characters.')).toBe(
      'Der Code ist unvollständig: 12 von 28 Zeichen.',
    );
    expect(inGerman('constructor')).toBeNull();
  });

  test('are known, whatever the engine refuses', () => {
    const begin = engine.indexOf('impl From<EngineError> for ApiError');
    const body = engine.slice(begin, engine.indexOf('\n}\n', begin));
    const said = [...body.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map((found) => found[1] ?? '');
    const sentences = said.filter((text) => /[a-z]{3}/.test(text));
    expect(sentences.length).toBeGreaterThan(60);
    expect(sentences.filter((text) => inGerman(text) === null)).toEqual([]);
  });
});
