import type { UsageSummary, UsageTotals } from "@docuchat/client";
import { useSession } from "@docuchat/client/react";
import type { ReactElement } from "react";
import { formatCompact, formatCost, formatNumber, formatTime, formatUtcDay } from "../format.ts";
import { strings } from "../strings.ts";
import { Problem } from "../ui/problem.tsx";
import { BarChart, type Bar } from "./bar-chart.tsx";
import { MemberTable } from "./member-table.tsx";
import { tokensOf } from "./tokens-of.ts";
import { useUsage } from "./use-usage.ts";

const words = strings.usage;

export const UsagePage = (): ReactElement => {
  const { user } = useSession();
  const { usage, error, reload, loadMoreMembers } = useUsage(user?.role === "admin");
  // Alone in a workspace one is the whole of it.
  const all = usage?.members?.items.length === 1 ? undefined : usage?.summary.tenant;
  return (
    <div className="page-inner" aria-busy={!usage && !error}>
      <h1 className="page-title">{words.title}</h1>
      {error !== undefined && <Problem error={error} onRetry={reload} />}
      {usage && (
        <>
          <Period title={words.day} mine={usage.summary.last24h} all={all?.last24h}>
            <BarChart title={words.perHour} bars={usage.hours.map((hour) => barOf(hour, formatTime))} />
          </Period>
          <Period title={words.week} mine={usage.summary.last7d} all={all?.last7d}>
            <BarChart title={words.perDay} bars={usage.days.map((day) => barOf(day, formatUtcDay))} />
          </Period>
          {all && usage.members && (
            <MemberTable
              members={usage.members.items}
              onMore={usage.members.nextCursor === undefined ? undefined : () => void loadMoreMembers()}
            />
          )}
          <p className="hint">{words.free}</p>
        </>
      )}
    </div>
  );
};

const barOf = (totals: UsageTotals & { start: Date }, format: (at: Date) => string): Bar => ({
  label: format(totals.start),
  value: tokensOf(totals),
  key: totals.start.toISOString(),
});

type PeriodProps = {
  title: string;
  mine: UsageTotals;
  all: NonNullable<UsageSummary["tenant"]>["last24h"] | undefined;
  children: ReactElement;
};

const Period = ({ title, mine, all, children }: PeriodProps): ReactElement => (
  <section className="period">
    <h2>{title}</h2>
    <Totals totals={mine} of={all ? words.mine : undefined} />
    {children}
    {all && <Totals totals={all} of={words.tenant} />}
  </section>
);

const Totals = ({ totals, of }: { totals: UsageTotals; of: string | undefined }): ReactElement => {
  const { requests, promptTokens, completionTokens, embeddingTokens, costUsd } = totals;
  const parts = [
    `${formatCompact(promptTokens)} ${words.prompt}`,
    `${formatCompact(completionTokens)} ${words.completion}`,
    `${formatCompact(embeddingTokens)} ${words.embedding}`,
  ];
  return (
    <div className="totals-row">
      {of && <h3>{of}</h3>}
      <dl className="totals">
        <Total name={words.requests} value={formatNumber(requests)} />
        <Total name={words.tokens} value={formatNumber(tokensOf(totals))} detail={parts.join(" · ")} />
        <Total name={words.cost} value={formatCost(costUsd)} />
      </dl>
    </div>
  );
};

const Total = ({ name, value, detail }: { name: string; value: string; detail?: string }): ReactElement => (
  <div>
    <dt>{name}</dt>
    <dd className="number">{value}</dd>
    {detail && <dd className="detail">{detail}</dd>}
  </div>
);
