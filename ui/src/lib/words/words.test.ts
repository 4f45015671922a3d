import { expect, test } from 'vitest';
import { languageFor, words } from '.';
import type { ErrorCode } from '$lib/backend';

test('an unknown language falls back to English', () => {
  expect(languageFor(['xx-YY', 'en-US'])).toBe('en');
  expect(languageFor(['c'])).toBe('en');
  expect(languageFor([])).toBe('en');
});

test('one and many', () => {
  expect(words.header.summary(4, 128)).toBe('4 people, 128 files');
  expect(words.header.summary(1, 1)).toBe('Only you, 1 file');
  expect(words.status.waiting(0)).toBe('Nothing waiting to be sent');
  expect(words.status.waiting(1)).toBe('1 change waiting to be sent');
  expect(words.status.online(2)).toBe('2 colleagues online');
  expect(words.did.trashed(['a.pdf'])).toBe('Moved “a.pdf” to the trash.');
  expect(words.did.trashed(['a', 'b'])).toBe('Moved 2 items to the trash.');
  expect(words.transfers.title('add', 41, 2, 'x')).toBe('Encrypting 3 of 41 files');
  expect(words.transfers.title('fetch', 1, 0, 'x.pdf')).toBe('Fetching x.pdf');
  expect(words.transfers.left(2)).toBe('2 seconds left');
});

test('how the key of a folder stands', () => {
  const text = words.folderKeys;
  const since = Date.UTC(2026, 4, 12);
  expect(text.version(3) + text.made(since, 'Bob Okafor')).toBe(
    'Version 3, since 12 May 2026, made by Bob Okafor',
  );
  expect(text.version(3) + text.made(null, 'Bob Okafor')).toBe('Version 3, made by Bob Okafor');
  expect(text.version(3) + text.made(null, '')).toBe('Version 3');
  expect(text.move(1, 3)).toBe('Move 1 file key to version 3');
  expect([0, 30, 45, 365].map(text.everyDays)).toEqual([
    'Never',
    'Every 30 days',
    'Every 45 days',
    'Every year',
  ]);
  expect(words.passwordAndKeys.behind(1)).toBe('1 folder still uses the key before.');
  expect(words.passwordAndKeys.behind(2)).toBe('2 folders still use the key before.');
});

test('what a removed computer could open', () => {
  expect(words.reach.sum(14, 3, false)).toBe(
    'It can open 14 versions of files in 3 folders. Assume that whoever has it has read them.',
  );
  expect(words.reach.sum(1, 1, true)).toContain('It could open 1 version of files in 1 folder.');
  expect(words.reach.sum(0, 2, true)).toBe('It could open no file.');
  expect(words.reach.file(5, 2)).toBe('5 versions, 2 closed');
  expect(words.reach.file(0, 1)).toBe('1 closed');
  expect(words.reach.file(1, 0)).toBe('1 version');
});

test('when a computer was last there, and how long a code is good', () => {
  expect(words.computers.seen(null)).toBe('never seen');
  expect(words.computers.seen(Date.UTC(2026, 10, 14, 9, 12))).toBe('last seen today at 09:12');
  expect(words.computers.seen(Date.UTC(2026, 10, 13, 23))).toBe('last seen yesterday');
  expect(words.computers.seen(Date.UTC(2026, 10, 3))).toBe('last seen on 3 Nov');
  expect(words.addComputer.left(605)).toBe('10:05 left');
  expect(words.addComputer.spelled(['7QKM', 'X3TD'])).toBe('Code: 7 Q K M, X 3 T D');
});

test('help from officers: who, when, how long', () => {
  const { helpers, requests } = words;
  expect(requests.at(Date.UTC(2026, 10, 14, 9, 40))).toBe('Asked today at 09:40');
  expect(requests.at(Date.UTC(2026, 10, 13, 9, 40))).toBe('Asked yesterday at 09:40');
  expect(requests.waits(['Ada', 'Bao'], Date.UTC(2026, 10, 17, 8))).toBe(
    'Approved by Ada and Bao; released on 17 Nov at 08:00 unless somebody says no.',
  );
  expect([0, 24, 72, 168, 240].map(helpers.waits)).toEqual([
    'None',
    '24 hours',
    '72 hours',
    'A week',
    '10 days',
  ]);
  expect(helpers.toCome(['Ada'])).toMatch(/^1 person to come: Ada\. /);
  expect(words.rehearse.done(1, 1)).toContain('1 folder and 1 file opened');
});

test('one kit is never spoken of as two', () => {
  const { kits } = words;
  expect(kits.keyring('absent', 1)).toContain('this kit and your officers’ help are needed');
  expect(kits.keyring('absent', 2)).toContain('both kits are needed');
  for (const why of ['recovered', 'renewed', 'removed'] as const) {
    expect(kits.because(why, 1)).toContain('Print this one');
    expect(kits.because(why, 2)).toContain('Print these');
  }
});

test('moments, seen from now', () => {
  expect(words.changed(Date.UTC(2026, 10, 14, 9, 12))).toBe('Today, 09:12');
  expect(words.changed(Date.UTC(2026, 10, 13, 23))).toBe('Yesterday');
  expect(words.changed(Date.UTC(2026, 10, 3))).toBe('3 Nov');
  expect(words.changed(Date.UTC(2024, 0, 3))).toBe('3 Jan 2024');
});

test('a password’s strength is told in time', () => {
  expect(words.password.holds(1, 0)).toBe('Guessed at once.');
  expect(words.password.holds(86_400 * 3, 1)).toBe(
    'Guessed in about 3 days by somebody with this computer’s disk.',
  );
  expect(words.password.holds(1e12, 4)).toContain('longer than a lifetime');
});

