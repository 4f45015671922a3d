import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test } from 'vitest';
import { MockBackend, refusal, type World } from '$lib/backend/mock';
import { speak } from '$lib/words';
import App from '../../App.svelte';
import { acme } from '../../design/world';

afterEach(() => {
  cleanup();
  localStorage.clear();
  speak('en');
});

async function open(change: (world: World) => void = () => {}) {
  const world = acme();
  change(world);
  const backend = new MockBackend(world);
  render(App, { props: { backend } });
  const user = userEvent.setup({ delay: null });
  await screen.findByRole('grid');
  return { backend, user };
}

async function toSettings(change: (world: World) => void = () => {}) {
  const opened = await open(change);
  await opened.user.keyboard('{Control>},{/Control}');
  await screen.findByRole('heading', { level: 1, name: 'Settings' });
  return opened;
}

async function toPeople(change: (world: World) => void = () => {}) {
  const opened = await open(change);
  await opened.user.click(screen.getByRole('button', { name: 'People' }));
  await screen.findByRole('heading', { level: 1, name: 'People' });
  return opened;
}

describe('the page Settings', () => {
  test('is in the menu of the account', async () => {
    const { user } = await open();
    await user.click(screen.getByRole('button', { name: /Ada Novak/ }));
    await user.click(await screen.findByRole('menuitem', { name: /Settings/ }));
    expect(await screen.findByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
  });

  test('chooses a theme, by pointer and by key, and keeps it', async () => {
    const { user } = await toSettings();
    const themes = screen.getByRole('group', { name: 'Theme' });
    expect(within(themes).getByRole('radio', { name: 'As the system' })).toBeChecked();
    await user.click(within(themes).getByRole('radio', { name: 'Dark' }));
    expect(document.documentElement.dataset.theme).toBe('dark');
    expect(localStorage.getItem('valise.theme')).toBe('dark');
    await user.click(within(themes).getByRole('radio', { name: 'As the system' }));
    expect(document.documentElement.dataset.theme).toBeUndefined();
  });

  test('everything can be larger, by choice and by key, and stays so', async () => {
    const { backend, user } = await toSettings();
    const size = screen.getByLabelText('Size of everything');
    expect(size).toHaveDisplayValue('100 %');
    await user.selectOptions(size, '150 %');
    expect(backend.asked).toContainEqual(['zoom', 150]);
    await user.keyboard('{Control>}+{/Control}');
    expect(size, 'there is no larger').toHaveDisplayValue('150 %');
    await user.keyboard('{Control>}-{/Control}');
    expect(backend.asked.at(-1)).toEqual(['zoom', 125]);
    expect(localStorage.getItem('valise.zoom')).toBe('125');
    await user.keyboard('{Control>}0{/Control}');
    expect(size).toHaveDisplayValue('100 %');
    cleanup();
    localStorage.setItem('valise.zoom', '110');
    const again = new MockBackend(acme());
    render(App, { props: { backend: again } });
    expect(again.asked).toContainEqual(['zoom', 110]);
  });

  test('says what keys do', async () => {
    await toSettings();
    expect(screen.getByText('Ctrl + F')).toBeVisible();
  });

  test('chooses what is told, and what goes on without the window; nothing of that at first', async () => {
    const { backend, user } = await toSettings();
    const keep = await screen.findByLabelText('Keep running when the window is closed');
    const start = screen.getByLabelText('Start when I log in');
    await waitFor(() => expect(screen.getByLabelText(/nobody looks at the window/)).toBeEnabled());
    expect(keep).not.toBeChecked();
    expect(start).not.toBeChecked();
    await user.click(keep);
    await waitFor(() => expect(backend.world.settings.keepRunning).toBe(true));
    await user.click(start);
    await waitFor(() => expect(backend.world.settings.startAtLogin).toBe(true));
    await user.selectOptions(screen.getByLabelText(/nobody looks at the window/), 'Say nothing');
    await waitFor(() => expect(backend.world.settings.notifications).toBe('off'));
    expect(backend.world.settings).toMatchObject({ keepRunning: true, lockAfterMinutes: 15 });
  });

  test('a choice that could not be kept is not shown as kept', async () => {
    const { backend, user } = await toSettings();
    const keep = await screen.findByLabelText('Keep running when the window is closed');
    await waitFor(() => expect(screen.getByLabelText(/nobody looks at the window/)).toBeEnabled());
    backend.options.refuse = { setSettings: refusal('io') };
    await user.click(keep);
    await screen.findByRole('alert');
    await waitFor(() => expect(keep).not.toBeChecked());
  });

  test('says what lies here, and how much may', async () => {
    const { backend, user } = await toSettings();
    expect(await screen.findByText(/on this computer, encrypted/)).toBeVisible();
    await waitFor(() => expect(screen.getByLabelText('Files that were fetched may take')).toBeEnabled());
    await user.selectOptions(screen.getByLabelText('Files that were fetched may take'), '5.0 GB');
    await waitFor(() => expect(backend.world.settings.cacheMib).toBe(4_768));
    expect(screen.getByText('https://files.acme.example:8443')).toBeVisible();
  });
});

describe('the language', () => {
  test('changes at once, and back; it is kept', async () => {
    const { user } = await toSettings();
    await user.selectOptions(screen.getByLabelText('Language'), 'Deutsch');
    expect(await screen.findByRole('heading', { level: 1, name: 'Einstellungen' })).toBeVisible();
    expect(document.documentElement.lang).toBe('de');
    expect(screen.getByRole('button', { name: 'Papierkorb' })).toBeVisible();
    expect(screen.getByText('Strg + F')).toBeVisible();
    expect(localStorage.getItem('valise.language')).toBe('de');
    await user.selectOptions(screen.getByLabelText('Sprache'), 'Wie das System (English)');
    expect(await screen.findByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
    expect(document.documentElement.lang).toBe('en');
  });

  test('takes nothing from what is being done', async () => {
    const { user } = await open();
    await user.click(screen.getByRole('row', { name: /Valuation model/ }));
    await user.keyboard('{Control>}{Shift>}n{/Shift}{/Control}');
    const name = await screen.findByLabelText<HTMLInputElement>('Name');
    await user.type(name, 'Client pap');
    speak('de');
    expect(await screen.findByRole('dialog', { name: 'Neuer Ordner' })).toBeVisible();
    expect(screen.getByLabelText('Name')).toBe(name);
    expect(name).toHaveFocus();
    expect(name).toHaveValue('Client pap');
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(screen.getByRole('row', { name: /Valuation model/ })).toHaveAttribute('aria-selected', 'true');
    expect(screen.getByRole('columnheader', { name: /Größe/ })).toBeVisible();
  });
});

describe('what keys do', () => {
  test.each(['{F1}', '?'])('is told on %s', async (key) => {
    const { user } = await open();
    screen.getByRole('grid').focus();
    await user.keyboard(key);
    expect(await screen.findByRole('dialog', { name: 'Keyboard' })).toBeVisible();
  });

  test('a question mark that is typed is no question', async () => {
    const { user } = await open();
    await user.type(screen.getByLabelText('Search in Brightwater merger'), 'why?');
    await waitFor(() => expect(screen.getByText(/Search: why/)).toBeVisible());
    expect(screen.queryByRole('dialog')).toBeNull();
  });
});

describe('where the server answers', () => {
  test('officers name another address; others see where it is looked for', async () => {
    const { backend, user } = await toSettings();
    await user.click(await screen.findByRole('button', { name: 'Where the server answers…' }));
    const dialog = await screen.findByRole('dialog', { name: 'Where does the server answer?' });
    await user.click(within(dialog).getByRole('button', { name: 'Save' }));
    expect(backend.asked.some(([request]) => request === 'setCatalogAddresses')).toBe(false);
    await user.type(
      within(dialog).getByLabelText('Address of the server'),
      'https://valise.acme.example:8443',
    );
    await user.click(within(dialog).getByRole('button', { name: 'Save' }));
    await screen.findByText(/Every computer learns of the new address/);
    expect(
      await screen.findByText('https://valise.acme.example:8443, https://files.acme.example:8443'),
    ).toBeVisible();
  });

  test('a workspace on this computer moves to a server', async () => {
    const { backend, user } = await toSettings((world) => {
      world.network = { ...world.network, hosts: true };
    });
    await user.click(await screen.findByRole('button', { name: 'Move to a server…' }));
    const dialog = await screen.findByRole('dialog', { name: 'Move the workspace to a server' });
    await user.type(within(dialog).getByLabelText('Address of the server'), 'https://valise.acme.example');
    await user.click(within(dialog).getByRole('button', { name: 'Make the copy…' }));
    expect(await within(dialog).findByText('/media/stick/valise-catalog')).toBeVisible();
    expect(dialog).toHaveTextContent('valise-catalog restore --from /media/stick/valise-catalog');
    expect(backend.world.network.hosts).toBe(false);
  });

  test('officers see it on the page People, in the order that is tried, and change it there', async () => {
    const { backend, user } = await toPeople((world) => {
      world.network = { ...world.network, addresses: ['https://new.example:8443', 'https://old.example'] };
    });
    const card = await screen.findByRole('region', { name: 'Server' });
    expect(
      within(card)
        .getAllByRole('listitem')
        .map((each) => each.textContent),
    ).toEqual(['https://new.example:8443', 'https://old.example']);
    expect(card).toHaveTextContent('In step');
    expect(card).not.toHaveTextContent('one single loss');
    await user.click(within(card).getByRole('button', { name: 'Change the address…' }));
    const dialog = await screen.findByRole('dialog', { name: 'Where does the server answer?' });
    await user.type(within(dialog).getByLabelText('Address of the server'), 'https://third.example{Enter}');
    await waitFor(() => expect(within(card).getAllByRole('listitem')).toHaveLength(3));
    expect(within(card).getAllByRole('listitem')[0]).toHaveTextContent('https://third.example');
    backend.setStatus({ connection: 'unreachable' });
    await waitFor(() => expect(card).toHaveTextContent('The server cannot be reached.'));
  });

  test('on this computer it is one single loss, and moves from there', async () => {
    const { user } = await toPeople((world) => {
      world.network = { ...world.network, hosts: true };
    });
    const card = await screen.findByRole('region', { name: 'Server' });
    expect(card).toHaveTextContent('It runs on this computer.');
    expect(card).toHaveTextContent('still one single loss');
    await user.click(within(card).getByRole('button', { name: 'Move to a server…' }));
    expect(await screen.findByRole('dialog', { name: 'Move the workspace to a server' })).toBeVisible();
  });

  test('where there is none, one is connected', async () => {
    const { user } = await toPeople((world) => {
      world.status = { ...world.status, connection: 'none' };
      world.network = { ...world.network, catalog: null, addresses: [] };
    });
    const card = await screen.findByRole('region', { name: 'Server' });
    expect(card).toHaveTextContent('lives on this computer alone');
    await user.click(within(card).getByRole('button', { name: 'Connect a server…' }));
    expect(await screen.findByRole('dialog', { name: 'Connect a server' })).toBeVisible();
  });

  test.each<[string, (world: World) => void]>([
    [
      'is no officer',
      (world) => {
        world.people = world.people.map((person) => ({ ...person, officer: !person.me }));
      },
    ],
    ['was removed', (world) => (world.status = { ...world.status, connection: 'removed' })],
  ])('nothing of it for who %s', async (_who, change) => {
    await toPeople(change);
    await screen.findByRole('table');
    expect(screen.queryByRole('region', { name: 'Server' })).toBeNull();
  });

  test('nobody but officers is offered it', async () => {
    await toSettings((world) => {
      const { account } = world.status;
      if (account !== null) world.status = { ...world.status, account: { ...account, officer: false } };
    });
    await screen.findByRole('region', { name: 'Network' });
    expect(screen.queryByRole('button', { name: 'Where the server answers…' })).toBeNull();
  });
});
