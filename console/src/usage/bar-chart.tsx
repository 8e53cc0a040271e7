import { useId, useState, type ReactElement } from "react";
import { formatCompact, formatNumber } from "../format.ts";
import { strings } from "../strings.ts";

export type Bar = { key: string; label: string; value: number };

const HEIGHT = 120;
const WIDTH = 640;
const GAP = 0.28;

/** Bars over time. The picture is for eyes; the same numbers are a table for everybody else. */
export const BarChart = ({ title, bars }: { title: string; bars: Bar[] }): ReactElement => {
  const [pointed, setPointed] = useState<number>();
  const id = useId();
  const most = Math.max(...bars.map(({ value }) => value));
  const step = WIDTH / Math.max(1, bars.length);
  const shown = pointed === undefined ? undefined : bars[pointed];
  return (
    <figure className="chart" aria-labelledby={id}>
      <figcaption id={id}>
        {title}
        <span className="number">{shown ? `${shown.label}: ${formatNumber(shown.value)}` : highest(most)}</span>
      </figcaption>
      <svg
        aria-hidden="true"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        onPointerLeave={() => setPointed(undefined)}
      >
        {bars.map(({ key, value }, index) => {
          const height = most === 0 ? 0 : Math.max(value > 0 ? 2 : 0, (value / most) * HEIGHT);
          const x = index * step + (step * GAP) / 2;
          return (
            <g key={key} onPointerEnter={() => setPointed(index)} className={pointed === index ? "pointed" : undefined}>
              <rect className="reach" x={index * step} y={0} width={step} height={HEIGHT} />
              <rect className="ground" x={x} y={HEIGHT - 2} width={step * (1 - GAP)} height={2} />
              <rect className="bar" x={x} y={HEIGHT - height} width={step * (1 - GAP)} height={height} />
            </g>
          );
        })}
      </svg>
      <div className="chart-ends number" aria-hidden="true">
        <span>{bars[0]?.label}</span>
        <span>{bars.at(-1)?.label}</span>
      </div>
      <table className="for-screen-readers">
        <caption>{title}</caption>
        <tbody>
          {bars.map(({ key, label, value }) => (
            <tr key={key}>
              <th scope="row">{label}</th>
              <td>{value}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
};

const highest = (most: number): string => (most === 0 ? strings.usage.empty : formatCompact(most));
