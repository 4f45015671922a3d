import { cleanup, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test } from 'vitest';
import { MockBackend, refusal } from '$lib/backend/mock';
import App from '../App.svelte';
import { acme } from '../design/world';

afterEach(cleanup);

test('older trouble waits in one line, and is whole again when it is looked at', async () => {
  const refuse = {
    open: refusal('notVerified', { happened: 'Bao’s change was not opened.', safe: 'Nothing was changed.' }),
    undo: refusal('io', { happened: 'It could not be taken back.', todo: 'Try again.' }),
  };
  render(App, { props: { backend: new MockBackend(acme(), { refuse }) } });
  const user = userEvent.setup({ delay: null });
  (await screen.findByRole('grid')).focus();
  await user.keyboard('{Home}{ArrowDown}{Enter}');
  expect(await screen.findByText('Nothing was changed.')).toBeVisible();
  await user.keyboard('{Control>}z{/Control}');
  expect(await screen.findByText('Try again.')).toBeVisible();
  const older = screen.getAllByRole('alert')[0];
  expect(older).toHaveTextContent('Bao’s change was not opened.');
  expect(older).not.toHaveTextContent('Nothing was changed.');
  await user.click(screen.getAllByRole('button', { name: 'Details' })[0] as HTMLElement);
  expect(older).toHaveTextContent('Nothing was changed.');
  expect(screen.getByText('Try again.')).toBeVisible();
});
