import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { pagesOf, pdf } from '../../design/pdf';
import { installWorkers, workers } from '../../design/workers';
import { PATIENCE, Pdf } from './document';

const fetched = vi.fn();
let left: AbortController;

beforeEach(() => {
  left = new AbortController();
  installWorkers();
  vi.stubGlobal('fetch', fetched);
});

afterEach(() => {
  left.abort();
  vi.useRealTimers();
  vi.unstubAllGlobals();
  fetched.mockReset();
});

const open = (bytes: Uint8Array) => Pdf.open(bytes, left.signal);

const HOSTILE = pagesOf(
  ['Nothing to see'],
  `/OpenAction << /S /JavaScript /JS (globalThis.ran = true; app.alert\\('it ran'\\)) >>
   /AA << /WC << /S /JavaScript /JS (globalThis.ran = true) >> >>
   /Names << /JavaScript << /Names [(a) << /S /JavaScript /JS (globalThis.ran = true) >>] >> >>
   /AcroForm << /XFA [(template) (<template xmlns='http://www.xfa.org/schema/xfa-template/3.3/'/>)] >>`,
  `/AA << /O << /S /Launch /F (/bin/sh) >> >>
   /Annots [
     << /Type /Annot /Subtype /Link /Rect [0 0 300 400] /A << /S /URI /URI (https://example.org/seen) >> >>
     << /Type /Annot /Subtype /Link /Rect [0 0 300 400] /A << /S /GoToR /F (file:///etc/passwd) /D [0 /Fit] >> >>
     << /Type /Annot /Subtype /Screen /Rect [0 0 9 9] /A << /S /JavaScript /JS (globalThis.ran = true) >> >>
   ]`,
);

test('pages have a size, as on paper, and their text', async () => {
  const opened = await open(pdf(pagesOf(['First', 'Second'])));
  expect(opened.pages).toBe(2);
  expect(await opened.size(2)).toEqual({ width: 400, height: expect.closeTo(533.33, 2) as number });
  const text = document.createElement('div');
  await opened.write(2, 400, text);
  expect(text.textContent).toBe('Second');
});

test('a file that would do something does nothing: no script, no link, no address', async () => {
  const opened = await open(pdf(HOSTILE));
  const text = document.createElement('div');
  await opened.write(1, 400, text);
  expect(text.textContent).toBe('Nothing to see');
  const inside = [...text.querySelectorAll('*')];
  expect(new Set(inside.map((it) => it.tagName))).toEqual(new Set(['SPAN']));
  expect(inside.every((it) => it.getAttributeNames().every((name) => /^(style|role|dir)$/.test(name)))).toBe(
    true,
  );
  expect(document.querySelector('a, iframe, script, object, embed, form, input')).toBeNull();
  expect((globalThis as { ran?: boolean }).ran).toBeUndefined();
  for (const [address] of fetched.mock.calls) expect(address).toMatch(/^\/node_modules\/pdfjs-dist\//);
});

test('markup in its text is text', async () => {
  const opened = await open(pdf(pagesOf(['<img src=x onerror=alert\\(1\\)>'])));
  const text = document.createElement('div');
  await opened.write(1, 400, text);
  expect(text.textContent).toBe('<img src=x onerror=alert(1)>');
  expect(text.querySelector('img')).toBeNull();
});

test('a broken table is read as far as it goes', async () => {
  const whole = new TextDecoder().decode(pdf(pagesOf(['Found again'])));
  const opened = await open(new TextEncoder().encode(whole.replace(/startxref\n\d+/, 'startxref\n7')));
  expect(opened.pages).toBe(1);
});

const ENCRYPT = `<< /Filter /Standard /V 1 /R 2 /O <${'41'.repeat(32)}> /U <${'42'.repeat(32)}> /P -4 >>`;

test.each([
  ['broken', new TextEncoder().encode('%PDF-1.7\nand nothing else')],
  ['empty', pdf(['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [] /Count 0 >>'])],
  ['locked', pdf(pagesOf(['Secret']), `/Encrypt ${ENCRYPT} /ID [<00> <00>]`)],
])('one that cannot be shown says why: %s', async (kind, bytes) => {
  await expect(open(bytes)).rejects.toMatchObject({ kind });
  expect(workers.ended).toBe(2);
});

test('its own two workers end with it', async () => {
  const opened = await open(pdf(pagesOf(['First'])));
  expect(workers.made).toEqual(['reader.worker.ts', 'painter.worker.ts']);
  opened.close();
  expect(workers.ended).toBe(2);
  await expect(opened.size(1)).rejects.toThrow();
});

test('who goes away while it opens ends it', async () => {
  const opening = open(pdf(pagesOf(['First'])));
  left.abort();
  await expect(opening).rejects.toThrow();
  expect(workers.ended).toBe(2);
});

test('one that takes too long is ended, and says so', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const dead = Object.assign(new EventTarget(), { terminate: vi.fn(), postMessage: vi.fn() });
  vi.stubGlobal('Worker', function () {
    return dead;
  });
  const opening = expect(open(pdf(pagesOf(['First'])))).rejects.toMatchObject({ kind: 'slow' });
  await vi.advanceTimersByTimeAsync(PATIENCE);
  await opening;
  expect(dead.terminate).toHaveBeenCalledTimes(2);
});
