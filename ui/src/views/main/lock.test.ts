import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { MockBackend, refusal } from '$lib/backend/mock';
import { clock } from '$lib/format/clock';
import App from '../../App.svelte';
import { acme } from '../../design/world';

afterEach(cleanup);
afterEach(() => vi.restoreAllMocks());

async function open(options = {}) {
  const backend = new MockBackend(acme(), options);
  render(App, { props: { backend } });
  await screen.findByRole('grid');
  return { backend, user: userEvent.setup({ delay: null }) };
}

test('after how long it locks by itself is chosen on the page Security', async () => {
  const { backend, user } = await open();
  await user.click(screen.getByRole('button', { name: 'Security' }));
  const choice = await screen.findByRole('combobox', { name: 'When nobody is here for' });
  expect(choice).toHaveDisplayValue('15 minutes');
  await user.selectOptions(choice, '5 minutes');
  expect(backend.world.settings.lockAfterMinutes).toBe(5);
  await user.selectOptions(choice, 'Never by the clock');
  expect(backend.world.settings.lockAfterMinutes).toBe(0);
});

test('a choice that cannot be kept is put back', async () => {
  const { user } = await open({ refuse: { setSettings: refusal('diskFull') } });
  await user.click(screen.getByRole('button', { name: 'Security' }));
  const choice = await screen.findByRole('combobox', { name: 'When nobody is here for' });
  await user.selectOptions(choice, 'One hour');
  await vi.waitFor(() => expect(choice).toHaveDisplayValue('15 minutes'));
});

test('that somebody is here is said now and then', async () => {
  let now = 1_800_000_000_000;
  vi.spyOn(clock, 'now').mockImplementation(() => now);
  const { backend, user } = await open();
  await user.keyboard('a');
  await user.keyboard('b');
  expect(backend.heardHere).toBe(1);
  now += 20_000;
  await user.keyboard('c');
  expect(backend.heardHere).toBe(2);
});
