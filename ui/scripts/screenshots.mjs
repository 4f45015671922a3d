// Pictures of every scene of the design page, taken with a headless Chromium under the content security policy
// and the frozen prototypes of the real window.
//
//   npm run build:design && npm run screenshots -- [--out DIR] [--sizes 1280x800,960x600] [--themes light,dark]
//                                                  [--format png|webp] [--dir rtl] [--zoom 2] [scene...]
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    out: { type: 'string', default: 'screenshots' },
    sizes: { type: 'string', default: '1280x800,960x600' },
    themes: { type: 'string', default: 'light,dark' },
    format: { type: 'string', default: 'png' },
    dir: { type: 'string', default: 'ltr' },
    zoom: { type: 'string', default: '1' },
    browser: { type: 'string', default: process.env.CHROMIUM ?? 'chromium' },
  },
});

const DIST = fileURLToPath(new URL('../dist-design', import.meta.url));
const POLICY = "default-src 'self'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'";
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

const server = createServer(async (request, response) => {
  const path = normalize(new URL(request.url, 'http://x').pathname);
  const file = path === '/' ? '/index.html' : path;
  if (path === '/favicon.ico') return response.writeHead(204).end();
  try {
    const body = await readFile(join(DIST, file));
    response.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-security-policy': POLICY,
    });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((done) => server.listen(0, '127.0.0.1', done));
const origin = `http://127.0.0.1:${server.address().port}`;

const profile = await mkdtemp(join(tmpdir(), 'valise-pictures-'));
const browser = spawn(
  values.browser,
  [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--hide-scrollbars',
    '--remote-debugging-pipe',
    `--user-data-dir=${profile}`,
    '--lang=en-GB',
    'about:blank',
  ],
  { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] },
);

// The debugging protocol over a pipe: messages of JSON, each ended by a zero byte.
const waiting = new Map();
const listeners = [];
let next = 1;
let rest = '';
browser.stdio[4].on('data', (chunk) => {
  const parts = (rest + chunk.toString('utf8')).split('\0');
  rest = parts.pop();
  for (const message of parts.map((part) => JSON.parse(part))) {
    if (message.id === undefined) for (const listener of listeners) listener(message);
    else {
      const { resolve, reject } = waiting.get(message.id);
      waiting.delete(message.id);
      if (message.error === undefined) resolve(message.result);
      else reject(new Error(message.error.message));
    }
  }
});

function send(method, params = {}, sessionId = undefined) {
  const id = next++;
  browser.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
}

const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
const page = (method, params) => send(method, params, sessionId);

const complaints = [];
listeners.push(({ method, params }) => {
  if (method === 'Runtime.exceptionThrown')
    complaints.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text);
  if (method === 'Log.entryAdded' && params.entry.level === 'error') complaints.push(params.entry.text);
  if (method === 'Runtime.consoleAPICalled' && ['error', 'warning', 'assert'].includes(params.type)) {
    complaints.push(params.args.map((arg) => arg.value ?? arg.description).join(' '));
  }
});
await page('Page.enable');
await page('Runtime.enable');
await page('Log.enable');
await page('Page.addScriptToEvaluateOnNewDocument', { source: 'Object.freeze(Object.prototype);' });

async function evaluate(expression) {
  const { result } = await page('Runtime.evaluate', { expression, awaitPromise: true });
  return result.value;
}

async function ready() {
  for (let tries = 0; tries < 120; tries += 1) {
    const state = await evaluate('document.documentElement.dataset.scene ?? ""').catch(() => '');
    if (typeof state === 'string' && state !== '') return state;
    await new Promise((done) => setTimeout(done, 100));
  }
  return 'failed: never ready';
}

async function sceneNames() {
  await page('Page.navigate', { url: `${origin}/?mock=` });
  const source = await readFile(fileURLToPath(new URL('../src/design/scenes.ts', import.meta.url)), 'utf8');
  const body = source.slice(
    source.indexOf('export const SCENES'),
    source.indexOf('\n};', source.indexOf('export const SCENES')),
  );
  return [...body.matchAll(/^ {2}'?([a-z-]+)'?: \{/gm)].map((match) => match[1]);
}

let failed = 0;
await mkdir(values.out, { recursive: true });
const scenes = positionals.length > 0 ? positionals : await sceneNames();
for (const size of values.sizes.split(',')) {
  const [width, height] = size.split('x').map(Number);
  const zoom = Number(values.zoom);
  await page('Emulation.setDeviceMetricsOverride', {
    width: Math.round(width / zoom),
    height: Math.round(height / zoom),
    deviceScaleFactor: zoom,
    mobile: false,
  });
  for (const theme of values.themes.split(',')) {
    for (const scene of scenes) {
      complaints.length = 0;
      await page('Page.navigate', { url: `${origin}/?mock=${scene}&theme=${theme}&dir=${values.dir}` });
      const state = await ready();
      const { data } = await page('Page.captureScreenshot', {
        format: values.format,
        ...(values.format === 'webp' ? { quality: 75 } : {}),
      });
      const name = `${scene}-${theme}-${size}.${values.format}`;
      await writeFile(join(values.out, name), Buffer.from(data, 'base64'));
      if (state !== 'ready' || complaints.length > 0) {
        failed += 1;
        console.log(`${name}: ${state}\n  ${complaints.join('\n  ')}`);
      }
    }
  }
}
console.log(`${scenes.length} scenes, ${failed} with complaints`);
browser.kill();
server.close();
await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
process.exitCode = failed > 0 ? 1 : 0;
