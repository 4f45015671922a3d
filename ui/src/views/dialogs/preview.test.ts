import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import type { Preview } from '$lib/backend';
import { MockBackend } from '$lib/backend/mock';
import { Pdf } from '$lib/pdf/document';
import { PdfTrouble } from '$lib/pdf/trouble';
import App from '../../App.svelte';
import { pagesOf, pdf } from '../../design/pdf';
import { installWorkers, workers } from '../../design/workers';
import { acme } from '../../design/world';

afterEach(() => {
  cleanup();
  localStorage.clear();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

const HOSTILE = '<script>document.title = "it ran"</script>\n<img src=x onerror=alert(1)>';

async function look(row: RegExp, previews: [string, Preview][] = []) {
  const world = acme();
  world.previews = new Map(previews);
  const backend = new MockBackend(world);
  render(App, { props: { backend } });
  const user = userEvent.setup({ delay: null });
  await user.click(await screen.findByRole('row', { name: row }));
  screen.getByRole('grid').focus();
  await user.keyboard(' ');
  return { backend, user, dialog: await screen.findByRole('dialog') };
}

test('a text is shown as it is, whatever it is written in', async () => {
  const { dialog, user } = await look(/Share purchase agreement/, [
    ['e-spa', { kind: 'text', text: HOSTILE, cut: true }],
  ]);
  const text = await within(dialog).findByText(/it ran/);
  expect(text.tagName).toBe('PRE');
  expect(text.textContent).toBe(HOSTILE);
  expect(text.children).toHaveLength(0);
  expect(within(dialog).getByText(/This is the beginning/)).toBeVisible();
  await user.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

test('arrows go on to the next file, past directories; the list follows; Space closes', async () => {
  const { backend, dialog, user } = await look(/Share purchase agreement/);
  const name = () => within(dialog).getByRole('heading', { level: 2 }).textContent;
  const before = name();
  await user.keyboard('{ArrowRight}');
  await waitFor(() => expect(name()).not.toBe(before));
  const asked = backend.asked.filter(([name]) => name === 'preview').length;
  expect(asked).toBe(2);
  await user.keyboard('{ArrowLeft}');
  await waitFor(() => expect(name()).toBe(before));
  expect(screen.getByRole('row', { selected: true, hidden: true })).toHaveTextContent(/Share purchase/);
  await user.keyboard(' ');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

test('an image has its name; one that does not draw is said to be broken', async () => {
  const { dialog } = await look(/Share purchase agreement/, [
    ['e-spa', { kind: 'image', url: 'valise-preview://localhost/00' }],
  ]);
  const image = await within(dialog).findByRole('img', { name: /Share purchase agreement/ });
  expect(image).toHaveAttribute('src', 'valise-preview://localhost/00');
  image.dispatchEvent(new Event('error'));
  expect(await within(dialog).findByText(/damaged/)).toBeVisible();
});

const ADDRESS = 'valise-preview://localhost/01';

/** A PDF in the room that a window has; what is drawn is not drawn here. */
async function lookAtPdf(bytes: Uint8Array<ArrayBuffer>) {
  installWorkers();
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(bytes)));
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(640);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(800);
  const draw = vi
    .spyOn(Pdf.prototype, 'draw')
    .mockImplementation(() => Promise.resolve(document.createElement('canvas')));
  const looked = await look(/Share purchase agreement/, [['e-spa', { kind: 'pdf', url: ADDRESS }]]);
  return { ...looked, draw };
}

const numbered = (count: number) => pdf(pagesOf(Array.from({ length: count }, (_, at) => `Line ${at + 1}`)));

test('a PDF shows the pages that are near, with their text, and which one it is', async () => {
  const { dialog, draw } = await lookAtPdf(numbered(12));
  expect(await within(dialog).findByRole('img', { name: 'Page 1 of 12' })).toBeVisible();
  expect(await within(dialog).findByText('Line 1')).toBeInTheDocument();
  await waitFor(() => expect(dialog.querySelectorAll('canvas')).toHaveLength(2));
  expect(draw.mock.calls.map(([number]) => number)).toEqual([1, 2]);
  expect(within(dialog).getByText('Page 1 of 12')).toBeVisible();
  expect(dialog.querySelector('a, form, iframe, object, embed')).toBeNull();
});

test('keys turn its pages and make them larger; Ctrl with the wheel does, too', async () => {
  const { dialog, user } = await lookAtPdf(numbered(12));
  const pages = await within(dialog).findByRole('region');
  await user.keyboard('{PageDown}{PageDown}');
  expect(pages.scrollTop).toBe(2 * 720);
  pages.dispatchEvent(new Event('scroll'));
  expect(await within(dialog).findByText('Page 3 of 12')).toBeVisible();
  await user.keyboard('{Home}');
  expect(pages.scrollTop).toBe(0);
  await user.keyboard('{Control>}+{/Control}');
  expect(within(dialog).getByText('125 %')).toBeVisible();
  await user.click(within(dialog).getByRole('button', { name: 'Smaller' }));
  expect(within(dialog).getByText('100 %')).toBeVisible();
  pages.dispatchEvent(new WheelEvent('wheel', { deltaY: -1, ctrlKey: true, cancelable: true }));
  expect(await within(dialog).findByText('110 %')).toBeVisible();
});

test('the next file, and closing, end what reads a PDF', async () => {
  const { dialog, user } = await lookAtPdf(numbered(1));
  await within(dialog).findByRole('img', { name: 'Page 1 of 1' });
  expect(workers.ended).toBe(0);
  await user.keyboard('{ArrowRight}');
  await waitFor(() => expect(workers.ended).toBe(2));
  await user.keyboard('{ArrowLeft}');
  await within(dialog).findByRole('img', { name: 'Page 1 of 1' });
  await user.keyboard(' ');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect([workers.made.length, workers.ended]).toEqual([4, 4]);
});

test('a PDF that is broken, or has no end, says so and leaves the ways to its own program', async () => {
  const { dialog } = await lookAtPdf(new TextEncoder().encode('%PDF-1.7\nand nothing else'));
  expect(await within(dialog).findByText('This PDF is damaged, or none')).toBeVisible();
  expect(within(dialog).getByRole('button', { name: 'Open' })).toBeEnabled();
  expect(workers.ended).toBe(2);
});

test('a page that is drawn without end ends the whole', async () => {
  vi.spyOn(Pdf.prototype, 'size').mockRejectedValue(new PdfTrouble('slow'));
  const { dialog } = await lookAtPdf(numbered(1));
  expect(await within(dialog).findByText('This PDF takes too long to be shown here')).toBeVisible();
  expect(workers.ended).toBe(2);
});

test('what is none of them is left to its own program', async () => {
  const { backend, dialog, user } = await look(/Board presentation/);
  expect(await within(dialog).findByText(/shown by its own program/)).toBeVisible();
  await user.click(within(dialog).getByRole('button', { name: 'Open' }));
  await waitFor(() => expect(backend.asked.some(([name]) => name === 'open')).toBe(true));
});

test('a directory has details and nothing to look at', async () => {
  const world = acme();
  render(App, { props: { backend: new MockBackend(world) } });
  const user = userEvent.setup({ delay: null });
  await user.click(await screen.findByRole('row', { name: /Due diligence/ }));
  screen.getByRole('grid').focus();
  await user.keyboard(' ');
  expect(screen.queryByRole('dialog')).toBeNull();
});
