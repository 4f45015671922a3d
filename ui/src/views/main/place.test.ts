import { cleanup, render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, describe, expect, test } from 'vitest';
import { MockBackend } from '$lib/backend/mock';
import App from '../../App.svelte';
import { acme } from '../../design/world';

afterEach(cleanup);

const heading = (name: string) => screen.findByRole('heading', { level: 1, name });

async function open() {
  const backend = new MockBackend(acme());
  render(App, { props: { backend } });
  await screen.findByRole('grid');
  return { backend, user: userEvent.setup({ delay: null }) };
}

/** As the window does it: locked, a new page in the same address, and the password. */
async function lockAndUnlock(backend: MockBackend, user: ReturnType<typeof userEvent.setup>) {
  await backend.lock();
  cleanup();
  render(App, { props: { backend } });
  await waitFor(() => expect(screen.getByLabelText('Password')).toHaveFocus());
  await user.keyboard(`${backend.world.password}{Enter}`);
}

describe('after a lock the page begins anew', () => {
  test('in the directory where the person was, with the details as they were', async () => {
    const { backend, user } = await open();
    await user.dblClick(await screen.findByText('Due diligence'));
    await heading('Due diligence');
    await user.click(screen.getByRole('button', { name: 'Hide details' }));
    await lockAndUnlock(backend, user);
    expect(await heading('Due diligence')).toBeVisible();
    expect(screen.getByRole('button', { name: 'Show details' })).toBeVisible();
  });

  test.each(['People', 'Security', 'Trash'])('on the page %s', async (page) => {
    const { backend, user } = await open();
    await user.click(screen.getByRole('button', { name: page }));
    await heading(page);
    await lockAndUnlock(backend, user);
    expect(await heading(page)).toBeVisible();
  });

  test('the address holds ids and nothing that can be read', async () => {
    const { user } = await open();
    await user.dblClick(screen.getByText('Due diligence'));
    await heading('Due diligence');
    expect(location.hash).toBe('#view=folder&folder=f-merger&parent=e-dd&details=open');
  });

  test('a new account begins where everybody begins', async () => {
    location.hash = '#view=security';
    const world = acme();
    render(App, {
      props: { backend: new MockBackend({ ...world, status: { ...world.status, stage: { type: 'new' } } }) },
    });
    expect(await heading('Welcome to Valise')).toBeVisible();
    expect(location.hash).toBe('');
  });

  test.each([
    ['#view=folder&folder=f-gone&parent=e-gone', 'Brightwater merger'],
    ['#view=folder&folder=f-board&parent=e-gone', 'Board papers'],
    ['#view=folder', 'Brightwater merger'],
    ['#view=elsewhere&folder=f-board', 'Brightwater merger'],
    ['#nothing', 'Brightwater merger'],
  ])('what is not there is passed over without a word: %s', async (hash, shown) => {
    location.hash = hash;
    render(App, { props: { backend: new MockBackend(acme()) } });
    expect(await heading(shown)).toBeVisible();
    await waitFor(() => expect(location.hash).not.toContain('gone'));
    expect(screen.queryByRole('alert')).toBeNull();
  });
});
