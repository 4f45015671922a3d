import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Trouble, type Listing as Answer, type Transfer } from '$lib/backend';
import { entry, MockBackend, refusal } from '$lib/backend/mock';
import { acme, many } from '../../design/world';
import { Drags } from './drags.svelte';
import { Folders } from './folders.svelte';
import { Listing } from './listing.svelte';
import { Navigation } from './navigation.svelte';
import { inWords, Notices } from './notices.svelte';
import { Question } from './question.svelte';
import { comparing, inOrderOf, rowsOfListing, type Row, type Sorting } from './rows';
import { Selection } from './selection.svelte';
import { Session } from './session.svelte';
import { inSlices, sortSteps } from './slices';
import { secondsLeft, share, totalOf, Transfers } from './transfers.svelte';

const rowsOf = (...names: string[]): Row[] =>
  rowsOfListing({ folder: 'f', path: [], entries: names.map((name) => entry(name, name)) });

const sortRows = (rows: Row[], sorting: Sorting, locale: string) =>
  [...rows].sort(comparing(sorting, locale) ?? undefined);

describe('rows', () => {
  test('by name, directories come first and numbers count as numbers', () => {
    const rows = rowsOfListing({
      folder: 'f',
      path: [],
      entries: [entry('1', 'b10'), entry('2', 'b9'), entry('3', 'Z', { kind: 'directory' }), entry('4', 'a')],
    });
    const names = (down: boolean) => sortRows(rows, { by: 'name', down }, 'en').map((row) => row.entry.name);
    expect(names(false)).toEqual(['Z', 'a', 'b9', 'b10']);
    expect(names(true)).toEqual(['Z', 'b10', 'b9', 'a']);
  });

  test('ties fall to the name, so that an order is always the same', () => {
    const rows = sortRows(rowsOf('c', 'a', 'b'), { by: 'size', down: true }, 'en');
    expect(rows.map((row) => row.entry.name)).toEqual(['a', 'b', 'c']);
  });

  test('100,000 rows are sorted in the time of a blink or two', () => {
    const rows = rowsOfListing({ folder: 'f', path: [], entries: many(100_000) });
    const start = performance.now();
    sortRows(rows, { by: 'name', down: false }, 'en');
    expect(performance.now() - start).toBeLessThan(4000);
  });
});

describe('selection', () => {
  let rows = $state.raw<Row[]>([]);
  let selection: Selection;
  const keys = () => [...selection.keys].map((key) => key.slice(2)).sort();

  beforeEach(() => {
    rows = rowsOf('a', 'b', 'c', 'd', 'e');
    selection = new Selection(() => rows);
  });

  test('extends from where it began, both ways', () => {
    selection.only('f/c');
    selection.extendTo('f/e');
    expect(keys()).toEqual(['c', 'd', 'e']);
    selection.extendTo('f/b');
    expect(keys()).toEqual(['b', 'c']);
    expect(selection.currentRow?.entry.name).toBe('b');
  });

  test('toggles single rows', () => {
    selection.only('f/a');
    selection.toggle('f/c');
    selection.toggle('f/a');
    expect(keys()).toEqual(['c']);
  });

  test('survives a sync: what went away leaves, the current row stays about where it was', () => {
    selection.only('f/b');
    selection.extendTo('f/c');
    const before = rows;
    rows = rowsOf('a', 'b', 'd', 'e', 'new');
    selection.retain(before);
    expect(keys()).toEqual(['b']);
    expect(selection.currentRow?.entry.name).toBe('d');
  });

  test('a list that became empty has no current row', () => {
    selection.all();
    const before = rows;
    rows = [];
    selection.retain(before);
    expect(selection.keys.size).toBe(0);
    expect(selection.current).toBeNull();
  });
});

