import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test } from 'vitest';
import { dekOf, MockBackend, refusal, type MockOptions, type World } from '$lib/backend/mock';
import App from '../../App.svelte';
import { acme, STATUS } from '../../design/world';

afterEach(cleanup);

type User = ReturnType<typeof userEvent.setup>;

async function open(world: World = acme(), options: MockOptions = {}) {
  const backend = new MockBackend(world, options);
  render(App, { props: { backend } });
  await screen.findByRole('grid');
  return { backend, user: userEvent.setup({ delay: null }) };
}

const asked = (backend: MockBackend, request: string) => backend.asked.filter(([name]) => name === request);
const press = async (user: User, name: string | RegExp) =>
  user.click(await screen.findByRole('button', { name }));

describe('signing', () => {
  async function toSign(options: MockOptions = {}) {
    const { backend, user } = await open(acme(), options);
    await user.click(screen.getByRole('row', { name: /^Share purchase agreement/ }));
    await screen.findByRole('list', { name: 'Signatures on this file' });
    await press(user, 'Sign this version…');
    const dialog = await screen.findByRole('dialog', { name: 'Sign this file' });
    const box = within(dialog).getByRole<HTMLTextAreaElement>('textbox', { name: 'Statement' });
    return { backend, user, dialog, box };
  }

  test('says what is signed and what that means, and then shows it', async () => {
    const { backend, user, dialog, box } = await toSign();
    expect(dialog).toHaveTextContent('Share purchase agreement v7.docx');
    expect(dialog).toHaveTextContent('Version 7, the newest');
    expect(dialog).toHaveTextContent('A signature cannot be taken back.');
    expect(dialog).toHaveTextContent('it is not a qualified signature by law');
    await waitFor(() => expect(box).toHaveFocus());
    await user.click(within(dialog).getByRole('button', { name: 'Approved' }));
    await user.click(within(dialog).getByRole('button', { name: 'Agreed' }));
    expect(box).toHaveValue('Agreed');
    await user.type(box, ' with\tchanges ');
    await user.click(within(dialog).getByRole('button', { name: 'Seen' }));
    expect(box).toHaveValue('Agreed with changes\nSeen');
    await press(user, 'Sign');
    expect(asked(backend, 'sign')).toEqual([
      ['sign', 'f-merger', 'e-spa', dekOf(7), 'Agreed with changes\nSeen', null],
    ]);
    expect(await screen.findByText(/^You signed version 7 of/)).toBeVisible();
    const list = await screen.findByRole('list', { name: 'Signatures on this file' });
    expect(within(list).getAllByRole('listitem')[0]).toHaveTextContent('“Agreed with changes Seen”');
    expect(await screen.findByTitle('Signed by 3')).toBeVisible();
  });

  test('from the menu it is the version that was the newest when the dialog opened', async () => {
    const { backend, user } = await open();
    await user.click(screen.getByRole('row', { name: /^Share purchase agreement/ }));
    screen.getByRole('grid').focus();
    await user.keyboard('{Shift>}{F10}{/Shift}');
    await user.click(await screen.findByRole('menuitem', { name: 'Sign…' }));
    expect(await screen.findByText('Version 7, the newest')).toBeVisible();
    await backend.restoreVersion('f-merger', 'e-spa', dekOf(2));
    await press(user, 'Sign');
    expect(asked(backend, 'sign')).toEqual([['sign', 'f-merger', 'e-spa', dekOf(7), '', null]]);
  });

  test('words that are too long are not sent', async () => {
    const { backend, user, dialog, box } = await toSign();
    await user.click(box);
    await user.paste('ü'.repeat(501));
    expect(dialog).toHaveTextContent('1,002 bytes, and at most 1,000 can be signed');
    expect(box).toBeInvalid();
    await press(user, 'Sign');
    expect(asked(backend, 'sign')).toEqual([]);
    await user.clear(box);
    await user.paste('line\n'.repeat(17));
    expect(dialog).toHaveTextContent('These are 17 lines, and at most 16 can be signed.');
    await user.clear(box);
    await user.paste(`${'line\n'.repeat(16)}\n`);
    expect(box).toBeValid();
  });

  test('while it takes, that is said, and nothing can be changed', async () => {
    const { user, dialog, box } = await toSign({ hang: ['sign'] });
    await press(user, 'Sign');
    expect(within(dialog).getByRole('status')).toHaveTextContent('Reading the whole file, and signing it.');
    expect(box).toHaveAttribute('readonly');
    expect(within(dialog).getByRole('button', { name: 'Close' })).toBeDisabled();
  });

  test('without the server nothing is signed, and the words are still there', async () => {
    const { backend, user } = await toSign({ refuse: { sign: refusal('offline') } });
    await press(user, 'Seen');
    await press(user, 'Sign');
    expect(await screen.findByRole('alert')).toHaveTextContent('This is not done by itself later');
    backend.options.refuse = {};
    await press(user, 'Try again');
    const box = await screen.findByRole('textbox', { name: 'Statement' });
    expect(box).toHaveValue('Seen');
    expect(box).toHaveFocus();
  });
});

