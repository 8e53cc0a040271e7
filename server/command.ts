import { ConfigError } from "./config.ts";
import { EXIT, StartError } from "./start-error.ts";

/**
 * Runs a command of the product. What an operator can mend ends the process with one line to standard error, and the
 * exit code that says whether to try again; anything unexpected with its stack, as Node prints it.
 */
export const runCommand = async (command: () => Promise<unknown>): Promise<void> => {
  try {
    await command();
  } catch (error) {
    if (error instanceof ConfigError) return end(error.message, EXIT.config);
    if (error instanceof StartError) return end(error.message, error.exitCode);
    throw error;
  }
};

const end = (message: string, code: number): never => {
  process.stderr.write(`${message}\n`);
  process.exit(code);
};
