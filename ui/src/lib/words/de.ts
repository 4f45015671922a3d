/*
 * Deutsch. Anrede: Sie. Ein Begriff heißt überall gleich:
 *
 *   workspace          Arbeitsbereich            folder, subfolder    Ordner, Unterordner
 *   owner              Leitung (eines Ordners)   editor, viewer       Bearbeiten, Nur Lesen
 *   officer            Verwaltung (wer dazugehört, lässt Personen ein und schließt Konten)
 *   recovery kit       Notfallbogen, „Bogen A“   set of kits          Satz
 *   keyring            Schlüsselbund             token                Token (das), PIN (die)
 *   key change waiting Schlüsselwechsel steht aus
 *   takes over folders übernimmt Ordner          unlock, lock         entsperren, sperren
 *   sign, signature    signieren, Signatur       revoke               widerrufen
 *   fingerprint        Fingerabdruck             transfer             Übertragung
 *   rehearse           proben                    trash, put back      Papierkorb, zurücklegen
 *   on demand          bei Bedarf                in step              auf dem neuesten Stand
 *
 * Rollen und Ämter sind Sachen („die Leitung“, „die Verwaltung“), damit niemand falsch angesprochen wird. „Schlüssel“
 * ohne Zusatz öffnet Dateien. Zahlen von eins bis zwölf stehen als Ziffern, wo sie gezählt werden.
 */
import type {
  AskedStage,
  Connection,
  Copy,
  CopyKind,
  ErrorCode,
  Escrow,
  KeyWay,
  KeyWayKind,
  KeyringState,
  KitName,
  Place,
  Recoverability,
  Role,
  TransferKind,
  Verdict,
} from '$lib/backend';
import { clock } from '$lib/format/clock';
import type { KeeperKind } from '$lib/format/keeper';
import type { FileKind } from '$lib/format/kinds';
import { computers, fewCopies, fewWays } from '$lib/format/loss';
import { displayName, displayText } from '$lib/format/name';
import { dayOf, size, span, type Span } from '$lib/format/numbers';
import type { Fallback, Words } from './en';
import { firstName, inLocale, ownLocale } from './in-locale';
import { inGerman } from './program.de';

const locale = ownLocale('de', 'de-DE');
const { n, plural, clockTime, calendarDay, dayAndMonth, fullDate, dateAndTime, listOf, namesOf } =
  inLocale(locale);

const filesOrNone = (value: number) =>
  value === 0 ? 'noch keine Dateien' : plural(value, 'Datei', 'Dateien');
const quoted = (name: string) => `„${displayName(name)}“`;
const things = (names: string[]) =>
  names.length === 1 ? quoted(names[0] ?? '') : plural(names.length, 'Element', 'Elemente');

const SPAN: Record<Span['unit'], [string, string]> = {
  second: ['Sekunde', 'Sekunden'],
  minute: ['Minute', 'Minuten'],
  hour: ['Stunde', 'Stunden'],
  day: ['Tag', 'Tage'],
  month: ['Monat', 'Monate'],
  year: ['Jahr', 'Jahre'],
  century: ['Jahrhundert', 'Jahrhunderte'],
};

const duration = (seconds: number) => {
  const { value, unit } = span(seconds);
  return plural(value, ...SPAN[unit]);
};

const KIND: Record<FileKind, string> = {
  directory: 'Unterordner',
  document: 'Dokument',
  pdf: 'PDF-Dokument',
  table: 'Tabelle',
  slides: 'Präsentation',
  image: 'Bild',
  film: 'Film',
  sound: 'Tonaufnahme',
  archive: 'Archiv',
  mail: 'Nachricht',
  code: 'Textdatei',
  other: 'Datei',
};

const ROLE: Record<Role, { name: string; can: string }> = {
  owner: {
    name: 'Leitung',
    can: 'Darf alles: Dateien hinzufügen und ändern, Personen einladen und entfernen.',
  },
  editor: { name: 'Bearbeiten', can: 'Darf Dateien öffnen, hinzufügen und ändern.' },
  viewer: { name: 'Nur Lesen', can: 'Darf Dateien öffnen und Kopien speichern.' },
};

/** Nachdem Bögen erstellt wurden. */
const KEYRING: Record<KeyringState, string> = {
  kept: 'Der Schlüsselbund dieses Computers hat seinen Teil.',
  empty: 'Der Schlüsselbund dieses Computers hat keinen Teil',
  other: 'Der Schlüsselbund dieses Computers hat einen älteren Teil',
  locked: 'Der Schlüsselbund dieses Computers ist gesperrt und konnte seinen Teil nicht aufnehmen',
  absent: 'Auf diesem Computer antwortet kein Schlüsselbund',
  noAnswer: 'Der Schlüsselbund dieses Computers hat nicht geantwortet',
  failed: 'Der Schlüsselbund dieses Computers hat eine Störung gemeldet',
};

/** Was ohne Schlüsselbund nötig ist; `kits`: wie viele Bögen es gibt. */
const keyringTold = (keyring: KeyringState, kits: number): string => {
  if (keyring === 'kept') return KEYRING.kept;
  const needed =
    kits > 1
      ? 'Sie brauchen dann beide Bögen'
      : 'Sie brauchen dann diesen Bogen und die Hilfe Ihrer Verwaltung';
  const again =
    keyring === 'locked'
      ? ` Oder entsperren Sie ihn und erstellen Sie ${kits > 1 ? 'neue Bögen' : 'einen neuen Bogen'}.`
      : '';
  return `${KEYRING[keyring]}. ${needed}, um wieder hineinzukommen.${again}`;
};

const KEYRING_STATE: Record<KeyringState, string> = {
  kept: 'hat seinen Teil',
  empty: 'hat keinen Teil: vielleicht wurde er neu angelegt. Erstellen Sie einen neuen Bogen',
  other: 'hat einen älteren Teil. Erstellen Sie einen neuen Bogen',
  locked: 'ist gesperrt',
  absent: 'hier antwortet keiner',
  noAnswer: 'antwortet nicht',
  failed: 'meldet eine Störung',
};

/** Hilfe aus dem Arbeitsbereich, als einer der Wege zurück. */
const HELP_STATE: Record<Escrow, string> = {
  unknown: 'zurzeit nicht bekannt',
  none: 'bisher kann Ihnen niemand helfen',
  offered: 'erstellen Sie einen neuen Bogen, dann kann auch Ihre Verwaltung helfen',
  held: 'Ihre Verwaltung kann helfen, zusammen mit Ihrem Bogen oder diesem Computer',
  outdated: 'wer helfen kann, hat sich geändert: erstellen Sie einen neuen Bogen',
};

const ASKED_STAGE: Record<AskedStage, string> = {
  asked: 'Warten auf Ihre Verwaltung',
  approved: 'Ihre Verwaltung hat zugestimmt',
  ready: 'Ihre Verwaltung hat geholfen',
  refused: 'Jemand hat abgelehnt',
  gone: 'Ihre Anfrage gilt nicht mehr',
  unreachable: 'Warten auf Ihre Verwaltung',
};

const CONNECTION: Record<Connection, { short: string; long: string }> = {
  none: {
    short: 'Nur auf diesem Computer',
    long: 'Dieser Arbeitsbereich liegt auf diesem Computer. Noch kann ihn niemand sonst erreichen.',
  },
  connecting: {
    short: 'Verbindung wird hergestellt…',
    long: 'Der Server wird gesucht. Sie können weiterarbeiten.',
  },
  inStep: { short: 'Auf dem neuesten Stand', long: 'Alles, was Sie sehen, ist aktuell.' },
  syncing: { short: 'Wird abgeglichen…', long: 'Änderungen werden gesendet und empfangen.' },
  unreachable: {
    short: 'Offline',
    long: 'Der Server ist nicht erreichbar. Arbeiten Sie weiter: Ihre Änderungen bleiben hier und werden später von selbst gesendet.',
  },
  distrusted: {
    short: 'Angehalten',
    long: 'Der Server hat eine Regel verletzt. Es wird nichts gesendet und nichts geglaubt, bis Sie es sich angesehen haben.',
  },
  removed: {
    short: 'Entfernt',
    long: 'Dieser Computer wurde aus Ihrem Konto entfernt. Es wird nichts mehr an ihn gesendet oder von ihm angenommen.',
  },
};

const computerName = (name: string | null) => (name === null ? 'Ein Computer ohne Namen' : displayName(name));
/** Derselbe mitten im Satz. */
const ofComputer = (name: string | null) => (name === null ? 'einem Computer ohne Namen' : quoted(name));

/** Ein Zeitpunkt in der Vergangenheit, mitten im Satz. */
const since = (moment: number): string => {
  const day = dayOf(moment, clock.now());
  if (day.kind === 'today') return `heute um ${clockTime(day.date)}`;
  if (day.kind === 'yesterday') return 'gestern';
  return `am ${day.kind === 'thisYear' ? dayAndMonth(day.date) : calendarDay(day.date)}`;
};

/** Ein Zeitpunkt mitten im Satz, vergangen oder kommend. */
const moment = (at: number): string => {
  const date = new Date(at);
  const ahead = dayOf(clock.now(), at);
  if (ahead.kind === 'today') return `heute um ${clockTime(date)}`;
  if (ahead.kind === 'yesterday') return `morgen um ${clockTime(date)}`;
  if (dayOf(at, clock.now()).kind === 'yesterday') return `gestern um ${clockTime(date)}`;
  return `am ${dayAndMonth(date)} um ${clockTime(date)}`;
};

const hoursOf = (hours: number): string => {
  if (hours === 168) return 'eine Woche';
  return hours % 24 === 0 && hours > 72
    ? plural(hours / 24, 'Tag', 'Tage')
    : plural(hours, 'Stunde', 'Stunden');
};

/** Bögen, die nicht ihretwegen erstellt wurden; `kits`: wie viele neue es gibt. */
const kitsBecause = (why: 'recovered' | 'renewed' | 'removed', kits: number): string => {
  const print = kits > 1 ? 'Drucken Sie diese' : 'Drucken Sie diesen';
  if (why === 'recovered')
    return kits > 1
      ? `Die verwendeten Bögen sind verbraucht. ${print} und vernichten Sie die alten.`
      : `Was Sie hatten, ist verbraucht. ${print} und vernichten Sie jeden früheren Bogen.`;
  const what =
    why === 'renewed'
      ? 'Ihr Passwort und Ihre Schlüssel sind neu'
      : 'Der Computer ist entfernt, Ihre Schlüssel sind neu';
  return kits > 1
    ? `${what}, und Ihre bisherigen Bögen öffnen nichts mehr. ${print} und vernichten Sie die alten.`
    : `${what}, und ein bisheriger Bogen öffnet nichts mehr. ${print} und vernichten Sie den alten.`;
};

/** Was von einer Signatur zu halten ist. */
const VERDICT: Record<Verdict, { short: string; long: string }> = {
  good: { short: 'Gültig', long: 'Ein Mitglied dieses Ordners hat genau diesen Inhalt signiert.' },
  notChecked: {
    short: 'Noch nicht geprüft',
    long: 'Die Datei wurde auf diesem Computer noch nicht gelesen und deshalb nicht mit dem Signierten verglichen.',
  },
  keyRevoked: {
    short: 'Schlüssel widerrufen',
    long: 'Sie entstand, nachdem ihr Schlüssel oder dessen Computer widerrufen worden war. Verlassen Sie sich nicht darauf.',
  },
  otherBytes: {
    short: 'Anderer Inhalt',
    long: 'Signiert wurde etwas anderes, als diese Version enthält. Verlassen Sie sich nicht darauf.',
  },
  notMember: {
    short: 'Kein Mitglied',
    long: 'Wer signiert hat, gehörte damals nicht zu diesem Ordner. Verlassen Sie sich nicht darauf.',
  },
  invalid: {
    short: 'Ungültig',
    long: 'Sie stammt nicht von dem Schlüssel, den sie nennt, oder sagt etwas Falsches. Verlassen Sie sich nicht darauf.',
  },
};

const waysToKey = (value: number) => plural(value, 'Weg zum Schlüssel', 'Wege zum Schlüssel');
const heldBy = (value: number) =>
  value === 0 ? 'auf keinem bekannten Computer' : `auf ${plural(value, 'Computer', 'Computern')}`;

/** Wie oft ein Schlüssel von selbst wechselt. */
const everyDays = (days: number): string => {
  if (days === 365) return 'jedes Jahr';
  return days === 1 ? 'jeden Tag' : `alle ${n(days)} Tage`;
};

/** Was zu einem Schlüssel führt. */
const KEY_WAY: Record<KeyWayKind, (name: string) => string> = {
  thisComputer: () => 'Dieser Computer',
  ownComputer: (name) => (name === '' ? 'Ein anderer Computer von Ihnen' : `Ihr Computer ${quoted(name)}`),
  kits: () => 'Ihre beiden Notfallbögen, auf Papier',
  kitAndHelp: () => 'Ihr Notfallbogen, mit Hilfe Ihrer Verwaltung',
  colleagueComputer: (name) =>
    name === '' ? 'Der Computer eines anderen Mitglieds' : `Der Computer von ${displayName(name)}`,
};

/** Wo der Inhalt liegt. */
const COPY: Record<CopyKind, (name: string) => string> = {
  thisComputer: () => 'Dieser Computer',
  authorComputer: (name) =>
    name === ''
      ? 'Der Computer, auf dem es entstand'
      : `Der Computer von ${displayName(name)}, auf dem es entstand`,
  pinningNode: (name) => (name === '' ? 'Der Server' : `Der Server ${displayName(name)}`),
  pinningNodeHere: () => 'Die Kopie des Servers auf diesem Computer',
};

/** Wo ein Schlüssel aufbewahrt werden kann. */
const KEEPER: Record<KeeperKind, { form: string; example: string; secret: string; hint: string }> = {
  token: {
    form: 'Ein Token (PKCS#11): seine Bezeichnung, die des Schlüssels und die Datei seines Treibers.',
    example: 'pkcs11:token=org;object=valise?module-path=/usr/lib/softhsm/libsofthsm2.so',
    secret: 'PIN des Tokens',
    hint: 'Lassen Sie das Feld leer, wenn das Token eine eigene Tastatur hat.',
  },
  vault: {
    form: 'HashiCorp Vault oder OpenBao (Transit): Server, Pfad und Schlüssel.',
    example: 'vault:https://vault.example:8200/transit/valise',
    secret: 'Zugangstoken für Vault',
    hint: 'Lassen Sie das Feld leer, wenn dieser Computer bei Vault schon angemeldet ist.',
  },
  google: {
    form: 'Google Cloud (KMS): der vollständige Name des Schlüssels.',
    example: 'gcpkms:projects/P/locations/L/keyRings/R/cryptoKeys/K',
    secret: 'Zugangstoken für Google',
    hint: 'Lassen Sie das Feld leer, wenn dieser Computer bei Google Cloud schon angemeldet ist.',
  },
};