describe('sorting in slices', () => {
  const whole = <T>(steps: Generator<void, T, void>) => inSlices(steps, () => true);
  const byTens = (a: number, b: number) => Math.floor(a / 10) - Math.floor(b / 10);

  test.each([0, 1, 63, 64, 65, 128, 1000, 4097])('%i come out as from Array.sort', async (length) => {
    const numbers = Array.from({ length }, (_, at) => (at * 7919) % 1009);
    expect(await whole(sortSteps(numbers, byTens))).toEqual([...numbers].sort(byTens));
  });

  test('what is in order costs about one comparison each, also with one more', async () => {
    const numbers = [...Array(5000).keys(), 7];
    const compare = vi.fn(byTens);
    await whole(sortSteps(numbers, compare));
    expect(compare.mock.calls.length).toBeLessThan(4 * numbers.length);
  });

  test('it stops when it is not wanted any more', async () => {
    const steps = (function* () {
      for (;;) yield;
    })();
    expect(await inSlices(steps, () => false)).toBeNull();
  });

  test('rows keep the order of before; new ones come last', () => {
    const [a, b, c] = rowsOf('a', 'b', 'c') as [Row, Row, Row];
    const fresh = { ...b };
    expect(inOrderOf([c, b], [a, fresh, c])).toEqual([c, fresh, a]);
    expect(inOrderOf([c, b], [a, fresh, c])[1]).toBe(fresh);
  });
});

describe('a listing of very many', () => {
  const folder = { view: 'folder', folder: 'f-merger', parent: null } as const;
  const crowded = (count: number) => {
    const world = acme();
    world.entries.set('f-merger', many(count));
    return new MockBackend(world);
  };

  test('comes in order, and in another one', async () => {
    const listing = new Listing(crowded(3000));
    await listing.show(folder);
    expect(listing.rows[0]?.entry.name).toBe('Exhibit 000001.pdf');
    listing.sortBy('name');
    listing.sortBy('name');
    await vi.waitFor(() => expect(listing.rows[0]?.entry.name).toMatch('Exhibit 003000'));
    expect(listing.rows).toHaveLength(3000);
  });

  test('a change while it is ordered is not missed, and another place is not filled with it', async () => {
    const backend = crowded(3000);
    const listing = new Listing(backend);
    await listing.show(folder);
    listing.sortBy('name');
    backend.world.entries.get('f-merger')?.push({ ...many(1)[0]!, id: 'e-new', name: 'A new one.pdf' });
    listing.hear({ type: 'folderChanged', folder: 'f-merger' });
    await vi.waitFor(() => expect(listing.rows[0]?.entry.name).toBe('A new one.pdf'));
    listing.sortBy('size');
    await listing.show({ view: 'folder', folder: 'f-leave', parent: null });
    const there = listing.rows.length;
    await new Promise((later) => setTimeout(later, 100));
    expect(listing.rows).toHaveLength(there);
  });
});

describe('listing', () => {
  const folder = (parent: string | null = null) => ({ view: 'folder', folder: 'f-merger', parent }) as const;

  test('shows the newest change first, and keeps the order for the next folder', async () => {
    const listing = new Listing(new MockBackend(acme()));
    await listing.show(folder());
    expect(listing.rows[0]?.entry.name).toBe('Due diligence');
    listing.sortBy('name');
    await listing.show(folder('e-dd'));
    expect(listing.sorting).toEqual({ by: 'name', down: false });
    expect(listing.path.map((crumb) => crumb.name)).toEqual(['Due diligence']);
  });

  test('drops an answer that arrives after another place was chosen', async () => {
    const backend = new MockBackend(acme());
    let answer: (listing: Answer) => void = () => undefined;
    const slow = new Promise<Answer>((resolve) => (answer = resolve));
    const list = vi.spyOn(backend, 'list').mockReturnValueOnce(slow);
    const listing = new Listing(backend);
    const first = listing.show(folder());
    await listing.show(folder('e-dd'));
    const shown = listing.rows.map((row) => row.key);
    answer({ folder: 'f-merger', path: [], entries: [entry('late', 'late')] });
    await first;
    expect(listing.rows.map((row) => row.key)).toEqual(shown);
    expect(list).toHaveBeenCalledTimes(2);
  });

  test('a reload of the same place keeps the rows until the answer is there', async () => {
    const backend = new MockBackend(acme());
    const listing = new Listing(backend);
    await listing.show(folder());
    const count = listing.rows.length;
    const again = listing.refresh();
    expect(listing.rows.length).toBe(count);
    expect(listing.stage).toBe('ready');
    await again;
  });

  test('hears of its own folder only', async () => {
    const backend = new MockBackend(acme());
    const listing = new Listing(backend);
    await listing.show(folder());
    backend.asked.length = 0;
    listing.hear({ type: 'folderChanged', folder: 'f-board' });
    expect(backend.asked).toEqual([]);
    listing.hear({ type: 'folderChanged', folder: 'f-merger' });
    expect(backend.asked).toEqual([['list', 'f-merger', null]]);
  });

  test('trouble is kept in words, and a retry heals it', async () => {
    const backend = new MockBackend(acme(), { refuse: { list: refusal('io') } });
    const listing = new Listing(backend);
    await listing.show(folder());
    expect(listing.stage).toBe('trouble');
    backend.options.refuse = {};
    await listing.refresh();
    expect(listing.stage).toBe('ready');
  });
});

