import { translate } from '@docusaurus/Translate';
import { useMemo, type ReactNode } from 'react';
import { COLUMN_LABEL_Y, COLUMNS, layoutFlow, packetPoint, visits, type FlowLayout, type Lane, type Wire } from './flow-layout.js';
import styles from './path-flow.module.css';
import type { PathStep, PathView, Place } from './path-view.js';
import { KindMark } from './kind-mark.js';
import { destinationText, sourceText, tupleText } from './packet-words.js';
import { kindText } from './step-words.js';

/**
 * The way as a drawing: one lane for each kernel in travel order, every lane the same plan of the five hooks. A view of
 * the list beside it and nothing more: hidden from screen readers, its boxes only a shortcut for a pointer.
 */
export function PathFlow({ view, step, pointed, answer, onGo, onPoint }: PathFlowProps): ReactNode {
  const layout = useMemo(() => layoutFlow(view), [view]);
  const here = view.steps[step];
  return (
    <svg className={styles.flow} viewBox={`0 0 ${layout.width} ${layout.height}`} aria-hidden="true" focusable="false">
      <Columns />
      {layout.lanes.map((lane) => (
        <LaneFrame key={lane.hop.index} lane={lane} current={here?.hop === lane.hop.index} />
      ))}
      <Way layout={layout} step={step} />
      {layout.lanes.map((lane) => (
        <LaneStations key={lane.hop.index} {...{ lane, here, pointed, onGo, onPoint }} />
      ))}
      {layout.wires.map((wire) => (
        <WireLabel key={wire.step} wire={wire} walked={wire.step <= step} />
      ))}
      {here && <Here step={here} lane={layout.lanes[here.hop]!} answer={answer} />}
    </svg>
  );
}

export interface PathFlowProps {
  readonly view: PathView;
  readonly step: number;
  readonly pointed: number | null;
  /** What goes back where the packet is refused: `RST`, `ICMP port unreachable`. */
  readonly answer: string;
  readonly onGo: (step: number) => void;
  readonly onPoint: (step: number | null) => void;
}

function Columns(): ReactNode {
  const names = [
    { x: COLUMNS.arrives, name: translate({ id: 'packetPath.column.arrives', message: 'arrives' }) },
    { x: COLUMNS.routes, name: translate({ id: 'packetPath.column.route', message: 'route' }) },
    { x: COLUMNS.local, name: translate({ id: 'packetPath.column.local', message: 'local process / forward' }) },
    { x: COLUMNS.leaves, name: translate({ id: 'packetPath.column.leaves', message: 'leaves' }) },
  ];
  return (
    <>
      {names.map(({ x, name }) => (
        <text key={x} className={styles.column} x={x} y={COLUMN_LABEL_Y} textAnchor="middle">
          {name}
        </text>
      ))}
    </>
  );
}

/** Characters that fit before the plan begins. */
const LONGEST_TITLE = 29;

function LaneFrame({ lane: { hop, top, height, plan }, current }: { lane: Lane; current: boolean }): ReactNode {
  return (
    <g className={current ? styles.currentLane : undefined}>
      <rect className={styles.lane} x={1} y={top} width={702} height={height} rx={8} />
      <KindMark kind={hop.kind} x={19} y={top + 22} />
      <text className={styles.title} x={32} y={top + 27}>
        {hop.title.length > LONGEST_TITLE ? `${hop.title.slice(0, LONGEST_TITLE - 1)}…` : hop.title}
      </text>
      <text className={styles.address} x={32} y={top + 46}>
        {kindText(hop.kind)} <tspan className={styles.mono}>{hop.address}</tspan>
      </text>
      {plan.map((path) => (
        <path key={path} className={styles.plan} d={path} />
      ))}
    </g>
  );
}

/** The packet's way over the plan: walked and ahead. */
function Way({ layout, step }: { layout: FlowLayout; step: number }): ReactNode {
  return (
    <>
      {[...layout.pieces, ...layout.wires].map(({ path, step: end }) => (
        <path key={path} className={end <= step ? styles.walked : styles.ahead} d={path} />
      ))}
    </>
  );
}

interface LaneStationsProps {
  readonly lane: Lane;
  readonly here: PathStep | undefined;
  readonly pointed: number | null;
  readonly onGo: (step: number) => void;
  readonly onPoint: (step: number | null) => void;
}

function LaneStations({ lane, here, pointed, onGo, onPoint }: LaneStationsProps): ReactNode {
  return (
    <>
      {lane.stations.map(({ place, centre, width, height, steps }) => {
        const first = steps[0];
        const used = visits(lane.hop, place);
        const isHere = here?.hop === lane.hop.index && here.place === place;
        const passed = first !== undefined && here !== undefined && first.index <= here.index;
        const state = isHere ? 'here' : !used ? 'unused' : passed ? 'passed' : 'ahead';
        const marked = steps.some(({ index }) => index === pointed);
        return (
          <g
            key={place}
            className={styles.station}
            data-state={state}
            data-marked={marked || undefined}
            onClick={first && (() => onGo(first.index))}
            onPointerEnter={first && (() => onPoint(first.index))}
            onPointerLeave={first && (() => onPoint(null))}
          >
            {width > 0 ? (
              <>
                <rect
                  className={styles.box}
                  x={centre.x - width / 2}
                  y={centre.y - height / 2}
                  width={width}
                  height={height}
                  rx={place === 'process' ? height / 2 : 5}
                />
                <text className={styles.name} x={centre.x} y={centre.y + 4.5} textAnchor="middle">
                  {place === 'process' ? processText(steps) : place}
                </text>
              </>
            ) : (
              <PointStation place={place} x={centre.x} y={centre.y} steps={steps} />
            )}
          </g>
        );
      })}
    </>
  );
}