describe('signing keys', () => {
  const card = () => screen.findByRole('region', { name: 'Signing keys' });
  const keys = async () => within(await screen.findByRole('list', { name: 'Signing keys of your account' }));

  async function toKeys(world: World = acme(), options: MockOptions = {}) {
    const opened = await open(world, options);
    await press(opened.user, /^Security/);
    await card();
    return opened;
  }

  test('this computer’s first, then the others’; revoked ones are folded', async () => {
    const { user } = await toKeys();
    const [first, second] = (await keys()).getAllByRole('listitem');
    expect(first).toHaveTextContent(/Desk at the office\s*this computer\s*key 3/);
    expect(first).toHaveTextContent('SHA256:');
    expect(second).toHaveTextContent(/Laptop\s*key 2/);
    await press(user, 'Revoked (1)');
    expect(screen.getByRole('list', { name: 'Revoked (1)' })).toHaveTextContent('key 1');
  });

  test('a new key says what follows, and the one before is revoked', async () => {
    const { backend, user } = await toKeys();
    await press(user, 'New key…');
    const dialog = await screen.findByRole('dialog', { name: 'Make a new signing key for this computer?' });
    expect(dialog).toHaveTextContent('Signatures made so far stay as they are.');
    expect(dialog).toHaveTextContent('Any that is made with the old key later is shown as bad.');
    await press(user, 'Make a new key');
    expect(asked(backend, 'rotateSigningKey')).toHaveLength(1);
    expect(await screen.findByText('This computer has a new signing key.')).toBeVisible();
    expect((await keys()).getAllByRole('listitem')[0]).toHaveTextContent('key 4');
    expect(screen.getByRole('button', { name: 'Revoked (2)' })).toBeVisible();
  });

  test('revoking another computer’s key says what follows', async () => {
    const { backend, user } = await toKeys();
    await press(user, 'Actions for key 2');
    await user.click(await screen.findByRole('menuitem', { name: 'Revoke…' }));
    const dialog = await screen.findByRole('dialog', { name: 'Revoke key 2 of “Laptop”?' });
    expect(dialog).toHaveTextContent('If it is lost, remove it under “Your computers”, too.');
    expect(dialog).toHaveTextContent('This cannot be undone.');
    await press(user, 'Revoke the key');
    expect(asked(backend, 'revokeSigningKey')).toEqual([['revokeSigningKey', 2]]);
    await waitFor(async () => expect((await keys()).getAllByRole('listitem')).toHaveLength(1));
  });

  test('where there is none, it is said when one is made', async () => {
    await toKeys({ ...acme(), signingKeys: [] });
    expect(await card()).toHaveTextContent('There is none yet. This computer makes one when you first sign');
    expect(screen.queryByRole('button', { name: 'New key…' })).toBeNull();
  });

  test('its public half is copied', async () => {
    const { backend, user } = await toKeys();
    await press(user, 'Actions for key 3');
    await user.click(await screen.findByRole('menuitem', { name: 'Copy public key' }));
    await waitFor(() => expect(backend.copied).toMatch(/^ssh-ed25519 /));
  });

  test('trouble can be tried again', async () => {
    const { backend, user } = await toKeys(acme(), { refuse: { signingKeys: refusal('io') } });
    backend.options.refuse = {};
    await user.click(await within(await card()).findByRole('button', { name: 'Try again' }));
    await keys();
  });

  test('a removed computer changes nothing', async () => {
    await toKeys({ ...acme(), status: { ...STATUS, connection: 'removed' } });
    await keys();
    expect(screen.queryByRole('button', { name: 'New key…' })).toBeNull();
  });
});
