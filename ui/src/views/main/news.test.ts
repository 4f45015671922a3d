import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { MockBackend, type World } from '$lib/backend/mock';
import App from '../../App.svelte';
import { acme, STATUS } from '../../design/world';

afterEach(() => {
  cleanup();
  localStorage.clear();
});

async function open(change: (world: World) => void) {
  const world = acme();
  change(world);
  const backend = new MockBackend(world);
  render(App, { props: { backend } });
  await screen.findByRole('row', { name: /Valuation model/ });
  return { backend, user: userEvent.setup({ delay: null }) };
}

test('a file that is new says so, and the program hears which folder is shown', async () => {
  const { backend } = await open((world) => {
    const known = world.entries.get('f-merger') ?? [];
    world.entries.set(
      'f-merger',
      known.map((entry) => ({ ...entry, fresh: entry.id === 'e-model' })),
    );
  });
  expect(screen.getByRole('gridcell', { name: /Valuation model.*, New/ })).toBeVisible();
  expect(screen.queryByRole('gridcell', { name: /Timetable.*, New/ })).toBeNull();
  expect(backend.shown).toBe('f-merger');
});

test('a file that others have open says who, and opening it says so again', async () => {
  const { user } = await open((world) => {
    const known = world.entries.get('f-merger') ?? [];
    const editing = (id: string) => (id === 'e-model' ? ['Bao Linh', 'Dana Reyes'] : []);
    world.entries.set(
      'f-merger',
      known.map((entry) => ({ ...entry, editing: editing(entry.id) })),
    );
  });
  expect(screen.getByRole('gridcell', { name: /Valuation model.*, Bao Linh and Dana Reyes have it open/ }));
  expect(screen.queryByRole('gridcell', { name: /Timetable.*open/ })).toBeNull();
  await user.dblClick(screen.getByRole('row', { name: /Valuation model/ }));
  const said = await screen.findAllByText(/Bao Linh and Dana Reyes have this open/);
  expect(said.length).toBeGreaterThan(0);
});

test('what is kept on this computer says so, and need not be kept', async () => {
  const { backend, user } = await open(() => undefined);
  const kept = () => backend.world.entries.get('f-merger')?.find((entry) => entry.id === 'e-time')?.kept;
  for (const [choice, result] of [
    ['Keep on this computer', true],
    ['Need not stay on this computer', false],
  ] as const) {
    const row = screen.getByRole('row', { name: /Timetable/ });
    await user.pointer({ keys: '[MouseRight]', target: row });
    await user.click(await screen.findByRole('menuitem', { name: choice }));
    await waitFor(() => expect(kept()).toBe(result));
    await waitFor(() =>
      expect(/Kept offline/.test(screen.getByRole('row', { name: /Timetable/ }).textContent ?? '')).toBe(
        result,
      ),
    );
  }
});

test('on a computer that was removed nothing is added or shared', async () => {
  await open((world) => {
    world.status = { ...STATUS, connection: 'removed' };
  });
  expect(screen.queryByRole('button', { name: 'Add files' })).toBeNull();
  expect(screen.getByRole('button', { name: 'Share' })).toBeDisabled();
});
