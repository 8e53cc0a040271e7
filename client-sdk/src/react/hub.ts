import type { DocuChat } from "../client.ts";
import { createSignal, type Signal } from "../signal.ts";
import { createFileFeed, type FileFeed } from "./file-feed.ts";
import { createSessionStore, type SessionStore } from "./session-store.ts";
import { createStore, type Store } from "./store.ts";
import { createUploadStore, type UploadStore } from "./uploads-store.ts";

/** What the hooks of one client share. */
type Hub = {
  session: SessionStore;
  files: FileFeed;
  uploads: UploadStore;
  /** A conversation has begun, or an answer in one has ended. */
  conversations: Signal<void>;
  /** Another number whenever somebody signs in or out: what was read is somebody else's. */
  identity: Store<number>;
};

const hubs = new WeakMap<DocuChat, Hub>();

export const hubOf = (client: DocuChat): Hub => {
  const known = hubs.get(client);
  if (known) return known;
  const files = createFileFeed(client);
  const identity = createStore(0);
  const hub: Hub = {
    session: createSessionStore(client),
    files,
    uploads: createUploadStore(client, files),
    conversations: createSignal(),
    identity,
  };
  for (const event of ["signed-in", "signed-out"] as const) client.on(event, () => identity.set((n) => n + 1));
  hubs.set(client, hub);
  return hub;
};
