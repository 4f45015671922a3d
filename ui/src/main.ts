import '@fontsource-variable/inter/wght.css';
import '$lib/design/tokens.css';
import '$lib/design/base.css';
import '$lib/design/controls.css';
import { mount } from 'svelte';
import type { Backend } from '$lib/backend';
import App from './App.svelte';

async function begin(): Promise<void> {
  const target = document.getElementById('app');
  if (target === null) throw new Error('the page has no place for the app');
  mount(App, { target, props: { backend: await backend() } });
}

/** Pretended only on the design page; the condition is constant when built, and the branch not taken is left out. */
async function backend(): Promise<Backend> {
  if (import.meta.env.DEV || import.meta.env.MODE === 'design') {
    const { pretended } = await import('./design/page');
    const found = pretended(location.search);
    if (found !== null) return found;
  }
  return (await import('$lib/backend/tauri')).tauriBackend;
}

void begin();
