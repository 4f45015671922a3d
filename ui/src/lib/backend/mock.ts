/**
 * A pretended backend in memory, for unit tests and the design page. It keeps the promises of `Backend`
 * (words for refusals, events after changes) and encrypts nothing. Never part of a production bundle.
 */
import { clock } from '$lib/format/clock';
import { keeperKind } from '$lib/format/keeper';
import { computers } from '$lib/format/loss';
import { Trouble, type Asking, type Backend, type Unlisten } from './backend';
import type {
  AccountId,
  AccountKeys,
  Activity,
  ActivityFilter,
  ActivityFormat,
  ActivityPage,
  ActivityPlace,
  AfterHandOver,
  ApiError,
  AskedRecovery,
  Authority,
  AuthorityHolder,
  Copy,
  Crumb,
  DekId,
  Details,
  Device,
  DeviceId,
  DocumentSignature,
  Drag,
  Entry,
  EntryId,
  Event,
  Folder,
  FolderId,
  FolderInvitation,
  FolderKeys,
  Group,
  GroupId,
  Hit,
  HolderChoice,
  Invitation,
  InvitationId,
  InvitationPreview,
  KeyWay,
  Kit,
  KitName,
  Kits,
  Linked,
  Listing,
  Member,
  Outbox,
  Network,
  OpenInvitation,
  Pairing,
  Person,
  Preview,
  Reach,
  Recoverability,
  Recovery,
  RecoveryRequest,
  Rehearsed,
  Role,
  SecurityEvent,
  Settings,
  Signatures,
  SigningKey,
  Status,
  Storage,
  Succession,
  Successor,
  Transfer,
  WayIn,
} from './types';

export type MockEntry = Entry & { parent: EntryId | null; trashed: boolean };

export type World = {
  status: Status;
  password: string;
  folders: Folder[];
  entries: Map<FolderId, MockEntry[]>;
  members: Map<FolderId, Member[]>;
  people: Person[];
  groups: Group[];
  /** Those that nobody has used yet. */
  invitations: OpenInvitation[];
  transfers: Transfer[];
  security: SecurityEvent[];
  preview: InvitationPreview;
  recovery: Recovery;
  /** None: nothing waits. */
  outbox?: Outbox;
  authority: Authority;
  /** What this computer asked of the officers. */
  asked: AskedRecovery | null;
  accountKeys: AccountKeys;
  settings: Settings;
  storage: Storage;
  network: Network;
  /** What is shown of a file; without it, what its name says. */
  previews: Map<EntryId, Preview>;
  devices: Device[];
  /** What each computer can open; nothing where it is not named. */
  reach: Map<DeviceId, Reach>;
  /** Folders which are not named here have had one key so far. */
  folderKeys: Map<FolderId, FolderKeys>;
  /** Newest first; files which are not named here were signed by nobody. */
  signatures: Map<EntryId, DocumentSignature[]>;
  signingKeys: SigningKey[];
  /** What leads to keys; without it, who is there by the other lists. */
  keyWays: Map<FolderId, KeyWay[]>;
  /** Whom officers have named to take over folders. */
  successor: AccountId | null;
  /** What owners decided, by folder. */
  successors: Map<FolderId, AccountId | null>;
  /** Who holds what was sent. */
  stores: Copy[];
  /** Folders that others share, and that wait for a word. */
  offers: FolderInvitation[];
  /** What happened, the newest first. */
  activity: Map<FolderId, Activity[]>;
};

export type MockOptions = {
  /** Milliseconds that an answer takes; `Infinity` never answers. */
  delay?: number;
  /** Requests that are refused, and how. */
  refuse?: Partial<Record<keyof Backend, ApiError>>;
  /** Requests that never answer. */
  hang?: (keyof Backend)[];
  /** Whether added files move by themselves. */
  moving?: boolean;
};

export function refusal(code: ApiError['code'], words: Partial<Omit<ApiError, 'code'>> = {}): ApiError {
  return { code, happened: '', safe: null, todo: null, details: null, ...words };
}

export class MockBackend implements Backend {
  /** How often somebody was said to be here. */
  heardHere = 0;
  /** The folder that the window shows. */
  shown: FolderId | null = null;
  /** Every request in order, for tests. */
  readonly asked: [keyof Backend, ...unknown[]][] = [];
  copied: string | null = null;
  #events = new Set<(event: Event) => void>();
  #drags = new Set<(drag: Drag) => void>();
  #links = new Set<(link: string) => void>();
  #taken: { words: string; back: () => void }[] = [];
  #next = 1000;
  /** The password that was chosen with what was asked of the officers. */
  #chosen: string | null = null;

  constructor(
    readonly world: World,
    readonly options: MockOptions = {},
  ) {}

