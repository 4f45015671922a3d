import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import type { Preview } from '$lib/backend';
import { MockBackend } from '$lib/backend/mock';
import App from '../../App.svelte';
import { acme } from '../../design/world';

afterEach(() => {
  cleanup();
  localStorage.clear();
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

test('what is no text and no image is left to its own program', async () => {
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