const TROUBLE: Record<ErrorCode, Fallback> = {
  badInput: {
    happened: 'Diese Eingabe kann nicht verwendet werden.',
    todo: 'Prüfen Sie die Eingabe und versuchen Sie es noch einmal.',
  },
  wrongPassword: {
    happened: 'Dieses Passwort öffnet Valise auf diesem Computer nicht.',
    safe: 'Es wurde nichts geändert.',
    todo: 'Prüfen Sie Feststelltaste und Tastatursprache und versuchen Sie es noch einmal.',
  },
  badKit: {
    happened: 'Das ist nicht der Code eines Bogens, der diesen Computer öffnet.',
    safe: 'Es wurde nichts geändert.',
    todo: 'Vergleichen Sie ihn Gruppe für Gruppe mit dem Papier. Ältere Bögen gelten nicht mehr.',
  },
  otherKitNeeded: {
    happened: 'Dieser Bogen stimmt; es fehlt noch ein zweiter Weg.',
    safe: 'Der Schlüsselbund dieses Computers gibt seinen Teil nicht.',
    todo: 'Geben Sie auch den Code des anderen Bogens ein.',
  },
  noRecovery: {
    happened: 'Für diesen Computer gibt es keinen Notfallbogen.',
    todo: 'Wenn Sie das Passwort kennen, entsperren Sie Valise und erstellen Sie einen auf der Seite „Sicherheit“.',
  },
  alreadySetUp: {
    happened: 'Valise ist auf diesem Computer schon eingerichtet.',
    todo: 'Schließen Sie dieses Fenster und öffnen Sie es neu.',
  },
  notSetUp: {
    happened: 'Valise ist auf diesem Computer noch nicht eingerichtet.',
    todo: 'Legen Sie einen Arbeitsbereich an oder verwenden Sie eine Einladung.',
  },
  locked: { happened: 'Valise ist gesperrt.', todo: 'Entsperren Sie es zuerst mit Ihrem Passwort.' },
  waiting: {
    happened: 'Sie wurden noch nicht eingelassen.',
    todo: 'Bitten Sie die Person, die Sie eingeladen hat, Valise zu öffnen und zu entsperren.',
  },
  inUse: {
    happened: 'Ein anderes Valise arbeitet mit diesen Dateien.',
    safe: 'Ihre Dateien sind unverändert.',
    todo: 'Schließen Sie das andere und versuchen Sie es noch einmal.',
  },
  notFound: {
    happened: 'Das ist nicht mehr da.',
    todo: 'Vielleicht wurde es verschoben oder in den Papierkorb gelegt.',
  },
  badName: {
    happened: 'Dieser Name kann hier nicht verwendet werden.',
    safe: 'Der alte Name bleibt.',
    todo: 'Wählen Sie einen anderen: er ist vielleicht vergeben, leer oder zu lang.',
  },
  notAllowed: {
    happened: 'Ihre Rolle in diesem Ordner erlaubt das nicht.',
    safe: 'Es wurde nichts geändert.',
    todo: 'Fragen Sie die Leitung des Ordners.',
  },
  badInvitation: {
    happened: 'Diese Einladung kann nicht verwendet werden.',
    safe: 'Auf diesem Computer wurde nichts geändert.',
    todo: 'Sie ist vielleicht verbraucht, abgelaufen oder unvollständig. Bitten Sie um eine neue.',
  },
  offline: {
    happened: 'Der Server ist nicht erreichbar.',
    safe: 'Ihre Dateien sind auf diesem Computer sicher.',
    todo: 'Arbeiten Sie weiter; Valise versucht es von selbst wieder.',
  },
  notAvailable: {
    happened: 'Zurzeit ist kein Computer erreichbar, der diese Datei hat.',
    safe: 'Die Datei ist nicht verloren.',
    todo: 'Versuchen Sie es wieder, wenn jemand online ist, der sie hat.',
  },
  notVerified: {
    happened: 'Das konnte nicht überprüft werden.',
    safe: 'Es wurde nicht geöffnet, und von Ihnen wurde nichts geändert.',
    todo: 'Bitten Sie um eine neue Sendung.',
  },
  distrusted: {
    happened: 'Etwas hat die Regeln verletzt, die diesen Ordner verlässlich machen.',
    safe: 'Valise hat angehalten: seitdem wurde nichts gesendet und nichts geglaubt.',
    todo: 'Sehen Sie auf der Seite „Sicherheit“ nach, bevor Sie weitermachen.',
  },
  updateNeeded: {
    happened: 'Jemand im Arbeitsbereich verwendet ein neueres Valise.',
    safe: 'Ihre Dateien sind unverändert.',
    todo: 'Aktualisieren Sie Valise, um die Änderungen zu sehen.',
  },
  diskFull: {
    happened: 'Auf dem Datenträger ist kein Platz mehr.',
    safe: 'Was da war, ist vollständig; was nicht passte, wurde ausgelassen.',
    todo: 'Schaffen Sie Platz und versuchen Sie es noch einmal.',
  },
  overQuota: {
    happened: 'Auf dem Server ist kein Platz mehr für das, was Sie hinzufügen.',
    safe: 'Es bleibt auf diesem Computer, und alles andere geht weiter. Die anderen bekommen es noch nicht.',
    todo: 'Leeren Sie den Papierkorb, oder bitten Sie die Verantwortlichen des Servers um mehr Platz.',
  },
  tooLarge: {
    happened: 'Diese Datei ist zu groß, um in Valise geöffnet zu werden.',
    safe: 'Die Datei ist unverändert.',
    todo: 'Verwenden Sie „Speichern unter“ und öffnen Sie die Kopie.',
  },
  notKept: {
    happened: 'Eine Datei, die Sie geändert haben, konnte nicht zur neuen Version werden.',
    safe: 'Die geänderte Datei bleibt auf diesem Computer; nichts davon ist verloren.',
    todo: 'Valise versucht es nach dem nächsten Entsperren wieder. Schaffen Sie Platz, wenn der Datenträger voll ist.',
  },
  io: {
    happened: 'Der Datenträger oder das System hat abgelehnt.',
    safe: 'Die Dateien in Valise sind unverändert.',
    todo: 'Prüfen Sie, ob es den Ort gibt und ob Sie dort schreiben dürfen.',
  },
  cancelled: { happened: 'Angehalten.', safe: 'Was vollständig war, bleibt.' },
  timedOut: {
    happened: 'Es hat länger gedauert als erwartet.',
    safe: 'Es ging nichts verloren.',
    todo: 'Versuchen Sie es gleich noch einmal.',
  },
  removed: {
    happened: 'Dieser Computer wurde aus Ihrem Konto entfernt.',
    safe: 'Ihre Dateien sind auf Ihren anderen Computern und bei den anderen Mitgliedern sicher.',
    todo: 'Um ihn wieder zu verwenden, entfernen Sie die Daten von Valise und fügen Sie ihn von einem anderen Ihrer Computer aus neu hinzu.',
  },
  notPaired: {
    happened: 'Die beiden Computer haben einander nicht gefunden.',
    safe: 'Auf keinem von beiden wurde etwas geändert.',
    todo: 'Der Code ist vielleicht falsch eingegeben, verbraucht oder abgelaufen. Erstellen Sie einen neuen und versuchen Sie es noch einmal.',
  },
  internal: {
    happened: 'Valise hat einen Fehler gemacht.',
    safe: 'Ihre Dateien sind unverändert.',
    todo: 'Versuchen Sie es noch einmal. Geschieht es wieder, senden Sie die Details an die Person, die sich bei Ihnen um Valise kümmert.',
  },
};

const place = (where: Place): string => {
  switch (where.type) {
    case 'here':
      return 'Hier';
    case 'hereAlone':
      return 'Nur hier';
    case 'onDemand':
      return 'Bei Bedarf';
    case 'sending':
      return `Sendet ${where.percent} %`;
    case 'fetching':
      return `Lädt ${where.percent} %`;
    case 'waiting':
      return 'Wartet';
    case 'problem':
      return 'Problem';
  }
};

const placeLong = (where: Place): string => {
  switch (where.type) {
    case 'here':
      return 'Auf diesem Computer und anderswo gesichert';
    case 'hereAlone':
      return 'Auf diesem Computer und auf keinem anderen, von dem man weiß. Geht er verloren, so auch die Datei';
    case 'onDemand':
      return 'Wird geladen, wenn Sie es öffnen';
    case 'sending':
      return 'Nur auf diesem Computer, bis der Server es bestätigt';
    case 'fetching':
      return 'Wird geladen';
    case 'waiting':
      return 'Nur auf diesem Computer; wird gesendet, sobald der Server erreichbar ist';
    case 'problem':
      return displayName(inGerman(where.words) ?? 'Mit dieser Datei stimmt etwas nicht. Siehe „Sicherheit“.');
  }
};

