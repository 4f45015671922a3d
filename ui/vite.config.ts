import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** The pretended backend belongs to tests and to the design page: a production bundle with it in is an error. */
function noMockInProduction(): Plugin {
  return {
    name: 'valise:no-mock-in-production',
    generateBundle(_options, bundle) {
      for (const chunk of Object.values(bundle)) {
        if (chunk.type !== 'chunk') continue;
        const strays = Object.keys(chunk.modules).filter((id) =>
          /\/src\/(design|lib\/backend\/mock)/.test(id),
        );
        if (strays.length > 0) this.error(`${chunk.fileName} contains ${strays.join(', ')}`);
      }
    },
  };
}

/**
 * What pdf.js asks for by name while it shows a file: how Asian texts are encoded, fonts that every reader has, and two
 * decoders of images. It goes with the window, under `pdf/` and the names it has in the library. Its Liberation fonts stay
 * behind: their licence is not ours to pass on within the program.
 */
function partsOfPdf(): Plugin {
  const library = new URL('./node_modules/pdfjs-dist/', import.meta.url).pathname;
  const wanted = {
    cmaps: /./,
    standard_fonts: /^(Foxit|LICENSE_FOXIT)/,
    wasm: /_nowasm_fallback\.js$|^LICENSE/,
  };
  return {
    name: 'valise:parts-of-pdf',
    apply: 'build',
    async generateBundle() {
      for (const [folder, names] of Object.entries(wanted)) {
        for (const name of await this.fs.readdir(`${library}${folder}`)) {
          if (!names.test(name)) continue;
          const source = await this.fs.readFile(`${library}${folder}/${name}`);
          this.emitFile({ type: 'asset', fileName: `pdf/${folder}/${name}`, source });
        }
      }
    },
  };
}

export default defineConfig(({ mode }) => ({
  plugins: [
    svelte(),
    svelteTesting(),
    partsOfPdf(),
    ...(mode === 'production' ? [noMockInProduction()] : []),
  ],
  resolve: { alias: { $lib: new URL('./src/lib', import.meta.url).pathname } },
  clearScreen: false,
  // The icon lies beside the interface, not in it; a test reads what the engine says.
  server: {
    port: 1420,
    strictPort: true,
    host: '127.0.0.1',
    fs: { allow: ['.', '../icons', '../crates/engine/src', '../tests'] },
  },
  worker: { format: 'es' },
  // lightningcss turns light-dark() into what older webviews understand.
  css: { transformer: 'lightningcss', lightningcss: { targets: { safari: 16 << 16 } } },
  build: {
    target: 'safari16',
    outDir: mode === 'design' ? 'dist-design' : 'dist',
    emptyOutDir: true,
    // The content security policy knows neither data: fonts nor inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The word lists of the password meter are large, and loaded only where a password is chosen.
    chunkSizeWarningLimit: 2500,
  },
  test: {
    environment: 'jsdom',
    css: { include: [/tokens\.css/] },
    include: ['src/**/*.test.ts'],
    setupFiles: ['src/design/test-setup.ts'],
    env: { TZ: 'UTC' },
    // A laden machine is slow, not wrong.
    testTimeout: 30_000,
  },
}));
