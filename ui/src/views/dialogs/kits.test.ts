import { cleanup, render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test } from 'vitest';
import { KITS, MockBackend, type World } from '$lib/backend/mock';
import App from '../../App.svelte';
import { acme, NO_RECOVERY, RECOVERY, STATUS } from '../../design/world';

afterEach(cleanup);

const without = (change: Partial<World> = {}): World => ({
  ...acme(),
  status: { ...STATUS, waysOut: 'none' },
  recovery: NO_RECOVERY,
  ...change,
});

async function open(world: World) {
  const backend = new MockBackend(world);
  render(App, { props: { backend } });
  await screen.findByRole('grid');
  return { backend, user: userEvent.setup({ delay: null }) };
}

const press = async (user: ReturnType<typeof userEvent.setup>, name: string | RegExp) =>
  user.click(await screen.findByRole('button', { name }));

const groupOf = (kit: 0 | 1, group: number) => KITS[kit]?.code.split(' ')[group - 1] ?? '';

async function prove(user: ReturnType<typeof userEvent.setup>, kit: 0 | 1) {
  for (const group of KITS[kit]?.asked ?? []) {
    await user.type(screen.getByLabelText(`Group ${group}`), groupOf(kit, group).toLowerCase());
  }
  await press(user, 'Check');
}

describe('recovery kits', () => {
  test('the sidebar reminds; both kits are shown, saved, and asked back', async () => {
    const { backend, user } = await open(without());
    const reminder = await screen.findByRole('complementary', { name: 'Print your recovery kit' });
    await user.click(within(reminder).getByRole('button', { name: 'Print it' }));
    await user.type(await screen.findByLabelText('Your password'), 'wrong');
    await press(user, 'Make it now');
    expect(await screen.findByText(/does not open Valise on this computer/)).toBeVisible();
    await user.clear(screen.getByLabelText('Your password'));
    await user.type(screen.getByLabelText('Your password'), backend.world.password);
    await press(user, 'Make it now');

    const a = await screen.findByRole('dialog', { name: 'Kit A, 1 of 2' });
    const code = within(a).getByRole('list', { name: 'Code of kit A' });
    expect(within(code).getAllByRole('listitem')).toHaveLength(21);
    expect(within(a).getByRole('img', { name: 'QR code of kit A' })).toBeVisible();
    await press(user, /Print or save/);
    expect(backend.asked).toContainEqual(['saveKit', 'a', KITS[0]?.code]);
    await press(user, 'I have it on paper');
    expect(screen.queryByRole('list', { name: 'Code of kit A' })).toBeNull();
    await user.type(screen.getByLabelText(`Group ${KITS[0]?.asked[0]}`), 'QQQQ');
    await user.type(screen.getByLabelText(`Group ${KITS[0]?.asked[1]}`), 'QQQQ');
    await press(user, 'Check');
    expect(await screen.findByRole('alert')).toHaveTextContent('not the code of a kit');
    for (const group of KITS[0]?.asked ?? []) await user.clear(screen.getByLabelText(`Group ${group}`));
    await prove(user, 0);

    expect(await screen.findByRole('dialog', { name: 'Kit B, 2 of 2' })).toBeVisible();
    await press(user, 'I have it on paper');
    await prove(user, 1);
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(screen.queryByRole('complementary', { name: 'Print your recovery kit' })).toBeNull();
    expect(backend.world.status.waysOut).toBe('both');
  });

  test('nothing reminds before there is a folder', async () => {
    const backend = new MockBackend(without({ folders: acme().folders.filter((folder) => folder.personal) }));
    render(App, { props: { backend } });
    await screen.findByRole('navigation', { name: 'Places' });
    expect(screen.queryByRole('complementary', { name: 'Print your recovery kit' })).toBeNull();
  });

  test('a keyring that could not take its part is said', async () => {
    const { backend, user } = await open(without({ recovery: { ...NO_RECOVERY, keyring: 'absent' } }));
    await press(user, 'Print it');
    await user.type(await screen.findByLabelText('Your password'), backend.world.password);
    await press(user, 'Make it now');
    expect(await screen.findByText(/no keyring that answers: both kits are needed/)).toBeVisible();
  });
});

describe('the page Security', () => {
  test('shows the ways back, proves a kit later, and checks one', async () => {
    const kits = RECOVERY.kits.map((kit) => (kit.kit === 'b' ? { ...kit, kept: null } : kit));
    const { user } = await open(
      without({ status: { ...STATUS, waysOut: 'one' }, recovery: { ...RECOVERY, keyring: 'locked', kits } }),
    );
    await press(user, 'Open Security');
    expect(await screen.findByText('not proven to be kept')).toBeVisible();
    expect(screen.getByText('is locked')).toBeVisible();
    await press(user, 'I have kit B here');
    await prove(user, 1);
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(screen.queryByText('not proven to be kept')).toBeNull();

    await press(user, 'Is my kit still good?');
    const dialog = await screen.findByRole('dialog', { name: 'Is my kit still good?' });
    await user.type(within(dialog).getByLabelText('Code of the kit'), 'VAL1 OLD');
    await press(user, 'Check');
    expect(await within(dialog).findByText(/not the code of a kit/)).toBeVisible();
    await user.clear(within(dialog).getByLabelText('Code of the kit'));
    await user.click(within(dialog).getByLabelText('Code of the kit'));
    await user.paste(KITS[0]?.code ?? '');
    await press(user, 'Check');
    expect(await within(dialog).findByText(/Kit A of set 3F2A 91C0 is good/)).toBeVisible();
  });
});