export const de: Words = {
  language: 'de',
  locale,
  app: 'Valise',

  size: (bytes: number) => size(bytes, locale),
  count: n,
  duration,
  fullDate,
  people: (value: number) => plural(value, 'Person', 'Personen'),
  files: (value: number) => (value === 0 ? 'keine Dateien' : plural(value, 'Datei', 'Dateien')),
  changed: (moment: number): string => {
    const day = dayOf(moment, clock.now());
    if (day.kind === 'today') return `Heute, ${clockTime(day.date)}`;
    if (day.kind === 'yesterday') return 'Gestern';
    return day.kind === 'thisYear' ? dayAndMonth(day.date) : calendarDay(day.date);
  },
  day: (moment: number) => calendarDay(new Date(moment)),
  firstName,

  common: {
    cancel: 'Abbrechen',
    close: 'Schließen',
    back: 'Zurück',
    next: 'Weiter',
    done: 'Fertig',
    copy: 'Kopieren',
    copied: 'Kopiert',
    details: 'Details',
    retry: 'Noch einmal versuchen',
    more: 'Mehr',
    you: 'Sie',
    loading: 'Einen Moment…',
    optional: 'freiwillig',
  },

  theme: { title: 'Darstellung', system: 'Wie das System', light: 'Hell', dark: 'Dunkel' },

  welcome: {
    title: 'Willkommen bei Valise',
    sentence:
      'Teilen Sie Dateien in Ihrem Team. Nur Sie und Ihr Team können sie öffnen; nicht einmal, wer den Server betreibt.',
    start: 'Arbeitsbereich anlegen',
    startHint: 'Für Ihr Team, Ihr Büro, Ihre Firma',
    join: 'Ich habe eine Einladung',
    joinHint: 'Jemand aus Ihrem Team hat Ihnen einen Link geschickt',
    pair: 'Ich verwende Valise auf einem anderen Computer',
    pairHint: 'Er zeigt Ihnen einen Code für diesen hier',
    lost: 'Ich habe meine anderen Computer verloren',
    lostHint: 'Ihre Notfallbögen, oder ein Bogen und Ihre Verwaltung, öffnen Ihr Konto hier',
  },

  steps: {
    of: (step: number, all: number) => `Schritt ${step} von ${all}`,
    you: 'Sie',
    where: 'Ort',
    folder: 'Erster Ordner',
    invitation: 'Einladung',
  },

  you: {
    title: 'Wer sind Sie?',
    joinTitle: 'Und wer sind Sie?',
    sentence: 'Die anderen sehen diesen Namen neben allem, was Sie teilen.',
    name: 'Ihr Name',
    nameHint: 'Wie man Sie kennt, zum Beispiel Ada Novak',
    nameMissing: 'Bitte geben Sie Ihren Namen ein.',
    password: 'Wählen Sie ein Passwort für diesen Computer',
    passwordHint: 'Vier oder fünf Wörter, die niemand errät, sind besser als eines mit vielen Zeichen.',
    passwordMissing: 'Bitte wählen Sie ein Passwort.',
    passwordShort: (least: number) => `Bitte verwenden Sie mindestens ${least} Zeichen.`,
    passwordWeak: 'Dieses ist zu schnell erraten. Fügen Sie ein, zwei Wörter hinzu.',
    final:
      'Niemand kann es für Sie zurücksetzen; der Notfallbogen kann es. Sie drucken ihn nach Ihrem ersten Ordner.',
  },

  password: {
    show: 'Passwort anzeigen',
    hide: 'Passwort verbergen',
    capsLock: 'Die Feststelltaste ist an.',
    strength: 'Wie lange dieses Passwort hält',
    measuring: 'Es wird geprüft, wie lange es hält…',
    holds: (seconds: number, level: number): string => {
      if (seconds < 60) return 'Sofort erraten.';
      const centuries = seconds > 100 * 31_557_600;
      const time = centuries ? 'länger als ein Menschenleben' : `etwa ${duration(seconds)}`;
      return level < 2
        ? `Wer den Datenträger dieses Computers hat, braucht dafür ${time}.`
        : `Es zu erraten dauert ${time}, selbst mit dem Datenträger dieses Computers.`;
    },
  },

  where: {
    title: 'Wo soll Ihr Arbeitsbereich liegen?',
    sentence:
      'An diesem Ort werden Änderungen zwischen Ihren Computern weitergegeben. Lesen kann er sie nicht.',
    workspace: 'Name des Arbeitsbereichs',
    workspaceHint: 'Ihre Firma oder Ihr Team, zum Beispiel Acme Legal',
    workspaceMissing: 'Bitte geben Sie dem Arbeitsbereich einen Namen.',
    here: 'Auf diesem Computer',
    hereHint:
      'Sofort bereit. Erreichbar, solange dieser Computer an ist. Sie können später auf einen Server umziehen.',
    server: 'Auf unserem Server',
    serverHint: 'Immer erreichbar. Jemand in Ihrem Büro hat ihn eingerichtet und nennt Ihnen die Adresse.',
    address: 'Adresse des Servers',
    addressHint: 'Zum Beispiel https://valise.example.com:8443',
    addressMissing: 'Bitte geben Sie die Adresse des Servers ein.',
    unreachable: 'Unter dieser Adresse antwortet kein Server.',
    unreachableDo:
      'Es wurde noch nichts angelegt. Prüfen Sie Adresse und Netzwerk und versuchen Sie es noch einmal.',
    making: 'Ihre Schlüssel werden erstellt…',
  },

  firstFolder: {
    title: 'Ihr erster Ordner',
    sentence: 'Geteilt werden Ordner: Wer dazugehört, sieht alles darin, und sonst niemand.',
    name: 'Name des Ordners',
    nameHint: 'Zum Beispiel Vorstandsunterlagen oder der Name eines Mandanten',
    make: 'Ordner anlegen',
    skip: 'Später',
  },

  joining: {
    title: 'Ihre Einladung',
    sentence: 'Fügen Sie den Link ein, den Sie erhalten haben. Er beginnt mit valise://',
    link: 'Einladungslink',
    linkMissing: 'Bitte fügen Sie den Einladungslink ein.',
    looking: 'Die Einladung wird gelesen…',
    invites: (inviter: string) => `${displayName(inviter)} lädt Sie ein`,
    toFolder: (folder: string, workspace: string) =>
      `in den Ordner ${quoted(folder)} von ${displayName(workspace)}`,
    toWorkspace: (workspace: string) => `zu ${displayName(workspace)}`,
    server: 'Server',
    until: 'Gültig bis',
    expired: 'Diese Einladung ist abgelaufen. Bitten Sie um eine neue.',
    fingerprint: 'Fingerabdruck des Arbeitsbereichs',
    fingerprintHint: 'Um sicherzugehen, lassen Sie sich den anderen vorlesen: beide müssen gleich sein.',
    other: 'Anderen Link verwenden',
    already: (workspace: string) =>
      `Valise gehört auf diesem Computer schon zu ${displayName(workspace)}. Bitten Sie stattdessen darum, dem Ordner hinzugefügt zu werden.`,
    join: 'Beitreten',
    joining: 'Ihre Schlüssel werden erstellt…',
  },

  joinAccount: {
    title: 'Diesen Computer hinzufügen',
    sentence:
      'Öffnen Sie auf dem Computer, auf dem Sie Valise verwenden, die Seite „Sicherheit“, wählen Sie „Computer hinzufügen…“ und übernehmen Sie den Code von dort.',
    code: 'Code',
    codeHint: 'Sieben Vierergruppen oder der ganze Link. Leerzeichen und Kleinbuchstaben sind egal.',
    codeMissing: 'Bitte geben Sie den Code ein, den Ihr anderer Computer zeigt.',
    address: 'Adresse',
    addressHint: 'Sie steht unter dem Code.',
    addressMissing: 'Bitte geben Sie die Adresse ein. Sie steht unter dem Code.',
    name: 'Name dieses Computers',
    nameHint: 'Damit Sie ihn unter Ihren anderen erkennen.',
    password:
      'Ein Passwort gehört zu einem Computer: Dieser darf ein anderes haben als der, den Sie schon verwenden.',
    go: 'Diesen Computer hinzufügen',
    lost: 'Ich habe meine anderen Computer verloren',
    waitingTitle: 'Warten auf Ihren anderen Computer…',
    waiting: 'Das dauert bis zu einer Minute. Lassen Sie Valise dort geöffnet und entsperrt.',
    already: (workspace: string) =>
      `Valise gehört auf diesem Computer schon zu ${displayName(workspace)}. Der Code ist für einen Computer ohne Valise.`,
  },

  lostComputers: {
    title: 'Ihr Konto auf diesem Computer öffnen',
    sentence: 'Was Sie dafür verwenden, wird verbraucht; Sie erhalten einen neuen Bogen.',
    which: 'Was haben Sie?',
    both: 'Ich habe beide Bögen',
    bothHint: 'Zusammen öffnen sie Ihr Konto sofort.',
    one: 'Ich habe einen Bogen: meine Verwaltung fragen',
    oneHint: 'Sie hilft aus der Ferne. Das kann einen Tag oder länger dauern.',
    code: 'Code des einen Bogens',
    address: 'Adresse',
    addressHint: 'Sie steht auf den Bögen.',
    addressMissing: 'Bitte geben Sie die Adresse ein. Sie steht auf den Bögen.',
    addressHintOne: 'Sie steht auf dem Bogen.',
    addressMissingOne: 'Bitte geben Sie die Adresse ein. Sie steht auf dem Bogen.',
    alone: 'Meine anderen Computer aus dem Konto entfernen',
    aloneHint: 'Lassen Sie das an, wenn sie verloren oder gestohlen sind: Sie werden sofort abgewiesen.',
    go: 'Mein Konto öffnen',
    waitingTitle: 'Ihr Konto wird geöffnet…',
    waiting: 'Ihre Schlüssel und Ihre Bögen werden neu erstellt. Das dauert einige Sekunden.',
    unknownOne: {
      happened: 'Unter dieser Adresse gehört kein Konto zu diesem Bogen.',
      safe: 'Es wurde nichts geändert.',
      todo: 'Vergleichen Sie die Adresse mit der auf dem Bogen. Ein verbrauchter oder älterer Bogen öffnet nichts mehr.',
    },
    unknown: {
      happened: 'Unter dieser Adresse gehört kein Konto zu diesen Bögen.',
      safe: 'Es wurde nichts geändert.',
      todo: 'Vergleichen Sie die Adresse mit der auf den Bögen. Verbrauchte oder ältere Bögen öffnen nichts mehr.',
    },
    unreachable: {
      happened: 'Unter dieser Adresse antwortet kein Server.',
      safe: 'Es wurde nichts geändert, und Ihre Bögen gelten weiterhin.',
      todo: 'Prüfen Sie Adresse und Netzwerk und versuchen Sie es noch einmal.',
    },
  },

  waiting: {
    title: (inviter: string) => `Der Computer von ${firstName(inviter)} muss Sie noch einlassen`,
    titleAnybody: 'Sie müssen noch eingelassen werden',
    reached: 'Der Server ist erreicht. Sie müssen nichts weiter tun.',
    unreached: 'Der Server ist zurzeit nicht erreichbar. Valise versucht es von selbst wieder.',
    reaching: 'Der Server wird gesucht…',
    sentence: (inviter: string) =>
      `Das geschieht von selbst, sobald ${displayName(inviter)} oder jemand anderes aus der Leitung Valise geöffnet und entsperrt hat.`,
    folder: 'Ordner',
    workspace: 'Arbeitsbereich',
    close: 'Sie können dieses Fenster schließen. Eingelassen werden Sie trotzdem.',
  },

  unlock: {
    title: 'Willkommen zurück',
    titleName: (name: string) => `Willkommen zurück, ${firstName(name)}`,
    password: 'Passwort',
    unlock: 'Entsperren',
    unlocking: 'Wird entsperrt…',
    wrong:
      'Dieses Passwort öffnet Valise auf diesem Computer nicht. Prüfen Sie Feststelltaste und Tastatursprache.',
    forgotten: 'Vergessen?',
    wrongPin: 'Das ist nicht die PIN des Tokens.',
    insert: (name: string | null) =>
      name === null
        ? 'Stecken Sie das Token ein, das Valise hier öffnet.'
        : `Stecken Sie das Token ${quoted(name)} ein.`,
    withToken: 'Stattdessen das Token verwenden',
    withPassword: 'Stattdessen das Passwort verwenden',
    lost: 'Token verloren oder PIN vergessen?',
    waits: (changes: number, files: number) =>
      changes > 0
        ? `${plural(changes, 'Änderung wartet', 'Änderungen warten')} hier, bis Sie entsperren, und ${changes === 1 ? 'wird' : 'werden'} dann gesendet.`
        : `${plural(files, 'Datei ist', 'Dateien sind')} nur auf diesem Computer. Das Senden geht nach dem Entsperren weiter.`,
  },

  recover: {
    title: 'Notfallbogen verwenden',
    sentence:
      'Geben Sie den Code eines Bogens ein. Der Schlüsselbund dieses Computers steuert seinen Teil von selbst bei; wo er das nicht kann, hilft der andere Bogen oder Ihre Verwaltung.',
    code: 'Code des Bogens',
    codeHint: '21 Vierergruppen. Leerzeichen und Kleinbuchstaben sind egal.',
    codeMissing: 'Bitte geben Sie den Code eines Bogens ein. Er beginnt mit VAL1.',
    other: 'Code des anderen Bogens',
    otherMissing: 'Bitte geben Sie auch den Code des anderen Bogens ein.',
    withoutKeyring: 'Ich habe beide Bögen',
    ask: 'Stattdessen meine Verwaltung fragen',
    password: 'Wählen Sie ein neues Passwort für diesen Computer',
    open: 'Valise öffnen',
    opening: 'Wird geöffnet…',
  },

  kits: {
    title: 'Notfallbogen drucken',
    newTitle: 'Ihr Notfallbogen',
    sentence:
      'Wenn Sie das Passwort vergessen, kann Ihnen niemand ein neues nennen. Ihr Bogen lässt Sie hinein: ein Code auf Papier, zusammen mit dem Schlüsselbund dieses Computers, einem zweiten Bogen oder der Hilfe Ihres Arbeitsbereichs.',
    again: 'Ein Bogen, den Sie jetzt haben, gilt nicht mehr, sobald ein neuer erstellt ist.',
    because: kitsBecause,
    password: 'Ihr Passwort',
    passwordHint: 'Damit niemand sonst einen erstellt, während Sie weg sind.',
    make: 'Jetzt erstellen',
    making: 'Wird erstellt…',
    kit: (kit: KitName) => `Bogen ${kit.toUpperCase()}`,
    other: (kit: KitName) => `Bogen ${kit === 'a' ? 'B' : 'A'}`,
    step: (at: number, of: number) => `${n(at)} von ${n(of)}`,
    set: (set: string) => `Satz ${set}`,
    code: (kit: KitName) => `Code von Bogen ${kit.toUpperCase()}`,
    qr: (kit: KitName) => `QR-Code von Bogen ${kit.toUpperCase()}`,
    keep: (kit: KitName, kits: number): string => {
      if (kits === 1)
        return 'Bewahren Sie ihn dort auf, wo Ihr Reisepass liegt, und nicht auf diesem Computer.';
      return kit === 'a'
        ? 'Bewahren Sie ihn dort auf, wo Ihr Reisepass liegt: nicht auf diesem Computer und nicht zusammen mit Bogen B.'
        : 'Bewahren Sie ihn an einem anderen Ort auf als Bogen A, oder bei jemandem, dem Sie vertrauen.';
    },
    danger: (kits: number) =>
      kits > 1
        ? 'Wer zwei der drei hat, kann Ihre Dateien lesen. Eines allein öffnet nichts.'
        : 'Er öffnet Valise zusammen mit dem Schlüsselbund dieses Computers oder mit Hilfe Ihrer Verwaltung. Allein öffnet er nichts.',
    save: 'Drucken oder speichern…',
    saved:
      'Gespeichert. Drucken Sie die Datei und löschen Sie sie dann: Auf diesem Computer gilt sie nicht als aufbewahrt.',
    next: 'Ich habe ihn auf Papier',
    askTitle: 'Bitte nehmen Sie das Papier zur Hand',
    ask: 'Damit feststeht, dass Sie ihn aufbewahren, geben Sie zwei seiner Gruppen ein.',
    group: (group: number) => `Gruppe ${n(group)}`,
    groupsMissing: 'Bitte geben Sie beide Gruppen ein.',
    confirm: 'Prüfen',
    showAgain: 'Code noch einmal zeigen',
    kept: (kit: KitName) => `Bogen ${kit.toUpperCase()} ist nachweislich aufbewahrt.`,
    later: 'Später',
    keyring: keyringTold,
  },

  checkKit: {
    title: 'Gilt mein Bogen noch?',
    text: 'Geben Sie seinen Code ein. Dadurch wird nichts verbraucht.',
    code: 'Code des Bogens',
    check: 'Prüfen',
    good: (kit: KitName, set: string) =>
      `Bogen ${kit.toUpperCase()} aus Satz ${set} gilt. Er öffnet Valise zusammen mit einem weiteren Ihrer Wege zurück.`,
  },

  rehearse: {
    title: 'Wiederherstellung proben',
    text: 'Valise durchläuft eine ganze Wiederherstellung in einer Kopie, als wäre das Passwort vergessen. Es wird nichts verbraucht und nichts geändert.',
    keyring: 'Der Schlüsselbund dieses Computers steuert seinen Teil von selbst bei.',
    go: 'Proben',
    going: 'Probe läuft…',
    progress: 'Die Probe läuft in einer Kopie. Das dauert einige Sekunden.',
    done: (folders: number, files: number) =>
      `Es klappt: ${plural(folders, 'Ordner', 'Ordner')} und ${plural(files, 'Datei', 'Dateien')} ließen sich in einer Kopie öffnen. Es wurde nichts geändert.`,
    noKeyring: {
      happened: 'Der Schlüsselbund dieses Computers gibt seinen Teil nicht.',
      safe: 'Ihr Bogen stimmt, und es wurde nichts geändert.',
      todo: 'Ihr Bogen und die Hilfe Ihrer Verwaltung ließen Sie hinein. Erstellen Sie einen neuen Bogen, dann erhält der Schlüsselbund wieder seinen Teil.',
    },
  },

  /** Hilfe aus dem Arbeitsbereich, wie die Verwaltung sie sieht. */
  helpers: {
    title: 'Wer bei einem vergessenen Passwort helfen kann',
    none: 'Wenn jemand das Passwort vergisst, können Personen aus der Verwaltung, die Sie auswählen, wieder hineinhelfen. Das geht nur zusammen mit dem Bogen oder dem Computer der Person selbst: Allein öffnen die Helfenden nichts.',
    choose: 'Auswählen, wer helfen kann…',
    one: 'Kann anderen wieder hineinhelfen, zusammen mit deren eigenem Bogen oder Computer.',
    two: 'Beide sind nötig, um jemandem wieder hineinzuhelfen, zusammen mit dessen eigenem Bogen oder Computer.',
    list: 'Wer helfen kann',
    you: (name: string) => `${displayName(name)} (Sie)`,
    elsewhere: 'ein anderswo aufbewahrter Schlüssel',
    delay: (hours: number) =>
      hours === 0
        ? 'Die Hilfe wirkt, sobald sie genehmigt ist.'
        : `Die Hilfe wirkt ${hoursOf(hours)} nach der Genehmigung. Bis dahin kann die Person selbst ablehnen.`,
    gone: 'kann nicht mehr helfen',
    goneText: (names: string[]) =>
      names.length === 1
        ? `${namesOf(names)} gehört nicht mehr zur Verwaltung; deshalb kann niemandem geholfen werden. Wählen Sie neu.`
        : `${namesOf(names)} gehören nicht mehr zur Verwaltung; deshalb kann niemandem geholfen werden. Wählen Sie neu.`,
    goneOther:
      'Jemand, der nötig ist, gehört nicht mehr zur Verwaltung; zurzeit kann niemandem geholfen werden. Sagen Sie der Verwaltung Bescheid.',
    toCome: (names: string[]) =>
      `Es ${names.length === 1 ? 'fehlt' : 'fehlen'} noch ${plural(names.length, 'Person', 'Personen')}: ${namesOf(names)}. Geholfen werden kann erst nach einem neuen Bogen.`,
    allReady: 'Alle, denen geholfen werden kann, sind vorbereitet.',
    change: 'Ändern…',
    end: 'Beenden…',

    dialogTitle: 'Wer kann helfen?',
    dialogText:
      'Wählen Sie Personen aus der Verwaltung oder einen Schlüssel, den die Verwaltung benutzen darf. In die Verwaltung nehmen Sie jemanden im Menü neben dem Namen auf.',
    how: 'Wie viele nötig sind',
    oneOfficer: 'Eine Person',
    oneHint: 'Schnell; Sie vertrauen darauf, dass eine Person sich nichts einreden lässt.',
    twoOfficers: 'Zwei Personen, beide nötig',
    twoHint: 'Keine lässt sich allein etwas einreden.',
    twoMissing: 'Zur Verwaltung gehört bisher eine Person. Nehmen Sie zuerst eine zweite auf.',
    kept: 'Ein anderswo aufbewahrter Schlüssel',
    keptHint:
      'Auf einem Token, in Vault oder bei Google. Wer aus der Verwaltung ihn benutzen darf, kann helfen.',
    keptFinal:
      'Geht dieser Schlüssel verloren, kann niemandem mehr geholfen werden. Notfallbögen gelten weiterhin.',
    also: 'Auch eine Person ist nötig',
    alsoHint: 'Dann genügt der Schlüssel allein nicht.',
    officer: 'Person',
    first: 'Erste Person',
    second: 'Zweite Person',
    wait: 'Wartezeit',
    waits: (hours: number): string => {
      if (hours === 0) return 'Keine';
      const said = hoursOf(hours);
      return said.charAt(0).toUpperCase() + said.slice(1);
    },
    waitHint:
      'Zeit, in der die Person an einem anderen Computer ablehnen kann, falls jemand in ihrem Namen anfragt.',
    needed:
      'Wer zum Helfen nötig ist, behält zwei Bögen, denn ihm kann so nicht geholfen werden. Das gilt auch für die einzige Person in der Verwaltung.',
    anew: 'Alle, denen sie hilft, werden gebeten, einen neuen Bogen zu erstellen.',
    save: 'Speichern',
    saving: 'Wird gespeichert…',
    saved: (names: string[], kept: boolean): string => {
      const can = names.length === 1 ? 'kann' : 'können';
      if (!kept) return `${namesOf(names)} ${can} ab jetzt helfen.`;
      return names.length === 0
        ? 'Wer aus der Verwaltung den Schlüssel benutzen darf, kann ab jetzt helfen.'
        : `${namesOf(names)} ${can} ab jetzt helfen, zusammen mit dem Schlüssel.`;
    },

    menu: 'Mehr dazu, wer helfen kann',
    rewrap: 'Neueste Version des Schlüssels verwenden…',
    rewrapTitle: 'Neueste Version des Schlüssels verwenden?',
    rewrapText:
      'Tun Sie das, nachdem der Schlüssel an seinem Aufbewahrungsort gewechselt wurde. Was er schützt, wird auf diesem Computer einmal geöffnet und mit der neuesten Version wieder verschlossen. Notfallbögen gelten weiterhin.',
    rewrapDo: 'Neueste verwenden',
    rewrapping: 'Wird gewechselt…',
    rewrapped: 'Jetzt wird die neueste Version des Schlüssels verwendet.',

    endTitle: 'Hilfe beenden?',
    endPoints: [
      'Niemand kann mehr bei einem vergessenen Passwort helfen.',
      'Wer einen Bogen hat, wird gebeten, neue zu erstellen, und hat dann zwei.',
    ],
    endDo: 'Hilfe beenden',
    ending: 'Wird beendet…',
    ended: 'Bei einem vergessenen Passwort hilft niemand mehr.',
  },

  /** Schlüssel, die anderswo aufbewahrt werden: auf einem Token, bei einem Dienst. */
  keeper: {
    place: 'Adresse des Schlüssels',
    placeMissing: 'Bitte geben Sie die Adresse des Schlüssels ein.',
    tokenPlace: 'Adresse des Tokens',
    tokenPlaceMissing: 'Bitte geben Sie die Adresse des Tokens ein.',
    forms: 'Wie eine Adresse aussieht',
    form: (kind: KeeperKind) => KEEPER[kind].form,
    example: (kind: KeeperKind) => KEEPER[kind].example,
    secret: (kind: KeeperKind | null) => (kind === null ? 'PIN oder Zugangstoken' : KEEPER[kind].secret),
    secretHint: (kind: KeeperKind | null) =>
      kind === null ? 'Lassen Sie das Feld leer, wenn dieser Computer keines braucht.' : KEEPER[kind].hint,
    pinMissing: 'Bitte geben Sie die PIN des Tokens ein.',
    make: 'Schlüssel dort erstellen',
    making: 'Wird erstellt…',
    makeHint: 'Einmal, wenn es noch keinen Schlüssel gibt. Er verlässt diesen Ort nie.',
    made: 'Der Schlüssel ist jetzt dort.',
    googleMakes: 'Bei Google erstellt den Schlüssel, wer dort für das Projekt zuständig ist.',
    needed: (name: string) => `Dafür nötig: ${displayName(name)}`,
    another: 'Dieser Computer hat ihn noch nie benutzt',
    anotherHint:
      'Geben Sie einmal an, wo der Schlüssel liegt. Jede Person aus der Verwaltung tut das an ihrem eigenen Computer.',
  },

  /** Jemand bittet um Hilfe, wie die Verwaltung es sieht. */
  requests: {
    asks: 'möchte das eigene Konto wiederherstellen',
    compare:
      'Rufen Sie die Person unter einer Nummer an, die Sie kennen. Lassen Sie sich diese Zeichen vorlesen. Genehmigen Sie nur, wenn sie gleich sind.',
    fingerprint: 'Fingerabdruck des neuen Computers',
    spelled: (fingerprint: string) =>
      `Fingerabdruck: ${fingerprint
        .split(' ')
        .map((group) => [...group].join(' '))
        .join(', ')}`,
    says: (reason: string) => `Dazu heißt es: ${quoted(reason)}`,
    at: (at: number) => `Angefragt ${moment(at)}`,
    approve: 'Genehmigen…',
    approveNamed: (name: string) => `Wiederherstellung von ${displayName(name)} genehmigen`,
    refuse: 'Ablehnen',
    refuseNamed: (name: string) => `Wiederherstellung von ${displayName(name)} ablehnen`,
    refused: (name: string) => `Sie haben abgelehnt. ${displayName(name)} wird nicht geholfen.`,
    approvedBy: (names: string[]) => `Genehmigt von ${namesOf(names)}.`,
    alsoNeeds: (names: string[]) => `Noch nötig: ${namesOf(names)}.`,
    needs: (names: string[]) => `Genehmigen ${names.length === 1 ? 'kann' : 'können'} nur ${namesOf(names)}.`,
    waits: (names: string[], until: number) =>
      `Genehmigt von ${namesOf(names)}; wird ${moment(until)} freigegeben, wenn niemand ablehnt.`,
    due: (names: string[]) =>
      `Genehmigt von ${namesOf(names)}; wird freigegeben, sobald Valise auf dem Computer geöffnet und entsperrt ist, auf dem genehmigt wurde.`,
    released: 'Freigegeben: Am neuen Computer kann es weitergehen.',
    dialogTitle: (name: string) => `Wiederherstellung von ${displayName(name)} genehmigen?`,
    dialogText: (name: string) =>
      `Mit Ihrer Hilfe und dem eigenen Bogen oder Computer wird, wer den neuen Computer hat, zu ${displayName(name)}.`,
    compared: 'Ich habe angerufen, und die Zeichen sind gleich',
    comparedHint: (name: string) =>
      `Unter einer Nummer, die ich schon kannte, und ${displayName(name)} war am Apparat.`,
    comparedMissing: 'Rufen Sie zuerst an und vergleichen Sie die Zeichen. Setzen Sie dann das Häkchen.',
    do: 'Genehmigen',
    doing: 'Wird genehmigt…',
    done: (name: string) => `Sie haben die Wiederherstellung von ${displayName(name)} genehmigt.`,
  },

  /** Jemand fragt in diesem Namen an, oder es ist die Person selbst an einem neuen Computer. */
  claims: {
    title: 'Jemand möchte Ihr Konto wiederherstellen',
    text: (fingerprint: string) =>
      `Auf einem neuen Computer (Fingerabdruck ${fingerprint}). Wenn Sie das nicht sind, lehnen Sie ab.`,
    approved: (names: string[], until: number | null) => {
      const said = `${namesOf(names)} ${names.length === 1 ? 'hat' : 'haben'} zugestimmt`;
      return until === null
        ? `${said}.`
        : `${said}; die Hilfe wirkt ${moment(until)}, wenn Sie nicht ablehnen.`;
    },
    released:
      'Ihre Verwaltung hat ihre Hilfe freigegeben. Wenn Sie das nicht sind, lehnen Sie ab und rufen Sie dort sofort an.',
    me: 'Ich bin es',
    meNamed: (fingerprint: string) => `Ich bin es, am Computer ${fingerprint}`,
    notMe: 'Ich bin es nicht: ablehnen',
    notMeNamed: (fingerprint: string) => `Ich bin es nicht: ablehnen, am Computer ${fingerprint}`,
    refused:
      'Sie haben abgelehnt. Mit dieser Anfrage kommt niemand in Ihr Konto. Sagen Sie Ihrer Verwaltung Bescheid.',
    card: 'Ihr Konto wird angefragt',
    cardText: 'Ein neuer Computer fragt Ihr Konto an, mit Hilfe Ihrer Verwaltung.',
  },

  /** Das Formular, mit dem die Verwaltung gefragt wird. */
  askOfficers: {
    title: 'Ihre Verwaltung fragen',
    sentence: 'Sie hilft Ihnen hinein, zusammen mit Ihrem Bogen oder dem Schlüsselbund dieses Computers.',
    code: 'Code Ihres Bogens, wenn Sie ihn zur Hand haben',
    codeHint: 'Sonst steuert der Schlüsselbund dieses Computers seinen Teil von selbst bei.',
    password: 'Wählen Sie ein neues Passwort für diesen Computer',
    passwordHint: 'Vier oder fünf Wörter. Sie geben es noch einmal ein, wenn Ihre Verwaltung geholfen hat.',
    reason: 'Was Ihre Verwaltung wissen soll',
    reasonHint: 'Eine Zeile, damit klar ist, warum. Sie steht neben Ihrem Namen.',
    go: 'Meine Verwaltung fragen',
    going: 'Wird gefragt…',
    waitingTitle: 'Ihre Verwaltung wird gefragt…',
    waiting:
      'Valise erstellt Schlüssel für diesen Computer und sendet Ihre Anfrage. Das dauert einige Sekunden.',
    keyring: {
      happened: 'Der Schlüsselbund dieses Computers gibt seinen Teil nicht.',
      safe: 'Es wurde nichts geändert.',
      todo: 'Geben Sie den Code Ihres Bogens ein und fragen Sie noch einmal.',
    },
    unreachable: {
      happened: 'Der Server ist nicht erreichbar.',
      safe: 'Es wurde noch niemand gefragt und nichts geändert.',
      todo: 'Prüfen Sie das Netzwerk und versuchen Sie es noch einmal.',
    },
  },

  /** Solange auf die Verwaltung gewartet wird. */
  asked: {
    title: (stage: AskedStage) => ASKED_STAGE[stage],
    at: (at: number) => `Sie haben ${moment(at)} um Hilfe gebeten.`,
    call: (needed: number) =>
      needed > 1
        ? `Es sind ${n(needed)} Personen aus der Verwaltung nötig. Rufen Sie jede an und lesen Sie dies vor`
        : 'Rufen Sie jemanden aus Ihrer Verwaltung an und lesen Sie dies vor',
    callHint:
      'Es wird mit dem verglichen, was dort zu sehen ist. Sie können Valise solange schließen: Es geht nichts verloren.',
    approvedHint: 'Sie müssen nichts weiter tun, bis es so weit ist. Sie können Valise solange schließen.',
    steps: 'Wie es steht',
    stepAsked: 'Angefragt',
    stepApproved: (approved: number, needed: number) =>
      needed > 1 ? `Genehmigt von ${n(approved)} von ${n(needed)}` : 'Genehmigt',
    stepApproving: (approved: number, needed: number) =>
      needed > 1
        ? `Bisher genehmigt von ${n(approved)} von ${n(needed)}`
        : 'Von der Verwaltung zu genehmigen',
    stepWait: 'Von Ihrer Verwaltung freigegeben',
    stepWaiting: (until: number) => `Wartet bis ${moment(until).replace(/^am /, '')}`,
    stepDue: 'Wartet, bis Ihre Verwaltung Valise geöffnet und entsperrt hat',
    stepReady: 'Kann geöffnet werden',
    state: { done: 'erledigt', now: 'jetzt', later: 'steht noch aus' },
    ready: 'Geben Sie das neue Passwort ein, das Sie bei der Anfrage gewählt haben.',
    password: 'Das neue Passwort, das Sie gewählt haben',
    passwordWrong: 'Das ist nicht das Passwort, das Sie bei der Anfrage gewählt haben.',
    open: 'Valise öffnen',
    opening: 'Wird geöffnet…',
    refused:
      'Jemand aus Ihrer Verwaltung oder an einem anderen Ihrer Computer hat die Anfrage abgelehnt. Es wurde nichts geändert.',
    refusedDo:
      'Sprechen Sie mit Ihrer Verwaltung, unter einer Nummer, die Sie kennen. Fragen Sie dann noch einmal an.',
    gone: 'Ihr Konto wurde inzwischen geändert, oder es ist zu viel Zeit vergangen. Hier wurde nichts geändert.',
    goneDo: 'Fragen Sie noch einmal an, mit Ihrem neuesten Bogen.',
    unreachable:
      'Der Server ist zurzeit nicht erreichbar. Ihre Anfrage bleibt; Valise versucht es von selbst wieder.',
    again: 'Noch einmal anfragen',
    remember: 'Mein altes Passwort ist mir eingefallen',
    rememberToken: 'Ich kann mein Token wieder benutzen',
    back: 'Ansehen, wie es um Ihre Anfrage steht',
    waits: 'Ihre Verwaltung ist um Hilfe gebeten. Wenn Sie jetzt entsperren, verfällt das.',
    giveUp: 'Anfrage zurückziehen…',
    giveUpTitle: 'Ihre Anfrage zurückziehen?',
    giveUpText:
      'Was die Verwaltung dafür getan hat, geht verloren. Sie können jederzeit neu anfragen; dann beginnt alles von vorn.',
    giveUpDo: 'Zurückziehen',
  },

  places: {
    label: 'Orte',
    mine: 'Meine Dateien',
    recent: 'Zuletzt geändert',
    trash: 'Papierkorb',
    shared: 'Geteilte Ordner',
    newFolder: 'Neuer Ordner',
    workspace: 'Arbeitsbereich',
    people: 'Personen',
    security: 'Sicherheit',
    unread: (value: number) => plural(value, 'neue Datei', 'neue Dateien'),
    requests: (value: number) => plural(value, 'Bitte um Hilfe', 'Bitten um Hilfe'),
    claims: 'Jemand fragt Ihr Konto an',
    stopped: 'angehalten',
    account: 'Konto und Darstellung',
    folderMenu: (name: string) => `Aktionen für ${displayName(name)}`,
    keys: 'Tastatur',
    noShared: 'Noch keine',
  },

  reminder: {
    alarm: 'Bitte sehen Sie sich das an',
    alarmText: 'Es ist etwas geschehen, das Sie wissen sollten.',
    alarmDo: 'Sicherheit öffnen',
    kit: 'Drucken Sie Ihren Notfallbogen',
    kitText: 'Bis Sie ihn auf Papier haben, ist ein vergessenes Passwort endgültig. Es dauert zwei Minuten.',
    kitTextToken: 'Bis Sie ihn auf Papier haben, ist ein verlorenes Token endgültig. Es dauert zwei Minuten.',
    kitDo: 'Drucken',
    unproven: 'Ist Ihr Bogen auf Papier?',
    unprovenText:
      'Ob der gedruckte Bogen aufbewahrt ist, steht noch nicht fest. Zwei Gruppen vom Papier weisen es nach.',
    unprovenDo: 'Sicherheit öffnen',
    outdated: 'Ihr Bogen ist veraltet',
    outdatedText: 'Wer Ihnen helfen kann, hat sich geändert. Erstellen Sie einen neuen Bogen.',
    alone: 'Hier sind nur Sie',
    aloneText:
      'Dieser Arbeitsbereich liegt allein auf diesem Computer. Bringen Sie ihn auf einen Server, um ihn zu teilen.',
    aloneDo: 'Server verbinden',
    invite: 'Holen Sie jemanden dazu',
    inviteText: 'Ein Ordner ist zum Teilen da. Eine Einladung anzunehmen dauert drei Minuten.',
    inviteDo: 'Jemanden einladen',
  },

  header: {
    summary: (people: number, files: number) =>
      `${people < 2 ? 'Nur Sie' : plural(people, 'Person', 'Personen')}, ${filesOrNone(files)}`,
    mineSummary: (files: number) => `Nur Sie, ${filesOrNone(files)}`,
    search: 'Suchen',
    searchIn: (name: string) => `In ${displayName(name)} suchen`,
    clearSearch: 'Suche löschen',
    share: 'Teilen',
    invite: 'Einladen oder Rollen ändern…',
    members: 'Personen…',
    add: 'Hinzufügen',
    more: 'Mehr zu diesem Ordner',
    addDirectory: 'Ganzen Ordner hinzufügen…',
    newSubfolder: 'Neuer Unterordner…',
    renameFolder: 'Ordner umbenennen…',
    folderKeys: 'Schlüssel…',
    leaveFolder: 'Verlassen…',
    showDetails: 'Details einblenden',
    hideDetails: 'Details ausblenden',
    path: 'Pfad',
    keyChange: 'Schlüsselwechsel steht aus',
    keyChangeHint:
      'Jemand ist gegangen oder hat einen Schlüssel gewechselt. Mit der nächsten Änderung, von Ihnen oder anderen, erhält der Ordner einen neuen Schlüssel.',
    stopped: 'Dieser Ordner ist angehalten',
    stoppedHint:
      'Etwas darin konnte nicht überprüft werden. Was Sie sehen, ist sicher; es wird nichts gesendet oder angenommen. Siehe „Sicherheit“.',
    viewer: 'Sie können hier Dateien öffnen. Hinzufügen und ändern dürfen nur „Leitung“ und „Bearbeiten“.',
  },

  list: {
    label: (name: string) => `Dateien in ${displayName(name)}`,
    name: 'Name',
    size: 'Größe',
    changed: 'Geändert',
    by: 'Von',
    where: 'Zustand',
    folder: 'Ordner',
    byMe: 'Ihnen',
    selected: (value: number) => `${n(value)} ausgewählt`,
    rename: 'Neuer Name',
    empty: 'Noch nichts hier',
    fresh: 'Neu',
    kept: 'Bleibt hier',
    keptLong: 'Immer auf diesem Computer',
    sortedBy: (column: string) => `Nach „${column}“ sortieren`,
  },

  kind: (kind: FileKind) => KIND[kind],
  kindOf: (kind: FileKind, extension: string) =>
    kind === 'directory' || kind === 'pdf' || extension === '' || extension.length > 5
      ? KIND[kind]
      : `${KIND[kind]} (${displayName(extension)})`,

  place,
  placeLong,

  empty: {
    folder: 'Dieser Ordner ist leer',
    folderText:
      'Ziehen Sie Dateien oder ganze Ordner hierher. Sie werden verschlüsselt, bevor sie diesen Computer verlassen.',
    viewerText: 'Wenn jemand etwas hinzufügt, sehen Sie es hier.',
    subfolder: 'Dieser Unterordner ist leer',
    mine: 'Ihre eigenen Dateien',
    mineText:
      'Was Sie hierher ziehen, wird verschlüsselt und ist nur für Sie da. Es gilt als sicher, sobald der Server es hat.',
    recent: 'Noch ist nichts geschehen',
    recentText: 'Hier stehen die Dateien, die Sie oder andere zuletzt geändert haben.',
    trash: 'Der Papierkorb ist leer',
    trashText: 'Was Sie löschen, bleibt hier liegen und kann zurückgelegt werden.',
    search: (text: string) => `Nichts heißt ${quoted(text)}`,
    searchText: 'Valise sucht in Namen, an jeder Stelle, ohne auf Groß- und Kleinschreibung zu achten.',
    searchAll: 'Überall suchen',
    dropHint: 'Ziehen Sie Dateien oder Ordner hierher.',
    dropHintMore: 'Sie werden verschlüsselt, bevor sie diesen Computer verlassen.',
    choose: 'Dateien auswählen…',
  },

  search: {
    results: (value: number) => (value === 0 ? 'Keine Treffer' : `${n(value)} Treffer`),
    here: (name: string) => `In ${displayName(name)}`,
    everywhere: 'Überall',
    scope: 'Wo gesucht wird',
    title: (text: string) => `Suche: ${displayName(text)}`,
  },

  drop: {
    here: (value: number, to: string) =>
      `${plural(value, 'Element', 'Elemente')} zu ${quoted(to)} hinzufügen`,
    release: 'Loslassen, um zu verschlüsseln und mit allen in diesem Ordner zu teilen.',
    releaseMine: 'Loslassen, um zu verschlüsseln und aufzubewahren. Nur Sie können es öffnen.',
    no: 'Hier lassen sich keine Dateien ablegen',
    noText: 'Öffnen Sie zuerst einen Ordner und legen Sie sie in dessen Liste ab.',
    viewer: 'In diesem Ordner können Sie nur lesen',
    viewerText: 'Bitten Sie die Leitung um die Rolle „Bearbeiten“.',
  },

  actions: {
    open: 'Öffnen',
    save: 'Speichern unter…',
    export: 'Mit Schlüssel exportieren…',
    sign: 'Signieren…',
    exportSigned: 'Mit Signaturen exportieren…',
    keep: 'Auf diesem Computer behalten',
    unkeep: 'Muss nicht auf diesem Computer bleiben',
    rename: 'Umbenennen',
    move: 'Verschieben…',
    trash: 'In den Papierkorb',
    restore: 'Zurücklegen',
    purge: 'Endgültig löschen…',
    emptyTrash: 'Papierkorb leeren…',
    details: 'Details',
    goTo: 'Im Ordner zeigen',
    copyLink: 'Link kopieren',
    copyName: 'Namen kopieren',
    newSubfolder: 'Neuer Unterordner…',
    addFiles: 'Dateien hinzufügen…',
    addDirectory: 'Ganzen Ordner hinzufügen…',
    selectAll: 'Alles auswählen',
    menu: 'Aktionen',
  },

  editing: {
    here: (names) => `geöffnet bei ${namesOf(names)}`,
    long: (names) =>
      `${namesOf(names)} ${names.length === 1 ? 'hat' : 'haben'} diese Datei geöffnet. Wenn Sie beide speichern, bleiben beide Fassungen erhalten.`,
  },

  did: {
    trashed: (names: string[]) => `${things(names)} in den Papierkorb gelegt.`,
    restored: (names: string[]) => `${things(names)} zurückgelegt.`,
    purged: (names: string[]) => `${things(names)} endgültig gelöscht.`,
    moved: (names: string[], to: string) => `${things(names)} nach ${quoted(to)} verschoben.`,
    renamed: (to: string) => `In ${quoted(to)} umbenannt.`,
    saved: (name: string) =>
      `${quoted(name)} gespeichert. Die Kopie liegt außerhalb von Valise und ist nicht verschlüsselt.`,
    exported: (name: string) =>
      `${quoted(name)} mit seinem Schlüssel exportiert. Bewahren Sie beides getrennt auf.`,
    exportedSigned: (name: string, leftOut: number): string => {
      const done = `${quoted(name)} mit Signaturen exportiert. Die Kopie liegt außerhalb von Valise und ist nicht verschlüsselt.`;
      if (leftOut === 0) return done;
      return `${done} ${plural(leftOut, 'Signatur wurde', 'Signaturen wurden')} ausgelassen: nicht gültig.`;
    },
    emptied: 'Der Papierkorb ist leer.',
    version: (name: string) => `Neue Version von ${quoted(name)} gespeichert.`,
    versionRestored: (number: number, name: string) =>
      `Version ${n(number)} von ${quoted(name)} ist wieder die neueste.`,
    undone: (what: string) => `Rückgängig gemacht: ${displayName(inGerman(what) ?? what)}`,
    nothingToUndo: 'Es gibt nichts rückgängig zu machen.',
    undo: 'Rückgängig',
    opening: (name: string) => `${quoted(name)} wird geöffnet…`,
    folderMade: (name: string) => `Ordner ${quoted(name)} angelegt.`,
    letIn: (folder: string) => `Sie gehören jetzt zu ${quoted(folder)}.`,
    linkCopied: 'Der Link wurde kopiert. Wer nicht zum Ordner gehört, kann damit nichts öffnen.',
    copied: 'Kopiert.',
    added: (files: number, to: string) =>
      `${plural(files, 'Datei', 'Dateien')} zu ${quoted(to)} hinzugefügt.`,
    leftOut: (value: number) => `${plural(value, 'Datei wurde', 'Dateien wurden')} ausgelassen`,
    leftOutSafe: 'Alles andere wurde hinzugefügt.',
  },

  details: {
    label: 'Details',
    noneText: 'Wählen Sie eine Datei aus, um zu sehen, wo sie liegt und was Sie damit tun können.',
    many: (value: number) => `${n(value)} Elemente ausgewählt`,
    manySize: (bytes: number) => `${size(bytes, locale)} insgesamt`,
    changedBy: 'Zuletzt geändert von',
    verified: 'überprüft',
    canOpen: 'Wer sie öffnen kann',
    safe: 'Aufbewahrung',
    copies: 'Kopien',
    copiesHereServer: 'dieser Computer, Server',
    copiesServer: 'Server',
    copiesHere: 'nur dieser Computer',
    copiesHereElsewhere: 'dieser Computer und die anderer Mitglieder',
    copiesElsewhere: 'Computer anderer Mitglieder',
    versions: 'Versionen',
    size: 'Größe',
    changed: 'Geändert',
    kind: 'Art',
    where: 'Zustand',
    inside: 'Inhalt',
    technical: 'Technische Angaben',
    technicalText: 'Für Prüfungen und für ein Leben ohne Valise.',
    cid: 'Kennung des Inhalts (CID)',
    dekId: 'Kennung des Schlüssels',
    epoch: 'Epoche des Ordnerschlüssels',
    device: 'Signierender Computer',
    record: 'Eintrag',
    version: (number: number) => `Version ${n(number)}`,
    versionBy: (by: string, moment: string, bytes: number) =>
      `${displayName(by)}, ${moment}, ${size(bytes, locale)}`,
    newest: 'neueste',
    versionMenu: (number: number) => `Aktionen für Version ${n(number)}`,
    openVersion: 'Zum Lesen öffnen',
    restoreVersion: 'Wieder zur neuesten machen',
    allVersions: (value: number) => `Alle ${n(value)} zeigen`,
    fewerVersions: 'Weniger zeigen',
    notLoaded: 'Konnte nicht gelesen werden.',
    onlyYou: 'Nur Sie',
  },

  /** Signaturen auf Dokumenten. */
  signatures: {
    title: 'Signaturen',
    marked: (value: number) => `Signiert von ${n(value)}`,
    none: 'Niemand hat diese Datei signiert.',
    list: 'Signaturen auf dieser Datei',
    verdict: (verdict: Verdict) => VERDICT[verdict].short,
    verdictLong: (verdict: Verdict) => VERDICT[verdict].long,
    you: 'Sie',
    left: 'gehört nicht mehr zu diesem Ordner',
    when: (at: number, me: boolean) =>
      `${dateAndTime(at)}, nach ${me ? 'Ihrer Uhr' : 'der Uhr des signierenden Computers'}`,
    of: (current: boolean, versions: number[]): string => {
      if (current) return 'diese Version';
      if (versions.length === 0) return 'eine frühere Version';
      return versions.length === 1
        ? `Version ${n(versions[0] ?? 0)}, eine frühere`
        : `Versionen ${listOf(versions.map(n))}, frühere`;
    },
    statement: (text: string) => `„${displayText(text)}“`,
    calledThen: (name: string) => `Die Datei hieß damals ${quoted(name)}.`,
    keyEnded: 'Der Schlüssel gilt seither nicht mehr. Was er vorher signiert hat, bleibt.',
    check: 'Prüfen',
    checking: 'Die Datei wird gelesen…',
    notRead: (name: string) =>
      `${quoted(name)} konnte jetzt nicht vollständig gelesen werden; die Signaturen sind deshalb noch nicht geprüft.`,
    sign: 'Diese Version signieren…',
    all: (value: number) => `Alle ${n(value)} zeigen`,
    fewer: 'Weniger zeigen',
    technical: 'Technische Angaben',
    technicalOf: (name: string) => `Technische Angaben zur Signatur von ${displayName(name)}`,
    fingerprint: 'Fingerabdruck des Schlüssels',
    key: 'Version des Schlüssels',
    sha512: 'SHA-512 der Datei',
    device: 'Signierender Computer',
    record: 'Eintrag',
  },

  sign: {
    title: 'Diese Datei signieren',
    version: (number: number, newest: boolean) => `Version ${n(number)}${newest ? ', die neueste' : ''}`,
    statement: 'Erklärung',
    hint: 'In Ihren eigenen Worten, mit der Datei signiert. Nur Sie können sagen, was Ihre Signatur bedeutet.',
    suggestions: ['Genehmigt', 'Einverstanden', 'Gesehen'],
    suggest: 'Vorschläge',
    key: 'Signieren mit',
    ownKey: 'Schlüssel dieses Computers',
    tokenKey: (name: string | null) =>
      name === null ? 'Schlüssel auf dem Token' : `Schlüssel auf dem Token ${quoted(name)}`,
    keyVersion: (text: string, version: number) => `${text} (Nr. ${n(version)})`,
    tooLong: (bytes: number) =>
      `Das ist zu lang: ${n(bytes)} Byte; signiert werden können höchstens ${n(1000)}.`,
    tooManyLines: (lines: number) => `Das sind ${n(lines)} Zeilen; signiert werden können höchstens 16.`,
    forGood:
      'Alle in diesem Ordner sehen, dass Sie signiert haben, jetzt und später. Eine Signatur lässt sich nicht zurücknehmen.',
    law: 'Es ist eine SSH-Signatur und keine qualifizierte Signatur im Sinne des Gesetzes.',
    do: 'Signieren',
    doing: 'Wird signiert…',
    progress: 'Die ganze Datei wird gelesen und signiert. Bei einer großen dauert das einige Sekunden.',
    done: (name: string, number: number) => `Sie haben Version ${n(number)} von ${quoted(name)} signiert.`,
  },

  signingKeys: {
    title: 'Signaturschlüssel',
    text: 'Jeder Ihrer Computer signiert mit einem eigenen Schlüssel, ein Token mit einem weiteren. Wer eine Signatur außerhalb von Valise prüft, vergleicht dessen Fingerabdruck.',
    list: 'Signaturschlüssel Ihres Kontos',
    none: 'Es gibt noch keinen. Dieser Computer erstellt einen, wenn Sie zum ersten Mal etwas signieren.',
    noneHere: 'Dieser Computer hat zurzeit keinen Schlüssel. Er erstellt einen, wenn Sie wieder signieren.',
    name: (computer: string | null, here: boolean) =>
      computer === null && here ? 'Dieser Computer' : computerName(computer),
    token: (name: string | null) => (name === null ? 'Token' : `Token ${quoted(name)}`),
    tokenHere: 'auf diesem Computer in Gebrauch',
    tokenAdd: 'Mit einem Token signieren…',
    tokenTitle: 'Mit einem Token signieren',
    tokenText:
      'Sie geben die PIN des Tokens ein, und es signiert mit einem Schlüssel, der es nie verlässt. Hat es noch keinen, wird einer erstellt. Das Token wählen Sie beim Signieren aus.',
    tokenDo: 'Dieses Token verwenden',
    tokenDoing: 'Das Token wird gelesen…',
    tokenDone: 'Sie können jetzt mit dem Token signieren.',
    here: 'dieser Computer',
    notHere: 'dieser Computer, nicht in Gebrauch',
    revokedOne: 'widerrufen',
    version: (version: number) => `Schlüssel ${n(version)}`,
    fingerprint: 'Fingerabdruck',
    menu: (version: number) => `Aktionen für Schlüssel ${n(version)}`,
    copyPrint: 'Fingerabdruck kopieren',
    copyPublic: 'Öffentlichen Schlüssel kopieren',
    revoked: (value: number) => `Widerrufen (${n(value)})`,
    renew: 'Neuer Schlüssel…',
    revoke: 'Widerrufen…',
    newTitle: 'Neuen Signaturschlüssel für diesen Computer erstellen?',
    newPoints: [
      'Dieser Computer signiert ab jetzt mit dem neuen Schlüssel; der bisherige wird widerrufen.',
      'Bisherige Signaturen bleiben, wie sie sind.',
      'Was später mit dem alten Schlüssel signiert wird, gilt als ungültig.',
    ],
    newDo: 'Neuen Schlüssel erstellen',
    newDoing: 'Wird erstellt…',
    newDone: 'Dieser Computer hat einen neuen Signaturschlüssel.',
    revokeTitle: (version: number, computer: string | null, here: boolean) =>
      `Schlüssel ${n(version)} von ${here ? 'diesem Computer' : ofComputer(computer)} widerrufen?`,
    revokePoints: (here: boolean) => [
      'Bisherige Signaturen mit ihm bleiben, wie sie sind.',
      'Was später mit ihm signiert wird, gilt bei allen im Ordner als ungültig.',
      here
        ? 'Wenn Sie auf diesem Computer wieder signieren, erstellt er einen neuen Schlüssel.'
        : 'Wenn jener Computer wieder signiert, erstellt er einen neuen Schlüssel. Ist er verloren, entfernen Sie ihn auch unter „Ihre Computer“.',
      'Das lässt sich nicht rückgängig machen.',
    ],
    revokeDo: 'Schlüssel widerrufen',
    revokeDoing: 'Wird widerrufen…',
    revokeDone: (version: number) => `Schlüssel ${n(version)} ist widerrufen.`,
  },

  transfers: {
    label: 'Übertragungen',
    title: (kind: TransferKind, files: number, done: number, name: string): string => {
      const what = files > 1 ? `${n(Math.min(done + 1, files))} von ${n(files)} Dateien` : displayName(name);
      return kind === 'fetch' ? `Lädt ${what}` : `Verschlüsselt ${what}`;
    },
    amount: (done: number, all: number) => `${size(done, locale)} von ${size(all, locale)}`,
    rate: (rate: number) => `${size(rate, locale)}/s`,
    left: (seconds: number) => `noch ${duration(seconds)}`,
    paused: 'Angehalten',
    waiting: 'Wartet auf jemanden, der sie hat',
    pauseNamed: (name: string) => `${displayName(name)} anhalten`,
    resumeNamed: (name: string) => `Mit ${displayName(name)} weitermachen`,
    cancelNamed: (name: string) => `${displayName(name)} abbrechen`,
    cancelled: (name: string) => `Angehalten. Was vollständig war, bleibt in ${quoted(name)}.`,
    onTheirWay: (files: number) => `${plural(files, 'Datei', 'Dateien')} unterwegs`,
    oneRuns: (all: number) => `1 von ${n(all)} Übertragungen läuft`,
    noneRuns: (all: number) => `Keine von ${n(all)} Übertragungen läuft`,
    pauseAll: 'Alle anhalten',
    resumeAll: 'Mit allen weitermachen',
    stopAll: 'Alle beenden…',
    stopTitle: (value: number) => `${plural(value, 'Übertragung', 'Übertragungen')} beenden?`,
    stopText: 'Was vollständig ist, bleibt. Der Rest lässt sich noch einmal hinzufügen oder holen.',
    stopDo: 'Alle beenden',
    stoppedAll: (value: number) =>
      `${plural(value, 'Übertragung', 'Übertragungen')} beendet. Was vollständig war, bleibt.`,
    all: (value: number) => `Alle ${n(value)} Übertragungen zeigen`,
    fewer: 'Weniger zeigen',
  },

  status: {
    label: 'Status',
    connection: CONNECTION,
    online: (value: number) =>
      value === 0 ? 'Niemand sonst online' : `${plural(value, 'andere Person', 'andere Personen')} online`,
    waiting: (value: number) =>
      value === 0
        ? 'Alles gesendet'
        : `${plural(value, 'Änderung wartet', 'Änderungen warten')} auf das Senden`,
    unheld: (value: number) => `${plural(value, 'Datei', 'Dateien')} nur auf diesem Computer`,
    unheldHint: 'Der Server hat sie noch nicht bestätigt. Sie werden von selbst gesendet.',
    sending: (files: number, share: number) =>
      `${plural(files, 'Datei wird', 'Dateien werden')} gesendet, ${n(Math.floor(share * 100))} %`,
    syncNow: 'Jetzt nachsehen',
    lock: 'Sperren',
    lockHint: 'Sperren (Strg+L)',
  },

  outbox: {
    title: 'Noch nicht gesendet',
    text: 'Alles hier ist auf diesem Computer sicher und wird von selbst gesendet, sobald der Server erreichbar ist.',
    empty: 'Nichts wartet: Was Sie gemacht haben, ist beim Server.',
    sending: 'Unterwegs zum Server',
    waiting: 'Warten auf den Server',
    kind: {
      added: 'Neu',
      changed: 'Neue Fassung',
      moved: 'Umbenannt oder verschoben',
      trashed: 'Im Papierkorb',
      restored: 'Aus dem Papierkorb',
      removed: 'Gelöscht',
    },
    progress: (sent: number, bytes: number, rate: number, left: number | null) =>
      [
        `${size(sent, locale)} von ${size(bytes, locale)}`,
        ...(rate > 0 ? [`${size(rate, locale)}/s`] : []),
        ...(left === null ? [] : [`noch ${duration(left)}`]),
      ].join(', '),
    percent: (value: number) => `${n(value)} %`,
    more: (value: number) => `und ${n(value)} weitere`,
  },

  role: (role: Role) => ROLE[role].name,
  roleCan: (role: Role) => ROLE[role].can,

  share: {
    title: (folder: string) => `${quoted(folder)} teilen`,
    members: 'Wer dazugehört',
    notAccepted: 'noch nicht angenommen',
    online: 'online',
    roleOf: (name: string) => `Rolle von ${displayName(name)}`,
    remove: (name: string) => `${displayName(name)} entfernen`,
    inviteTitle: 'Jemand Neues einladen',
    addTitle: 'Jemanden hinzufügen',
    addHint: 'Personen dieses Arbeitsbereichs, die noch nicht zu diesem Ordner gehören.',
    add: 'Hinzufügen',
    person: 'Person',
    as: 'Rolle',
    days: 'Gültig für',
    daysOf: (days: number) => plural(days, 'Tag', 'Tage'),
    make: 'Einladung erstellen',
    making: 'Wird erstellt…',
    link: 'Einladungslink',
    copyLink: 'Link kopieren',
    copyWords: 'Text und Link kopieren',
    linkCopied: 'Der Link ist kopiert.',
    qr: 'QR-Code des Einladungslinks',
    once: (role: Role) => `Für eine Person, mit der Rolle „${ROLE[role].name}“.`,
    until: (moment: number) => `Gültig bis ${calendarDay(new Date(moment))}.`,
    secret: 'Wer den Link zuerst hat, kann ihn verwenden. Senden Sie ihn auf einem Weg, dem Sie vertrauen.',
    whoOnline:
      'Zum Einlassen müssen Sie oder jemand anderes aus der Leitung Valise geöffnet und entsperrt haben.',
    letter: (inviter: string, folder: string, link: string) =>
      `Guten Tag,\n\nich möchte den Ordner ${quoted(folder)} in Valise mit Ihnen teilen. ` +
      `Installieren Sie Valise, öffnen Sie es, wählen Sie „Ich habe eine Einladung“ und fügen Sie diesen Link ein:\n\n${link}\n\n` +
      `Er gilt einmal und nur für eine gewisse Zeit.\n\n${displayName(inviter)}`,
    another: 'Noch eine erstellen',
    notOwner: 'Nur die Leitung kann einladen und Rollen ändern.',
    noServer: 'Noch kann niemand diesen Arbeitsbereich erreichen',
    noServerText:
      'Er liegt allein auf diesem Computer. Verbinden Sie einen Server, dann können Sie andere einladen.',
    offline:
      'Der Server ist zurzeit nicht erreichbar. Einladungen lassen sich erstellen, wenn er wieder da ist.',
    lastOwner: 'Ein Ordner braucht eine Leitung.',
  },

  compare: {
    verified: 'überprüft',
    again: 'erneut vergleichen',
    byLink: 'über einen Link beigetreten, nicht überprüft',
    not: 'nicht überprüft',
    leads: 'Sicherheitsnummern vergleichen…',
    label: (said: string, name: string) => `${said}: Sicherheitsnummern mit ${displayName(name)} vergleichen`,
    heading: 'Sicherheitsnummern vergleichen',
    title: (name: string) => `Sicherheitsnummern mit ${displayName(name)} vergleichen`,
    text: (name: string) =>
      `So wissen Sie: Was Sie mit ${displayName(name)} teilen, kommt dort an und nicht bei jemandem, der nur so heißt.`,
    yours: 'Ihre Nummer',
    theirs: (name: string) => `Nummer von ${displayName(name)}`,
    how: (name: string) => [
      `Rufen Sie ${displayName(name)} unter einer Nummer an, die Sie kennen, oder setzen Sie sich nebeneinander. Beide öffnen diesen Dialog zur jeweils anderen Person.`,
      'Lesen Sie Ihre Nummer vor und lassen Sie sich die andere vorlesen. Beide finden hier Gruppe für Gruppe, was vorgelesen wird.',
      'Nicht per E-Mail und nicht über Valise: Wer dazwischensteht, könnte sie dort verändern.',
    ],
    differ: 'Weicht eine ab, teilen Sie nichts mit diesem Konto, und sagen Sie der Verwaltung Bescheid.',
    changed: (name: string) =>
      `Seit Ihrem Vergleich wurde dieses Konto auf einem anderen Computer wiederhergestellt: von ${displayName(name)} oder von jemandem mit dem Notfallbogen. Vergleichen Sie erneut.`,
    isVerified: (name: string) =>
      `Sie haben sie verglichen: ${displayName(name)} gilt auf diesem Computer als überprüft.`,
    here: 'Valise merkt sich das nur auf diesem Computer und sagt es niemandem. Vergleichen Sie auf Ihren anderen Computern dort.',
    do: 'Sie sind gleich',
    doing: 'Einen Augenblick…',
    done: (name: string) => `${displayName(name)} gilt auf diesem Computer als überprüft.`,
    undo: 'Nicht mehr überprüft',
    undone: (name: string) => `${displayName(name)} gilt nicht mehr als überprüft.`,
    gone: 'Diese Person gehört nicht mehr zum Arbeitsbereich.',
  },

  officer: {
    title: (name: string) => `${displayName(name)} in die Verwaltung aufnehmen?`,
    points: [
      'Die Person kann andere einlassen, in die Verwaltung aufnehmen und Konten schließen, auch Ihres.',
      'Lesen kann sie dadurch nichts: nur, was mit ihr geteilt ist.',
    ],
    do: (name: string) => `${displayName(name)} aufnehmen`,
    doing: 'Wird aufgenommen…',
    done: (name: string) => `${displayName(name)} gehört jetzt zur Verwaltung.`,
  },

  noOfficer: {
    title: (name: string) => `${displayName(name)} aus der Verwaltung entlassen?`,
    points: [
      'Die Person kann niemanden mehr einlassen, in die Verwaltung aufnehmen oder Konten schließen.',
      'Sie bleibt im Arbeitsbereich, mit ihren Ordnern.',
    ],
    do: (name: string) => `${displayName(name)} entlassen`,
    ownTitle: 'Die Verwaltung verlassen?',
    ownPoints: [
      'Sie können niemanden mehr einlassen, in die Verwaltung aufnehmen oder Konten schließen. Nur jemand anderes aus der Verwaltung kann Sie wieder aufnehmen.',
      'Sie bleiben im Arbeitsbereich, mit Ihren Ordnern.',
    ],
    ownDo: 'Verwaltung verlassen',
    doing: 'Einen Moment…',
    done: (name: string) => `${displayName(name)} gehört nicht mehr zur Verwaltung.`,
    ownDone: 'Sie gehören nicht mehr zur Verwaltung.',
  },

  closeAccount: {
    title: (name: string) => `Konto von ${displayName(name)} schließen?`,
    text: 'Das lässt sich nicht rückgängig machen.',
    points: [
      'Die Person wird sofort abgewiesen und sieht nichts Neues.',
      'Sie wird aus jedem Ordner entfernt, den jemand anderes leitet, und dessen Schlüssel wechseln.',
      'Was sie vorher geöffnet hat, hat sie vielleicht behalten.',
    ],
    stays:
      'Niemand ist benannt, Ordner zu übernehmen. Ordner, die nur diese Person leitet, bestehen ohne Leitung weiter, und niemand sonst kann sie übernehmen. Bitten Sie sie nach Möglichkeit, vorher eine weitere Leitung zu bestimmen.',
    staysHeir:
      'Diese Person ist benannt, Ordner anderer zu übernehmen, und kann das dann nicht mehr: Benennen Sie auf dieser Seite jemand anderen. Ordner, die nur sie leitet, bestehen ohne Leitung weiter.',
    passes: (name: string) =>
      `Ordner, die nur diese Person leitet, gehen an ${displayName(name)}, wo sie dem zugestimmt hat. Die anderen bestehen ohne Leitung weiter, und niemand sonst kann sie übernehmen.`,
    name: (name: string) => `Um sicherzugehen, geben Sie den Namen ein: ${displayName(name)}`,
    different: (name: string) => `Das ist nicht der Name. Bitte geben Sie ${displayName(name)} ein.`,
    do: (name: string) => `Konto von ${displayName(name)} schließen`,
    doing: 'Wird geschlossen…',
    done: (name: string) => `Das Konto von ${displayName(name)} ist geschlossen.`,
  },

  deed: {
    unreachable: {
      happened: 'Der Server ist nicht erreichbar.',
      safe: null,
      todo: 'Das wird nicht von selbst nachgeholt: Versuchen Sie es wieder, wenn der Server antwortet.',
    },
    namesakes: (name: string) =>
      `Mehr als eine Person heißt ${displayName(name)}. Die Sicherheitsnummer dieser ist:`,
  },

  attach: {
    title: 'Server verbinden',
    sentence:
      'Der Server gibt Änderungen weiter und behält eine Kopie, die er nicht lesen kann. Ihre Dateien bleiben auch hier.',
    connect: 'Verbinden',
    connecting: 'Wird verbunden…',
    done: 'Der Arbeitsbereich ist jetzt auf dem Server.',
  },

  offer: {
    waits: 'Wartet auf Ihre Antwort',
    row: (by, name) => (name === null ? `Ein Ordner von ${displayName(by)}` : displayName(name)),
    title: (by, name) =>
      name === null
        ? `${displayName(by)} teilt einen Ordner mit Ihnen`
        : `${displayName(by)} teilt ${quoted(name)} mit Ihnen`,
    role: (role) => `Ihre Rolle darin: ${ROLE[role].name}. ${ROLE[role].can}`,
    text: (by) =>
      `Noch liegt nichts davon auf diesem Computer. Wenn Sie annehmen, erscheinen die Dateien in Ihrer Liste, auf allen Ihren Computern. Wenn Sie ablehnen, sieht ${firstName(by)}, dass Sie den Ordner verlassen haben.`,
    accept: 'Annehmen',
    decline: 'Ablehnen',
    declined: (by, name) =>
      `Sie haben ${name === null ? `den Ordner von ${displayName(by)}` : quoted(name)} abgelehnt.`,
  },
  keepFor: {
    open: 'Papierkorb…',
    title: (folder) => `Papierkorb von ${quoted(folder)}`,
    text: 'Was im Papierkorb liegt, lässt sich zurücklegen. Ist seine Zeit um, wird es endgültig gelöscht, mit allen Versionen und für alle.',
    label: 'Aufbewahren',
    choice: (days) => {
      if (days === 0) return 'bis jemand ihn leert';
      return days === 365 ? 'ein Jahr lang' : `${plural(days, 'Tag', 'Tage')} lang`;
    },
    hint: 'Die Zeit beginnt jetzt, auch für alles, was schon im Papierkorb liegt.',
    foreverHint: 'Nichts verschwindet von selbst.',
    do: 'Speichern',
    done: (folder, days) =>
      days === 0
        ? `Der Papierkorb von ${quoted(folder)} bleibt, bis jemand ihn leert.`
        : `Was im Papierkorb von ${quoted(folder)} liegt, bleibt dort ${days === 365 ? 'ein Jahr' : plural(days, 'Tag', 'Tage')}.`,
    now: (days) =>
      `Was in seinem Papierkorb liegt, wird nach ${days === 365 ? 'einem Jahr' : plural(days, 'Tag', 'Tagen')} endgültig gelöscht.`,
  },

  handOver: {
    open: 'Übergeben…',
    title: (folder) => `${quoted(folder)} übergeben`,
    text: 'Die Leitung verwaltet den Ordner: wer dazugehört, was alle dürfen, die Schlüssel.',
    onlyOwner:
      'Nur Sie haben die Leitung dieses Ordners. Bevor Sie ihn verlassen, muss ihn jemand anderes verwalten: Wählen Sie, wer.',
    onlyOwnerAlone:
      'Nur Sie haben die Leitung dieses Ordners, und noch hat ihn niemand sonst angenommen. Teilen Sie ihn mit jemandem, der ihn verwalten soll; ist er angenommen, können Sie ihn übergeben und verlassen.',
    nobody:
      'Niemand sonst gehört zu diesem Ordner, oder niemand hat ihn bisher angenommen. Teilen Sie ihn zuerst.',
    whom: 'Erhält die Leitung',
    then: 'Und Sie',
    after: {
      stepDown: 'dürfen künftig Dateien ändern',
      leave: 'verlassen den Ordner',
      stay: 'behalten die Leitung ebenfalls',
    },
    do: 'Übergeben',
    done: (folder, name, then) =>
      then === 'leave'
        ? `${displayName(name)} hat jetzt die Leitung von ${quoted(folder)}, und Sie haben ihn verlassen.`
        : `${displayName(name)} hat jetzt die Leitung von ${quoted(folder)}.`,
  },
  leaveFolder: {
    title: (folder: string) => `${quoted(folder)} verlassen?`,
    text: 'Die Dateien verschwinden aus Ihrer Liste, und Sie sehen keine weiteren Änderungen. Die anderen behalten den Ordner, und er erhält einen neuen Schlüssel. Nur die Leitung kann Sie wieder einlassen.',
    do: 'Verlassen',
  },
  removeMember: {
    title: (name: string, folder: string) => `${displayName(name)} aus ${quoted(folder)} entfernen?`,
    text: (name: string) =>
      `Der Ordner erhält einen neuen Schlüssel, und ${firstName(name)} sieht keine weiteren Änderungen. Was ${firstName(name)} geöffnet oder gespeichert hat, bleibt dort.`,
    do: 'Entfernen',
  },

  newFolder: {
    title: 'Neuer Ordner',
    text: 'Sie sind das erste Mitglied. Danach laden Sie die anderen ein.',
    name: 'Name',
    make: 'Ordner anlegen',
  },

  newSubfolder: {
    title: 'Neuer Unterordner',
    text: (folder: string) => `In ${quoted(folder)}, mit denselben Personen.`,
    name: 'Name',
    make: 'Unterordner anlegen',
  },

  renameFolder: {
    title: 'Ordner umbenennen',
    text: 'Den neuen Namen sehen alle im Ordner.',
    name: 'Name',
    do: 'Umbenennen',
  },

  nameMissing: 'Bitte geben Sie einen Namen ein.',

  folderKeys: {
    title: (folder: string) => `Schlüssel von ${quoted(folder)}`,
    version: (version: number) => `Version ${n(version)}`,
    made: (since: number | null, by: string) =>
      [since === null ? '' : `seit ${calendarDay(new Date(since))}`, by && `von ${displayName(by)}`]
        .filter((part) => part !== '')
        .map((part) => `, ${part}`)
        .join(''),
    waiting:
      'Ein Schlüsselwechsel steht aus: Jemand ist gegangen, oder ein Computer wurde entfernt. Er geschieht, bevor die nächste Datei hinzukommt.',
    minimum: (version: number) => `Älteste angenommene Version: ${n(version)}`,
    files: 'Dateischlüssel nach Version',
    filesHint: 'Jede Version einer Datei hat einen eigenen Schlüssel. Der Schlüssel des Ordners öffnet sie.',
    versionColumn: 'Version',
    countColumn: 'Dateischlüssel',
    keys: (value: number) => `${n(value)} Dateischlüssel`,
    noFiles: 'Noch keine Dateischlüssel.',
    allVersions: (value: number) => `Alle ${n(value)} zeigen`,
    fewerVersions: 'Weniger zeigen',
    actions: 'Schlüssel wechseln',
    change: 'Schlüssel jetzt wechseln',
    changing: 'Der Schlüssel wird gewechselt…',
    changeText:
      'Was geteilt wurde, bleibt für die lesbar, die es lesen konnten. Was ab jetzt kommt, öffnet nur der neue Schlüssel. Es wird nichts neu verschlüsselt.',
    changed: (folder: string, version: number) =>
      `Der Schlüssel von ${quoted(folder)} ist gewechselt: Version ${n(version)}.`,
    move: (value: number, version: number) =>
      `${n(value)} Dateischlüssel auf Version ${n(version)} umstellen`,
    moving: 'Dateischlüssel werden umgestellt…',
    moveText: 'Die Dateien bleiben, wie sie sind.',
    movedSoFar: (done: number, of: number) => `${n(done)} von ${n(of)} Dateischlüsseln umgestellt`,
    moved: (value: number, version: number) =>
      `${n(value)} Dateischlüssel auf Version ${n(version)} umgestellt.`,
    retire: (version: number) =>
      version > 1 ? `Versionen vor ${n(version)} ausmustern` : 'Ältere Versionen ausmustern',
    retiring: 'Wird ausgemustert…',
    retireText:
      'Dateischlüssel unter älteren Versionen werden nicht mehr behalten oder angenommen. Das lässt sich nicht rückgängig machen.',
    retireMoveFirst: 'Stellen Sie zuerst die Dateischlüssel unter älteren Versionen um.',
    retireNone: 'Es gibt keine älteren Versionen.',
    retireDone: (version: number) => `Versionen vor ${n(version)} sind ausgemustert.`,
    retired: (folder: string, version: number) =>
      `In ${quoted(folder)} sind Versionen vor ${n(version)} ausgemustert.`,
    every: 'Schlüssel von selbst wechseln',
    everyDays: (days: number): string => {
      if (days === 0) return 'Nie';
      const said = everyDays(days);
      return said.charAt(0).toUpperCase() + said.slice(1);
    },
    everyHint: 'Wenn jemand geht oder ein Computer entfernt wird, wechselt er in jedem Fall.',
    byItself: (days: number): string => {
      if (days === 0) return 'Der Schlüssel wechselt nicht von selbst.';
      return `Der Schlüssel wechselt von selbst ${everyDays(days)}.`;
    },
    decided: (folder: string, days: number): string => {
      if (days === 0) return `Der Schlüssel von ${quoted(folder)} wechselt nicht mehr von selbst.`;
      return `Der Schlüssel von ${quoted(folder)} wechselt von selbst ${everyDays(days)}.`;
    },
  },

  /** Wer Ordner übernimmt, wenn jemand geht. */
  server: {
    card: 'Server',
    addressNow: 'Adresse',
    addresses: 'Gesucht, der Reihe nach',
    answers: 'Verbindung',
    change: 'Adresse ändern…',
    none: 'Es gibt noch keinen: Der Arbeitsbereich liegt nur auf diesem Computer, ein einziger Verlust nimmt also alles mit.',
    here: 'Er läuft auf diesem Computer. Geht dieser Computer verloren, sind auch der Server und seine Kopien verloren: Das ist immer noch ein einziger Verlust.',
    open: 'Wo der Server antwortet…',
    moveOpen: 'Auf einen Server umziehen…',
    title: 'Wo antwortet der Server?',
    text: 'Wenn der Server eine andere Adresse bekommt, nennen Sie sie hier, solange er unter der alten noch antwortet. Jeder Computer erfährt davon, sucht den Server unter beiden und folgt ihm von selbst.',
    address: 'Adresse des Servers',
    save: 'Speichern',
    named: 'Jeder Computer erfährt von der neuen Adresse, wenn er den Server das nächste Mal erreicht.',
    moveTitle: 'Den Arbeitsbereich auf einen Server umziehen',
    moveText:
      'Bisher liegt der Arbeitsbereich auf diesem Computer: Geht er verloren, ist auch der eine Ort verloren, an dem alles liegt. Auf einem Server Ihrer Firma hängt er nicht an einer Person.',
    steps: [
      'Sagen Sie, unter welcher Adresse der neue Server antworten wird. Alle erfahren davon und folgen von selbst.',
      'Eine Kopie wird angelegt, die auf den Server zu bringen ist. Von da an ist dieser Computer kein Server mehr: Bis der andere läuft, arbeiten alle mit dem, was auf ihrem Computer ist.',
      'Der Server wird aus der Kopie gestartet.',
    ],
    makeCopy: 'Kopie anlegen…',
    copying: 'Wird kopiert…',
    moved: 'Die Kopie ist angelegt, und dieser Computer ist kein Server mehr.',
    copyIs: 'Die Kopie ist hier:',
    copyPath: 'Pfad kopieren',
    onServer: 'Bringen Sie sie auf den Server und führen Sie dort aus:',
    copyCommand: 'Befehle kopieren',
    command: (path: string) =>
      `valise-catalog restore --from ${path} --data /var/lib/valise && valise-catalog serve --data /var/lib/valise --listen '[::]:8443'`,
    secret:
      'Wer die Kopie hat, kann sich als der Server ausgeben, aber nichts öffnen. Löschen Sie sie, wenn der Server antwortet.',
  },

  groups: {
    title: 'Gruppen',
    none: 'Fassen Sie Personen, die oft Ordner teilen, zu einer Gruppe zusammen und fügen Sie alle auf einmal zu einem Ordner hinzu.',
    about:
      'Ein Ordner wird mit allen in einer Gruppe auf einmal geteilt. In einer Gruppe zu sein öffnet für sich nichts, und wer später in eine Gruppe kommt, wird zu keinem Ordner hinzugefügt.',
    names: (names: string[]) => (names.length === 0 ? 'niemand' : namesOf(names)),
    menu: (name: string) => `Was mit ${quoted(name)} zu tun ist`,
    make: 'Neue Gruppe…',
    change: 'Ändern…',
    remove: 'Entfernen…',
    newTitle: 'Neue Gruppe',
    changeTitle: (name: string) => `${quoted(name)} ändern`,
    explains: 'Alle im Arbeitsbereich sehen sie, und der Server auch.',
    name: 'Name der Gruppe',
    people: 'Wer dazugehört',
    save: 'Speichern',
    saving: 'Wird gespeichert…',
    saved: (name: string) => `Die Gruppe ${quoted(name)} ist gespeichert.`,
    removeTitle: (name: string) => `Die Gruppe ${quoted(name)} entfernen?`,
    removeText: 'Ihre Personen bleiben in jedem Ordner, in dem sie sind.',
    removeDo: 'Entfernen',
    option: (name: string, people: number) =>
      `${displayName(name)} (Gruppe, ${plural(people, 'Person', 'Personen')})`,
    added: (people: number) => `${plural(people, 'Person wurde', 'Personen wurden')} hinzugefügt.`,
  },

  invitations: {
    title: 'Einladungen',
    none: 'Keine Einladung ist offen. Wenn Sie jemand Neues in einen Ordner einladen, steht die Einladung hier, bis sie benutzt ist: Sie können den Link erneut kopieren oder sie zurückziehen.',
    about:
      'Wer einen dieser Links zuerst hat, kann ihn benutzen, bis er abläuft oder die Verwaltung ihn zurückzieht.',
    to: (folder: string | null) =>
      folder === null ? 'In einen Ordner, zu dem Sie nicht gehören' : `In ${quoted(folder)}`,
    as: (role: Role) => `Rolle: ${ROLE[role].name}`,
    by: (name: string) => `von ${displayName(name)}`,
    byMe: 'von Ihnen',
    until: (at: number) => `bis ${calendarDay(new Date(at))}`,
    expired: 'abgelaufen',
    noLink: 'vor Ihrer Aufnahme in die Verwaltung erstellt: Der Link ist hier nicht da',
    menu: (folder: string | null) =>
      folder === null
        ? 'Was mit der Einladung in einen Ordner zu tun ist, zu dem Sie nicht gehören'
        : `Was mit der Einladung in ${quoted(folder)} zu tun ist`,
    copy: 'Link erneut kopieren',
    withdraw: 'Zurückziehen…',
    withdrawTitle: (folder: string | null) =>
      folder === null ? 'Diese Einladung zurückziehen?' : `Die Einladung in ${quoted(folder)} zurückziehen?`,
    withdrawText:
      'Ihr Link lässt niemanden mehr ein, wer auch immer ihn hat. Für alle, die schon hier sind, ändert sich nichts, und Sie können jederzeit eine neue erstellen.',
    withdrawDo: 'Zurückziehen',
    withdrawn: 'Die Einladung ist zurückgezogen.',
  },

  heirs: {
    title: 'Wer Ordner übernimmt, wenn jemand geht',
    none: 'Bisher niemand. Wird das Konto der einzigen Leitung eines Ordners geschlossen, können die anderen ihn weiter benutzen, aber niemand kann einladen oder entfernen.',
    about:
      'Wird ein Konto geschlossen, gehen Ordner, die nur diese Person geleitet hat, an die hier genannte Person, wo dem zugestimmt wurde.',
    aboutMe:
      'Wird ein Konto geschlossen, gehen Ordner, die nur diese Person geleitet hat, an Sie, wo dem zugestimmt wurde. Ihre eigenen Ordner gehen an niemanden, es sei denn, Sie wählen jemanden.',
    gone: 'kann nicht mehr: das Konto ist geschlossen',
    choose: 'Auswählen…',
    change: 'Ändern…',
    own: 'Ihre Ordner…',
    nobody: 'Niemand',

    dialogTitle: 'Wer übernimmt Ordner?',
    person: 'Übernimmt',
    points: [
      'Jede Leitung wird um Zustimmung gebeten und kann jemand anderen oder niemanden wählen.',
      'Nichts geht über, bevor das Konto der Leitung geschlossen ist. Dann leitet diese Person den Ordner und kann öffnen, was darin ist.',
      'Alle im Arbeitsbereich sehen, wer es ist.',
    ],
    save: 'Speichern',
    saving: 'Wird gespeichert…',
    namedDone: (name: string) =>
      `${displayName(name)} ist benannt. Die Leitungen werden um Zustimmung gebeten.`,
    clearedDone: 'Niemand ist benannt, Ordner zu übernehmen.',

    would: (name: string, folders: number) =>
      `Wird Ihr Konto geschlossen, übernimmt ${displayName(name)} ${n(folders)} Ordner, ${folders === 1 ? 'den' : 'die'} nur Sie leiten`,
    wouldText: 'Nur, wenn Sie zustimmen. Bis dahin geht nichts an jemanden über.',
    someAlone: (alone: number, all: number) =>
      all === 1
        ? 'Sie sind sein einziges Mitglied. Nehmen Sie jemanden auf, sonst kann ihn niemand übergeben.'
        : `In ${n(alone)} davon sind Sie das einzige Mitglied. Nehmen Sie dort jemanden auf, sonst kann ${alone === 1 ? 'ihn' : 'sie'} niemand übergeben.`,
    agree: 'Zustimmen',
    each: 'Einzeln entscheiden…',
    agreed: (name: string, folders: number) =>
      `${displayName(name)} übernimmt ${n(folders)} Ihrer Ordner, wenn Ihr Konto geschlossen wird.`,
    eachTitle: 'Wer übernimmt Ihre Ordner?',
    eachText: 'Wenn Ihr Konto geschlossen wird. Das sind die Ordner, die nur Sie leiten.',
    of: (folder: string) => `Übernimmt ${quoted(folder)}`,
    alone: 'Sie sind das einzige Mitglied. Nehmen Sie jemanden auf, sonst kann ihn niemand übergeben.',
    decided: 'Ihre Wahl ist gespeichert.',

    reminder: 'Wer übernimmt Ihre Ordner?',
    reminderText: (name: string, folders: number) =>
      `${firstName(name)} würde ${n(folders)} Ordner übernehmen, ${folders === 1 ? 'den' : 'die'} nur Sie leiten. Stimmen Sie zu, oder wählen Sie jemand anderen.`,
    reminderDo: 'Entscheiden…',

    takes: (name: string) => `${displayName(name)} übernimmt ihn, wenn die Leitung geht.`,
    newFolder: (name: string) =>
      `Sie werden gefragt, ob ${displayName(name)} diesen Ordner übernimmt, falls Ihr Konto geschlossen wird.`,
    ownerless:
      'Niemand leitet diesen Ordner: Das Konto seiner Leitung ist geschlossen. Sie können ihn weiter benutzen, aber niemand kann einladen oder entfernen.',
  },

  /** „Kann das verloren gehen?“ */
  activity: {
    open: 'Verlauf…',
    title: (name) => `Was geschehen ist: ${quoted(name)}`,
    who: 'Wer',
    what: 'Was',
    anybody: 'Alle',
    anything: 'Alles',
    kind: {
      added: 'Hinzugefügt',
      changed: 'Geändert',
      removed: 'Entfernt',
      shared: 'Personen und Rollen',
      keys: 'Schlüssel',
      signed: 'Signiert',
    },
    did: (it) => {
      const [path, before, person] = [
        quoted(it.path ?? ''),
        quoted(it.before ?? ''),
        displayName(it.person ?? ''),
      ];
      const role = it.role === null ? '' : ROLE[it.role].name;
      const number = n(it.number ?? 0);
      switch (it.what) {
        case 'folderMade':
          return 'hat den Ordner angelegt';
        case 'fileAdded':
          return `hat ${path} hinzugefügt`;
        case 'directoryAdded':
          return `hat den Unterordner ${path} angelegt`;
        case 'newVersion':
          return `hat ${path} geändert: Version ${number}`;
        case 'versionRestored':
          return `hat eine ältere Version von ${path} wiederhergestellt, als Version ${number}`;
        case 'conflictCopy':
          return `hat eine Datei gleichzeitig mit jemand anderem geändert: ${path}`;
        case 'renamed':
          return `hat ${before} in ${path} umbenannt`;
        case 'moved':
          return `hat ${before} nach ${path} verschoben`;
        case 'folderNamed':
          return `hat den Ordner ${path} genannt`;
        case 'trashed':
          return `hat ${path} in den Papierkorb gelegt`;
        case 'restored':
          return `hat ${path} zurückgelegt`;
        case 'purged':
          return `hat ${path} endgültig gelöscht`;
        case 'expired':
          return `hat ${path} gelöscht: die Zeit im Papierkorb war um`;
        case 'trashPolicy':
          return (it.number ?? 0) === 0
            ? 'hat entschieden, dass der Papierkorb bleibt, bis jemand ihn leert'
            : `hat entschieden, dass der Papierkorb ${plural(it.number ?? 0, 'Tag', 'Tage')} aufbewahrt wird`;
        case 'memberAdded':
          return `hat ${person} hinzugefügt (${role})`;
        case 'memberJoined':
          return `hat ${person} über einen Einladungslink eingelassen (${role})`;
        case 'memberAccepted':
          return 'hat den Ordner angenommen';
        case 'memberRemoved':
          return `hat ${person} entfernt`;
        case 'memberLeft':
          return 'hat den Ordner verlassen';
        case 'roleChanged':
          return `hat die Rolle von ${person} geändert: ${role}`;
        case 'succeeded':
          return `hat den Ordner an ${person} übergeben, weil die Konten der Leitung geschlossen sind`;
        case 'invited':
          return `hat einen Einladungslink erstellt (${role})`;
        case 'invitationWithdrawn':
          return 'hat einen Einladungslink zurückgezogen';
        case 'successorNamed':
          return it.person === null
            ? 'hat bestimmt, dass niemand den Ordner übernimmt'
            : `hat bestimmt, dass ${person} den Ordner einmal übernimmt`;
        case 'keyChanged':
          return `hat den Schlüssel des Ordners gewechselt: Version ${number}`;
        case 'keyPolicy':
          return `hat über die Schlüssel des Ordners bestimmt: Version ${number} und spätere gelten`;
        case 'signed':
          return `hat Version ${number} von ${path} signiert`;
      }
    },
    place: (record, change) => `${record}.${change}`,
    placeHint: 'Eintrag und Änderung in der Kette des Ordners',
    none: 'Nichts dergleichen ist hier geschehen.',
    order:
      'In der Reihenfolge, in der es verzeichnet wurde, aus signierten Einträgen, die dieser Computer geprüft hat. Sie tragen keine Zeit, für die andere einstehen könnten. Was noch nicht gesendet ist, steht nicht darin.',
    older: 'Ältere zeigen',
    csv: 'Als CSV exportieren…',
    json: 'Als JSON exportieren…',
    exported: 'Der Verlauf wurde exportiert.',
  },
  loss: {
    open: 'Kann das verloren gehen?…',
    ask: 'Kann das je verloren gehen?',
    line: (found: Recoverability): string => {
      const ways = waysToKey(found.ways.length);
      if (found.files === 0) return ways;
      if (found.files === 1) return `${ways}, ${heldBy(computers(found.copies))}`;
      return found.thinFiles > 0
        ? `${ways}, ${plural(found.thinFiles, 'Datei', 'Dateien')} auf höchstens einem Computer`
        : `${ways}, jede Datei auf mindestens ${plural(computers(found.copies), 'Computer', 'Computern')}`;
    },
    title: (name: string) => `Kann ${quoted(name)} je verloren gehen?`,
    verdict: (found: Recoverability): string => {
      const many = found.files > 1;
      if (fewWays(found) && fewCopies(found))
        return `Ja. Es gibt ${found.ways.length === 0 ? 'keinen Weg' : 'nur einen Weg'} zum Schlüssel, und ${many ? 'manche Dateien liegen' : 'der Inhalt liegt'} auf höchstens einem Computer.`;
      if (fewWays(found))
        return found.ways.length === 0
          ? 'Ja. Es ist kein Weg zum Schlüssel bekannt, der ohne diesen Computer bliebe.'
          : 'Ja. Es gibt nur einen Weg zum Schlüssel. Geht er verloren, kann es niemand mehr öffnen.';
      if (fewCopies(found))
        return many
          ? `Zum Teil: ${plural(found.thinFiles, 'Datei liegt', 'Dateien liegen')} auf höchstens einem Computer.`
          : 'Ja. Der Inhalt liegt auf höchstens einem Computer.';
      return 'Nicht durch einen einzelnen Verlust. Dazu müsste mehreres zugleich schiefgehen.';
    },
    ways: (value: number) => (value === 0 ? 'Kein Weg zum Schlüssel' : waysToKey(value)),
    way: ({ kind, name }: KeyWay) => KEY_WAY[kind](name),
    waysHint: 'Jeder davon genügt, und jeder geht ohne die anderen.',
    wayHint: 'Geht dieser verloren, kann es niemand mehr öffnen.',
    noWays: 'Valise kennt niemanden, der es noch öffnen könnte.',
    copies: (value: number, files: number): string => {
      if (files > 1)
        return value === 0
          ? 'Manche Dateien liegen auf keinem Computer, den Valise kennt'
          : `Jede Datei liegt auf mindestens ${plural(value, 'Computer', 'Computern')}`;
      return value === 0
        ? 'Es ist kein Computer bekannt, der es hat'
        : `Liegt auf ${plural(value, 'Computer', 'Computern')}`;
    },
    copy: ({ kind, name }: Copy) => COPY[kind](name),
    same: 'zählt nicht: Es ist derselbe Computer',
    kitsApart: 'Ihre Notfallbögen',
    kitsApartWhy: 'zählen nicht: Sie brauchen auch den Server, und der ist auf diesem Computer',
    fewest:
      'Für die Datei mit den wenigsten Kopien. Auch Computer anderer Mitglieder können sie haben; sie sind nicht mitgezählt.',
    thin: (value: number) => `${plural(value, 'Datei', 'Dateien')} auf höchstens einem Computer`,
    held: (value: number) => (value === 0 ? 'niemand bekannt' : plural(value, 'Computer', 'Computer')),
    more: (value: number) => `und ${plural(value, 'weitere Datei', 'weitere Dateien')}`,
    todo: 'Was Sie tun können',
    kits: 'Drucken Sie Ihren Notfallbogen. Er hilft auch ohne jeden Ihrer Computer.',
    kitsDo: 'Drucken…',
    prove:
      'Weisen Sie auf der Seite „Sicherheit“ nach, dass Sie Ihren gedruckten Bogen aufbewahren. Bis dahin zählt er nicht.',
    computer: 'Fügen Sie einen weiteren Computer von Ihnen hinzu. Er kann alles öffnen, was Sie können.',
    computerDo: 'Computer hinzufügen…',
    colleague: 'Nehmen Sie jemanden auf. Die Computer der Person können es dann auch öffnen.',
    colleagueDo: 'Jemanden aufnehmen…',
    server:
      'Verbinden Sie einen Server auf einem anderen Computer. Er behält eine Kopie, die er nicht lesen kann.',
    serverDo: 'Server verbinden…',
    serverElsewhere:
      'Der Server hat seine Kopie auf diesem Computer. Bitten Sie, wer sich um den Server kümmert, sie auf einem anderen zu halten.',
    wait: 'Was noch gesendet wird, ist bald auch auf dem Server. Bleiben Sie bis dahin verbunden.',
    keepHere:
      'Öffnen Sie auf diesem Computer einmal, was nur der Server hat, oder speichern Sie eine Kopie davon.',
    single: 'Es gibt nur einen Weg zum Schlüssel. Geht er verloren, kann es niemand mehr öffnen',
  },

  /** Was Valise auf einem Computer öffnet. */
  waysIn: {
    one: 'Das öffnet Valise auf diesem Computer:',
    either: 'Eines von beiden öffnet Valise auf diesem Computer:',
    any: 'Jedes davon öffnet Valise auf diesem Computer:',
    list: 'Was Valise auf diesem Computer öffnet',
    password: 'Passwort',
    token: (name: string | null) => (name === null ? 'Token' : `Token ${quoted(name)}`),
    onlyToken: 'Hier gibt es kein Passwort. Geht das Token verloren, öffnen nur Ihre Notfallbögen.',
    noPassword: 'Auf diesem Computer gibt es keines: Das Token öffnet Valise hier, mit seiner PIN.',
    add: 'Token hinzufügen…',
    remove: 'Token entfernen…',
    atLogin: 'Ihre Anmeldung an diesem Computer, bis Valise gesperrt wird',
    openAtLogin: 'Beim Anmelden öffnen…',
    closeAtLogin: 'Nicht mehr beim Anmelden öffnen',
    atLoginTitle: 'Valise beim Anmelden öffnen',
    atLoginPoints: [
      'Bis Valise gesperrt wird, von Ihnen oder von selbst, öffnet der Schlüsselbund des Systems es für jeden, der als Sie angemeldet ist.',
      'Sperren beendet das, bis Sie Ihr Passwort wieder eingeben.',
    ],
    atLoginDo: 'Beim Anmelden öffnen',
    atLoginDoing: 'Der Schlüsselbund wird gefragt…',
    atLoginDone: 'Ihre Anmeldung öffnet Valise hier, bis es gesperrt wird.',
    atLoginEnded: 'Ihr Passwort wird wieder verlangt.',

    addTitle: 'Valise mit einem Token öffnen',
    addText:
      'Ein Sicherheitsschlüssel oder eine Chipkarte mit PIN. Der Treiber (PKCS#11) muss auf diesem Computer sein. Es öffnet Valise nur auf diesem Computer.',
    how: 'Wofür das Token da ist',
    beside: 'Neben dem Passwort',
    besideHint: 'Beides öffnet Valise. Wer das Passwort errät, kommt weiterhin hinein.',
    instead: 'Statt des Passworts',
    insteadHint:
      'Das Passwort öffnet Valise nicht mehr. Geht das Token verloren oder kaputt, öffnen nur Ihre Notfallbögen.',
    insteadNoKit:
      'Drucken Sie zuerst Ihren Notfallbogen. Ohne ihn kann Sie niemand einlassen, wenn das Token verloren geht.',
    insteadUnproven:
      'Sie haben noch nicht nachgewiesen, dass Sie Ihren Bogen aufbewahren. Ohne ihn kann Sie niemand einlassen, wenn das Token verloren geht.',
    addDo: 'Token hinzufügen',
    adding: 'Das Token wird hinzugefügt…',
    added: 'Das Token öffnet Valise jetzt auch hier.',
    addedInstead: 'Hier öffnet jetzt das Token Valise. Das Passwort tut es nicht mehr.',

    removeTitle: (name: string | null) =>
      name === null ? 'Token entfernen?' : `Token ${quoted(name)} entfernen?`,
    removeText: 'Es öffnet Valise hier nicht mehr. Das Passwort weiterhin.',
    removeTextOnly: 'Es öffnet Valise hier nicht mehr. Danach tut das ein Passwort.',
    removeDo: 'Token entfernen',
    removing: 'Wird entfernt…',
    removed: 'Das Token öffnet Valise hier nicht mehr.',
  },

  passwordAndKeys: {
    title: 'Passwort und Schlüssel',
    open: 'Passwort und Schlüssel…',
    passwordTitle: 'Passwort ändern',
    passwordText: 'Ein Notfallbogen, den Sie haben, gilt weiterhin.',
    current: 'Ihr jetziges Passwort',
    currentMissing: 'Bitte geben Sie Ihr jetziges Passwort ein.',
    fresh: 'Neues Passwort',
    repeat: 'Neues Passwort wiederholen',
    same: 'Das ist Ihr jetziges Passwort. Wählen Sie ein anderes.',
    different: 'Das ist nicht dasselbe wie oben. Bitte geben Sie es noch einmal ein.',
    change: 'Passwort ändern',
    changing: 'Wird geändert…',
    changed: 'Das Passwort ist geändert. Ein Notfallbogen, den Sie haben, gilt weiterhin.',
    keysTitle: 'Ihre Schlüssel',
    accountKey: 'Kontoschlüssel',
    masterKey: 'Hauptschlüssel',
    version: (version: number) => `Version ${n(version)}`,
    guess: (mebibytes: number, passes: number) =>
      `Ein Versuch, das Passwort zu erraten, kostet ${n(mebibytes)} MiB Speicher und ${plural(passes, 'Durchgang', 'Durchgänge')} darüber.`,
    behind: (folders: number) =>
      folders === 1
        ? '1 Ordner verwendet noch den vorigen Schlüssel.'
        : `${n(folders)} Ordner verwenden noch den vorigen Schlüssel.`,
    newKey: 'Neuer Kontoschlüssel',
    makingKey: 'Wird erstellt…',
    newKeyText:
      'Die Schlüssel Ihrer Ordner wechseln danach, einer nach dem anderen. Passwort, Bögen und Dateien bleiben, wie sie sind.',
    newKeyMade: (version: number) => `Ihr Kontoschlüssel ist neu: Version ${n(version)}.`,
    suspectTitle: 'Jemand kennt vielleicht mein Passwort',
    suspectText: 'Dann genügt ein neues Passwort allein nicht: Auch was es geöffnet hat, muss neu werden.',
    suspectDo: 'Alles erneuern…',
    renewText:
      'Alles, was das Passwort geöffnet hat, wird erneuert. Dateien bleiben, wie sie sind. Das dauert einige Sekunden.',
    renewPoints: [
      'Ein neues Passwort für diesen Computer.',
      'Neue Schlüssel für Sie. Die Schlüssel Ihrer Ordner wechseln danach.',
      'Ein Notfallbogen, den Sie haben, öffnet nichts mehr. Sie drucken danach neu.',
    ],
    renew: 'Alles erneuern',
    renewing: 'Alles wird erneuert…',
  },

  computers: {
    title: 'Ihre Computer',
    list: 'Computer Ihres Kontos',
    name: (name: string | null) => computerName(name),
    here: 'dieser Computer',
    online: 'jetzt verbunden',
    seen: (moment: number | null): string =>
      moment === null ? 'noch nie gesehen' : `zuletzt gesehen ${since(moment)}`,
    add: 'Computer hinzufügen…',
    menu: (name: string | null) => `Aktionen für ${computerName(name)}`,
    rename: 'Umbenennen…',
    remove: 'Entfernen…',
    fingerprint: 'Fingerabdruck',
    removed: (value: number) => `Entfernt (${n(value)})`,
    couldOpen: 'Was er öffnen konnte…',
    couldOpenNamed: (name: string | null) => `Was er öffnen konnte… (${computerName(name)})`,
    renameTitle: 'Computer umbenennen',
    renameText: 'Diesen Namen sehen Sie auf allen Ihren Computern.',
    renameName: 'Name',
    renameDo: 'Umbenennen',
  },

  addComputer: {
    title: 'Computer hinzufügen',
    why: 'Der andere Computer wird alles öffnen, was Sie öffnen können. Deshalb vergewissert sich Valise, dass Sie es sind.',
    name: 'Name dieses Computers',
    nameHint: 'Er hat noch keinen. Damit Sie ihn unter Ihren anderen erkennen.',
    go: 'Code erstellen',
    making: 'Wird erstellt…',
    codeTitle: 'Geben Sie diesen Code auf dem anderen Computer ein',
    how: 'Öffnen Sie Valise auf dem anderen Computer, wählen Sie „Ich verwende Valise auf einem anderen Computer“ und geben Sie diesen Code ein.',
    code: 'Code',
    spelled: (groups: string[]) => `Code: ${groups.map((group) => [...group].join(' ')).join(', ')}`,
    copyCode: 'Code kopieren',
    copyLink: 'Link kopieren',
    address: 'Adresse',
    qr: 'QR-Code des Links: Code und Adresse in einem',
    waiting: 'Warten auf den anderen Computer…',
    left: (seconds: number) => `noch ${n(Math.floor(seconds / 60))}:${String(seconds % 60).padStart(2, '0')}`,
    once: 'Er gilt einmal. Wer ihn hat, kann zu einem Ihrer Computer werden: Zeigen Sie ihn niemandem.',
    over: 'Dieser Code ist abgelaufen',
    overText: 'Er gilt zehn Minuten. Es wurde nichts geändert.',
    another: 'Neuen Code erstellen',
    done: (name: string | null) =>
      `${name === null ? computerName(name) : quoted(name)} ist jetzt einer Ihrer Computer`,
    doneText: 'Er öffnet alles, was Sie öffnen können. Ihre Dateien kommen von selbst auf ihn.',
    noServer: 'Ihr anderer Computer kann diesen noch nicht erreichen',
    noServerText:
      'Ihr Arbeitsbereich liegt allein auf diesem Computer. Verbinden Sie einen Server, dann können Sie einen weiteren hinzufügen.',
  },

  removeComputer: {
    title: (name: string | null) =>
      name === null ? 'Den Computer ohne Namen entfernen?' : `${quoted(name)} entfernen?`,
    points: [
      'Er wird sofort abgewiesen: Es wird nichts an ihn gesendet oder von ihm angenommen.',
      'Ihre Schlüssel und die Ihrer Ordner wechseln.',
      'Ein Notfallbogen, den Sie haben, gilt nicht mehr. Sie drucken danach neu.',
    ],
    passwordHint: 'Damit niemand sonst Ihre Computer entfernt.',
    do: 'Diesen Computer entfernen',
    doing: 'Wird entfernt…',
  },

  reach: {
    title: (name: string | null) =>
      name === null ? 'Was der Computer ohne Namen öffnen konnte' : `Was ${quoted(name)} öffnen konnte`,
    sum: (versions: number, folders: number, past: boolean): string => {
      const could = past ? 'konnte' : 'kann';
      return versions === 0
        ? `Er ${could} keine Datei öffnen.`
        : `Er ${could} ${plural(versions, 'Version', 'Versionen')} von Dateien in ${plural(folders, 'Ordner', 'Ordnern')} öffnen. Gehen Sie davon aus, dass sie gelesen hat, wer ihn hat.`;
    },
    later: (value: number) =>
      value === 1
        ? '1 Version kam später und ist ihm verschlossen.'
        : `${n(value)} Versionen kamen später und sind ihm verschlossen.`,
    keyWaits: 'Der Schlüssel wechselt, bevor Neues hinzukommt.',
    keyChanged: 'Der Schlüssel hat gewechselt, und seitdem kam nichts Neues hinzu.',
    list: 'Ordner',
    versions: (value: number) => plural(value, 'Version', 'Versionen'),
    file: (open: number, closed: number): string =>
      [
        open > 0 || closed === 0 ? plural(open, 'Version', 'Versionen') : '',
        closed > 0 ? `${n(closed)} verschlossen` : '',
      ]
        .filter((part) => part !== '')
        .join(', '),
    more: (value: number) => `und ${plural(value, 'weitere Datei', 'weitere Dateien')}`,
  },

  forget: {
    open: 'Daten von Valise von diesem Computer entfernen…',
    cardTitle: 'Diesen Computer verlassen',
    cardText:
      'Alles, was Valise hier aufbewahrt, verschwindet. Ist das Ihr einziger Computer, öffnen nur beide Notfallbögen, oder einer und die Hilfe Ihrer Verwaltung, Ihre Dateien wieder.',
    removedTitle: 'Dieser Computer wurde aus Ihrem Konto entfernt',
    removedSafe:
      'Es wird nichts mehr an ihn gesendet oder von ihm angenommen. Ihre Dateien sind auf Ihren anderen Computern und bei den anderen Mitgliedern sicher.',
    title: 'Daten von Valise von diesem Computer entfernen?',
    text: 'Ihre Schlüssel, die Liste Ihrer Dateien und was hier von ihnen aufbewahrt ist, verschwinden. Kopien, die Sie außerhalb von Valise gespeichert haben, bleiben. Das lässt sich nicht rückgängig machen.',
    warning:
      'Ist das Ihr einziger Computer, öffnen nur beide Notfallbögen, oder einer und die Hilfe Ihrer Verwaltung, Ihre Dateien wieder. Nur was Sie teilen, bleibt, bei denen, mit denen Sie es teilen.',
    unsent: 'Manches liegt nur auf diesem Computer und wurde noch nicht gesendet: Das geht verloren.',
    name: (workspace: string) =>
      `Um sicherzugehen, geben Sie den Namen des Arbeitsbereichs ein: ${displayName(workspace)}`,
    different: (workspace: string) =>
      `Das ist nicht der Name. Bitte geben Sie ${displayName(workspace)} ein.`,
    do: 'Daten entfernen',
    doing: 'Wird entfernt…',
    done: 'Die Daten von Valise sind von diesem Computer entfernt.',
    kept: 'Es wurde nichts entfernt.',
  },

  moveTo: {
    title: (names: string[]) => `${things(names)} verschieben`,
    text: (folder: string) => `Innerhalb von ${quoted(folder)}.`,
    top: (folder: string) => `Oberste Ebene von ${displayName(folder)}`,
    do: 'Hierher verschieben',
    none: 'Keine Unterordner hier.',
    into: (name: string) => `${displayName(name)} öffnen`,
    list: 'Unterordner',
  },

  /** Zeilen am Zeiger. */
  moveBy: {
    items: (value: number) => plural(value, 'Element', 'Elemente'),
    into: (to: string) => `Nach ${quoted(to)} verschieben`,
    otherFolder: (folder: string) => `Nur innerhalb von ${quoted(folder)}`,
    otherFolderText:
      'Es wurde nichts verschoben. Verschieben geht nur innerhalb eines Ordners: Zu einem anderen gehören andere Personen.',
    severalFolders: 'Aus mehreren Ordnern',
    severalFoldersText:
      'Es wurde nichts verschoben. Was in mehreren Ordnern liegt, lässt sich nur Ordner für Ordner verschieben.',
  },

  purge: {
    title: (names: string[]) => `${things(names)} endgültig löschen?`,
    text: 'Es verschwindet bei allen im Ordner, mit allen Versionen. Das lässt sich nicht rückgängig machen.',
    do: 'Endgültig löschen',
  },

  emptyTrash: {
    title: (value: number) => `${plural(value, 'Element', 'Elemente')} endgültig löschen?`,
    text: 'Alles im Papierkorb verschwindet bei allen im jeweiligen Ordner, mit allen Versionen. Das lässt sich nicht rückgängig machen.',
    do: 'Papierkorb leeren',
  },

  trash: {
    title: 'Papierkorb',
    summary: (value: number) => (value === 0 ? 'Nichts zurückzulegen' : plural(value, 'Element', 'Elemente')),
    restore: 'Zurücklegen',
    from: 'War in',
  },

  recent: { title: 'Zuletzt geändert', summary: 'In allen Ihren Ordnern' },

  peopleView: {
    title: 'Personen',
    summary: (value: number) => `${plural(value, 'Person', 'Personen')} in diesem Arbeitsbereich`,
    name: 'Name',
    officer: 'Verwaltung',
    officers:
      'Die Verwaltung lässt Personen in den Arbeitsbereich ein und schließt Konten. Lesen kann sie dadurch nichts.',
    onlyOfficer:
      'Sie allein bilden die Verwaltung. Verlieren Sie Ihre Computer und Bögen, kann niemand mehr Personen einlassen: Nehmen Sie eine zweite Person auf.',
    menu: (name: string) => `Aktionen für ${displayName(name)}`,
    makeOfficer: 'In die Verwaltung aufnehmen…',
    endOfficer: 'Aus der Verwaltung entlassen…',
    close: 'Konto schließen…',
    now: 'Jetzt',
    online: 'online',
    away: 'abwesend',
    fingerprint: 'Fingerabdruck',
    number: 'Sicherheitsnummer',
    compare:
      'Um sicherzugehen, dass jemand die richtige Person ist, vergleichen Sie die Sicherheitsnummern: „nicht überprüft“ neben dem Namen führt dorthin.',
    alone: 'Hier sind nur Sie',
    aloneText: 'Teilen Sie einen Ordner, um andere dazuzuholen.',
    invite: 'Ordner teilen',
    copyFingerprint: (name: string) => `Sicherheitsnummer von ${displayName(name)} kopieren`,
  },

  security: {
    title: 'Sicherheit',
    summary: 'Was geschützt ist, was nicht, und was geschehen ist',
    protectedTitle: 'Geschützt',
    protected: [
      'Was in Dateien steht und wie sie heißen, können die Personen im Ordner lesen und sonst niemand. Nicht der Server und nicht, wer ihn betreibt.',
      'Jede Änderung ist von dem Computer signiert, auf dem sie entstand. Was sich nicht überprüfen lässt, wird nicht geöffnet, und Sie erfahren es.',
      'Solange Valise gesperrt ist, bleibt der Inhalt verschlossen, auch wenn dieser Computer gestohlen wird.',
    ],
    notTitle: 'Nicht geschützt',
    not: [
      'Was jemand geöffnet oder gespeichert hat, bleibt dort, auch wenn die Person aus einem Ordner entfernt wird. Jedes Mitglied kann den ganzen Verlauf eines Ordners lesen.',
      'Der Server sieht, wer zum Arbeitsbereich gehört, wer wann mit wem teilt, und genaue Größen.',
      'Kopien, die Sie außerhalb von Valise speichern, verschlüsselt es nicht. Solange es entsperrt ist, müssen Sie dem Computer vertrauen, auf dem es läuft.',
    ],
    lockTitle: 'Von selbst sperren',
    lockLabel: 'Wenn niemand hier ist, nach',
    lockAfter: (minutes: number): string => {
      if (minutes === 0) return 'Nie nach Zeit';
      return minutes === 60 ? 'Einer Stunde' : plural(minutes, 'Minute', 'Minuten');
    },
    lockText:
      'Auch wenn der Bildschirm gesperrt wird oder der Computer in den Ruhezustand geht. Übertragungen werden vorher beendet, vor dem Ruhezustand jedoch nicht. Nach Zeit wird auch gewartet, solange eine Datei in einem anderen Programm geöffnet ist; mit dem Bildschirm wird sie geschlossen.',
    recoveryTitle: 'Wenn Sie das Passwort vergessen',
    recoveryTitleToken: 'Wenn das Token verloren geht',
    recoveryNoneToken:
      'Es gibt noch keinen Notfallbogen; ein verlorenes Token ist deshalb endgültig: Niemand kann Sie einlassen, keine andere Person, nicht der Server, nicht wir.',
    recoveryNone:
      'Es gibt noch keinen Notfallbogen; ein vergessenes Passwort ist deshalb endgültig: Niemand kann es zurücksetzen, keine andere Person, nicht der Server, nicht wir.',
    recovery: 'Je zwei davon öffnen Valise auf diesem Computer:',
    recoveryFew: (helped: boolean) =>
      helped
        ? 'Verlieren Sie alle Ihre Computer, öffnen Ihr Bogen und die Hilfe Ihrer Verwaltung Ihr Konto auf einem neuen.'
        : 'Verlieren Sie alle Ihre Computer, öffnen beide Bögen zusammen Ihr Konto auf einem neuen.',
    help: 'Hilfe aus Ihrem Arbeitsbereich',
    helpState: (escrow: Escrow) => HELP_STATE[escrow],
    rehearse: 'Wiederherstellung proben…',
    keyring: 'Schlüsselbund',
    keyringState: (keyring: KeyringState) => KEYRING_STATE[keyring],
    keptOn: (moment: number) => `aufbewahrt, nachgewiesen am ${calendarDay(new Date(moment))}`,
    notProven: 'nicht nachgewiesen',
    prove: (kit: KitName) => `Ich habe Bogen ${kit.toUpperCase()} hier`,
    makeKits: 'Notfallbogen drucken…',
    newKits: 'Neue Bögen erstellen…',
    newKit: 'Neuen Bogen erstellen…',
    checkKit: 'Gilt mein Bogen noch?',
    fingerprints: 'Fingerabdrücke',
    fingerprintsText: 'Vergleichen Sie sie mit Auge oder Stimme mit dem, was andere sehen.',
    workspace: 'Arbeitsbereich',
    account: 'Ihr Konto',
    device: 'Dieser Computer',
    catalog: 'Server',
    events: 'Was geschehen ist',
    noEvents: 'Nichts, was Sie ansehen müssten.',
    alarm: 'Alarm',
    note: 'Hinweis',
    copyNamed: (what: string) => `Kopieren: ${what}`,
  },

  keys: {
    title: 'Tastatur',
    list: [
      ['↑ ↓', 'Auswählen'],
      ['Umschalt + ↑ ↓', 'Mehr auswählen'],
      ['Namen tippen', 'In der Liste finden'],
      ['Eingabe', 'Öffnen'],
      ['Leertaste', 'Datei hier ansehen'],
      ['Strg + I', 'Details ein- oder ausblenden'],
      ['F2', 'Umbenennen'],
      ['Entf', 'In den Papierkorb'],
      ['Rücktaste, Alt + ↑', 'Eine Ebene höher'],
      ['Strg + Z', 'Rückgängig'],
      ['Strg + A', 'Alles auswählen'],
      ['Strg + F', 'Suchen'],
      ['Strg + N', 'Neuer Unterordner'],
      ['Strg + Umschalt + N', 'Neuer Ordner'],
      ['Strg + L', 'Sperren'],
      ['Umschalt + F10', 'Menü'],
      ['Strg + Plus, Minus, 0', 'Größer, kleiner, wie gewohnt'],
      ['Strg + ,', 'Einstellungen'],
      ['F1, ?', 'Diese Übersicht'],
    ],
    mark: {
      open: '⏎',
      details: 'Strg+I',
      preview: 'Leertaste',
      rename: 'F2',
      remove: 'Entf',
      newSubfolder: 'Strg+N',
      selectAll: 'Strg+A',
      lock: 'Strg+L',
      settings: 'Strg+,',
    },
  },

  settings: {
    title: 'Einstellungen',
    open: 'Einstellungen…',
    summary: 'Nur für diesen Computer',
    appearance: 'Darstellung',
    theme: 'Farben',
    motionHint: 'Bewegung entfällt, wo das System darum bittet.',
    language: 'Sprache',
    zoom: 'Größe von allem',
    zoomed: (percent: number) => `${n(percent)} %`,
    languageAsSystem: (name: string) => `Wie das System (${name})`,
    notifications: 'Benachrichtigungen',
    notify: 'Wenn es etwas Neues gibt und niemand das Fenster ansieht',
    notifyChoice: {
      folders: 'Sagen, wie viele Dateien und wo',
      nameless: 'Nur sagen, dass es etwas gibt',
      off: 'Nichts sagen',
    },
    notifyHint: 'Solange Valise gesperrt ist, sagt es gar nichts.',
    background: 'Im Hintergrund',
    keepRunning: 'Weiterlaufen, wenn das Fenster geschlossen wird',
    keepRunningHint:
      'Ein Symbol in der Leiste bleibt. Wo die Leiste keine solchen Symbole zeigt, beendet Schließen Valise.',
    startAtLogin: 'Beim Anmelden starten',
    startAtLoginHint:
      'Ohne Fenster. Nichts wird geöffnet, bevor Sie Ihr Passwort eingeben, außer Sie haben das auf der Seite „Sicherheit“ gewählt.',
    storage: 'Speicher',
    stored: (value: string) => `${value} auf diesem Computer, verschlüsselt`,
    storedFree: (value: string) => `${value} frei auf der Festplatte`,
    fetched: (value: string) => `${value} davon könnten wieder geholt werden`,
    cache: 'Geholte Dateien dürfen einnehmen',
    cacheChoice: (mib: number) => (mib === 0 ? 'So viel, wie Platz ist' : size(mib * 1024 * 1024, locale)),
    cacheHint:
      'Was am längsten nicht benutzt wurde, geht zuerst und wird beim Öffnen wieder geholt. Was Sie hier hinzugefügt haben, bleibt, ebenso was auf diesem Computer bleiben soll und alles, wovon es anderswo keine bestätigte Kopie gibt.',
    cacheHosts: 'Dieser Computer beherbergt den Arbeitsbereich: Alles bleibt hier.',
    network: 'Netz',
    catalog: 'Server',
    noCatalog: 'Keiner: Der Arbeitsbereich lebt nur auf diesem Computer',
    addresses: 'Gesucht unter',
    catalogHere: 'Auf diesem Computer',
    state: 'Verbindung',
    peers: 'Verbunden mit',
    peerCount: (value: number) =>
      value === 0 ? 'Niemandem' : plural(value, 'Computer oder Server', 'Computern und Servern'),
    reached: 'Für andere erreichbar',
    notReached: 'Nein: Er ruft den Server von sich aus',
    peer: 'Kennung des Knotens auf diesem Computer',
    copyPeer: 'Kennung kopieren',
    account: 'Konto',
    you: 'Sie sind',
    workspace: 'Arbeitsbereich',
    device: 'Dieser Computer heißt',
    passwordAndKeys: 'Passwort und Schlüssel…',
    toSecurity: 'Computer und Sicherheit',
  },

  preview: {
    show: 'Hier ansehen',
    open: 'Öffnen',
    close: 'Schließen',
    next: 'Nächste Datei',
    previous: 'Vorige Datei',
    of: (at: number, all: number) => `${n(at)} von ${n(all)}`,
    none: 'Diese Art von Datei zeigt ihr eigenes Programm',
    noneText: 'Hier ansehen können Sie Text, PDF und Bilder: PNG, JPEG, GIF und WebP, bis 32 MB.',
    cut: 'Das ist der Anfang. Öffnen Sie die Datei, um alles zu sehen.',
    empty: 'Diese Datei ist leer',
    broken: 'Dieses Bild ist beschädigt oder keines',
    page: (at: number, all: number) => `Seite ${n(at)} von ${n(all)}`,
    pageBroken: 'Diese Seite lässt sich hier nicht zeigen.',
    firstPages: (most: number) => `Nur die ersten ${n(most)} werden hier gezeigt.`,
    larger: 'Größer',
    smaller: 'Kleiner',
    percent: (share: number) => `${n(Math.round(share * 100))} %`,
    pdf: {
      broken: 'Dieses PDF ist beschädigt oder keines',
      locked: 'Dieses PDF verlangt ein Passwort',
      slow: 'Dieses PDF hier zu zeigen, dauert zu lange',
      empty: 'Dieses PDF hat keine Seiten',
    },
    pdfText: 'Öffnen Sie es mit seinem eigenen Programm oder nehmen Sie „Speichern unter“.',
  },

  notices: {
    label: 'Meldungen',
    code: 'Code',
    showDetails: 'Details',
    hideDetails: 'Details ausblenden',
    copyDetails: 'Details kopieren',
    close: 'Meldung schließen',
  },

  trouble: {
    byCode: (code: ErrorCode): Fallback => TROUBLE[code],
    told: inGerman,
    loadTitle: 'Das konnte nicht gelesen werden',
    startTitle: 'Valise konnte nicht starten',
  },
};
