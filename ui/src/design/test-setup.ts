import '@testing-library/jest-dom/vitest';
import { configure } from '@testing-library/svelte';
import { beforeEach } from 'vitest';
import { clock } from '$lib/format/clock';
import { forgetPlace } from '$lib/stores/place';

configure({ asyncUtilTimeout: 5_000 });

// Saturday, 14 November 2026, 10:05 UTC: what "today" means in tests.
clock.now = () => Date.UTC(2026, 10, 14, 10, 5);

// Every test begins as the program does, not where another one was.
beforeEach(() => {
  if (typeof window !== 'undefined') forgetPlace();
});

// What jsdom leaves out, since it lays nothing out.
if (typeof window !== 'undefined') {
  window.ResizeObserver ??= class {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  };
  Element.prototype.scrollIntoView ??= () => undefined;
  Element.prototype.setPointerCapture ??= () => undefined;
}
