// The design page in a headless Chromium, under the content security policy and the frozen prototypes of the real
// window: for pictures, for accessibility, for speed. `npm run build:design` comes first.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const DIST = fileURLToPath(new URL('../dist-design', import.meta.url));
const POLICY = "default-src 'self'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'";
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Every scene there is, in the order of the design page. */
export async function sceneNames() {
  const source = await readFile(fileURLToPath(new URL('../src/design/scenes.ts', import.meta.url)), 'utf8');
  const begin = source.indexOf('export const SCENES');
  const body = source.slice(begin, source.indexOf('\n};', begin));
  return [...body.matchAll(/^ {2}'?([a-z-]+)'?: \{/gm)].map((match) => match[1]);
}

async function serve() {
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
  return server;
}

/** The debugging protocol over a pipe: messages of JSON, each ended by a zero byte. */
function protocol(browser) {
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
  const send = (method, params = {}, sessionId = undefined) => {
    const id = next++;
    browser.stdio[3].write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
  };
  return { send, listeners };
}

/** `frozen`: prototypes as in the real window; what is only brought along for a look may not bear them. */
export async function openDesignPage({ program = process.env.CHROMIUM ?? 'chromium', frozen = true } = {}) {
  const server = await serve();
  const origin = `http://127.0.0.1:${server.address().port}`;
  const profile = await mkdtemp(join(tmpdir(), 'valise-pictures-'));
  const browser = spawn(
    program,
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
  const { send, listeners } = protocol(browser);
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
  if (frozen)
    await page('Page.addScriptToEvaluateOnNewDocument', { source: 'Object.freeze(Object.prototype);' });

  async function evaluate(expression) {
    const { result, exceptionDetails } = await page('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined)
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  async function ready() {
    for (let tries = 0; tries < 120; tries += 1) {
      const state = await evaluate('document.documentElement?.dataset.scene ?? ""').catch(() => '');
      if (typeof state === 'string' && state !== '') return state;
      await new Promise((done) => setTimeout(done, 100));
    }
    return 'failed: never ready';
  }

  return {
    page,
    evaluate,
    complaints,

    async resize(width, height, zoom = 1) {
      await page('Emulation.setDeviceMetricsOverride', {
        width: Math.round(width / zoom),
        height: Math.round(height / zoom),
        deviceScaleFactor: zoom,
        mobile: false,
      });
    },

    /** Shows a scene; 'ready', or what failed. */
    async show(scene, wishes) {
      complaints.length = 0;
      await page('Page.navigate', { url: `${origin}/?${new URLSearchParams({ mock: scene, ...wishes })}` });
      return ready();
    },

    async close() {
      browser.kill();
      server.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}