  emit(event: Event): void {
    for (const tell of this.#events) tell(event);
  }

  drag(drag: Drag): void {
    for (const tell of this.#drags) tell(drag);
  }

  clickInvitation(link: string): void {
    for (const tell of this.#links) tell(link);
  }

  setStatus(change: Partial<Status>): void {
    this.world.status = { ...this.world.status, ...change };
    this.emit({ type: 'status', status: this.world.status });
  }

  status() {
    return this.#answer('status', [], () => this.world.status);
  }

  create(name: string, password: string, workspace: string, catalog: string | null) {
    return this.#answer('create', [name, password, workspace, catalog], () => {
      this.#choose(password);
      this.world.people = [
        {
          account: 'a-me',
          name,
          officer: true,
          me: true,
          online: true,
          fingerprint: FINGERPRINT,
          verified: false,
          compareAgain: false,
        },
      ];
      this.world.folders = [folder('f-mine', '', { personal: true, people: 1 })];
      this.world.entries = new Map([['f-mine', []]]);
      this.#open(name, workspace, catalog);
    });
  }

  attach(catalog: string) {
    return this.#answer('attach', [catalog], () => {
      const account = this.world.status.account;
      this.setStatus({ connection: 'inStep', account: account && { ...account, catalog } });
    });
  }

  inspectInvitation(link: string) {
    return this.#answer('inspectInvitation', [link], () => {
      if (!link.startsWith('valise://')) throw Trouble.from(refusal('badInvitation'));
      return this.world.preview;
    });
  }

  join(link: string, name: string, password: string) {
    return this.#answer('join', [link, name, password], () => {
      this.#choose(password);
      const { inviter, folder: folderName, workspace, catalog } = this.world.preview;
      this.setStatus({
        stage: { type: 'waiting', inviter, folder: folderName },
        account: { name, workspace, id: 'a-me', officer: false, catalog },
        connection: 'inStep',
      });
    });
  }

  unlock(password: string) {
    return this.#answer('unlock', [], () => {
      if (!this.world.status.password || password !== this.world.password)
        throw Trouble.from(refusal('wrongPassword'));
      this.#forgetAsked();
      this.setStatus({ stage: { type: 'open' } });
    });
  }

  unlockWithToken(pin: string) {
    return this.#answer('unlockWithToken', [], () => {
      if (this.world.status.token === null) throw Trouble.from(refusal('notFound'));
      if (pin !== PIN) throw Trouble.from(WRONG_PIN);
      this.#forgetAsked();
      this.setStatus({ stage: { type: 'open' } });
    });
  }

  /** A password that was chosen opens this home from now on. */
  #choose(password: string): void {
    this.world.password = password;
    this.world.status = { ...this.world.status, password: true };
  }

  /** What is asked again before something weighty. */
  #mustOpen(secret: string): void {
    const { password } = this.world.status;
    if (secret !== (password ? this.world.password : PIN))
      throw Trouble.from(password ? refusal('wrongPassword') : WRONG_PIN);
  }

  lock() {
    return this.#answer('lock', [], () => this.setStatus({ stage: { type: 'locked' } }));
  }

  makeKits(password: string) {
    return this.#answer('makeKits', [], () => {
      this.#mustOpen(password);
      return this.#newKits();
    });
  }

  saveKit(kit: KitName, code: string) {
    return this.#answer('saveKit', [kit, code], () => true);
  }

  confirmKit(kit: KitName, groups: string[]) {
    return this.#answer('confirmKit', [kit, groups], () => {
      const made = KITS.find((known) => known.kit === kit);
      const right = made?.asked.map((group) => made.code.split(' ')[group - 1]) ?? [];
      if (groups.join(' ').toUpperCase() !== right.join(' ')) throw Trouble.from(refusal('badKit'));
      const { recovery } = this.world;
      const kits = recovery.kits.map((known) =>
        known.kit === kit ? { ...known, kept: recovery.made } : known,
      );
      this.world.recovery = { ...recovery, kits };
      const kept = kits.filter((known) => known.kept !== null).length;
      const ways = kept + (recovery.escrow === 'held' ? 1 : 0);
      this.setStatus({ waysOut: ways === 2 ? 'both' : ways === 1 ? 'one' : 'unproven' });
    });
  }

  checkKit(code: string) {
    return this.#answer('checkKit', [code], () => {
      const found = KITS.find((known) => known.code === code);
      const set = this.world.recovery.set;
      if (found === undefined || set === null) throw Trouble.from(refusal('badKit'));
      return { kit: found.kit, set, kept: null };
    });
  }

  recovery() {
    return this.#answer('recovery', [], () => this.world.recovery);
  }

  recover(codes: string[], password: string) {
    return this.#answer('recover', [codes, password], () => {
      const right = new Set(codes.filter((code) => KITS.some((kit) => kit.code === code)));
      if (right.size < codes.length) throw Trouble.from(refusal('badKit'));
      if (right.size === 1 && this.world.recovery.keyring !== 'kept') {
        throw Trouble.from(refusal('otherKitNeeded'));
      }
      this.#choose(password);
      this.setStatus({ stage: { type: 'open' } });
      return this.#newKits();
    });
  }

  rehearse(codes: string[]) {
    return this.#answer('rehearse', [codes], (): Rehearsed => {
      const right = new Set(codes.filter((code) => KITS.some((kit) => kit.code === code)));
      if (right.size < codes.length) throw Trouble.from(codes[0] === codes[1] ? SAME_KIT : refusal('badKit'));
      if (right.size === 1 && this.world.recovery.keyring !== 'kept') {
        throw Trouble.from(refusal('otherKitNeeded'));
      }
      const files = this.world.folders.reduce((sum, known) => sum + known.files, 0);
      return { folders: this.world.folders.length, files };
    });
  }

  authority() {
    return this.#answer('authority', [], (): Authority => {
      const officer = this.world.people.some((person) => person.me && person.officer);
      const { authority } = this.world;
      return { ...authority, mayChange: officer, toCome: officer ? authority.toCome : [] };
    });
  }

  setAuthority(holders: HolderChoice[], delayHours: number) {
    return this.#answer('setAuthority', [holders, delayHours], () => {
      if (!this.world.people.some((known) => known.me && known.officer)) throw Trouble.from(NO_OFFICER);
      const { authority, people, recovery } = this.world;
      const chosen = holders.map((choice) => this.#holder(choice));
      const needed = chosen.some((holder) => holder.mine);
      const others = people.filter((person) => chosen.every((holder) => holder.account !== person.account));
      this.world.authority = {
        ...authority,
        version: chosen.length === 0 ? null : (authority.version ?? 0) + 1,
        holders: chosen,
        delayHours,
        toCome: chosen.length === 0 ? [] : others.map((person) => person.name),
      };
      const had = recovery.escrow === 'held' || recovery.escrow === 'outdated';
      const escrow = had ? 'outdated' : needed || chosen.length === 0 ? 'none' : 'offered';
      this.world.recovery = { ...recovery, escrow };
      if (escrow === 'outdated') this.setStatus({ waysOut: 'outdated' });
      this.emit({ type: 'recoveryChanged' });
    });
  }

  #holder(choice: HolderChoice): AuthorityHolder {
    const fingerprint = '6d02 b9e4 71c8 350f aa1d 48e6 f273 905b';
    if (choice.type === 'kept') {
      this.#keeper(choice.place, choice.secret);
      return { account: null, name: keptWords(choice.place), mine: false, gone: false, fingerprint };
    }
    const person = this.world.people.find((known) => known.account === choice.account);
    if (person === undefined || !person.officer) throw Trouble.from(refusal('notAllowed'));
    const { account, name, me: mine } = person;
    return { account, name, mine, gone: false, fingerprint: person.fingerprint || fingerprint };
  }

  /** What keepers ask for, and how they refuse. */
  #keeper(place: string, secret: string | null): void {
    if (keeperKind(place) === null) throw Trouble.from(NO_ADDRESS);
    if (keeperKind(place) === 'token' && secret !== PIN) throw Trouble.from(WRONG_PIN);
  }

  makeKeeperKey(place: string, secret: string | null) {
    return this.#answer('makeKeeperKey', [place, secret], () => this.#keeper(place, secret));
  }

  rewrapAuthority(place: string | null, secret: string | null) {
    return this.#answer('rewrapAuthority', [place, secret], () => {
      if (place !== null) this.#keeper(place, secret);
      this.emit({ type: 'recoveryChanged' });
    });
  }

  approveRecovery(device: DeviceId, place: string | null, secret: string | null) {
    return this.#answer('approveRecovery', [device, place, secret], () => {
      const { authority, status } = this.world;
      const request = this.#request(device);
      if (!request.mayApprove) throw Trouble.from(NO_OFFICER);
      if (place !== null) this.#keeper(place, secret);
      const approvedBy = [...request.approvedBy, status.account?.name ?? ''];
      const released = approvedBy.length >= authority.holders.length && authority.delayHours === 0;
      const notBefore = clock.now() + authority.delayHours * 3_600_000;
      this.#setRequests((known) =>
        known === request ? [{ ...known, approvedBy, notBefore, released, mayApprove: false }] : [known],
      );
    });
  }

  refuseRecovery(device: DeviceId) {
    return this.#answer('refuseRecovery', [device], () => {
      const request = this.#request(device);
      this.#setRequests((known) => (known === request ? [] : [known]));
    });
  }

  #request(device: DeviceId): RecoveryRequest {
    const found = this.world.authority.requests.find((known) => known.device === device);
    if (found === undefined) throw Trouble.from(refusal('notFound'));
    return found;
  }

  #setRequests(change: (request: RecoveryRequest) => RecoveryRequest[]): void {
    const { authority } = this.world;
    const requests = authority.requests.flatMap(change);
    this.world.authority = { ...authority, requests };
    this.emit({ type: 'recoveryChanged' });
    this.setStatus({ requests: requests.length });
  }

  askRecovery(asking: Asking) {
    const { code, catalog, name, alone, reason, password } = asking;
    return this.#answer('askRecovery', [{ code, catalog, name, alone, reason }], () => {
      const { authority, recovery, status } = this.world;
      if (code !== null && !KITS.some((kit) => kit.code === code)) throw Trouble.from(refusal('badKit'));
      if (code === null && recovery.keyring !== 'kept') throw Trouble.from(refusal('otherKitNeeded'));
      this.world.asked = {
        at: clock.now(),
        fingerprint: 'b70c 19ae 5d42 e863 f18b 3c05 92d7 6ae4',
        catalog: catalog ?? status.account?.catalog ?? '',
        stage: 'asked',
        needed: Math.max(1, authority.holders.length),
        approved: 0,
        notBefore: null,
      };
      this.#chosen = password;
      this.setStatus({ asked: true });
    });
  }

  askedRecovery() {
    return this.#answer('askedRecovery', [], () => this.world.asked);
  }

  finishRecovery(password: string) {
    return this.#answer('finishRecovery', [], async () => {
      if (this.world.asked?.stage !== 'ready') throw Trouble.from(NOT_RELEASED);
      if (password !== (this.#chosen ?? this.world.password)) throw Trouble.from(refusal('wrongPassword'));
      this.#choose(password);
      const account = this.world.status.account;
      // As the program does: it is open before the answer is there.
      if (account === null) this.#open('Ada Novak', 'Acme Legal', this.world.asked.catalog);
      else this.setStatus({ stage: { type: 'open' } });
      await new Promise((done) => setTimeout(done, this.options.delay ?? 0));
      this.#forgetAsked();
      return this.#newKits();
    });
  }

  forgetAsked() {
    return this.#answer('forgetAsked', [], () => this.#forgetAsked());
  }

  #forgetAsked(): void {
    if (this.world.asked === null && !this.world.status.asked) return;
    this.world.asked = null;
    this.setStatus({ asked: false });
  }

  changePassword(password: string, fresh: string) {
    return this.#answer('changePassword', [], () => {
      this.#mustOpen(password);
      this.#choose(fresh);
    });
  }

  renewKeys(password: string, fresh: string) {
    return this.#answer('renewKeys', [], async () => {
      this.#mustOpen(password);
      this.setStatus({ stage: { type: 'locked' }, waysOut: null });
      await new Promise((done) => setTimeout(done, this.options.delay ?? 0));
      this.#choose(fresh);
      this.world.accountKeys.masterVersion += 1;
      this.#newAccountKey();
      this.setStatus({ stage: { type: 'open' } });
      return this.#newKits();
    });
  }

  /** No request like others: it comes with every movement. */
  here() {
    this.heardHere += 1;
    return Promise.resolve();
  }

  settings() {
    return this.#answer('settings', [], () => ({ ...this.world.settings }));
  }

  setSettings(settings: Settings) {
    return this.#answer('setSettings', [settings], () => {
      this.world.settings = { ...settings };
    });
  }

  storage() {
    return this.#answer('storage', [], () => ({ ...this.world.storage }));
  }

  setCatalogAddresses(addresses: string[]) {
    return this.#answer('setCatalogAddresses', [addresses], () => {
      if (!this.world.people.some((known) => known.me && known.officer)) throw Trouble.from(NO_OFFICER);
      const { network } = this.world;
      const before = network.addresses.filter((known) => !addresses.includes(known));
      this.world.network = { ...network, addresses: [...addresses, ...before] };
      return this.world.network;
    });
  }

  moveCatalogOut() {
    return this.#answer('moveCatalogOut', [], () => {
      this.world.network = { ...this.world.network, hosts: false };
      return '/media/stick/valise-catalog';
    });
  }

  network() {
    return this.#answer('network', [], () => ({
      ...this.world.network,
      connection: this.world.status.connection,
    }));
  }

  /** No requests like others: they say what is on the screen. */
  speak() {
    return Promise.resolve();
  }

  shows(folder: FolderId | null) {
    this.shown = folder;
    return Promise.resolve();
  }

  preview(id: FolderId, target: EntryId, version: DekId | null) {
    return this.#answer('preview', [id, target, version], (): Preview => {
      const found = this.#entry(id, target);
      return this.world.previews.get(target) ?? shownByName(found.name);
    });
  }

  keep(id: FolderId, targets: EntryId[], keep: boolean) {
    return this.#answer('keep', [id, targets, keep], () => this.#update(id, targets, { kept: keep }));
  }

  addToken(password: string, place: string, pin: string, instead: boolean) {
    return this.#answer('addToken', [place, instead], () => {
      this.#mustOpen(password);
      this.#keeper(place, pin);
      return this.#waysIn({ password: !instead, token: place });
    });
  }

  setUnlockAtLogin(password: string | null) {
    return this.#answer('setUnlockAtLogin', [], () => {
      if (password !== null) this.#mustOpen(password);
      this.setStatus({ atLogin: password !== null });
    });
  }

  removeToken(password: string, fresh: string | null) {
    return this.#answer('removeToken', [], () => {
      this.#mustOpen(password);
      if (!this.world.status.password && fresh === null) throw Trouble.from(refusal('badInput'));
      this.world.password = fresh ?? this.world.password;
      return this.#waysIn({ password: true, token: null });
    });
  }

  #waysIn({ password, token }: Pick<Status, 'password' | 'token'>): AccountKeys {
    const ways: WayIn[] = password ? [{ kind: 'password', place: null }] : [];
    if (token !== null) ways.push({ kind: 'token', place: token });
    this.world.accountKeys = { ...this.world.accountKeys, waysIn: ways };
    this.setStatus({ password, token });
    return this.world.accountKeys;
  }

  accountKeys() {
    return this.#answer('accountKeys', [], () => ({ ...this.world.accountKeys }));
  }

  rotateAccountKey() {
    return this.#answer('rotateAccountKey', [], () => {
      this.#newAccountKey();
      return { ...this.world.accountKeys };
    });
  }

  #newAccountKey(): void {
    const { accountKeys, folders } = this.world;
    accountKeys.accountVersion += 1;
    accountKeys.foldersBehind = folders.length;
  }

  #newKits(): Kits {
    const keyring = this.world.recovery.keyring === 'absent' ? 'absent' : 'kept';
    const helpers = this.world.authority.holders;
    const helped = helpers.length > 0 && helpers.every((holder) => !holder.mine && !holder.gone);
    const given = helped ? KITS.slice(0, 1) : KITS;
    const kits = given.map(({ kit, asked }) => ({ kit, asked, kept: null }));
    const made = new Date(2026, 10, 14, 10, 5).getTime();
    const escrow = helped ? 'held' : 'none';
    this.world.recovery = { set: '3F2A 91C0', made, keyring, kits, escrow };
    this.setStatus({ waysOut: helped && keyring === 'kept' ? 'one' : 'unproven' });
    return { set: '3F2A 91C0', kits: given, keyring };
  }

  devices() {
    return this.#answer('devices', [], () => [...this.world.devices]);
  }

  pair(password: string, name: string | null) {
    return this.#answer('pair', [name], (): Pairing => {
      this.#mustOpen(password);
      if (name !== null) this.#changeDevices((known) => (known.here ? { ...known, name } : known));
      return { ...PAIRING, expires: clock.now() + 600_000 };
    });
  }

  endPairing() {
    return this.#answer('endPairing', [], () => undefined);
  }

  joinAccount(code: string, catalog: string | null, name: string | null, password: string) {
    return this.#answer('joinAccount', [code, catalog, name], () => {
      if (code.replace(/\s/g, '') !== PAIRING.code.replace(/\s/g, '')) {
        throw Trouble.from(refusal('notPaired'));
      }
      this.#choose(password);
      this.#open('Ada Novak', 'Acme Legal', catalog);
    });
  }

  recoverAccount(
    codes: [string, string],
    catalog: string,
    name: string | null,
    password: string,
    alone: boolean,
  ) {
    return this.#answer('recoverAccount', [codes, catalog, name, alone], async () => {
      const right = new Set(codes.filter((code) => KITS.some((kit) => kit.code === code)));
      if (codes[0] === codes[1]) throw Trouble.from(SAME_KIT);
      if (right.size < codes.length) throw Trouble.from(refusal('badKit'));
      this.#choose(password);
      if (alone) this.#changeDevices((known) => ({ ...known, valid: known.here, online: false }));
      // As the program does: it is open before the answer is there.
      this.#open('Ada Novak', 'Acme Legal', catalog);
      await new Promise((done) => setTimeout(done, this.options.delay ?? 0));
      return this.#newKits();
    });
  }

  nameDevice(device: DeviceId, name: string) {
    return this.#answer('nameDevice', [device, name], () =>
      this.#changeDevices((known) => (known.id === device ? { ...known, name } : known)),
    );
  }

  removeDevice(device: DeviceId, password: string) {
    return this.#answer('removeDevice', [device], async () => {
      this.#mustOpen(password);
      this.setStatus({ stage: { type: 'locked' }, waysOut: null });
      await new Promise((done) => setTimeout(done, this.options.delay ?? 0));
      this.world.accountKeys.masterVersion += 1;
      this.#newAccountKey();
      this.#changeDevices((known) =>
        known.id === device ? { ...known, valid: false, online: false } : known,
      );
      this.setStatus({ stage: { type: 'open' } });
      return this.#newKits();
    });
  }

  reach(device: DeviceId) {
    return this.#answer(
      'reach',
      [device],
      (): Reach => this.world.reach.get(device) ?? { device, valid: true, folders: [] },
    );
  }

  forget() {
    return this.#answer('forget', [], () => {
      this.world.folders = [];
      this.world.entries = new Map();
      this.setStatus({ stage: { type: 'new' }, account: null, connection: 'none', waysOut: null });
    });
  }

  #changeDevices(change: (device: Device) => Device): void {
    this.world.devices = this.world.devices.map(change);
    this.emit({ type: 'devicesChanged' });
  }

  folders() {
    return this.#answer('folders', [], () => [...this.world.folders]);
  }

  createFolder(name: string) {
    return this.#answer('createFolder', [name], () => {
      const { named } = this.#succession();
      const heir = named?.me === true ? null : named;
      const made = folder(`f-${this.#next++}`, name, { people: 1, successor: heir?.name ?? null });
      this.world.folders.push(made);
      this.world.entries.set(made.id, []);
      this.world.members.set(made.id, this.world.people.filter((person) => person.me).map(asOwner));
      if (heir !== null) this.world.successors.set(made.id, heir.account);
      this.emit({ type: 'foldersChanged' });
      return made;
    });
  }

  renameFolder(id: FolderId, name: string) {
    return this.#answer('renameFolder', [id, name], () => {
      this.world.folders = this.world.folders.map((known) => (known.id === id ? { ...known, name } : known));
      this.emit({ type: 'foldersChanged' });
    });
  }

  members(id: FolderId) {
    return this.#answer('members', [id], () => [...(this.world.members.get(id) ?? [])]);
  }

  invite(folder: FolderId, role: Role, days: number) {
    return this.#answer('invite', [folder, role, days], (): Invitation => {
      const expires = new Date(2026, 10, 14, 10, 5).getTime() + days * 86_400_000;
      const id = `i-${this.#next++}`;
      const [by, byMe] = [this.world.status.account?.name ?? '', true];
      const folderName = this.world.folders.find((known) => known.id === folder)?.name ?? null;
      const open = { id, by, byMe, folder, folderName, role, expires, expired: false, hasLink: true };
      this.world.invitations = [...this.world.invitations, open];
      this.emit({ type: 'peopleChanged' });
      return { id, link: LINK, expires };
    });
  }

  invitations() {
    return this.#answer('invitations', [], () => {
      if (!this.world.people.some((known) => known.me && known.officer)) throw Trouble.from(NO_OFFICER);
      return [...this.world.invitations];
    });
  }

  copyInvitation(id: InvitationId) {
    return this.#answer('copyInvitation', [id], () => {
      if (!this.world.invitations.some((known) => known.id === id)) throw Trouble.from(refusal('notFound'));
      this.copied = LINK;
    });
  }

  withdrawInvitation(id: InvitationId) {
    return this.#answer('withdrawInvitation', [id], () => {
      if (!this.world.invitations.some((known) => known.id === id)) throw Trouble.from(refusal('notFound'));
      this.world.invitations = this.world.invitations.filter((known) => known.id !== id);
      return [...this.world.invitations];
    });
  }

  addMember(id: FolderId, account: string, role: Role) {
    return this.#answer('addMember', [id, account, role], () => {
      const person = this.world.people.find((known) => known.account === account);
      if (person === undefined) throw Trouble.from(refusal('notFound'));
      this.#changeMembers(id, (members) => [...members, { ...asOwner(person), role }]);
    });
  }

  setRole(id: FolderId, account: string, role: Role) {
    return this.#answer('setRole', [id, account, role], () =>
      this.#changeMembers(id, (members) =>
        members.map((member) => (member.account === account ? { ...member, role } : member)),
      ),
    );
  }

  removeMember(id: FolderId, account: string) {
    return this.#answer('removeMember', [id, account], () =>
      this.#changeMembers(id, (members) => members.filter((member) => member.account !== account)),
    );
  }

  leave(id: FolderId) {
    return this.#answer('leave', [id], () => {
      this.world.folders = this.world.folders.filter((known) => known.id !== id);
      this.emit({ type: 'foldersChanged' });
    });
  }

  handOver(id: FolderId, account: AccountId, then: AfterHandOver) {
    return this.#answer('handOver', [id, account, then], () => {
      this.#changeMembers(id, (members) =>
        members.map((member) =>
          member.account === account
            ? { ...member, role: 'owner' as const }
            : member.me && then === 'stepDown'
              ? { ...member, role: 'editor' as const }
              : member,
        ),
      );
      if (then === 'leave') this.world.folders = this.world.folders.filter((known) => known.id !== id);
      this.emit({ type: 'foldersChanged' });
    });
  }

  folderInvitations() {
    return this.#answer('folderInvitations', [], () => [...this.world.offers]);
  }

  acceptFolder(id: FolderId) {
    return this.#answer('acceptFolder', [id], () => {
      const offer = this.world.offers.find((known) => known.folder === id);
      if (offer === undefined) throw Trouble.from(refusal('notFound'));
      this.world.offers = this.world.offers.filter((known) => known !== offer);
      this.world.folders = [
        ...this.world.folders,
        folder(id, offer.name ?? '', { role: offer.role, people: 2 }),
      ];
      this.world.entries.set(id, []);
      this.emit({ type: 'foldersChanged' });
    });
  }

  declineFolder(id: FolderId) {
    return this.#answer('declineFolder', [id], () => {
      this.world.offers = this.world.offers.filter((known) => known.folder !== id);
      this.emit({ type: 'foldersChanged' });
    });
  }

  people() {
    return this.#answer('people', [], () => [...this.world.people]);
  }

  setVerified(account: AccountId, number: string | null) {
    return this.#answer('setVerified', [account, number], () => {
      const person = this.world.people.find((known) => known.account === account);
      if (person === undefined) throw Trouble.from(refusal('notFound'));
      if (person.me || (number !== null && number !== person.fingerprint))
        throw Trouble.from(refusal('badInput'));
      const sure = { verified: number !== null, compareAgain: false };
      this.#changePeople((people) =>
        people.map((known) => (known.account === account ? { ...known, ...sure } : known)),
      );
      for (const [id, members] of this.world.members)
        if (members.some((member) => member.account === account))
          this.#changeMembers(id, (all) =>
            all.map((member) => (member.account === account ? { ...member, ...sure } : member)),
          );
      return [...this.world.people];
    });
  }

  groups() {
    return this.#answer('groups', [], () => [...this.world.groups]);
  }

  setGroup(id: GroupId | null, name: string, members: AccountId[]) {
    return this.#answer('setGroup', [id, name, members], () => {
      if (!this.world.people.some((known) => known.me && known.officer)) throw Trouble.from(NO_OFFICER);
      const group = { id: id ?? `g-${this.#next++}`, name, members };
      const others = this.world.groups.filter((known) => known.id !== id);
      this.world.groups = [...others, group].sort((a, b) => a.name.localeCompare(b.name));
      return [...this.world.groups];
    });
  }

  removeGroup(id: GroupId) {
    return this.#answer('removeGroup', [id], () => {
      this.world.groups = this.world.groups.filter((known) => known.id !== id);
      return [...this.world.groups];
    });
  }

  addGroup(id: FolderId, group: GroupId, role: Role) {
    return this.#answer('addGroup', [id, group, role], () => {
      const known = this.world.groups.find((one) => one.id === group);
      const there = this.world.members.get(id) ?? [];
      const isNew = (person: Person) =>
        known?.members.includes(person.account) === true &&
        !there.some((member) => member.account === person.account);
      const added = this.world.people.filter(isNew);
      this.#changeMembers(id, (members) => [
        ...members,
        ...added.map((person) => ({ ...asOwner(person), role })),
      ]);
      return added.length;
    });
  }

  setOfficer(account: string, officer: boolean) {
    return this.#answer('setOfficer', [account, officer], () => {
      const person = this.#asOfficer(account);
      const others = this.world.people.some((known) => known.officer && known !== person);
      if (!officer && !others) throw Trouble.from(LAST_OFFICER);
      this.#changePeople((people) =>
        people.map((known) => (known === person ? { ...known, officer } : known)),
      );
      const own = this.world.status.account;
      if (person.me && own !== null) this.setStatus({ account: { ...own, officer } });
    });
  }

  closeAccount(account: string) {
    return this.#answer('closeAccount', [account], () => {
      if (this.#asOfficer(account).me) throw Trouble.from(OWN_ACCOUNT);
      this.#changePeople((people) => people.filter((known) => known.account !== account));
      for (const [id, members] of this.world.members) {
        const kept = members.filter((member) => member.account !== account);
        const owned = kept.some((member) => member.role === 'owner');
        if (owned && kept.length < members.length) this.#changeMembers(id, () => kept);
      }
    });
  }

  succession() {
    return this.#answer('succession', [], () => this.#succession());
  }

  nameSuccessor(account: AccountId | null) {
    return this.#answer('nameSuccessor', [account], () => {
      if (!this.world.people.some((known) => known.me && known.officer)) throw Trouble.from(NO_OFFICER);
      this.world.successor = account;
      return this.#succession();
    });
  }

  setFolderSuccessor(id: FolderId, account: AccountId | null) {
    return this.#answer('setFolderSuccessor', [id, account], () => {
      this.world.successors.set(id, account);
      const successor = this.#successor(account)?.name ?? null;
      this.world.folders = this.world.folders.map((known) =>
        known.id === id ? { ...known, successor } : known,
      );
      this.emit({ type: 'foldersChanged' });
      return this.#succession();
    });
  }

  #succession(): Succession {
    const mayName = this.world.people.some((known) => known.me && known.officer);
    const owned = this.world.folders.filter((known) => {
      const owners = (this.world.members.get(known.id) ?? []).filter((member) => member.role === 'owner');
      return !known.personal && known.role === 'owner' && owners.every((member) => member.me);
    });
    const folders = owned.map(({ id, name }) => ({
      folder: id,
      name,
      successor: this.#successor(this.world.successors.get(id) ?? null),
      decided: this.world.successors.has(id),
      alone: (this.world.members.get(id) ?? []).length < 2,
    }));
    return { named: this.#successor(this.world.successor), mayName, folders };
  }

  #successor(account: AccountId | null): Successor | null {
    if (account === null) return null;
    const person = this.world.people.find((known) => known.account === account);
    return {
      account,
      name: person?.name ?? 'Eve Marsh',
      me: person?.me ?? false,
      gone: person === undefined,
    };
  }

  /** The person that an officer decides about. */
  #asOfficer(account: string): Person {
    if (!this.world.people.some((known) => known.me && known.officer)) throw Trouble.from(NO_OFFICER);
    const person = this.world.people.find((known) => known.account === account);
    if (person === undefined) throw Trouble.from(refusal('notFound'));
    return person;
  }

  #changePeople(change: (people: Person[]) => Person[]): void {
    this.world.people = change(this.world.people);
    this.emit({ type: 'peopleChanged' });
  }

  folderKeys(id: FolderId) {
    return this.#answer('folderKeys', [id], () => this.#keys(id));
  }

  rotateFolderKey(id: FolderId) {
    return this.#answer('rotateFolderKey', [id], () => {
      const before = this.#keys(id);
      const current = before.current + 1;
      const older = before.files.reduce((sum, under) => sum + under.keys, 0);
      const by = this.world.status.account?.name ?? '';
      const since = clock.now();
      this.world.folders = this.world.folders.map((known) =>
        known.id === id ? { ...known, keyChangeWaiting: false } : known,
      );
      return this.#setKeys({ ...before, current, older, by, since, changeWaiting: false });
    });
  }

  rewrap(id: FolderId) {
    return this.#answer('rewrap', [id], async () => {
      const of = this.#keys(id).older;
      const step = this.options.moving === true ? Math.max(1, Math.ceil(of / 40)) : of;
      for (let done = 0; done < of;) {
        if (this.options.moving === true) await new Promise((pause) => setTimeout(pause, 100));
        done = Math.min(of, done + step);
        this.emit({ type: 'rewrapped', folder: id, done, of });
      }
      const before = this.#keys(id);
      const keys = before.files.reduce((sum, under) => sum + under.keys, 0);
      return this.#setKeys({ ...before, older: 0, files: [{ version: before.current, keys }] });
    });
  }

  retireKeys(id: FolderId) {
    return this.#answer('retireKeys', [id], () => {
      const before = this.#keys(id);
      if (!before.mayDecide || before.older > 0) throw Trouble.from(refusal('notAllowed'));
      return this.#setKeys({ ...before, minimum: before.current });
    });
  }

  setRotation(id: FolderId, days: number) {
    return this.#answer('setRotation', [id, days], () => {
      const before = this.#keys(id);
      if (!before.mayDecide) throw Trouble.from(refusal('notAllowed'));
      return this.#setKeys({ ...before, rotateDays: days });
    });
  }

  #keys(id: FolderId): FolderKeys {
    const known = this.world.folders.find((each) => each.id === id);
    if (known === undefined) throw Trouble.from(refusal('notFound'));
    return this.world.folderKeys.get(id) ?? folderKeys(known);
  }

  #setKeys(keys: FolderKeys): FolderKeys {
    this.world.folderKeys.set(keys.folder, keys);
    this.emit({ type: 'folderChanged', folder: keys.folder });
    return keys;
  }

  list(id: FolderId, parent: EntryId | null) {
    return this.#answer('list', [id, parent], (): Listing => {
      if (parent !== null && !this.#entries(id).some((entry) => entry.id === parent))
        throw Trouble.from(refusal('notFound'));
      const entries = this.#entries(id).filter((entry) => entry.parent === parent && !entry.trashed);
      return { folder: id, path: this.#path(id, parent), entries };
    });
  }

  search(id: FolderId | null, text: string) {
    return this.#answer('search', [id, text], () =>
      this.#hits(
        (entry, of) => !entry.trashed && (id === null || of === id) && fold(entry.name).includes(fold(text)),
      ),
    );
  }

  recent(limit: number) {
    return this.#answer('recent', [limit], () =>
      this.#hits((entry) => !entry.trashed && entry.kind === 'file')
        .sort((a, b) => b.entry.changed - a.entry.changed)
        .slice(0, limit),
    );
  }

  trash(id: FolderId | null) {
    return this.#answer('trash', [id], () =>
      this.#hits((entry, of) => entry.trashed && (id === null || of === id)),
    );
  }

  makeDirectory(id: FolderId, parent: EntryId | null, name: string) {
    return this.#answer('makeDirectory', [id, parent, name], () => {
      this.#checkName(id, parent, name);
      const made = entry(`e-${this.#next++}`, name, { kind: 'directory', parent });
      this.#entries(id).push(made);
      this.#changed(id);
      return made;
    });
  }

  rename(id: FolderId, target: EntryId, name: string) {
    return this.#answer('rename', [id, target, name], () => {
      const before = this.#entry(id, target);
      this.#checkName(id, before.parent, name);
      this.#update(id, [target], { name });
      this.#taken.push({
        words: `rename of ${before.name}`,
        back: () => this.#update(id, [target], { name: before.name }),
      });
    });
  }

  move(id: FolderId, targets: EntryId[], parent: EntryId | null) {
    return this.#answer('move', [id, targets, parent], () => {
      const before = this.#entry(id, targets[0] ?? '').parent;
      this.#update(id, targets, { parent });
      this.#taken.push({ words: 'move', back: () => this.#update(id, targets, { parent: before }) });
    });
  }

  remove(id: FolderId, targets: EntryId[]) {
    return this.#answer('remove', [id, targets], () => {
      this.#update(id, targets, { trashed: true });
      const name = this.#entry(id, targets[0] ?? '').name;
      this.#taken.push({
        words: `${name} is out of the trash`,
        back: () => this.#update(id, targets, { trashed: false }),
      });
    });
  }

  restore(id: FolderId, targets: EntryId[]) {
    return this.#answer('restore', [id, targets], () => this.#update(id, targets, { trashed: false }));
  }

  purge(id: FolderId, targets: EntryId[]) {
    return this.#answer('purge', [id, targets], () => {
      const gone = new Set(targets);
      this.world.entries.set(
        id,
        this.#entries(id).filter((known) => !gone.has(known.id)),
      );
      this.#changed(id);
    });
  }

  emptyTrash() {
    return this.#answer('emptyTrash', [], () => {
      for (const { id, role } of this.world.folders) {
        if (role === 'viewer') continue;
        this.world.entries.set(
          id,
          this.#entries(id).filter((known) => !known.trashed),
        );
        this.#changed(id);
      }
    });
  }

  setTrashPolicy(id: FolderId, keepDays: number) {
    return this.#answer('setTrashPolicy', [id, keepDays], () => {
      const known = this.world.folders.find((each) => each.id === id);
      if (known === undefined) throw Trouble.from(refusal('notFound'));
      if (known.role !== 'owner') throw Trouble.from(refusal('notAllowed'));
      const now = { ...known, keepDays };
      this.world.folders = this.world.folders.map((each) => (each.id === id ? now : each));
      this.emit({ type: 'foldersChanged' });
      return now;
    });
  }

  restoreVersion(id: FolderId, target: EntryId, version: DekId) {
    return this.#answer('restoreVersion', [id, target, version], () => {
      const before = this.#entry(id, target).versions;
      this.#update(id, [target], { versions: before + 1 });
      this.#taken.push({
        words: 'The restored version',
        back: () => this.#update(id, [target], { versions: before }),
      });
    });
  }

  outbox() {
    return this.#answer(
      'outbox',
      [],
      () =>
        this.world.outbox ?? {
          changes: [],
          moreChanges: 0,
          files: [],
          moreFiles: 0,
          sending: this.world.status.sending,
        },
    );
  }

  zoom(percent: number) {
    return this.#answer('zoom', [percent], () => undefined);
  }

  undo() {
    return this.#answer('undo', [], () => {
      const last = this.#taken.pop();
      last?.back();
      return last?.words ?? null;
    });
  }

  details(id: FolderId, target: EntryId) {
    return this.#answer('details', [id, target], (): Details => {
      const found = this.#entry(id, target);
      const versions = Array.from({ length: found.kind === 'file' ? found.versions : 0 }, (_, age) => ({
        number: found.versions - age,
        size: found.size - age * 512,
        changed: found.changed - age * 86_400_000,
        by: found.by,
        cid: 'bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi',
        dekId: dekOf(found.versions - age),
        epoch: 3,
        device: 'd7a91c04b8e25f63',
        record: '9b2e6f0c71d84a35be90f2c4d6a8137e5c0b9d2f4e6a8c1b3d5f7092a4c6e8b0',
        here: found.place.type !== 'onDemand',
      }));
      return {
        entry: found,
        path: this.#path(id, found.parent),
        versions,
        members: this.world.members.get(id) ?? [],
        held: found.place.type === 'here' || found.place.type === 'onDemand',
      };
    });
  }

  link(id: FolderId, target: EntryId | null) {
    return this.#answer('link', [id, target], () => `valise://open/${id}/${target ?? ''}`);
  }

  followLink(link: string) {
    return this.#answer('followLink', [link], (): Linked => {
      const [id = '', target = ''] = link.replace('valise://open/', '').split('/');
      const known = this.world.folders.find((each) => each.id === id);
      if (known === undefined) throw Trouble.from(refusal('notAllowed'));
      const found = target === '' ? null : this.#entry(id, target);
      return {
        folder: id,
        folderName: known.name,
        path: found === null ? [] : this.#path(id, found.parent),
        entry: found?.id ?? null,
        name: found?.name ?? null,
        trashed: found?.trashed ?? false,
      };
    });
  }

  activity(folder: FolderId, filter: ActivityFilter, before: ActivityPlace | null, limit: number) {
    return this.#answer('activity', [folder, filter, before, limit], (): ActivityPage => {
      const wanted = (this.world.activity.get(folder) ?? []).filter(
        (it) =>
          (filter.person === null || it.account === filter.person) &&
          (filter.kind === null || it.kind === filter.kind) &&
          (filter.entry === null || it.entry === filter.entry) &&
          (before === null || it.at.record < before.record),
      );
      const activities = wanted.slice(0, limit);
      return { activities, before: wanted.length > limit ? (activities.at(-1)?.at ?? null) : null };
    });
  }

  exportActivity(folder: FolderId, filter: ActivityFilter, format: ActivityFormat) {
    return this.#answer('exportActivity', [folder, filter, format], () => true);
  }

  recoverability(id: FolderId, target: EntryId | null) {
    return this.#answer('recoverability', [id, target], (): Recoverability => {
      const known = this.world.folders.find((each) => each.id === id);
      if (known === undefined) throw Trouble.from(refusal('notFound'));
      const meant = this.#entries(id).filter(
        (each) =>
          !each.trashed &&
          each.kind === 'file' &&
          (target === null ||
            each.id === target ||
            this.#path(id, each.parent).some((at) => at.id === target)),
      );
      const held = meant.map((each) => ({ each, copies: this.#copiesOf(each) }));
      held.sort((a, b) => computers(a.copies) - computers(b.copies));
      const thin = held
        .filter(({ copies }) => computers(copies) < 2)
        .map(({ each, copies }) => ({
          entry: each.id,
          path: [...this.#path(id, each.parent).map((at) => at.name), each.name].join('/'),
          copies: computers(copies),
        }));
      return {
        folder: id,
        entry: target,
        name: target === null ? known.name : this.#entry(id, target).name,
        ways: this.world.keyWays.get(id) ?? this.#waysTo(id),
        kitsNeedCatalog: this.#isServerHere() && this.world.status.waysOut === 'both',
        copies: held[0]?.copies ?? [],
        files: meant.length,
        thin: thin.slice(0, 100),
        thinFiles: thin.length,
      };
    });
  }

  #copiesOf({ place }: MockEntry): Copy[] {
    const here: Copy[] = place.type === 'onDemand' ? [] : [{ kind: 'thisComputer', name: '' }];
    const sent = place.type === 'here' || place.type === 'onDemand';
    return sent ? [...here, ...this.world.stores] : here;
  }

  #waysTo(id: FolderId): KeyWay[] {
    const others = (this.world.members.get(id) ?? []).filter((member) => !member.me);
    const own = this.world.devices.filter((device) => device.valid && !device.here);
    const hasKits = this.world.status.waysOut === 'both' && !this.#isServerHere();
    return [
      { kind: 'thisComputer', name: '' },
      ...own.map(({ name }): KeyWay => ({ kind: 'ownComputer', name: name ?? '' })),
      ...(hasKits ? [{ kind: 'kits' as const, name: '' }] : []),
      ...others.map(({ name }): KeyWay => ({ kind: 'colleagueComputer', name })),
    ];
  }

  #isServerHere(): boolean {
    return this.world.stores.some(({ kind }) => kind === 'pinningNodeHere');
  }

  addFiles(id: FolderId, parent: EntryId | null) {
    return this.#answer('addFiles', [id, parent], (): Transfer | null => this.#add(id, parent, 3));
  }

  addDirectories(id: FolderId, parent: EntryId | null) {
    return this.#answer('addDirectories', [id, parent], (): Transfer | null => this.#add(id, parent, 41));
  }

  addDropped(drop: number, id: FolderId, parent: EntryId | null) {
    return this.#answer('addDropped', [drop, id, parent], () => this.#add(id, parent, 3));
  }

  forgetDrop(drop: number) {
    return this.#answer('forgetDrop', [drop], () => undefined);
  }

  transfers() {
    return this.#answer('transfers', [], () => [...this.world.transfers]);
  }

  cancelTransfer(id: number) {
    return this.#answer('cancelTransfer', [id], () => this.#turnTransfer(id, 'cancelled'));
  }

  pauseTransfer(id: number) {
    return this.#answer('pauseTransfer', [id], () => this.#turnTransfer(id, 'paused'));
  }

  resumeTransfer(id: number) {
    return this.#answer('resumeTransfer', [id], () => this.#turnTransfer(id, 'running'));
  }

  #turnTransfer(id: number, type: 'cancelled' | 'paused' | 'running') {
    const found = this.world.transfers.find((transfer) => transfer.id === id);
    if (found === undefined) throw Trouble.from(refusal('notFound'));
    this.#moveTransfer({ ...found, state: { type } });
  }

  open(id: FolderId, target: EntryId, version: DekId | null) {
    return this.#answer('open', [id, target, version], () => undefined);
  }

  save(id: FolderId, target: EntryId, version: DekId | null) {
    return this.#answer('save', [id, target, version], () => true);
  }

  exportFile(id: FolderId, target: EntryId) {
    return this.#answer('exportFile', [id, target], () => true);
  }

  sign(
    id: FolderId,
    target: EntryId,
    version: DekId | null,
    statement: string,
    wanted: number | null,
    pin: string | null,
  ) {
    return this.#answer('sign', [id, target, version, statement, wanted], () => {
      const found = this.#entry(id, target);
      const of = this.#numberOf(found, version);
      const key =
        this.world.signingKeys.find((known) =>
          wanted === null ? known.here && known.inForce && known.token === null : known.version === wanted,
        ) ?? this.#newSigningKey();
      if (key.token !== null && pin !== PIN) throw Trouble.from(WRONG_PIN);
      const made = signature('a-me', this.world.status.account?.name ?? '', {
        me: true,
        at: clock.now(),
        statement,
        file: found.name,
        versions: [of],
        dekId: dekOf(of),
        current: of === found.versions,
        key: key.version,
        fingerprint: key.fingerprint,
      });
      this.#setSignatures(id, target, [made, ...(this.world.signatures.get(target) ?? [])]);
      return this.#signaturesOf(id, target);
    });
  }

  signatures(id: FolderId, target: EntryId, check: boolean) {
    return this.#answer('signatures', [id, target, check], () => {
      const known = this.world.signatures.get(target) ?? [];
      if (check && known.some((made) => made.verdict === 'notChecked')) {
        const compared = known.map((made) =>
          made.verdict === 'notChecked' ? { ...made, verdict: 'good' as const } : made,
        );
        this.world.signatures.set(target, compared);
      }
      return this.#signaturesOf(id, target);
    });
  }

  exportSigned(id: FolderId, target: EntryId, version: DekId | null) {
    return this.#answer('exportSigned', [id, target, version], (): number | null => {
      const dekId = version ?? dekOf(this.#entry(id, target).versions);
      const onIt = (this.world.signatures.get(target) ?? []).filter((made) => made.dekId === dekId);
      return onIt.filter((made) => !isFine(made)).length;
    });
  }

  signingKeys() {
    return this.#answer('signingKeys', [], () => [...this.world.signingKeys]);
  }

  rotateSigningKey() {
    return this.#answer('rotateSigningKey', [], () => {
      this.#newSigningKey();
      return [...this.world.signingKeys];
    });
  }

  addTokenSigningKey(place: string, pin: string) {
    return this.#answer('addTokenSigningKey', [place], () => {
      this.#keeper(place, pin);
      const computer = this.world.devices.find((known) => known.here)?.name ?? null;
      const version = this.world.signingKeys.length + 1;
      const made = signingKey(version, { computer, this: true, here: true, token: place });
      this.world.signingKeys = [...this.world.signingKeys, made];
      return [...this.world.signingKeys];
    });
  }

  revokeSigningKey(version: number) {
    return this.#answer('revokeSigningKey', [version], () => {
      this.world.signingKeys = this.world.signingKeys.map((known) =>
        known.version === version ? { ...known, inForce: false } : known,
      );
      return [...this.world.signingKeys];
    });
  }

  #newSigningKey(): SigningKey {
    const others = this.world.signingKeys.map((known) =>
      known.this && known.token === null ? { ...known, here: false, inForce: false } : known,
    );
    const version = others.length + 1;
    const computer = this.world.devices.find((known) => known.here)?.name ?? null;
    const made = signingKey(version, { computer, this: true, here: true });
    this.world.signingKeys = [...others, made];
    return made;
  }

  #numberOf(found: MockEntry, version: DekId | null): number {
    if (version === null) return found.versions;
    for (let number = 1; number <= found.versions; number += 1) if (dekOf(number) === version) return number;
    throw Trouble.from(refusal('notFound'));
  }

  #setSignatures(id: FolderId, target: EntryId, signatures: DocumentSignature[]): void {
    this.world.signatures.set(target, signatures);
    const counted = signatures.filter((made) => made.current && isFine(made)).length;
    this.#update(id, [target], { signatures: counted });
  }

  #signaturesOf(id: FolderId, target: EntryId): Signatures {
    const { name, versions } = this.#entry(id, target);
    const signatures = [...(this.world.signatures.get(target) ?? [])];
    return { folder: id, entry: target, name, newest: versions, signatures };
  }

  sync() {
    return this.#answer('sync', [], () => undefined);
  }

  securityEvents() {
    return this.#answer('securityEvents', [], () => [...this.world.security]);
  }

  fingerprints() {
    return this.#answer('fingerprints', [], () => ({
      workspace: '71c4 08d2 9e5b 3fa6 c017 d42b 88e9 105f',
      account: FINGERPRINT,
      device: 'd7a9 1c04 b8e2 5f63 90aa 4e17 c3d8 6b21',
      catalog: this.world.status.account?.catalog == null ? null : '0b5f 593e a1d7 62c8 94f0 be35 7d1a c846',
    }));
  }

  copyText(text: string) {
    return this.#answer('copyText', [text], () => {
      this.copied = text;
    });
  }

  async onEvent(tell: (event: Event) => void) {
    return listener(this.#events, tell);
  }

  async onDrag(tell: (drag: Drag) => void) {
    return listener(this.#drags, tell);
  }

  async onInvitation(tell: (link: string) => void) {
    return listener(this.#links, tell);
  }

  async #answer<T>(request: keyof Backend, args: unknown[], work: () => T | Promise<T>): Promise<T> {
    this.asked.push([request, ...args]);
    if (this.options.hang?.includes(request)) return new Promise<T>(() => undefined);
    const delay = this.options.delay ?? 0;
    if (delay > 0) await new Promise((done) => setTimeout(done, delay));
    const refused = this.options.refuse?.[request];
    if (refused !== undefined) throw Trouble.from(refused);
    return work();
  }

  #open(name: string, workspace: string, catalog: string | null): void {
    this.world.members.set('f-mine', this.world.people.map(asOwner));
    this.setStatus({
      stage: { type: 'open' },
      account: { name, workspace, id: 'a-me', officer: true, catalog },
      connection: 'inStep',
      online: 0,
      waiting: 0,
      unheld: 0,
      sending: { files: 0, bytes: 0, sent: 0, rate: 0 },
      waysOut: 'none',
      requests: 0,
    });
  }

  #entries(id: FolderId): MockEntry[] {
    const found = this.world.entries.get(id);
    if (found === undefined) throw Trouble.from(refusal('notFound'));
    return found;
  }

  #entry(id: FolderId, target: EntryId): MockEntry {
    const found = this.#entries(id).find((known) => known.id === target);
    if (found === undefined) throw Trouble.from(refusal('notFound'));
    return found;
  }

  #update(id: FolderId, targets: EntryId[], change: Partial<MockEntry>): void {
    const chosen = new Set(targets);
    this.world.entries.set(
      id,
      this.#entries(id).map((known) => (chosen.has(known.id) ? { ...known, ...change } : known)),
    );
    this.#changed(id);
  }

  #changed(id: FolderId): void {
    const files = this.#entries(id).filter((known) => known.kind === 'file' && !known.trashed).length;
    this.world.folders = this.world.folders.map((known) => (known.id === id ? { ...known, files } : known));
    this.emit({ type: 'folderChanged', folder: id });
  }

  #changeMembers(id: FolderId, change: (members: Member[]) => Member[]): void {
    this.world.members.set(id, change(this.world.members.get(id) ?? []));
    this.emit({ type: 'folderChanged', folder: id });
  }

  #path(id: FolderId, parent: EntryId | null): Crumb[] {
    if (parent === null) return [];
    const found = this.#entry(id, parent);
    return [...this.#path(id, found.parent), { id: found.id, name: found.name }];
  }

  #hits(wanted: (entry: MockEntry, folder: FolderId) => boolean): Hit[] {
    return this.world.folders.flatMap((of) =>
      (this.world.entries.get(of.id) ?? [])
        .filter((known) => wanted(known, of.id))
        .map((known) => ({
          folder: of.id,
          folderName: of.name,
          path: this.#path(of.id, known.parent),
          entry: known,
        })),
    );
  }

  #checkName(id: FolderId, parent: EntryId | null, name: string): void {
    const taken = this.#entries(id).some(
      (known) => known.parent === parent && !known.trashed && fold(known.name) === fold(name),
    );
    if (taken || name.trim() === '') throw Trouble.from(refusal('badName'));
  }

  #add(id: FolderId, parent: EntryId | null, files: number): Transfer {
    const transfer: Transfer = {
      id: this.#next++,
      kind: 'add',
      folder: id,
      name: 'Letter of intent.pdf',
      filesDone: 0,
      files,
      bytesDone: 0,
      bytes: files * 4_500_000,
      rate: 6_000_000,
      state: { type: 'running' },
      kept: true,
      leftOut: [],
    };
    this.world.transfers.push(transfer);
    this.emit({ type: 'transfer', transfer });
    if (this.options.moving === true) this.#step(transfer, parent);
    return transfer;
  }

  #step(transfer: Transfer, parent: EntryId | null): void {
    setTimeout(() => {
      const bytesDone = Math.min(transfer.bytes, transfer.bytesDone + transfer.bytes / 20);
      const filesDone = Math.floor((bytesDone / transfer.bytes) * transfer.files);
      const current = this.world.transfers.find((known) => known.id === transfer.id);
      if (current?.state.type !== 'running') return;
      if (bytesDone < transfer.bytes) {
        const moved = { ...transfer, bytesDone, filesDone };
        this.#moveTransfer(moved);
        this.#step(moved, parent);
        return;
      }
      this.#entries(transfer.folder).push(
        entry(`e-${this.#next++}`, transfer.name, { parent, byMe: true, by: 'Ada Novak' }),
      );
      this.#changed(transfer.folder);
      this.#moveTransfer({ ...transfer, bytesDone, filesDone, state: { type: 'done' } });
    }, 150);
  }

  #moveTransfer(transfer: Transfer): void {
    this.world.transfers = this.world.transfers.map((known) => (known.id === transfer.id ? transfer : known));
    this.emit({ type: 'transfer', transfer });
  }
}

