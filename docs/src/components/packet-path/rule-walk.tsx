import Translate, { translate } from '@docusaurus/Translate';
import type { ChanceTold, RuleCause } from '@svclab/netfilter';
import type { ReactNode } from 'react';
import type { RuleStep, TableWalk } from './path-view.js';
import { reasonText } from './reasons.js';
import { actionText, conditionsText, decidingRule, ruleLines, type RuleLine, verbatimText } from './rule-list.js';
import styles from './panes.module.css';

/** The rules of a table as the packet met them: number, what they ask, why they took it or not; then the one that decided, verbatim. */
export function RuleWalk({ walk, hop }: { readonly walk: TableWalk; readonly hop: string }): ReactNode {
  const deciding = decidingRule(walk);
  return (
    <div>
      <p className={styles.paneTitle}>
        {translate(
          { id: 'packetPath.rules.title', message: 'Rules in {table} {hook}, {hop}' },
          { table: walk.table, hook: walk.hook, hop },
        )}
      </p>
      {walk.walk.length > 0 && (
        <ol className={styles.rules}>
          {ruleLines(walk).map((line, i) => (
            <Line key={i} line={line} rewrites={walk.nat !== undefined} />
          ))}
        </ol>
      )}
      {deciding && <Verbatim step={deciding} />}
      {walk.empty.length > 0 && (
        <p className={styles.note}>
          {translate({ id: 'packetPath.rules.empty', message: 'No rules here in table {tables}.' }, { tables: walk.empty.join(', ') })}
        </p>
      )}
    </div>
  );
}

function Line({ line, rewrites }: { readonly line: RuleLine; readonly rewrites: boolean }): ReactNode {
  switch (line.kind) {
    case 'chain':
      return <li className={styles.chain}>{line.chain}</li>;
    case 'missed':
      return <MissedLine line={line} />;
    case 'matched':
      return <MatchedLine line={line} rewrites={rewrites} />;
    case 'end':
      return (
        <li className={styles.missed}>
          <span className={styles.number} />
          <span>{outcomeText(line.outcome)}</span>
        </li>
      );
  }
}

function MissedLine({
  line: { first, last, because, rules, chance },
}: {
  readonly line: Extract<RuleLine, { kind: 'missed' }>;
}): ReactNode {
  const [only] = rules;
  return (
    <li className={styles.missed}>
      <span className={styles.number}>{first === last ? first : `${first}–${last}`}</span>
      <span>
        {first === last && only && <code>{conditionsText(only)}</code>}
        {chance ? <ChanceBar chance={chance} /> : because && <small>{reasonText(because)}</small>}
      </span>
      <span className={styles.verdict}>
        – <Translate id="packetPath.verdict.noMatch">no match</Translate>
      </span>
    </li>
  );
}

function MatchedLine({
  line: { step, decides },
  rewrites,
}: {
  readonly line: Extract<RuleLine, { kind: 'matched' }>;
  readonly rewrites: boolean;
}): ReactNode {
  const { rule, because, chance, lookups = [] } = step;
  const conditions = conditionsText(rule);
  const reasons = because.filter((reason) => !reason.startsWith('chance '));
  return (
    <li className={decides ? styles.deciding : styles.matched}>
      <span className={styles.number}>{rule.number}</span>
      <span>
        <code>{decides ? actionText(rule) : conditions || <Translate id="packetPath.rules.always">every packet</Translate>}</code>
        {chance && <ChanceBar chance={chance} />}
        {lookups.map(({ set, key, element }, i) => (
          <small key={i}>{lookupText(set, key, element)}</small>
        ))}
        {reasons.length > 0 && <small>{reasons.map(reasonText).join(' · ')}</small>}
      </span>
      <span className={styles.verdict}>{verdictText(step, decides && rewrites)}</span>
    </li>
  );
}

/** A set or map that was asked, and what stood in it. */
const lookupText = (set: string | null, key: string, element: string | null): string =>
  element === null
    ? translate({ id: 'packetPath.lookup.none', message: '{key} is not in {set}' }, { key, set: set ?? '{ … }' })
    : translate({ id: 'packetPath.lookup.found', message: 'in {set}: {element}' }, { set: set ?? '{ … }', element });

/** Sign and word: a role is never colour alone. */
function verdictText({ verdict, target }: RuleStep, rewrites: boolean): string {
  if (rewrites) return `⇄ ${translate({ id: 'packetPath.verdict.rewrites', message: 'rewrites' })}`;
  switch (verdict) {
    case 'jump':
    case 'goto':
      return `✓ ${translate({ id: 'packetPath.verdict.jump', message: 'jump' })}`;
    case 'ACCEPT':
      return `✓ ${translate({ id: 'packetPath.verdict.accepts', message: 'accepts' })}`;
    case 'RETURN':
      return `↩ ${translate({ id: 'packetPath.verdict.returns', message: 'returns' })}`;
    case 'REJECT':
      return `⊘ ${translate({ id: 'packetPath.verdict.rejects', message: 'rejects' })}`;
    case 'DROP':
      return `✕ ${translate({ id: 'packetPath.verdict.drops', message: 'drops' })}`;
    case 'continue':
      return `✓ ${target || translate({ id: 'packetPath.verdict.counts', message: 'counts' })}`;
  }
}

const outcomeText = (outcome: string): string =>
  outcome === 'return to caller'
    ? translate({ id: 'packetPath.rules.return', message: 'end of chain, back to the caller' })
    : translate({ id: 'packetPath.rules.policy', message: 'end of chain, {policy}' }, { policy: outcome });

/** The rule that decided, as `iptables -S` or `nft list` prints it, and the object that it was written for. */
function Verbatim({ step: { rule } }: { readonly step: RuleStep }): ReactNode {
  return (
    <div className={styles.verbatim}>
      <code>{verbatimText(rule)}</code>
      {rule.cause && <p>{causeText(rule.cause)}</p>}
    </div>
  );
}

function causeText({ service, endpoint }: RuleCause): string {
  const name = `${service.namespace}/${service.name}`;
  if (!endpoint) {
    return translate(
      { id: 'packetPath.cause.service', message: 'Written because of Service {name}, port {port}.' },
      { name, port: service.port || '–' },
    );
  }
  const { address, slice, pod } = endpoint;
  return pod
    ? translate(
        { id: 'packetPath.cause.pod', message: 'Written because EndpointSlice {slice} lists {address} ({pod}) for Service {name}.' },
        { slice, address, pod: pod.name, name },
      )
    : translate(
        { id: 'packetPath.cause.endpoint', message: 'Written because EndpointSlice {slice} lists {address} for Service {name}.' },
        { slice, address, name },
      );
}

/** How likely a rule takes the packet, and what was drawn: taken when the mark stands inside the bar. */
export function ChanceBar({ chance: { probability, draw } }: { readonly chance: ChanceTold }): ReactNode {
  return (
    <span className={styles.chance}>
      <span className={styles.bar} aria-hidden="true">
        <span className={styles.share} style={{ width: `${100 * probability}%` }} />
        {draw !== undefined && <span className={styles.draw} style={{ left: `${100 * draw}%` }} />}
      </span>
      <small>
        {draw === undefined
          ? translate({ id: 'packetPath.chance.branch', message: 'probability {p}' }, { p: probability.toFixed(4) })
          : translate(
              { id: 'packetPath.chance.drew', message: 'probability {p}, drew {draw}' },
              { p: probability.toFixed(4), draw: draw.toFixed(4) },
            )}
      </small>
    </span>
  );
}
