import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test } from 'vitest';
import type { Status } from '$lib/backend';
import { MockBackend, PIN, type MockOptions, type World } from '$lib/backend/mock';
import App from '../../App.svelte';
import { acme, STATUS, TOKEN } from '../../design/world';

afterEach(cleanup);

type User = ReturnType<typeof userEvent.setup>;

const PASSWORD = acme().password;
const LABEL = 'PIN of the token';
const world = (change: Partial<Status>): World => ({ ...acme(), status: { ...STATUS, ...change } });
const ONLY: Partial<Status> = { password: false, token: TOKEN };

function start(change: Partial<Status>, options: MockOptions = {}) {
  const backend = new MockBackend(world(change), options);
  render(App, { props: { backend } });
  return { backend, user: userEvent.setup({ delay: null }) };
}

const press = async (user: User, name: string | RegExp) =>
  user.click(await screen.findByRole('button', { name }));
const asked = (backend: MockBackend, request: string) => backend.asked.filter(([name]) => name === request);
const card = () => screen.findByRole('region', { name: 'Password and keys' });

async function security(change: Partial<Status> = {}, options: MockOptions = {}) {
  const opened = start(change, options);
  await press(opened.user, /^Security/);
  await card();
  return opened;
}

describe('unlocking', () => {
  const LOCKED: Partial<Status> = { stage: { type: 'locked' } };

  test('a home without a password asks for the PIN, and tells what the token says of it', async () => {
    const { backend, user } = start({ ...LOCKED, ...ONLY });
    const field = await screen.findByLabelText(LABEL);
    await waitFor(() => expect(field).toHaveFocus());
    expect(field).toHaveAccessibleDescription('Put in the token “org”.');
    expect(screen.queryByLabelText('Password')).toBeNull();
    expect(screen.queryByRole('button', { name: /instead/ })).toBeNull();
    expect(screen.getByRole('button', { name: 'Token lost, or PIN forgotten?' })).toBeVisible();
    await press(user, 'Unlock');
    expect(field).toHaveAccessibleDescription('Please type the PIN of the token.');
    await user.type(field, '0000');
    await press(user, 'Unlock');
    expect(await screen.findByText(/^Wrong PIN/)).toBeVisible();
    await user.clear(field);
    await user.type(field, `${PIN}{Enter}`);
    expect(await screen.findByRole('grid')).toBeVisible();
    expect(asked(backend, 'unlock')).toEqual([]);
    expect(asked(backend, 'unlockWithToken')).toHaveLength(2);
  });

  test('where either opens it, one changes to the token and back', async () => {
    const { backend, user } = start({ ...LOCKED, token: TOKEN });
    await user.type(await screen.findByLabelText('Password'), 'half of it');
    await press(user, 'Use the token instead');
    await waitFor(() => expect(screen.getByLabelText(LABEL)).toHaveFocus());
    expect(screen.getByLabelText(LABEL)).toHaveValue('');
    await press(user, 'Use the password instead');
    expect(screen.getByLabelText('Password')).toHaveValue('');
    await press(user, 'Use the token instead');
    await user.type(screen.getByLabelText(LABEL), `${PIN}{Enter}`);
    expect(await screen.findByRole('grid')).toBeVisible();
    expect(asked(backend, 'unlockWithToken')).toHaveLength(1);
  });

  test('without a token nothing speaks of one', async () => {
    start(LOCKED);
    await screen.findByLabelText('Password');
    expect(screen.queryByText(/token/i)).toBeNull();
  });
});

