import { DocuChatProvider, useSession } from "@docuchat/client/react";
import { useEffect, useMemo, useRef, useState, type ReactElement } from "react";
import { connect } from "./session/connect.ts";
import { SignIn, type Entry } from "./session/sign-in.tsx";
import { onOtherTab, tenantStore } from "./session/token-store.ts";
import { Shell } from "./shell/shell.tsx";

/** A client speaks for one workspace: naming another makes another. */
export const App = (): ReactElement => {
  const [entry, setEntry] = useState<Entry>({ tenant: tenantStore.get(), email: "" });
  const client = useMemo(() => connect(entry.tenant), [entry.tenant]);
  useEffect(() => onOtherTab(() => location.reload()), []);
  return (
    <DocuChatProvider client={client}>
      <Gate
        entry={entry}
        onEnter={(next) => {
          tenantStore.set(next.tenant);
          setEntry(next);
        }}
      />
    </DocuChatProvider>
  );
};

const Gate = ({ entry, onEnter }: { entry: Entry; onEnter: (entry: Entry) => void }): ReactElement | null => {
  const { status, requestCode } = useSession();
  const asked = useRef<Entry>(entry);
  useEffect(() => {
    if (status !== "signed-out" || asked.current === entry) return;
    asked.current = entry;
    void requestCode(entry.email);
  }, [status, entry, requestCode]);
  if (status === "signed-in") return <Shell />;
  // Before it is known who somebody is, a page would only flash by.
  if (status === "loading" && entry.email === "") return null;
  return <SignIn entry={entry} onEnter={onEnter} />;
};
