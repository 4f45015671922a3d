import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test } from 'vitest';
import type { DocumentSignature } from '$lib/backend';
import { dekOf, MockBackend, refusal, type MockOptions, type World } from '$lib/backend/mock';
import App from '../../App.svelte';
import { acme, BAD_SIGNATURES, SIGNATURES } from '../../design/world';

afterEach(cleanup);

type User = ReturnType<typeof userEvent.setup>;

const FILE = 'Share purchase agreement v7.docx';

const signed = (signatures: DocumentSignature[]): World => ({
  ...acme(),
  signatures: new Map([['e-spa', signatures]]),
});

async function open(world: World = acme(), options: MockOptions = {}, file: string = FILE) {
  const backend = new MockBackend(world, options);
  render(App, { props: { backend } });
  const user = userEvent.setup({ delay: null });
  await user.click(await screen.findByRole('row', { name: new RegExp(`^${file.replace(/[.()]/g, '.')}`) }));
  return { backend, user };
}

const asked = (backend: MockBackend, request: string) => backend.asked.filter(([name]) => name === request);
const list = () => screen.findByRole('list', { name: 'Signatures on this file' });
const cards = async () => within(await list()).getAllByRole('listitem');
const press = async (user: User, name: string) => user.click(await screen.findByRole('button', { name }));

async function menu(user: User) {
  screen.getByRole('grid').focus();
  await user.keyboard('{Shift>}{F10}{/Shift}');
  return within(await screen.findByRole('menu'));
}

describe('the list', () => {
  test('a signed file has a mark that is read out with its name; another has none', async () => {
    await open();
    expect(screen.getByRole('gridcell', { name: /^Share purchase.*Signed by 2$/ })).toBeVisible();
    expect(screen.getByTitle('Signed by 2')).toBeVisible();
    expect(screen.queryAllByTitle(/^Signed by/)).toHaveLength(1);
  });

  test('the menu exports with signatures, and says what was left out', async () => {
    const { backend, user } = await open(signed([...SIGNATURES, ...BAD_SIGNATURES]));
    await user.click((await menu(user)).getByRole('menuitem', { name: 'Export with signatures…' }));
    expect(asked(backend, 'exportSigned')).toEqual([['exportSigned', 'f-merger', 'e-spa', null]]);
    expect(await screen.findByText(/3 signatures were left out: not good/)).toBeVisible();
  });

  test('a directory cannot be signed, and a file without signatures not be exported with them', async () => {
    const { user } = await open(acme(), {}, 'Due diligence');
    expect((await menu(user)).queryByRole('menuitem', { name: 'Sign…' })).toBeNull();
    await user.keyboard('{Escape}');
    await user.click(screen.getByRole('row', { name: /Valuation model/ }));
    const shown = await menu(user);
    expect(shown.getByRole('menuitem', { name: 'Sign…' })).toBeVisible();
    expect(shown.queryByRole('menuitem', { name: 'Export with signatures…' })).toBeNull();
  });

  test('who only reads may sign; in a stopped folder nobody may', async () => {
    const world = acme();
    world.folders = world.folders.map((known) =>
      known.id === 'f-merger' ? { ...known, role: 'viewer' as const } : known,
    );
    const { backend, user } = await open(world);
    await user.click((await menu(user)).getByRole('menuitem', { name: 'Sign…' }));
    expect(await screen.findByRole('dialog', { name: 'Sign this file' })).toBeVisible();
    await user.keyboard('{Escape}');
    world.folders = world.folders.map((known) => ({ ...known, stopped: true }));
    backend.emit({ type: 'foldersChanged' });
    await waitFor(() => expect(screen.queryByRole('button', { name: 'Sign this version…' })).toBeNull());
  });
});

describe('the details', () => {
  test('who signed, when, with which words, on which version', async () => {
    await open();
    const [dana, bao, mine] = await cards();
    expect(dana).toHaveTextContent('Not checked yet');
    expect(dana).toHaveTextContent('The file was not read on this computer yet');
    expect(dana).toHaveTextContent('“Read in full. No objection from the works council.”');
    expect(bao).toHaveTextContent(/Good\s*this version/);
    expect(bao).toHaveTextContent(', signer’s clock');
    expect(mine).toHaveTextContent('version 2, an earlier one');
    expect(mine).toHaveTextContent('you');
    expect(mine).toHaveTextContent('The file was then called “Share purchase agreement.docx”.');
    expect(mine).toHaveTextContent('The key has ended since.');
  });

  test('Check reads the file, and says what came of it', async () => {
    const { backend, user } = await open();
    await list();
    await press(user, 'Check');
    expect(asked(backend, 'signatures').at(-1)).toEqual(['signatures', 'f-merger', 'e-spa', true]);
    await waitFor(async () => expect((await cards())[0]).toHaveTextContent('Good'));
    expect(screen.queryByRole('button', { name: 'Check' })).toBeNull();
  });

  test('a file that cannot be read stays unchecked, and that is said', async () => {
    const { backend, user } = await open();
    await list();
    backend.signatures = (folder, entry) =>
      Promise.resolve({ folder, entry, name: FILE, newest: 7, signatures: SIGNATURES });
    await press(user, 'Check');
    expect(await screen.findByText(/could not be read whole now/)).toBeVisible();
    expect(await screen.findByRole('button', { name: 'Check' })).toBeEnabled();
  });

  test.each([
    ['Other content', 'What was signed is not what this version contains.'],
    ['Key revoked', 'It was made after its key, or the computer that has it, was revoked.'],
    ['Not a member', 'Whoever signed was not in this folder then.'],
    ['Not valid', 'It was not made with the key that it names, or says something false.'],
  ])('%s is said as what it is', async (short, long) => {
    await open(signed(BAD_SIGNATURES));
    const card = within(await list())
      .getByText(short)
      .closest('li');
    expect(card).toHaveTextContent(`${long} Do not rely on it.`);
  });

  test('many are folded, but never one that does not hold', async () => {
    const many = Array.from({ length: 8 }, (_, at) => ({ ...SIGNATURES[1], record: `r${at}` }));
    const bad = { ...BAD_SIGNATURES[0], record: 'last' };
    const { user } = await open(signed([...many, bad] as DocumentSignature[]));
    await waitFor(async () => expect(await cards()).toHaveLength(6));
    expect((await cards())[5]).toHaveTextContent('Other content');
    await press(user, 'Show all 9');
    expect(await cards()).toHaveLength(9);
  });

  test('what is technical is one click deeper', async () => {
    const { user } = await open();
    await press(user, 'Technical details of the signature by Bao Linh');
    const bao = within((await cards())[1] as HTMLElement);
    expect(bao.getByText(/^SHA256:/)).toBeVisible();
    expect(bao.getByText('SHA-512 of the file')).toBeVisible();
  });

  test('nobody signed, or it could not be read', async () => {
    await open(signed([]));
    expect(await screen.findByText('Nobody has signed this file.')).toBeVisible();
    cleanup();
    await open(acme(), { refuse: { signatures: refusal('io') } });
    expect(await screen.findByText('Could not be read.')).toBeVisible();
  });

  test('an older version is exported with its signatures from its own menu', async () => {
    const { backend, user } = await open();
    await list();
    await press(user, 'Show all 7');
    await user.click(await screen.findByRole('button', { name: 'Actions for version 2' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Export with signatures…' }));
    expect(asked(backend, 'exportSigned')).toEqual([['exportSigned', 'f-merger', 'e-spa', dekOf(2)]]);
  });
});
