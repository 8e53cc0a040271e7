import type { Calls } from "./calls.ts";
import { createEvents, type Listen } from "./events.ts";
import { keepInside } from "./inside.ts";
import type { DocuChatOptions } from "./options.ts";
import { signedCalls } from "./signed-calls.ts";
import { tokenStoreOf } from "./tokens.ts";
import { connect } from "./transport.ts";
import { createUpload, type Upload, type UploadOptions, type UploadSource } from "./upload.ts";

export type DocuChat = Omit<Calls, "files"> & {
  files: Calls["files"] & {
    /** Sends a PDF. `await upload(pdf)` when it has arrived, `await upload(pdf).ready` when it can be asked about. */
    upload: (source: UploadSource, options?: UploadOptions) => Upload;
  };
  /** Hears of the connection and of who is signed in; gives the way to stop listening. */
  on: Listen;
  /** Ends the socket, and with it every iteration. */
  close: () => Promise<void>;
};

/** A client of one server. It holds no socket until something is subscribed to. */
export const createDocuChat = (options: DocuChatOptions): DocuChat => {
  const url = options.url.replace(/\/+$/, "");
  const tokens = tokenStoreOf(options.token);
  const browser = tokenStoreOf(options.browserToken);
  const events = createEvents();
  const { trpc, headers, close } = connect({ ...options, url }, { tokens, events });
  const calls = signedCalls(trpc, { tokens, browser, onChange: close, events });
  const upload = createUpload({ url, headers, fetch: options.fetch }, calls.files.watch);
  return keepInside({ ...calls, files: { ...calls.files, upload }, on: events.on, close }, trpc);
};
