/** What `sysexits.h` calls EX_CONFIG and EX_UNAVAILABLE. */
export const EXIT = { config: 78, unavailable: 69 } as const;

/**
 * A start that cannot go on. The message is one line, what is wrong and what to do, and holds no secret. `exitCode` says
 * whether the configuration has to change, or the same start may succeed later.
 */
export class StartError extends Error {
  override readonly name = "StartError";
  readonly exitCode: number;

  constructor(message: string, options: { exit: keyof typeof EXIT; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.exitCode = EXIT[options.exit];
  }
}

/** `work`, whose failure `explain` turns into what is thrown instead. */
export const explained = async <T>(work: Promise<T>, explain: (error: unknown) => unknown): Promise<T> => {
  try {
    return await work;
  } catch (error) {
    throw explain(error);
  }
};

/** A failure of Node or of a driver by its code, where it has one. */
export const codeOf = (error: unknown): string => (error instanceof Error && "code" in error ? String(error.code) : "");
