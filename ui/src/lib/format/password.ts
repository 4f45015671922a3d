/**
 * How long a password holds. The word lists are large: they load with the first password that is chosen.
 *
 * The guesser we picture holds this computer's disk and rents a hall of machines: with Argon2id at 256 MiB a
 * guess, ten thousand guesses a second is generous to them.
 */
const GUESSES_A_SECOND = 10_000;

export type Strength = {
  /** Seconds until a guess hits, on average over the list it falls to. */
  seconds: number;
  /** 0 (at once) to 4 (not in a lifetime). */
  level: 0 | 1 | 2 | 3 | 4;
};

type Check = (password: string, own: string[]) => number;

let loading: Promise<Check> | undefined;

/** `own` are words that a guesser would try first: the person's and the workspace's name. */
export async function strength(password: string, own: string[]): Promise<Strength> {
  loading ??= load();
  // Longer input makes the estimate slow and can only be stronger.
  const guesses = (await loading)(password.slice(0, 100), own);
  const seconds = guesses / GUESSES_A_SECOND;
  return { seconds, level: level(seconds) };
}

export function level(seconds: number): Strength['level'] {
  const day = 86_400;
  if (seconds < 60) return 0;
  if (seconds < 30 * day) return 1;
  if (seconds < 3 * 365 * day) return 2;
  if (seconds < 100 * 365 * day) return 3;
  return 4;
}

async function load(): Promise<Check> {
  const [{ ZxcvbnFactory }, common, english] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
    import('@zxcvbn-ts/language-en'),
  ]);
  const factory = new ZxcvbnFactory({
    dictionary: { ...common.dictionary, ...english.dictionary },
    graphs: common.adjacencyGraphs,
  });
  return (password, own) => factory.check(password, own).guesses;
}