const FINGERPRINT = '3e8a 51f0 7bc2 d964 0e1d a87b 42c5 9f36';
/** What is pretended to be printed. */
export const KITS: Kit[] = [
  {
    kit: 'a',
    code: 'VAL1 QYQX QURS WZ5T JKVV GYPD 8C3N 2M7H L4EU 60FA QYQX QURS WZ5T JKVV GYPD 8C3N 2M7H L4EU 60FA 9QZP X7S5',
    asked: [4, 13],
  },
  {
    kit: 'b',
    code: 'VAL1 QYPX 5TJK WZQU RSVV 8C3N GYPD L4EU 2M7H 9QZP 60FA QYPX 5TJK WZQU RSVV 8C3N GYPD L4EU 2M7H X7S5 60FA',
    asked: [7, 18],
  },
];

/** Of every token that is pretended. */
export const PIN = '4711';
const NO_ADDRESS = refusal('badInput', {
  happened: 'An address of a key begins with pkcs11:, vault: or gcpkms:.',
  safe: 'Nothing was changed.',
});
export const WRONG_PIN = refusal('wrongPassword', {
  happened: 'Wrong PIN (the token does not say how many tries are left).',
  safe: 'Nothing was changed.',
});

/** As others in the workspace see where a key is kept. */
/** As far as a name says what a file is. */
function shownByName(name: string): Preview {
  if (/\.(md|txt|csv)$/.test(name)) return { kind: 'text', text: `${name}\n`, cut: false };
  return { kind: 'none' };
}