describe('navigation', () => {
  test('goes back and forward, and not twice to the same place', () => {
    const navigation = new Navigation();
    navigation.settle({ view: 'recent' });
    navigation.go({ view: 'folder', folder: 'f', parent: null });
    navigation.go({ view: 'folder', folder: 'f', parent: null });
    navigation.go({ view: 'folder', folder: 'f', parent: 'e' });
    navigation.back();
    navigation.back();
    expect(navigation.at).toEqual({ view: 'recent' });
    navigation.forward();
    expect(navigation.at).toEqual({ view: 'folder', folder: 'f', parent: null });
  });
});

describe('notices', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('what was done goes away by itself, trouble does not', () => {
    const notices = new Notices();
    notices.tell('done');
    notices.trouble(new Trouble(refusal('offline')));
    vi.advanceTimersByTime(10_000);
    expect(notices.list.map((notice) => notice.tone)).toEqual(['trouble']);
  });

  test('stays while somebody looks at it', () => {
    const notices = new Notices();
    notices.tell('done');
    const id = notices.list[0]?.id ?? 0;
    notices.hold(id);
    vi.advanceTimersByTime(60_000);
    expect(notices.list).toHaveLength(1);
    notices.release(id);
    vi.advanceTimersByTime(10_000);
    expect(notices.list).toHaveLength(0);
  });

  test('the same trouble is said once, and no more than four things at a time', () => {
    const notices = new Notices();
    for (let time = 0; time < 3; time += 1) notices.trouble(new Trouble(refusal('offline')));
    expect(notices.list).toHaveLength(1);
    for (let time = 0; time < 9; time += 1) notices.tell(`done ${time}`);
    expect(notices.list).toHaveLength(4);
    expect(notices.list[0]?.tone).toBe('trouble');
  });

  test('what the person stopped is no trouble', () => {
    const notices = new Notices();
    notices.trouble(new Trouble(refusal('cancelled')));
    expect(notices.list).toEqual([]);
  });

  test('Rust’s words come first, those of the code stand in, and a strange fault has words too', () => {
    const own = inWords(
      new Trouble(refusal('notVerified', { happened: 'Bao’s change could not be verified.' })),
    );
    expect(own.text).toBe('Bao’s change could not be verified.');
    expect(inWords(new Trouble(refusal('diskFull'))).text).toBe('There is no room left on the disk.');
    const strange = inWords(Trouble.from(new TypeError('x is undefined')));
    expect(strange.text).toBe('Valise made a mistake.');
    expect(strange.details).toContain('x is undefined');
  });
});

describe('session', () => {
  test('an answer that is older than what was told meanwhile is asked for again', async () => {
    const backend = new MockBackend(acme());
    const session = new Session(backend);
    const stale = { ...backend.world.status, connection: 'connecting' as const };
    const answers = [stale, backend.world.status];
    backend.status = () => {
      const answer = answers.shift() ?? backend.world.status;
      session.hear({ type: 'status', status: backend.world.status });
      if (answer === backend.world.status) backend.status = () => Promise.resolve(answer);
      return Promise.resolve(answer);
    };
    await session.read();
    expect(session.status?.connection).toBe('inStep');
  });

  test('a first run goes on to the first folder although the stage is open', async () => {
    const session = new Session(new MockBackend(acme()));
    await session.create('Ada', 'violet ladder marble', 'Acme', null);
    expect(session.stage).toBe('open');
    expect(session.settlingIn).toBe(true);
    session.settled();
    expect(session.settlingIn).toBe(false);
  });

  test('a failed creation does not', async () => {
    const session = new Session(new MockBackend(acme(), { refuse: { create: refusal('offline') } }));
    await expect(session.create('Ada', 'x', 'Acme', 'https://x')).rejects.toThrow(Trouble);
    expect(session.settlingIn).toBe(false);
  });

  test('a wrong password throws its code and leaves Valise locked', async () => {
    const backend = new MockBackend(acme());
    const session = new Session(backend);
    await session.lock();
    const thrown = await session.unlock('wrong').catch((error: unknown) => error);
    expect((thrown as Trouble).words.code).toBe('wrongPassword');
    expect(session.stage).toBe('locked');
  });
});

