/**
 * Where the person is, kept for the page that begins anew when Valise locks. It stands in the page's own address, as
 * ids only: on no disk, and with nothing that anybody could read from it.
 */
import type { Spot } from './navigation.svelte';

export type Place = { spot: Spot; details: boolean };

export function keepPlace({ spot, details }: Place): void {
  const said = new URLSearchParams({ view: spot.view });
  if (spot.view === 'folder') {
    said.set('folder', spot.folder);
    if (spot.parent !== null) said.set('parent', spot.parent);
  }
  said.set('details', details ? 'open' : 'closed');
  write(`#${said}`);
}

export function keptPlace(): Place | null {
  const said = new URLSearchParams(location.hash.slice(1));
  const spot = spotOf(said);
  return spot === null ? null : { spot, details: said.get('details') === 'open' };
}

export function forgetPlace(): void {
  write('');
}

function spotOf(said: URLSearchParams): Spot | null {
  const view = said.get('view');
  switch (view) {
    case 'folder': {
      const folder = said.get('folder');
      return folder === null ? null : { view, folder, parent: said.get('parent') };
    }
    case 'recent':
    case 'trash':
    case 'people':
    case 'security':
    case 'settings':
      return { view };
    default:
      return null;
  }
}

function write(hash: string): void {
  if (location.hash === hash) return;
  try {
    history.replaceState(history.state, '', `${location.pathname}${location.search}${hash}`);
  } catch {
    // Webviews allow so many changes at a time; the next one is written again.
  }
}