/** A route is a diamond, an interface a ring with its name. */
function PointStation({ place, x, y, steps }: { place: Place; x: number; y: number; steps: readonly PathStep[] }): ReactNode {
  if (place === 'route') return <path className={styles.point} d={`M${x} ${y - 8}l8 8l-8 8l-8 -8z`} />;
  const content = steps[0]?.content;
  const iface = content?.kind === 'receive' || content?.kind === 'transmit' ? content.iface : undefined;
  const edge = place === 'in' ? 14 : 687;
  return (
    <>
      <circle className={styles.point} cx={x} cy={y} r={4.5} />
      {iface && (
        <text className={styles.iface} x={edge} y={y + 24} textAnchor={place === 'in' ? 'start' : 'end'}>
          {iface}
        </text>
      )}
    </>
  );
}

/** `:80` for a socket that was reached, else the word. */
function processText(steps: readonly PathStep[]): string {
  const socket = steps.map(({ content }) => (content.kind === 'deliver' ? content.socket : null)).find(Boolean);
  const port = socket && /:(\d+)$/.exec(socket)?.[1];
  return port ? `:${port}` : translate({ id: 'packetPath.process', message: 'process' });
}

function WireLabel({ wire: { sent, label, medium }, walked }: { wire: Wire; walked: boolean }): ReactNode {
  const tuple = tupleText(sent.after);
  const width = (medium ? medium.length * 7 + 18 : 0) + tuple.length * 8 + 22;
  const left = label.x - width / 2;
  return (
    <g className={walked ? styles.walkedWire : styles.aheadWire}>
      <rect className={styles.wireBox} x={left} y={label.y - 12} width={width} height={24} rx={6} />
      <text className={styles.medium} x={left + 11} y={label.y + 4.5}>
        {medium}
      </text>
      <text className={styles.tuple} x={left + width - 11} y={label.y + 4.5} textAnchor="end">
        {tuple}
      </text>
    </g>
  );
}

/** What is hot: the packet itself, and over its station what becomes of it. */
function Here({ step, lane, answer }: { step: PathStep; lane: Lane; answer: string }): ReactNode {
  const { x, y } = packetPoint(step);
  const station = lane.stations.find(({ place }) => place === step.place)!;
  const fate = fateText(step);
  return (
    <>
      {fate && <Callout text={fate} bad={step.effect !== 'rewrites'} x={station.centre.x} y={station.centre.y} />}
      {step.effect === 'refused' && (
        <AnswerBack text={answer} x={station.centre.x - station.width / 2 + 8} y={station.centre.y + station.height / 2} />
      )}
      <g className={styles.packet} style={{ transform: `translate(${x}px, ${y}px)` }}>
        <circle className={styles.halo} r={10} />
        <circle className={styles.dot} r={5.5} />
      </g>
    </>
  );
}

function fateText({ effect, before, after }: PathStep): string | undefined {
  switch (effect) {
    case 'rewrites':
      return destinationText(before) === destinationText(after) ? `${sourceText(after)} →` : `→ ${destinationText(after)}`;
    case 'refused':
      return `⊘ ${translate({ id: 'packetPath.fate.refused', message: 'refused' })}`;
    case 'dropped':
      return `✕ ${translate({ id: 'packetPath.fate.dropped', message: 'dropped' })}`;
    default:
      return undefined;
  }
}

/** The answer that a refusal sends back, leaving its station against the packet's direction. */
function AnswerBack({ text, x, y }: { text: string; x: number; y: number }): ReactNode {
  const end = x - 64;
  return (
    <g className={styles.answer}>
      <path d={`M${x} ${y}v9H${end}m6 -4.5l-6 4.5l6 4.5`} />
      <text x={end - 6} y={y + 13.5} textAnchor="end">
        {text}
      </text>
    </g>
  );
}

/** A pill over a station; near the edges it shifts inwards and its pointer stays. */
function Callout({ text, bad, x, y }: { text: string; bad: boolean; x: number; y: number }): ReactNode {
  const width = text.length * 8 + 22;
  const centre = Math.max(width / 2 + 4, Math.min(x, 700 - width / 2));
  const top = y - 41;
  return (
    <g className={bad ? styles.badCallout : styles.callout}>
      <rect x={centre - width / 2} y={top} width={width} height={20} rx={10} />
      <path d={`M${x - 7} ${top + 19.5}l7 8l7 -8z`} />
      <text x={centre} y={top + 14.6} textAnchor="middle">
        {text}
      </text>
    </g>
  );
}