function keptWords(place: string): string {
  const key = /object=([^;?]+)/.exec(place)?.[1] ?? place.split('/').at(-1) ?? place;
  const keepers = { token: 'a PKCS#11 token', vault: 'Vault Transit', google: 'Google Cloud KMS' };
  return `${keepers[keeperKind(place) ?? 'token']}, ${key}`;
}

/** How two codes of one kit are refused. */
const SAME_KIT = refusal('badKit', {
  happened: 'Both codes are of the same kit.',
  todo: 'Type the code of the other kit as the second one.',
});

const NOT_RELEASED = refusal('notAllowed', {
  happened: 'Your officers have not helped yet.',
});

/** How officers, and who is none, are refused. */
const decision = (happened: string) => refusal('notAllowed', { happened, safe: 'Nothing was changed.' });
export const NO_OFFICER = decision('Only an officer of the workspace can do this.');
export const LAST_OFFICER = decision('A workspace needs an officer: name another one first.');
const OWN_ACCOUNT = decision('Nobody closes their own account: ask another officer.');

/** The code that lets another computer in. */
export const PAIRING: Omit<Pairing, 'expires'> = {
  code: '7QKM X3TD 9FWA ZH2P 4RVE 8NCB 6YJG',
  link: 'valise://pair/7QKMX3TD9FWAZH2P4RVE8NCB6YJG@https://valise.acme.example:8443',
  catalog: 'https://valise.acme.example:8443',
};