test('names of other people are escaped wherever they are spoken of', () => {
  const evil = 'in\u202Evoice';
  const said = [
    words.did.trashed([evil]),
    words.drop.here(1, evil),
    words.share.title(evil),
    words.joining.invites(evil),
    words.waiting.title(evil),
    words.unlock.titleName(evil),
    words.removeMember.title(evil, 'x'),
    words.search.title(evil),
    words.folderKeys.title(evil),
    words.folderKeys.made(null, evil),
    words.folderKeys.changed(evil, 2),
    words.folderKeys.retired(evil, 2),
    words.folderKeys.decided(evil, 30),
    words.places.folderMenu(evil),
    words.computers.name(evil),
    words.computers.menu(evil),
    words.computers.couldOpenNamed(evil),
    words.addComputer.done(evil),
    words.removeComputer.title(evil),
    words.reach.title(evil),
    words.peopleView.menu(evil),
    words.compare.label('x', evil),
    words.compare.title(evil),
    words.compare.text(evil),
    words.compare.theirs(evil),
    ...words.compare.how(evil).slice(0, 1),
    words.compare.changed(evil),
    words.compare.isVerified(evil),
    words.compare.done(evil),
    words.compare.undone(evil),
    words.invitations.to(evil),
    words.invitations.by(evil),
    words.invitations.menu(evil),
    words.invitations.withdrawTitle(evil),
    words.officer.title(evil),
    words.officer.do(evil),
    words.officer.done(evil),
    words.noOfficer.title(evil),
    words.noOfficer.do(evil),
    words.noOfficer.done(evil),
    words.closeAccount.title(evil),
    words.closeAccount.name(evil),
    words.closeAccount.different(evil),
    words.closeAccount.do(evil),
    words.closeAccount.done(evil),
    words.deed.namesakes(evil),
    words.helpers.you(evil),
    words.helpers.goneText([evil]),
    words.helpers.toCome([evil]),
    words.helpers.saved([evil], false),
    words.helpers.saved([evil], true),
    words.keeper.needed(evil),
    words.loss.title(evil),
    words.heirs.namedDone(evil),
    words.heirs.would(evil, 1),
    words.heirs.agreed(evil, 1),
    words.heirs.of(evil),
    words.heirs.reminderText(evil, 1),
    words.heirs.takes(evil),
    words.closeAccount.passes(evil),
    words.loss.way({ kind: 'ownComputer', name: evil }),
    words.loss.way({ kind: 'colleagueComputer', name: evil }),
    words.loss.copy({ kind: 'pinningNode', name: evil }),
    words.loss.copy({ kind: 'authorComputer', name: evil }),
    words.requests.says(evil),
    words.requests.approveNamed(evil),
    words.requests.refuseNamed(evil),
    words.requests.refused(evil),
    words.requests.approvedBy([evil]),
    words.requests.alsoNeeds([evil]),
    words.requests.needs([evil]),
    words.requests.waits([evil], 0),
    words.requests.due([evil]),
    words.requests.dialogTitle(evil),
    words.requests.dialogText(evil),
    words.requests.comparedHint(evil),
    words.requests.done(evil),
    words.claims.approved([evil], null),
    words.forget.name(evil),
    words.forget.different(evil),
    words.joinAccount.already(evil),
  ];
  for (const text of said) {
    expect(text).not.toContain('\u202E');
    expect(text).toContain('‹U+202E›');
  }
});

test('every code has words: what happened, and never a bare code', () => {
  const codes: ErrorCode[] = [
    'badInput',
    'wrongPassword',
    'badKit',
    'otherKitNeeded',
    'noRecovery',
    'alreadySetUp',
    'notSetUp',
    'locked',
    'waiting',
    'inUse',
    'notFound',
    'badName',
    'notAllowed',
    'badInvitation',
    'offline',
    'notAvailable',
    'notVerified',
    'distrusted',
    'updateNeeded',
    'diskFull',
    'overQuota',
    'io',
    'cancelled',
    'timedOut',
    'removed',
    'notPaired',
    'internal',
  ];
  for (const code of codes) {
    const said = words.trouble.byCode(code);
    expect(said.happened.length).toBeGreaterThan(5);
    if (/[A-Z]/.test(code)) expect(said.happened).not.toContain(code);
    expect(said.happened.toLowerCase()).not.toContain('error');
  }
});

test('signatures: who, when, on which version', () => {
  const text = words.signatures;
  expect(text.marked(2)).toBe('Signed by 2');
  expect(text.of(true, [7])).toBe('this version');
  expect(text.of(false, [2])).toBe('version 2, an earlier one');
  expect(text.of(false, [2, 4])).toBe('versions 2 and 4, earlier ones');
  expect(text.of(false, [])).toBe('an earlier version');
  expect(text.when(Date.UTC(2026, 10, 14, 9, 5), false)).toBe('14 Nov 2026, 09:05, signer’s clock');
  expect(text.statement('Agreed\n  invoice\u202Efdp')).toBe('“Agreed\ninvoice‹U+202E›fdp”');
  expect(words.did.exportedSigned('a.pdf', 0)).not.toContain('left out');
  expect(words.did.exportedSigned('a.pdf', 1)).toContain('1 signature was left out: not good.');
  expect(words.signingKeys.revokeTitle(2, 'Laptop', false)).toBe('Revoke key 2 of “Laptop”?');
  expect(words.signingKeys.revokeTitle(3, 'Desk', true)).toBe('Revoke key 3 of this computer?');
});

test('no sentence counts kits that may be one', () => {
  const shown = [words.kits.make, words.passwordAndKeys.renewPoints, words.removeComputer.points].flat();
  expect(shown.filter((sentence) => sentence.includes('kits'))).toEqual([]);
});
