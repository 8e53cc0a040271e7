import type { ReactElement } from "react";
import { formatCost, formatNumber } from "../format.ts";
import { strings } from "../strings.ts";
import { tokensOf } from "./tokens-of.ts";
import type { MemberUsage } from "./use-usage.ts";

const words = strings.usage;

type Props = {
  members: MemberUsage[];
  /** Shows further members; undefined where there are none. */
  onMore: (() => void) | undefined;
};

export const MemberTable = ({ members, onMore }: Props): ReactElement => (
  <section className="period">
    <h2 id="members">{words.members}</h2>
    <div className="table" tabIndex={0} role="group" aria-labelledby="members">
      <table>
        <thead>
          <tr>
            <th scope="col">{words.member}</th>
            <th scope="col">{words.requests}</th>
            <th scope="col">{words.tokens}</th>
            <th scope="col">{words.cost}</th>
          </tr>
        </thead>
        <tbody>
          {members.map(({ user, last7d }) => (
            <tr key={user.id}>
              <th scope="row">
                <bdi>{user.email}</bdi>
              </th>
              <td className="number">{formatNumber(last7d.requests)}</td>
              <td className="number">{formatNumber(tokensOf(last7d))}</td>
              <td className="number">{formatCost(last7d.costUsd)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
    {onMore && (
      <button type="button" className="button" onClick={onMore}>
        {strings.more}
      </button>
    )}
  </section>
);
