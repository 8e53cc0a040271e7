import type { ConnectionState } from "@docuchat/client";
import { useDocuChat } from "@docuchat/client/react";
import { useEffect, useState, type ReactElement } from "react";
import { strings } from "../strings.ts";

/** A socket that opens at once is not worth a word. */
const PATIENCE_MS = 1_500;
const BACK_MS = 2_000;

type Shown = "offline" | "connecting" | "back";

/** Says when what happens on the server is not heard, and when it is again; otherwise nothing. */
export const Connection = (): ReactElement => {
  const shown = useShown(useOnline(), useSocket());
  return (
    <div role="status" className={shown ? `connection ${shown}` : "for-screen-readers"}>
      {shown && strings.connection[shown]}
    </div>
  );
};

const useShown = (online: boolean, socket: ConnectionState): Shown | undefined => {
  const [shown, setShown] = useState<Shown>();
  const lost = !online ? "offline" : socket === "connecting" ? "connecting" : undefined;
  useEffect(() => {
    if (lost) {
      const timer = setTimeout(() => setShown(lost), lost === "offline" ? 0 : PATIENCE_MS);
      return () => clearTimeout(timer);
    }
    setShown((before) => (before === undefined ? undefined : "back"));
    const timer = setTimeout(() => setShown(undefined), BACK_MS);
    return () => clearTimeout(timer);
  }, [lost]);
  return shown;
};

const useSocket = (): ConnectionState => {
  const client = useDocuChat();
  const [state, setState] = useState<ConnectionState>("idle");
  useEffect(() => client.on("connection", setState), [client]);
  return state;
};

const useOnline = (): boolean => {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const update = () => setOnline(navigator.onLine);
    addEventListener("online", update);
    addEventListener("offline", update);
    return () => {
      removeEventListener("online", update);
      removeEventListener("offline", update);
    };
  }, []);
  return online;
};