const LINK =
  'valise://join/1/k3VqYxw7Z0hUuT5mB9cJrQ2sLx8pNfGdA4eWiKzRtMo/acme.example:8443/9sXh2Vb7Qm4LcTz0Rk6YpJwNd3Gf8AuE';

function listener<T>(all: Set<(told: T) => void>, tell: (told: T) => void): Unlisten {
  all.add(tell);
  return () => all.delete(tell);
}

function fold(text: string): string {
  return text.normalize('NFC').toLocaleLowerCase();
}

function asOwner({ account, name, me, online, verified, compareAgain }: Person): Member {
  const known = { account, name, me, online, verified, compareAgain };
  return { ...known, role: 'owner', joinedByLink: false, accepted: true };
}

export function folder(id: FolderId, name: string, more: Partial<Folder> = {}): Folder {
  return {
    id,
    name,
    role: 'owner',
    personal: false,
    people: 4,
    files: 0,
    unread: 0,
    keyChangeWaiting: false,
    keepDays: 0,
    successor: null,
    ownerless: false,
    singleWay: false,
    stopped: false,
    ...more,
  };
}

/** One key so far, made with the folder. */
export function folderKeys(of: Folder, more: Partial<FolderKeys> = {}): FolderKeys {
  return {
    folder: of.id,
    current: 1,
    minimum: 0,
    since: new Date(2026, 4, 12, 9, 30).getTime(),
    by: 'Ada Novak',
    changeWaiting: of.keyChangeWaiting,
    rotateDays: 0,
    files: [{ version: 1, keys: of.files }],
    older: 0,
    mayRotate: of.role !== 'viewer' && !of.stopped,
    mayDecide: of.role === 'owner' && !of.stopped,
    ...more,
  };
}

