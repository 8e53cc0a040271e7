import { once } from "node:events";
import { request, type ClientRequest, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { ErrorBody } from "../../server/contract/errors.ts";

/** Writes these bytes to the server and returns all that it says until it ends the connection, or `ms` have gone by. */
export const sayRaw = async (url: string, bytes: string | Buffer, ms = 1_000): Promise<string> => {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  socket.setTimeout(ms, () => socket.destroy());
  const parts: Buffer[] = [];
  socket.on("data", (part: Buffer) => parts.push(part));
  socket.write(bytes);
  await once(socket, "close");
  return Buffer.concat(parts).toString("latin1");
};

export type Answer = { status: number; headers: IncomingMessage["headers"]; body: unknown };

/** The response to a request that the test writes by itself, in pieces or in part. */
export const answerTo = async (sent: ClientRequest): Promise<Answer> => {
  sent.on("error", () => {});
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const body = await text(response);
  return { status: response.statusCode ?? 0, headers: response.headers, body: body && JSON.parse(body) };
};

export const openRequest = (url: string, headers: Record<string, string>): ClientRequest =>
  request(url, { method: "POST", headers, agent: false });

export const reasonIn = (body: unknown): string => ErrorBody.parse(body).error.reason;

export const waitUntil = async (holds: () => boolean | Promise<boolean>, ms = 60_000): Promise<void> => {
  const end = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error("It did not come to hold in time.");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
};