describe('transfers', () => {
  const transfer: Transfer = {
    id: 1,
    kind: 'add',
    folder: 'f-merger',
    name: 'a.pdf',
    filesDone: 1,
    files: 4,
    bytesDone: 25,
    bytes: 100,
    rate: 25,
    state: { type: 'running' },
    kept: true,
    leftOut: [],
  };

  function store() {
    const backend = new MockBackend(acme());
    const notices = new Notices();
    return { notices, transfers: new Transfers(backend, notices, new Folders(backend)) };
  }

  test('tells share and time', () => {
    expect(share(transfer)).toBe(0.25);
    expect(secondsLeft(transfer)).toBe(3);
    expect(secondsLeft({ ...transfer, rate: 0 })).toBeNull();
    expect(share({ ...transfer, bytes: 0, bytesDone: 0 })).toBe(0.25);
  });

  test('tells what several come to', () => {
    expect(totalOf([transfer, { ...transfer, id: 2, files: 1, filesDone: 0, rate: 50 }])).toEqual({
      files: 4,
      bytesDone: 50,
      bytes: 200,
      rate: 75,
      seconds: 3,
    });
    const uncounted = { ...transfer, id: 3, files: 0, filesDone: 0, bytes: 0, bytesDone: 0 };
    expect(totalOf([transfer, uncounted])).toMatchObject({ files: 4, bytes: 100, seconds: null });
    expect(totalOf([{ ...transfer, rate: 0 }]).seconds).toBeNull();
  });

  test('runs while it runs, and an answer that comes late does not wake it', () => {
    const { transfers } = store();
    transfers.note(transfer);
    expect(transfers.open).toHaveLength(1);
    transfers.note({ ...transfer, state: { type: 'done' } });
    transfers.note(transfer);
    flushSync();
    expect(transfers.open).toHaveLength(0);
  });

  test('says what failed and what was left out', () => {
    const { transfers, notices } = store();
    transfers.note({ ...transfer, state: { type: 'failed', error: refusal('diskFull') } });
    transfers.note({ ...transfer, id: 2, state: { type: 'done' }, leftOut: ['socket: not a file'] });
    expect(notices.list.map((notice) => notice.text)).toEqual([
      'There is no room left on the disk.',
      '1 file was left out',
    ]);
  });
});

test('a drag remembers its count, aims where it is, and lands once', () => {
  const landed = vi.fn();
  const drags = new Drags((x) => (x < 100 ? { folder: 'f', parent: 'd' } : null), landed);
  drags.hear({ kind: 'enter', count: 3, x: 200, y: 0 });
  expect(drags.over).toEqual({ count: 3, target: null });
  drags.hear({ kind: 'over', x: 50, y: 0 });
  expect(drags.over?.count).toBe(3);
  expect(drags.aims('f', 'd')).toBe(true);
  expect(drags.aims('f', null)).toBe(false);
  drags.hear({ kind: 'drop', drop: 9, count: 3, x: 50, y: 0 });
  expect(drags.over).toBeNull();
  expect(landed).toHaveBeenCalledExactlyOnceWith(9, { folder: 'f', parent: 'd' });
});

test('a question keeps its old answer until the new one is there, and drops late ones', async () => {
  const answers: ((value: number) => void)[] = [];
  const question = new Question(() => new Promise<number>((resolve) => answers.push(resolve)));
  const first = question.ask();
  const second = question.ask();
  answers[1]?.(2);
  await second;
  answers[0]?.(1);
  await first;
  expect(question.answer).toBe(2);
});