/** Id of a version's key. */
export function dekOf(number: number): DekId {
  return `5f1c0a94e2b7d8836a4f90b1c2d3e4f5${String(number).padStart(4, '0')}`;
}

function isFine({ verdict }: DocumentSignature): boolean {
  return verdict === 'good' || verdict === 'notChecked';
}

const SSH_PRINT = 'SHA256:p7mQ2vXk0cJ4sYb9RwTzL1hNfE6uDgA8oKiVrBt3';

/** A good one, on the first version, without words. */
export function signature(
  signer: string,
  name: string,
  more: Partial<DocumentSignature> = {},
): DocumentSignature {
  return {
    signer,
    name,
    me: false,
    member: true,
    at: Date.UTC(2026, 10, 14, 9),
    statement: '',
    file: '',
    versions: [1],
    dekId: dekOf(1),
    current: true,
    verdict: 'good',
    sha512: '3a810c5f9e27d4b6c1a0837e52f4d98b'.repeat(4),
    key: 1,
    fingerprint: `${SSH_PRINT}9x1`,
    keyEndedSince: false,
    device: 'd7a91c04b8e25f63',
    record: '4c7e1f92a05b38d6e9c2740fb1a86d53e07f92c4b6a81d3e5f7092a4c6e8b0d1',
    ...more,
  };
}

export function signingKey(version: number, more: Partial<SigningKey> = {}): SigningKey {
  return {
    version,
    device: 'd7a91c04b8e25f63',
    computer: null,
    this: false,
    here: false,
    inForce: true,
    token: null,
    fingerprint: `${SSH_PRINT}9x${version}`,
    public: `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJx4bq0Tn2vKf8sYdL1hWmE6uDgA8oKiVrBt3p7mQ2v${version}`,
    ...more,
  };
}

export function entry(id: EntryId, name: string, more: Partial<MockEntry> = {}): MockEntry {
  return {
    id,
    name,
    kind: 'file',
    size: 0,
    files: 0,
    changed: Date.UTC(2026, 10, 14, 8),
    by: 'Ada Novak',
    byMe: false,
    mediaType: '',
    versions: 1,
    signatures: 0,
    place: { type: 'here' },
    kept: false,
    fresh: false,
    editing: [],
    parent: null,
    trashed: false,
    ...more,
  };
}
