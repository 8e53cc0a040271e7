/** What is used of a Redis client: `status` is "ready" while it is connected. */
type Connection = {
  status: string;
  subscribe(...channels: string[]): Promise<unknown>;
  unsubscribe(...channels: string[]): Promise<unknown>;
  ping(): Promise<unknown>;
  disconnect(reconnect?: boolean): void;
  on(event: "ready" | "close", listener: () => void): unknown;
  on(event: "message", listener: (channel: string, message: string) => void): unknown;
};

/** `onLost`: the connection broke, so messages may have been missed. */
export type Subscription = { onMessage: (message: string) => void; onLost?: () => void };
export type Channels = {
  /** Answers with what ends the subscription, at once. */
  subscribe(channel: string, subscription: Subscription): Promise<() => void>;
  close(): void;
};

const HEARTBEAT_MS = 200;

/** All subscriptions of this process over one connection of their own, which comes back with all its channels. */
export const createChannels = (connection: Connection): Channels => {
  const channels = new Map<string, Set<Subscription>>();
  const each = (channel: string): Subscription[] => [...(channels.get(channel) ?? [])];
  const lost = () => {
    for (const channel of channels.keys()) for (const { onLost } of each(channel)) onLost?.();
  };
  const reconnect = () => {
    lost();
    connection.disconnect(true);
  };

  connection.on("message", (channel, message) => {
    for (const { onMessage } of each(channel)) onMessage(message);
  });
  connection.on("close", lost);
  connection.on("ready", () => {
    if (channels.size > 0) connection.subscribe(...channels.keys()).catch(reconnect);
  });
  // A subscriber sends nothing, so without a heartbeat it would not notice a server that has gone silent. One answer that
  // comes too late may be due to this process, which was busy.
  const beat = () => connection.ping().catch(() => connection.ping());
  const heartbeat = setInterval(() => {
    if (channels.size > 0 && connection.status === "ready") beat().catch(reconnect);
  }, HEARTBEAT_MS).unref();

  const leave = (channel: string, subscription: Subscription) => {
    const subscriptions = channels.get(channel);
    subscriptions?.delete(subscription);
    if (subscriptions?.size !== 0) return;
    channels.delete(channel);
    // Nobody waits for this; a connection that is down comes back without the channel.
    connection.unsubscribe(channel).catch(() => {});
  };
  return {
    subscribe: async (channel, subscription) => {
      channels.set(channel, (channels.get(channel) ?? new Set()).add(subscription));
      try {
        await connection.subscribe(channel);
      } catch (error) {
        leave(channel, subscription);
        throw error;
      }
      return () => leave(channel, subscription);
    },
    close: () => clearInterval(heartbeat),
  };
};
