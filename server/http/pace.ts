import { WebSocket } from "ws";
import { shareTurn } from "../turns.ts";

/** Messages that a socket may send at once … */
const BURST = 200;
/** … and how many of them come back in a second. */
const PER_SECOND = 100;
const CLOSE_POLICY = 1008;
const FAREWELL_MS = 1_000;

/**
 * A socket that hears its client's messages one by one, in turn with the other sockets, so that no burst of theirs
 * holds up what else the process does. A token bucket, for pings too: a socket that has used it up is not read until
 * there is room again; one that has sent as much again in one piece is closed.
 */
export class PacedSocket extends WebSocket {
  readonly #waiting: [event: string, args: unknown[]][] = [];
  #tokens = BURST;
  #at = performance.now();

  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event !== "message" && event !== "ping") return super.emit(event, ...args);
    if (this.readyState !== this.OPEN) return false;
    this.#waiting.push([event, args]);
    if (this.#waiting.length === 1) shareTurn(this.#hear);
    else if (this.#waiting.length > 2 * BURST) this.#cut();
    else this.pause();
    return true;
  }

  readonly #hear = (): void => {
    if (this.readyState !== this.OPEN) return this.#forget();
    this.#refill();
    if (this.#tokens < 1) return void setTimeout(this.#hear, ((1 - this.#tokens) / PER_SECOND) * 1_000);
    this.#tokens -= 1;
    const [next] = this.#waiting.splice(0, 1);
    if (this.#waiting.length > 0) shareTurn(this.#hear);
    else this.resume();
    if (next) super.emit(next[0], ...next[1]);
  };

  /** It is read on for the other side's farewell alone. */
  #forget(): void {
    this.#waiting.length = 0;
    this.resume();
  }

  #refill(): void {
    const now = performance.now();
    this.#tokens = Math.min(BURST, this.#tokens + ((now - this.#at) / 1_000) * PER_SECOND);
    this.#at = now;
  }

  #cut(): void {
    this.close(CLOSE_POLICY, "TOO_MANY_MESSAGES");
    setTimeout(() => this.terminate(), FAREWELL_MS).unref();
  }
}
