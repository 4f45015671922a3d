import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test } from 'vitest';
import { dekOf, MockBackend, PIN, type World } from '$lib/backend/mock';
import App from '../../App.svelte';
import { acme, TOKEN, TOKEN_KEYS } from '../../design/world';

afterEach(cleanup);

type User = ReturnType<typeof userEvent.setup>;

async function open(world: World) {
  const backend = new MockBackend(world);
  render(App, { props: { backend } });
  await screen.findByRole('grid');
  return { backend, user: userEvent.setup({ delay: null }) };
}

const press = async (user: User, name: string | RegExp) =>
  user.click(await screen.findByRole('button', { name }));
const asked = (backend: MockBackend, request: string) => backend.asked.filter(([name]) => name === request);

async function toSign(world: World) {
  const opened = await open(world);
  await opened.user.click(screen.getByRole('row', { name: /^Share purchase agreement/ }));
  await screen.findByRole('list', { name: 'Signatures on this file' });
  await press(opened.user, 'Sign this version…');
  const dialog = await screen.findByRole('dialog', { name: 'Sign this file' });
  return { ...opened, dialog };
}

describe('signing with a token', () => {
  test('where there is no token, no key is chosen', async () => {
    const { dialog } = await toSign(acme());
    expect(within(dialog).queryByLabelText('Sign with')).toBeNull();
  });

  test('its PIN is asked, and what it says of a wrong one is told', async () => {
    const { backend, user, dialog } = await toSign({ ...acme(), signingKeys: TOKEN_KEYS });
    const keys = await within(dialog).findByLabelText('Sign with');
    expect(keys).toHaveDisplayValue('This computer’s key');
    expect(within(dialog).queryByLabelText('PIN of the token')).toBeNull();
    await user.selectOptions(keys, 'The key on the token “org”');
    await user.click(within(dialog).getByRole('button', { name: 'Sign' }));
    const pin = within(dialog).getByLabelText('PIN of the token');
    expect(pin).toHaveFocus();
    expect(pin).toBeInvalid();
    await user.type(pin, '0000');
    await user.click(within(dialog).getByRole('button', { name: 'Sign' }));
    expect(await screen.findByRole('alert')).toHaveTextContent('Wrong PIN');
    await press(user, 'Try again');
    await user.clear(await screen.findByLabelText('PIN of the token'));
    await user.type(screen.getByLabelText('PIN of the token'), PIN);
    await user.click(within(dialog).getByRole('button', { name: 'Sign' }));
    expect(await screen.findByText(/^You signed version 7 of/)).toBeVisible();
    expect(asked(backend, 'sign').at(-1)).toEqual(['sign', 'f-merger', 'e-spa', dekOf(7), '', 4]);
  });

  test('this computer’s key stays the one that signs without a word', async () => {
    const { backend, user, dialog } = await toSign({ ...acme(), signingKeys: TOKEN_KEYS });
    await within(dialog).findByLabelText('Sign with');
    await user.click(within(dialog).getByRole('button', { name: 'Sign' }));
    await waitFor(() => expect(asked(backend, 'sign')).toHaveLength(1));
    expect(asked(backend, 'sign').at(-1)?.at(-1)).toBeNull();
  });

  test('a token is added to one’s keys', async () => {
    const { backend, user } = await open(acme());
    await press(user, /^Security/);
    await press(user, 'Sign with a token…');
    const dialog = await screen.findByRole('dialog', { name: 'Sign with a token' });
    await press(user, 'Use this token');
    expect(within(dialog).getByLabelText('Address of the token')).toHaveFocus();
    await user.type(within(dialog).getByLabelText('Address of the token'), TOKEN);
    await user.type(within(dialog).getByLabelText('PIN of the token'), PIN);
    await press(user, 'Use this token');
    const card = await screen.findByRole('region', { name: 'Signing keys' });
    expect(await within(card).findByText('Token “org”')).toBeVisible();
    expect(card).toHaveTextContent('used on this computer');
    expect(asked(backend, 'addTokenSigningKey')).toEqual([['addTokenSigningKey', TOKEN]]);
  });
});
