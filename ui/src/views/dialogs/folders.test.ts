import { cleanup, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test } from 'vitest';
import { MockBackend, refusal, type MockOptions, type World } from '$lib/backend/mock';
import App from '../../App.svelte';
import { acme } from '../../design/world';

afterEach(cleanup);

async function open(world: World, options: MockOptions = {}) {
  const backend = new MockBackend(world, options);
  render(App, { props: { backend } });
  await screen.findByRole('grid');
  return { backend, user: userEvent.setup({ delay: null }) };
}

type User = ReturnType<typeof userEvent.setup>;
const press = async (user: User, name: string | RegExp) =>
  user.click(await screen.findByRole('button', { name }));
const asked = (backend: MockBackend, request: string) => backend.asked.filter(([name]) => name === request);

const offered = (): World => ({
  ...acme(),
  offers: [
    { folder: 'f-tender', name: 'Tender 2027', by: 'Chidi Okafor', account: 'a-chidi', role: 'editor' },
  ],
});

async function openMenu(user: User, item: string): Promise<void> {
  await press(user, 'More for this folder');
  await user.click(await screen.findByRole('menuitem', { name: item }));
}

describe('a folder that somebody shares', () => {
  test('waits, and is accepted', async () => {
    const { backend, user } = await open(offered());
    await press(user, /Tender 2027/);
    const dialog = await screen.findByRole('dialog', { name: 'Chidi Okafor shares “Tender 2027” with you' });
    expect(dialog).toHaveTextContent('Nothing of it is on this computer yet.');
    await user.click(within(dialog).getByRole('button', { name: 'Accept' }));
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
    expect(asked(backend, 'acceptFolder')).toEqual([['acceptFolder', 'f-tender']]);
    expect(await screen.findByRole('heading', { level: 1, name: 'Tender 2027' })).toBeVisible();
  });

  test('is declined', async () => {
    const { backend, user } = await open(offered());
    await press(user, /Tender 2027/);
    await press(user, 'Decline');
    expect(await screen.findByText('You declined “Tender 2027”.')).toBeVisible();
    expect(asked(backend, 'declineFolder')).toEqual([['declineFolder', 'f-tender']]);
    expect(screen.queryByRole('button', { name: /Tender 2027/ })).toBeNull();
  });

  test('stays while the catalog does not answer', async () => {
    const { user } = await open(offered(), { refuse: { acceptFolder: refusal('offline') } });
    await press(user, /Tender 2027/);
    await press(user, 'Accept');
    expect(await screen.findByRole('dialog', { name: /shares “Tender 2027”/ })).toBeVisible();
  });
});

describe('a folder that is handed over', () => {
  test('to who has accepted it, by an owner who leaves', async () => {
    const { backend, user } = await open(acme());
    await press(user, 'Share');
    expect(await screen.findByText('has not accepted yet')).toBeVisible();
    await press(user, 'Hand over…');
    const dialog = await screen.findByRole('dialog', { name: 'Hand over “Brightwater merger”' });
    const whom = await within(dialog).findByLabelText('Becomes an owner');
    expect(within(whom).queryByText('Dana Reyes')).toBeNull();
    await user.selectOptions(whom, 'Chidi Okafor');
    await user.selectOptions(within(dialog).getByLabelText('And you'), 'leave the folder');
    await user.click(within(dialog).getByRole('button', { name: 'Hand over' }));
    await waitFor(() =>
      expect(asked(backend, 'handOver')).toEqual([['handOver', 'f-merger', 'a-chidi', 'leave']]),
    );
  });
});

describe('the trash of a folder', () => {
  test('is kept as long as its owner says, and everybody reads it', async () => {
    const { backend, user } = await open(acme());
    await openMenu(user, 'Trash…');
    const dialog = await screen.findByRole('dialog', { name: 'Trash of “Brightwater merger”' });
    expect(within(dialog).getByRole('button', { name: 'Save' })).toBeDisabled();
    expect(dialog).toHaveTextContent('Nothing goes by itself.');
    await user.selectOptions(within(dialog).getByLabelText('Keep it'), 'for 30 days');
    expect(dialog).toHaveTextContent('The time begins now');
    await user.click(within(dialog).getByRole('button', { name: 'Save' }));
    await waitFor(() =>
      expect(asked(backend, 'setTrashPolicy')).toEqual([['setTrashPolicy', 'f-merger', 30]]),
    );
    expect(await screen.findByText(/goes for good after 30 days/)).toBeVisible();
  });
});

describe('what happened', () => {
  test('is told, filtered and exported', async () => {
    const { backend, user } = await open(acme());
    await openMenu(user, 'Activity…');
    const dialog = await screen.findByRole('dialog', { name: 'What happened: “Brightwater merger”' });
    expect(
      await within(dialog).findByText('renamed “Slides final FINAL.pptx” to “Board presentation.pptx”'),
    ).toBeVisible();
    await user.selectOptions(within(dialog).getByLabelText('What'), 'Removed');
    await waitFor(() => expect(within(dialog).getAllByRole('listitem')).toHaveLength(1));
    await user.selectOptions(within(dialog).getByLabelText('Who'), 'Bao Linh');
    expect(await within(dialog).findByText('Nothing like that happened here.')).toBeVisible();
    await user.click(within(dialog).getByRole('button', { name: 'Export as CSV…' }));
    const filter = { person: 'a-bao', kind: 'removed', entry: null };
    expect(asked(backend, 'exportActivity')).toEqual([['exportActivity', 'f-merger', filter, 'csv']]);
  });

  test('is told in pages', async () => {
    const world = acme();
    const [one] = world.activity.get('f-merger') ?? [];
    if (one === undefined) throw new Error('nothing happened');
    const many = Array.from({ length: 120 }, (_, at) => ({ ...one, at: { record: 119 - at, change: 0 } }));
    world.activity.set('f-merger', many);
    const { user } = await open(world);
    await openMenu(user, 'Activity…');
    const dialog = await screen.findByRole('dialog', { name: /What happened/ });
    for (const shown of [50, 100, 120]) {
      await waitFor(() => expect(within(dialog).getAllByRole('listitem')).toHaveLength(shown));
      if (shown < 120) await user.click(within(dialog).getByRole('button', { name: 'Show older' }));
    }
    expect(within(dialog).queryByRole('button', { name: 'Show older' })).toBeNull();
  });
});

describe('a link to a file', () => {
  test('selects it', async () => {
    const { backend } = await open(acme());
    const target = backend.world.entries.get('f-leave')?.find((each) => each.kind === 'file');
    if (target === undefined) throw new Error('no file');
    backend.clickInvitation(`valise://open/f-leave/${target.id}`);
    await waitFor(() => expect(screen.getByRole('row', { selected: true })).toHaveTextContent(target.name));
  });

  test('says so to who is not in the folder', async () => {
    const { backend } = await open(acme(), {
      refuse: {
        followLink: refusal('notAllowed', { happened: 'This link leads to a folder that you are not in.' }),
      },
    });
    backend.clickInvitation('valise://open/f-gone/');
    expect(await screen.findByText(/This link leads to a folder that you are not in/)).toBeVisible();
  });
});