describe('adding a token', () => {
  async function add(change: Partial<Status> = {}) {
    const opened = await security(change);
    await press(opened.user, 'Add a token…');
    const dialog = await screen.findByRole('dialog', { name: 'Open Valise with a token' });
    return { ...opened, dialog };
  }

  test('as well as the password', async () => {
    const { backend, user, dialog } = await add();
    await press(user, 'Add the token');
    const address = within(dialog).getByLabelText('Address of the token');
    await waitFor(() => expect(address).toHaveFocus());
    expect(address).toBeInvalid();
    expect(within(dialog).getByText('Please type the password you have now.')).toBeVisible();
    expect(dialog).not.toHaveTextContent(/Vault|Google/);
    await user.type(address, TOKEN);
    await user.type(within(dialog).getByLabelText(LABEL), PIN);
    await user.type(within(dialog).getByLabelText('Your password now'), PASSWORD);
    await press(user, 'Add the token');
    expect(await screen.findByText('The token opens Valise here, too.')).toBeVisible();
    expect(asked(backend, 'addToken')).toEqual([['addToken', TOKEN, false]]);
    const shown = within(await card()).getByRole('list', { name: 'What opens Valise on this computer' });
    expect(shown).toHaveTextContent('Password');
    expect(shown).toHaveTextContent('Token “org”');
    expect(shown).toHaveTextContent(TOKEN);
    expect(screen.queryByRole('button', { name: 'Add a token…' })).toBeNull();
  });

  test('instead of it: what that means if the token is lost, and then the PIN is asked again everywhere', async () => {
    const { backend, user, dialog } = await add({ waysOut: 'unproven' });
    expect(dialog).toHaveTextContent('only your recovery kits do');
    expect(screen.queryByText(/You have not proven/)).toBeNull();
    await user.click(within(dialog).getByRole('radio', { name: /^Instead of the password/ }));
    expect(screen.getByText(/^You have not proven that you keep your kit/)).toBeVisible();
    await user.type(within(dialog).getByLabelText('Address of the token'), TOKEN);
    await user.type(within(dialog).getByLabelText(LABEL), PIN);
    await user.type(within(dialog).getByLabelText('Your password now'), PASSWORD);
    await press(user, 'Add the token');
    expect(await screen.findByText(/The password no longer does/)).toBeVisible();
    expect(asked(backend, 'addToken')).toEqual([['addToken', TOKEN, true]]);
    expect(await card()).toHaveTextContent('There is no password here.');
    await press(user, 'Add a computer…');
    const ask = await screen.findByRole('dialog', { name: 'Add a computer' });
    await user.click(within(ask).getByRole('button', { name: 'Make a code' }));
    expect(within(ask).getByLabelText(LABEL)).toHaveAccessibleDescription(
      'Please type the PIN of the token.',
    );
    await user.type(within(ask).getByLabelText(LABEL), '0000');
    await user.click(within(ask).getByRole('button', { name: 'Make a code' }));
    expect(await within(ask).findByText(/^Wrong PIN/)).toBeVisible();
  });

  test('without a kit a token cannot take the password’s place', async () => {
    const { dialog } = await add({ waysOut: 'none' });
    const instead = within(dialog).getByRole('radio', { name: /^Instead of the password/ });
    expect(instead).toBeDisabled();
    expect(dialog).toHaveTextContent('Print your recovery kit first.');
  });

  test('a wrong PIN is told, and what was typed is still there', async () => {
    const { user, dialog } = await add();
    await user.type(within(dialog).getByLabelText('Address of the token'), TOKEN);
    await user.type(within(dialog).getByLabelText(LABEL), '0000');
    await user.type(within(dialog).getByLabelText('Your password now'), PASSWORD);
    await press(user, 'Add the token');
    expect(await screen.findByRole('alert')).toHaveTextContent('Wrong PIN');
    await press(user, 'Try again');
    expect(await screen.findByLabelText('Address of the token')).toHaveValue(TOKEN);
  });
});

describe('removing the token', () => {
  test('the password opens it as before', async () => {
    const { backend, user } = await security({ token: TOKEN });
    await press(user, 'Remove the token…');
    const dialog = await screen.findByRole('dialog', { name: 'Remove the token “org”?' });
    expect(within(dialog).queryByLabelText(LABEL)).toBeNull();
    await user.type(within(dialog).getByLabelText('Your password now'), PASSWORD);
    await press(user, 'Remove the token');
    expect(await screen.findByRole('button', { name: 'Add a token…' })).toBeVisible();
    expect(backend.world.status).toMatchObject({ password: true, token: null });
  });

  test('where there is no password, one is chosen', async () => {
    const { backend, user } = await security(ONLY);
    await press(user, 'Remove the token…');
    await press(user, 'Remove the token');
    expect(await screen.findByText('Please type the PIN of the token.')).toBeVisible();
    expect(screen.getByText('Please choose a password.')).toBeVisible();
    await user.type(screen.getByLabelText(LABEL), PIN);
    await user.type(screen.getByLabelText('Choose a password for this computer'), PASSWORD);
    await press(user, 'Remove the token');
    expect(await screen.findByRole('button', { name: 'Add a token…' })).toBeVisible();
    expect(backend.world.status).toMatchObject({ password: true, token: null });
  });

  test('a home without a password has none to be changed', async () => {
    const { user } = await security(ONLY);
    await press(user, 'Password and keys…');
    const dialog = await screen.findByRole('dialog', { name: 'Password and keys' });
    expect(dialog).toHaveTextContent('the token opens Valise here, with its PIN');
    expect(within(dialog).queryByLabelText('Your password now')).toBeNull();
    await user.click(within(dialog).getByRole('button', { name: 'Make everything new…' }));
    expect(await within(dialog).findByLabelText(LABEL)).toBeVisible();
  });
});

describe('opening at log-in', () => {
  test('is turned on with the password, shown, and turned off', async () => {
    const { backend, user } = await security();
    await user.click(await screen.findByRole('button', { name: 'Open at log-in…' }));
    const dialog = await screen.findByRole('dialog', { name: 'Open Valise at log-in' });
    await user.click(within(dialog).getByRole('button', { name: 'Open at log-in' }));
    expect(backend.asked.some(([request]) => request === 'setUnlockAtLogin')).toBe(false);
    await user.type(
      within(dialog).getByLabelText(/password/i, { selector: 'input' }),
      backend.world.password,
    );
    await user.click(within(dialog).getByRole('button', { name: 'Open at log-in' }));
    expect(await screen.findByText('Your log-in opens Valise here, until it is locked.')).toBeVisible();
    expect(await screen.findByText('Your log-in on this computer, until Valise is locked')).toBeVisible();
    await user.click(await screen.findByRole('button', { name: 'No longer open at log-in' }));
    expect(await screen.findByRole('button', { name: 'Open at log-in…' })).toBeVisible();
    expect(backend.world.status.atLogin).toBe(false);
  });
});
