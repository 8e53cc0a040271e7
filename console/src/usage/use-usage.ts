import type { UsageSeries, UsageSummary, UsageTotals, User } from "@docuchat/client";
import { useDocuChat } from "@docuchat/client/react";
import { useEffect, useState } from "react";

export type MemberUsage = { user: User; last7d: UsageTotals };

export type Usage = {
  summary: UsageSummary;
  hours: UsageSeries["items"];
  days: UsageSeries["items"];
  members: { items: MemberUsage[]; nextCursor?: string | undefined } | undefined;
};

type Read = {
  usage: Usage | undefined;
  error: unknown;
  reload: () => void;
  /** Adds the next page of members. */
  loadMoreMembers: () => Promise<void>;
};

const MEMBERS_PER_PAGE = 50;

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
        admin ? client.admin.usageByMember({ limit: MEMBERS_PER_PAGE }, { signal }) : undefined,
      ]);
      setUsage({ summary, hours: hours.items, days: days.items, members });
      setError(undefined);
    };
    read().catch((reason: unknown) => signal.aborted || setError(reason));
    return () => left.abort();
  }, [client, admin, tries]);
  const loadMoreMembers = async () => {
    const cursor = usage?.members?.nextCursor;
    if (cursor === undefined) return;
    try {
      const page = await client.admin.usageByMember({ cursor, limit: MEMBERS_PER_PAGE });
      setUsage((now) => (now?.members?.nextCursor === cursor ? withMembers(now, page) : now));
      setError(undefined);
    } catch (reason) {
      setError(reason);
    }
  };
  return { usage, error, reload: () => setTries((count) => count + 1), loadMoreMembers };
};

const withMembers = (usage: Usage, page: NonNullable<Usage["members"]>): Usage => ({
  ...usage,
  members: { ...page, items: [...(usage.members?.items ?? []), ...page.items] },
});
