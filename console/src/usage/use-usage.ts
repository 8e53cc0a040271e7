import type { UsageSeries, UsageSummary, UsageTotals, User } from "@docuchat/client";
import { useDocuChat } from "@docuchat/client/react";
import { useEffect, useState } from "react";

export type MemberUsage = { user: User; last7d: UsageTotals };

export type Usage = {
  summary: UsageSummary;
  hours: UsageSeries["items"];
  days: UsageSeries["items"];
  members: MemberUsage[] | undefined;
};

type Read = { usage: Usage | undefined; error: unknown; reload: () => void };

/** What was spent, read when one looks; an admin sees each member's too. */
export const useUsage = (admin: boolean): Read => {
  const client = useDocuChat();
  const [usage, setUsage] = useState<Usage>();
  const [error, setError] = useState<unknown>();
  const [tries, setTries] = useState(0);
  useEffect(() => {
    const left = new AbortController();
    const { signal } = left;
    const read = async () => {
      const [summary, hours, days, members] = await Promise.all([
        client.usage.summary(undefined, { signal }),
        client.usage.series({ days: 1, by: "hour" }, { signal }),
        client.usage.series({ days: 7, by: "day" }, { signal }),
        admin ? client.admin.usageByMember(undefined, { signal }) : undefined,
      ]);
      setUsage({ summary, hours: hours.items, days: days.items, members: members?.items });
      setError(undefined);
    };
    read().catch((reason: unknown) => signal.aborted || setError(reason));
    return () => left.abort();
  }, [client, admin, tries]);
  return { usage, error, reload: () => setTries((count) => count + 1) };
};
