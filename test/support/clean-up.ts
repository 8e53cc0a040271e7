import { afterAll, beforeAll, onTestFinished } from "vitest";

type Work = () => unknown;

/** What was left by hooks of the file that runs; undefined while its tests are being collected. */
let fromHooks: Work[] | undefined;

/** Called for each test file before anything of its own. */
export const beginFile = (): void => {
  fromHooks = undefined;
  beforeAll(() => {
    const works: Work[] = [];
    fromHooks = works;
    return async () => {
      for (const work of works.toReversed()) await work();
    };
  });
};

/** Runs after the test, or, called outside of one, after the file's last test. */
export const cleanUp = (work: Work): void => {
  try {
    onTestFinished(async () => void (await work()));
  } catch {
    // Vitest forgets what is registered while a hook runs.
    if (fromHooks) fromHooks.push(work);
    else afterAll(async () => void (await work()));
  }
};
